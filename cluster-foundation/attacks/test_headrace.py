"""What somebody could do who holds the token of Headrace's own service account."""

from typing import Any

import pytest
from attack import FORBIDDEN, Request, calls, cases, creates, deletes, passes, patches, reads, refused
from headrace_testbed.api import Api
from objects import (
    APP,
    HOME,
    OTHER_HOME,
    SYSTEM,
    TENANT,
    Object,
    artifact_status,
    code_map,
    deployment,
    external_artifact,
    ingress_route,
    kustomization,
    made,
    path,
    role_binding,
    service,
    tenant_namespace,
)

POD: Object = {"spec": {"containers": [{"name": "c", "image": "c"}]}}
REPLICAS: Object = {"spec": {"replicas": 0}}
RULE: Object = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
ADMIN = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
ITSELF = [{"kind": "ServiceAccount", "name": "headrace", "namespace": SYSTEM}]
POLICIES = "/apis/admissionregistration.k8s.io/v1"


@cases(
    ("a Kustomization of an app", creates(kustomization())),
    ("a Kustomization of a tenant", creates(kustomization(SYSTEM, f"tenant-{TENANT}"))),
    ("a suspended Kustomization", creates(kustomization(suspend=True))),
    ("an ExternalArtifact of an app", creates(external_artifact())),
    ("an ExternalArtifact of a tenant", creates(external_artifact(SYSTEM, f"tenant-{TENANT}"))),
    ("the reading of namespaces", reads("Namespace")),
    ("the reading of pods, anywhere", Request("GET", "/api/v1/pods", dry=False)),
    ("the reading of Deployments, anywhere", Request("GET", "/apis/apps/v1/deployments", dry=False)),
    ("the reading of events, anywhere", Request("GET", "/api/v1/events", dry=False)),
    ("the reading of a tenant's ConfigMaps", reads("ConfigMap", HOME)),
)
def test_passes(headrace: Api, request_: Request) -> None:
    passes(headrace, request_)


