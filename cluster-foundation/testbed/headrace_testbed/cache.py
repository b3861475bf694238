"""Folders `<name>-<key>` that are made once, and are there either whole or not at all."""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT_OF_EACH_NAME = 3


def key_of(parts: Iterable[str | bytes]) -> str:
    """Twelve hex digits; no two lists of parts are joined to the same text."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:12]


@contextmanager
def turn(lock: Path) -> Iterator[None]:
    """One process at a time; the kernel ends the turn of a process that dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Cache:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, name: str, key: str) -> bool:
        return self.path(name, key).is_dir()

    def path(self, name: str, key: str) -> Path:
        return self.folder / f"{name}-{key}"

    def get(self, name: str, key: str, make: Callable[[Path], None]) -> Path:
        """The folder; `make` fills it if it is not there yet."""
        target = self.path(name, key)
        with turn(self.folder / f".{name}.lock"):
            self._remove_leftovers(name)
            if not target.is_dir():
                unfinished = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".unfinished", dir=self.folder))
                try:
                    make(unfinished)
                    unfinished.chmod(0o755)
                    unfinished.rename(target)
                finally:
                    shutil.rmtree(unfinished, ignore_errors=True)
            target.touch()
            self._forget_oldest(name)
        return target

    def _remove_leftovers(self, name: str) -> None:
        for leftover in self.folder.glob(f".{name}.*.unfinished"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _forget_oldest(self, name: str) -> None:
        same = [entry for entry in self.folder.glob(f"{name}-*") if entry.name.rpartition("-")[0] == name]
        for entry in sorted(same, key=lambda entry: entry.stat().st_mtime)[:-KEPT_OF_EACH_NAME]:
            shutil.rmtree(entry, ignore_errors=True)
