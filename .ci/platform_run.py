"""A real platform, started by the launcher and driven over HTTP, and a look at its git repository.

Every wait is for a condition with a deadline. Everything started here is ended here.
"""

import atexit
import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
START_LIMIT = 900  # the first start builds what is missing
BEGUN = time.monotonic()


def say(text):
    print(f"  {time.monotonic() - BEGUN:6.1f}s  {text}", flush=True)


def check(condition, text):
    require(condition, text)
    say(f"ok: {text}")


def require(condition, text):
    if not condition:
        raise SystemExit(f"FAILED: {text}")


def eventually(what, condition, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"FAILED: not within {seconds} s: {what}")
        time.sleep(0.05)


def processes():
    """Each process as (pid, start time), which names it for good, with its parent and session."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            found[int(entry.name), fields[19]] = (int(fields[1]), int(fields[3]))
    return found


def descendants(pid):
    """Every process below this one or in its session."""
    all_processes = processes()
    found = {process for process, (_, session) in all_processes.items() if session == pid}
    todo = [pid]
    while todo:
        parent = todo.pop()
        for process, (of, _) in all_processes.items():
            if of == parent:
                found.add(process)
                todo.append(process[0])
    return {process for process in found if process[0] != pid}


def alive(process):
    pid, started = process
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[19] == started and fields[0] != "Z"


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.text = body.decode(errors="replace")

    def json(self):
        return json.loads(self.text)


class Platform:
    started = []
    stderr = None  # this script's own

    def __init__(self, data, *options):
        """Returns when it is up."""
        self.begin(data, *options)
        self.wait_until_up()

    @classmethod
    def starting(cls, data, *options):
        """Returns at once; may be killed before it is up."""
        platform = cls.__new__(cls)
        platform.begin(data, *options)
        return platform

    def begin(self, data, *options):
        Platform.started.append(self)
        self.token = None
        self.process = subprocess.Popen(
            [HOME / "headrace", "up", "--data", data, "--port", "0", "--apps-port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=Platform.stderr,
            text=True,
            start_new_session=True,
        )

    def wait_until_up(self):
        output = []
        deadline = time.monotonic() + START_LIMIT
        for line in self.process.stdout:
            output.append(line)
            if "Ctrl-C" in line:
                break
            if time.monotonic() > deadline:
                raise SystemExit("FAILED: the platform did not start in time")
        text = "".join(output)
        console = re.search(r"Console\s+(\S+)", text)
        if not console:
            raise SystemExit(f"FAILED: the platform did not start:\n{text}")
        self.said = text
        self.url = console.group(1)
        self.fingerprint = re.search(r"Signing key\s+(\S+)", text).group(1)

    def stop(self, how):
        """Ends the platform and proves that nothing it started outlives it."""
        started = descendants(self.process.pid)
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        eventually(
            "all processes ended",
            lambda: not any(map(alive, started | descendants(self.process.pid))),
        )
        return len(started)

    def send(self, method, path, body=None, headers=None):
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if self.token and not request.has_header("Authorization"):
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def call(self, method, path, body=None, headers=None, expect=200):
        answer = self.send(method, path, body, headers)
        if answer.status != expect:
            raise SystemExit(
                f"FAILED: {method} {path}: {answer.status} (expected {expect}): {answer.text!r}"
            )
        return answer.json()

    def sign_up(self, username):
        self.call(
            "POST",
            "/api/auth/signup",
            {"username": username, "email": f"{username}@example.com", "password": "correct horse"},
        )
        self.log_in(username)

    def log_in(self, username, password="correct horse"):
        credentials = {"username": username, "password": password}
        self.token = self.call("POST", "/api/auth/login", credentials)["access_token"]

    def outcome(self, app, version, headers=None):
        """Follows the deploy's event stream to its end."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/apps/{app}/deploys/{version}/events",
            headers={"Authorization": f"Bearer {self.token}", **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=60) as stream:
            event = None
            for line in stream:
                field, _, value = line.decode().rstrip("\n").partition(":")
                if field == "event":
                    event = value.strip()
                elif field == "data" and event == "outcome":
                    return json.loads(value)
        raise SystemExit(f"FAILED: the stream of version {version} ended without an outcome")

    def app(self, base, method, path, body=None):
        """Reaches an app as a browser does: by its host name, which resolves to loopback."""
        match = re.fullmatch(r"http://(app-\w+\.localhost):(\d+)", base)
        request = urllib.request.Request(
            f"http://127.0.0.1:{match.group(2)}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Host": f"{match.group(1)}:{match.group(2)}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


@atexit.register
def end_all():
    for platform in Platform.started:
        platform.process.kill()


def git(data, *arguments):
    return subprocess.run(
        ["git", "--git-dir", f"{data}/platform.git", *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def commits(data, after=None):
    return git(data, "rev-list", "main" if after is None else f"{after}..main").split()


def fsck(data):
    """Raises with git's own words when anything is not as it must be.

    Packs that are gathered while it looks are missed by git; then it looks again.
    """
    command = ["git", "--git-dir", f"{data}/platform.git", "fsck", "--strict", "--no-dangling"]
    while True:
        before = packs(data)
        found = subprocess.run(command, capture_output=True, text=True)
        if found.returncode == 0 or packs(data) == before:
            break
    require(found.returncode == 0, f"git fsck --strict: {found.stdout}{found.stderr}")


def packs(data):
    return {pack.name for pack in Path(data, "platform.git/objects/pack").glob("pack-*.pack")}


def verify_signatures(data, platform_fingerprint, after=None):
    """Every commit, or those after one, by the key that is in git and that `up` printed."""
    signers = Path(data, "allowed_signers_from_git")
    signers.write_text(git(data, "show", "main:.headrace/allowed_signers"))
    key = Path(data, "key.pub")
    key.write_text(" ".join(signers.read_text().split()[-2:]) + "\n")
    pinned = subprocess.run(
        ["ssh-keygen", "-lf", key], check=True, capture_output=True, text=True
    ).stdout
    require(platform_fingerprint in pinned, "the key in git is not the one that up printed")
    for commit in commits(data, after):
        git(data, "-c", f"gpg.ssh.allowedSignersFile={signers}", "verify-commit", commit)
    signers.unlink()
    key.unlink()
