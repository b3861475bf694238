"""The objects that Headrace, a tenant's baseline and an app have: what must pass."""

from typing import Any

Object = dict[str, Any]

TENANT, OTHER_TENANT = "65f0c1d2e3a4b5c6d7e8f901", "65f0c1d2e3a4b5c6d7e8f902"
HOME, OTHER_HOME = f"headrace-{TENANT}", f"headrace-{OTHER_TENANT}"
SYSTEM = "headrace-system"
APP, OTHER_APP = "app-k3f9a2bq", "app-z9y8x7w6"
COMMIT, TREE = "0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef"
TIME = "2026-01-01T00:00:00Z"

GROUPS = {
    "Namespace": "api/v1",
    "Pod": "api/v1",
    "ConfigMap": "api/v1",
    "Secret": "api/v1",
    "Service": "api/v1",
    "ServiceAccount": "api/v1",
    "ResourceQuota": "api/v1",
    "LimitRange": "api/v1",
    "Deployment": "apis/apps/v1",
    "DaemonSet": "apis/apps/v1",
    "Job": "apis/batch/v1",
    "Ingress": "apis/networking.k8s.io/v1",
    "NetworkPolicy": "apis/networking.k8s.io/v1",
    "Role": "apis/rbac.authorization.k8s.io/v1",
    "RoleBinding": "apis/rbac.authorization.k8s.io/v1",
    "ClusterRole": "apis/rbac.authorization.k8s.io/v1",
    "ClusterRoleBinding": "apis/rbac.authorization.k8s.io/v1",
    "IngressRoute": "apis/traefik.io/v1alpha1",
    "IngressRouteTCP": "apis/traefik.io/v1alpha1",
    "Middleware": "apis/traefik.io/v1alpha1",
    "TLSOption": "apis/traefik.io/v1alpha1",
    "Kustomization": "apis/kustomize.toolkit.fluxcd.io/v1",
    "ExternalArtifact": "apis/source.toolkit.fluxcd.io/v1",
    "GitRepository": "apis/source.toolkit.fluxcd.io/v1",
}
OF_THE_CLUSTER = {"Namespace", "ClusterRole", "ClusterRoleBinding"}


def plural(kind: str) -> str:
    special = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "GitRepository": "gitrepositories"}
    return special.get(kind, kind.lower() + "s")


def path(kind: str, namespace: str = "", name: str = "") -> str:
    """Where the API server has the kind's objects, or one of them."""
    inside = "" if kind in OF_THE_CLUSTER else f"/namespaces/{namespace}"
    return f"/{GROUPS[kind]}{inside}/{plural(kind)}" + (f"/{name}" if name else "")


def made(kind: str, namespace: str, name: str, **content: Any) -> Object:
    version = GROUPS[kind].partition("/")[2]
    metadata = {"name": name} | ({} if kind in OF_THE_CLUSTER else {"namespace": namespace})
    return {"apiVersion": version, "kind": kind, "metadata": metadata} | content


def without(content: Object, *fields: str) -> Object:
    return {field: value for field, value in content.items() if field not in fields}


def kustomization(namespace: str = HOME, name: str = APP, **spec: Any) -> Object:
    tenants = namespace == SYSTEM
    usual = {
        "interval": "12h",
        "retryInterval": "30s",
        "timeout": "30s",
        "prune": True,
        "wait": False,
        "path": "./",
        "serviceAccountName": "headrace-tenants" if tenants else "headrace-tenant",
        "sourceRef": {"kind": "ExternalArtifact", "name": name},
    }
    wanted = {field: value for field, value in (usual | spec).items() if value is not None}
    return made("Kustomization", namespace, name, spec=wanted)


def external_artifact(namespace: str = HOME, name: str = APP, **content: Any) -> Object:
    return made("ExternalArtifact", namespace, name, **({"spec": {}} | content))


def artifact_status(**artifact: Any) -> Object:
    prefix = "http://headrace-artifacts.headrace-system.svc.cluster.local./artifacts/v1/"
    usual = {
        "url": f"{prefix}{TREE}.tar.gz",
        "path": f"{TREE}.tar.gz",
        "revision": f"main@sha1:{COMMIT}",
        "digest": "sha256:" + "0" * 64,
        "size": 1,
        "lastUpdateTime": TIME,
    }
    ready = {"type": "Ready", "status": "True", "reason": "Succeeded", "message": ""}
    return {"status": {"artifact": usual | artifact, "conditions": [ready | {"lastTransitionTime": TIME}]}}