@cases(
    ("create a Deployment", creates(deployment()), FORBIDDEN),
    ("create a Deployment beside itself", creates(deployment(SYSTEM)), FORBIDDEN),
    ("change a Deployment", patches("Deployment", HOME, APP, REPLICAS), FORBIDDEN),
    ("scale a Deployment", calls("PATCH", "Deployment", HOME, APP, "scale", REPLICAS), FORBIDDEN),
    ("delete a Deployment", deletes("Deployment", HOME, APP), FORBIDDEN),
    ("change its own Deployment", patches("Deployment", SYSTEM, "headrace", REPLICAS), FORBIDDEN),
    ("suspend Flux", patches("Deployment", "flux-system", "kustomize-controller", REPLICAS), FORBIDDEN),
    ("create a pod", creates(made("Pod", HOME, "p", **POD)), FORBIDDEN),
    ("create a pod beside itself", creates(made("Pod", SYSTEM, "p", **POD)), FORBIDDEN),
    ("change a pod", patches("Pod", HOME, "p", {"metadata": {"annotations": {"a": "b"}}}), FORBIDDEN),
    ("delete a pod", deletes("Pod", HOME, "p"), FORBIDDEN),
    ("evict a pod", calls("POST", "Pod", HOME, "p", "eviction", {}), FORBIDDEN),
    ("run a command in a pod", calls("POST", "Pod", HOME, "p", "exec?command=id"), FORBIDDEN),
    ("attach to a pod", calls("POST", "Pod", HOME, "p", "attach"), FORBIDDEN),
    ("reach a pod's ports", calls("POST", "Pod", HOME, "p", "portforward"), FORBIDDEN),
    ("reach a pod through the API server", calls("GET", "Pod", HOME, "p", "proxy"), FORBIDDEN),
    ("debug a pod", calls("PATCH", "Pod", HOME, "p", "ephemeralcontainers", POD), FORBIDDEN),
    ("read the log of a pod that is no tenant's", calls("GET", "Pod", "flux-system", "p", "log"), FORBIDDEN),
    ("create a Job", creates(made("Job", HOME, "j")), FORBIDDEN),
    ("create a DaemonSet", creates(made("DaemonSet", HOME, "d")), FORBIDDEN),
    ("create a Service", creates(service()), FORBIDDEN),
    ("create a ConfigMap", creates(code_map()), FORBIDDEN),
    ("create an IngressRoute", creates(ingress_route()), FORBIDDEN),
    ("read a tenant's Secrets", reads("Secret", HOME), FORBIDDEN),
    ("read the Secrets beside itself", reads("Secret", SYSTEM), FORBIDDEN),
    ("read one Secret by name", reads("Secret", SYSTEM, "headrace-mongo"), FORBIDDEN),
    ("read Secrets, anywhere", Request("GET", "/api/v1/secrets", dry=False), FORBIDDEN),
    ("read ConfigMaps that are no tenant's", reads("ConfigMap", "kube-system"), FORBIDDEN),
    ("write a Secret", creates(made("Secret", HOME, "s")), FORBIDDEN),
    ("create a namespace", creates(tenant_namespace()), FORBIDDEN),
    ("delete a tenant's namespace", deletes("Namespace", "", HOME), FORBIDDEN),
    ("bind a tenant's role", creates(role_binding()), FORBIDDEN),
    ("bind itself to the wiring of kube-system", creates(role_binding("kube-system", "headrace-wiring")),
     FORBIDDEN),
    ("make itself admin", creates(made("ClusterRoleBinding", "", "b", roleRef=ADMIN, subjects=ITSELF)),
     FORBIDDEN),
    ("widen its role", patches("ClusterRole", "", "headrace-wiring", RULE), FORBIDDEN),
    ("widen its role by a subject", patches("RoleBinding", HOME, "headrace-wiring", {"subjects": ITSELF}),
     FORBIDDEN),
    ("create a role", creates(made("Role", SYSTEM, "r", **RULE)), FORBIDDEN),
    ("take a tenant's token", calls("POST", "ServiceAccount", HOME, "headrace-tenant", "token", {}),
     FORBIDDEN),
    ("take a stronger token", calls("POST", "ServiceAccount", SYSTEM, "headrace-tenants", "token", {}),
     FORBIDDEN),
    ("change what the policies allow", patches("ConfigMap", SYSTEM, "headrace-policy", {"data": {}}),
     FORBIDDEN),
    ("delete a policy", Request("DELETE", f"{POLICIES}/validatingadmissionpolicies/headrace-kustomization"),
     FORBIDDEN),
    ("delete a policy's binding",
     Request("DELETE", f"{POLICIES}/validatingadmissionpolicybindings/headrace-kustomization"), FORBIDDEN),
    ("add a webhook", Request("POST", f"{POLICIES}/mutatingwebhookconfigurations", {}), FORBIDDEN),
    ("use another kind of source", creates(made("GitRepository", HOME, APP)), FORBIDDEN),
    ("fake Flux's verdict", calls("PATCH", "Kustomization", HOME, APP, "status", {"status": {}}), FORBIDDEN),
    ("read nodes", Request("GET", "/api/v1/nodes", dry=False), FORBIDDEN),
)  # fmt: skip
def test_cannot(headrace: Api, request_: Request, because: str) -> None:
    refused(headrace, request_, because)


@pytest.mark.parametrize(
    "user",
    ["admin", "system:serviceaccount:headrace-system:headrace-tenants", f"system:serviceaccount:{HOME}:headrace-tenant"],
)  # fmt: skip
def test_cannot_act_as(headrace: Api, user: str) -> None:
    refused(headrace, reads("Secret", HOME), "cannot impersonate", Impersonate_User=user)


FOREIGN = "Headrace must not set spec."
SOURCE = "spec.sourceRef must be the ExternalArtifact of the same name and namespace"
ACCOUNT = "spec.serviceAccountName must be headrace-tenant"
PLACE = (
    "Headrace writes Kustomizations app-<id> in tenants' namespaces and tenant-<id> in headrace-system only"
)


