"""The syntax checker, driven over its line protocol as the platform drives it."""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKER = Path(__file__).parent.parent / "headrace_runner" / "checker.py"
APP = "app = FastAPI()\n"
NO_APP = "Your code must create an app instance. Add: app = FastAPI() (or app, rt = fast_app() for FastHTML)"
ALLOWED = (
    "base64, bson, calendar, collections, copy, dataclasses, datetime, decimal, enum, fastapi, fasthtml, "
    "fasthtml_auth, fastlite, functools, google.auth, googleapiclient, hashlib, html, http, httpx, "
    "itertools, jinja2, json, locale, math, monsterui, operator, os, pathlib, pydantic, pymongo, random, "
    "re, secrets, slack_sdk, starlette, statistics, string, sys, textwrap, time, typing, urllib, "
    "urllib.parse, uuid"
)
FILES = "File operations are not allowed. Use environment variables or in-memory data instead."
PASSED = "Code validation passed"


class Checker:
    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(CHECKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def send(self, line: bytes) -> dict:
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def ask(self, **request: object) -> dict:
        answer = self.send(json.dumps({"id": "7", **request}).encode())
        assert answer.pop("id") == "7"
        return answer

    def code(self, code: str, **more: object) -> tuple[str, int | None]:
        answer = self.ask(code=code, **more)
        assert answer["valid"] == (answer["message"] == PASSED)
        assert answer["file"] is None
        return answer["message"], answer["line"]

    def files(self, files: dict[str, str], entrypoint: str = "app.py", **more: object) -> tuple:
        answer = self.ask(files=files, entrypoint=entrypoint, **more)
        return answer["message"], answer["line"], answer["file"]


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    checker = Checker()
    yield checker
    checker.process.stdin.close()
    assert checker.process.wait(30) == 0
    checker.process.stdout.close()


def not_allowed(name: str, hint: str = "") -> str:
    return f"Import '{name}' is not allowed.{hint} Allowed imports: {ALLOWED}"


def forbidden(what: str, hint: str = "") -> str:
    return f"{what} is not allowed for security reasons.{hint}"


EVAL = " Use proper code structure instead."


@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("", "Code cannot be empty. Please write some Python code.", None),
        (" \n\t\n", "Code cannot be empty. Please write some Python code.", None),
        ("def f()\n    pass\n", "Syntax error: expected ':'", 1),
        ("x = 1\nprint(\n", "Syntax error: '(' was never closed", 2),
        (
            "\n\ndef f():\nreturn 1\n",
            "Syntax error: expected an indented block after function definition on line 3",
            4,
        ),
        (
            "print 1\n",
            "Syntax error: Missing parentheses in call to 'print'. Did you mean print(...)?",
            1,
        ),
        (
            "a = 1\nb = 2\nx = = 1\n",
            "Syntax error: invalid syntax. Check line 3 for typos or missing characters.",
            3,
        ),
        (APP + "x = '\0'", "Syntax error: source code string cannot contain null bytes", None),
        (APP + "\nx = '\ud800'", "Syntax error: the code has a character that is not valid Unicode", 3),
        (APP + "return 1\n", "Syntax error: 'return' outside function", 2),
        (APP + "def f(a, a): pass\n", "Syntax error: duplicate argument 'a' in function definition", 2),
        ("x = 1\n", NO_APP, None),
        ("import requests\n", NO_APP, None),
        ("def f():\n    app = FastAPI()\n", NO_APP, None),
        ("class A:\n    app = FastAPI()\n", NO_APP, None),
        ("app = Flask()\n", NO_APP, None),
        ("api = FastAPI()\n", NO_APP, None),
        (
            APP + "import requests\n",
            not_allowed("requests", " Use urllib.parse for URL handling instead"),
            2,
        ),
        (
            APP + "import requests_html as r\n",
            not_allowed("requests_html", " Use urllib.parse for URL handling instead"),
            2,
        ),
        (
            APP + "import numpy as np\n",
            not_allowed("numpy", " Data processing libraries are not available. Use built-in Python types."),
            2,
        ),
        (
            APP + "from pandas.core import x\n",
            not_allowed("pandas", " Data processing libraries are not available. Use built-in Python types."),
            2,
        ),
        (
            APP + "import django.db\n",
            not_allowed("django", " This platform uses FastAPI. Import from 'fastapi' instead."),
            2,
        ),
        (APP + "def f():\n    import socket\nimport threading\n", not_allowed("threading"), 4),
        (APP + "import Json\n", not_allowed("Json"), 2),
        (APP + "from .m import x\n", not_allowed("m"), 2),
        (APP + "from . import x\n", PASSED, None),
        (APP + "import google.cloud\n", not_allowed("google"), 2),
        (APP + "import google.auth\nfrom google import auth\nfrom google.auth import x\n", PASSED, None),
        (APP + "import urllib.parse, os.path, html\n", PASSED, None),
        (APP + "name = input()\n", "input() is not allowed. Use FastAPI request parameters instead.", 2),
        (
            APP + "raw_input('x')\neval('x')",
            "raw_input() is not allowed. Use FastAPI request parameters instead.",
            2,
        ),
        (APP + "__import__('x')\n", forbidden("Direct use of __import__()"), 2),
        (APP + "eval('1')\n", forbidden("eval()", EVAL), 2),
        (APP + "exec('1')\n", forbidden("exec()", EVAL), 2),
        (APP + "compile('1', '', 'exec')\n", forbidden("compile()"), 2),
        (APP + "\nopen('x')\n", FILES, 3),
        (APP + "file('x')\n", FILES, 2),
        (APP + "import os\nos.system('x')\n", forbidden("os.system()"), 3),
        (APP + "import os\nos.popen('x')\n", forbidden("os.popen()"), 3),
        (APP + "open('x')\neval('1')\n", forbidden("eval()", EVAL), 3),
    ],
)
def test_single_file_code_is_answered_with(checker: Checker, code: str, message: str, line: int | None):
    assert checker.code(code) == (message, line)


