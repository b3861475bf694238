"""What a forged app could do: everything that is said here, Flux would say as a tenant's service account."""

from attack import FORBIDDEN, Request, cases, creates, passes, patches, reads, refused
from headrace_testbed.api import Api
from objects import (
    APP,
    HOME,
    OTHER_APP,
    OTHER_HOME,
    OTHER_TENANT,
    Object,
    code_map,
    container,
    deployment,
    host_rule,
    ingress_route,
    kustomization,
    made,
    middleware,
    path_rule,
    role_binding,
    route,
    service,
    service_account,
    stripped_route,
    without,
)


@cases(
    ("its code", creates(code_map())),
    ("its Deployment", creates(deployment())),
    ("its Deployment, image by digest",
     creates(deployment(containers=[container(image="headrace-runner@sha256:" + "0" * 64)]))),
    ("its Service", creates(service())),
    ("its routes", creates(ingress_route())),
    ("its routes while it is stopped",
     creates(ingress_route(route(services=[{"name": APP, "port": 80, "nativeLB": False}])))),
    ("the middleware of its routes", creates(middleware())),
)  # fmt: skip
def test_passes(tenant: Api, request_: Request) -> None:
    passes(tenant, request_)


ROLE_RULE = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
POD: Object = {"spec": {"containers": [container()]}}


