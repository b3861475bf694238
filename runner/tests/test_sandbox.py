"""Attacks from inside an app. Each app answers with what it got hold of."""

import contextlib
import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import AS_ORDINARY_USER, WITHOUT_NAMESPACES, Runner, request, until, wrapped

MIB = 1024 * 1024
SHELL = """
import os, signal, ctypes, resource, socket, subprocess, sys, time, mmap
from fastapi import FastAPI, Request
app = FastAPI()

@app.post("/run")
async def run(request: Request):
    scope = {}
    try:
        exec((await request.body()).decode(), globals(), scope)
        return {"got": repr(scope.get("got"))}
    except BaseException as error:
        return {"refused": f"{type(error).__name__}: {error}"}
"""


@pytest.fixture(scope="module", params=["as this user", "as an ordinary user"])
def attacked(request: pytest.FixtureRequest):
    command = wrapped(AS_ORDINARY_USER) if request.param == "as an ordinary user" else None
    runner = Runner(command)
    try:
        ready = runner.ready()
        if ready["isolation"] != "namespaces":
            pytest.skip(f"no namespaces here: {ready['isolation_detail']}")
        yield runner
    finally:
        runner.close()


@pytest.fixture
def attack(attacked: Runner):
    instance, port = attacked.serve(SHELL)

    def run(code: str) -> dict:
        return request(port, "/run", "POST", code).json()

    run.instance, run.port = instance, port
    yield run
    attacked.send(op="stop", id=instance, grace_s=0)
    attacked.wait_for("exited", instance)


def test_an_app_does_not_find_the_data_folder(attack: Callable, tmp_path: Path):
    secret = tmp_path / "data" / "keys"
    secret.mkdir(parents=True)
    (secret / "signing.key").write_text("secret")
    answer = attack(f"got = open({str(secret / 'signing.key')!r}).read()")
    assert answer["refused"].startswith("FileNotFoundError")


def test_an_app_finds_no_home_directory_but_its_own(attack: Callable):
    home = Path.home()
    here = set(os.listdir(home))
    seen = attack(f"got = os.listdir({str(home)!r}) if os.path.isdir({str(home)!r}) else []")
    visible = set(eval(seen["got"]))
    # Only the folder that leads to this Python may be there.
    allowed = {Path(path).relative_to(home).parts[0] for path in python_paths() if is_below(path, home)}
    assert visible <= allowed, f"of {here} the app sees {visible}"
    assert attack("got = os.listdir(os.environ['HOME'])")["got"] == "['app']"


def python_paths() -> list[str]:
    return [sys.prefix, sys.base_prefix, str(Path(__file__).parent.parent / "headrace_runner")]


def is_below(path: str, folder: Path) -> bool:
    return Path(path).is_relative_to(folder)


def test_an_app_cannot_read_what_only_root_may_read(attack: Callable):
    assert attack("got = open('/etc/shadow').read()")["refused"].startswith("PermissionError")


def test_an_app_sees_only_its_own_processes(attack: Callable):
    assert attack("got = sorted(int(n) for n in os.listdir('/proc') if n.isdigit())")["got"] == "[1]"
    assert attack("got = os.getpid()")["got"] == "1"


def test_an_app_cannot_kill_or_trace_a_neighbour(attacked: Runner, attack: Callable):
    neighbour, port = attacked.serve()
    pid = attacked.wait_for("started", neighbour)["pid"]
    assert attack(f"os.kill({pid + 10_000}, 9)")["refused"].startswith("ProcessLookupError")
    assert attack(f"os.kill({pid}, 9)")["refused"].startswith("ProcessLookupError")
    trace = f"c = ctypes.CDLL(None, use_errno=True); got = c.ptrace(16, {pid}, 0, 0), ctypes.get_errno()"
    assert attack(trace)["got"] == "(-1, 3)"
    attack("os.kill(-1, 9)")
    assert request(port, "/").json() == {"hello": "world"}
    attacked.stop(neighbour)


def test_an_app_cannot_change_its_code_or_the_system(attack: Callable):
    code = attack("got = os.path.dirname(os.environ['CODE_PATH'])")["got"].strip("'")
    for path in (f"{code}/main.py", f"{code}/new.py", "/usr/new", "/new", "/dev/new", "/etc/new"):
        answer = attack(f"open({path!r}, 'w')")
        assert "Read-only file system" in answer["refused"] or "Permission denied" in answer["refused"], path


