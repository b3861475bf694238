"""Serves one user's app until it is told to stop; `python -m headrace_runner.serve` runs it in the image."""

import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from headrace_runner.edge import CloseWithError, Edge
from headrace_runner.failure import Failure, explain
from headrace_runner.loading import load

# A sync handler runs on one of up to 40 threads; the usual 8 MiB of stack for each would count
# against the app's memory.
THREAD_STACK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class AppSettings:
    """`work` is the folder the app runs in; it is made when it is not there.

    `grace_s`: how long requests in flight may take after a stop before they are cancelled.
    """

    entrypoint: Path
    root: Path
    work: Path
    content: str = ""
    app_id: str = ""
    root_path: str = ""
    grace_s: int = 20


class AppServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


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
        server = AppServer(config(edge, settings.grace_s, isinstance(app, Starlette)), ready)
        server.run(sockets=[listener])
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


def config(app: Callable, grace_s: int, has_lifespan: bool) -> uvicorn.Config:
    quiet = logging.getLogger("uvicorn")
    quiet.handlers[:] = [logging.StreamHandler(sys.stderr)]
    quiet.propagate = False
    quiet.setLevel(logging.WARNING)
    quiet.handlers[0].addFilter(is_news)
    return uvicorn.Config(
        app,
        lifespan="on" if has_lifespan else "auto",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="*",
        timeout_graceful_shutdown=grace_s,
    )


def is_news(record: logging.LogRecord) -> bool:
    """Errors of the app are written by Edge, so the server's own telling of them is left out."""
    if record.name == "uvicorn.error" and record.getMessage().startswith("Application startup failed"):
        return False
    raised = record.exc_info[0] if record.exc_info else None
    told_by_lifespan = "lifespan" in record.pathname
    return not (told_by_lifespan or (raised is not None and issubclass(raised, CloseWithError)))


def main() -> int:
    entrypoint = Path(os.environ.get("CODE_PATH", "/code/main.py"))
    code = Path("/code")
    root = code if entrypoint.is_relative_to(code) else entrypoint.parent
    settings = AppSettings(
        entrypoint,
        root,
        work=Path(tempfile.mkdtemp(prefix="app-")),
        content=os.environ.get("HEADRACE_CONTENT", ""),
        app_id=os.environ.get("APP_ID", ""),
        root_path=os.environ.get("APP_ROOT_PATH", "").rstrip("/"),
    )
    listener = socket.create_server(
        (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000"))), backlog=2048
    )
    return 1 if serve(settings, listener, on_ready=lambda: None) else 0


if __name__ == "__main__":
    sys.exit(main())
