"""The fork server's protocol, driven over its standard input and output."""

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import FORK_SERVER, HELLO, Runner, request, until


def test_an_app_is_started_answers_and_is_stopped(runner: Runner):
    instance, port = runner.serve()
    assert request(port, "/").json() == {"hello": "world"}
    assert request(port, "/.headrace/health").json() == {"content": "c0ffee"}
    ended = runner.stop(instance)
    assert ended == {
        "event": "exited",
        "id": instance,
        "code": 0,
        "signal": None,
        "reason": "stopped",
        "error": None,
    }
    names = [e["event"] for e in runner.events if e.get("id") == instance and e["event"] != "log"]
    assert names == ["started", "listening", "exited"]


# A fork server whose helpers are slow to tell what they started.
SLOW_HELPERS = """
import time
from headrace_runner import child, forkserver
tell = child.Birth._tell
def slow(self, **report):
    if "pid" in report:
        time.sleep(1)
    tell(self, **report)
child.Birth._tell = slow
forkserver.main()
"""


def test_an_app_listens_only_after_it_is_said_to_be_started(new_runner: Callable):
    runner = new_runner([sys.executable, "-I", "-c", SLOW_HELPERS])
    instance, _ = runner.serve()
    runner.wait_for("started", instance)
    names = [e["event"] for e in runner.events if e.get("id") == instance and e["event"] != "log"]
    assert names == ["started", "listening"]


def test_a_warm_start_is_quick(runner: Runner):
    times = []
    for _ in range(11):
        began = time.perf_counter()
        instance, _ = runner.serve()
        times.append((time.perf_counter() - began) * 1000)
        runner.stop(instance, grace_s=0)
    # Far above what is expected, so that it fails for a lost warm start and not for a busy machine.
    assert statistics.median(times) < 400, times


def test_many_apps_run_at_once_each_with_its_own_code(runner: Runner):
    apps = [runner.serve(HELLO.replace("world", f"number {number}")) for number in range(8)]
    for number, (_, port) in enumerate(apps):
        assert request(port, "/").json() == {"hello": f"number {number}"}
    for instance, _ in apps:
        runner.send(op="stop", id=instance)
    for instance, _ in apps:
        assert runner.wait_for("exited", instance)["reason"] == "stopped"


def test_packages_and_static_files_work(runner: Runner):
    files = {
        "main.py": "from pkg.mod import word\nimport side\nfrom fastapi import FastAPI\napp = FastAPI()\n"
        "@app.get('/')\ndef f():\n    return word + side.word\n",
        "pkg/__init__.py": "",
        "pkg/mod.py": "from .deep import word\n",
        "pkg/deep.py": "word = 'a'\n",
        "side.py": "word = 'b'\n",
        "static/css/site.css": "b{}",
    }
    instance, port = runner.serve(files=files)
    assert request(port, "/").json() == "ab"
    assert request(port, "/static/css/site.css").text == "b{}"
    runner.stop(instance)


def test_fasthtml_apps_are_started(runner: Runner):
    code = (
        "from fasthtml.common import *\napp, rt = fast_app()\n@rt('/')\ndef get(): return P('hi')\nserve()\n"
    )
    instance, port = runner.serve(code)
    assert "<p>hi</p>" in request(port, "/").text
    runner.stop(instance)


def test_the_environment_of_an_app_is_what_it_was_given(runner: Runner):
    code = HELLO + "\nimport os\n@app.get('/env')\ndef env(): return dict(os.environ)\n"
    instance, port = runner.serve(
        code, env={"GREETING": "héllo", "APP_ID": "faked"}, root_path="/user/u/app/a"
    )
    environment = request(port, "/env").json()
    assert environment["GREETING"] == "héllo"
    assert environment["APP_ID"] == "k3f9a2bq"
    assert environment["APP_ROOT_PATH"] == "/user/u/app/a"
    runner.stop(instance)


# What cannot start


