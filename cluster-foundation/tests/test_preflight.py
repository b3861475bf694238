"""What a Flux that is there already lacks, and that the patch which is printed sets it."""

import importlib.machinery
import importlib.util
import re
import sys
from types import ModuleType
from typing import Any

import pytest
import yaml
from foundation import FOUNDATION, Object

USUAL = ["--events-addr=http://notification-controller/", "--watch-all-namespaces=true", "--log-level=info"]
RIGHT = [*USUAL, "--feature-gates=ExternalArtifact=true", "--http-retry=1", "--requeue-dependency=5s"]


def loaded() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("preflight", str(FOUNDATION / "preflight"))
    found = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(loader.name, loader) or pytest.fail()
    )
    sys.modules[loader.name] = found
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(found)
    sys.dont_write_bytecode = writes
    return found


preflight = loaded()


def deployment(arguments: list[str], image: str = "ghcr.io/fluxcd/kustomize-controller:v1.9.5") -> Object:
    container = {"name": "manager", "image": image, "args": arguments}
    return {
        "metadata": {"name": "kustomize-controller", "namespace": "flux-system"},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [container]}}},
    }


def gaps(arguments: list[str], **fields: str) -> list[Any]:
    found: list[Any] = preflight.controller_gaps(deployment(arguments, **fields))
    return found


def test_a_usual_flux_lacks_three_flags() -> None:
    texts = [gap.text.partition(" is ")[0] for gap in gaps(USUAL)]
    assert texts == ["The feature gate ExternalArtifact", "--http-retry", "--requeue-dependency"]


def test_the_flux_of_the_overlay_lacks_nothing() -> None:
    patch = yaml.safe_load((FOUNDATION / "flux/kustomize-controller.yaml").read_text())
    assert gaps(patch["spec"]["template"]["spec"]["containers"][0]["args"]) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ("--feature-gates=ExternalArtifact=false", "feature gate ExternalArtifact is off"),
        ("--feature-gates=CancelHealthCheckOnNewRevision=true", "feature gate ExternalArtifact is off"),
        ("--http-retry=9", "--http-retry is 9"),
        ("--requeue-dependency=1m30s", "--requeue-dependency is 1m30s"),
        ("--watch-all-namespaces=false", "would not see tenants' namespaces"),
        ("--watch-label-selector=team=a", "would not see Headrace's objects"),
    ],
)
def test_what_is_wrong_is_named(changed: str, named: str) -> None:
    found = gaps([*RIGHT, changed])
    assert len(found) == 1 and named in found[0].text


def test_a_controller_that_leaves_out_shards_sees_headrace() -> None:
    assert gaps([*RIGHT, "--watch-label-selector=!sharding.fluxcd.io/key"]) == []


def test_an_old_controller_is_named() -> None:
    assert "is 1.6" in gaps(RIGHT, image="ghcr.io/fluxcd/kustomize-controller:v1.6.1")[0].text
    assert gaps(RIGHT, image="registry.example:5000/kc@sha256:0123") == []


def test_the_printed_patch_sets_what_is_missing_and_keeps_the_rest() -> None:
    before = [*USUAL, "--feature-gates=CancelHealthCheckOnNewRevision=true", "--http-retry=9"]
    operations = [operation for gap in gaps(before) for operation in gap.operations]
    printed = preflight.patches("flux-system", operations)
    block = re.search(r"patch: \|\n(.*?)\n\nelsewhere", printed, re.DOTALL)
    assert block
    after = patched(before, yaml.safe_load(block[1]))
    assert gaps(after) == []
    assert [
        argument
        for argument in after
        if "CancelHealthCheckOnNewRevision=true,ExternalArtifact=true" in argument
    ]
    assert after[: len(USUAL)] == USUAL


def patched(arguments: list[str], operations: list[dict[str, str]]) -> list[str]:
    found = list(arguments)
    for operation in operations:
        place = operation["path"].rpartition("/")[2]
        if operation["op"] == "add":
            found.append(operation["value"])
        else:
            found[int(place)] = operation["value"]
    return found
