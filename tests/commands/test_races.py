"""Two runs at once, and AWS's eventual consistency: what SageMaker refuses because another was quicker is looked at again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from aces_action.aws.tags import as_list
from aces_action.problems import ActionError
from aces_action.resources import endpoint
from aces_action.resources.endpoint.state import read_endpoint
from tests.commands.conftest import Server
from tests.reporting import MemoryReporter


def deploy(server: Server, version: str, *, meanwhile: Callable[[], object], may_wait: bool = True) -> endpoint.ServingEndpoint:
    """A deployment; `meanwhile` is done right before SageMaker is set to work, once."""
    left = [meanwhile]

    def heard(line: str) -> None:
        if line.startswith(("updating ", "creating ")) and left:
            left.pop()()

    server.reporter = MemoryReporter(heard=heard)
    return server.deploy(version, run=2, may_wait=may_wait)


def update(server: Server, version: str) -> None:
    server.next_rollout(updating_seconds=6)  # longer than it takes us to ask for ours
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=server.config(version))


def refused(error: pytest.ExceptionInfo[ActionError]) -> list[str]:
    return [each.code for each in error.value.problems]


@pytest.mark.parametrize("theirs", ["B", "C"], ids=["the same content", "other content"])
def test_an_endpoint_that_another_run_has_just_set_to_work_is_waited_for(server: Server, theirs: str) -> None:
    server.deploy("A")
    server.put(theirs)
    assert deploy(server, "B", meanwhile=lambda: update(server, theirs)).config_name == server.config("B")
    assert server.serves() == "B"
    assert any("another run was faster (Cannot update in-progress endpoint" in line for line in server.lines)


def test_where_nothing_is_to_be_waited_for_it_is_refused(server: Server) -> None:
    server.deploy("A")
    server.put("C")
    with pytest.raises(ActionError) as error:
        deploy(server, "B", meanwhile=lambda: update(server, "C"), may_wait=False)
    assert refused(error) == ["ACES-P028"]


@pytest.mark.parametrize("theirs", ["B", "C"], ids=["the same content", "other content"])
def test_an_endpoint_that_another_run_has_just_made_is_taken_for_ours(server: Server, theirs: str) -> None:
    server.put(theirs)

    def create() -> None:
        tags = as_list(server.by(1).tags(""))
        server.client.create_endpoint(EndpointName=server.name, EndpointConfigName=server.config(theirs), Tags=tags)

    assert deploy(server, "B", meanwhile=create).config_name == server.config("B")
    assert server.serves() == "B"


def test_one_that_another_run_made_while_we_were_throttled_is_not_taken_for_our_own_call(server: Server) -> None:
    server.put("C")

    def create() -> None:
        tags = as_list(server.by(1).tags(""))
        server.client.create_endpoint(EndpointName=server.name, EndpointConfigName=server.config("C"), Tags=tags)
        server.control("POST", "faults", {"operation": "CreateEndpoint", "kind": "throttle", "times": 1})

    assert deploy(server, "B", meanwhile=create).config_name == server.config("B")
    assert server.serves() == "B"


def test_one_that_is_not_ours_stays(server: Server) -> None:
    server.put("C")

    def create() -> None:
        server.client.create_endpoint(EndpointName=server.name, EndpointConfigName=server.config("C"))

    with pytest.raises(ActionError) as error:
        deploy(server, "B", meanwhile=create)
    assert refused(error) == ["ACES-E004"]


@pytest.mark.parametrize(("made", "read"), [("CreateModel", "DescribeModel"), ("CreateEndpointConfig", "DescribeEndpointConfig")])
def test_what_another_run_of_the_same_content_has_just_made_is_taken_for_written(server: Server, made: str, read: str) -> None:
    server.deploy("A")
    lag(server, after=made, operation=read, calls=1 if made == "CreateModel" else 2)
    server.put("B", run=1)
    assert server.deploy("B", run=2).config_name == server.config("B")


def test_a_race_that_is_lost_time_and_again_is_told_in_sagemakers_words(server: Server) -> None:
    server.deploy("A")
    said = f'Cannot update in-progress endpoint "{server.name}".'
    rule: dict[str, Any] = {"kind": "error", "status": 400, "code": "ValidationException", "message": said, "times": None}
    server.control("POST", "faults", {"operation": "UpdateEndpoint", **rule})
    with pytest.raises(ActionError, match="in-progress") as error:
        server.deploy("B")
    assert refused(error) == ["ACES-E005"]
    current = read_endpoint(server.client, server.name)
    assert current and current.config_name == server.config("A")


def lag(server: Server, **rule: Any) -> None:
    requests.post(f"{server.sandbox.aws_url}/_sandbox/lags", json=rule, timeout=10).raise_for_status()
