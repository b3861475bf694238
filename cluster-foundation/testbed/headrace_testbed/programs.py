"""Builds the programs of the testbed from upstream's Go modules, each once."""

import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from headrace_testbed.cache import Cache, key_of
from headrace_testbed.paths import PROGRAMS, Refused
from headrace_testbed.progress import shown

BUILD = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-v"]
KUBERNETES = re.compile(r"^\s*k8s\.io/kubernetes (v(\d+)\.(\d+)\.\d+)$", re.MULTILINE)
TOOL = re.compile(r"^tool (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Upstream:
    """`definitions`: of custom resources, a file or a folder of files in the module."""

    module: str
    definitions: str = ""


# The slow ones first, so that the others find most of their packages compiled.
UPSTREAM = {
    "kube": None,
    "kustomize-controller": Upstream("github.com/fluxcd/kustomize-controller", "config/crd/bases"),
    "source-controller": Upstream("github.com/fluxcd/source-controller", "config/crd/bases"),
    "traefik": Upstream(
        "github.com/traefik/traefik/v3",
        "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml",
    ),
    "coredns": Upstream("github.com/coredns/coredns"),
    "pause": None,
    "felix": Upstream("github.com/projectcalico/calico", "libcalico-go/config/crd"),
    "cni-name": None,
}
FLUX_AND_TRAEFIK = ("source-controller", "kustomize-controller", "traefik")
POLICIES = ("felix", "cni-name")


def version_of(name: str) -> str:
    """The version of the module that a program of somebody else's comes from."""
    upstream = UPSTREAM[name]
    assert upstream
    module = (PROGRAMS / name / "go.mod").read_text()
    found = re.search(rf"^(?:require)?\s*{re.escape(upstream.module)} (v\S+)", module, re.MULTILINE)
    if not found:
        raise Refused(f"{PROGRAMS / name / 'go.mod'} does not require {upstream.module}.")
    return found[1]


def toolchain() -> str:
    """Which Go builds for which system."""
    if shutil.which("go") is None:
        raise Refused("Go is missing. Install Go 1.26 or newer (https://go.dev/dl).")
    asked = subprocess.run(
        ["go", "env", "GOVERSION", "GOOS", "GOARCH"], cwd=PROGRAMS / "kube", capture_output=True, text=True
    )
    if asked.returncode:
        raise Refused(f"`go env` failed in {PROGRAMS / 'kube'}: {asked.stderr.strip()}")
    return " ".join(asked.stdout.split())


def key(source: Path, go: str) -> str:
    """Of everything that decides what a build gives: its sources, Go, and how Go is called."""
    files = sorted(file for file in source.iterdir() if file.suffix in (".go", ".mod", ".sum"))
    parts: list[str | bytes] = [go, *command(source)]
    for file in files:
        parts += [file.name, file.read_bytes()]
    return key_of(parts)


def command(source: Path) -> list[str]:
    """The build's arguments: of the folder's own main.go, or of the tool that its go.mod names."""
    module = (source / "go.mod").read_text()
    tool = TOOL.search(module)
    return [*BUILD, "-ldflags", " ".join(["-s -w", *version_flags(module)]), tool[1] if tool else "."]


def version_flags(module: str) -> list[str]:
    """What Kubernetes says of its own version, which its parts compare."""
    found = KUBERNETES.search(module)
    if not found:
        return []
    names = zip(("gitVersion", "gitMajor", "gitMinor"), found.groups(), strict=True)
    return [f"-X k8s.io/component-base/version.{name}={value}" for name, value in names]


def build_all(cache: Cache, names: Iterable[str]) -> dict[str, Path]:
    """The folder of each program; what is missing is built."""
    go = toolchain()
    keys = {name: key(PROGRAMS / name, go) for name in names}
    missing = [name for name in keys if not cache.has(name, keys[name])]
    if missing:
        print(f"Building {', '.join(missing)}; all of them take about 20 minutes the first time.", flush=True)
    return {name: cache.get(name, keys[name], Builder(name).build) for name in keys}


class Builder:
    def __init__(self, name: str) -> None:
        self._name = name
        self._source = PROGRAMS / name
        self._compiled = 0
        self._last_lines: deque[str] = deque(maxlen=30)

    def build(self, folder: Path) -> None:
        """Puts the program, and the definitions that come with it, into the folder."""
        with shown(f"building {self._name}", lambda: f"({self._compiled} packages compiled)"):
            self._compile(folder / self._name)
            upstream = UPSTREAM[self._name]
            if upstream and upstream.definitions:
                self._copy(upstream, folder / "definitions")

    def _compile(self, program: Path) -> None:
        arguments = command(self._source)
        with subprocess.Popen(
            ["go", *arguments[:1], "-o", str(program), *arguments[1:]],
            cwd=self._source,
            env=os.environ | {"CGO_ENABLED": "0"},
            stderr=subprocess.PIPE,
            text=True,
        ) as go:
            assert go.stderr
            for line in go.stderr:
                self._last_lines.append(line)
                self._compiled += not line.startswith(("go: ", "#", "\t"))
        if go.returncode:
            raise Refused(f"{self._name} could not be built; Go's last lines:\n{''.join(self._last_lines)}")

    def _copy(self, upstream: Upstream, target: Path) -> None:
        listed = subprocess.run(
            ["go", "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", upstream.module],
            cwd=self._source,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found = Path(listed.stdout.strip()) / upstream.definitions
        target.mkdir()
        for file in sorted(found.glob("*.yaml")) if found.is_dir() else [found]:
            (target / file.with_suffix(".yaml").name).write_bytes(file.read_bytes())