def test_an_error_while_starting_tells_the_users_own_line(runner: Runner):
    files = {
        "main.py": "import helper\nfrom fastapi import FastAPI\napp = FastAPI()\nhelper.go()\n",
        "helper.py": "import json\n\ndef go():\n    return json.loads('{')\n",
    }
    ended = runner.outcome("", files=files)
    assert (ended["code"], ended["reason"]) == (1, "failed to start")
    error = ended["error"]
    assert (error["kind"], error["file"], error["line"]) == ("JSONDecodeError", "helper.py", 4)
    assert error["traceback"].splitlines()[:3] == [
        "Traceback (most recent call last):",
        '  File "main.py", line 4, in <module>',
        "    helper.go()",
    ]
    assert "headrace_runner" not in error["traceback"]
    assert "json/decoder.py" not in error["traceback"]
    logged = runner.log(ended["id"], "err")
    assert '  File "helper.py", line 4, in go' in logged
    assert json.loads(logged[-1])["headrace"] == "error"


def test_a_syntax_error_names_its_file_and_line(runner: Runner):
    files = {"main.py": "import helper\n", "helper.py": "x = 1\ndef broken(:\n"}
    error = runner.outcome("", files=files)["error"]
    assert (error["kind"], error["file"], error["line"]) == ("SyntaxError", "helper.py", 2)
    assert 'File "helper.py", line 2' in error["traceback"]
    assert "def broken(:" in error["traceback"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1", "Code must define an app instance (FastAPI or FastHTML). Add to main.py: app = FastAPI()"),
        ("app = 'text'", "Its `app` is a str, which cannot be served"),
        ("import sys\nsys.exit(3)", "The app ended itself with sys.exit(3). Remove that call"),
    ],
)
def test_a_program_that_is_no_app_is_told_what_to_write(runner: Runner, code: str, message: str):
    ended = runner.outcome(code)
    assert ended["reason"] == "failed to start"
    assert message in ended["error"]["message"]


def test_an_app_whose_lifespan_fails_never_listens(runner: Runner):
    code = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI

    @asynccontextmanager
    async def lifespan(app):
        raise ValueError("no database")
        yield

    app = FastAPI(lifespan=lifespan)
    """
    ended = runner.outcome(code)
    assert (ended["reason"], ended["error"]["message"]) == ("failed to start", "no database")
    assert (ended["error"]["file"], ended["error"]["line"]) == ("main.py", 7)
    events = [e["event"] for e in runner.events if e.get("id") == ended["id"]]
    assert "listening" not in events


def test_an_app_that_dies_by_itself_has_crashed(runner: Runner):
    code = HELLO + "\nimport os\n@app.get('/die')\nasync def die(): os._exit(7)\n"
    instance, port = runner.serve(code)
    with pytest.raises(OSError):
        request(port, "/die")
    ended = runner.wait_for("exited", instance)
    assert (ended["code"], ended["signal"], ended["reason"]) == (7, None, "crashed")


def test_an_app_that_segfaults_has_crashed_by_that_signal(runner: Runner):
    code = HELLO + "\nimport ctypes\n@app.get('/die')\nasync def die(): ctypes.string_at(0)\n"
    instance, port = runner.serve(code)
    with pytest.raises(OSError):
        request(port, "/die")
    ended = runner.wait_for("exited", instance)
    assert (ended["code"], ended["signal"], ended["reason"]) == (None, "SIGSEGV", "crashed")


# Stopping


WITH_SHUTDOWN_CODE = """
import asyncio
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    yield
    print("closed the database")

app = FastAPI(lifespan=lifespan)

@app.get("/slow")
async def slow():
    print("began")
    await asyncio.sleep(0.5)
    return "done"
