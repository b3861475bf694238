"""The outermost layer of every served app: probes, the request log, and errors."""

import contextlib
import json
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Match

from headrace_runner.failure import Failure, explain

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

INTERNAL = "/.headrace/"
PROBE = "/.headrace/health"


@dataclass
class Edge:
    """Users' handlers never see the internal paths, so they cannot break a probe or fake its answer.

    Each request is told its root path, so that redirects and links are right behind a prefix;
    the app's own host name, `app-{id}.…`, has none.
    """

    app: Callable[[Scope, Receive, Send], Awaitable[None]]
    code_root: Path
    content: str
    app_id: str = ""
    root_path: str = ""
    startup_failure: Failure | None = field(default=None, init=False)
    closes_connections: bool = field(default=False, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, self._last_on_its_connection(send))
        elif scope["path"].startswith(INTERNAL):
            await send({"type": "websocket.close", "code": 1000})
        else:
            self._apply_root_path(scope)
            await self._run(scope, receive, send)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "lifespan.startup.complete"
            await send(message)

        try:
            await self.app(scope, receive, note)
        except Exception as error:
            failure = explain(error, self.code_root)
            if started:
                failure.write("shutdown")
            else:
                self.startup_failure = failure
            raise

    def _last_on_its_connection(self, send: Send) -> Send:
        """Whoever keeps connections would go on sending to an app that ends, not to the one after it."""

        async def note(message: Message) -> None:
            if self.closes_connections and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        return note

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path.startswith(INTERNAL):
            body = {"content": self.content} if path == PROBE else {"detail": "Not Found"}
            await answer(send, method, 200 if path == PROBE else 404, body)
            return
        self._apply_root_path(scope)
        if path == "/health":
            if method in ("GET", "HEAD") and not self._has_own_health(scope):
                await answer(send, method, 200, {"status": "healthy"})
            else:
                await self._run(scope, receive, send)
            return
        await self._logged(path, scope, receive, send)

    async def _logged(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        status = 500
        began = time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._run(scope, receive, note)
        finally:
            line = {
                "headrace": "request",
                "method": scope["method"],
                "path": path[:1000],
                "status": status,
                "duration_ms": round((time.perf_counter() - began) * 1000, 2),
            }
            with contextlib.suppress(OSError):
                os.write(1, json.dumps(line).encode() + b"\n")

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def note(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, note)
        except Exception as error:
            explain(error, self.code_root).write("request")
            if scope["type"] == "http" and not answered:
                await answer(send, scope["method"], 500, {"detail": "Internal Server Error"})
            elif scope["type"] == "websocket":
                raise CloseWithError from None

    def _has_own_health(self, scope: Scope) -> bool:
        if not isinstance(self.app, Starlette):
            return False
        return any(route.matches(scope)[0] is Match.FULL for route in self.app.router.routes)

    def _apply_root_path(self, scope: Scope) -> None:
        if not self.root_path or self._is_own_host(scope):
            return
        path = scope["path"]
        if not path.startswith(f"{self.root_path}/"):
            scope["path"] = self.root_path + path
            scope["raw_path"] = self.root_path.encode() + (scope.get("raw_path") or b"")
        scope["root_path"] = self.root_path

    def _is_own_host(self, scope: Scope) -> bool:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        return bool(self.app_id) and host.startswith(f"app-{self.app_id}.".encode())


class CloseWithError(Exception):
    """Makes the server close a WebSocket whose handler failed; the failure is already written."""


async def answer(send: Send, method: str, status: int, body: dict[str, str]) -> None:
    content = json.dumps(body, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else content})
