"""One testbed as seen from this machine: starts it, looks at it, ends it."""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headrace_testbed import certificates, cgroups, configuration, network
from headrace_testbed.api import answers
from headrace_testbed.cache import Cache, turn
from headrace_testbed.components import components
from headrace_testbed.control_plane_image import control_plane_image
from headrace_testbed.images import pause_image, runner_image
from headrace_testbed.inside import STARTED
from headrace_testbed.launch import import_command
from headrace_testbed.paths import TESTBED, Refused, Site, cache_folder, read_json, write_json
from headrace_testbed.processes import children, members, namespace_of, started_at
from headrace_testbed.programs import FLUX_AND_TRAEFIK, POLICIES, UPSTREAM, build_all
from headrace_testbed.progress import Clock
from headrace_testbed.upstream_images import upstream_image

START_LIMIT_S = 240
CLONE_NEWNET = 0x40000000
COMMANDS = {
    "containerd": "containerd",
    "containerd-shim-runc-v2": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "nft": "nftables",
    "ip": "iproute2",
    "openssl": "openssl",
    "mount": "mount",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "ldd": "libc-bin",
}
FELIX_COMMANDS = {"ipset": "ipset", "iptables-nft-restore": "iptables"}


@dataclass(frozen=True)
class Health:
    """`pid` as this machine counts, 0 when the process has ended; `problem` is empty when all is well."""

    name: str
    pid: int
    healthy: bool
    problem: str = ""


@dataclass(frozen=True)
class Extras:
    """Flux and Traefik as processes; network policies that packets obey."""

    with_flux: bool = False
    with_policies: bool = False


def check_packages(extras: Extras) -> None:
    commands = COMMANDS | (FELIX_COMMANDS if extras.with_policies else {})
    packages = {package for name, package in commands.items() if shutil.which(name) is None}
    if configuration.cni_folder() is None:
        packages.add("containernetworking-plugins")
    if packages:
        raise Refused(
            "something is missing. On Debian: "
            f"apt-get install --no-install-recommends {' '.join(sorted(packages))}"
        )


def build(extras: Extras) -> tuple[dict[str, Path], list[Path]]:
    """The folder of each program and the archive of each image.

    With Flux and Traefik as processes, and the control plane on this machine, these need no images.
    """
    check_packages(extras)
    cache = Cache(cache_folder())
    wanted = (name for name in UPSTREAM if extras.with_policies or name not in POLICIES)
    programs, runner = build_all(cache, wanted), runner_image(cache)
    images = [
        pause_image(cache, programs["pause"]),
        upstream_image(cache, "coredns", programs["coredns"]),
        runner,
    ]
    if not extras.with_flux:
        images += [upstream_image(cache, name, programs[name]) for name in FLUX_AND_TRAEFIK]
        images.append(control_plane_image(cache, runner))
    return programs, images


