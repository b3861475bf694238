"""What a fresh fork does to become a user's app."""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from dataclasses import asdict, dataclass

from headrace_runner.failure import Failure
from headrace_runner.kernel import close_all_but
from headrace_runner.protocol import Start
from headrace_runner.sandbox import Place, Sandbox
from headrace_runner.serve import AppSettings, serve

# Shorter than the grace of a stop, so that the app's own shutdown code still runs.
REQUEST_GRACE_S = 4


@dataclass(frozen=True)
class Birth:
    """Everything that a fork needs to become the app; the numbers are file descriptors."""

    start: Start
    place: Place
    listener: socket.socket
    out: int
    err: int
    report: int

    def run(self, sandbox: Sandbox) -> int:
        """Never returns in a helper process that the sandbox needs on the way; else the exit code."""
        try:
            self._take_over_files()
            self._set_environment()
            sandbox.enter(self.place, self.start.files, self.start.limits, lambda pid: self._tell(pid=pid))
        except Exception as error:
            message = f"The platform could not set up the app's sandbox: {error}"
            self._tell(failure=asdict(Failure("SandboxError", message, message, None, None)))
            return 1
        for number in (signal.SIGCHLD, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        gc.enable()
        failure = serve(self._settings(), self.listener, on_ready=lambda: self._tell(listening=True))
        if failure:
            self._tell(failure=asdict(failure))
        return 1 if failure else 0

    def _settings(self) -> AppSettings:
        code, start = self.place.code, self.start
        return AppSettings(
            entrypoint=code / start.entrypoint,
            root=code,
            work=self.place.tmp / "app",
            content=start.content,
            app_id=start.app_id,
            root_path=start.root_path,
            grace_s=REQUEST_GRACE_S,
        )

    def _take_over_files(self) -> None:
        signal.set_wakeup_fd(-1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (self.out, 1), (self.err, 2)):
            os.dup2(source, target)
        close_all_but(0, 1, 2, self.listener.fileno(), self.report)
        for number, name in ((1, "stdout"), (2, "stderr")):
            stream = open(
                number, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
            )
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        sys.stdin = os.fdopen(0, closefd=False)

    def _set_environment(self) -> None:
        start, tmp = self.start, str(self.place.tmp)
        os.environ.clear()
        os.environ.update(
            PATH="/usr/local/bin:/usr/bin:/bin",
            LANG="C.UTF-8",
            HOME=tmp,
            TMPDIR=tmp,
            PYTHONUNBUFFERED="1",
            **start.env,
        )
        os.environ.update(
            APP_ID=start.app_id,
            APP_ROOT_PATH=start.root_path,
            CODE_PATH=str(self.place.code / start.entrypoint),
            HEADRACE_CONTENT=start.content,
        )

    def _tell(self, **report: object) -> None:
        with contextlib.suppress(OSError):
            os.write(self.report, json.dumps(report).encode() + b"\n")
