"""What the pinned versions of Flux and Traefik bring, against what was decided about it.

A new field, right or flag of a later version fails here, so that somebody decides about it. Needs Go.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable
from typing import Any

import pytest
import yaml
from foundation import FOUNDATION, UPSTREAM, Object, of_kind

pytestmark = pytest.mark.skipif(shutil.which("go") is None, reason="needs Go")

ALLOWED = {
    "kustomizations": {
        *("interval", "retryInterval", "timeout", "prune", "wait", "force", "suspend", "path"),
        *("serviceAccountName", "sourceRef"),
    },
    "externalartifacts": set[str](),
}
REFUSED = {
    "kustomizations": {
        *("buildMetadata", "commonMetadata", "components", "decryption", "deletionPolicy", "dependsOn"),
        *("healthCheckExprs", "healthChecks", "ignore", "ignoreMissingComponents", "images", "kubeConfig"),
        *("namePrefix", "nameSuffix", "patches", "postBuild", "targetNamespace"),
    },
    "externalartifacts": {"sourceRef"},
}
SECRETS = {("", "secrets", verb) for verb in ("get", "list", "watch")}
CONFIG = {("", "configmaps", verb) for verb in ("get", "list", "watch")}
TOKENS = {("", "serviceaccounts/token", "create")}
OWN_OBJECTS = {
    ("kustomize.toolkit.fluxcd.io", "kustomizations", "create"),
    ("kustomize.toolkit.fluxcd.io", "kustomizations", "delete"),
    ("kustomize.toolkit.fluxcd.io", "kustomizations/finalizers", "create"),
    ("kustomize.toolkit.fluxcd.io", "kustomizations/finalizers", "delete"),
}
STATUS_OF_SOURCES = {
    ("source.toolkit.fluxcd.io", f"{kind}/status", "get")
    for kind in ("buckets", "gitrepositories", "ocirepositories")
}
LEFT_OUT = {
    "kustomize-controller": SECRETS | CONFIG | TOKENS | OWN_OBJECTS | STATUS_OF_SOURCES,
    "source-controller": SECRETS | TOKENS,
}
ADDED = {
    "kustomize-controller": {
        ("", "serviceaccounts", "impersonate"),
        *(("source.toolkit.fluxcd.io", "externalartifacts", verb) for verb in ("get", "list", "watch")),
    },
    "source-controller": set[tuple[str, str, str]](),
}
ADDED_FLAGS = {
    "kustomize-controller": {
        *("--concurrent", "--http-retry", "--requeue-dependency", "--feature-gates"),
        *("--no-cross-namespace-refs", "--no-remote-bases", "--default-service-account"),
    },
    "source-controller": set[str](),
}


@pytest.fixture(scope="module", autouse=True)
def upstream() -> None:
    subprocess.run([FOUNDATION / "fetch-upstream"], check=True)


@pytest.mark.parametrize("kind", ["kustomizations", "externalartifacts"])
def test_each_field_of_flux_is_allowed_or_refused(kind: str) -> None:
    file = next(UPSTREAM.glob(f"*/crd/bases/*_{kind}.yaml"))
    versions = yaml.safe_load(file.read_text())["spec"]["versions"]
    for version in versions:
        fields = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        assert set(fields) <= ALLOWED[kind] | REFUSED[kind], f"{kind} {version['name']} has a new field"


def test_the_policy_allows_what_was_decided() -> None:
    policy = of_kind("ValidatingAdmissionPolicy", "base/policies")["headrace-kustomization"]
    listed = next(one["expression"] for one in policy["spec"]["variables"] if one["name"] == "fields")
    assert set(re.findall(r"'(\w+)'", listed)) == ALLOWED["kustomizations"]


@pytest.mark.parametrize("controller", ["kustomize-controller", "source-controller"])
def test_the_rights_are_upstreams_but_for_what_was_decided(controller: str) -> None:
    theirs = rights(yaml.safe_load_all((UPSTREAM / controller / "rbac/role.yaml").read_text()))
    ours = rights([of_kind("ClusterRole", "flux")[f"headrace-{controller}"]])
    assert theirs - ours == LEFT_OUT[controller]
    assert ours - theirs == ADDED[controller]


def rights(roles: Iterable[Object]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("controller", ["kustomize-controller", "source-controller"])
def test_the_flags_are_upstreams_but_for_the_election(controller: str) -> None:
    theirs = yaml.safe_load((UPSTREAM / controller / "manager/deployment.yaml").read_text())
    ours = yaml.safe_load((FOUNDATION / f"flux/{controller}.yaml").read_text())
    assert set(flags(theirs)) - set(flags(ours)) == {"--enable-leader-election"}
    added = {flag.partition("=")[0] for flag in set(flags(ours)) - set(flags(theirs))}
    assert added == ADDED_FLAGS[controller]


def flags(deployment: Any) -> list[str]:
    found: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return found


def test_traefiks_image_is_of_the_pinned_module() -> None:
    module = (FOUNDATION / "testbed/programs/traefik/go.mod").read_text()
    pinned = re.search(r"github.com/traefik/traefik/v3 (v\S+)", module)
    images = yaml.safe_load((FOUNDATION / "traefik/kustomization.yaml").read_text())["images"]
    assert pinned and [image["newTag"] for image in images] == [pinned[1]]


def test_no_definition_is_in_git() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=FOUNDATION, capture_output=True, text=True, check=True)
    files = [FOUNDATION / name for name in listed.stdout.splitlines() if name.endswith((".yaml", ".yml"))]
    assert files
    assert not [file for file in files if "kind: CustomResourceDefinition" in file.read_text()]