@pytest.mark.parametrize(
    "code",
    [
        "import re\nx = re.compile('x')\n",
        "from re import compile\nx = compile('x')\n",
        "from fastapi import File, UploadFile\ndef up(file: UploadFile = File(...)): return file.read()\n",
        "# eval( exec( open( os.system __import__ subprocess input(\n",
        "'''eval( exec( open( os.system __import__ subprocess'''\n",
        "def candle(open: float, close: float): return open - close\n",
        "prices = [open for open in [1, 2]]\n",
        "class Candle(BaseModel):\n    open: float\n    def range(self): return self.open\n",
        "def f():\n    input = 1\n    return str(input)\n",
        "client.open('x')\nhttpx.Client().compile()\n",
        "subprocess_count = 1\n",
        "import os\nx = os.environ['A'], os.getenv('B'), os.path.join('a', 'b'), getattr(os, 'sep')\n",
        "from pathlib import Path\nx = Path('a') / 'b'\ny = x.name\n",
        "async def evaluate(eval: int): return eval\n",
        "from urllib.request import urlopen\n",
    ],
)
def test_innocent_code_passes(checker: Checker, code: str):
    assert checker.code(APP + code) == (PASSED, None)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("from os import system\n", forbidden("os.system()")),
        ("from os import system as s\ns('x')\n", forbidden("os.system()")),
        ("import os as o\no.system('x')\n", forbidden("os.system()")),
        ("import os\no = os\no.popen('x')\n", forbidden("os.popen()")),
        ("import os\nrun = os.system\n", forbidden("os.system()")),
        ("import os.path\nos.execv('a', [])\n", forbidden("os.execv()")),
        ("import os\nos.spawnl(0, 'a')\n", forbidden("os.spawnl()")),
        ("import os\nos.posix_spawn('a', [], {})\n", forbidden("os.posix_spawn()")),
        ("import os\nos.fork()\n", forbidden("os.fork()")),
        ("from uuid import os\nos.system('x')\n", forbidden("os.system()")),
        ("import uuid\nuuid.os.system('x')\n", forbidden("os.system()")),
        ("import os\ngetattr(os, 'system')('x')\n", forbidden("os.system()")),
        ("import os\ngetattr(os, 'sys' + 'tem')('x')\n", forbidden("getattr() on os")),
        ("import os\nvars(os)['system']('x')\n", forbidden("getattr() on os")),
        ("import os\nos.__dict__['system']('x')\n", forbidden("getattr() on os")),
        ("import os, operator\noperator.attrgetter('system')(os)('x')\n", forbidden("os.system()")),
        ("import os\nos.open('x', 0)\n", FILES),
        ("e = eval\ne('1')\n", forbidden("eval()", EVAL)),
        ("f = [exec]\n", forbidden("exec()", EVAL)),
        ("if False:\n    eval = None\neval('1')\n", forbidden("eval()", EVAL)),
        ("eval('1')\ndef eval(x): pass\n", forbidden("eval()", EVAL)),
        ("__builtins__['eval']('1')\n", forbidden("__builtins__")),
        ("globals()['__builtins__']\n", forbidden("__builtins__")),
        ("getattr(x, '__globals__')\n", forbidden("__globals__")),
        ("FastAPI.__init__.__globals__['os']\n", forbidden("__globals__")),
        ("().__class__.__base__.__subclasses__()\n", forbidden("__subclasses__")),
        ("import sys\nsys.modules['os'].system('x')\n", forbidden("sys.modules")),
        ("from sys import modules\n", forbidden("sys.modules")),
        ("from pathlib import Path\nPath('x').read_text()\n", FILES),
        ("import pathlib\npathlib.Path('x').write_bytes(b'')\n", FILES),
        ("from pathlib import Path as P\n(P('a') / 'b').open()\n", FILES),
        ("from pathlib import Path\np = Path('a').parent\np.unlink()\n", FILES),
        ("from pathlib import Path\nPath.home().joinpath('x').open('w')\n", FILES),
    ],
)
def test_a_way_around_is_found(checker: Checker, code: str, message: str):
    found, line = checker.code(APP + code)
    assert found == message
    assert line and line > 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import subprocess\n", forbidden("subprocess")),
        ("import asyncio\nasyncio.create_subprocess_shell('x')\n", forbidden("subprocess")),
        ("from asyncio import subprocess\n", forbidden("subprocess")),
        ("import importlib\n", forbidden("importlib")),
        ("import builtins\nbuiltins.eval('1')\n", forbidden("eval()", EVAL)),
        ("import builtins\ngetattr(builtins, 'eval')('1')\n", forbidden("eval()", EVAL)),
        ("import io\nio.open('x')\n", FILES),
    ],
)
def test_an_admins_list_does_not_open_what_is_forbidden(checker: Checker, code: str, message: str):
    allowed = ["asyncio", "builtins", "importlib", "io", "subprocess"]
    assert checker.code(APP + code, allowed_imports=allowed)[0] == message


