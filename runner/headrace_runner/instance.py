"""One started app as the fork server sees it, and its log."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from headrace_runner.protocol import MAX_LOG_BYTES, now
from headrace_runner.sandbox import Place

READ_BYTES = 64 * 1024
MAX_REPORT_BYTES = 256 * 1024
LOG_BURST = 2_000
LOG_LINES_PER_S = 500
TELL_DROPPED_S = 1.0
MAX_TEXT = 12_000

Emit = Callable[[dict[str, object]], bool]


class Lines:
    """Splits a pipe's bytes into lines no longer than `limit`; what is beyond is cut off."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = b""
        self._cutting = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if not self._cutting:
                yield self._cut(line)
            self._cutting = False
        if len(self._rest) > self._limit:
            if not self._cutting:
                yield self._cut(self._rest)
            self._rest, self._cutting = b"", True

    def end(self) -> Iterator[bytes]:
        if self._rest and not self._cutting:
            yield self._cut(self._rest)
        self._rest = b""

    def _cut(self, line: bytes) -> bytes:
        return line if len(line) <= self._limit else line[: self._limit] + b"..."


@dataclass
class Log:
    """Emits lines at a bounded pace and says how many it left out."""

    instance: str
    emit: Emit
    allowance: float = LOG_BURST
    refilled: float = field(default_factory=time.monotonic)
    dropped: int = 0
    told: float = field(default_factory=time.monotonic)

    def write(self, stream: str, line: bytes) -> None:
        moment = time.monotonic()
        self.allowance = min(LOG_BURST, self.allowance + (moment - self.refilled) * LOG_LINES_PER_S)
        self.refilled = moment
        if self.allowance < 1:
            self.dropped += 1
            return
        self.allowance -= 1
        if not self._emit(stream, line.decode(errors="replace")):
            self.dropped += 1

    def seconds_until_telling(self) -> float | None:
        return max(0.0, self.told + TELL_DROPPED_S - time.monotonic()) if self.dropped else None

    def tell_dropped(self) -> None:
        note = f"[headrace] {self.dropped} log lines left out: too many at once"
        if self.dropped and self._emit("err", note):
            self.dropped = 0
        self.told = time.monotonic()

    def _emit(self, stream: str, line: str) -> bool:
        event = {"event": "log", "id": self.instance, "stream": stream, "line": line, "at": now()}
        return self.emit(event)


@dataclass
class Pipe:
    """The fork server's end of a pipe from an app."""

    number: int
    take: Callable[[bytes], None]
    lines: Lines
    closed: bool = False

    def read(self) -> bool:
        """Takes what is there without waiting; False at its end."""
        try:
            data = os.read(self.number, READ_BYTES)
        except BlockingIOError:
            return True
        for line in self.lines.feed(data) if data else self.lines.end():
            self.take(line)
        return bool(data)

    def close(self) -> None:
        """Takes what is left, but not for ever if someone goes on writing."""
        for _ in range(64):
            try:
                data = os.read(self.number, READ_BYTES)
            except BlockingIOError:
                break
            if not data:
                break
            for line in self.lines.feed(data):
                self.take(line)
        for line in self.lines.end():
            self.take(line)
        os.close(self.number)
        self.closed = True


class Instance:
    """What an app reports is not trusted: it only ever changes what is said about that app."""

    def __init__(
        self, instance_id: str, helper: int, place: Place, port: int, memory_bytes: int, emit: Emit
    ) -> None:
        self.id = instance_id
        self.helper = helper
        self.place = place
        self.port = port
        self.memory_bytes = memory_bytes
        self.pid: int | None = None
        self.listening = False
        self.stopping = False
        self.told_to_stop = False
        self.kill_at: float | None = None
        self.pipes: list[Pipe] = []
        self.log = Log(instance_id, emit)
        self._emit = emit
        self._failure: dict[str, object] | None = None

    def attach(self, out: int, err: int, report: int) -> None:
        self.pipes = [
            Pipe(out, lambda line: self.log.write("out", line), Lines(MAX_LOG_BYTES)),
            Pipe(err, lambda line: self.log.write("err", line), Lines(MAX_LOG_BYTES)),
            Pipe(report, self._take_report, Lines(MAX_REPORT_BYTES)),
        ]

    def _take_report(self, line: bytes) -> None:
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(report, dict):
            return
        if self.pid is None and isinstance(report.get("pid"), int):
            self.pid = report["pid"]
            self._emit({"event": "started", "id": self.id, "pid": self.pid})
        if report.get("listening") is True and not self.listening:
            self.listening = True
            self._emit({"event": "listening", "id": self.id, "port": self.port})
        if isinstance(report.get("failure"), dict) and self._failure is None:
            self._failure = told_failure(report["failure"])

    def exited_event(self, code: int) -> dict[str, object]:
        """`code` as os.waitstatus_to_exitcode gives it: negative for a signal."""
        return {
            "event": "exited",
            "id": self.id,
            "code": code if code >= 0 else None,
            "signal": signal_name(-code) if code < 0 else None,
            "reason": self._reason(code),
            "error": self._failure,
        }

    def _reason(self, code: int) -> str:
        if self.stopping:
            return "stopped"
        kind = self._failure["kind"] if self._failure else None
        if kind == "MemoryError" or signal_name(-code) == "SIGKILL":
            return "out of memory"
        return "crashed" if self.listening else "failed to start"


def never_started(instance_id: str, message: str) -> dict[str, object]:
    failure = {"kind": "BadCommand", "message": message, "traceback": "", "file": None, "line": None}
    ended = {"code": None, "signal": None, "reason": "failed to start", "error": failure}
    return {"event": "exited", "id": instance_id, **ended}


def told_failure(report: dict[str, Any]) -> dict[str, object]:
    failure: dict[str, object] = {
        key: str(report.get(key) or "")[:MAX_TEXT] for key in ("kind", "message", "traceback")
    }
    file, line = report.get("file"), report.get("line")
    failure["file"] = file[:1000] if isinstance(file, str) else None
    failure["line"] = line if isinstance(line, int) else None
    return failure


def signal_name(number: int) -> str | None:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}" if number > 0 else None
