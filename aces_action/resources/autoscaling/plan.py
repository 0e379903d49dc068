"""What has to happen so that the endpoint is scaled as the infra file says, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.differences import difference
from aces_action.aws.errors import AWS_ERRORS, explain, is_denied
from aces_action.aws.tags import Owner, handover
from aces_action.changes import Change, Verb, noun
from aces_action.language import Text
from aces_action.problems import ActionError, Problem, ownership
from aces_action.problems import autoscaling as problems
from aces_action.resources.autoscaling.note import changes_of_note, noted_in, together
from aces_action.resources.autoscaling.spec import OUR_POLICIES, WAKING, DesiredAlarm, DesiredPolicy, DesiredScaling, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling, read, read_hung_on, read_target
from aces_action.resources.endpoint.plan import differing

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_UNWANTED = Text("the infra file no longer asks for it", "infraファイルの設定から外れています")
_GOES_WITH_IT = Text("goes with its endpoint", "エンドポイントとともに削除します")


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscalingPlan:
    """`spec` None: nothing is wanted, and all that is ours goes. `noted`: what a run before has detached of others' scaling and
    noted on the endpoint. `warnings`: E039 where nobody could see what there is; `denied`: for lack of a permission."""

    endpoint_name: str
    spec: DesiredScaling | None
    changes: tuple[Change, ...]
    noted: CurrentScaling | None = None
    warnings: tuple[Problem, ...] = ()
    denied: bool = False


def plan(
    clients: Clients, owner: Owner, endpoint_name: str, spec: DesiredScaling | None, tags: Mapping[str, str]
) -> AutoscalingPlan:
    """Reads what is there and compares. `tags`: of the endpoint, which may have a note.

    Raises ActionError: E035 when something in the way is not ours; where autoscaling is wanted, what keeps us from reading, too
    (A005, A006 …).
    """
    noted = noted_in(tags, endpoint_name)
    try:
        if spec is not None:
            current = read(clients, endpoint_name)
        else:  # a role or a network of before there was autoscaling is no reason not to deploy without it
            target = read_target(clients, endpoint_name)
            if not (target or noted) or (target and not owner.owns(target.tags)):
                return AutoscalingPlan(endpoint_name=endpoint_name, spec=None, changes=())
            current = read_hung_on(clients, endpoint_name, target)
    except AWS_ERRORS as error:
        why = explain(error, resource=resource_id(endpoint_name))
        if spec is not None:
            raise ActionError(why) from error
        return _not_checked(endpoint_name, why)
    restored = [*changes_of_note(noted, current)] if noted else []
    named = {(change.resource, change.name) for change in restored}
    changes = [each for each in compare_own(spec, together(current, noted), owner) if (each.resource, each.name) not in named]
    return AutoscalingPlan(endpoint_name=endpoint_name, spec=spec, changes=(*restored, *changes), noted=noted)


def plan_removal(clients: Clients, owner: Owner, endpoint_name: str) -> AutoscalingPlan:
    """All of ours that goes with the endpoint, or is left of one that is gone. Raises nothing."""
    try:
        current = read(clients, endpoint_name)
    except AWS_ERRORS as error:
        unseen = _not_checked(endpoint_name, explain(error, resource=resource_id(endpoint_name)))
        return replace(unseen, denied=isinstance(error, ClientError) and is_denied(error))
    changes = [replace(change, reasons=(_GOES_WITH_IT,)) for change in compare(None, current, owner) if change.is_change]
    return AutoscalingPlan(endpoint_name=endpoint_name, spec=None, changes=tuple(changes))


def compare_own(spec: DesiredScaling | None, current: CurrentScaling, owner: Owner) -> list[Change]:
    """As `compare`. Raises ActionError (E035) with what `foreign` finds."""
    if in_the_way := foreign(spec, current, owner):
        raise ActionError(in_the_way)
    return compare(spec, current, owner)


def compare(spec: DesiredScaling | None, current: CurrentScaling, owner: Owner) -> list[Change]:
    """The changes to scalable target, scaling policies and alarm, in the order in which they are to be made.

    `spec` None: nothing is wanted, and what is ours goes. What others have made stays in any case; where it stands in the way
    of what is wanted, `foreign` says so.
    """
    return _removal(current, owner) if spec is None else _bringing_about(spec, current, owner)


def foreign(spec: DesiredScaling | None, current: CurrentScaling, owner: Owner) -> list[Problem]:
    """What stands in the way and is not ours to change (E035), each with the command that hands it over."""
    if spec is None:
        return []
    found: list[Problem] = []
    if current.target and not owner.owns(current.target.tags):
        found.append(
            ownership.scaling_not_ours(
                noun("scalable target"),
                resource_id(current.endpoint_name),
                project=owner.project,
                env=owner.env,
                command=handover("application-autoscaling", current.target.arn, project=owner.project, env=owner.env),
            )
        )
    alarm = current.waking_alarm
    if spec.alarm and alarm and not owner.owns(alarm.tags):
        found.append(
            ownership.scaling_not_ours(
                noun("alarm"),
                alarm.name,
                project=owner.project,
                env=owner.env,
                command=handover("cloudwatch", alarm.arn, project=owner.project, env=owner.env),
            )
        )
    return found


def of_others(current: CurrentScaling) -> tuple[str, ...]:
    """Names of the policies and scheduled actions on the target that are not ours."""
    policies = (policy.name for policy in current.policies if policy.name not in OUR_POLICIES)
    return (*policies, *(action["ScheduledActionName"] for action in current.scheduled))


def alarm_actions(current: CurrentScaling, policy_arn: str) -> list[str]:
    """The actions of the alarm: the policy, and what people have added, such as a topic. A new policy has another ARN."""
    alarm = current.waking_alarm
    return [policy_arn, *(action for action in (alarm.actions if alarm else ()) if ":scalingPolicy:" not in action)]


def _not_checked(endpoint_name: str, why: Problem) -> AutoscalingPlan:
    warning = problems.not_checked(endpoint_name, why)
    return AutoscalingPlan(endpoint_name=endpoint_name, spec=None, changes=(), warnings=(warning,))


def _bringing_about(spec: DesiredScaling, current: CurrentScaling, owner: Owner) -> list[Change]:
    changes = [_target(spec, current), *(_policy(policy, current) for policy in spec.policies)]
    needless = OUR_POLICIES - {policy.name for policy in spec.policies}
    changes += [
        _change("delete", "scaling policy", policy.name, _UNWANTED) for policy in current.policies if policy.name in needless
    ]
    return [*changes, *(_alarm(spec.alarm, current) if spec.alarm else _alarm_to_delete(current, owner))]


def _removal(current: CurrentScaling, owner: Owner) -> list[Change]:
    alarm = [*_alarm_to_delete(current, owner)]
    if current.target is None or not owner.owns(current.target.tags):
        return alarm
    ours = [policy.name for policy in current.policies if policy.name in OUR_POLICIES]
    policies = [_change("delete", "scaling policy", policy, _UNWANTED) for policy in ours]
    named = ", ".join(of_others(current))
    stays = Text(f"stays: others' scaling is on it ({named})", f"ほかで設定されたスケーリング（{named}）があるため残します")
    name = resource_id(current.endpoint_name)
    target = (
        _change("nothing", "scalable target", name, stays) if named else _change("delete", "scalable target", name, _UNWANTED)
    )
    return [*alarm, *policies, target]


def _target(spec: DesiredScaling, current: CurrentScaling) -> Change:
    name, target = resource_id(spec.endpoint_name), current.target
    if target is None:
        return _change("create", "scalable target", name)
    now = {"MinCapacity": target.min_capacity, "MaxCapacity": target.max_capacity}
    return _compared("scalable target", name, now, {"MinCapacity": spec.min_capacity, "MaxCapacity": spec.max_capacity})


def _policy(spec: DesiredPolicy, current: CurrentScaling) -> Change:
    policy = current.policy(spec.name)
    if policy is None:
        return _change("create", "scaling policy", spec.name)
    return _compared("scaling policy", spec.name, policy.settings, spec.settings)


def _alarm(spec: DesiredAlarm, current: CurrentScaling) -> Iterator[Change]:
    alarm, policy = current.waking_alarm, current.policy(WAKING)
    if alarm is None:
        yield _change("create", "alarm", spec.name)
        return
    reasons = _differences(alarm.description, spec.settings)
    if policy is None or policy.arn not in alarm.actions:
        reasons += [difference("AlarmActions", ", ".join(alarm.actions), WAKING)]
    yield _change("update" if reasons else "nothing", "alarm", spec.name, *reasons)


def _alarm_to_delete(current: CurrentScaling, owner: Owner) -> Iterator[Change]:
    alarm = current.waking_alarm
    if alarm and owner.owns(alarm.tags):
        yield _change("delete", "alarm", alarm.name, _UNWANTED)


def _compared(resource: str, name: str, now: Mapping[str, Any], spec: Mapping[str, Any]) -> Change:
    reasons = _differences(now, spec)
    return _change("update" if reasons else "nothing", resource, name, *reasons)


def _differences(now: Mapping[str, Any], spec: Mapping[str, Any]) -> list[Text]:
    """Field by field. Of what AWS has only the fields that are wanted: it fills in more, and will come to have others."""
    return [*differing("", _seen(now, spec), spec)]


def _seen(now: Any, spec: Any) -> Any:
    if isinstance(spec, Mapping) and isinstance(now, Mapping):
        return {name: _seen(now[name], spec[name]) for name in spec if name in now}
    if isinstance(spec, Sequence) and isinstance(now, Sequence) and not isinstance(spec, str) and len(now) == len(spec):
        return [_seen(one, other) for one, other in zip(now, spec, strict=True)]
    return now


def _change(verb: Verb, resource: str, name: str, *reasons: Text) -> Change:
    return Change(verb=verb, resource=resource, name=name, reasons=reasons)
