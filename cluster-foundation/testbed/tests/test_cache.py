import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from headrace_testbed.cache import KEPT_OF_EACH_NAME, Cache, key_of
from headrace_testbed.paths import TESTBED

DIES_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from headrace_testbed.cache import Cache

def make(folder):
    (folder / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

Cache(Path(sys.argv[1])).get("thing", "k1", make)
"""


def writes(text: str):
    return lambda folder: (folder / "content").write_text(text)


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def test_a_folder_is_made_once_for_a_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = cache.get("thing", "k1", writes("first"))
    again = cache.get("thing", "k1", writes("second"))
    other = cache.get("thing", "k2", writes("other"))
    assert first == again
    assert (again / "content").read_text() == "first"
    assert (other / "content").read_text() == "other"


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Cache(tmp_path).get("thing", "k1", fails)
    assert entries(tmp_path) == []


def test_what_is_killed_half_way_is_made_anew(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", DIES_HALF_WAY, str(tmp_path)], cwd=TESTBED)
    assert killed.returncode == -signal.SIGKILL
    cache = Cache(tmp_path)
    assert not cache.has("thing", "k1")
    made = cache.get("thing", "k1", writes("whole"))
    assert os.listdir(made) == ["content"]
    assert entries(tmp_path) == ["thing-k1"]


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    entered = []

    def slow(folder: Path) -> None:
        entered.append(folder)
        deadline = time.monotonic() + 20
        while not (somebody_waits_for(tmp_path / ".thing.lock") or len(entered) > 1):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    calls = [threading.Thread(target=Cache(tmp_path).get, args=("thing", "k1", slow)) for _ in range(2)]
    for call in calls:
        call.start()
    for call in calls:
        call.join(30)
    assert len(entered) == 1


def somebody_waits_for(lock: Path) -> bool:
    inode = f":{lock.stat().st_ino} "
    return any("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines())


def test_of_each_name_the_last_used_stay(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(KEPT_OF_EACH_NAME):
        os.utime(cache.get("thing", f"k{number}", writes("")), (number, number))
    cache.get("thing-else", "k0", writes(""))
    cache.get("thing", "k0", writes(""))
    cache.get("thing", "new", writes(""))
    assert entries(tmp_path) == ["thing-else-k0", "thing-k0", "thing-k2", "thing-new"]


def test_parts_of_a_key_are_not_run_together() -> None:
    assert key_of(["ab", "c"]) != key_of(["a", "bc"])
    assert key_of(["ab", b"c"]) == key_of([b"ab", "c"])