class Testbed:
    def __init__(self, site: Site) -> None:
        self._site = site

    def up(self, extras: Extras) -> bool:
        """False when it was up already."""
        if os.geteuid() != 0:
            raise Refused("namespaces with a network and mounts need root: call it with sudo.")
        clock = Clock()
        with turn(self._site.lock_file):
            if self.is_up():
                return False
            self._end()
            network.check_addresses_are_free()
            programs, images = build(extras)
            clock.say("programs and images are built")
            self._lay_out(programs, images, extras)
            self._start(clock)
        return True

    def down(self) -> bool:
        """False when nothing ran. Returns when everything is gone."""
        if not self._site.folder.is_dir():
            return False
        with turn(self._site.lock_file):
            return self._end()

    def is_up(self) -> bool:
        state = self._site.read_state()
        return bool(state.get("started")) and self._init() is not None

    def health(self) -> list[Health]:
        """Of each component. Joins this process to the testbed's network, for good."""
        state, init = self._site.read_state(), self._init()
        if init is None or not state.get("started"):
            return []
        enter_network(init)
        pids = members(state["namespace"])
        inner = read_json(self._site.started_file)
        found = []
        for part in components(self._site, state):
            pid = pids.get(inner.get(part.name, 0), 0)
            health = part.health.replace("unix://", f"unix:///proc/{init}/root")
            problem = answers(health) if pid else f"ended; see {self._site.logs / part.name}.log"
            found.append(Health(part.name, pid, not problem, problem))
        return found

    def status(self) -> dict[str, Any]:
        parts = self.health()
        return {
            "up": bool(parts),
            "healthy": bool(parts) and all(part.healthy for part in parts),
            "components": [asdict(part) for part in parts],
            "kubeconfig": str(self._site.kubeconfig),
            "logs": str(self._site.logs),
        }

    def load(self) -> list[str]:
        """Builds what is stale of the images and has the node know them; the names of those."""
        with turn(self._site.lock_file):
            state = self._required_state()
            _, images = build(Extras(state["with_flux"], state["with_policies"]))
            fresh = [str(image) for image in images if str(image) not in state["images"]]
            for image in fresh:
                self._inside(*import_command(image))
            self._site.write_state(state | {"images": [str(image) for image in images]})
        return [Path(image).parent.name for image in fresh]

    def stop(self, name: str, how: signal.Signals) -> None:
        """Ends one component and returns when it is gone. Raises Refused when it does not run."""
        with turn(self._site.lock_file):
            state, started = self._required_state(), read_json(self._site.started_file)
            self._check_name(name, state)
            pid = members(state["namespace"]).get(started.get(name, 0), 0)
            if not pid:
                raise Refused(f"{name} does not run.")
            since = started_at(pid)
            os.kill(pid, how)
            until_gone(name, lambda: started_at(pid) == since)
            write_json(self._site.started_file, {part: pid for part, pid in started.items() if part != name})

    def start(self, name: str) -> None:
        """Starts a component that was stopped or has ended, and returns when it is well."""
        with turn(self._site.lock_file):
            state, started = self._required_state(), read_json(self._site.started_file)
            self._check_name(name, state)
            if started.get(name, 0) in members(state["namespace"]):
                raise Refused(f"{name} runs.")
            self._inside(sys.executable, "-m", "headrace_testbed.launch", str(self._site.folder), name)

    def cut(self, one: str, other: str) -> None:
        self._inside("nft", network.cut(one, other))

    def mend(self) -> None:
        """Takes back every cut."""
        self._inside("nft", network.mend())

    def _check_name(self, name: str, state: dict[str, Any]) -> None:
        names = [part.name for part in components(self._site, state)]
        if name not in names:
            raise Refused(f"no component is called {name}; there are {', '.join(names)}.")

    def _inside(self, *command: str) -> None:
        """Runs a command with the testbed's processes, network and mounts."""
        nsenter = [*entering(self.init()), *command]
        done = subprocess.run(
            nsenter, env=os.environ | {"PYTHONPATH": str(TESTBED)}, capture_output=True, text=True
        )
        if done.returncode:
            raise Refused(f"`{' '.join(command)}` failed in the testbed: {done.stderr.strip()}")

    def program(self, name: str) -> Path:
        return Path(self._required_state()["programs"][name], name)

    def init(self) -> int:
        """The pid of the testbed's process 1."""
        self._required_state()
        init = self._init()
        assert init is not None
        return init

    def _required_state(self) -> dict[str, Any]:
        if not self.is_up():
            raise Refused("no testbed is up. Start it with `testbed up`.")
        return self._site.read_state()

    def _init(self) -> int | None:
        state = self._site.read_state()
        alive = bool(state) and started_at(state["pid"]) == state["since"]
        return next(iter(children(state["pid"])), None) if alive else None

    def _lay_out(self, programs: dict[str, Path], images: list[Path], extras: Extras) -> None:
        site = self._site
        for folder in (site.pki, site.logs, site.configuration):
            shutil.rmtree(folder, ignore_errors=True)
        (site.logs / "pods").mkdir(parents=True)
        site.configuration.mkdir(mode=0o700)
        certificates.make(site)
        state = {
            "programs": {name: str(folder) for name, folder in programs.items()},
            "images": [str(image) for image in images],
            **asdict(extras),
            "pid": 0,
            "since": "nobody",
        }
        configuration.write(site, state)
        site.write_state(state)

    def _start(self, clock: Clock) -> None:
        unshare = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--mount", "--net"]
        command = [*unshare, sys.executable, "-m", "headrace_testbed.inside", str(self._site.folder)]
        with (self._site.logs / "testbed.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=TESTBED,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        try:
            init = first_child(process)
            state = self._site.read_state()
            state |= {"pid": process.pid, "since": started_at(process.pid), "namespace": namespace_of(init)}
            self._site.write_state(state)
            network.plug_cable(init)
            tell(process, clock, self._site)
            self._site.write_state(state | {"started": True})
        except BaseException:
            process.kill()
            process.wait()
            self._end()
            raise

    def _end(self) -> bool:
        """Kills what the state names, waits until it is gone, and removes what no namespace took with it."""
        state = self._site.read_state()
        ran = bool(state) and started_at(state["pid"]) == state["since"]
        if ran:
            os.kill(state["pid"], signal.SIGKILL)
        if state:
            namespace = state.get("namespace")
            until_gone("processes", lambda: members(namespace) if namespace else {})
            if ran:
                network.unplug_cable()
            left = cgroups.remove()
            if left:
                raise Refused(f"these control groups could not be removed: {', '.join(map(str, left))}")
            shutil.rmtree(self._site.pki, ignore_errors=True)
            for file in (self._site.kubeconfig, self._site.started_file, self._site.state_file):
                file.unlink(missing_ok=True)
            shutil.rmtree(self._site.configuration, ignore_errors=True)
        return ran


def first_child(process: "subprocess.Popen[bytes]") -> int:
    """The process that `unshare` made in the new namespaces."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        for child in children(process.pid):
            if namespace_of(child) not in ("", namespace_of(process.pid)):
                return child
        time.sleep(0.005)
    raise Refused(
        "`unshare` did not start a process in new namespaces; is this a container without the right to?"
    )


def tell(process: "subprocess.Popen[bytes]", clock: Clock, site: Site) -> None:
    """Passes on what the testbed says until it has started."""
    assert process.stdout
    buffer = b""
    while clock.seconds < START_LIMIT_S:
        if select.select([process.stdout], [], [], 1)[0]:
            data = os.read(process.stdout.fileno(), 65536)
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                if line.decode() == STARTED:
                    return
                clock.say(line.decode())
            if not data:
                raise Refused(f"the testbed did not start; see {site.logs}, testbed.log first.")
    raise Refused(f"the testbed did not start within {START_LIMIT_S} s; {site.logs} has the logs.")


def entering(init: int) -> list[str]:
    return ["nsenter", "--target", str(init), "--mount", "--net", "--pid"]


def until_gone(what: str, left: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while left():
        if time.monotonic() > deadline:
            raise Refused(f"not gone after {seconds:.0f} s: {what}")
        time.sleep(0.02)


def enter_network(pid: int) -> None:
    """os.setns, which Python has from 3.12 on."""
    with Path(f"/proc/{pid}/ns/net").open() as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "the testbed's network cannot be entered")
