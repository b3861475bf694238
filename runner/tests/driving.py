"""Drives real processes of the runner the way the platform does."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
DEADLINE_S = 30.0
HELLO = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
def hello():
    return {"hello": "world"}
"""
FORK_SERVER = [sys.executable, "-I", "-m", "headrace_runner.forkserver"]

# Becomes an ordinary user of a machine that has this Python and little else, then goes on.
AS_ORDINARY_USER = """
import os, sys
from headrace_runner import sandbox
if os.geteuid() == 0:
    sandbox.move_into_namespaces()
os.execv(sys.executable, sys.argv[1:])
"""
# Enters a user namespace in which the kernel refuses to make any more of them.
WITHOUT_NAMESPACES = """
import os, sys
from pathlib import Path
from headrace_runner import kernel, sandbox
sandbox.enter_user_namespace(0)
Path("/proc/sys/user/max_user_namespaces").write_text("0")
os.execv(sys.executable, sys.argv[1:])
"""


def wrapped(program: str) -> list[str]:
    return [sys.executable, "-I", "-c", program, *FORK_SERVER]


def until(condition: Callable[[], T | None], what: str) -> T:
    """Waits for a condition; the pause only keeps the machine free."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        if result := condition():
            return result
        threading.Event().wait(0.01)
    raise AssertionError(f"not within {DEADLINE_S} s: {what}")


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    def json(self) -> object:
        return json.loads(self.text)


def request(
    port: int, path: str, method: str = "GET", body: str | None = None, headers: dict[str, str] | None = None
) -> Answer:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)) as connection:
        connection.request(method, path, body, headers or {})
        return Answer(connection.getresponse())


class Runner:
    """A running fork server and everything it has said."""

    def __init__(self, command: list[str] | None = None, **options: object) -> None:
        self.process = subprocess.Popen(
            command or FORK_SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options
        )
        self.events: list[dict] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._count = 0

    def _read(self) -> None:
        for line in self.process.stdout:
            assert len(line) <= 64 * 1024, f"an event of {len(line)} bytes"
            with self._news:
                self.events.append(json.loads(line))
                self._news.notify_all()

    def wait_for(self, event: str, instance: str | None = None, **wanted: object) -> dict:
        expected = {"event": event, **({"id": instance} if instance else {}), **wanted}

        def find() -> dict | None:
            return next((e for e in self.events if expected.items() <= e.items()), None)

        with self._news:
            self._news.wait_for(find, DEADLINE_S)
            found = find()
        assert found, f"no {expected} among {self.events[-20:]}"
        return found

    def ready(self) -> dict:
        return self.wait_for("ready")

    def send(self, **command: object) -> None:
        self.write(json.dumps(command).encode() + b"\n")

    def write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def start(self, code: str = HELLO, **more: object) -> str:
        """Starts a single-file app, or one of several files when `files` is given; returns its id."""
        self._count += 1
        instance = f"app-{self._count}"
        command = {"files": {"main.py": textwrap.dedent(code)}, "content": "c0ffee", "app_id": "k3f9a2bq"}
        self.send(op="start", id=instance, **{**command, **more})
        return instance

    def serve(self, code: str = HELLO, **more: object) -> tuple[str, int]:
        """Starts an app and returns its id and port once it answers."""
        instance = self.start(code, **more)
        with self._news:
            self._news.wait_for(
                lambda: any(
                    e.get("id") == instance and e["event"] in ("listening", "exited") for e in self.events
                ),
                DEADLINE_S,
            )
        mine = [e for e in self.events if e.get("id") == instance]
        port = next((e["port"] for e in mine if e["event"] == "listening"), None)
        assert port, f"the app did not start: {mine}"
        return instance, port

    def stop(self, instance: str, grace_s: float = 5) -> dict:
        self.send(op="stop", id=instance, grace_s=grace_s)
        return self.wait_for("exited", instance)

    def outcome(self, code: str, **more: object) -> dict:
        """What became of an app that cannot start."""
        return self.wait_for("exited", self.start(code, **more))

    def log(self, instance: str, stream: str | None = None) -> list[str]:
        return [
            e["line"]
            for e in self.events
            if e["event"] == "log" and e["id"] == instance and stream in (None, e["stream"])
        ]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        self.process.stdout.close()


class Served:
    """One app served by the image's program, with its code in a folder."""

    def __init__(self, folder: Path, entrypoint: str = "main.py", **environment: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-m", "headrace_runner.pod"],
            env={
                "PATH": os.environ["PATH"],
                "CODE_PATH": str(folder / entrypoint),
                "HOST": "127.0.0.1",
                "TMPDIR": str(folder.parent),
                "PORT": str(self.port),
                "HEADRACE_LINGER_S": "0",
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until_ready(self) -> "Served":
        def answers() -> bool:
            assert self.process.poll() is None, self.end()[1]
            with contextlib.suppress(OSError, http.client.HTTPException):
                return request(self.port, "/.headrace/health").status == 200
            return False

        until(answers, "the app answers its probe")
        return self

    def get(self, path: str, **more: object) -> Answer:
        return request(self.port, path, **more)

    def terminate(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGTERM)
        out, err = self.end()
        return self.process.returncode, out, err

    def end(self) -> tuple[str, str]:
        return self.process.communicate(timeout=DEADLINE_S)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
