"""The app host as the image's program, and what it adds to a user's app."""

import json
from collections.abc import Callable

import pytest
from driving import HELLO
from websockets.sync.client import connect


def test_hello_world_answers_with_health_and_probe(serve: Callable):
    app = serve(HELLO, HEADRACE_CONTENT="c0ffee").until_ready()
    assert app.get("/").json() == {"hello": "world"}
    assert app.get("/health").json() == {"status": "healthy"}
    assert app.get("/.headrace/health").json() == {"content": "c0ffee"}
    assert app.get("/.headrace/other").status == 404


def test_the_users_own_health_handler_runs_and_the_probe_is_not_fooled(serve: Callable):
    code = HELLO + (
        "\n@app.get('/health')\ndef health(): return {'status': 'mine'}\n"
        "\n@app.get('/.headrace/health')\ndef fake(): return {'content': 'faked'}\n"
        "\n@app.get('/{rest:path}')\ndef all(rest: str): return {'all': rest}\n"
    )
    app = serve(code, HEADRACE_CONTENT="c0ffee").until_ready()
    assert app.get("/health").json() == {"status": "mine"}
    assert app.get("/.headrace/health").json() == {"content": "c0ffee"}


def test_the_users_middleware_cannot_break_the_probe(serve: Callable):
    code = HELLO + (
        "\n@app.middleware('http')\nasync def refuse(request, call_next):\n    raise ValueError('refused')\n"
    )
    app = serve(code).until_ready()
    assert app.get("/.headrace/health").status == 200
    assert app.get("/health").status == 200
    assert app.get("/").status == 500


@pytest.mark.parametrize("options", ["", "docs_url=None, redoc_url=None", "openapi_url=None"])
def test_documentation_pages_answer_with_a_relative_schema(serve: Callable, options: str):
    app = serve(HELLO.replace("FastAPI()", f"FastAPI({options})")).until_ready()
    assert "url: 'openapi.json'" in app.get("/docs").text
    assert 'spec-url="openapi.json"' in app.get("/redoc").text
    assert app.get("/openapi.json").json()["paths"].keys() == {"/"}


def test_a_documentation_page_of_the_users_own_stays(serve: Callable):
    code = (
        HELLO.replace("FastAPI()", "FastAPI(docs_url=None)") + "\n@app.get('/docs')\ndef d(): return 'mine'\n"
    )
    assert serve(code).until_ready().get("/docs").json() == "mine"


def test_behind_a_prefix_links_and_redirects_keep_it(serve: Callable):
    code = HELLO + (
        "\nfrom fastapi import Request\n"
        "@app.get('/url')\ndef url(request: Request): return request.url_for('hello').path\n"
        "@app.get('/folder/')\ndef folder(): return 'in'\n"
    )
    app = serve(code, APP_ROOT_PATH="/user/u/app/a", APP_ID="k3f9a2bq").until_ready()
    assert app.get("/").json() == {"hello": "world"}
    assert app.get("/url").json() == "/user/u/app/a/"
    assert app.get("/user/u/app/a/url").json() == "/user/u/app/a/"
    assert app.get("/folder").headers["location"].endswith("/user/u/app/a/folder/")
    own_host = {"Host": "app-k3f9a2bq.example.org"}
    assert app.get("/url", headers=own_host).json() == "/"


def test_single_file_names_are_bound_and_types_resolve(serve: Callable):
    code = """
from __future__ import annotations
import dataclasses, typing
app = FastAPI()

class Node(BaseModel):
    name: Optional[str] = None
    made: datetime
    children: List[Node] = []
    extra: Dict[str, Any] = {}

@dataclasses.dataclass
class Point:
    x: typing.ClassVar[int] = 1
    y: int = 2

@app.post("/")
def post(node: Node) -> Node:
    return node

@app.get("/hints")
def hints():
    return [list(typing.get_type_hints(Node)), [field.name for field in dataclasses.fields(Point)], __name__]
"""
    app = serve(code).until_ready()
    body = json.dumps({"made": "2026-01-01T00:00:00", "children": [{"made": "2026-01-02T00:00:00"}]})
    answer = app.get("/", method="POST", body=body, headers={"content-type": "application/json"})
    assert answer.json()["children"][0]["made"] == "2026-01-02T00:00:00"
    assert app.get("/hints").json() == [["name", "made", "children", "extra"], ["y"], "__main__"]


def test_a_main_guard_that_serves_is_left_out(serve: Callable):
    guard = (
        "if __name__ == '__main__':\n    import uvicorn\n    uvicorn.run(app, port=1)\n    print('after')\n"
    )
    code = f"{HELLO}\n{guard}"
    app = serve(code).until_ready()
    assert app.get("/").status == 200
    _, out, _ = app.terminate()
    assert "uvicorn.run() does nothing here" in out
    assert "after" in out


