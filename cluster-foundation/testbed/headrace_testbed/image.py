"""Writes container images as OCI archives: the same files give the same bytes."""

import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class File:
    """`read` is called when the file is written, so that a layer need not fit into memory."""

    read: Callable[[], bytes]
    mode: int = 0o644
    changed: int = 0  # seconds since 1970

    @staticmethod
    def copy_of(path: Path, with_time: bool = False) -> "File":
        found = path.stat()
        mode = 0o755 if found.st_mode & 0o100 else 0o644
        return File(path.read_bytes, mode, int(found.st_mtime) if with_time else 0)

    @staticmethod
    def of(text: str) -> "File":
        return File(text.encode)


@dataclass(frozen=True)
class Link:
    target: str


@dataclass(frozen=True)
class Folder:
    mode: int = 0o755


Entry = File | Link | Folder
Layer = Mapping[str, Entry]


@dataclass(frozen=True)
class Settings:
    entrypoint: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    folder: str = "/"


def write_image(
    archive: Path, name: str, layers: Sequence[Layer], settings: Settings, base: Path | None = None
) -> None:
    """`name` is the full reference that a cluster knows the image by.

    Layers of the archive `base` come first and are left out: a node must have got them from there.
    """
    with tarfile.open(archive, "w") as out:
        described = layers_of(base) if base else []
        described += [write_layer(out, layer, archive.with_suffix(".layer")) for layer in layers]
        config = add_blob(
            out,
            "application/vnd.oci.image.config.v1+json",
            {
                "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
                "os": "linux",
                "config": {
                    "Entrypoint": list(settings.entrypoint),
                    "Env": [f"{key}={value}" for key, value in sorted(settings.environment.items())],
                    "User": settings.user,
                    "WorkingDir": settings.folder,
                },
                "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in described]},
            },
        )
        manifest = add_blob(
            out,
            "application/vnd.oci.image.manifest.v1+json",
            {
                "schemaVersion": 2,
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": config,
                "layers": described,
            },
        )
        manifest["annotations"] = {
            "io.containerd.image.name": name,
            "org.opencontainers.image.ref.name": name,
        }
        add(out, "oci-layout", as_json({"imageLayoutVersion": "1.0.0"}))
        add(out, "index.json", as_json({"schemaVersion": 2, "manifests": [manifest]}))


def layers_of(archive: Path) -> list[dict[str, Any]]:
    with tarfile.open(archive) as tar:

        def read(path: str) -> Any:
            content = tar.extractfile(path)
            assert content
            return json.load(content)

        [manifest] = read("index.json")["manifests"]
        found = read("blobs/sha256/" + manifest["digest"].removeprefix("sha256:"))["layers"]
        assert isinstance(found, list)
        return found


def write_layer(out: tarfile.TarFile, layer: Layer, scratch: Path) -> dict[str, Any]:
    try:
        with scratch.open("wb+") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for path, entry in sorted(with_parents(layer).items()):
                    add_entry(tar, path, entry)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            add_from(out, f"blobs/sha256/{digest}", file, size)
    finally:
        scratch.unlink(missing_ok=True)
    return {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{digest}", "size": size}


def with_parents(layer: Layer) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for path, entry in layer.items():
        pure = PurePosixPath(path.lstrip("/"))
        for parent in list(pure.parents)[:-1]:
            found.setdefault(str(parent), Folder())
        found[str(pure)] = entry
    return found


def add_entry(tar: tarfile.TarFile, path: str, entry: Entry) -> None:
    header = tarfile.TarInfo(path)
    if isinstance(entry, File):
        content = entry.read()
        header.size, header.mode, header.mtime = len(content), entry.mode, entry.changed
        tar.addfile(header, io.BytesIO(content))
    elif isinstance(entry, Link):
        header.type, header.linkname, header.mode = tarfile.SYMTYPE, entry.target, 0o777
        tar.addfile(header)
    else:
        header.type, header.mode = tarfile.DIRTYPE, entry.mode
        tar.addfile(header)


def add_blob(out: tarfile.TarFile, media_type: str, content: Any) -> dict[str, Any]:
    data = as_json(content)
    digest = hashlib.sha256(data).hexdigest()
    add(out, f"blobs/sha256/{digest}", data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def add(out: tarfile.TarFile, path: str, data: bytes) -> None:
    add_from(out, path, io.BytesIO(data), len(data))


def add_from(out: tarfile.TarFile, path: str, source: BinaryIO, size: int) -> None:
    header = tarfile.TarInfo(path)
    header.size = size
    out.addfile(header, source)


def as_json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True).encode()
