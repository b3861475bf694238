"""The image's program: how it starts, what it leaves behind when it fails, and how it ends."""

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import HELLO, until

from headrace_runner.failure import Failure
from headrace_runner.termination import MAX_BYTES, message


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "termination-log"
    path.touch()
    return path


def told(log: Path) -> dict:
    assert log.stat().st_size <= MAX_BYTES
    return json.loads(log.read_text())


def connected(port: int) -> socket.socket | None:
    with contextlib.suppress(OSError):
        return socket.create_connection(("127.0.0.1", port))
    return None


def connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def test_the_socket_is_there_before_anything_else_is_read(serve: Callable, tmp_path: Path):
    (tmp_path / "code").mkdir()
    os.mkfifo(tmp_path / "code" / "pipe.py")  # who reads it waits for ever
    app = serve(HELLO, entrypoint="pipe.py")
    until(lambda: connected(app.port), "the socket is bound").close()


def test_a_stop_before_it_can_end_in_order_is_not_lost(serve: Callable, tmp_path: Path):
    (tmp_path / "code").mkdir()
    os.mkfifo(tmp_path / "code" / "pipe.py")
    app = serve(HELLO, entrypoint="pipe.py")
    until(lambda: connected(app.port), "the socket is bound").close()
    app.process.send_signal(signal.SIGTERM)
    (tmp_path / "code" / "pipe.py").write_text("")
    app.end()
    assert app.process.returncode == 0


def test_who_asks_early_waits_for_the_answer(serve: Callable):
    app = serve("import time; time.sleep(0.5)\n" + HELLO)
    early = until(lambda: connected(app.port), "the socket is bound")
    early.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    early.settimeout(30)
    assert early.recv(100).startswith(b"HTTP/1.1 200")
    early.close()


def test_a_stop_while_it_loads_ends_it(serve: Callable):
    app = serve("print('loading', flush=True)\nimport time; time.sleep(30)\n" + HELLO)
    assert app.process.stdout.readline() == "loading\n"
    assert app.terminate()[0] == 0


def test_an_error_at_import_is_told_with_the_users_lines(serve: Callable, log: Path):
    app = serve("import json\n\njson.loads('nothing')\n", HEADRACE_TERMINATION_LOG=str(log))
    app.end()
    assert app.process.returncode == 1
    failure = told(log)
    assert failure.pop("traceback").splitlines()[0] == "Traceback (most recent call last):"
    assert failure == {
        "headrace": "error",
        "phase": "start",
        "kind": "JSONDecodeError",
        "message": "Expecting value: line 1 column 1 (char 0)",
        "file": "main.py",
        "line": 3,
    }