def test_an_app_has_no_capability_and_gets_none(attack: Callable):
    status = attack("got = [l.split() for l in open('/proc/self/status') if l.startswith(('Cap', 'NoNew'))]")
    assert {value for _, value in eval(status["got"])} == {"0" * 16, "1"}
    unshare = "c = ctypes.CDLL(None, use_errno=True); got = c.unshare(0x10000000), ctypes.get_errno()"
    assert attack(unshare)["got"].startswith("(-1,")
    mount = "c = ctypes.CDLL(None, use_errno=True); got = c.mount(b'x', b'/tmp', b'tmpfs', 0, None)"
    assert attack(mount)["got"] == "-1"
    assert attack("c = ctypes.CDLL(None, use_errno=True); got = c.umount2(b'/proc', 2)")["got"] == "-1"


def test_an_app_inherits_nothing_from_the_platform(attacked: Runner, attack: Callable):
    neighbour, _ = attacked.serve()
    names = set(eval(attack("got = list(os.environ)")["got"]))
    assert names == {
        "PATH", "LANG", "HOME", "TMPDIR", "PYTHONUNBUFFERED",
        "APP_ID", "APP_ROOT_PATH", "CODE_PATH", "HEADRACE_CONTENT",
    }  # fmt: skip
    open_files = eval(attack(LIST_OPEN_FILES)["got"])
    assert open_files.pop(0) == "/dev/null"
    # Three pipes end at the fork server; of those that the app's own loop made, both ends are here.
    targets = list(open_files.values())
    single = [target for target in targets if target.startswith("pipe:") and targets.count(target) == 1]
    assert len(single) == 3, open_files
    assert {target for target in targets if target.startswith("/")} <= {"/dev/null"}, open_files
    attacked.stop(neighbour)


LIST_OPEN_FILES = """
got = {}
for name in os.listdir('/proc/self/fd'):
    try:
        got[int(name)] = os.readlink('/proc/self/fd/' + name)
    except FileNotFoundError:
        pass
"""


def test_an_app_that_closes_every_file_harms_only_itself(attacked: Runner, attack: Callable):
    neighbour, port = attacked.serve()
    closer = attacked.start("import os\nos.closerange(0, 1 << 20)\n" + SHELL)
    # It cannot say that it listens, so the platform gives up on it.
    attacked.wait_for("started", closer)
    assert request(port, "/").json() == {"hello": "world"}
    attacked.send(op="stop", id=closer, grace_s=0)
    attacked.wait_for("exited", closer)
    attacked.stop(neighbour)


def test_a_fork_bomb_is_stopped_by_its_own_limit(attacked: Runner):
    neighbour, port = attacked.serve()
    bomb, bomb_port = attacked.serve(SHELL, memory_bytes=1024 * MIB)
    code = """
children = []
try:
    while len(children) < 5000:
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
except BlockingIOError as error:
    got = len(children)
"""
    answer = request(bomb_port, "/run", "POST", code).json()
    assert 20 <= int(answer["got"]) <= 72, answer
    assert request(port, "/").json() == {"hello": "world"}
    other, other_port = attacked.serve()
    assert request(other_port, "/").json() == {"hello": "world"}
    for instance in (neighbour, other, bomb):
        attacked.stop(instance)


def test_children_of_an_app_end_with_it(attacked: Runner):
    instance, port = attacked.serve(SHELL)
    marker = f"headrace-orphan-{os.getpid()}"
    request(port, "/run", "POST", f"subprocess.Popen(['/bin/sh', '-c', 'sleep 1000; : {marker}'])")
    until(lambda: marker in all_command_lines(), "the child runs")
    attacked.send(op="stop", id=instance, grace_s=0)
    attacked.wait_for("exited", instance)
    until(lambda: marker not in all_command_lines(), "the child is gone")


def all_command_lines() -> str:
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("limit", [128 * MIB, 256 * MIB])
def test_a_hog_gets_a_memory_error_and_hello_world_lives(attacked: Runner, limit: int):
    instance, port = attacked.serve(SHELL, memory_bytes=limit)
    answer = request(port, "/run", "POST", f"got = len(bytearray({limit}))").json()
    assert answer["refused"].startswith("MemoryError")
    assert request(port, "/run", "POST", "got = len(bytearray(20 * 1024 * 1024))").json()["got"] == "20971520"
    attacked.stop(instance)


