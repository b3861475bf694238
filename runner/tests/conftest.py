import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from driving import Runner, Served


@pytest.fixture(scope="session")
def shared_runner() -> Iterator[Runner]:
    runner = Runner()
    runner.ready()
    yield runner
    runner.close()


@pytest.fixture
def runner(shared_runner: Runner) -> Runner:
    assert shared_runner.process.poll() is None, "the fork server died in an earlier test"
    return shared_runner


@pytest.fixture
def new_runner() -> Iterator[Callable[..., Runner]]:
    made: list[Runner] = []

    def make(command: list[str] | None = None, **options: object) -> Runner:
        made.append(Runner(command, **options))
        return made[-1]

    yield make
    for runner in made:
        runner.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Writes files into a folder and serves them."""
    made: list[Served] = []

    def start(files: dict[str, str] | str, **more: str) -> Served:
        for name, content in ({"main.py": files} if isinstance(files, str) else files).items():
            path = tmp_path / "code" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        made.append(Served(tmp_path / "code", **more))
        return made[-1]

    yield start
    for served in made:
        if served.process.poll() is None:
            served.process.kill()
        served.process.communicate()
