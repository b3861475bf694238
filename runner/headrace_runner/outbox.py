"""The fork server's events on their way to its reader."""

import os
from collections import deque

MAX_WAITING_BYTES = 4 * 1024 * 1024


class Outbox:
    """Never waits for the reader. When it is slow, log lines are left out and all else is kept."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        os.set_blocking(number, False)

    def put(self, line: bytes, may_drop: bool) -> bool:
        if may_drop and self._bytes > MAX_WAITING_BYTES:
            return False
        self._lines.append(line)
        self._bytes += len(line)
        self.flush()
        return True

    def flush(self) -> bool:
        """True while something waits. A reader that is gone is a BrokenPipeError, which ends the server."""
        while self._lines:
            line = self._lines[0]
            try:
                written = os.write(self.number, line)
            except BlockingIOError:
                return True
            self._bytes -= written
            if written < len(line):
                self._lines[0] = line[written:]
            else:
                self._lines.popleft()
        return False
