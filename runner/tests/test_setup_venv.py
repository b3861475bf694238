"""setup-venv on a copy of the runner whose locks are empty, so that nothing is downloaded."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from driving import until

RUNNER = Path(__file__).parent.parent
BASE_PYTHON = str(Path(sys.base_prefix) / "bin" / "python3")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "runner"
    folder.mkdir()
    shutil.copy(RUNNER / "setup-venv", folder)
    shutil.copytree(RUNNER / "headrace_runner", folder / "headrace_runner")
    (folder / "requirements.lock").write_text("# nothing\n")
    (folder / "requirements-dev.lock").write_text("# nothing for tests\n")
    return folder


def setup(folder: Path, *options: str) -> str:
    command = [BASE_PYTHON, str(folder / "setup-venv"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def kill_once_begun(folder: Path) -> None:
    killed = subprocess.Popen([BASE_PYTHON, str(folder / "setup-venv")], start_new_session=True)
    until(lambda: (folder / ".venv.new" / "bin").exists(), "it has begun")
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()


def test_it_makes_an_environment_once_and_again_when_the_lock_changes(copy: Path):
    said = setup(copy)
    assert said.startswith("runner: making a virtual environment")
    assert said.endswith("runner: ready\n")
    python = copy / ".venv" / "bin" / "python"
    where = "import headrace_runner; print(headrace_runner.__file__)"
    done = subprocess.run([python, "-I", "-c", where], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(copy / "headrace_runner" / "__init__.py")

    assert setup(copy) == ""
    assert "the runner's tests" in setup(copy, "--dev")
    assert setup(copy, "--dev") == setup(copy) == ""

    (copy / "requirements.lock").write_text("# something else\n")
    assert "making a virtual environment" in setup(copy)


def test_a_run_that_was_killed_is_done_again(copy: Path):
    kill_once_begun(copy)
    assert setup(copy).endswith("runner: ready\n")
    assert json.loads((copy / ".venv" / "headrace-stamp.json").read_text())["python"]
    assert setup(copy) == ""


def test_whoever_uses_an_environment_keeps_it_while_and_after_a_new_one_is_made(copy: Path):
    setup(copy)
    venv = copy / ".venv"
    in_use = os.open(venv, os.O_RDONLY)  # as a running platform's apps hold it
    (venv / "only-in-the-old-one").touch()
    (copy / "requirements.lock").write_text("# something else\n")

    kill_once_begun(copy)
    assert (venv / "only-in-the-old-one").exists()
    subprocess.run([venv / "bin" / "python", "-I", "-c", "import headrace_runner"], check=True)

    setup(copy)
    assert not (venv / "only-in-the-old-one").exists()
    assert {"bin", "lib", "only-in-the-old-one"} <= set(os.listdir(in_use))
    os.close(in_use)


def test_scripts_of_an_environment_find_it(copy: Path):
    setup(copy)
    [script] = (copy / ".venv" / "bin").glob("pip3.*")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert str(copy / ".venv" / "lib") in done.stdout
