"""Serves one user's app until it is told to stop."""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from starlette.applications import Starlette
from uvicorn.config import Config
from uvicorn.server import Server

from headrace_runner.edge import CloseWithError, Edge
from headrace_runner.failure import Failure, explain
from headrace_runner.loading import load

# A sync handler runs on one of up to 40 threads; the usual 8 MiB of stack for each would count
# against the app's memory.
THREAD_STACK_BYTES = 1024 * 1024
# Longer than proxies keep theirs (Traefik: 90 s), so that none sends into a connection that just closes.
KEEP_ALIVE_S = 100
LINGER_STEP_S = 0.05


@dataclass(frozen=True)
class AppSettings:
    """`work` is the folder the app runs in; it is made when it is not there.

    `grace_s`: how long requests in flight may take after a stop before they are cancelled.
    `linger_s`: how long requests are still taken after a stop, while those who send them learn of it.
    """

    entrypoint: Path
    root: Path
    work: Path
    content: str = ""
    app_id: str = ""
    root_path: str = ""
    grace_s: int = 20
    linger_s: float = 0


class AppServer(Server):
    def __init__(self, config: Config, edge: Edge, linger_s: float, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._edge = edge
        self._linger_s = linger_s
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._edge.closes_connections = True
        end = time.monotonic() + self._linger_s
        while time.monotonic() < end and not self.force_exit:
            await asyncio.sleep(LINGER_STEP_S)
        await super().shutdown(sockets)


def serve(settings: AppSettings, listener: socket.socket, on_ready: Callable[[], None]) -> Failure | None:
    """Returns when the app has stopped; a Failure, already written, if it failed.

    `on_ready` is called once the app answers requests. SIGTERM and SIGINT stop it gracefully; a caller
    that blocks SIGTERM loses none that comes before this.
    """
    stopped = False
    phase = "start"

    def ready() -> None:
        nonlocal phase
        phase = "run"
        on_ready()

    def stop_while_loading(number: int, _: FrameType | None) -> None:
        if not stopped:
            raise Stopped(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_while_loading)
    threading.stack_size(THREAD_STACK_BYTES)
    edge = None
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        enter_work_folder(settings.work, settings.root)
        app = load(settings.entrypoint, settings.root)
        edge = Edge(app, settings.root, settings.content, settings.app_id, settings.root_path)
        server_config = config(edge, settings.grace_s, isinstance(app, Starlette))
        AppServer(server_config, edge, settings.linger_s, ready).run(sockets=[listener])
    except Stopped:
        return None
    except BaseException as error:
        failure = (edge and edge.startup_failure) or explain(error, settings.root)
        failure.write(phase)
        return failure
    finally:
        stopped = True
    return None


def enter_work_folder(work: Path, root: Path) -> None:
    """A writable folder that shows the app's read-only files.

    So `templates/page.html` is found, and what an app or a library writes beside it goes to /tmp:
    FastHTML's session key, for one.
    """
    work.mkdir(parents=True, exist_ok=True)
    for entry in root.iterdir() if root.is_dir() else ():
        link = work / entry.name
        if not link.is_symlink():
            link.symlink_to(entry)
    os.chdir(work)


class Stopped(BaseException):
    """Told to stop before the app was ready."""


def config(app: Callable, grace_s: int, has_lifespan: bool) -> Config:
    quiet = logging.getLogger("uvicorn")
    quiet.handlers[:] = [logging.StreamHandler(sys.stderr)]
    quiet.propagate = False
    quiet.setLevel(logging.WARNING)
    quiet.handlers[0].addFilter(is_news)
    return Config(
        app,
        lifespan="on" if has_lifespan else "auto",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="*",
        ws=websocket_protocol,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=grace_s,
    )


def websocket_protocol(**connection: Any) -> asyncio.Protocol:
    """Imported when an app has its first WebSocket, which most have not."""
    from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

    return AutoWebSocketsProtocol(**connection)


def is_news(record: logging.LogRecord) -> bool:
    """Errors of the app are written by Edge, so the server's own telling of them is left out."""
    if record.name == "uvicorn.error" and record.getMessage().startswith("Application startup failed"):
        return False
    raised = record.exc_info[0] if record.exc_info else None
    told_by_lifespan = "lifespan" in record.pathname
    return not (told_by_lifespan or (raised is not None and issubclass(raised, CloseWithError)))
