"""A cluster with the overlay applied, two tenants in it, and a token of each identity.

HEADRACE_KUBECONFIG names the cluster; its user is an admin. The settings are those of the overlay
single-node. Attacks are dry runs; what stays are the two tenants' namespaces, which go at the end.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

for folder in ("testbed", "tests"):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / folder))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from attack import creates
from headrace_testbed.api import Api, NotAnswered, eventually
from objects import (
    HOME,
    OTHER_HOME,
    SYSTEM,
    Object,
    kustomization,
    path,
    role_binding,
    service_account,
    tenant_namespace,
)


@pytest.fixture(scope="session")
def admin() -> Api:
    kubeconfig = os.environ.get("HEADRACE_KUBECONFIG")
    if not kubeconfig:
        pytest.exit("HEADRACE_KUBECONFIG must name a cluster's kubeconfig", returncode=2)
    return Api(Path(kubeconfig))


@pytest.fixture(scope="session")
def identity(admin: Api) -> Callable[[str, str], Api]:
    def of(namespace: str, account: str) -> Api:
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": 3600},
        }
        answer = admin.create(f"{path('ServiceAccount', namespace, account)}/token", request)
        return admin.bearing(answer["status"]["token"])

    return of


@pytest.fixture(scope="session")
def baselines(identity: Callable[[str, str], Api]) -> Api:
    """Whom Flux impersonates for tenants' baselines."""
    return identity(SYSTEM, "headrace-tenants")


@pytest.fixture(scope="session", autouse=True)
def tenants(admin: Api, baselines: Api, identity: Callable[[str, str], Api]) -> Iterator[None]:
    """Made by the very account that makes them in earnest: so these are controls, too."""

    for home in (HOME, OTHER_HOME):
        apply(baselines, tenant_namespace(home))
        for role in ("headrace-tenant", "headrace-wiring"):
            apply(baselines, role_binding(home, role))
        for account in ("headrace-tenant", "default"):
            apply(baselines, service_account(home, account))
    wait_for_policies(identity(SYSTEM, "headrace"))
    yield
    for home in (HOME, OTHER_HOME):
        remove(admin, home)


def apply(api: Api, made: Object) -> None:
    metadata = made["metadata"]
    api.apply(path(made["kind"], metadata.get("namespace", ""), metadata["name"]), made)


def remove(admin: Api, home: str) -> None:
    admin.ask("DELETE", path("Namespace", "", home))
    eventually(f"{home} is gone", lambda: is_gone(admin, home), 60)


def is_gone(admin: Api, home: str) -> bool:
    try:
        admin.get(path("Namespace", "", home))
    except NotAnswered as answer:
        return ": 404 " in str(answer)
    return False


def wait_for_policies(headrace: Api) -> None:
    """The API server takes new policies and role bindings up within a second or two."""

    def is_refused() -> bool:
        creates(kustomization()).send(headrace)
        try:
            creates(kustomization(targetNamespace="default")).send(headrace)
        except NotAnswered:
            return True
        return False

    eventually("the policies are in force", is_refused, 30)


@pytest.fixture(scope="session")
def headrace(identity: Callable[[str, str], Api], tenants: None) -> Api:
    return identity(SYSTEM, "headrace")


@pytest.fixture(scope="session")
def tenant(identity: Callable[[str, str], Api], tenants: None) -> Api:
    """Whom Flux impersonates for the apps of the first tenant."""
    return identity(HOME, "headrace-tenant")
