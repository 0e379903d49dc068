"""What others have set of the scaling, noted in the endpoint's tags while it is detached. By value."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.resources.autoscaling.note import changes_of_note, emptied, lost, note_of, noted_in, together
from aces_action.resources.autoscaling.spec import TRACKING
from aces_action.resources.autoscaling.state import CurrentScaling, ScalableTarget, ScalingAlarm, ScalingPolicy

ARN = "arn:aws:autoscaling:ap-northeast-1:123456789012:scalingPolicy:1:resource/sagemaker/x:policyName/"
# botocore's model of SageMaker: TagKey and TagValue; TagList has at most 50
TAG_KEY = re.compile(r"(?!aws:)[\w\s.:/=+\-@]{1,128}", re.ASCII)
TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]{0,256}")


def policy(name: str, **settings: Any) -> ScalingPolicy:
    return ScalingPolicy(name=name, arn=ARN + name, kind="StepScaling", settings={"Cooldown": 60, **settings}, alarms=("load",))


def alarm(name: str, *policies: str) -> ScalingAlarm:
    description = {"AlarmName": name, "AlarmActions": [ARN + each for each in policies], "Threshold": 1.5}
    return ScalingAlarm(name=name, arn=f"arn:{name}", description=description, tags={"aces:project": "plates"})


def schedule(name: str, **more: Any) -> dict[str, Any]:
    return {"ScheduledActionName": name, "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 1}, **more}


TARGET = ScalableTarget(arn="arn:target", min_capacity=1, max_capacity=4, suspended_state={}, tags={"aces:project": "plates"})
NOTHING = CurrentScaling(endpoint_name="server", target=None, policies=(), scheduled=(), alarms=())
OURS = replace(NOTHING, target=TARGET, policies=(policy(TRACKING),))
BUSY = replace(
    OURS,
    policies=(policy(TRACKING), policy("by-load")),
    scheduled=(schedule("mornings", StartTime=datetime(2026, 4, 1, 8, tzinfo=UTC)),),
    alarms=(alarm("load", "by-load"), alarm("server-scale-from-zero", TRACKING)),
)


def test_what_is_only_ours_is_not_noted() -> None:
    assert note_of(OURS) == {}
    assert note_of(NOTHING) == {}


def test_a_note_has_all_that_is_others_and_nothing_of_ours() -> None:
    noted = noted_in({**note_of(BUSY), "aces:project": "plates"}, "server")
    assert noted == replace(BUSY, policies=(policy("by-load"),), alarms=(alarm("load", "by-load"),))


@given(st.lists(st.text(max_size=300), max_size=40))
def test_sagemaker_takes_every_tag_of_a_note(words: list[str]) -> None:
    scaling = replace(BUSY, scheduled=tuple(schedule(f"{number}", Timezone=word) for number, word in enumerate(words)))
    note = note_of(scaling)
    assert all(TAG_KEY.fullmatch(key) and TAG_VALUE.fullmatch(value) for key, value in note.items())
    assert len(note) <= 30
    if note:
        noted = noted_in(note, "server")
        assert noted
        assert noted.scheduled == scaling.scheduled


def test_what_is_too_much_for_tags_is_not_noted_in_part() -> None:
    words = [hashlib.sha512(bytes([number])).hexdigest() for number in range(100)]
    scaling = replace(BUSY, scheduled=tuple(schedule(word) for word in words))
    assert note_of(scaling) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda note: {name: value[:-40] for name, value in note.items()},
        lambda note: dict.fromkeys(note, "not base64 at all"),
        lambda note: dict.fromkeys(note, "bm8gemxpYg=="),
        lambda note: dict.fromkeys(list(note)[:1], "eJyrrgUAAXUA+Q=="),  # {}
        lambda note: {name: value for name, value in note.items() if not name.endswith("-1")},
        emptied,
    ],
    ids=["cut", "other letters", "not compressed", "nothing in it", "a part is missing", "emptied"],
)
def test_a_note_that_somebody_has_changed_is_none(change: Any) -> None:
    assert noted_in(change(note_of(BUSY)), "server") is None


def test_what_is_lost_is_what_is_not_there_whoever_has_set_it_again() -> None:
    noted = noted_in(note_of(BUSY), "server")
    assert noted
    assert lost(noted, BUSY) is None
    again = replace(OURS, policies=(policy("by-load", Cooldown=30),))
    assert lost(noted, again) == replace(noted, target=None, policies=(), alarms=())
    assert lost(noted, NOTHING) == noted
    assert [(each.verb, each.resource, each.name) for each in changes_of_note(noted, NOTHING)] == [
        ("create", "scalable target", "endpoint/server/variant/AllTraffic"),
        ("create", "scaling policy", "by-load"),
        ("create", "alarm", "load"),
        ("create", "scheduled action", "mornings"),
        ("update", "endpoint tags", "server"),
    ]
    assert [each.resource for each in changes_of_note(noted, BUSY)] == ["endpoint tags"]


def test_a_run_that_detaches_again_notes_what_the_one_before_has_lost_too() -> None:
    noted = noted_in(note_of(BUSY), "server")
    others = replace(OURS, scheduled=(schedule("nights"),))
    both = together(others, noted)
    assert {each.name for each in both.policies} == {TRACKING, "by-load"}
    assert {each["ScheduledActionName"] for each in both.scheduled} == {"nights", "mornings"}
    assert both.target == TARGET
    assert together(others, None) == others