def test_an_admins_list_replaces_the_default_and_is_any_case(checker: Checker):
    message, line = checker.code(APP + "import json\n", allowed_imports=["yaml", "pil"])
    assert (message, line) == ("Import 'json' is not allowed. Allowed imports: pil, yaml", 2)
    assert checker.code(APP + "import PIL\n", allowed_imports=["yaml", "pil"]) == (PASSED, None)


@pytest.mark.parametrize(
    ("code", "framework"),
    [
        ("app = FastAPI()", "fastapi"),
        ("app=FastAPI(title='x')", "fastapi"),
        ("app: FastAPI = FastAPI()", "fastapi"),
        ("app = api = FastAPI()", "fastapi"),
        ("import fastapi\napp = fastapi.FastAPI()", "fastapi"),
        ("from fastapi import FastAPI as F\napp = F()", "fastapi"),
        ("if True:\n    app = FastAPI()", "fastapi"),
        ("try:\n    app = FastAPI()\nfinally:\n    pass", "fastapi"),
        ("def create():\n    a = FastAPI()\n    return a\napp = create()", "fastapi"),
        ("(app := FastAPI())", "fastapi"),
        ("app, rt = fast_app()", "fasthtml"),
        ("app = FastHTML()", "fasthtml"),
        ("from fasthtml import common as fh\napp, rt = fh.fast_app()", "fasthtml"),
    ],
)
def test_the_app_is_found_and_its_framework_told(checker: Checker, code: str, framework: str):
    answer = checker.ask(code=code)
    assert (answer["message"], answer["framework"]) == (PASSED, framework)


