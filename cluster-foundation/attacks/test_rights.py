"""What the API server itself says that each account may do: the documented rights and none besides."""

import pytest
from attack import Request
from foundation import Right, documented
from headrace_testbed.api import Api
from objects import HOME, OTHER_HOME, SYSTEM

EVERYBODYS = {"authentication.k8s.io", "authorization.k8s.io"}  # who am I, and what may I do


@pytest.mark.parametrize(
    ("account", "place", "roles"),
    [
        ("headrace", "default", {"headrace-reader"}),
        ("headrace", "kube-system", {"headrace-reader"}),
        ("headrace", "flux-system", {"headrace-reader"}),
        ("headrace", SYSTEM, {"headrace-reader", "headrace-wiring"}),
        ("headrace", HOME, {"headrace-reader", "headrace-wiring"}),
        ("baselines", "kube-system", {"headrace-tenants"}),
        ("baselines", HOME, {"headrace-tenants"}),
        ("tenant", HOME, {"headrace-tenant"}),
        ("tenant", OTHER_HOME, set()),
        ("tenant", SYSTEM, set()),
        ("tenant", "default", set()),
    ],
)
def test_only_documented_rights(
    request: pytest.FixtureRequest, account: str, place: str, roles: set[str]
) -> None:
    api: Api = request.getfixturevalue(account)
    assert held(api, place) == {right[1:] for right in documented() if right[0] in roles}


def held(api: Api, namespace: str) -> set[tuple[str, ...]]:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    asked = Request("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", review, dry=False)
    status = asked.send(api)["status"]
    assert not status["incomplete"]
    found: set[Right] = {
        (namespace, group, resource, ", ".join(sorted(rule.get("resourceNames", []))), verb)
        for rule in status["resourceRules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    return {right[1:] for right in found if right[1] not in EVERYBODYS}
