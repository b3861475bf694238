"""Programs of others as images, under the names that everybody's manifests know them by."""

from pathlib import Path

from headrace_testbed.cache import Cache, key_of
from headrace_testbed.image import File, Folder, Settings, write_image
from headrace_testbed.images import ARCHIVE, LIBRARY, certificates, own_sources
from headrace_testbed.programs import version_of

REPOSITORIES = {
    "source-controller": "ghcr.io/fluxcd/source-controller",
    "kustomize-controller": "ghcr.io/fluxcd/kustomize-controller",
    "traefik": f"{LIBRARY}/traefik",
    "coredns": "registry.k8s.io/coredns/coredns",
}


def upstream_image(cache: Cache, name: str, program: Path) -> Path:
    """`program`: the folder of the built program, whose name tells its version."""
    image = f"{REPOSITORIES[name]}:{version_of(name)}"

    def make(folder: Path) -> None:
        files = {
            f"usr/local/bin/{name}": File.copy_of(program / name),
            "tmp": Folder(0o1777),
            "etc/passwd": File.of("root:x:0:0::/:\nnobody:x:65534:65534::/tmp:\n"),
            "etc/group": File.of("root:x:0:\nnobody:x:65534:\n"),
            **certificates("etc/ssl/certs/ca-certificates.crt"),
        }
        settings = Settings(
            [f"/usr/local/bin/{name}"], {"PATH": "/usr/local/bin", "GNUPGHOME": "/tmp"}, user="65534:65534"
        )
        write_image(folder / ARCHIVE, image, [files], settings)

    key = key_of([image, program.name, Path(__file__).read_bytes(), *own_sources()])
    return cache.get(f"image-{name}", key, make) / ARCHIVE
