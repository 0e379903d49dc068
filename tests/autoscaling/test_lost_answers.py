"""Writes whose answer gets lost on the way: botocore sends them again, and AWS refuses what is done already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from botocore.exceptions import ConnectionClosedError

from aces_action.cancellation import Cancelled
from aces_action.problems import ActionError
from aces_action.resources.autoscaling import detached_for_delete, detached_for_update
from aces_action.resources.autoscaling.spec import key
from aces_action.resources.endpoint.state import read_endpoint
from sandbox.server import Sandbox
from tests.autoscaling.conftest import Scaled
from tests.autoscaling.test_end_to_end import changes, everything, hang_on, sleeping
from tests.conftest import Caller

Make = Callable[..., Scaled]
WRITES = (
    "RegisterScalableTarget",
    "PutScalingPolicy",
    "PutScheduledAction",
    "PutMetricAlarm",
    "DeregisterScalableTarget",
    "DeleteScalingPolicy",
    "DeleteAlarms",
    "CreateModel",
    "CreateEndpointConfig",
    "CreateEndpoint",
    "UpdateEndpoint",
    "AddTags",
    "DeleteEndpoint",
    "DeleteEndpointConfig",
    "DeleteModel",
    "RegisterJobDefinition",
    "CopyObject",
    "PutObject",
)


def lose(sandbox: Sandbox, *operations: str, times: int | None = 1, **rule: Any) -> None:
    for operation in operations:
        wish = {"kind": "lost", "operation": operation, "times": times, **rule}
        requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=wish, timeout=10).raise_for_status()


def hung(scaled: Scaled) -> tuple[Any, ...]:
    """What is on the target, by name, but for what AWS numbers anew."""
    found = scaled.read()
    assert found.target
    names = [action["ScheduledActionName"] for action in found.scheduled]
    return found.target.tags, {each.name: each.settings for each in found.policies}, names


def busy(scaled: Scaled) -> tuple[Any, ...]:
    """Scaled as the infra file says, and with what others hang on it."""
    scaled.apply(scaled.wanted())
    scaled.add_policy("by-cpu")
    scaled.clients.application_autoscaling.put_scheduled_action(
        **key(scaled.name), ScheduledActionName="mornings", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 1}
    )
    return hung(scaled)


def test_what_went_through_is_no_failure(endpoint: Make, sandbox: Sandbox) -> None:
    scaled = endpoint(sleeps=True)
    lose(sandbox, *WRITES[:7])
    scaled.apply(scaled.wanted(0, 2, sleeps=True))
    assert len(hung(scaled)[1]) == 2
    assert not any(change.is_change for change in scaled.apply(scaled.wanted(0, 2, sleeps=True)))
    scaled.apply(None)
    assert (scaled.read().target, scaled.read().alarms) == (None, ())


def test_a_target_that_another_run_has_just_made_is_taken(endpoint: Make) -> None:
    scaled = endpoint()
    client, calls = scaled.clients.application_autoscaling, iter([scaled.owner.tags("")])

    def meanwhile(**_: Any) -> None:
        for tags in calls:
            client.register_scalable_target(**key(scaled.name), MinCapacity=2, MaxCapacity=2, Tags=tags)

    client.meta.events.register("before-call.application-autoscaling.RegisterScalableTarget", meanwhile)
    scaled.apply(scaled.wanted(1, 4))
    target = scaled.read().target
    assert target
    assert (target.min_capacity, target.max_capacity) == (1, 4)


def test_one_that_somebody_else_has_just_made_is_not(endpoint: Make) -> None:
    scaled = endpoint()
    client, calls = scaled.clients.application_autoscaling, iter([1])

    def meanwhile(**_: Any) -> None:
        for _call in calls:
            client.register_scalable_target(**key(scaled.name), MinCapacity=2, MaxCapacity=2)

    client.meta.events.register("before-call.application-autoscaling.RegisterScalableTarget", meanwhile)
    with pytest.raises(ActionError, match="already exists"):
        scaled.apply(scaled.wanted(1, 4))
    target = scaled.read().target
    assert target
    assert (target.min_capacity, target.tags) == (2, {})


def test_others_scaling_comes_back_where_nobody_hears_that_it_was_taken_off(endpoint: Make, sandbox: Sandbox) -> None:
    scaled = endpoint()
    before = busy(scaled)
    lose(sandbox, "DeregisterScalableTarget", times=None)
    with (
        pytest.raises(ConnectionClosedError),
        detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=True),
    ):
        pytest.fail("it was not taken off, as far as anybody knows")
    assert hung(scaled) == before


def test_what_aws_will_not_take_off_is_not_touched(endpoint: Make, sandbox: Sandbox) -> None:
    scaled = endpoint()
    before = busy(scaled)
    lose(sandbox, "DeregisterScalableTarget", kind="error", status=400, code="AccessDeniedException")
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).raise_for_status()
    with (
        pytest.raises(ActionError),
        detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=True),
    ):
        pytest.fail("it was not taken off")
    assert hung(scaled) == before
    seen = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).json()
    written = [each["operation"] for each in seen if each["operation"] in WRITES]
    assert written[-1] == "DeregisterScalableTarget"  # before it, what others have set was only written once more as it was
    assert written.count("DeregisterScalableTarget") == 1


def test_what_somebody_else_has_registered_meanwhile_is_not_changed_by_what_is_put_back(endpoint: Make) -> None:
    scaled = endpoint()
    busy(scaled)
    client = scaled.clients.application_autoscaling
    with (
        pytest.raises(ActionError, match="E037") as caught,
        detached_for_update(scaled.clients, scaled.name, scaled.owner, scaled.reporter, autoscaled=True),
    ):
        client.register_scalable_target(**key(scaled.name), MinCapacity=2, MaxCapacity=9, Tags={"Team": "another"})
    assert "already exists" in caught.value.problems[0].hint.en
    found = scaled.read()
    assert found.target
    assert (found.target.min_capacity, found.target.max_capacity, found.target.tags) == (2, 9, {"Team": "another"})
    assert (found.policies, found.scheduled) == ((), ())


@pytest.mark.parametrize(
    "ending", [Cancelled(2), ConnectionClosedError(endpoint_url="https://aws")], ids=["a signal", "a failure"]
)
@pytest.mark.parametrize("looks", [0, 5], ids=["Deleting", "gone"])
def test_nothing_is_put_back_on_an_endpoint_that_goes(endpoint: Make, ending: BaseException, looks: int) -> None:
    scaled = endpoint()
    busy(scaled)
    sagemaker = scaled.clients.sagemaker
    with pytest.raises(type(ending)), detached_for_delete(scaled.clients, scaled.name, scaled.owner, scaled.reporter):
        sagemaker.delete_endpoint(EndpointName=scaled.name)
        for _ in range(looks):
            read_endpoint(sagemaker, scaled.name)
        raise ending
    assert scaled.read().target is None
    assert not scaled.left


@pytest.mark.parametrize(
    "ending", [Cancelled(2), ConnectionClosedError(endpoint_url="https://aws")], ids=["a signal", "a failure"]
)
@pytest.mark.parametrize("blind", [False, True], ids=["seen", "unseen"])
def test_all_is_put_back_on_an_endpoint_that_was_to_go_and_stays(
    endpoint: Make, sandbox: Sandbox, ending: BaseException, blind: bool
) -> None:
    scaled = endpoint()
    before = busy(scaled)
    with pytest.raises(type(ending)), detached_for_delete(scaled.clients, scaled.name, scaled.owner, scaled.reporter):
        if blind:
            lose(sandbox, "DescribeEndpoint", kind="error", status=400, code="AccessDeniedException", times=None)
        raise ending
    assert hung(scaled) == before


@pytest.mark.long
@pytest.mark.parametrize("rule", [{"kind": "lost"}, {"kind": "html", "done": True}], ids=["lost", "a page"])
def test_a_run_goes_through_under_its_role_though_the_first_answer_to_every_write_is_lost(
    make_caller: Callable[..., Caller], sandbox: Sandbox, rule: dict[str, Any]
) -> None:
    caller = sleeping(make_caller)
    name = f"{caller.server}-async"
    lose(sandbox, *WRITES, **rule)
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert len(changes(ended)) == 4
    caller.control("DELETE", "faults")
    hang_on(caller, name)
    before = everything(caller, name)
    caller.edit(caller.infra_file, "ml.g4dn.xlarge", "ml.g4dn.2xlarge")
    lose(sandbox, *WRITES, **rule)
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert everything(caller, name) == before
    caller.control("DELETE", "faults")
    lose(sandbox, *WRITES, **rule)
    ended = caller.run(command="destroy", confirm="yes")
    assert (ended.status, ended.outputs["result"]) == (0, "destroyed"), ended.log
    client = caller.client("sagemaker")
    assert client.list_endpoint_configs(NameContains=caller.server)["EndpointConfigs"] == []
    assert client.list_models(NameContains=caller.server)["Models"] == []
