"""What Kubernetes keeps of a container that ended, for whoever looks at the pod."""

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from headrace_runner.failure import Failure

LOG = "/dev/termination-log"
MAX_BYTES = 4096  # kubelet reads no more
MAX_TEXT_BYTES = 1024


def tell(failure: Failure, phase: str, log: Path) -> None:
    """Writes one JSON object, unless there is no such file or it may not be written."""
    with contextlib.suppress(OSError), log.open("r+b") as file:
        file.truncate()
        file.write(message(failure, phase))


def message(failure: Failure, phase: str) -> bytes:
    told = {"headrace": "error", "phase": phase, **asdict(failure)}
    for key in ("kind", "message", "file"):
        told[key] = told[key] and cut_end(told[key], MAX_TEXT_BYTES)
    rest = MAX_BYTES - len(encoded({**told, "traceback": ""}))
    return encoded({**told, "traceback": cut_beginning(failure.traceback, rest)})


def cut_end(text: str, limit: int) -> str:
    while size(text) > limit:
        text = text[: -((size(text) - limit) // 6 or 1)]
    return text


def cut_beginning(text: str, limit: int) -> str:
    while size(text) > limit:
        text = text[(size(text) - limit) // 6 or 1 :]
    return text


def size(text: str) -> int:
    """Of what stands between the quotes."""
    return len(encoded(text)) - 2


def encoded(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode(errors="replace")
