"""Process 1 of the testbed: makes its mounts and network, starts every program, then only reaps.

When it ends, for whatever reason, the kernel ends everything else in here and takes the mounts and
interfaces away.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from headrace_testbed import cgroups, network
from headrace_testbed.api import Api, eventually, is_condition_true
from headrace_testbed.components import components
from headrace_testbed.configuration import VOLUMES
from headrace_testbed.launch import FAILURES, Launched, environment, import_command
from headrace_testbed.network import NODE_NAME
from headrace_testbed.paths import MANIFESTS, Refused, Site
from headrace_testbed.programs import FLUX_AND_TRAEFIK

STARTED = "STARTED"  # the last line that the starter waits for

# What kubelet wants to write for the whole machine: it finds these files in their place.
KERNEL_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
OWN_FOLDERS = ("containerd", "etcd", "flux/sources", "kubelet", "netns", "tmp")


def main(folder: str) -> int:
    site = Site(Path(folder))
    os.chdir(site.folder)
    try:
        own_mounts(site)
        network.set_up_inside()
        Start(site).run()
    except FAILURES as failure:
        say(f"FAILED: {failure}")
        return 1
    say(STARTED)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(1)


def say(text: str) -> None:
    print(text, flush=True)


def own_mounts(site: Site) -> None:
    """Everything that the programs write is in memory, except for the site's own folder."""
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    for name in OWN_FOLDERS:
        Path("/run", name).mkdir(mode=0o700, parents=True)
    for volume in VOLUMES:
        Path(volume).mkdir(parents=True)
    kernel = Path("/run/kernel-settings")
    kernel.mkdir()
    for name, value in KERNEL_SETTINGS.items():
        setting = Path("/proc/sys", name)
        if setting.exists():
            stand_in = kernel / setting.name
            stand_in.write_text(value + "\n")
            mount("--bind", str(stand_in), str(setting))
    for name in ("upper", "work"):
        Path("/run/var", name).mkdir(parents=True)
    overlay = "lowerdir=/var,upperdir=/run/var/upper,workdir=/run/var/work"
    mount("-t", "overlay", "-o", overlay, "overlay", "/var")
    site.folder.mkdir(parents=True, exist_ok=True)
    # The folder itself, also when it is below /run or /var: the path leads to the new mounts by now.
    mount("--no-canonicalize", "--bind", "/proc/self/cwd", str(site.folder))
    os.chdir(site.folder)
    mount("--bind", str(site.configuration / "resolv.conf"), "/etc/resolv.conf")


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"`mount {' '.join(arguments)}` failed: {done.stderr.strip()}")


class Start:
    """Brings the programs up, as many at a time as what they need allows."""

    def __init__(self, site: Site) -> None:
        state = site.read_state()
        self._site = site
        self._programs: dict[str, str] = state["programs"]
        self._images: list[str] = state["images"]
        self._with_flux: bool = state["with_flux"]
        self._with_policies: bool = state["with_policies"]
        self._parts = {part.name: part for part in components(site, state)}
        self._running: dict[str, Launched] = {}
        self._images_failed = ""

    def run(self) -> None:
        cgroups.make()
        self._start("etcd", "containerd", "kube-apiserver")
        images = threading.Thread(target=self._import_images, daemon=True)
        images.start()
        api = Api(self._site.kubeconfig)
        self._wait("the API server answers", api.is_ready, 60)
        self._start("kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy")
        self._apply_definitions(api)
        self._start(*(name for name in self._parts if name not in self._running))
        self._wait("the node is ready", lambda: self._is_node_ready(api), 90)
        images.join()
        if self._images_failed:
            raise Refused(self._images_failed)
        say("the images are there")
        for part in self._running.values():
            part.wait_until_well()
        self._wait("names are answered", lambda: is_name_service_up(api), 60)

    def _start(self, *names: str) -> None:
        for name in names:
            self._running[name] = Launched(self._site, self._parts[name])

    def _wait(self, what: str, condition: Callable[[], bool], seconds: float) -> None:
        eventually(what, lambda: self._check_running() or condition(), seconds)
        say(what)

    def _check_running(self) -> None:
        for part in self._running.values():
            part.check_running()

    def _import_images(self) -> None:
        try:
            self._running["containerd"].wait_until_well()
            for image in self._images:
                done = subprocess.run(import_command(image), capture_output=True, text=True)
                if done.returncode:
                    raise Refused(f"{image} could not be imported: {done.stderr.strip()}")
        except FAILURES as failure:
            self._images_failed = str(failure)

    def _apply_definitions(self, api: Api) -> None:
        configuration = self._site.configuration
        with_definitions: list[str] = []
        sources = [configuration / "node.yaml", configuration / "volumes.json"]
        if self._with_flux:
            with_definitions += FLUX_AND_TRAEFIK
            sources.append(MANIFESTS / "flux.yaml")
        if self._with_policies:
            with_definitions.append("felix")
        sources += [Path(self._programs[name], "definitions") for name in with_definitions]
        self._apply(*sources)
        self._wait("the first definitions are known", lambda: are_definitions_known(api), 30)
        if self._with_policies:
            self._apply(MANIFESTS / "policies.yaml")

    def _apply(self, *sources: Path) -> None:
        files = [f"--filename={source}" for source in sources]
        kubectl = ["kubectl", "--kubeconfig", str(self._site.kubeconfig), "apply", "--server-side", *files]
        done = subprocess.run(
            kubectl,
            executable=str(Path(self._programs["kube"], "kube")),
            env=environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Refused(f"`kubectl apply` failed: {done.stderr.strip()}")

    def _is_node_ready(self, api: Api) -> bool:
        return is_condition_true(api.get(f"/api/v1/nodes/{NODE_NAME}"), "Ready")


def is_name_service_up(api: Api) -> bool:
    found = api.get("/apis/apps/v1/namespaces/kube-system/deployments/coredns")
    return bool(found["status"].get("availableReplicas"))


def are_definitions_known(api: Api) -> bool:
    """Known, and their objects can be listed: the server refuses that at first, and Flux waits for longer."""
    listed = api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    if not all(is_condition_true(item, "Established") for item in listed):
        return False
    for spec in (item["spec"] for item in listed):
        version = next(version["name"] for version in spec["versions"] if version["served"])
        api.get(f"/apis/{spec['group']}/{version}/{spec['names']['plural']}?limit=1")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
