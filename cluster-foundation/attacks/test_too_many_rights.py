"""Somebody bound cluster-admin by mistake: the policies still hold."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from attack import creates, passes, reads, refused
from conftest import apply, remove
from headrace_testbed.api import Api, eventually
from objects import HOME, SYSTEM, account, deployment, made, role_binding, service_account, tenant_namespace

SPARE_HOME = "headrace-65f0c1d2e3a4b5c6d7e8f903"


@pytest.fixture(scope="module", autouse=True)
def spare_home(admin: Api, headrace: Api, tenant: Api) -> Iterator[None]:
    holders = [
        account(SPARE_HOME, "headrace-tenant"),
        account(HOME, "headrace-tenant"),
        account(SYSTEM, "headrace"),
    ]
    apply(admin, tenant_namespace(SPARE_HOME))
    apply(admin, service_account(SPARE_HOME))
    apply(admin, role_binding(SPARE_HOME, "cluster-admin", to=holders))
    for holder in (headrace, tenant):
        eventually("the rights are there", partial(reads("Secret", SPARE_HOME).send, holder), 10)
    yield
    remove(admin, SPARE_HOME)


def test_headrace_writes_no_other_source(headrace: Api) -> None:
    spec = {"interval": "1h", "url": "https://evil.example/repository"}
    because = "Headrace writes no other sources than ExternalArtifacts"
    refused(headrace, creates(made("GitRepository", SPARE_HOME, "app-k3f9a2bq", spec=spec)), because)


def test_an_app_stays_in_the_namespace_of_its_tenant(tenant: Api) -> None:
    because = "an app's objects must be in the namespace of its tenant"
    refused(tenant, creates(deployment(SPARE_HOME)), because)


@pytest.mark.parametrize("kind", ["Secret", "ServiceAccount", "ResourceQuota"])
def test_an_app_has_no_other_kinds(identity: Callable[[str, str], Api], kind: str) -> None:
    api = identity(SPARE_HOME, "headrace-tenant")
    passes(api, creates(deployment(SPARE_HOME)))
    refused(api, creates(made(kind, SPARE_HOME, "app-k3f9a2bq")), "an app must not have ")