@pytest.mark.parametrize(
    "code, kind, line",
    [
        ("import sys\nsys.exit(3)\n", "SystemExit", 2),
        ("app = 1\n", "AppProblem", None),
        (HELLO + "\n@app.on_event('startup')\ndef start():\n    raise OSError('no')\n", "OSError", 11),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_failed_start_is_told(serve: Callable, log: Path, code: str, kind: str, line: int | None):
    serve(code, HEADRACE_TERMINATION_LOG=str(log)).end()
    failure = told(log)
    assert (failure["phase"], failure["kind"], failure["line"]) == ("start", kind, line)


def test_a_missing_entrypoint_is_told(serve: Callable, log: Path):
    serve(HELLO, entrypoint="other.py", HEADRACE_TERMINATION_LOG=str(log)).end()
    assert "Code file not found" in told(log)["message"]


def test_an_app_that_ends_itself_later_is_told_as_running(serve: Callable, log: Path):
    code = HELLO + (
        "\nimport asyncio, sys\n"
        "@app.get('/end')\nasync def end(): asyncio.get_running_loop().call_soon(sys.exit, 5)\n"
    )
    app = serve(code, HEADRACE_TERMINATION_LOG=str(log)).until_ready()
    with contextlib.suppress(OSError, http.client.HTTPException):
        app.get("/end")
    app.end()
    assert (told(log)["phase"], told(log)["kind"]) == ("run", "SystemExit")


def test_without_a_termination_log_it_fails_all_the_same(serve: Callable, tmp_path: Path):
    app = serve("1 / 0\n", HEADRACE_TERMINATION_LOG=str(tmp_path / "none"))
    _, err = app.end()
    assert app.process.returncode == 1
    assert "ZeroDivisionError" in err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("character", ["x", "\n", "\x00", "é", "\udc80", "😀"])
@pytest.mark.parametrize("lines", [1, 5, 5000])
def test_a_long_failure_keeps_its_end_and_stays_json(character: str, lines: int):
    traceback = "\n".join(["Traceback", *[character * (20_000 // lines)] * lines, "ValueError: at the end"])
    cut = message(Failure(character * 300, character * 5000, traceback, character * 5000, 7), "start")
    assert len(cut) <= MAX_BYTES
    failure = json.loads(cut.decode())
    assert failure["traceback"].endswith("\nValueError: at the end")
    assert failure["line"] == 7
    assert failure["kind"]
    assert failure["message"]
    assert len(cut) > MAX_BYTES // 8


def test_a_short_failure_is_told_whole():
    failure = Failure("ValueError", "no", "Traceback\nValueError: no", "main.py", 1)
    expected = {
        "headrace": "error",
        "phase": "run",
        "kind": "ValueError",
        "message": "no",
        "traceback": "Traceback\nValueError: no",
        "file": "main.py",
        "line": 1,
    }
    assert json.loads(message(failure, "run")) == expected


def test_while_it_ends_it_answers_and_closes_each_connection(serve: Callable):
    app = serve(HELLO, HEADRACE_LINGER_S="30").until_ready()
    kept = connection(app.port)
    kept.request("GET", "/")
    assert kept.getresponse().read() == b'{"hello":"world"}'
    assert kept.sock is not None, "connections are kept while it runs"
    app.process.send_signal(signal.SIGTERM)

    def closes() -> bool:
        kept.request("GET", "/")
        response = kept.getresponse()
        assert response.read() == b'{"hello":"world"}'
        return response.getheader("connection") == "close"

    until(closes, "it says that it closes the connection")
    assert app.get("/").status == 200, "new connections are still taken"
    assert app.process.poll() is None


def test_a_request_in_flight_is_finished(serve: Callable):
    code = HELLO + (
        "\nimport time\n@app.get('/slow')\ndef slow():\n"
        "    print('in', flush=True)\n    time.sleep(0.5)\n    return 'done'\n"
    )
    app = serve(code).until_ready()
    answers: list[object] = []
    request = threading.Thread(target=lambda: answers.append(app.get("/slow").json()))
    request.start()
    assert app.process.stdout.readline() == "in\n"
    status, _, _ = app.terminate()
    request.join()
    assert (status, answers) == (0, ["done"])


def test_what_an_app_does_not_need_to_start_is_not_imported(serve: Callable):
    code = HELLO + (
        "\nimport sys, uvicorn\n@app.get('/loaded')\ndef loaded(): return sorted(sys.modules)\n"
        "assert uvicorn.Config and uvicorn.Server\n"
    )
    loaded = serve(code).until_ready().get("/loaded").json()
    assert not {"click", "watchfiles", "websockets"} & set(loaded)


def test_a_fasthtml_app_starts_without_fastapi(serve: Callable):
    code = (
        "from fasthtml.common import *\nimport sys\napp, rt = fast_app()\n"
        "@rt('/loaded')\ndef get(): return ' '.join(sys.modules)\n"
    )
    loaded = serve(code).until_ready().get("/loaded").text.split()
    assert "fasthtml.common" in loaded
    assert "fastapi" not in loaded


def test_models_put_off_at_import_are_whole_when_they_are_used(serve: Callable):
    code = HELLO + (
        "\nfrom fastapi import Depends\nfrom fastapi.security import OAuth2PasswordBearer\n"
        "class Item(BaseModel):\n    name: str\n    inner: Optional['Item'] = None\n"
        "assert Item.__pydantic_complete__ and not BaseModel.model_config\n"
        "@app.post('/item')\ndef post(item: Item, by=Depends(OAuth2PasswordBearer('t'))): return item\n"
    )
    schema = serve(code).until_ready().get("/openapi.json").json()
    assert schema["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
    assert schema["components"]["schemas"]["Item"]["required"] == ["name"]