TWO = {"app.py": APP}


@pytest.mark.parametrize(
    ("files", "entrypoint", "expected"),
    [
        ({}, "app.py", ("No files provided", None, None)),
        ({f"f{n}.py": "x" for n in range(51)}, "f0.py", ("Too many files (max 50)", None, None)),
        (
            {"app.py": APP, **{f"t{n}.txt": "x" * 102_400 for n in range(5)}},
            "app.py",
            ("Total size exceeds 500KB", None, None),
        ),
        (
            {"app.py": APP, **{f"t{n}.txt": "漢" * 102_000 for n in range(4)}},
            "app.py",
            ("Total size exceeds 900KB when written as UTF-8", None, None),
        ),
        (TWO, "main.py", ("Entrypoint 'main.py' not found in files", None, None)),
        (
            {"app.txt": "x"},
            "app.txt",
            ("Entrypoint must be a Python file (.py), got: app.txt", None, None),
        ),
        ({**TWO, "b.py": "#" * 102_401}, "app.py", ("File too large: b.py (max 100KB)", None, "b.py")),
        ({**TWO, "b.css": "x" * 102_401}, "app.py", ("File too large: b.css (max 100KB)", None, "b.css")),
        (
            {**TWO, "b.exe": ""},
            "app.py",
            (
                "File type not allowed: b.exe. Allowed: .py, .css, .js, .svg, .html, .json, .txt",
                None,
                "b.exe",
            ),
        ),
        (
            {**TWO, "Makefile": ""},
            "app.py",
            (
                "File type not allowed: Makefile. Allowed: .py, .css, .js, .svg, .html, .json, .txt",
                None,
                "Makefile",
            ),
        ),
        ({**TWO, "b.CSS": "", "c.Json": ""}, "app.py", (PASSED, None, None)),
        ({"app.py": "x = 1"}, "app.py", (NO_APP, None, "app.py")),
        ({"app.py": ""}, "app.py", ("Code cannot be empty. Please write some Python code.", None, "app.py")),
        ({**TWO, "b.py": " "}, "app.py", ("Code cannot be empty.", None, "b.py")),
        ({**TWO, "b.py": "x = (\n"}, "app.py", ("Syntax error: '(' was never closed", 1, "b.py")),
        ({**TWO, "b.py": "input()"}, "app.py", ("input() is not allowed.", 1, "b.py")),
        ({**TWO, "b.py": "import requests"}, "app.py", (not_allowed("requests"), 1, "b.py")),
        ({**TWO, "b.py": "\neval('1')"}, "app.py", (forbidden("eval()"), 2, "b.py")),
        ({**TWO, "b.py": "open('x')"}, "app.py", ("File operations are not allowed.", 1, "b.py")),
        (
            {"app.py": "import b\nfrom b import x\n" + APP, "b.py": "x = 1"},
            "app.py",
            (PASSED, None, None),
        ),
        (
            {
                "app.py": "from pkg.sub.mod import x\nimport pkg\n" + APP,
                "pkg/__init__.py": "",
                "pkg/sub/__init__.py": "",
                "pkg/sub/mod.py": "from ..other import y\nfrom . import z\nx = 1",
                "pkg/other.py": "y = 1",
                "static/site.css": "",
            },
            "app.py",
            (PASSED, None, None),
        ),
        (
            {"web/app.py": "import near\nfrom .near import x\n" + APP, "web/near.py": "x = 1"},
            "web/app.py",
            (PASSED, None, None),
        ),
        (
            {"app.py": "import mod\n" + APP, "pkg/mod.py": "x = 1"},
            "app.py",
            (not_allowed("mod"), 1, "app.py"),
        ),
    ],
)
def test_several_files_are_answered_with(checker: Checker, files: dict, entrypoint: str, expected: tuple):
    assert checker.files(files, entrypoint) == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x.py", "it leaves the app's folder"),
        ("a/../../x.py", "it leaves the app's folder"),
        ("/etc/x.py", "it is absolute; write it relative to the app's folder"),
        ("a\\x.py", "it has a backslash; write folders with /"),
        ("a\0.py", "it has a control character"),
        ("a\n.py", "it has a control character"),
        ("a\x85.py", "it has a control character"),
        ("a//x.py", "it has an empty or '.' part"),
        ("./x.py", "it has an empty or '.' part"),
        ("a/", "it has an empty or '.' part"),
        ("", "it is empty"),
        ("\ud800.py", "it is not valid Unicode"),
        ("x" * 198 + ".py", "it is longer than 200 characters"),
        ("漢" * 90 + ".py", "a part of it is too long"),
        ("app.py/x.py", "a folder in it is also the name of a file"),
    ],
)
def test_a_file_name_that_is_not_allowed_says_why(checker: Checker, name: str, reason: str):
    message, line, file = checker.files({"app.py": APP, name: "x = 1"})
    assert message.startswith("File name not allowed: ")
    assert message.endswith(f"({reason})")
    assert (line, file) == (None, name)


