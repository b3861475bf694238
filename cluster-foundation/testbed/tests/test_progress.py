import os
import pty
import subprocess
import sys

import pytest

from headrace_testbed.paths import TESTBED
from headrace_testbed.progress import shown

SHOWS = """
from headrace_testbed.progress import shown
with shown("building", lambda: "(a long detail of the moment)"):
    pass
print("next")
"""


def test_without_a_terminal_each_line_stays(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), shown("building", lambda: "(1 of 2)"):
        raise KeyError
    assert capsys.readouterr().out == (
        "       0s  building (1 of 2)\n       0s  building interrupted or failed\n"
    )


def test_on_a_terminal_the_last_line_covers_the_ones_before() -> None:
    screen, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", SHOWS], cwd=TESTBED, stdout=terminal, check=True)
    os.close(terminal)
    written = os.read(screen, 4096).decode()
    os.close(screen)
    first, last = written.partition("\r\n")[0].split("\r")[1:]
    assert "detail of the moment" in first
    assert last.split() == ["0s", "building", "done"]
    assert len(last) == len(first)
    assert written.endswith("\r\nnext\r\n")