@cases(
    ("no service account", kustomization(serviceAccountName=None), ACCOUNT),
    ("an empty service account", kustomization(serviceAccountName=""), ACCOUNT),
    ("the tenants' service account", kustomization(serviceAccountName="headrace-tenants"), ACCOUNT),
    ("the service account `default`", kustomization(serviceAccountName="default"), ACCOUNT),
    ("an app's service account for a baseline",
     kustomization(SYSTEM, f"tenant-{TENANT}", serviceAccountName="headrace-tenant"), f"{ACCOUNT}s"),
    ("Headrace's own service account", kustomization(SYSTEM, f"tenant-{TENANT}", serviceAccountName="headrace"),
     f"{ACCOUNT}s"),
    ("another cluster", kustomization(kubeConfig={"secretRef": {"name": "k"}}), f"{FOREIGN}kubeConfig"),
    ("another namespace for its objects", kustomization(targetNamespace="kube-system"),
     f"{FOREIGN}targetNamespace"),
    ("substitution from a Secret",
     kustomization(postBuild={"substituteFrom": [{"kind": "Secret", "name": "s"}]}), f"{FOREIGN}postBuild"),
    ("patches", kustomization(patches=[{"patch": "{}"}]), f"{FOREIGN}patches"),
    ("components", kustomization(components=["../other"]), f"{FOREIGN}components"),
    ("other images", kustomization(images=[{"name": "headrace-runner", "newName": "evil"}]),
     f"{FOREIGN}images"),
    ("decryption", kustomization(decryption={"provider": "sops"}), f"{FOREIGN}decryption"),
    ("a wait for others", kustomization(dependsOn=[{"name": "app-00000000"}]), f"{FOREIGN}dependsOn"),
    ("health checks", kustomization(healthChecks=[{"kind": "Pod", "name": "p"}]), f"{FOREIGN}healthChecks"),
    ("a deletion policy", kustomization(deletionPolicy="Orphan"), f"{FOREIGN}deletionPolicy"),
    ("two such fields", kustomization(namePrefix="a", nameSuffix="b"), ", spec.name"),
    ("no pruning", kustomization(prune=False), "spec.prune must be true"),
    ("force", kustomization(force=True), "spec.force must not be set"),
    ("a path", kustomization(path="./elsewhere"), "spec.path must be the root"),
    ("a path upwards", kustomization(path="../"), "spec.path must be the root"),
    ("the source of another app", kustomization(sourceRef={"kind": "ExternalArtifact", "name": "app-00000000"}),
     SOURCE),
    ("the source of another namespace",
     kustomization(sourceRef={"kind": "ExternalArtifact", "name": APP, "namespace": OTHER_HOME}), SOURCE),
    ("a source of another kind", kustomization(sourceRef={"kind": "GitRepository", "name": APP}), SOURCE),
    ("a source of another group",
     kustomization(sourceRef={"apiVersion": "evil.example/v1", "kind": "ExternalArtifact", "name": APP}), SOURCE),
    ("the name of no app", kustomization(name="anything"), PLACE),
    ("the name of a tenant, in a tenant's namespace", kustomization(name=f"tenant-{TENANT}"), PLACE),
    ("the name of an app, in headrace-system", kustomization(SYSTEM, APP), PLACE),
    ("a namespace that is no tenant's", kustomization("default"), FORBIDDEN),
    ("Flux's namespace", kustomization("flux-system"), FORBIDDEN),
)  # fmt: skip
def test_cannot_make_a_kustomization_with(headrace: Api, request_: Object, because: str) -> None:
    refused(headrace, creates(request_), because)


URL = "status.artifact.url must be http://headrace-artifacts.headrace-system.svc.cluster.local./artifacts/v1/"
OURS = "http://headrace-artifacts.headrace-system.svc.cluster.local./artifacts/v1/"
TREE = "0" * 40


