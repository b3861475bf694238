"""Where apps run: in namespaces of their own, or, where the kernel refuses, as plain processes.

With namespaces the fork server and all apps live in a file system that holds the system's programs,
this Python and nothing else, read-only; so the platform's data, home directories and other processes
are not forbidden but absent. Each app has a process tree, a user namespace without capabilities, its
files at /code and a small /tmp of its own. The network is shared, for apps are reached over loopback.
"""

import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from headrace_runner import kernel

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc", "/nix/store")
PYTHON = (sys.base_prefix, sys.prefix, str(Path(__file__).parent))
DEVICES = ("null", "zero", "full", "random", "urandom")
UNPRIVILEGED = 65532
SPACES = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
TMP_OPTIONS = "size=64m,nr_inodes=8192,mode=0700"
CODE_OPTIONS = "size=16m,nr_inodes=1024,mode=0755"
OPEN_FILES = 1024
HANDLER_THREADS = 40  # threads count as processes, and a server with sync handlers has this many


@dataclass(frozen=True)
class Limits:
    """What one app may have: memory in each process and in all together, processes besides threads."""

    memory_bytes: int
    processes: int


@dataclass(frozen=True)
class Place:
    """Where a started app finds itself. `remove` is to be called by the fork server once it has ended."""

    code: Path
    tmp: Path


class Sandbox(Protocol):
    isolation: str
    detail: str

    def prepare(self, instance: str) -> Place: ...

    def enter(self, place: Place, files: dict[str, str], limits: Limits, born: Callable[[int], None]) -> None:
        """Called in a fresh fork; returns in the process that becomes the app, whose id `born` is told."""

    def remove(self, place: Place) -> None: ...


class Namespaces:
    isolation = "namespaces"
    detail = "each app has its own user, mount, process and IPC namespace; the network is shared"

    def __init__(self) -> None:
        # This Python or the runner may be in a folder below /tmp, which must not be covered then.
        self._place = Place(unused("/code", "/app-code"), unused("/tmp", "/app-tmp"))

    def prepare(self, instance: str) -> Place:
        return self._place

    def enter(self, place: Place, files: dict[str, str], limits: Limits, born: Callable[[int], None]) -> None:
        enter_user_namespace(SPACES)
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
        mount_tmpfs(place.code, CODE_OPTIONS)
        write_files(place.code, files)
        kernel.make_read_only(str(place.code))
        mount_tmpfs(place.tmp, TMP_OPTIONS)
        told, tell = os.pipe()
        pid = os.fork()
        if pid:
            born(pid)
            os.write(tell, b"!")
            os._exit(0)
        # What the app reports comes after who it is, and an app that nobody knows does not live.
        os.close(tell)
        if not os.read(told, 1):
            os._exit(1)
        os.close(told)
        os.setsid()
        mount_proc(kernel.MS_RDONLY)
        tasks = limits.processes + HANDLER_THREADS
        resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
        limit(limits)
        kernel.no_new_privileges()
        kernel.drop_all_capabilities()

    def remove(self, place: Place) -> None:
        """Everything went with the app's namespaces."""


class PlainProcesses:
    isolation = "none"

    def __init__(self, reason: str) -> None:
        self.detail = f"apps run with this user's rights and can read this user's files, because {reason}"

    def prepare(self, instance: str) -> Place:
        home = Path(tempfile.mkdtemp(prefix="headrace-app-"))
        for part in ("code", "tmp"):
            (home / part).mkdir(mode=0o700)
        return Place(home / "code", home / "tmp")

    def enter(self, place: Place, files: dict[str, str], limits: Limits, born: Callable[[int], None]) -> None:
        born(os.getpid())
        os.setsid()
        write_files(place.code, files)
        limit(limits)
        if sys.platform == "linux":
            kernel.no_new_privileges()
            kernel.signal_on_parent_death(signal.SIGKILL)

    def remove(self, place: Place) -> None:
        shutil.rmtree(place.code.parent, ignore_errors=True)


def limit(limits: Limits) -> None:
    # RLIMIT_DATA counts what a process may write to, and unlike RLIMIT_AS not the libraries it maps.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())


def open_sandbox() -> Sandbox:
    """Chooses the best sandbox there is. With namespaces it returns in a new process, inside."""
    reason = why_refused()
    if reason:
        return PlainProcesses(reason)
    move_into_namespaces()
    return Namespaces()


