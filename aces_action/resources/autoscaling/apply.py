"""Brings the scaling of the endpoint to what the plan says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain, is_general
from aces_action.aws.tags import Owner, as_list
from aces_action.deployment.changes import Change
from aces_action.language import Text
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.autoscaling.plan import foreign, plan, wanted_actions
from aces_action.resources.autoscaling.spec import WAKING, DesiredScaling, key, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling, read, read_target
from aces_action.resources.autoscaling.target import delete_alarm, delete_policy, deregister, put_policy, register

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """How what is done is told: `say` a line for the log, `left` what a run that is cut off leaves."""

    say: Callable[[str], None]
    left: Callable[[Text], None] = lambda _: None


def left_over(clients: Clients, *, endpoint_name: str, owner: Owner) -> tuple[list[Change], list[Problem]]:
    """What goes with the endpoint, or is left of one that is gone; a warning (E039) where nobody could see. Raises nothing."""
    try:
        found = plan(None, read(clients, endpoint_name), owner)
    except AWS_ERRORS as error:
        return [], [_not_seen(explain(error, resource=resource_id(endpoint_name)), endpoint_name)]
    return [replace(each, reasons=(_GOES_TOO,)) for each in found if each.is_change], []


_GOES_TOO = Text("goes with its endpoint", "エンドポイントとともに削除します")


def read_plan(
    clients: Clients, desired: DesiredScaling | None, *, endpoint_name: str, owner: Owner
) -> tuple[list[Change], list[Problem]]:
    """Reads what is there and plans; also a warning (E039) where nothing is wanted and nobody could see whether something
    is left.

    Raises ActionError: E035 when what is in the way is not ours. Where autoscaling is wanted, botocore's errors too.
    """
    if desired is not None:
        return _plan(desired, read(clients, endpoint_name), owner), []
    # A role or a network of before there was autoscaling is no reason not to deploy without it
    try:
        target = read_target(clients, endpoint_name)
        left = read(clients, endpoint_name) if target and owner.owns(target.tags) else None
    except AWS_ERRORS as error:
        return [], [_not_seen(explain(error, resource=resource_id(endpoint_name)), endpoint_name)]
    return (plan(None, left, owner) if left else []), []


def apply(clients: Clients, desired: DesiredScaling | None, *, endpoint_name: str, owner: Owner, tell: Teller) -> list[Change]:
    """Makes, changes and deletes what the plan says, and returns it. `desired` None: deletes all that is ours.

    The endpoint has to be there, unless nothing is wanted.
    Raises ActionError: E035 when what is in the way is not ours, E038 when AWS refuses, A005 without the permission.
    """
    try:
        current = read(clients, endpoint_name)
        changes = _plan(desired, current, owner)
        for change in changes:
            if change.is_change:
                _DEEDS[change.resource](clients, desired, current, owner, change)
                tell.say("; ".join([f"{change.verb} {change.resource} {change.name}", *(each.en for each in change.reasons)]))
    except ClientError as error:
        raise ActionError(refused(error, endpoint_name)) from error
    return changes


def refused(error: ClientError, endpoint_name: str) -> Problem:
    """AWS's refusal: A005 for a missing permission, else E038. Application Auto Scaling checks the caller's permissions for
    SageMaker and CloudWatch as well, and says of those too that the request is not valid."""
    if is_general(error):
        return explain(error, resource=resource_id(endpoint_name))
    code, said, operation = error_code(error), error_message(error), error.operation_name
    return Problem(
        kind=CATALOGUE["E038"],
        message=Text(
            f"AWS refused {operation} for the autoscaling of {endpoint_name}: {code}: {said}",
            f"AWSが{endpoint_name}のオートスケーリングの{operation}を拒否しました: {code}: {said}",
        ),
        hint=Text(
            "The endpoint serves; only its scaling is not as it should be. Correct sagemaker.autoscaling in the infra file, or "
            "the "
            "role's permissions if AWS names one, and run the job again.",
            "エンドポイントは稼働しています。設定どおりでないのはスケーリングだけです。infraファイルのsagemaker.autoscaling、"
            "またはAWSが権限を示している場合はロールの権限を修正して、ジョブを再実行してください。",
        ),
    )


def _plan(desired: DesiredScaling | None, current: CurrentScaling, owner: Owner) -> list[Change]:
    if problems := foreign(desired, current, owner):
        raise ActionError(problems)
    return plan(desired, current, owner)


def _target(clients: Clients, desired: DesiredScaling | None, current: CurrentScaling, owner: Owner, change: Change) -> None:
    name = current.endpoint_name
    if desired is None:
        deregister(clients, name)
        return
    request: Any = {"MinCapacity": desired.min_capacity, "MaxCapacity": desired.max_capacity}
    if change.verb == "create":
        register(clients, name, request, owner.tags(""), takes=owner.owns)
    else:  # without tags: with them, AWS refuses the request for a target that is there
        clients.application_autoscaling.register_scalable_target(**key(name), **request)


def _policy(clients: Clients, desired: DesiredScaling | None, current: CurrentScaling, _owner: Owner, change: Change) -> None:
    name = current.endpoint_name
    wanted = next((each for each in (desired.policies if desired else ()) if each.name == change.name), None)
    if wanted is None:
        delete_policy(clients, name, change.name)
    else:
        put_policy(clients, name, wanted.name, wanted.kind, wanted.settings)


def _alarm(clients: Clients, desired: DesiredScaling | None, current: CurrentScaling, owner: Owner, change: Change) -> None:
    if desired is None or desired.alarm is None:
        delete_alarm(clients, change.name)
        return
    waking = next(each for each in desired.policies if each.name == WAKING)
    # Its ARN: Application Auto Scaling gives it, and the same again for a policy that is as it was
    arn = put_policy(clients, desired.endpoint_name, waking.name, waking.kind, waking.settings)
    tags: Any = {"Tags": as_list(owner.tags(""))} if change.verb == "create" else {}
    clients.cloudwatch.put_metric_alarm(
        AlarmName=desired.alarm.name, **desired.alarm.settings, AlarmActions=wanted_actions(current, arn), **tags
    )


_DEEDS: Mapping[str, Callable[[Clients, DesiredScaling | None, CurrentScaling, Owner, Change], None]] = {
    "scalable target": _target,
    "scaling policy": _policy,
    "alarm": _alarm,
}


def _not_seen(problem: Problem, endpoint_name: str) -> Problem:
    return Problem(
        kind=CATALOGUE["E039"],
        message=Text(
            f"Whether autoscaling of {endpoint_name} is left over from before could not be seen: {problem.message.en}",
            f"{endpoint_name}に以前のオートスケーリングが残っているか確認できませんでした: {problem.message.ja}",
        ),
        hint=problem.hint,
    )