def test_single_file_code_has_a_size_limit(checker: Checker):
    padding = "#" * (100 * 1024 - len(APP))
    assert checker.code(APP + padding) == (PASSED, None)
    assert checker.code(APP + padding + "#")[0] == "File too large: main.py (max 100KB)"


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "(" * 50_000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "[" * 5_000 + "]" * 5_000,
        "x" + ".a" * 40_000,
        "x" + "()" * 30_000,
        "x = " + "1 + " * 20_000 + "1",
        "\n".join(" " * depth + "if x:" for depth in range(200)),
        "x = " + "lambda: " * 10_000 + "1",
        "f'" + "{f'" * 100,
    ],
)
def test_deep_nesting_is_an_ordinary_answer(checker: Checker, code: str):
    answer = checker.ask(code=APP + code)
    assert answer["message"]
    assert checker.code(APP) == (PASSED, None)


def test_code_is_never_run(checker: Checker, tmp_path: Path):
    trace = tmp_path / "ran"
    checker.code(APP + f"from os import mknod\nmknod({str(trace)!r})\n")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"\xff\xfe", "'utf-"),
        (b"[1]", "it is not an object"),
        (b'{"id": "1"}', "it has neither code"),
        (b'{"id": "1", "code": 5}', "it has neither code"),
        (b'{"id": "1", "files": {"a.py": 5}}', "files is not an object of strings"),
        (b'{"id": "1", "code": "x", "allowed_imports": "json"}', "allowed_imports is not a list"),
        (b'{"id": "1", "files": {"a.py": ""}, "entrypoint": 1}', "entrypoint is not a string"),
        (b"[" * 100_000, ""),
        (b"x" * (17 * 1024 * 1024), "Expecting value"),
    ],
)
def test_a_line_that_is_no_request_is_answered_and_the_next_one_served(
    checker: Checker, line: bytes, reason: str
):
    answer = checker.send(line)
    assert answer["error"].startswith("Request not understood: ")
    assert reason in answer["error"]
    assert checker.code(APP) == (PASSED, None)


def test_random_damage_never_ends_it(checker: Checker):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    choice = random.Random(seed)
    source = CHECKER.read_text()[:20_000]
    for _ in range(200):
        characters = list(source)
        for _ in range(choice.randrange(1, 8)):
            characters[choice.randrange(len(characters))] = chr(
                choice.choice([0, 10, 34, 40, 92, 0xD800, 0x1F600])
            )
        assert isinstance(checker.ask(code="".join(characters))["message"], str)


def test_two_hundred_lines_are_checked_in_a_few_milliseconds(checker: Checker):
    handler = """@app.get("/{n}")
def read_{n}(item: int, q: str | None = None):
    return {{"item": item, "q": q}}

"""
    code = APP + "".join(handler.format(n=n) for n in range(50))
    times = []
    for _ in range(50):
        began = time.perf_counter()
        assert checker.code(code) == (PASSED, None)
        times.append((time.perf_counter() - began) * 1000)
    print(f"p50 {statistics.median(times):.2f} ms")
    # Far above what is expected, so that it fails for a wrong algorithm and not for a busy machine.
    assert statistics.median(times) < 50