def test_fasthtml_apps_are_served(serve: Callable):
    code = """
from fasthtml.common import *
app, rt = fast_app()

@rt("/")
def get():
    return Titled("Hello", P("from FastHTML"))

serve()
"""
    app = serve({"main.py": code, "static/site.css": "b{}"}).until_ready()
    assert "from FastHTML" in app.get("/").text
    assert app.get("/health").json() == {"status": "healthy"}
    assert app.get("/static/site.css").text == "b{}"


def test_an_app_reads_its_files_by_relative_paths_and_writes_beside_them(serve: Callable):
    code = HELLO + (
        "\nfrom pathlib import Path\n"
        "@app.get('/file')\ndef file():\n"
        "    Path('note.txt').write_text('new')\n"
        "    return [Path('templates/page.html').read_text(), Path('note.txt').read_text()]\n"
    )
    app = serve({"main.py": code, "templates/page.html": "page"}).until_ready()
    assert app.get("/file").json() == ["page", "new"]


def test_an_entrypoint_in_a_folder_finds_its_neighbours(serve: Callable):
    files = {
        "web/main.py": "from near import word\n" + HELLO.replace('"world"', "word"),
        "web/near.py": "word = 'n'",
    }
    assert serve(files, entrypoint="web/main.py").until_ready().get("/").json() == {"hello": "n"}


def test_another_file_may_import_the_entrypoint_without_running_it_twice(serve: Callable):
    files = {
        "main.py": "print('ran')\n" + HELLO + "\nimport routes\n",
        "routes.py": "from main import app\n@app.get('/r')\ndef r(): return 'r'\n",
    }
    app = serve(files).until_ready()
    assert app.get("/r").json() == "r"
    _, out, _ = app.terminate()
    assert out.splitlines().count("ran") == 1


def test_websockets_and_streams_pass(serve: Callable):
    code = (
        HELLO
        + """
from fastapi import WebSocket
from fastapi.responses import StreamingResponse

@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    await socket.send_text((await socket.receive_text()).upper())

@app.get("/stream")
def stream():
    return StreamingResponse(iter(["a", "b", "c"]), media_type="text/plain")
"""
    )
    app = serve(code).until_ready()
    with connect(f"ws://127.0.0.1:{app.port}/echo") as socket:
        socket.send("hi")
        assert socket.recv() == "HI"
    assert app.get("/stream").text == "abc"


def test_a_failing_handler_is_told_by_the_users_own_lines(serve: Callable):
    code = HELLO + "\n@app.get('/boom')\ndef boom():\n    return 1 / 0\n"
    app = serve(code).until_ready()
    answer = app.get("/boom")
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    _, out, err = app.terminate()
    lines = err.splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        '  File "main.py", line 11, in boom',
        "    return 1 / 0",
    ]
    assert json.loads(lines[-1]) == {
        "headrace": "error",
        "phase": "request",
        "kind": "ZeroDivisionError",
        "message": "division by zero",
        "file": "main.py",
        "line": 11,
    }
    assert "site-packages" not in err
    [logged] = [json.loads(line) for line in out.splitlines() if "/boom" in line]
    assert (logged["method"], logged["path"], logged["status"]) == ("GET", "/boom", 500)
    assert logged["duration_ms"] > 0


def test_probes_are_not_in_the_request_log(serve: Callable):
    app = serve(HELLO).until_ready()
    app.get("/health")
    app.get("/seen?token=secret")
    _, out, _ = app.terminate()
    paths = [json.loads(line)["path"] for line in out.splitlines() if line.startswith("{")]
    assert paths == ["/seen"]


def test_sigterm_ends_it_with_code_zero(serve: Callable):
    assert serve(HELLO).until_ready().terminate() == (0, "", "")


def test_a_missing_file_is_said(serve: Callable):
    app = serve(HELLO, entrypoint="other.py")
    _, err = app.end()
    assert app.process.returncode == 1
    assert "Error: Code file not found at" in err


@pytest.mark.parametrize("made", ["FastAPI()", "fastapi.FastAPI()", "make()"])
def test_every_way_to_make_an_app_that_the_checker_accepts_is_served(serve: Callable, made: str):
    from headrace_runner.checker import check_code

    code = f"""
import fastapi
from fastapi import FastAPI

def make():
    return FastAPI()

app: FastAPI = {made}
"""
    assert check_code(code) == "fastapi"
    assert serve(code).until_ready().get("/health").status == 200
