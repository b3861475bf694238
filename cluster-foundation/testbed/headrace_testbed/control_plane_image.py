"""The image of Headrace itself, on top of the runner's: Java, git, and what the launcher has built.

The launcher's quick start is in it too. The JVM takes that only where the jars and its own modules stand
in the same order and are as old as they were, so they keep their times.
"""

import re
import shutil
import subprocess
from pathlib import Path

from headrace_testbed.cache import Cache, key_of
from headrace_testbed.image import Entry, File, Folder, Layer, Settings, write_image
from headrace_testbed.images import ARCHIVE, LIBRARY, own_sources, shared_libraries
from headrace_testbed.paths import PROJECT, Refused, version
from headrace_testbed.progress import shown

JAVA_OPTIONS = PROJECT / "cli/image/java.options"
BUILT = PROJECT / "cli/target/headrace"
QUICK_START = BUILT / "start.aot"
JAVA_FOLDERS = ("bin", "conf", "legal", "lib")
# Only developers need these, or a desktop that no server has.
LEFT_OUT = {"src.zip", "ct.sym", "libawt_xawt.so", "libjawt.so", "libjsound.so", "libsplashscreen.so"}
# It keeps the repository small, and sends it; at the priority that the other gives it.
GIT = ("git", "nice")
SETTINGS = Settings(
    ["/java/bin/java", "@/headrace/java.options", "dev.headrace.cli.Main", "up", "--data", "/data"],
    # Logs go to the container's output, not into a file.
    {
        "PATH": "/java/bin:/usr/bin",
        "LANG": "C.UTF-8",
        "LOGGING_FILE_NAME": "",
        "LOGGING_THRESHOLD_CONSOLE": "TRACE",
    },
    user="10001:10001",
)


def control_plane_image(cache: Cache, runner: Path) -> Path:
    """`runner`: the archive of its image, with the Python that the syntax checker needs."""
    java = built_with()
    jars = sorted((BUILT / "lib").glob("*.jar"))
    quick_start = [QUICK_START] if QUICK_START.is_file() else []
    parts = [version(), runner.parent.name, (java / "release").read_bytes(), options(jars)]
    parts += [Path(__file__).read_bytes(), *own_sources()]
    git = {name: program(name) for name in GIT}
    for file in [*jars, *quick_start, *git.values()]:
        parts += [file.name, f"{file.stat().st_size} {file.stat().st_mtime_ns}"]

    def make(folder: Path) -> None:
        with shown("making Headrace's image"):
            headrace: dict[str, Entry] = {"data": Folder(), "headrace/java.options": File.of(options(jars))}
            headrace |= {f"headrace/lib/{jar.name}": File.copy_of(jar, with_time=True) for jar in jars}
            headrace |= {f"headrace/{file.name}": File.copy_of(file) for file in quick_start}
            name = f"{LIBRARY}/headrace:{version()}"
            layers = [java_layer(java), git_layer(git), headrace]
            write_image(folder / ARCHIVE, name, layers, SETTINGS, base=runner)

    return cache.get("image-headrace", key_of(parts), make) / ARCHIVE


def options(jars: list[Path]) -> str:
    class_path = ":".join(f"/headrace/lib/{jar.name}" for jar in jars)
    quick_start = "-XX:AOTCache=/headrace/start.aot\n" if QUICK_START.is_file() else ""
    return f"{JAVA_OPTIONS.read_text()}{quick_start}-cp {class_path}\n"


def built_with() -> Path:
    """Has the launcher build what is stale; the JDK that it found."""
    asked = subprocess.run([PROJECT / "headrace", "--version"], stdout=subprocess.PIPE, text=True)
    found = re.search(r"^Java \S+ in (.+)$", asked.stdout, re.MULTILINE)
    if asked.returncode or not found:
        raise Refused("Headrace could not be built; the lines above say why.")
    return Path(found[1])


def program(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise Refused(f"{name} is missing, which Headrace's image has. Install it (Debian: git, coreutils).")
    return Path(found).resolve()


def git_layer(programs: dict[str, Path]) -> Layer:
    """What git does there is all in its one program."""
    found: dict[str, Entry] = {f"usr/bin/{name}": File.copy_of(path) for name, path in programs.items()}
    return found | dict(shared_libraries(programs.values(), programs["git"]))


def java_layer(java: Path) -> Layer:
    inner = [path for folder in JAVA_FOLDERS for path in (java / folder).rglob("*") if path.is_file()]
    files = [path for path in inner if path.name not in LEFT_OUT and path.suffix != ".jsa"]
    found: dict[str, Entry] = {
        f"java/{path.relative_to(java)}": File.copy_of(path, with_time=True) for path in files
    }
    return found | dict(shared_libraries([path for path in files if path.suffix == ".so"], java))
