import pytest

from headrace_testbed.cli import split


@pytest.mark.parametrize(
    ("given", "own", "passed_on"),
    [
        (["up", "--data", "x"], ["up", "--data", "x"], []),
        (["kubectl", "-n", "x", "get", "pods"], ["kubectl"], ["-n", "x", "get", "pods"]),
        (["kubectl", "--data", "x", "get", "-A"], ["kubectl", "--data", "x"], ["get", "-A"]),
        (["enter", "ls", "--data"], ["enter"], ["ls", "--data"]),
        (["kubectl", "--help"], ["kubectl", "--help"], []),
    ],
)
def test_what_is_meant_for_kubectl_goes_there(given: list[str], own: list[str], passed_on: list[str]) -> None:
    assert split(given) == (own, passed_on)
