"""What an app takes with all its processes; the kernel's own limit is for each of them alone."""

import contextlib
import os
import resource
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
PAGE = resource.getpagesize()
COUNTED = (b"Pss_Anon:", b"Pss_Shmem:")


def over_limit(limits: dict[int, int]) -> Iterator[int]:
    """Of apps' first processes, each with the bytes it may have, those whose app has more.

    What processes share counts in part for each. That costs the kernel a walk over all pages, so it is
    asked only where the quick figure, which counts everything in full, is too high already.
    """
    children, resident = processes()
    for first, limit in limits.items():
        family = [first]
        for pid in family:
            family += children[pid]
        if sum(resident[pid] for pid in family) > limit and sum(map(own, family)) > limit:
            yield first


def processes() -> tuple[defaultdict[int, list[int]], defaultdict[int, int]]:
    """The children of each process, and the bytes that each has in memory."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    resident: defaultdict[int, int] = defaultdict(int)
    for pid in [int(name) for name in os.listdir(PROC) if name.isdigit()] if PROC.is_dir() else []:
        with contextlib.suppress(OSError):
            fields = (PROC / f"{pid}/stat").read_bytes().rpartition(b")")[2].split()
            children[int(fields[1])].append(pid)
            resident[pid] = int(fields[21]) * PAGE
    return children, resident


def own(pid: int) -> int:
    try:
        lines = (PROC / f"{pid}/smaps_rollup").read_bytes().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(COUNTED))
