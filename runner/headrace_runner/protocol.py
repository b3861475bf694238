"""The fork server's lines: commands that come in, events that go out. See README.md."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from headrace_runner.sandbox import Limits

MAX_COMMAND_BYTES = 16 * 1024 * 1024
MAX_EVENT_BYTES = 64 * 1024
MAX_LOG_BYTES = 8 * 1024
DEFAULT_MEMORY = 128 * 1024 * 1024
MIN_MEMORY = 64 * 1024 * 1024
DEFAULT_PROCESSES = 32
DEFAULT_GRACE_S = 5.0
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")


class BadCommand(Exception):
    """`instance` is the id that the command named, if it could be read."""

    def __init__(self, message: str, instance: str | None = None, is_start: bool = False) -> None:
        super().__init__(message)
        self.instance = instance
        self.is_start = is_start


@dataclass(frozen=True)
class Start:
    id: str
    files: dict[str, str]
    entrypoint: str
    env: dict[str, str]
    root_path: str
    content: str
    app_id: str
    limits: Limits


@dataclass(frozen=True)
class Stop:
    id: str
    grace_s: float


def parse(line: bytes) -> Start | Stop:
    try:
        command = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadCommand(f"Command is not JSON: {error}. Send one JSON object a line.") from None
    if not isinstance(command, dict):
        raise BadCommand("Command is not a JSON object. Send one JSON object a line.")
    instance = command.get("id")
    if not isinstance(instance, str) or not ID.fullmatch(instance):
        raise BadCommand(
            f"Command has no usable id; it is letters, digits and ._:- and matches {ID.pattern}."
        )
    operation = command.get("op")
    try:
        if operation == "start":
            return parse_start(instance, command)
        if operation == "stop":
            return Stop(instance, number(command, "grace_s", DEFAULT_GRACE_S, 0))
    except BadCommand as error:
        message = f"Command for {instance} refused: {error}."
        raise BadCommand(message, instance, operation == "start") from None
    raise BadCommand(f"Command for {instance} has the unknown op {operation!r}. Use start or stop.", instance)


def parse_start(instance: str, command: dict[str, object]) -> Start:
    files = texts(command, "files")
    for name in files:
        segments = name.split("/")
        if "\0" in name or not all(segments) or not {".", ".."}.isdisjoint(segments):
            raise BadCommand(f"file name {name!r} leaves the app's folder or has an empty part")
    entrypoint = text(command, "entrypoint", "main.py")
    if entrypoint not in files or PurePosixPath(entrypoint).suffix != ".py":
        raise BadCommand(f"entrypoint {entrypoint!r} is not a Python file among its files")
    env = texts(command, "env")
    for name, value in env.items():
        if not name or "=" in name or "\0" in name + value:
            raise BadCommand(f"environment variable {name!r} has no usable name or value")
    return Start(
        instance,
        files,
        entrypoint,
        env,
        text(command, "root_path", "").rstrip("/"),
        text(command, "content", ""),
        text(command, "app_id", ""),
        Limits(
            memory_bytes=int(number(command, "memory_bytes", DEFAULT_MEMORY, MIN_MEMORY)),
            processes=int(number(command, "processes", DEFAULT_PROCESSES, 1)),
        ),
    )


def text(command: dict[str, object], key: str, default: str) -> str:
    value = command.get(key, default)
    if not isinstance(value, str) or "\0" in value:
        raise BadCommand(f"{key} is not a string")
    return value


def texts(command: dict[str, object], key: str) -> dict[str, str]:
    value = command.get(key, {})
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise BadCommand(f"{key} is not an object of strings")
    try:
        "".join([*value, *value.values()]).encode()
    except UnicodeEncodeError:
        raise BadCommand(f"{key} has text that is not valid Unicode") from None
    return value


def number(command: dict[str, object], key: str, default: float, least: float) -> float:
    value = command.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 2**62:
        raise BadCommand(f"{key} is not a number of at least {least}")
    return value


def event_line(event: dict[str, object]) -> bytes:
    line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return line.encode(errors="backslashreplace") + b"\n"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