def tenant_namespace(name: str = HOME, **labels: str | None) -> Object:
    usual: dict[str, str | None] = {
        "headrace.dev/tenant": name.removeprefix("headrace-"),
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
    }
    renamed = {"pod-security.kubernetes.io/" + key.replace("_", "-"): value for key, value in labels.items()}
    wanted = {label: value for label, value in (usual | renamed).items() if value is not None}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": wanted}}


def service_account(namespace: str = HOME, name: str = "headrace-tenant", **content: Any) -> Object:
    return made("ServiceAccount", namespace, name, **({"automountServiceAccountToken": False} | content))


def account(namespace: str, name: str) -> Object:
    return {"kind": "ServiceAccount", "namespace": namespace, "name": name}


def role_binding(
    namespace: str = HOME, role: str = "headrace-tenant", name: str = "", to: list[Object] | None = None
) -> Object:
    holder = (
        account(SYSTEM, "headrace") if role == "headrace-wiring" else account(namespace, "headrace-tenant")
    )
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    return made("RoleBinding", namespace, name or role, roleRef=ref, subjects=to or [holder])


def of_app(kind: str, spec: Object, namespace: str = HOME, name: str = APP, app: str = "") -> Object:
    """As Flux applies it: with the labels of its Kustomization."""
    found = made(kind, namespace, name, spec=spec)
    labels = {
        "kustomize.toolkit.fluxcd.io/name": app or name[: len(APP)],
        "kustomize.toolkit.fluxcd.io/namespace": namespace,
    }
    found["metadata"]["labels"] = labels
    return found


def container(**fields: Any) -> Object:
    return {
        "name": "runner",
        "image": "headrace-runner:0.1.0",
        "ports": [{"name": "http", "containerPort": 8000}],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    } | fields


def deployment(namespace: str = HOME, name: str = APP, app: str = "", **pod: Any) -> Object:
    labels = {"app-id": name}
    usual = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "imagePullSecrets": [{"name": "registry"}],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container()],
        "volumes": [
            {"name": "code", "configMap": {"name": f"{name}-code-0123456789"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    template = {"metadata": {"labels": labels}, "spec": usual | pod}
    spec = {"selector": {"matchLabels": labels}, "replicas": 0, "template": template}
    return of_app("Deployment", spec, namespace, name, app)


def service(namespace: str = HOME, name: str = APP, app: str = "", **spec: Any) -> Object:
    usual = {"selector": {"app-id": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8000}]}
    return of_app("Service", usual | spec, namespace, name, app)


def code_map(namespace: str = HOME, name: str = f"{APP}-code-0123456789", app: str = "") -> Object:
    return without(of_app("ConfigMap", {}, namespace, name, app), "spec") | {"data": {"main.py": ""}}


def host_rule(app: str = APP, domain: str = "apps.example.test") -> str:
    return f"Host(`{app}.{domain}`)"


def path_rule(tenant: str = TENANT, app: str = APP, host: str = "apps.example.test") -> str:
    return f"Host(`{host}`) && PathPrefix(`/user/{tenant}/app/{app.removeprefix('app-')}`)"


def route(match: str = "", app: str = APP, **fields: Any) -> Object:
    usual = {"kind": "Rule", "match": match or host_rule(app), "services": [{"name": app, "port": 80}]}
    return usual | fields


def stripped_route(app: str = APP, **fields: Any) -> Object:
    return route(path_rule(app=app), app, middlewares=[{"name": f"{app}-strip-prefix"}]) | fields


def ingress_route(
    *routes: Object, namespace: str = HOME, name: str = APP, app: str = "", **spec: Any
) -> Object:
    usual = {"entryPoints": ["web"], "routes": list(routes) or [route(), stripped_route()]}
    return of_app("IngressRoute", usual | spec, namespace, name, app)


def middleware(spec: Object | None = None, name: str = f"{APP}-strip-prefix", app: str = "") -> Object:
    strip = {"stripPrefix": {"prefixes": [f"/user/{TENANT}/app/{APP.removeprefix('app-')}"]}}
    return of_app("Middleware", spec or strip, HOME, name, app)
