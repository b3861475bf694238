"""The images that the node gets without a registry: `pause`, and the runner with this machine's Python."""

import csv
import importlib.util
import py_compile
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from headrace_testbed.cache import Cache, key_of
from headrace_testbed.image import Entry, File, Folder, Link, Settings, write_image
from headrace_testbed.paths import RUNNER, Refused, read_json, version
from headrace_testbed.progress import shown

PAUSE = "headrace.local/pause:1"
LIBRARY = "docker.io/library"  # what Kubernetes puts before a name that has no slash
ARCHIVE = "image.tar"

LEFT_OUT = {"test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "ensurepip", "site-packages"}
SYSTEM_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
PYTHON_HOME = "python"
VENV = "runner/.venv"
PACKAGE = "runner/headrace_runner"


def pause_image(cache: Cache, program: Path) -> Path:
    """`program`: the folder of the built program, whose name tells its version."""

    def make(folder: Path) -> None:
        files = {"pause": File.copy_of(program / "pause")}
        write_image(folder / ARCHIVE, PAUSE, [files], Settings(["/pause"], user="65535:65535"))

    return cache.get("image-pause", key_of([program.name, *own_sources()]), make) / ARCHIVE


def runner_image(cache: Cache) -> Path:
    """Made again when the packages, the Python or the runner's own sources change."""
    prepared = subprocess.run([sys.executable, str(RUNNER / "setup-venv")])
    if prepared.returncode:
        raise Refused("the runner's Python environment could not be made; the lines above say why.")
    sources = sorted((RUNNER / "headrace_runner").glob("*.py"))
    stamp = read_json(RUNNER / ".venv" / "headrace-stamp.json")
    parts: list[str | bytes] = [version(), stamp["python"], stamp["home"], stamp["lock"], *own_sources()]
    for source in sources:
        parts += [source.name, source.read_bytes()]

    def make(folder: Path) -> None:
        with shown("making the runner's image"):
            write_runner_image(folder / ARCHIVE, Path(stamp["home"]), sources)

    return cache.get("image-runner", key_of(parts), make) / ARCHIVE


def own_sources() -> list[bytes]:
    return [Path(__file__).with_name(name).read_bytes() for name in ("image.py", "images.py")]


def write_runner_image(archive: Path, python_home: Path, sources: Sequence[Path]) -> None:
    own: dict[str, Entry] = {f"{PACKAGE}/{source.name}": File.copy_of(source) for source in sources}
    for source in sources:
        cached = Path(importlib.util.cache_from_source(source.name))
        own[f"{PACKAGE}/{cached}"] = File(partial(bytecode, source))
    settings = Settings(
        [f"/{VENV}/bin/python", "-m", "headrace_runner.pod"],
        {
            "PATH": f"/{VENV}/bin:/{PYTHON_HOME}/bin",
            "PYDANTIC_DISABLE_PLUGINS": "__all__",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        },
        user="10001:10001",
        folder="/runner",
    )
    name = f"{LIBRARY}/headrace-runner:{version()}"
    write_image(archive, name, [python_with_packages(python_home), own], settings)


def python_with_packages(python_home: Path) -> dict[str, Entry]:
    """A small system: the Python of the runner's environment, its packages, and what these are linked to."""
    site = next((RUNNER / ".venv/lib").glob("python3.*/site-packages"))
    version = site.parent.name
    standard, interpreter = python_home / "lib" / version, python_home / "bin" / version
    modules, packages = library(standard), installed(site)
    site_in_image = f"{VENV}/lib/{version}/site-packages"
    linked = [standard / path for path in modules] + [site / path for path in packages]
    found: dict[str, Entry] = {
        "tmp": Folder(0o1777),
        "etc/passwd": File.of("root:x:0:0::/:\nrunner:x:10001:10001::/tmp:\n"),
        "etc/group": File.of("root:x:0:\nrunner:x:10001:\n"),
        "etc/nsswitch.conf": File.of("hosts: files dns\n"),
        f"{PYTHON_HOME}/bin/{version}": File.copy_of(interpreter),
        f"{VENV}/pyvenv.cfg": File.of(f"home = /{PYTHON_HOME}/bin\ninclude-system-site-packages = false\n"),
        f"{VENV}/bin/python": Link(f"/{PYTHON_HOME}/bin/{version}"),
        f"{site_in_image}/headrace_runner.pth": File.of("/runner\n"),
        **dict(copied(standard, modules, f"{PYTHON_HOME}/lib/{version}")),
        **dict(copied(site, packages, site_in_image)),
        **dict(shared_libraries([interpreter, *(path for path in linked if ".so" in path.suffixes)], site)),
    }
    return found | certificates(ssl.get_default_verify_paths().openssl_cafile)


def certificates(path: str) -> dict[str, Entry]:
    """This machine's authorities, as a file of that path."""
    found = next((file for file in map(Path, SYSTEM_CERTIFICATES) if file.is_file()), None)
    return {path: File.copy_of(found)} if found else {}


def library(folder: Path) -> list[str]:
    """Paths below `folder` of the standard library's files, without what only a developer needs."""
    inner = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in inner if not LEFT_OUT.intersection(path.parts) and is_used(path))