def test_sync_handlers_fit_into_the_smallest_plan(attacked: Runner):
    code = """
    import threading
    from fastapi import FastAPI
    app = FastAPI()
    together = threading.Barrier(40)

    @app.get("/")
    def wait():
        together.wait(20)
        return {"ok": True}
    """
    instance, port = attacked.serve(code, memory_bytes=128 * MIB, processes=32)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(request(port, "/").status)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 40
    attacked.stop(instance)


def test_a_hog_that_eats_memory_while_it_starts_is_reported_as_out_of_memory(attacked: Runner):
    ended = attacked.outcome("hoard = [bytearray(1 << 20) for _ in range(1000)]\n" + SHELL)
    assert (ended["reason"], ended["code"]) == ("out of memory", 1)
    assert (ended["error"]["kind"], ended["error"]["line"]) == ("MemoryError", 1)


HOARD = "hoard = bytearray(b'x') * (60 << 20); time.sleep(60)"
MORE_THAN_ITS_SHARE = {
    "shared memory": """
shared = mmap.mmap(-1, 300 << 20)
for _ in range(200):
    shared.write(b'x' * (1 << 20))
time.sleep(60)
""",
    "several processes": f"""
for _ in range(4):
    if os.fork() == 0:
        {HOARD}
time.sleep(60)
""",
}


@pytest.mark.parametrize("how", MORE_THAN_ITS_SHARE)
def test_an_app_has_no_more_memory_in_all_than_it_may(attacked: Runner, how: str):
    instance, port = attacked.serve(SHELL, memory_bytes=128 * MIB)
    _, neighbour = attacked.serve(SHELL, memory_bytes=128 * MIB)
    request_in_background(port, MORE_THAN_ITS_SHARE[how])
    assert attacked.wait_for("exited", instance)["reason"] == "out of memory"
    assert request(neighbour, "/run", "POST", "got = 1").json() == {"got": "1"}


def request_in_background(port: int, code: str) -> None:
    def send() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            request(port, "/run", "POST", code)

    threading.Thread(target=send, daemon=True).start()


def test_an_app_is_the_first_to_go_when_the_machine_runs_out_of_memory(attack: Callable):
    assert attack("got = open('/proc/self/oom_score_adj').read()") == {"got": repr("1000\n")}


def test_filling_tmp_ends_at_its_size(attack: Callable):
    answer = attack("""
with open(os.environ['TMPDIR'] + '/full', 'wb') as file:
    while True:
        file.write(bytes(1 << 20))
        file.flush()
        assert file.tell() < 1 << 30
""")
    assert answer["refused"].startswith("OSError: [Errno 28]")
    assert (
        attack("os.chdir(os.environ['TMPDIR']); os.unlink('full'); got = open('small', 'w').write('x')")[
            "got"
        ]
        == "1"
    )


def test_each_app_has_a_tmp_of_its_own(attacked: Runner, attack: Callable):
    attack("got = open(os.environ['TMPDIR'] + '/mine', 'w').write('x')")
    instance, port = attacked.serve(SHELL)
    assert request(port, "/run", "POST", "got = os.listdir(os.environ['TMPDIR'])").json()["got"] == "['app']"
    attacked.stop(instance)


def test_where_the_kernel_refuses_namespaces_it_says_why_and_apps_run_all_the_same(new_runner: Callable):
    runner = new_runner(wrapped(WITHOUT_NAMESPACES))
    ready = runner.ready()
    assert ready["isolation"] == "none"
    assert "the kernel refused namespaces" in ready["isolation_detail"]
    assert "max_user_namespaces is 0" in ready["isolation_detail"]
    instance, port = runner.serve(SHELL)
    assert request(port, "/.headrace/health").json() == {"content": "c0ffee"}
    folder = eval(request(port, "/run", "POST", "got = os.getcwd()").json()["got"])
    assert Path(folder).parent.parent.stat().st_mode & 0o777 == 0o700
    memory = request(port, "/run", "POST", "got = len(bytearray(1 << 30))").json()
    assert memory["refused"].startswith("MemoryError")
    assert runner.stop(instance)["reason"] == "stopped"
    until(lambda: not Path(folder).exists(), "its folder is removed")


def test_plain_processes_end_with_the_fork_server(new_runner: Callable):
    runner = new_runner(wrapped(WITHOUT_NAMESPACES))
    runner.ready()
    instance, _ = runner.serve()
    pid = runner.wait_for("started", instance)["pid"]
    runner.process.kill()
    until(lambda: not Path(f"/proc/{pid}").exists(), "the app is gone")
