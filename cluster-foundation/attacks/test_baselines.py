"""What a forged baseline could do: everything that is said here, Flux would say as headrace-tenants."""

from attack import FORBIDDEN, Request, calls, cases, creates, deletes, passes, patches, reads, refused
from headrace_testbed.api import Api
from objects import (
    HOME,
    OTHER_HOME,
    SYSTEM,
    Object,
    account,
    deployment,
    kustomization,
    made,
    role_binding,
    service_account,
    tenant_namespace,
)

NEW = "headrace-65f0c1d2e3a4b5c6d7e8f9ff"
CHANGE: Object = {"metadata": {"labels": {"a": "b"}}}
GROUP = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:authenticated"}
ANY_RULE = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
PLACE = "a baseline reaches tenants' namespaces headrace-<tenant> only"
STANDARD = "must enforce the pod security standard `restricted`"
ROLES = "a baseline binds the ClusterRoles headrace-tenant and headrace-wiring only"
SUBJECT = "the only subject of"
ACCOUNTS = "a baseline's ServiceAccounts are headrace-tenant and default"


@cases(
    ("a tenant's namespace", creates(tenant_namespace(NEW))),
    ("a quota", creates(made("ResourceQuota", HOME, "q", spec={"hard": {"pods": "1"}}))),
    ("a limit range", creates(made("LimitRange", HOME, "l", spec={"limits": []}))),
    ("a network policy", creates(made("NetworkPolicy", HOME, "n", spec={"podSelector": {}}))),
    ("the deletion of a tenant's namespace", deletes("Namespace", "", HOME)),
    ("the deletion of a role binding", deletes("RoleBinding", HOME, "headrace-tenant")),
    ("a change of the service account", patches("ServiceAccount", HOME, "headrace-tenant", CHANGE)),
)  # fmt: skip
def test_passes(baselines: Api, request_: Request) -> None:
    passes(baselines, request_)


@cases(
    ("create a namespace of another name", creates(tenant_namespace("anything")), PLACE),
    ("change kube-system", patches("Namespace", "", "kube-system", CHANGE), PLACE),
    ("delete another namespace", deletes("Namespace", "", "flux-system"), PLACE),
    ("delete Headrace's namespace", deletes("Namespace", "", SYSTEM), PLACE),
    ("create a privileged namespace", creates(tenant_namespace(NEW, enforce="privileged")), STANDARD),
    ("create a baseline namespace", creates(tenant_namespace(NEW, enforce="baseline")), STANDARD),
    ("create a namespace without a standard", creates(tenant_namespace(NEW, enforce=None)), STANDARD),
    ("create a namespace with an old standard", creates(tenant_namespace(NEW, enforce_version="v1.0")), STANDARD),
    ("make a tenant's namespace privileged",
     patches("Namespace", "", HOME, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
     STANDARD),
    ("take the label of a tenant away",
     patches("Namespace", "", HOME, {"metadata": {"labels": {"headrace.dev/tenant": None}}}),
     "must carry the label headrace.dev/tenant"),
    ("say that it is another tenant's",
     patches("Namespace", "", HOME, {"metadata": {"labels": {"headrace.dev/tenant": "0" * 24}}}),
     "must carry the label headrace.dev/tenant"),
    ("bind cluster-admin", creates(role_binding(role="cluster-admin")), "not currently held"),
    ("bind its own role, which it holds", creates(role_binding(role="headrace-tenants")), ROLES),
    ("bind its own role under a right name",
     creates(role_binding(role="headrace-tenants", name="headrace-tenant")), ROLES),
    ("bind a tenant's role under another name", creates(role_binding(name="b")), ROLES),
    ("bind the wiring under the tenant's name",
     creates(role_binding(role="headrace-wiring", name="headrace-tenant")), ROLES),
    ("bind another account of the namespace", creates(role_binding(to=[account(HOME, "default")])), SUBJECT),
    ("bind another tenant's account", creates(role_binding(to=[account(OTHER_HOME, "headrace-tenant")])),
     SUBJECT),
    ("bind Headrace to a tenant's role", creates(role_binding(to=[account(SYSTEM, "headrace")])), SUBJECT),
    ("bind a tenant to the wiring",
     creates(role_binding(role="headrace-wiring", to=[account(HOME, "headrace-tenant")])), SUBJECT),
    ("bind everybody", creates(role_binding(to=[GROUP])), SUBJECT),
    ("bind one more", creates(role_binding(to=[account(HOME, "headrace-tenant"), GROUP])), SUBJECT),
    ("bind in another namespace", creates(role_binding("kube-system")), PLACE),
    ("bind beside Headrace", creates(role_binding(SYSTEM, "headrace-wiring")), PLACE),
    ("bind in the whole cluster",
     creates(made("ClusterRoleBinding", "", "b", roleRef=role_binding()["roleRef"], subjects=[])), FORBIDDEN),
    ("create a role", creates(made("Role", HOME, "r", rules=ANY_RULE)), FORBIDDEN),
    ("widen a tenant's role", patches("ClusterRole", "", "headrace-tenant", {"rules": ANY_RULE}), FORBIDDEN),
    ("create another service account", creates(service_account(name="more")), ACCOUNTS),
    ("have tokens in pods", creates(service_account(automountServiceAccountToken=True)), ACCOUNTS),
    ("create a service account beside Headrace", creates(service_account(SYSTEM)), PLACE),
    ("change Headrace's service account", patches("ServiceAccount", SYSTEM, "headrace", CHANGE), PLACE),
    ("delete a network policy beside Headrace", deletes("NetworkPolicy", SYSTEM, "headrace"), PLACE),
    ("take a token", calls("POST", "ServiceAccount", HOME, "headrace-tenant", "token", {}), FORBIDDEN),
    ("create a Deployment", creates(deployment()), FORBIDDEN),
    ("create a Kustomization", creates(kustomization()), FORBIDDEN),
    ("create a ConfigMap", creates(made("ConfigMap", SYSTEM, "headrace-policy")), FORBIDDEN),
    ("read Secrets", reads("Secret", HOME), FORBIDDEN),
)  # fmt: skip
def test_cannot(baselines: Api, request_: Request, because: str) -> None:
    refused(baselines, request_, because)