def is_used(path: Path) -> bool:
    return not path.parts[0].startswith("config-") and not path.name.startswith("_tkinter.")


def installed(site: Path) -> list[str]:
    """Paths below `site` of the files of each package that apps may import, whatever else is there."""
    locked = {
        normal(name) for name in re.findall(r"^([\w.-]+)==", (RUNNER / "requirements.lock").read_text(), re.M)
    }
    found = []
    for record in sorted(site.glob("*.dist-info/RECORD")):
        if normal(record.parent.name.partition("-")[0]) in locked:
            with record.open(newline="") as lines:
                found += [row[0] for row in csv.reader(lines) if not row[0].startswith(("../", "/"))]
    return sorted(inner for inner in set(found) if (site / inner).is_file())


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def copied(folder: Path, files: Iterable[str], target: str) -> Iterator[tuple[str, Entry]]:
    for inner in files:
        path = folder / inner
        if path.suffix != ".pyc":
            yield f"{target}/{inner}", File.copy_of(path)
            yield from compiled(path, f"{target}/{Path(inner).parent}")


def compiled(source: Path, folder: str) -> Iterator[tuple[str, Entry]]:
    """The module's bytecode, marked as valid whatever the time of the source: files of an image have none."""
    if source.suffix == ".py":
        cached = Path(importlib.util.cache_from_source(str(source)))
        if cached.is_file():
            yield (
                f"{folder}/__pycache__/{cached.name}",
                File(lambda: timeless(cached.read_bytes(), source.read_bytes())),
            )


def bytecode(source: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = py_compile.compile(
            str(source),
            cfile=f"{folder}/made.pyc",
            dfile=f"/{PACKAGE}/{source.name}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        return Path(made).read_bytes()


def timeless(bytecode: bytes, source: bytes) -> bytes:
    """A `.pyc` that is never checked against its source (PEP 552)."""
    unchecked = (0b01).to_bytes(4, "little")
    return bytecode[:4] + unchecked + importlib.util.source_hash(source) + bytecode[16:]


def shared_libraries(programs: Iterable[Path], site: Path) -> Iterator[tuple[str, Entry]]:
    """What the programs are linked to, all in the folder of the C library, where the loader looks."""
    listed = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True).stdout
    paths = {Path(path) for path in re.findall(r"^\t(?:\S+ => )?(/\S+) \(0x", listed, re.MULTILINE)}
    system = {path for path in paths if not path.resolve().is_relative_to(site.resolve())}
    home = next((path.parent for path in system if path.name.startswith("libc.so")), None)
    if home is None:
        raise Refused("`ldd` does not say where the C library is; the runner's image needs glibc.")
    for path in sorted(system):
        loader = path.name.startswith("ld-")
        yield str(path if loader else home / path.name), File(path.read_bytes, 0o755)
