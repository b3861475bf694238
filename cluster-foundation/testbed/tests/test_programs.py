import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from headrace_testbed import programs
from headrace_testbed.cache import Cache
from headrace_testbed.paths import PROGRAMS, TESTBED, Refused

GO = "go1.26.8 linux amd64"
COMPILER = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
printf half >"$2"
{then}
"""
BUILD = """
import sys
from pathlib import Path
from headrace_testbed import programs
from headrace_testbed.cache import Cache

Cache(Path(sys.argv[1])).get("pause", "k1", programs.Builder("pause").build)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROGRAMS / "kube", tmp_path / "kube"))


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go"])
def test_another_source_is_another_key(source: Path, name: str) -> None:
    before = programs.key(source, GO)
    assert programs.key(source, GO) == before
    with (source / name).open("a") as file:
        file.write("\n// changed\n")
    assert programs.key(source, GO) != before


def test_another_go_is_another_key(source: Path) -> None:
    assert programs.key(source, GO) != programs.key(source, GO.replace("8", "9"))


def test_what_go_does_not_read_keeps_the_key(source: Path) -> None:
    before = programs.key(source, GO)
    (source / "README.md").write_text("words")
    assert programs.key(source, GO) == before


@pytest.mark.parametrize("name", programs.UPSTREAM)
def test_a_program_is_its_own_main_or_the_tool_that_its_module_names(name: str) -> None:
    source = PROGRAMS / name
    built = programs.command(source)[-1]
    assert (built == ".") == (source / "main.go").exists()
    assert (source / "go.mod").read_text().startswith(f"module dev.headrace/testbed/{name}\n")


def test_kubernetes_is_told_its_version() -> None:
    version = re.search(r"k8s.io/kubernetes (v1\.(\d+)\.\d+)", (PROGRAMS / "kube/go.mod").read_text())
    assert version
    flags = " ".join(programs.command(PROGRAMS / "kube"))
    assert f"version.gitVersion={version[1]} " in flags
    assert "version.gitMajor=1 " in flags
    assert f"version.gitMinor={version[2]} " in flags


def compiler(folder: Path, monkeypatch: pytest.MonkeyPatch, then: str) -> None:
    """Stands in for `go`: writes half a program, then does what it is told."""
    folder.mkdir(exist_ok=True)
    (folder / "go").write_text(COMPILER.format(then=then))
    (folder / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_failed_build_leaves_nothing_and_says_what_go_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler(tmp_path / "bin", monkeypatch, "echo './main.go:1: no such thing' >&2; exit 1")
    cache = Cache(tmp_path / "cache")
    with pytest.raises(Refused, match=r"pause could not be built.*\n\./main\.go:1: no such thing"):
        cache.get("pause", "k1", programs.Builder("pause").build)
    assert not list(cache.folder.glob("*pause*/*"))


def test_a_killed_build_leaves_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler(tmp_path / "bin", monkeypatch, "kill -9 $PPID")
    folder = tmp_path / "cache"
    killed = subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=TESTBED)
    assert killed.returncode == -signal.SIGKILL
    assert list(folder.glob(".pause.*/pause"))
    compiler(tmp_path / "bin", monkeypatch, "printf ' and half' >>\"$2\"")
    made = Cache(folder).get("pause", "k1", programs.Builder("pause").build)
    assert (made / "pause").read_text() == "half and half"
    assert not list(folder.glob(".pause.*/pause"))
