"""A small client of the API server, and the one of kubelet, Flux and Traefik's health endpoints."""

import base64
import copy
import http.client
import json
import socket
import ssl
import tempfile
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Found = TypeVar("Found")

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
REASON_LENGTH = 200


class NotAnswered(Exception):
    """The server refused or could not be reached."""


class Api:
    """Speaks as the user of a kubeconfig; one connection for each request."""

    def __init__(self, kubeconfig: Path) -> None:
        config = json.loads(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        server = urllib.parse.urlsplit(cluster["server"])
        self._address = (server.hostname or "", server.port or 443)
        self._authority = decoded(cluster["certificate-authority-data"])
        self._headers: dict[str, str] = {}
        self._tls = ssl.create_default_context(cadata=self._authority)
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
            pem.write(decoded(user["client-certificate-data"]) + decoded(user["client-key-data"]))
            pem.flush()
            self._tls.load_cert_chain(pem.name)

    def bearing(self, token: str) -> "Api":
        """The same server, asked by whom the token is of."""
        made = copy.copy(self)
        made._tls = ssl.create_default_context(cadata=self._authority)
        made._headers = {"Authorization": f"Bearer {token}"}
        return made

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def apply(self, path: str, content: dict[str, Any]) -> Any:
        """Server-side apply: makes the object or changes it."""
        return self._ask("PATCH", f"{path}?fieldManager=testbed&force=true", content, APPLY)

    def create(self, path: str, content: dict[str, Any]) -> Any:
        return self._ask("POST", path, content)

    def merge(self, path: str, content: dict[str, Any]) -> Any:
        return self._ask("PATCH", path, content, MERGE)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path)

    def is_ready(self) -> bool:
        return self._send("GET", "/readyz")[0] == 200

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Any:
        """What no other method says; `headers` with `_` for `-`."""
        made = copy.copy(self)
        made._headers = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        kind = MERGE if method == "PATCH" else "application/json"
        return made._ask(method, path, content, kind)

    def _ask(self, method: str, path: str, content: Any = None, kind: str = "application/json") -> Any:
        status, body = self._send(method, path, content, kind)
        if status >= 300:
            raise NotAnswered(f"{method} {path}: {status} {reason(body)}")
        return json.loads(body) if body else {}

    def _send(self, method: str, path: str, content: Any = None, kind: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPSConnection(*self._address, context=self._tls, timeout=10)
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, path, body, self._headers | ({"Content-Type": kind} if body else {}))
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(f"{method} {path}: {error}") from error
        finally:
            connection.close()


def reason(body: bytes) -> str:
    """What a refusal says; the server answers with plain text where it does not know what was asked for."""
    try:
        return str(json.loads(body).get("message", ""))
    except (ValueError, AttributeError):
        return body.decode(errors="replace").strip()[:REASON_LENGTH]


def decoded(data: str) -> str:
    return base64.b64decode(data).decode()


def eventually(
    what: str, condition: Callable[[], Found | None], seconds: float, every: float = 0.05
) -> Found:
    """The first true answer; an unreachable server is not one. Raises NotAnswered after the deadline."""
    deadline = time.monotonic() + seconds
    last = ""
    while True:
        try:
            found = condition()
        except NotAnswered as refusal:
            found, last = None, f"; last: {refusal}"
        if found:
            return found
        if time.monotonic() > deadline:
            raise NotAnswered(f"not within {seconds:.0f} s: {what}{last}")
        time.sleep(every)


def is_condition_true(found: dict[str, Any], kind: str) -> bool:
    conditions = found.get("status", {}).get("conditions") or []
    return any(item["type"] == kind and item["status"] == "True" for item in conditions)


def answers(url: str, seconds: float = 2) -> str:
    """The empty text when the health endpoint says that all is well, or what is wrong.

    Control plane programs answer with certificates that they made themselves: not checked, on loopback.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "unix":
        return listens(parts.path, seconds)
    host, port = parts.hostname or "", parts.port or 80
    connection = (
        http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl._create_unverified_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=seconds)
    )
    try:
        connection.request("GET", parts.path)
        status = connection.getresponse().status
        return "" if status == 200 else f"{url} answers {status}"
    except (OSError, http.client.HTTPException) as error:
        return f"{url}: {error}"
    finally:
        connection.close()


def listens(path: str, seconds: float) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(path)
        except OSError as error:
            return f"{path}: {error}"
    return ""
