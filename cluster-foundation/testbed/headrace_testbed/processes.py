"""Processes as the kernel tells of them."""

from pathlib import Path


def started_at(pid: int) -> str:
    """With the pid this names a process for good; empty when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def namespace_of(pid: int) -> str:
    """The pid namespace; empty when the process has ended."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def members(namespace: str) -> dict[int, int]:
    """The processes of a pid namespace: their number in it, and the one that this process knows them by."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and namespace_of(int(entry.name)) == namespace:
            found[inner_pid(entry)] = int(entry.name)
    return found


def inner_pid(process: Path) -> int:
    try:
        status = (process / "status").read_text()
    except OSError:
        return -1
    return next((int(line.split()[-1]) for line in status.splitlines() if line.startswith("NSpid:")), -1)
