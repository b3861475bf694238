"""docs/least-privilege.md and the roles say the same."""

import re

from foundation import DOCUMENT, Object, Right, documented, objects, of_kind

FOLDERS = ("base/access", "flux", "traefik")


def granted() -> set[Right]:
    return {
        (name, group, resource, ", ".join(sorted(rule.get("resourceNames", []))), verb)
        for name, role in of_kind("ClusterRole", *FOLDERS).items()
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_every_right_is_documented_and_every_documented_right_is_given() -> None:
    assert granted() - documented() == set(), "not in docs/least-privilege.md"
    assert documented() - granted() == set(), "only in docs/least-privilege.md"


def test_no_right_is_a_wildcard_and_none_reads_secrets_but_traefiks() -> None:
    assert not [right for right in granted() if "*" in right]
    assert {right[0] for right in granted() if right[2].startswith("secrets")} == {"headrace-traefik"}


def test_who_holds_what_is_documented() -> None:
    rows = re.findall(
        r"^\| (\S+)/(\S+) \| ([a-z-]+) \| (.+?) \| (\w+Binding) (\S+) \|$", DOCUMENT, re.MULTILINE
    )
    written = {
        (f"{home}/{name}", role, "" if where == "everywhere" else where, kind, binding)
        for home, name, role, where, kind, binding in rows
    }
    assert written == {
        (
            f"{subject['namespace']}/{subject['name']}",
            bound["roleRef"]["name"],
            place(bound),
            bound["kind"],
            name,
        )
        for bound in objects(*FOLDERS)
        if bound["kind"].endswith("RoleBinding")
        for subject in bound["subjects"]
        for name in [bound["metadata"]["name"]]
    }


def place(bound: Object) -> str:
    return bound["metadata"].get("namespace", "")


def test_only_cluster_roles_are_used() -> None:
    """As the tables above know no others."""
    assert not of_kind("Role", "base", "flux", "traefik", "overlays")
    outside = [found["kind"] for found in objects("base/headrace", "base/policies", "overlays")]
    assert not [kind for kind in outside if kind in ("ClusterRole", "ClusterRoleBinding", "RoleBinding")]
