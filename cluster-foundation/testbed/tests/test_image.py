import hashlib
import io
import json
import os
import py_compile
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from headrace_testbed import images
from headrace_testbed.image import File, Folder, Link, Settings, write_image
from headrace_testbed.paths import RUNNER

SETTINGS = Settings(["/bin/it"], {"B": "2", "A": "1"}, user="10001", folder="/work")


def layer(folder: Path) -> dict:
    program = folder / "it"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return {
        "work/deep/er/file": File.of("text"),
        "bin/it": File.copy_of(program),
        "bin/also": Link("it"),
        "tmp": Folder(0o1777),
    }


def blobs(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    entries = layer(tmp_path)
    write_image(tmp_path / "one.tar", "x/it:1", [entries], SETTINGS)
    os.utime(tmp_path / "it", (1, 1))
    backwards = dict(reversed(list(entries.items())))
    write_image(tmp_path / "two.tar", "x/it:1", [backwards], SETTINGS)
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()
    (tmp_path / "it").write_text("#!/bin/bash\n")
    write_image(tmp_path / "three.tar", "x/it:1", [entries], SETTINGS)
    assert (tmp_path / "one.tar").read_bytes() != (tmp_path / "three.tar").read_bytes()


def test_every_blob_is_what_refers_to_it(tmp_path: Path) -> None:
    write_image(tmp_path / "it.tar", "x/it:1", [layer(tmp_path), {"work/b": File.of("b")}], SETTINGS)
    found = blobs(tmp_path / "it.tar")
    [described] = json.loads(found["index.json"])["manifests"]
    assert described["annotations"]["io.containerd.image.name"] == "x/it:1"

    def blob(reference: dict) -> bytes:
        data = found["blobs/sha256/" + reference["digest"].removeprefix("sha256:")]
        assert digest(data) == reference["digest"]
        assert len(data) == reference["size"]
        return data

    manifest = json.loads(blob(described))
    config = json.loads(blob(manifest["config"]))
    assert config["rootfs"]["diff_ids"] == [digest(blob(each)) for each in manifest["layers"]]
    assert config["config"] == {
        "Entrypoint": ["/bin/it"],
        "Env": ["A=1", "B=2"],
        "User": "10001",
        "WorkingDir": "/work",
    }


def test_an_image_on_top_of_another_has_its_layers_but_not_their_content(tmp_path: Path) -> None:
    write_image(tmp_path / "base.tar", "x/base:1", [layer(tmp_path)], SETTINGS)
    own = {"own": File.of("own")}
    write_image(tmp_path / "it.tar", "x/it:1", [own], SETTINGS, base=tmp_path / "base.tar")
    base, found = blobs(tmp_path / "base.tar"), blobs(tmp_path / "it.tar")
    [first, second] = manifest_of(found)["layers"]
    assert [first] == manifest_of(base)["layers"]
    assert path_of(first) in base
    assert path_of(first) not in found
    assert path_of(second) in found
    config = json.loads(found[path_of(manifest_of(found)["config"])])
    assert config["rootfs"]["diff_ids"] == [first["digest"], second["digest"]]


def test_a_file_has_its_time_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("it")
    os.utime(tmp_path / "it", (7, 7))
    entries = {
        "timed": File.copy_of(tmp_path / "it", with_time=True),
        "timeless": File.copy_of(tmp_path / "it"),
    }
    write_image(tmp_path / "it.tar", "x/it:1", [entries], SETTINGS)
    with tarfile.open(fileobj=io.BytesIO(max(blobs(tmp_path / "it.tar").values(), key=len))) as tar:
        assert {member.name: member.mtime for member in tar} == {"timed": 7, "timeless": 0}


def manifest_of(found: dict[str, bytes]) -> dict:
    [described] = json.loads(found["index.json"])["manifests"]
    return json.loads(found[path_of(described)])


def path_of(reference: dict) -> str:
    return "blobs/sha256/" + reference["digest"].removeprefix("sha256:")


def test_a_layer_names_folders_before_what_is_in_them(tmp_path: Path) -> None:
    write_image(tmp_path / "it.tar", "x/it:1", [layer(tmp_path)], SETTINGS)
    largest = max(blobs(tmp_path / "it.tar").values(), key=len)
    with tarfile.open(fileobj=io.BytesIO(largest)) as tar:
        members = {member.name: member for member in tar}
    assert list(members) == [
        "bin",
        "bin/also",
        "bin/it",
        "tmp",
        "work",
        "work/deep",
        "work/deep/er",
        "work/deep/er/file",
    ]
    assert [oct(members[name].mode) for name in ("bin", "bin/it", "tmp", "work/deep/er/file")] == [
        "0o755",
        "0o755",
        "0o1777",
        "0o644",
    ]
    assert members["bin/also"].linkname == "it"
    assert {(member.mtime, member.uid, member.gid) for member in members.values()} == {(0, 0, 0)}


def test_bytecode_of_an_image_is_used_whatever_the_time_of_its_source(tmp_path: Path) -> None:
    module = tmp_path / "said.py"
    module.write_text("print('compiled')\n")
    bytecode = Path(py_compile.compile(str(module), doraise=True))
    bytecode.write_bytes(images.timeless(bytecode.read_bytes(), module.read_bytes()))
    module.write_text("print('from the source')\n")
    os.utime(module, (0, 0))
    said = subprocess.run([sys.executable, "-c", "import said"], cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout == "compiled\n"


@pytest.mark.parametrize(("package", "there"), [("fastapi", True), ("pytest", False), ("pip", False)])
def test_the_runner_image_has_what_the_lock_file_has(package: str, there: bool) -> None:
    site = next((RUNNER / ".venv/lib").glob("python3.*/site-packages"))
    assert (site / package).is_dir()
    assert (f"{package}/__init__.py" in images.installed(site)) == there
