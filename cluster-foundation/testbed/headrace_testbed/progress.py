"""Says what goes on: a line that changes on a terminal, now and then a new one elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS_BETWEEN_LINES = 30


class Clock:
    """Lines that begin with the seconds since it was made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def say(self, text: str) -> None:
        print(f"  {self.seconds:6.1f}s  {text}", flush=True)


@contextmanager
def shown(what: str, detail: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Shows `what` with the time that it takes and the detail of the moment, then how it ended."""
    clock, over = Clock(), threading.Event()
    terminal = sys.stdout.isatty()

    def show(state: str) -> None:
        line = f"  {clock.seconds:6.0f}s  {what} {state}".rstrip()
        print(f"\r{line:<78.78}" if terminal else line, end="" if terminal else "\n", flush=True)

    def repeat() -> None:
        while not over.wait(0.5 if terminal else SECONDS_BETWEEN_LINES):
            show(detail())

    show(detail())
    teller = threading.Thread(target=repeat, daemon=True)
    teller.start()
    outcome = "interrupted or failed"
    try:
        yield
        outcome = "done"
    finally:
        over.set()
        teller.join()
        show(outcome)
        print(end="\n" if terminal else "", flush=True)