def why_refused() -> str | None:
    """Tries the whole way in a child, so that this process is untouched when the kernel says no."""
    if sys.platform != "linux":
        return f"namespaces are a feature of Linux and this is {sys.platform}"
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            move_into_namespaces()
            try_one_app()
        except Exception as error:
            os.write(write, f"the kernel refused namespaces ({error}){advice()}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        reason = answer.read().decode()
    os.waitpid(child, 0)
    return reason or None


def try_one_app() -> None:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            sandbox = Namespaces()
            sandbox.enter(sandbox.prepare("trial"), {}, Limits(1 << 30, 8), lambda _: None)
        except OSError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        problem = answer.read().decode()
    if problem:
        raise OSError(problem)


def advice() -> str:
    switches = {
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
        "/proc/sys/kernel/unprivileged_userns_clone": "0",
        "/proc/sys/user/max_user_namespaces": "0",
    }
    for path, closed in switches.items():
        try:
            if Path(path).read_text().strip() == closed:
                name = path.removeprefix("/proc/sys/").replace("/", ".")
                return f"; an administrator can allow them: {name} is {closed}"
        except OSError:
            continue
    return ""


def move_into_namespaces() -> None:
    """Returns in a new process, the first of its process namespace; this one only waits for it."""
    kernel.no_new_privileges()
    parent = os.getppid()
    if os.geteuid() == 0:
        # Built with root's rights, which the folders above Python may ask for, and then given up.
        kernel.unshare(kernel.CLONE_NEWNS)
        build_root()
        os.setgroups([])
        os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        kernel.allow_own_proc_files()
        enter_user_namespace(SPACES)
    else:
        enter_user_namespace(SPACES)
        build_root()
    child = os.fork()
    if child:
        wait_for(child, parent)
    kernel.signal_on_parent_death(signal.SIGKILL)
    mount_proc()


def wait_for(child: int, parent: int) -> None:
    kernel.close_all_but()
    die_with(parent)
    _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def die_with(parent: int) -> None:
    """The kernel tells of the end of the parent's *thread*; whether the parent itself lives is asked then."""

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGHUP, look)
    kernel.signal_on_parent_death(signal.SIGHUP)
    look()


def enter_user_namespace(spaces: int) -> None:
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER | spaces)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def build_root() -> None:
    """Makes `/` a file system of its own. The old one is reachable at /old while it is built, then gone."""
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    mount_tmpfs(Path("/tmp"), "mode=0755")
    Path("/tmp/old").mkdir()
    Path("/tmp/new").mkdir()
    kernel.pivot_root("/tmp", "/tmp/old")
    os.chdir("/")
    mount_tmpfs(Path("/new"), "size=1m,mode=0755")
    for source in visible_paths("/old"):
        show(source)
    tmp = unused("/tmp", "/app-tmp")
    build_dev(tmp)
    for mount_point in (unused("/code", "/app-code"), tmp, Path("/proc")):
        Path(f"/new{mount_point}").mkdir()
    kernel.make_read_only("/new")
    kernel.mount("/old/proc", "/new/proc", flags=kernel.MS_BIND | kernel.MS_REC)
    os.chdir("/new")
    kernel.pivot_root(".", ".")
    kernel.detach(".")
    os.chdir("/")


def visible_paths(root: str) -> list[str]:
    """What of the file system at `root` apps may see, none of them inside another."""
    names = Path(f"{root}/etc/resolv.conf").resolve().parent  # often a link to a folder below /run
    wanted = [*SYSTEM, *PYTHON, str(names).removeprefix(root)]
    paths: list[str] = []
    for path in sorted(set(wanted), key=len):
        inside_another = any(Path(path).is_relative_to(other) for other in paths)
        if os.path.lexists(f"{root}{path}") and path != "/" and not inside_another:
            paths.append(path)
    return paths


def unused(path: str, instead: str) -> Path:
    return Path(instead if any(Path(part).is_relative_to(path) for part in PYTHON) else path)


def mount_tmpfs(path: Path, options: str) -> None:
    kernel.mount("tmpfs", str(path), "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)


def show(path: str) -> None:
    source, target = Path(f"/old{path}"), Path(f"/new{path}")
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    target.mkdir()
    kernel.mount(str(source), str(target), flags=kernel.MS_BIND | kernel.MS_REC)


def build_dev(tmp: Path) -> None:
    dev = Path("/new/dev")
    dev.mkdir()
    for name in DEVICES:
        (dev / name).touch()
        kernel.mount(f"/old/dev/{name}", str(dev / name), flags=kernel.MS_BIND)
    (dev / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")
    (dev / "shm").symlink_to(tmp)


def mount_proc(extra: int = 0) -> None:
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC | extra)
