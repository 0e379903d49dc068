"""Every status of an endpoint as the starting point of every command: what comes of it, cell by cell.

The server has served A, then B; a deployment brings C. The table of docs/sagemaker.md is this one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aces_action.problems import ActionError
from aces_action.resources import endpoint
from aces_action.resources.endpoint.lifecycle.restore import restore
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback, rollback
from aces_action.resources.endpoint.lifecycle.start_stop import plan_start, plan_stop, stop
from aces_action.resources.endpoint.status import read_status
from tests.commands.conftest import LATELY, LONG_AGO, Server

# What serves in the end, or the code of the error; 'nothing': there is no endpoint. '=': nothing was changed
TABLE = {
    # status                 deploy  rollback  stop         start  status
    "not there": ("C", "E007 nothing", "nothing =", "B", "not there"),
    "InService": ("C", "A", "nothing", "B =", "InService"),
    "Creating": ("C", "A", "nothing", "B =", "Creating"),
    "Updating": ("C", "A", "nothing", "B =", "Updating"),
    "SystemUpdating": ("C", "A", "nothing", "B =", "SystemUpdating"),
    "RollingBack": ("C", "A", "nothing", "B =", "RollingBack"),
    "Failed": ("C", "A", "nothing", "B", "Failed"),
    "Deleting": ("C", "E007 nothing", "nothing", "B", "Deleting"),
    "OutOfService": ("C", "A", "nothing", "B", "OutOfService"),
    "UpdateRollbackFailed": ("C", "B", "nothing", "B", "UpdateRollbackFailed"),
}


def deploy(server: Server) -> bool:
    server.deploy("C", run=9)
    return True


def rolling_back(server: Server) -> bool:
    planned = plan_rollback(server.context())
    restore(server.context(), planned)
    return any(change.is_change for change in planned.changes)


def stopping(server: Server) -> bool:
    planned = plan_stop(server.context())
    stop(server.context(), planned)
    return any(change.is_change for change in planned.changes)


def start(server: Server) -> bool:
    planned = plan_start(server.context())
    restore(server.context(), planned)
    return any(change.is_change for change in planned.changes)


COMMANDS: dict[str, Callable[[Server], bool]] = {"deploy": deploy, "rollback": rolling_back, "stop": stopping, "start": start}


@pytest.fixture
def standing_server(server: Server) -> Server:
    server.stand(A=LONG_AGO, B=LATELY)
    return server


def bring_into(server: Server, status: str) -> None:
    if status == "not there":
        server.client.delete_endpoint(EndpointName=server.name)
        while server.serves():
            pass
    elif status == "Deleting":
        server.next_rollout(outcome="success", deleting_seconds=0.5)
        server.client.delete_endpoint(EndpointName=server.name)
    elif status != "InService":
        lasts = status in {"Failed", "OutOfService", "UpdateRollbackFailed"}
        server.hold(status, None if lasts else 0)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("status", TABLE)
def test_each_command_from_each_status(standing_server: Server, status: str, command: str) -> None:
    server = standing_server
    expected = TABLE[status][list(COMMANDS).index(command)]
    bring_into(server, status)
    try:
        changed = COMMANDS[command](server)
    except ActionError as error:
        outcome = f"{error.problems[0].code.removeprefix('ACES-')} {server.serves() or 'nothing'}"
    else:
        outcome = f"{server.serves() or 'nothing'}{'' if changed else ' ='}"
    assert outcome == expected, server.lines
    assert not server.reporter.is_at_work
    if outcome in {"A", "B", "C"}:  # what serves is noted, and the endpoint's tags name it
        served = server.generations()[outcome]
        assert served.was_good
        assert served.content_hash == server.tags()["aces:content-hash"]
        assert served.served == max(each.served for each in server.generations().values() if each.served)


@pytest.mark.parametrize("status", TABLE)
def test_status_shows_each_status_and_changes_nothing(standing_server: Server, status: str) -> None:
    server = standing_server
    bring_into(server, status)
    standing = read_status(server.client, server.owner, [server.name], is_async=False, at=datetime.now(UTC))
    assert (standing.endpoints[0].status or "not there") == TABLE[status][-1]
    assert standing.stopped == (status == "not there")
    assert {server.version_of(each.name) for each in standing.generations} == {"A", "B"}


def test_a_rollback_from_an_update_that_is_under_way_gives_that_up(standing_server: Server) -> None:
    server = standing_server
    begin_update(server, "C")
    rollback(server.context())
    assert server.serves() == "B"
    assert not server.generations()["C"].was_good
    assert server.generations()["B"].was_good


def test_a_rollback_that_sagemaker_does_itself_meanwhile_is_not_done_twice(standing_server: Server) -> None:
    server = standing_server
    server.next_rollout(outcome="rollback")
    begin_update(server, "C")
    assert not any(change.is_change for change in plan_rollback(server.context()).changes)
    assert server.serves() == "B"


def test_scaling_that_sagemaker_takes_back_is_no_rollback_of_the_version_that_serves(standing_server: Server) -> None:
    server = standing_server
    server.next_rollout(outcome="scaling-rollback")
    wish = {"VariantName": "AllTraffic", "DesiredInstanceCount": 3}
    server.client.update_endpoint_weights_and_capacities(EndpointName=server.name, DesiredWeightsAndCapacities=[wish])
    assert [server.serves(), server.serves()] == ["B Updating", "B RollingBack"]
    rollback(server.context(may_wait=False))  # AWS's own doing is nobody's deployment
    assert server.serves() == "A"
    assert not server.generations()["B"].was_good


def test_where_something_else_serves_after_the_wait_a_rollback_leaves_it(standing_server: Server) -> None:
    server = standing_server
    server.next_rollout(updating_seconds=600)
    begin_update(server, "C")
    another = server.put("D", run=4).config_name

    def meanwhile(_: float) -> None:
        if server.serves() == "B Updating":
            server.hold("InService", None)  # the update is over, and right after it so is the other one
            server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=another)
            server.hold("InService", None)

    context = replace(server.context(), wait_policy=endpoint.WaitPolicy(limit=60, sleep=meanwhile))
    with pytest.raises(ActionError, match=r"ACES-E040.*nothing was changed"):
        plan_rollback(context)
    assert server.serves() == "D"


def test_a_rollback_that_was_cut_off_is_joined_by_the_next(standing_server: Server) -> None:
    server = standing_server
    planned = plan_rollback(server.context())
    server.next_rollout(outcome="success", updating_seconds=600)
    with pytest.raises(ActionError, match="ACES-E003"):
        restore(server.context(limit=0), planned)
    server.control("DELETE", "endpoints")
    assert server.serves() == "B Updating"
    again = plan_rollback(server.context())
    assert [change.verb for change in again.changes if change.resource == "endpoint"] == ["attach"]


def begin_update(server: Server, version: str) -> None:
    """An update by another run that was cut off before its end."""
    content = server.put(version, run=3)
    server.client.update_endpoint(EndpointName=server.name, EndpointConfigName=content.config_name)
