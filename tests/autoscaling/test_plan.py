"""What is wanted of Application Auto Scaling, and what is planned from each state of it. By value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aces_action.aws.tags import Owner
from aces_action.project.model import Autoscaling, EndpointSettings, InferenceMode
from aces_action.resources.autoscaling.plan import alarm_actions, compare, foreign
from aces_action.resources.autoscaling.spec import TRACKING, WAKING, DesiredScaling, desired
from aces_action.resources.autoscaling.state import CurrentScaling, ScalableTarget, ScalingAlarm, ScalingPolicy

OWNER = Owner(project="plates", env="dev", server="server")
OURS = OWNER.tags("")
ARN = "arn:aws:autoscaling:ap-northeast-1:123456789012:scalingPolicy:1:resource/sagemaker/x:policyName/"
TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:on-call"


def wanted(least: int = 1, most: int = 4, mode: InferenceMode = "realtime", value: float = 70.0) -> DesiredScaling:
    scaling = Autoscaling(min_capacity=least, max_capacity=most, target_value=value, scale_in_cooldown=300, scale_out_cooldown=60)
    settings = EndpointSettings(instance_type="ml.m5.large", mode=mode, autoscaling=scaling)
    found = desired(settings, endpoint_name="server")
    assert found
    return found


SLEEPING = wanted(0, 2, "async", 5.0)
NOTHING = CurrentScaling(endpoint_name="server", target=None, policies=(), scheduled=(), alarms=())


def brought_about(scaling: DesiredScaling) -> CurrentScaling:
    """As AWS tells of it afterwards, with what AWS fills in."""
    policies = tuple(
        ScalingPolicy(name=each.name, arn=ARN + each.name, kind=each.kind, settings={**each.settings, "New": 1}, alarms=())
        for each in scaling.policies
    )
    description = {**(scaling.alarm.settings if scaling.alarm else {}), "AlarmActions": [ARN + WAKING], "StateValue": "OK"}
    alarms = (
        (ScalingAlarm(name=scaling.alarm.name, arn="arn:alarm", description=description, tags=OURS),) if scaling.alarm else ()
    )
    target = ScalableTarget(
        arn="arn:target",
        min_capacity=scaling.min_capacity,
        max_capacity=scaling.max_capacity,
        suspended_state={},
        tags=OURS,
    )
    return CurrentScaling(endpoint_name="server", target=target, policies=policies, scheduled=(), alarms=alarms)


def planned(scaling: DesiredScaling | None, current: CurrentScaling) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.verb, each.name, tuple(one.en for one in each.reasons)) for each in compare(scaling, current, OWNER)]


def tagged(current: CurrentScaling, tags: dict[str, str]) -> CurrentScaling:
    assert current.target
    return replace(
        current, target=replace(current.target, tags=tags), alarms=tuple(replace(each, tags=tags) for each in current.alarms)
    )


VARIANT = "endpoint/server/variant/AllTraffic"
ALARM = "server-scale-from-zero"
GONE = ("the infra file no longer asks for it",)


def test_no_section_wants_nothing() -> None:
    assert desired(EndpointSettings(instance_type="ml.m5.large", mode="realtime"), endpoint_name="server") is None


@pytest.mark.parametrize("scaling", [wanted(), SLEEPING, wanted(1, 2, "async")], ids=["realtime", "sleeping", "awake"])
def test_what_is_as_it_should_be_stays(scaling: DesiredScaling) -> None:
    assert {verb for verb, _, _ in planned(scaling, brought_about(scaling))} == {"nothing"}


def test_only_what_sleeps_has_what_wakes_it() -> None:
    assert [each.name for each in SLEEPING.policies] == [TRACKING, WAKING]
    assert (wanted(1, 2, "async").alarm, [each.name for each in wanted(1, 2, "async").policies]) == (None, [TRACKING])


def test_from_nothing_all_is_made_in_order() -> None:
    assert [each[:2] for each in planned(SLEEPING, NOTHING)] == [
        ("create", VARIANT),
        ("create", TRACKING),
        ("create", WAKING),
        ("create", ALARM),
    ]


def test_each_field_that_differs_is_a_reason() -> None:
    found = planned(wanted(2, 4, value=50.0), brought_about(wanted()))
    assert found == [
        ("update", VARIANT, ("MinCapacity: 1 -> 2",)),
        ("update", TRACKING, ("TargetValue: 70.0 -> 50.0",)),
    ]


def test_what_is_awake_needs_no_waking() -> None:
    assert planned(wanted(1, 2, "async", 5.0), brought_about(SLEEPING)) == [
        ("update", VARIANT, ("MinCapacity: 0 -> 1",)),
        ("nothing", TRACKING, ()),
        ("delete", WAKING, GONE),
        ("delete", ALARM, GONE),
    ]


def test_an_alarm_that_no_longer_sets_off_the_policy_is_mended_and_keeps_what_people_added() -> None:
    current = brought_about(SLEEPING)
    (alarm,) = current.alarms
    current = replace(current, alarms=(replace(alarm, description={**alarm.description, "AlarmActions": [ARN + "old", TOPIC]}),))
    assert planned(SLEEPING, current)[-1][0] == "update"
    assert alarm_actions(current, ARN + WAKING) == [ARN + WAKING, TOPIC]


def test_without_the_section_all_that_is_ours_goes() -> None:
    assert planned(None, brought_about(SLEEPING)) == [
        ("delete", ALARM, GONE),
        ("delete", TRACKING, GONE),
        ("delete", WAKING, GONE),
        ("delete", VARIANT, GONE),
    ]


def test_an_alarm_whose_endpoint_is_gone_goes_too() -> None:
    assert planned(None, replace(NOTHING, alarms=brought_about(SLEEPING).alarms)) == [("delete", ALARM, GONE)]


@pytest.mark.parametrize("hung_on", ["policy", "schedule"])
def test_a_target_that_others_hang_on_stays_with_what_is_theirs(hung_on: str) -> None:
    current = brought_about(wanted())
    theirs = ScalingPolicy(name="by-cpu", arn=ARN + "by-cpu", kind="TargetTrackingScaling", settings={}, alarms=())
    more: Any = {"policies": (*current.policies, theirs)} if hung_on == "policy" else {}
    more = more or {"scheduled": ({"ScheduledActionName": "by-cpu"},)}
    assert planned(None, replace(current, **more)) == [
        ("delete", TRACKING, GONE),
        ("nothing", VARIANT, ("stays: others' scaling is on it (by-cpu)",)),
    ]


@pytest.mark.parametrize("tags", [{}, OURS | {"aces:project": "faces"}, OURS | {"aces:server": "other"}])
def test_what_is_not_ours_is_left_alone_and_refused_where_it_is_in_the_way(tags: dict[str, str]) -> None:
    current = tagged(brought_about(SLEEPING), tags)
    assert planned(None, current) == []
    assert foreign(None, current, OWNER) == []
    target, alarm = foreign(SLEEPING, current, OWNER)
    assert (target.code, alarm.code) == ("ACES-E035", "ACES-E035")
    assert "tag-resource --resource-arn arn:target --tags aces:managed-by=aces-action,aces:project=plates,aces:env=dev" in (
        target.hint.en
    )
    assert "cloudwatch tag-resource --resource-arn arn:alarm --tags Key=aces:managed-by,Value=aces-action" in alarm.hint.ja
    assert foreign(wanted(), brought_about(wanted()), OWNER) == []
