"""What went wrong in a user's app, told by the user's own files and lines."""

import json
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

MAX_MESSAGE = 2_000
MAX_TRACEBACK = 16_000


class AppProblem(Exception):
    """Something about the app as a whole that no traceback explains; its text says what to write."""


@dataclass(frozen=True)
class Failure:
    """`file` is relative to the code root; `file` and `line` are None when no line is to blame."""

    kind: str
    message: str
    traceback: str
    file: str | None
    line: int | None

    def write(self, phase: str) -> None:
        """Prints the traceback and then one structured line to standard error."""
        place = {key: value for key, value in asdict(self).items() if key != "traceback"}
        sys.stderr.write(f"{self.traceback}\n{json.dumps({'headrace': 'error', 'phase': phase, **place})}\n")
        sys.stderr.flush()


def explain(error: BaseException, root: Path) -> Failure:
    if isinstance(error, AppProblem):
        return Failure("AppProblem", str(error), f"Error: {error}", None, None)
    if isinstance(error, SystemExit):
        return explain_exit(error, root)
    told = own_frames_only(traceback.TracebackException.from_exception(error), root)
    file, line = place_of(told)
    text = "".join(told.format()).rstrip()
    return Failure(type(error).__name__, str(error)[:MAX_MESSAGE], text[-MAX_TRACEBACK:], file, line)


def explain_exit(error: SystemExit, root: Path) -> Failure:
    told = own_frames_only(traceback.TracebackException.from_exception(error), root)
    file, line = place_of(told)
    message = (
        f"The app ended itself with sys.exit({error.code!r}). Remove that call: the platform stops apps."
    )
    text = "".join(told.stack.format()) + f"SystemExit: {error.code}"
    return Failure("SystemExit", message, text, file, line)


def own_frames_only(told: traceback.TracebackException, root: Path) -> traceback.TracebackException:
    """Keeps the frames of the user's files, with paths relative to the code root.

    An error that never passed through them keeps all its frames, since they are all there is.
    """
    for part in chain(told):
        own = [frame for frame in part.stack if is_under(frame.filename, root)]
        if own:
            part.stack = traceback.StackSummary.from_list(own)
        elif part.exc_type is not None and issubclass(part.exc_type, SyntaxError):
            part.stack = traceback.StackSummary.from_list([])
        for frame in part.stack:
            frame.filename = relative(frame.filename, root)
        if getattr(part, "filename", None):
            part.filename = relative(part.filename, root)
    return told


def chain(told: traceback.TracebackException):
    waiting = [told]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += [other for other in (part.__cause__, part.__context__, *(part.exceptions or ())) if other]


def place_of(told: traceback.TracebackException) -> tuple[str | None, int | None]:
    if getattr(told, "filename", None) and getattr(told, "lineno", None):
        return told.filename, int(told.lineno)
    own = [frame for frame in told.stack if not frame.filename.startswith(("/", "<"))]
    return (own[-1].filename, own[-1].lineno) if own else (None, None)


def is_under(filename: str, root: Path) -> bool:
    return Path(filename).is_relative_to(root)


def relative(filename: str, root: Path) -> str:
    return str(Path(filename).relative_to(root)) if is_under(filename, root) else filename
