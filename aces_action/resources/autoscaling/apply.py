"""Brings the scaling of the endpoint to what the plan says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.tags import Owner, as_list
from aces_action.changes import Change, Verb, noun
from aces_action.language import Text, joined
from aces_action.problems import ActionError
from aces_action.resources.autoscaling.noting import restore_noted
from aces_action.resources.autoscaling.plan import AutoscalingPlan, alarm_actions, compare_own
from aces_action.resources.autoscaling.restore import ScalingReporter
from aces_action.resources.autoscaling.spec import WAKING, DesiredScaling, key
from aces_action.resources.autoscaling.state import CurrentScaling, read
from aces_action.resources.autoscaling.target import delete_alarm, delete_policy, deregister, put_policy, refused, register

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_DONE: Mapping[Verb, Text] = {
    "create": Text("created", "作成"),
    "update": Text("updated", "更新"),
    "delete": Text("deleted", "削除"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscalingResult:
    """The changes that were made."""

    changes: tuple[Change, ...] = ()


def apply(clients: Clients, owner: Owner, plan: AutoscalingPlan, reporter: ScalingReporter) -> AutoscalingResult:
    """Makes, changes and deletes what the plan says; without changes in it, AWS is not called.

    The scaling is read again right before the writes, and only what still differs is written: since it was planned, a roll-out
    may have detached and restored it, which gives policies new ARNs. The endpoint has to be there, unless nothing is wanted.
    Raises ActionError: E035 when something in the way is not ours, E037 when others' scaling could not be restored, E038 when AWS
    refuses, A005 without the permission.
    """
    if not any(change.is_change for change in plan.changes):
        return AutoscalingResult()
    restored = restore_noted(clients, owner, plan.endpoint_name, reporter) if plan.noted else ()
    return AutoscalingResult(changes=(*restored, *bring_about(clients, owner, plan.endpoint_name, plan.spec, reporter)))


def bring_about(
    clients: Clients, owner: Owner, endpoint_name: str, spec: DesiredScaling | None, reporter: ScalingReporter
) -> tuple[Change, ...]:
    """Reads, compares and writes. `spec` None: deletes all that is ours. Raises as `apply`."""
    try:
        current = read(clients, endpoint_name)
        changes = tuple(change for change in compare_own(spec, current, owner) if change.is_change)
        for change in changes:
            _WRITES[change.resource](clients, spec, current, owner, change)
            reporter.info(_told(change))
    except ClientError as error:
        raise ActionError(refused(error, endpoint_name)) from error
    return changes


def _told(change: Change) -> Text:
    done, kind = _DONE[change.verb], noun(change.resource)
    line = Text(f"{done.en} {kind.en} {change.name}", f"{kind.ja}{change.name}を{done.ja}しました")
    return joined("; ", (line, *change.reasons))


def _target(clients: Clients, spec: DesiredScaling | None, current: CurrentScaling, owner: Owner, change: Change) -> None:
    name = current.endpoint_name
    if spec is None:
        deregister(clients, name)
        return
    request: Any = {"MinCapacity": spec.min_capacity, "MaxCapacity": spec.max_capacity}
    if change.verb == "create":
        register(clients, name, request, owner.tags(""), takes=owner.owns)
    else:  # without tags: with them, AWS refuses the request for a target that is there
        clients.application_autoscaling.register_scalable_target(**key(name), **request)


def _policy(clients: Clients, spec: DesiredScaling | None, current: CurrentScaling, _owner: Owner, change: Change) -> None:
    name = current.endpoint_name
    policy = next((policy for policy in (spec.policies if spec else ()) if policy.name == change.name), None)
    if policy is None:
        delete_policy(clients, name, change.name)
    else:
        put_policy(clients, name, policy.name, policy.kind, policy.settings)


def _alarm(clients: Clients, spec: DesiredScaling | None, current: CurrentScaling, owner: Owner, change: Change) -> None:
    if spec is None or spec.alarm is None:
        delete_alarm(clients, change.name)
        return
    waking = next(policy for policy in spec.policies if policy.name == WAKING)
    # Its ARN: Application Auto Scaling gives it, and the same again for a policy that is as it was
    arn = put_policy(clients, spec.endpoint_name, waking.name, waking.kind, waking.settings)
    tags: Any = {"Tags": as_list(owner.tags(""))} if change.verb == "create" else {}
    clients.cloudwatch.put_metric_alarm(
        AlarmName=spec.alarm.name, **spec.alarm.settings, AlarmActions=alarm_actions(current, arn), **tags
    )


_WRITES: Mapping[str, Callable[[Clients, DesiredScaling | None, CurrentScaling, Owner, Change], None]] = {
    "scalable target": _target,
    "scaling policy": _policy,
    "alarm": _alarm,
}
