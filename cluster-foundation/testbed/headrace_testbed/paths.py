"""Where the sources, the cache and a testbed's own files are."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTBED = Path(__file__).resolve().parent.parent
PROGRAMS = TESTBED / "programs"
MANIFESTS = TESTBED / "manifests"
PROJECT = TESTBED.parent.parent
RUNNER = PROJECT / "runner"


class Refused(Exception):
    """Nothing can be done; the message says why and what would help."""


def version() -> str:
    """The project's, as its images are tagged: without Maven's -SNAPSHOT."""
    pom = (PROJECT / "pom.xml").read_text()
    found = re.search(r"<artifactId>headrace</artifactId>\s*<version>([^<]+)</version>", pom)
    if not found:
        raise Refused(f"{PROJECT / 'pom.xml'} names no version.")
    return found[1].removesuffix("-SNAPSHOT")


def cache_folder() -> Path:
    base = os.environ.get("HEADRACE_CACHE") or "~/.cache/headrace"
    return Path(base).expanduser().absolute() / "testbed"


@dataclass(frozen=True)
class Site:
    """The folder of one testbed. It outlives the testbed, so that the logs do."""

    folder: Path

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def configuration(self) -> Path:
        return self.folder / "configuration"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def state_file(self) -> Path:
        return self.folder / "testbed.json"

    @property
    def started_file(self) -> Path:
        return self.folder / "started.json"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    def read_state(self) -> dict[str, Any]:
        return read_json(self.state_file)

    def write_state(self, state: dict[str, Any]) -> None:
        write_json(self.state_file, state)

    def kubeconfig_of(self, user: str) -> Path:
        return self.configuration / f"{user}.kubeconfig"


def read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: Any) -> None:
    unfinished = path.with_name(path.name + ".tmp")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, indent=1) + "\n")
    unfinished.replace(path)
