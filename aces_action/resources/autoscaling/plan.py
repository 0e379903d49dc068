"""What has to happen so that the endpoint is scaled as the infra file says, and why. Deciding only: values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aces_action.aws.differences import difference
from aces_action.aws.tags import Owner, adoption_tags
from aces_action.deployment.changes import Change, Verb, noun
from aces_action.language import Text
from aces_action.problems import CATALOGUE, Problem
from aces_action.resources.autoscaling.spec import OUR_POLICIES, WAKING, DesiredAlarm, DesiredPolicy, DesiredScaling, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling
from aces_action.resources.endpoint.plan import differing

_UNWANTED = Text("the infra file no longer asks for it", "infraファイルの設定から外れています")


def plan(desired: DesiredScaling | None, current: CurrentScaling, owner: Owner) -> list[Change]:
    """The changes to scalable target, scaling policies and alarm, in the order in which they are to be made.

    `desired` None: nothing is wanted, and what is ours goes. What others have made stays in any case; where it stands in the way
    of what is wanted, `foreign` says so.
    """
    return _removal(current, owner) if desired is None else _bringing_about(desired, current, owner)


def foreign(desired: DesiredScaling | None, current: CurrentScaling, owner: Owner) -> list[Problem]:
    """What stands in the way and is not ours to change (E035), each with the command that hands it over."""
    if desired is None:
        return []
    tags = adoption_tags(project=owner.project, env=owner.env)
    found: list[Problem] = []
    if current.target and not owner.owns(current.target.tags):
        pairs = tags.replace("Key=", "").replace(",Value=", "=").replace(" ", ",")
        command = f"aws application-autoscaling tag-resource --resource-arn {current.target.arn} --tags {pairs}"
        found.append(_not_ours("scalable target", resource_id(current.endpoint_name), command, owner))
    alarm = current.waking_alarm
    if desired.alarm and alarm and not owner.owns(alarm.tags):
        command = f"aws cloudwatch tag-resource --resource-arn {alarm.arn} --tags {tags}"
        found.append(_not_ours("alarm", alarm.name, command, owner))
    return found


def of_others(current: CurrentScaling) -> tuple[str, ...]:
    """Names of the policies and scheduled actions on the target that are not ours."""
    policies = (each.name for each in current.policies if each.name not in OUR_POLICIES)
    return (*policies, *(each["ScheduledActionName"] for each in current.scheduled))


def wanted_actions(current: CurrentScaling, policy_arn: str) -> list[str]:
    """The actions of the alarm: the policy, and what people have added, such as a topic. A policy made anew has another ARN."""
    alarm = current.waking_alarm
    return [policy_arn, *(each for each in (alarm.actions if alarm else ()) if ":scalingPolicy:" not in each)]


def _bringing_about(desired: DesiredScaling, current: CurrentScaling, owner: Owner) -> list[Change]:
    changes = [_target(desired, current), *(_policy(each, current) for each in desired.policies)]
    names = {each.name for each in desired.policies}
    changes += [
        _change("delete", "scaling policy", each.name, _UNWANTED)
        for each in current.policies
        if each.name in OUR_POLICIES - names
    ]
    return [*changes, *(_alarm(desired.alarm, current) if desired.alarm else _unwanted_alarm(current, owner))]


def _removal(current: CurrentScaling, owner: Owner) -> list[Change]:
    alarm = [*_unwanted_alarm(current, owner)]
    if current.target is None or not owner.owns(current.target.tags):
        return alarm
    ours = [each.name for each in current.policies if each.name in OUR_POLICIES]
    policies = [_change("delete", "scaling policy", each, _UNWANTED) for each in ours]
    named = ", ".join(of_others(current))
    stays = Text(f"stays: others' scaling is on it ({named})", f"他で設定されたスケーリング（{named}）があるため残します")
    name = resource_id(current.endpoint_name)
    target = (
        _change("nothing", "scalable target", name, stays) if named else _change("delete", "scalable target", name, _UNWANTED)
    )
    return [*alarm, *policies, target]


def _target(desired: DesiredScaling, current: CurrentScaling) -> Change:
    name, target = resource_id(desired.endpoint_name), current.target
    if target is None:
        return _change("create", "scalable target", name)
    found = {"MinCapacity": target.min_capacity, "MaxCapacity": target.max_capacity}
    return _compared("scalable target", name, found, {"MinCapacity": desired.min_capacity, "MaxCapacity": desired.max_capacity})


def _policy(wanted: DesiredPolicy, current: CurrentScaling) -> Change:
    found = current.policy(wanted.name)
    if found is None:
        return _change("create", "scaling policy", wanted.name)
    return _compared("scaling policy", wanted.name, found.settings, wanted.settings)


def _alarm(wanted: DesiredAlarm, current: CurrentScaling) -> Iterator[Change]:
    alarm, policy = current.waking_alarm, current.policy(WAKING)
    if alarm is None:
        yield _change("create", "alarm", wanted.name)
        return
    reasons = _differences(alarm.description, wanted.settings)
    if policy is None or policy.arn not in alarm.actions:
        reasons += [difference("AlarmActions", ", ".join(alarm.actions), WAKING)]
    yield _change("update" if reasons else "nothing", "alarm", wanted.name, *reasons)


def _unwanted_alarm(current: CurrentScaling, owner: Owner) -> Iterator[Change]:
    alarm = current.waking_alarm
    if alarm and owner.owns(alarm.tags):
        yield _change("delete", "alarm", alarm.name, _UNWANTED)


def _compared(resource: str, name: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Change:
    reasons = _differences(found, wanted)
    return _change("update" if reasons else "nothing", resource, name, *reasons)


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Text]:
    """Field by field. Of what AWS has only the fields that are wanted: it fills in more, and will come to have others."""
    return [*differing("", _seen(found, wanted), wanted)]


def _seen(found: Any, wanted: Any) -> Any:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return {name: _seen(found[name], wanted[name]) for name in wanted if name in found}
    if isinstance(wanted, Sequence) and isinstance(found, Sequence) and not isinstance(wanted, str) and len(found) == len(wanted):
        return [_seen(one, other) for one, other in zip(found, wanted, strict=True)]
    return found


def _change(verb: Verb, resource: str, name: str, *reasons: Text) -> Change:
    return Change(verb=verb, resource=resource, name=name, reasons=reasons)


def _not_ours(what: str, name: str, command: str, owner: Owner) -> Problem:
    kind = noun(what)
    return Problem(
        kind=CATALOGUE["E035"],
        message=Text(
            f"The {kind.en} {name} exists but was not made by this action for {owner.project} {owner.env}: it is left alone.",
            f"{kind.ja}{name}は存在しますが、このアクションが{owner.project}の{owner.env}のために作ったものではないため、"
            "変更しません。",
        ),
        hint=Text(
            "Take sagemaker.autoscaling out of the infra file, or, if it may be taken over, hand it to the action by its tags "
            "and "
            f"run the job again:\n{command}",
            "infraファイルからsagemaker.autoscalingを外すか、このアクションの管理下に置いてよい場合は、"
            f"次のタグを付けてからジョブを再実行してください:\n{command}",
        ),
    )
