import socket
import sys
from pathlib import Path

import pytest

from headrace_testbed.api import NotAnswered
from headrace_testbed.components import Component
from headrace_testbed.launch import Launched
from headrace_testbed.paths import Refused, Site, read_json

SERVE = """
import http.server, sys
print(sys.argv[2], flush=True)
handler = http.server.SimpleHTTPRequestHandler
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "logs").mkdir()
    return Site(tmp_path)


def server(says: str) -> Component:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["python", "-c", SERVE, str(port), says]
    return Component(
        "it", sys.executable, arguments, f"http://127.0.0.1:{port}/", says_when_it_works="at work"
    )


def test_a_component_is_well_when_it_answers_and_says_so(site: Site) -> None:
    launched = Launched(site, server("at work"))
    try:
        launched.wait_until_well(20)
        assert read_json(site.started_file) == {"it": launched.process.pid}
    finally:
        launched.process.kill()
        launched.process.wait()


def test_what_the_log_said_of_an_earlier_start_does_not_count(site: Site) -> None:
    (site.logs / "it.log").write_text("at work\n")
    launched = Launched(site, server("still starting"))
    try:
        with pytest.raises(NotAnswered, match="log does not say 'at work'"):
            launched.wait_until_well(1)
    finally:
        launched.process.kill()
        launched.process.wait()


def test_a_component_that_ends_is_not_waited_for(site: Site) -> None:
    part = Component("it", sys.executable, ["python", "-c", "raise SystemExit(3)"], "http://127.0.0.1:1/")
    with pytest.raises(Refused, match="it ended with code 3"):
        Launched(site, part).wait_until_well(20)