@pytest.fixture(scope="module")
def artifact(headrace: Api, admin: Api) -> Any:
    made_ = external_artifact()
    headrace.apply(path("ExternalArtifact", HOME, APP), made_)
    headrace.apply(f"{path('ExternalArtifact', HOME, APP)}/status", made_ | artifact_status())
    return made_


@cases(
    ("a foreign URL", artifact_status(url="http://evil.example/artifacts/v1/" + TREE + ".tar.gz"), URL),
    ("a URL that only begins like ours",
     artifact_status(url="http://headrace-artifacts.headrace-system.svc.cluster.local.evil.example/"), URL),
    ("a URL with our user name", artifact_status(url="http://headrace-artifacts.headrace-system@evil.example/"),
     URL),
    ("another path of ours", artifact_status(url=f"{OURS}../../api/anything"), URL),
    ("a query", artifact_status(url=f"{OURS}{TREE}.tar.gz?a=b"), URL),
    ("no tree", artifact_status(url=OURS), URL),
    ("a revision that is no commit", artifact_status(revision="latest"), "must be main@sha1:<commit>"),
    ("a weak digest", artifact_status(digest="md5:" + "0" * 32), "must be a SHA-256"),
)  # fmt: skip
def test_cannot_publish(headrace: Api, artifact: Object, request_: Object, because: str) -> None:
    refused(headrace, calls("PATCH", "ExternalArtifact", HOME, APP, "status", request_), because)


NOT_HERE = "Headrace writes ExternalArtifacts app-<id>"


@cases(
    ("the name of no app", external_artifact(name="anything"), NOT_HERE),
    ("the name of an app, in headrace-system", external_artifact(SYSTEM, APP), NOT_HERE),
    ("a namespace that is no tenant's", external_artifact("flux-system"), FORBIDDEN),
    ("a source", external_artifact(spec={"sourceRef": {"kind": "Secret", "name": "s"}}),
     "Headrace must not set spec.sourceRef"),
)  # fmt: skip
def test_cannot_make_an_artifact_with(headrace: Api, request_: Object, because: str) -> None:
    refused(headrace, creates(request_), because)


def test_a_change_is_checked_like_a_new_one(headrace: Api) -> None:
    headrace.apply(path("Kustomization", HOME, APP), kustomization())
    refused(
        headrace,
        patches("Kustomization", HOME, APP, {"spec": {"targetNamespace": "kube-system"}}),
        f"{FOREIGN}targetNamespace",
    )
    passes(headrace, patches("Kustomization", HOME, APP, {"metadata": {"annotations": {"a": "b"}}}))
    passes(headrace, deletes("Kustomization", HOME, APP))


def test_cannot_say_what_the_policy_does_not_name(headrace: Api, admin: Api) -> None:
    """Each field that this cluster's Flux has: nothing is allowed but what is on the list."""
    name = (
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kustomizations.kustomize.toolkit.fluxcd.io"
    )
    served = next(v for v in admin.get(name)["spec"]["versions"] if v["name"] == "v1")
    fields = served["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    policy = admin.get(f"{POLICIES}/validatingadmissionpolicies/headrace-kustomization")
    listed = next(v["expression"] for v in policy["spec"]["variables"] if v["name"] == "fields")
    others = [field for field in fields if f"'{field}'" not in listed]
    assert len(others) > 10
    for field in others:
        value = {"secretRef": {"name": "a"}} if field == "kubeConfig" else sample(fields[field])
        refused(headrace, creates(kustomization(**{field: value})), FOREIGN + field)


def sample(schema: Object) -> Any:
    """The smallest value that the definition takes."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            needed = schema.get("required", [])
            return {name: sample(schema["properties"][name]) for name in needed}
        case "array":
            return [sample(schema["items"])]
        case "boolean":
            return True
        case "integer":
            return 1
        case _:
            return "1s" if "ms|s|m|h" in schema.get("pattern", "") else "a"