@cases(
    ("create a Deployment in another tenant's namespace", creates(deployment(OTHER_HOME)), FORBIDDEN),
    ("create a ConfigMap in another tenant's namespace", creates(code_map(OTHER_HOME)), FORBIDDEN),
    ("create a ConfigMap beside Headrace", creates(code_map("headrace-system")), FORBIDDEN),
    ("create a Service in kube-system", creates(service("kube-system")), FORBIDDEN),
    ("read another tenant's ConfigMaps", reads("ConfigMap", OTHER_HOME), FORBIDDEN),
    ("read Secrets", reads("Secret", HOME), FORBIDDEN),
    ("create a Secret", creates(made("Secret", HOME, APP)), FORBIDDEN),
    ("create a pod", creates(made("Pod", HOME, APP, **POD)), FORBIDDEN),
    ("create a Job", creates(made("Job", HOME, APP)), FORBIDDEN),
    ("create a DaemonSet", creates(made("DaemonSet", HOME, APP)), FORBIDDEN),
    ("create a ClusterRole", creates(made("ClusterRole", "", "evil", rules=ROLE_RULE)), FORBIDDEN),
    ("create a Role", creates(made("Role", HOME, "evil", rules=ROLE_RULE)), FORBIDDEN),
    ("bind a role", creates(role_binding(name="evil")), FORBIDDEN),
    ("create a service account", creates(service_account(name="evil")), FORBIDDEN),
    ("lift its quota", patches("ResourceQuota", HOME, "quota", {"spec": {"hard": {}}}), FORBIDDEN),
    ("open its network", patches("NetworkPolicy", HOME, "default", {"spec": {"podSelector": {}}}), FORBIDDEN),
    ("make its namespace privileged",
     patches("Namespace", "", HOME, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
     FORBIDDEN),
    ("create a Kustomization of its own", creates(kustomization()), FORBIDDEN),
    ("create an Ingress", creates(made("Ingress", HOME, APP)), FORBIDDEN),
    ("create a TCP route", creates(made("IngressRouteTCP", HOME, APP)), FORBIDDEN),
    ("set TLS options", creates(made("TLSOption", HOME, "default")), FORBIDDEN),
)  # fmt: skip
def test_cannot(tenant: Api, request_: Request, because: str) -> None:
    refused(tenant, request_, because)


def volume(**source: Object) -> list[Object]:
    return [{"name": "v"} | source]


FIELD = "an app's pod must not set "
IDENTITY = "an app's pod must have no identity in the cluster"
VOLUMES = "an app's volumes must be a configMap or an emptyDir"
IMAGE = "an app's image must be headrace-runner, of any version"
NODE_FILES = {"hostPath": {"path": "/"}}
TOKEN = {"projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}


@cases(
    ("files of the node", deployment(volumes=volume(**NODE_FILES)), VOLUMES),
    ("a token of the API server", deployment(volumes=volume(**TOKEN)), VOLUMES),
    ("a Secret", deployment(volumes=volume(secret={"secretName": "s"})), VOLUMES),
    ("a claim", deployment(volumes=volume(persistentVolumeClaim={"claimName": "c"})), VOLUMES),
    ("files of a server", deployment(volumes=volume(nfs={"server": "s", "path": "/"})), VOLUMES),
    ("the node's network", deployment(hostNetwork=True), f"{FIELD}hostNetwork"),
    ("the node's processes", deployment(hostPID=True), f"{FIELD}hostPID"),
    ("the node's shared memory", deployment(hostIPC=True), f"{FIELD}hostIPC"),
    ("a node of its choice", deployment(nodeName="control-plane"), f"{FIELD}nodeName"),
    ("tolerations", deployment(tolerations=[{"operator": "Exists"}]), f"{FIELD}tolerations"),
    ("a priority", deployment(priorityClassName="system-node-critical"), f"{FIELD}priorityClassName"),
    ("names of other hosts", deployment(hostAliases=[{"ip": "10.0.0.1"}]), f"{FIELD}hostAliases"),
    ("another runtime", deployment(runtimeClassName="fast"), f"{FIELD}runtimeClassName"),
    ("init containers", deployment(initContainers=[container(name="i")]), f"{FIELD}initContainers"),
    ("another scheduler", deployment(schedulerName="mine"), "must use the default scheduler"),
    ("the tenant's service account", deployment(serviceAccountName="headrace-tenant"), IDENTITY),
    ("a token", deployment(automountServiceAccountToken=True), IDENTITY),
    ("a token by default", deployment(automountServiceAccountToken=None), IDENTITY),
    ("another image", deployment(containers=[container(image="evil:1")]), IMAGE),
    ("an image that begins alike", deployment(containers=[container(image="headrace-runner-evil:1")]), IMAGE),
    ("the same image of a registry", deployment(containers=[container(image="evil.example/headrace-runner:1")]),
     IMAGE),
    ("another image beside the right one",
     deployment(containers=[container(), container(name="other", image="evil:1")]), IMAGE),
    ("the name of another app", deployment(name=OTHER_APP, app=APP), "does not belong to the Kustomization"),
)  # fmt: skip
def test_cannot_have_a_pod_with(tenant: Api, request_: Object, because: str) -> None:
    refused(tenant, creates(request_), because)


def test_a_pod_that_is_not_restricted_does_not_start(admin: Api) -> None:
    """Whoever makes it: the namespace has the standard, so what the policy on Deployments lets by ends here."""
    bare = made("Pod", HOME, APP, spec={"containers": [{"name": "c", "image": "headrace-runner:0.1.0"}]})
    refused(admin, creates(bare), 'violates PodSecurity "restricted:latest"')


SERVICE = "an app's Service must be of type ClusterIP"


@cases(
    ("a load balancer", service(type="LoadBalancer"), SERVICE),
    ("a port of the node", service(type="NodePort"), SERVICE),
    ("a name elsewhere", service(type="ExternalName", externalName="evil.example"), SERVICE),
    ("somebody's address", service(externalIPs=["10.0.0.1"]), "must have no external addresses"),
    ("the name of another app", service(name=OTHER_APP, app=APP), "does not belong to the Kustomization"),
)
def test_cannot_have_a_service_with(tenant: Api, request_: Object, because: str) -> None:
    refused(tenant, creates(request_), because)


RULES = "an app's routes must be Host(`app-k3f9a2bq.apps.example.test`) and Host("
DESTINATION = "an app's routes must lead to port 80 of its own Service"
WEB = "an app's IngressRoute has routes at the entry point web and nothing else"
MIDDLEWARE = "the only middleware of an app's routes is app-k3f9a2bq-strip-prefix"
ELSEWHERE = [{"name": APP, "port": 80, "namespace": OTHER_HOME}]
CROSS = [{"name": f"{APP}-strip-prefix", "namespace": OTHER_HOME}]


@cases(
    ("another app's host", ingress_route(route(host_rule(OTHER_APP))), RULES),
    ("the console's host", ingress_route(route("Host(`console.example.test`)")), RULES),
    ("a host of its choice", ingress_route(route(host_rule(domain="example.test"))), RULES),
    ("every host", ingress_route(route("HostRegexp(`.*`)")), RULES),
    ("two hosts", ingress_route(route(f"{host_rule()} || Host(`console.example.test`)")), RULES),
    ("another tenant's path", ingress_route(route(path_rule(tenant=OTHER_TENANT))), RULES),
    ("another app's path", ingress_route(route(path_rule(app=OTHER_APP))), RULES),
    ("all of the apps' host", ingress_route(route("Host(`apps.example.test`)")), RULES),
    ("a right route and a wrong one", ingress_route(route(), route("PathPrefix(`/`)")), RULES),
    ("a priority", ingress_route(route(priority=1000)), DESTINATION),
    ("another Service", ingress_route(route(services=[{"name": OTHER_APP, "port": 80}])), DESTINATION),
    ("another namespace's Service", ingress_route(route(services=ELSEWHERE)), DESTINATION),
    ("another port", ingress_route(route(services=[{"name": APP, "port": 8000}])), DESTINATION),
    ("an option of its Service", ingress_route(route(services=[{"name": APP, "port": 80, "nativeLB": True}])),
     DESTINATION),
    ("two Services", ingress_route(route(services=[{"name": APP, "port": 80}] * 2)), DESTINATION),
    ("Traefik's own dashboard",
     ingress_route(route(services=[{"kind": "TraefikService", "name": "api@internal"}])), DESTINATION),
    ("no Service", ingress_route(without(route(), "services")), DESTINATION),
    ("another app's middleware",
     ingress_route(stripped_route(middlewares=[{"name": f"{OTHER_APP}-strip-prefix"}])), MIDDLEWARE),
    ("another namespace's middleware", ingress_route(stripped_route(middlewares=CROSS)), MIDDLEWARE),
    ("TLS", ingress_route(tls={"secretName": "s"}), WEB),
    ("TLS options", ingress_route(tls={"options": {"name": "o", "namespace": OTHER_HOME}}), WEB),
    ("another entry point", ingress_route(entryPoints=["ping"]), WEB),
    ("all entry points", ingress_route(entryPoints=[]), WEB),
    ("the name of another app", ingress_route(route(app=OTHER_APP), name=OTHER_APP, app=APP),
     "does not belong to the Kustomization"),
    ("the name of no app", ingress_route(name=f"{APP}-more"), "an app's IngressRoute is app-<id>"),
)  # fmt: skip
def test_cannot_have_routes_with(tenant: Api, request_: Object, because: str) -> None:
    refused(tenant, creates(request_), because)


def test_cannot_have_routes_that_flux_did_not_apply(tenant: Api) -> None:
    """So an app's name, and with it its host, is that of a Kustomization, which only Headrace makes."""
    unlabelled = ingress_route()
    del unlabelled["metadata"]["labels"]
    refused(tenant, creates(unlabelled), 'does not belong to the Kustomization ""')


ONLY_STRIP = "an app's Middleware must do nothing but strip the prefix /user/"


@cases(
    ("a redirect", middleware({"redirectScheme": {"scheme": "https"}}), ONLY_STRIP),
    ("forwarded credentials", middleware({"forwardAuth": {"address": "http://evil.example"}}), ONLY_STRIP),
    ("another prefix", middleware({"stripPrefix": {"prefixes": ["/"]}}), ONLY_STRIP),
    ("one more prefix", middleware({"stripPrefix": {"prefixes": [f"/user/{OTHER_TENANT}", "/"]}}), ONLY_STRIP),
    ("headers", middleware({"headers": {"customRequestHeaders": {"X-User": "admin"}}}), ONLY_STRIP),
    ("another name", middleware(name=f"{APP}-more"), "its Middleware app-<id>-strip-prefix"),
)  # fmt: skip
def test_cannot_have_a_middleware_with(tenant: Api, request_: Object, because: str) -> None:
    refused(tenant, creates(request_), because)
