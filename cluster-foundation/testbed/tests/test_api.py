import itertools

import pytest

from headrace_testbed.api import Api, NotAnswered, eventually, is_condition_true, reason


@pytest.mark.parametrize(
    ("found", "holds"),
    [
        ({}, False),
        ({"status": {}}, False),
        ({"status": {"conditions": None}}, False),  # a custom resource definition's first moment
        ({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}, False),
        ({"status": {"conditions": [{"type": "Healthy", "status": "True"}]}}, False),
        ({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, True),
    ],
)
def test_a_condition_holds_when_it_says_so(found: dict, holds: bool) -> None:
    assert is_condition_true(found, "Ready") == holds


def test_a_server_that_does_not_answer_yet_is_asked_again() -> None:
    calls = itertools.count()

    def answers_the_third_time() -> str | None:
        call = next(calls)
        if call == 0:
            raise NotAnswered("refused")
        return "here" if call == 2 else None

    assert eventually("an answer", answers_the_third_time, 10, every=0) == "here"


def test_a_wait_that_is_over_says_what_came_last() -> None:
    def refuses() -> None:
        raise NotAnswered("refused")

    with pytest.raises(NotAnswered, match="not within 0 s: an answer; last: refused"):
        eventually("an answer", refuses, 0)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"kind": "Status", "message": "quota"}', "quota"),
        (b"404 page not found\n", "404 page not found"),  # a kind that nobody defined
        (b'{"kind": "Status"}', ""),
        (b'["x"]', '["x"]'),
        (b"", ""),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(body: bytes, says: str) -> None:
    assert reason(body) == says


class WithoutThatKind(Api):
    """Answers as the API server does where nobody defined the kind that is asked for."""

    def __init__(self) -> None:
        pass

    def _send(self, method: str, path: str, content: object = None, kind: str = "") -> tuple[int, bytes]:
        return 404, b"404 page not found\n"


def test_a_kind_that_nobody_defined_is_a_refusal() -> None:
    with pytest.raises(NotAnswered, match=r"^GET /apis/none: 404 404 page not found$"):
        WithoutThatKind().get("/apis/none")
