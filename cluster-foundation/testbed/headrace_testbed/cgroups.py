"""The testbed's own branch of the machine's control groups, which no namespace takes away with it."""

import time
from pathlib import Path

GROUP = "headrace-testbed"
ROOT = Path("/sys/fs/cgroup")
UNIFIED = ("cpu", "cpuset", "io", "memory", "pids")


def hierarchies() -> list[Path]:
    """The roots of the hierarchies that limit: one a controller in version 1, one in version 2."""
    if (ROOT / "cgroup.controllers").exists():
        return [ROOT]
    return [
        folder
        for folder in sorted(ROOT.iterdir())
        if folder.is_dir() and not (folder / "cgroup.controllers").exists()
    ]


def make() -> None:
    for root in hierarchies():
        group = root / GROUP
        group.mkdir(exist_ok=True)
        for name in ("cpuset.cpus", "cpuset.mems"):
            if root != ROOT and (group / name).exists():
                (group / name).write_text((root / name).read_text())
    if hierarchies() == [ROOT]:
        offered = (ROOT / "cgroup.controllers").read_text().split()
        for folder in (ROOT, ROOT / GROUP):
            for name in set(UNIFIED).intersection(offered):
                (folder / "cgroup.subtree_control").write_text(f"+{name}")


def remove(seconds: float = 10) -> list[Path]:
    """Returns what could not be removed in time because something still runs in it."""
    deadline = time.monotonic() + seconds
    while True:
        for top in branches():
            remove_branch(top)
        left = branches()
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def branches() -> list[Path]:
    return [top for top in (ROOT / GROUP, *ROOT.glob(f"*/{GROUP}")) if top.is_dir()]


def remove_branch(top: Path) -> None:
    inner = [folder for folder in top.rglob("*") if folder.is_dir()]
    for folder in [*sorted(inner, reverse=True), top]:
        try:
            folder.rmdir()
        except OSError:
            return