"""
# Handles its shutdown for ever.
STAYING = HELLO + "\nimport time\n@app.on_event('shutdown')\ndef stay(): time.sleep(1000)\n"


def check_that_it_finishes(runner: Runner, instance: str, port: int, stop: Callable[[], object]) -> None:
    answers: list[str] = []
    asker = threading.Thread(target=lambda: answers.append(request(port, "/slow").json()))
    asker.start()
    until(lambda: "began" in runner.log(instance), "the request is being handled")
    stop()
    ended = runner.wait_for("exited", instance)
    asker.join()
    assert answers == ["done"]
    assert (ended["code"], ended["reason"]) == (0, "stopped")
    assert "closed the database" in runner.log(instance, "out")


def test_a_stop_lets_requests_in_flight_finish(runner: Runner):
    instance, port = runner.serve(WITH_SHUTDOWN_CODE)
    check_that_it_finishes(runner, instance, port, lambda: runner.stop(instance))


def test_the_end_of_the_input_lets_apps_finish_and_ends_those_that_do_not(new_runner: Callable):
    runner = new_runner()
    staying, _ = runner.serve(STAYING)
    instance, port = runner.serve(WITH_SHUTDOWN_CODE)
    tree = descendants(runner.process.pid)
    check_that_it_finishes(runner, instance, port, runner.process.stdin.close)
    assert not any(e["event"] == "exited" and e["id"] == staying for e in runner.events)
    until(lambda: not any(is_alive(pid) for pid in tree), "all processes are gone")


def test_an_app_that_does_not_stop_is_killed_after_its_grace(runner: Runner):
    instance, _ = runner.serve(STAYING)
    ended = runner.stop(instance, grace_s=0.3)
    assert (ended["code"], ended["signal"], ended["reason"]) == (None, "SIGKILL", "stopped")


def test_a_stop_right_after_the_start_is_not_lost(runner: Runner):
    for _ in range(10):
        instance = runner.start("import time\ntime.sleep(1000)\n")
        ended = runner.stop(instance, grace_s=20)
        assert ended["reason"] == "stopped"
        assert ended["signal"] is None, "it took the kill after the grace"


# The log


def test_what_an_app_prints_comes_by_stream_and_line(runner: Runner):
    code = (
        HELLO
        + "\nimport sys\nprint('out höre')\nprint('err', file=sys.stderr)\nprint('no newline', end='')\n"
    )
    instance, port = runner.serve(code)
    request(port, "/")
    until(lambda: any('"request"' in line for line in runner.log(instance)), "the request is logged")
    runner.stop(instance)
    assert "out höre" in runner.log(instance, "out")
    assert "err" in runner.log(instance, "err")
    lines = [json.loads(line) for line in runner.log(instance, "out") if line.startswith('{"headrace"')]
    assert [(line["method"], line["path"], line["status"]) for line in lines] == [("GET", "/", 200)]
    assert all(e["at"].endswith("Z") for e in runner.events if e["event"] == "log")


def test_a_line_without_end_is_cut_and_bytes_that_are_no_text_are_replaced(runner: Runner):
    code = HELLO + "\nimport os\nos.write(1, b'x' * 300_000 + b'\\n')\nos.write(1, b'\\xff\\x00 bytes\\n')\n"
    instance, _ = runner.serve(code)
    runner.stop(instance)
    lines = runner.log(instance, "out")
    assert [line for line in lines if line.startswith("x")] == ["x" * 8192 + "..."] or all(
        len(line) <= 8192 + 3 for line in lines
    )
    assert "\ufffd\x00 bytes" in lines


def test_a_flood_of_lines_is_limited_and_the_rest_is_counted(runner: Runner):
    code = HELLO + "\nfor number in range(20_000): print('flood', number)\n"
    instance, _ = runner.serve(code)
    runner.stop(instance)
    lines = runner.log(instance)
    kept = [line for line in lines if line.startswith("flood")]
    left_out = [int(line.split()[1]) for line in lines if line.startswith("[headrace]")]
    assert 1_000 < len(kept) < 15_000
    assert len(kept) + sum(left_out) == 20_000


def test_a_reader_that_pauses_stops_nothing_and_loses_only_log_lines():
    runner = subprocess.Popen(FORK_SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    code = HELLO + "\nprint(*('x' * 5000 for _ in range(6000)), sep='\\n')\n"
    start = {"op": "start", "id": "a", "files": {"main.py": code}}
    runner.stdin.write(json.dumps(start).encode() + b"\n" + b'{"op":"stop","id":"nobody"}\n')
    runner.stdin.flush()
    events = []
    for line in runner.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "listening":
            break
    names = {event["event"] for event in events}
    assert {"ready", "started", "listening", "error"} <= names
    runner.stdin.close()
    runner.wait()
    runner.stdout.close()


# Commands that are wrong


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"nonsense", "Command is not JSON"),
        (b"[1]", "Command is not a JSON object"),
        (b'{"op":"start"}', "no usable id"),
        (b'{"op":"dance","id":"a"}', "unknown op 'dance'"),
        (b'{"op":"stop","id":"nobody"}', "nobody is not running"),
        (b'{"op":"start","id":"a","files":{}}', "entrypoint 'main.py' is not a Python file among its files"),
        (b'{"op":"start","id":"a","files":{"../main.py":""}}', "leaves the app's folder"),
        (b'{"op":"start","id":"a","files":{"/main.py":""}}', "leaves the app's folder"),
        (b'{"op":"start","id":"a","files":{"main.py":1}}', "files is not an object of strings"),
        (b'{"op":"start","id":"a","files":{"main.py":""},"env":{"A=B":"c"}}', "environment variable 'A=B'"),
        (b'{"op":"start","id":"a","files":{"main.py":"\\ud800"}}', "not valid Unicode"),
        (b'{"op":"start","id":"a","files":{"main.py":""},"memory_bytes":1}', "memory_bytes is not a number"),
        (b"[" * 100_000, "Command is not JSON"),
        (b"\xff\xfe", "Command is not JSON"),
        (b"x" * (17 * 1024 * 1024), "Command is longer than"),
    ],
)
def test_a_wrong_command_is_answered_and_the_next_one_obeyed(runner: Runner, line: bytes, message: str):
    before = len(runner.events)
    runner.write(line + b"\n")
    until(
        lambda: any(e["event"] == "error" and message in e["message"] for e in runner.events[before:]),
        message,
    )
    instance, _ = runner.serve()
    runner.stop(instance)


def test_a_refused_start_has_an_end_too(runner: Runner):
    instance = runner.start(memory_bytes=1)
    ended = runner.wait_for("exited", instance)
    assert (ended["reason"], ended["code"]) == ("failed to start", None)
    assert "memory_bytes is not a number of at least" in ended["error"]["message"]


def test_an_id_that_runs_is_not_started_twice(runner: Runner):
    instance, port = runner.serve()
    runner.send(op="start", id=instance, files={"main.py": HELLO})
    runner.wait_for("error", instance)
    assert request(port, "/").status == 200
    runner.stop(instance)


# Nothing is left behind


def test_nothing_leaks_over_many_starts(new_runner: Callable):
    runner = new_runner()
    runner.ready()
    runner.stop(runner.serve()[0])
    server = until(lambda: innermost(runner.process.pid), "the server's process")
    before = open_files(server)
    for _ in range(10):
        runner.outcome("raise ValueError")
        runner.stop(runner.serve()[0], grace_s=0)
    assert open_files(server) == before
    assert children(server) == []


@pytest.mark.parametrize("end", ["its input ends", "it is terminated", "its parent is killed"])
def test_every_app_is_gone_as_soon_as(new_runner: Callable, end: str):
    if end == "its parent is killed":
        runner = new_runner([sys.executable, "-c", PARENT_THAT_KEEPS_THE_PIPE])
    else:
        runner = new_runner()
    runner.ready()
    _, port = runner.serve()
    tree = descendants(runner.process.pid)
    assert tree
    if end == "its input ends":
        runner.process.stdin.close()
    elif end == "it is terminated":
        runner.process.send_signal(signal.SIGTERM)
    else:
        runner.process.kill()
    until(lambda: not any(is_alive(pid) for pid in tree), "all processes are gone")
    until(lambda: is_refused(port), "the app's port is closed")


# A parent whose child's input does not end with it, because another process holds the pipe too.
PARENT_THAT_KEEPS_THE_PIPE = f"""
import subprocess, sys
subprocess.Popen({FORK_SERVER!r}).wait()
"""


def test_a_terminal_interrupt_is_left_to_the_parent(new_runner: Callable):
    runner = new_runner()
    runner.ready()
    assert os.getsid(runner.process.pid) == runner.process.pid
    assert os.getsid(runner.process.pid) != os.getsid(0)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def is_refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionError:
        return True
    return False


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [below for child in found for below in descendants(child)]


def innermost(pid: int) -> int:
    below = children(pid)
    return innermost(below[0]) if below else pid


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
