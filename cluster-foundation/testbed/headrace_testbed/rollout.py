"""An app on the testbed that is changed under load: when its new code answers, and which requests fail."""

import hashlib
import http.client
import json
import threading
import time
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from headrace_testbed.api import Api, eventually
from headrace_testbed.components import APPS_PORT
from headrace_testbed.network import NODE
from headrace_testbed.paths import version

NAMESPACE = "measure-start"
CLIENTS = 10
LIMIT_S = 60
STEPS = ("scheduled", "running", "ready", "answered")

Pod = dict[str, Any]


def template() -> Pod:
    resources = {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "250m", "memory": "128Mi"}}
    part = {
        "name": "runner",
        "image": f"headrace-runner:{version()}",
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": 8000}],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "resources": resources,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "code", "mountPath": "/code", "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [part],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
    }


@dataclass
class Load:
    """Requests at a steady rate: half of the clients keep their connection, half make a new one each time."""

    host: str
    version: str
    rate: int
    done: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    failures: list[str] = field(default_factory=list)
    first_new: float | None = None
    last_old: float | None = None

    def __enter__(self) -> "Load":
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number: int) -> None:
        connection = http.client.HTTPConnection(NODE, APPS_PORT, timeout=5)
        due = time.monotonic() + number / self.rate
        while not self.done.wait(max(0.0, due - time.monotonic())):
            due += CLIENTS / self.rate
            self._ask(connection)
            if number % 2:
                connection.close()
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection) -> None:
        begun = time.monotonic()
        self.sent += 1
        try:
            connection.request("GET", "/", headers={"Host": self.host})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise ValueError(f"{response.status} {body[:80]!r}")
            answered = json.loads(body)["version"]
        except (OSError, ValueError, http.client.HTTPException) as error:
            connection.close()
            self.failures.append(f"at {begun:.3f}: {error!r}")
            return
        if answered == self.version:
            self.first_new = self.first_new or time.monotonic()
        else:
            self.last_old = time.monotonic()


class App:
    def __init__(self, api: Api, name: str, pod: Pod, code: str, rate: int) -> None:
        self.api, self.name, self.pod, self.code, self.rate = api, name, pod, code, rate
        self.host = f"{self.name}.measure.test"
        self.counted = 0

    def create(self) -> None:
        labels, plain = {"app": self.name}, {"name": self.name}
        self.api.apply(
            f"/api/v1/namespaces/{NAMESPACE}/services/{self.name}",
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": plain,
                "spec": {"selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": 8000}]},
            },
        )
        route = {
            "kind": "Rule",
            "match": f"Host(`{self.host}`)",
            "services": [{"name": self.name, "port": 80}],
        }
        self.api.apply(
            f"/apis/traefik.io/v1alpha1/namespaces/{NAMESPACE}/ingressroutes/{self.name}",
            {
                "apiVersion": "traefik.io/v1alpha1",
                "kind": "IngressRoute",
                "metadata": plain,
                "spec": {"entryPoints": ["web"], "routes": [route]},
            },
        )
        version = self.change()
        eventually(f"{self.name} answers", lambda: self.answers(version), LIMIT_S)

    def change(self) -> str:
        """Applies the app with other code, as Flux would."""
        self.counted += 1
        code = self.code.format(version=self.counted)
        digest = hashlib.sha256(code.encode()).hexdigest()
        code_map = f"{self.name}-{digest[:10]}"
        self.api.apply(
            f"/api/v1/namespaces/{NAMESPACE}/configmaps/{code_map}",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": code_map},
                "data": {"main.py": code},
            },
        )
        pod = deepcopy(self.pod)
        pod["volumes"].append({"name": "code", "configMap": {"name": code_map}})
        pod["containers"][0].setdefault("env", []).append({"name": "HEADRACE_CONTENT", "value": digest})
        spec = {
            "replicas": 1,
            "revisionHistoryLimit": 1,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": {"app": self.name}},
            "template": {
                "metadata": {"labels": {"app": self.name}, "annotations": {"headrace.dev/content": digest}},
                "spec": pod,
            },
        }
        self.api.apply(
            f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{self.name}",
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": self.name}, "spec": spec},
        )
        return str(self.counted)

    def answers(self, version: str) -> bool:
        load = Load(self.host, version, self.rate)
        connection = http.client.HTTPConnection(NODE, APPS_PORT, timeout=5)
        load._ask(connection)
        connection.close()
        return load.first_new is not None

    def roll_out(self) -> dict[str, Any]:
        known = {pod["metadata"]["name"] for pod in self.pods()}
        seen: dict[str, float] = {}
        with Load(self.host, str(self.counted + 1), self.rate) as load:
            eventually("requests are answered", lambda: load.last_old, 10)
            begun = time.monotonic()
            self.change()

            def is_over() -> bool:
                pods = self.pods()
                for pod in pods:
                    if pod["metadata"]["name"] not in known:
                        for step in steps(pod):
                            seen.setdefault(step, time.monotonic())
                return load.first_new is not None and not known & {pod["metadata"]["name"] for pod in pods}

            eventually("the new pod serves and the old one is gone", is_over, LIMIT_S, every=0.02)
        seen["answered"] = load.first_new or 0.0
        times = {step: round(seen[step] - begun, 3) for step in STEPS if step in seen}
        return times | {"sent": load.sent, "failed": len(load.failures), "failures": load.failures[:3]}

    def pods(self) -> list[dict[str, Any]]:
        return self.api.get(f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector=app%3D{self.name}")["items"]


def steps(pod: dict[str, Any]) -> list[str]:
    status = pod.get("status", {})
    found = []
    if pod["spec"].get("nodeName"):
        found.append("scheduled")
    if any("running" in item["state"] for item in status.get("containerStatuses", [])):
        found.append("running")
    conditions = status.get("conditions", [])
    if any(item["type"] == "Ready" and item["status"] == "True" for item in conditions):
        found.append("ready")
    return found
