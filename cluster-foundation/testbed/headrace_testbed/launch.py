"""Starts programs, and looks at how they are. Runs in the testbed's namespaces."""

import os
import subprocess
import sys
from pathlib import Path

from headrace_testbed.api import NotAnswered, answers, eventually
from headrace_testbed.components import Component, components
from headrace_testbed.configuration import CONTAINERD_SOCKET
from headrace_testbed.paths import Refused, Site, read_json, write_json

FAILURES = (Refused, NotAnswered, OSError, subprocess.CalledProcessError)


def main(folder: str, name: str) -> int:
    """Starts one component of a running testbed again; process 1 takes it over."""
    site = Site(Path(folder))
    part = next(part for part in components(site, site.read_state()) if part.name == name)
    try:
        Launched(site, part).wait_until_well()
    except FAILURES as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def environment() -> dict[str, str]:
    """Not the starter's own: its HTTP proxy, for one, has no business in here."""
    return {"PATH": os.environ["PATH"], "HOME": "/run", "TMPDIR": "/run/tmp"}


class Launched:
    """A component from its start on. `pid` is the testbed's own number."""

    def __init__(self, site: Site, part: Component) -> None:
        self._part = part
        self._log = site.logs / f"{part.name}.log"
        with self._log.open("ab") as log:
            self._log_begins = log.tell()
            self.process = subprocess.Popen(
                part.arguments,
                executable=part.program if "/" in part.program else None,
                env=environment() | part.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        write_json(site.started_file, read_json(site.started_file) | {part.name: self.process.pid})

    def check_running(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise Refused(f"{self._part.name} ended with code {code}; see {self._log}")

    def wait_until_well(self, seconds: float = 60) -> None:
        problem = ""

        def is_well() -> bool:
            nonlocal problem
            self.check_running()
            problem = self._problem()
            return not problem

        try:
            eventually(f"{self._part.name} is well", is_well, seconds)
        except NotAnswered as late:
            raise NotAnswered(f"{late}; {problem}") from None

    def _problem(self) -> str:
        said, awaited = self._log.read_bytes()[self._log_begins :].decode(), self._part.says_when_it_works
        return answers(self._part.health) or (
            "" if awaited in said else f"its log does not say {awaited!r} yet"
        )


def import_command(archive: str) -> list[str]:
    """Makes the node know an image; what it has of the layers already is not stored twice."""
    return ["ctr", "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io", "images", "import", archive]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
