"""A real Kubernetes with Flux and Traefik on this machine, for tests. Needs root, Go and some packages."""

import argparse
import json
import os
import signal
import sys
from ipaddress import IPv4Address
from pathlib import Path

from headrace_testbed.api import NotAnswered
from headrace_testbed.components import APPS_PORT
from headrace_testbed.network import MACHINE, NODE
from headrace_testbed.paths import Refused, Site, cache_folder
from headrace_testbed.progress import Clock
from headrace_testbed.testbed import Extras, Testbed, build, entering


def main(arguments: list[str]) -> int:
    own, passed_on = split(arguments)
    options = parser().parse_args(own, argparse.Namespace(rest=passed_on))
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # where not every user looks
    site = Site(options.data.absolute())
    try:
        return COMMANDS[options.command](site, Testbed(site), options)
    except (Refused, NotAnswered) as refusal:
        print(f"testbed: {refusal}", file=sys.stderr)
        return 69
    except KeyboardInterrupt:
        print("\ntestbed: interrupted", file=sys.stderr)
        return 130


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What this program reads, and what it passes on to another one."""
    if arguments[:1] not in (["kubectl"], ["enter"]) or arguments[1:2] in (["-h"], ["--help"]):
        return arguments, []
    own = 3 if arguments[1:2] == ["--data"] else 1
    return arguments[:own], arguments[own:]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="testbed", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        default = cache_folder() / "data"
        command.add_argument("--data", type=Path, metavar="DIR", default=default, help=f"default: {default}")
        return command

    add("build", "builds the programs and images that are missing")
    up = add("up", "builds what is missing, starts the cluster, returns when its node is ready")
    up.add_argument(
        "--with-flux",
        action="store_true",
        help="also runs Flux and Traefik, as processes, for a control plane on this machine",
    )
    up.add_argument("--with-policies", action="store_true", help="makes packets obey network policies")
    add("load", "builds the images that are stale and makes the running cluster know them")
    add("status", "says how each component is; exit code 0 when all are well").add_argument(
        "--json", action="store_true", help="one JSON object"
    )
    add("down", "ends everything")
    ended = add("stop", "ends one component, as `status` names it")
    ended.add_argument("name")
    ended.add_argument("--kill", action="store_true", help="at once, without a chance to tidy up")
    add("start", "starts a component that was stopped, returns when it is well").add_argument("name")
    parted = add("cut", "lets no packet pass between two addresses, of pods or of the node")
    parted.add_argument("one", type=address)
    parted.add_argument("other", type=address)
    add("mend", "takes back every cut")
    add("kubectl", "calls kubectl as the cluster's admin: kubectl [--data DIR] ...")
    add("enter", "runs a command (default: bash) with the testbed's processes, network and mounts")
    return made


def run_build(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    clock = Clock()
    programs, images = build(Extras(with_policies=True))
    clock.say("everything is built")
    for path in [*programs.values(), *images]:
        print(f"  {path}")
    return 0


def run_up(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    clock = Clock()
    if not testbed.up(Extras(options.with_flux, options.with_policies)):
        print("The testbed is up already; `./headrace testbed status` says how it is.")
        return 0
    where = "" if options.data == cache_folder() / "data" else f" --data {options.data}"
    print(f"""The testbed is up ({clock.seconds:.1f} s).

  Kubeconfig    {site.kubeconfig}
  kubectl       ./headrace testbed kubectl{where} get pods -A
  Apps          http://{NODE}:{APPS_PORT}, the Host header says which
  This machine  {MACHINE} for whatever runs in the testbed
  Logs          {site.logs}

  `./headrace testbed down{where}` ends it and everything it started.""")
    return 0


def run_status(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    status = testbed.status()
    if options.json:
        print(json.dumps(status))
        return 0 if status["healthy"] else 1
    if not status["up"]:
        print("The testbed is not up.")
    for part in status["components"]:
        how = "healthy" if part["healthy"] else part["problem"]
        print(f"  {part['name']:<24} {part['pid'] or '-':>8}  {how}")
    return 0 if status["healthy"] else 1


def run_down(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    clock = Clock()
    ran = testbed.down()
    print(f"The testbed is down ({clock.seconds:.1f} s)." if ran else "The testbed is not up.")
    return 0


def run_load(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    clock = Clock()
    for name in testbed.load() or ["nothing that it did not have"]:
        print(f"  {name}")
    print(f"The testbed has every image ({clock.seconds:.1f} s).")
    return 0


def run_stop(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    testbed.stop(options.name, signal.SIGKILL if options.kill else signal.SIGTERM)
    print(f"{options.name} has ended.")
    return 0


def run_start(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    testbed.start(options.name)
    print(f"{options.name} is well.")
    return 0


def run_cut(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    testbed.cut(options.one, options.other)
    print(f"{options.one} and {options.other} do not reach each other.")
    return 0


def run_mend(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    testbed.mend()
    print("Everything is connected.")
    return 0


def address(text: str) -> str:
    return str(IPv4Address(text))


def run_kubectl(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    program = testbed.program("kube")
    os.execve(
        program,
        ["kubectl", *options.rest],
        os.environ | {"KUBECONFIG": str(site.kubeconfig), "NO_PROXY": NODE},
    )


def run_enter(site: Site, testbed: Testbed, options: argparse.Namespace) -> int:
    nsenter = [*entering(testbed.init()), *(options.rest or ["bash"])]
    os.execvp(nsenter[0], nsenter)


COMMANDS = {
    "build": run_build,
    "up": run_up,
    "status": run_status,
    "down": run_down,
    "load": run_load,
    "stop": run_stop,
    "start": run_start,
    "cut": run_cut,
    "mend": run_mend,
    "kubectl": run_kubectl,
    "enter": run_enter,
}
