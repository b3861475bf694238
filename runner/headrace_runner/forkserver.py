"""Starts apps by forking a process that has imported what they need: `python -m headrace_runner.forkserver`.

Commands come in on standard input, events go out on standard output, one JSON object a line.
One thread, one loop. At the end of standard input every app is asked to stop, and ended after a grace.
SIGTERM, or the end of the parent, ends the server and every app at once.
"""

import contextlib
import os
import resource
import selectors
import signal
import socket
import sys
import time
from pathlib import Path

from headrace_runner.child import Birth
from headrace_runner.instance import Instance, Pipe, never_started
from headrace_runner.kernel import close_all_but
from headrace_runner.memory import over_limit
from headrace_runner.outbox import Outbox
from headrace_runner.protocol import MAX_COMMAND_BYTES, BadCommand, Start, Stop, event_line, parse
from headrace_runner.sandbox import Sandbox, die_with, open_sandbox
from headrace_runner.warm import import_common

# Apps give way to the platform, which accepts everybody's next change.
APPS_NICENESS = 5
LAST_GRACE_S = 3.0
MEMORY_LOOK_S = 0.5


class ForkServer:
    def __init__(self, sandbox: Sandbox, commands: int, events: int) -> None:
        self._sandbox = sandbox
        self._commands = commands
        self._events = Outbox(events)
        self._instances: dict[str, Instance] = {}
        self._selector = selectors.DefaultSelector()
        self._partial = bytearray()
        self._skipping = False
        self._ends_at: float | None = None
        self._memory_look_at = 0.0
        self._wakeups, wake = os.pipe()
        for number in (self._wakeups, wake):
            os.set_blocking(number, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def run(self, parent: int) -> Birth | None:
        """Serves until its commands end or the parent is gone. A fork gets what it has to become."""
        os.set_blocking(self._commands, False)
        self._selector.register(self._commands, selectors.EVENT_READ, "commands")
        self._selector.register(self._wakeups, selectors.EVENT_READ, "signals")
        sandbox = self._sandbox
        self._emit({"event": "ready", "isolation": sandbox.isolation, "isolation_detail": sandbox.detail})
        while not self._is_over():
            for key, _ in self._selector.select(self._time_left()):
                if key.data == "commands":
                    lines = self._read_commands()
                    if lines is None:
                        self._stop_everything()
                    for line in lines or []:
                        if birth := self._obey(line):
                            return birth
                elif key.data == "signals":
                    numbers = os.read(self._wakeups, 1024)
                    if signal.SIGTERM in numbers or (signal.SIGHUP in numbers and os.getppid() != parent):
                        return None
                    self._reap()
                elif isinstance(key.data, Pipe) and not key.data.closed and not key.data.read():
                    self._selector.unregister(key.data.number)
            for instance in self._instances.values():
                self._attend(instance)
            self._watch_memory()
            self._watch_outbox()
        return None

    def end_everything(self) -> None:
        for instance in self._instances.values():
            kill(instance.pid or instance.helper, signal.SIGKILL)
        for instance in self._instances.values():
            self._sandbox.remove(instance.place)

    # Commands

    def _read_commands(self) -> list[bytes] | None:
        try:
            data = os.read(self._commands, 1024 * 1024)
        except BlockingIOError:
            return []
        if not data:
            return None
        *lines, rest = data.split(b"\n")
        complete = []
        for line in lines:
            if not self._skipping:
                complete.append(bytes(self._partial) + line)
            self._partial.clear()
            self._skipping = False
        if not self._skipping:
            self._partial += rest
        if len(self._partial) > MAX_COMMAND_BYTES:
            self._partial.clear()
            self._skipping = True
            self._complain(BadCommand(f"Command is longer than {MAX_COMMAND_BYTES} bytes and was left out."))
        return complete

    def _obey(self, line: bytes) -> Birth | None:
        if not line.strip():
            return None
        try:
            command = parse(line)
            if isinstance(command, Start):
                return self._start(command)
            self._stop(command)
        except BadCommand as problem:
            self._complain(problem)
        except OSError as error:
            self._complain(
                BadCommand(f"The machine refused: {error}.", command.id, isinstance(command, Start))
            )
        return None

    def _start(self, start: Start) -> Birth | None:
        if start.id in self._instances:
            raise BadCommand(f"{start.id} is already running. Stop it first or choose another id.", start.id)
        with contextlib.ExitStack() as opened:
            listener = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024))
            ends = [os.pipe() for _ in range(3)]
            writing = [write for _, write in ends]
            for write in writing:
                opened.callback(os.close, write)
            place = self._sandbox.prepare(start.id)
            child = fork_with_sigterm_blocked()
            if child == 0:
                opened.pop_all()
                self._selector.close()
                return Birth(start, place, listener, *writing)
            port = listener.getsockname()[1]
        instance = Instance(start.id, child, place, port, start.limits.memory_bytes, self._emit)
        instance.attach(*(read for read, _ in ends))
        for pipe in instance.pipes:
            os.set_blocking(pipe.number, False)
            self._selector.register(pipe.number, selectors.EVENT_READ, pipe)
        self._instances[start.id] = instance
        return None

    def _stop(self, stop: Stop) -> None:
        instance = self._instances.get(stop.id)
        if instance is None:
            raise BadCommand(f"{stop.id} is not running, so it was not stopped.", stop.id)
        instance.stopping = True
        instance.kill_at = time.monotonic() + stop.grace_s

    def _stop_everything(self) -> None:
        self._selector.unregister(self._commands)
        self._ends_at = time.monotonic() + LAST_GRACE_S
        for instance in self._instances.values():
            instance.stopping = True

    def _is_over(self) -> bool:
        if self._ends_at is None:
            return False
        return not self._instances or self._ends_at <= time.monotonic()

    # Processes

    def _attend(self, instance: Instance) -> None:
        """Passes a stop on once the app's process is known, kills when its grace is over."""
        if instance.pid is not None and instance.stopping:
            if not instance.told_to_stop:
                instance.told_to_stop = True
                kill(instance.pid, signal.SIGTERM)
            if instance.kill_at is not None and instance.kill_at <= time.monotonic():
                instance.kill_at = None
                kill(instance.pid, signal.SIGKILL)
        if instance.log.seconds_until_telling() == 0:
            instance.log.tell_dropped()

    def _watch_memory(self) -> None:
        if time.monotonic() < self._memory_look_at:
            return
        self._memory_look_at = time.monotonic() + MEMORY_LOOK_S
        limits = {
            instance.pid: instance.memory_bytes for instance in self._instances.values() if instance.pid
        }
        for pid in over_limit(limits):
            kill(pid, signal.SIGKILL)

    def _time_left(self) -> float | None:
        times = [instance.log.seconds_until_telling() for instance in self._instances.values()]
        for instance in self._instances.values():
            if instance.pid is not None and instance.kill_at is not None:
                times.append(max(0.0, instance.kill_at - time.monotonic()))
        if self._ends_at is not None:
            times.append(max(0.0, self._ends_at - time.monotonic()))
        if self._instances:
            times.append(max(0.0, self._memory_look_at - time.monotonic()))
        return min((left for left in times if left is not None), default=None)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            # A helper tells the app's process id before it ends, so the report is there by now.
            for instance in list(self._instances.values()):
                if instance.pid is None:
                    instance.pipes[2].read()
            for instance in list(self._instances.values()):
                is_app = pid == instance.pid
                failed_helper = pid == instance.helper and instance.pid is None
                if is_app or failed_helper:
                    self._bury(instance, os.waitstatus_to_exitcode(status))

    def _bury(self, instance: Instance, code: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(instance.pid or instance.helper, signal.SIGKILL)
        for pipe in instance.pipes:
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe.number)
            pipe.close()
        instance.log.tell_dropped()
        del self._instances[instance.id]
        self._sandbox.remove(instance.place)
        self._emit(instance.exited_event(code))

    # Events

    def _emit(self, event: dict[str, object]) -> bool:
        return self._events.put(event_line(event), may_drop=event["event"] == "log")

    def _complain(self, problem: BadCommand) -> None:
        named = {"id": problem.instance} if problem.instance else {}
        self._emit({"event": "error", **named, "message": str(problem)})
        if problem.instance and problem.is_start and problem.instance not in self._instances:
            self._emit(never_started(problem.instance, str(problem)))

    def _watch_outbox(self) -> None:
        waiting = self._events.flush()
        watched = self._events.number in self._selector.get_map()
        if waiting and not watched:
            self._selector.register(self._events.number, selectors.EVENT_WRITE, "events")
        elif watched and not waiting:
            self._selector.unregister(self._events.number)


def kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def fork_with_sigterm_blocked() -> int:
    """The child unblocks it once it has a handler, so that a stop which comes at once is not lost."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    return child


def be_first_to_go() -> None:
    """When the machine runs out of memory, the kernel ends an app before anything else."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> int:
    with contextlib.suppress(PermissionError):
        os.setsid()
    commands, events = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    close_all_but(0, 1, 2, commands, events)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    be_first_to_go()
    parent = os.getppid()
    sandbox = open_sandbox()
    if sandbox.isolation == "none":
        if sys.platform == "linux":
            die_with(parent)
    else:
        parent = os.getppid()
    import_common()
    os.nice(APPS_NICENESS)
    server = ForkServer(sandbox, commands, events)
    try:
        birth = server.run(parent)
    except BrokenPipeError:
        birth = None
    if birth:
        return birth.run(sandbox)
    server.end_everything()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
