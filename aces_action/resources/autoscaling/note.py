"""A note, in the tags of the endpoint, of the scaling of others that is detached from it: a run that is killed, or loses the
network, cannot restore it, and the next one does. Pure.

A tag takes 256 characters, among them all of base64's, and may be empty (botocore: sagemaker, TagValue), so the note has parts.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from aces_action.changes import Change
from aces_action.language import Text
from aces_action.resources.autoscaling.spec import OUR_POLICIES, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling, ScalableTarget, ScalingAlarm, ScalingPolicy

_TAG = "aces:detached-scaling-"  # with the number of the part, from 1
_LENGTH = 256
_MOST = 30  # of the 50 tags that a resource may have (botocore: sagemaker, TagList)
_LARGEST = 1 << 18  # bytes of JSON: many times what so many tags hold
_TIMES = ("StartTime", "EndTime")
_CUT_OFF = Text("a run that was cut off had detached it", "途中で終わった実行が解除したままです")
_EMPTIED = Text("the note of what was detached is emptied", "解除したものの記録を空にします")


def note_of(scaling: CurrentScaling) -> dict[str, str]:
    """The tags of a note; none where nothing is others', or where it is too much for tags."""
    others = _of_others(scaling)
    if others is None:
        return {}
    written = json.dumps(asdict(others), default=lambda value: value.isoformat(), separators=(",", ":"))
    text = base64.b64encode(zlib.compress(written.encode(), 9)).decode()
    parts = [text[start : start + _LENGTH] for start in range(0, len(text), _LENGTH)]
    return {f"{_TAG}{number}": part for number, part in enumerate(parts, 1)} if len(parts) <= _MOST else {}


def noted_in(tags: Mapping[str, str], endpoint_name: str) -> CurrentScaling | None:
    """What a note in the tags of the endpoint tells; None without one, or where somebody has changed it."""
    text = "".join(tags.get(f"{_TAG}{number}", "") for number in range(1, _MOST + 1))
    if not text:
        return None
    try:
        inflated = zlib.decompressobj().decompress(base64.b64decode(text, validate=True), _LARGEST)
        found = json.loads(inflated)
        return replace(_read(found), endpoint_name=endpoint_name)
    except (ValueError, zlib.error, TypeError, KeyError, AttributeError):
        return None


def emptied(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of a note, empty: a role may write tags of the endpoint, and delete none."""
    return {name: "" for name, value in tags.items() if name.startswith(_TAG) and value}


def lost(noted: CurrentScaling, current: CurrentScaling) -> CurrentScaling | None:
    """What is noted and no longer there; None: nothing. Its target is None where there is one."""
    there = {policy.name for policy in current.policies}
    planned = {action["ScheduledActionName"] for action in current.scheduled}
    policies = tuple(policy for policy in noted.policies if policy.name not in there)
    scheduled = tuple(action for action in noted.scheduled if action["ScheduledActionName"] not in planned)
    if not policies and not scheduled:
        return None
    return replace(
        noted,
        target=None if current.target else noted.target,
        policies=policies,
        scheduled=scheduled,
        alarms=_alarms_of(noted, policies),
    )


def changes_of_note(noted: CurrentScaling, current: CurrentScaling) -> Iterator[Change]:
    """What restoring what is noted changes: what is lost, and the note itself."""
    missing = lost(noted, current)
    if missing:
        if missing.target:
            yield _created("scalable target", resource_id(noted.endpoint_name))
        yield from (_created("scaling policy", policy.name) for policy in missing.policies)
        yield from (_created("alarm", alarm.name) for alarm in missing.alarms)
        yield from (_created("scheduled action", action["ScheduledActionName"]) for action in missing.scheduled)
    yield Change(verb="update", resource="endpoint tags", name=noted.endpoint_name, reasons=(_EMPTIED,))


def _created(resource: str, name: str) -> Change:
    return Change(verb="create", resource=resource, name=name, reasons=(_CUT_OFF,))


def together(current: CurrentScaling, noted: CurrentScaling | None) -> CurrentScaling:
    """What there would be had nothing been lost."""
    missing = lost(noted, current) if noted else None
    if missing is None:
        return current
    there = {alarm.name for alarm in current.alarms}
    return replace(
        current,
        target=current.target or missing.target,
        policies=(*current.policies, *missing.policies),
        scheduled=(*current.scheduled, *missing.scheduled),
        alarms=(*current.alarms, *(alarm for alarm in missing.alarms if alarm.name not in there)),
    )


def _of_others(scaling: CurrentScaling) -> CurrentScaling | None:
    policies = tuple(policy for policy in scaling.policies if policy.name not in OUR_POLICIES)
    if scaling.target is None or not (policies or scaling.scheduled):
        return None
    return replace(scaling, policies=policies, alarms=_alarms_of(scaling, policies))


def _alarms_of(scaling: CurrentScaling, policies: tuple[ScalingPolicy, ...]) -> tuple[ScalingAlarm, ...]:
    arns = {policy.arn for policy in policies}
    return tuple(alarm for alarm in scaling.alarms if not arns.isdisjoint(alarm.actions))


def _read(found: dict[str, Any]) -> CurrentScaling:
    return CurrentScaling(
        endpoint_name=found["endpoint_name"],
        target=ScalableTarget(**found["target"]),
        policies=tuple(ScalingPolicy(**{**each, "alarms": tuple(each["alarms"])}) for each in found["policies"]),
        scheduled=tuple(
            {name: datetime.fromisoformat(value) if name in _TIMES else value for name, value in each.items()}
            for each in found["scheduled"]
        ),
        alarms=tuple(ScalingAlarm(**each) for each in found["alarms"]),
    )
