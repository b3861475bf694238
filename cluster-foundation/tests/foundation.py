"""What cluster-foundation says, as data."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FOUNDATION = Path(__file__).resolve().parent.parent
PROJECT = FOUNDATION.parent
UPSTREAM = FOUNDATION / "upstream"

Object = dict[str, Any]
Right = tuple[str, str, str, str, str]  # role, group, resource, names, verb

DOCUMENT = (PROJECT / "docs/least-privilege.md").read_text()
ROLE = re.compile(r"^## [^`\n]+: `([a-z-]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (.+?)(?: \(only (.+?)\))? \| (\S+) \| (.+?) \| .+ \|$", re.MULTILINE)


def objects(*folders: str) -> Iterator[Object]:
    """All objects in the manifests of these folders, before kustomize changes any."""
    for folder in folders:
        for file in sorted((FOUNDATION / folder).rglob("*.yaml")):
            if file.name != "kustomization.yaml":
                yield from (one for one in yaml.safe_load_all(file.read_text()) if isinstance(one, dict))


def of_kind(kind: str, *folders: str) -> dict[str, Object]:
    return {found["metadata"]["name"]: found for found in objects(*folders) if found["kind"] == kind}


def documented() -> set[Right]:
    """The rights of docs/least-privilege.md."""
    found = set()
    for role, section in ROLE.findall(DOCUMENT):
        for resources, names, group, verbs in ROW.findall(section):
            found |= {
                (role, "" if group == "core" else group, resource, names, verb)
                for resource in resources.split(", ")
                for verb in verbs.split(", ")
                if resource != "Resources"
            }
    return found
