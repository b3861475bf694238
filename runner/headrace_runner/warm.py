"""What is imported and run once before the first fork, so that no app pays for it."""

import asyncio
import contextlib
import gc
import importlib

# What apps import most; found in memory they cost nothing at a start.
COMMON = (
    "anyio._backends._asyncio anyio.to_thread email.message encodings.idna fastapi.middleware.cors "
    "fastapi.responses fastapi.security fastapi.templating fasthtml.common html http.client httpx jinja2 "
    "python_multipart secrets starlette.middleware.base starlette.staticfiles starlette.websockets uuid "
    "uvicorn.lifespan.off uvicorn.protocols.websockets.auto uvloop"
).split()


def import_common() -> None:
    for name in COMMON:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    asyncio.run(warm_up())
    gc.collect()
    gc.freeze()


async def warm_up() -> None:
    """Answers one request, so that everything that is made at the first one is made before a fork."""
    from fastapi import FastAPI

    from headrace_runner.serve import config

    app = FastAPI()

    @app.get("/")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    config(app, 1, True).load()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/", "raw_path": b"/", "root_path": "", "query_string": b"", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: object) -> None:
        return

    await app(scope, receive, send)
