"""The testbed's addresses, and the cable between its network and this machine's."""

import json
import subprocess
import time
from pathlib import Path

from headrace_testbed.paths import Refused

MACHINE = "10.88.77.1"
NODE = "10.88.77.2"
NODE_NAME = "headrace-testbed"
API_SERVER = f"https://{NODE}:6443"
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
PODS = "10.244.0.0/22"
CUTS = "headrace-cuts"  # the table of rules for `nft`
CABLE = "headrace-tb"  # this machine's end; the other one is eth0 in the testbed


def ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout


def cable_exists() -> bool:
    return Path("/sys/class/net", CABLE).exists()


def check_addresses_are_free() -> None:
    """Refuses when this machine has the addresses already."""
    if cable_exists():
        raise Refused(
            f"the interface {CABLE} is there: another testbed is up, with another --data. End it first."
        )
    asked = subprocess.run(["ip", "-json", "route", "get", NODE], capture_output=True, text=True)
    route = json.loads(asked.stdout)[0] if asked.returncode == 0 else {}
    if "dev" in route and "gateway" not in route:
        raise Refused(f"the testbed needs {NODE}, which this machine reaches through {route['dev']}.")


def plug_cable(process: int) -> None:
    """Connects this machine to the network namespace of a process."""
    ip("link", "add", CABLE, "type", "veth", "peer", "name", "eth0", "netns", str(process))
    ip("address", "add", f"{MACHINE}/30", "dev", CABLE)
    ip("link", "set", CABLE, "up")


def unplug_cable() -> None:
    """It would go with the namespace, which connections that nobody ends any more keep for minutes."""
    subprocess.run(["ip", "link", "delete", CABLE], capture_output=True)


def set_up_inside() -> None:
    """Called in the testbed's network; waits for the cable.

    Addresses of Services only need some route, so that a packet gets as far as kube-proxy's rules.
    """
    ip("link", "set", "lo", "up")
    deadline = time.monotonic() + 10
    while not json_lists_eth0():
        if time.monotonic() > deadline:
            raise Refused("nobody connected the testbed's network within 10 s.")
        time.sleep(0.01)
    ip("address", "add", f"{NODE}/30", "dev", "eth0")
    ip("link", "set", "eth0", "up")
    ip("route", "add", "default", "dev", "lo", "src", NODE)


def cut(one: str, other: str) -> str:
    """Rules for `nft`: no packet passes between two addresses, through the node or from and to itself.

    What goes to a Service is known by the address that kube-proxy has chosen for it.
    """
    hooks = {"inet": ("input", "forward", "output"), "bridge": ("forward",)}
    pairs = ((one, other), (other, one))
    lines = []
    for family, chains in hooks.items():
        lines.append(f"add table {family} {CUTS}")
        for chain in chains:
            lines.append(f"add chain {family} {CUTS} {chain} {{ type filter hook {chain} priority -5; }}")
            lines += [
                f"add rule {family} {CUTS} {chain} ether type ip ip saddr {source} ip daddr {target} drop"
                if family == "bridge"
                else f"add rule {family} {CUTS} {chain} ip saddr {source} ip daddr {target} drop"
                for source, target in pairs
            ]
    return "\n".join(lines)


def mend() -> str:
    return "\n".join(
        f"{verb} table {family} {CUTS}" for family in ("inet", "bridge") for verb in ("add", "delete")
    )


def json_lists_eth0() -> bool:
    return any(link["ifname"] == "eth0" for link in json.loads(ip("-json", "link", "show") or "[]"))
