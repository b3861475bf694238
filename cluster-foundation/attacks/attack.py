"""One request that must be refused, or that must pass; said by whoever holds a token."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from headrace_testbed.api import Api, NotAnswered
from objects import Object, path

FORBIDDEN = "cannot"  # of the words of the API server: User "..." cannot create resource "pods" ...


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    content: Any = None
    dry: bool = True  # checked in every way, but nothing is stored

    def send(self, api: Api, **headers: str) -> Any:
        query = ("&" if "?" in self.path else "?") + "dryRun=All" if self.dry else ""
        return api.ask(self.method, self.path + query, self.content, **headers)


def creates(made: Object) -> Request:
    metadata = made["metadata"]
    return Request("POST", path(made["kind"], metadata.get("namespace", "")), made)


def reads(kind: str, namespace: str = "", name: str = "") -> Request:
    return Request("GET", path(kind, namespace, name), dry=False)


def patches(kind: str, namespace: str, name: str, content: Object) -> Request:
    return Request("PATCH", path(kind, namespace, name), content)


def deletes(kind: str, namespace: str, name: str) -> Request:
    return Request("DELETE", path(kind, namespace, name))


def calls(method: str, kind: str, namespace: str, name: str, part: str, content: Any = None) -> Request:
    """A subresource."""
    return Request(method, f"{path(kind, namespace, name)}/{part}", content, dry=method == "PATCH")


def cases(*found: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Parametrizes with tuples that begin with what the case is called."""
    names = {2: "request_", 3: "request_, because"}[len(found[0])]
    values = [case[1] if len(case) == 2 else case[1:] for case in found]
    return pytest.mark.parametrize(names, values, ids=[case[0] for case in found])


def refused(api: Api, request: Request, because: str, **headers: str) -> None:
    with pytest.raises(NotAnswered) as caught:
        request.send(api, **headers)
    print(caught.value)
    assert because in str(caught.value)


def passes(api: Api, request: Request) -> None:
    request.send(api)
