"""Takes the scaling off an endpoint for as long as an update of its instance type lasts, and puts back exactly what there was.

SageMaker Developer Guide, 'Update endpoints that use auto scaling': SageMaker refuses an update that changes the instance type of
a variant, or removes it, while the variant is a scalable target; no suspended state of the target helps. Deregistering the
target deletes its policies and scheduled actions, whoever made them, and takes the policies out of the actions of their alarms.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from aces_action.aws.clients import in_haste
from aces_action.aws.errors import AWS_ERRORS, explain, was_refused, was_repeated
from aces_action.aws.tags import Owner, adoption_tags
from aces_action.language import Text, joined, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.autoscaling.apply import Teller, apply, refused
from aces_action.resources.autoscaling.plan import of_others
from aces_action.resources.autoscaling.spec import OUR_POLICIES, key, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling, ScalingPolicy, read
from aces_action.resources.autoscaling.target import deregister, put_policy, register
from aces_action.resources.endpoint.state import read_endpoint

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

# What DescribeAlarms tells of an alarm that PutMetricAlarm takes (botocore's models of both)
_OF_AN_ALARM = (
    "AlarmName",
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
    "ThresholdMetricId",
)
_SECONDS_LEFT = 4.0  # for a cancelled run: it is to end within 5 s, and GitHub kills it 10 s after the first signal
_OF_A_SCHEDULE = ("ScheduledActionName", "Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")


_WHY_OFF = "SageMaker changes no instance type of what is scaled"
_WHY_GONE = "it goes with the endpoint"


def read_removable(clients: Clients, endpoint_name: str, owner: Owner) -> CurrentScaling | None:
    """All the scaling that there is, for `take_off` and `restore`; None: there is none. Changes nothing.

    Raises ActionError: E036 when target or alarms are not ours, E038 or A005 when AWS refuses.
    """
    try:
        current = read(clients, endpoint_name)
    except ClientError as error:
        raise ActionError(refused(error, endpoint_name)) from error
    if current.target is None:
        return None
    if problems := _in_the_way(current, owner):
        raise ActionError(problems)
    return current


def take_off(clients: Clients, scaling: CurrentScaling, *, tell: Teller, why: str = _WHY_OFF) -> None:
    """Deregisters the endpoint's scalable target.

    `why` is for the log, where each thing that it takes off is a line; what others made there, with all that it takes to make it
    again. Raises ActionError (E038, A005), NotTakenOffError with nothing changed; after any other error it may be off.
    """
    name = scaling.endpoint_name
    for line in _told(scaling, why):
        tell.say(line)
    try:
        deregister(clients, name)
    except ClientError as error:
        # the refusal of a repeated call says nothing of the call before
        kept = was_refused(error, "DeregisterScalableTarget") and not was_repeated(error)
        raise (NotTakenOffError if kept else ActionError)(refused(error, name)) from error


class NotTakenOffError(ActionError):
    """AWS refused to deregister the target: all of the scaling is as it was."""


def restore(
    clients: Clients,
    scaling: CurrentScaling,
    *,
    tell: Teller,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Puts back what `take_off` took off; what is there again already stays. The endpoint has to be there.

    `goes_on`: whether there is time for another thing. Raises ActionError (E037) with each thing that could not be put back,
    after it has tried all.
    """
    if scaling.target is None:
        return
    lost: list[Text] = []
    for deed in _deeds(clients, scaling, now()):
        if not goes_on():
            lost.append(Text(f"{deed.name}: ran out of time, not restored", f"{deed.name}: 時間切れで戻せませんでした"))
            continue
        try:
            deed.do()
        except AWS_ERRORS as error:
            problem = explain(error, resource=resource_id(scaling.endpoint_name))
            lost.append(same(f"{deed.name}: ") + problem.message)
            if deed.first:  # nothing can hang on a target that is not there
                break
        else:
            tell.say(f"put back {deed.name}")
    if lost:
        raise ActionError(_lost(lost, scaling))


@contextmanager
def suspended(clients: Clients, endpoint_name: str, owner: Owner, *, wanted: bool, tell: Teller) -> Iterator[None]:
    """Around an update that changes the instance type, or a deletion to make the endpoint anew: off, and on again at its end.

    `wanted`: whether the infra file asks for autoscaling. If not, what is only ours does not come back after a success.
    A run that is cancelled puts back what it can in the seconds that it has; the log has what it takes to set up the rest.
    Raises what `read_removable`, `take_off` and `restore` raise; after a failure in between, that with the other's problems.
    """
    taken = read_removable(clients, endpoint_name, owner)
    if taken is None:
        yield
        return
    with _back_when_cut_off(clients, taken, restore, tell=tell):
        with _back_after_a_failure(clients, taken, restore, tell=tell):
            take_off(clients, taken, tell=tell)
            yield
        if wanted or of_others(taken):
            restore(clients, taken, tell=tell)


@contextmanager
def taken_off(clients: Clients, endpoint_name: str, owner: Owner, *, tell: Teller) -> Iterator[None]:
    """Around the deletion of an endpoint for good: off before it, and after it our alarm goes too.

    Back where the endpoint stays; not where it is on its way out, whatever kept us from seeing it go.
    Raises what `read_removable`, `take_off`, `restore` and `apply` raise.
    """
    taken = read_removable(clients, endpoint_name, owner)
    if taken is None:
        yield
    else:
        back = _restore_what_stays
        with _back_when_cut_off(clients, taken, back, tell=tell), _back_after_a_failure(clients, taken, back, tell=tell):
            take_off(clients, taken, tell=tell, why=_WHY_GONE)
            yield
    apply(clients, None, endpoint_name=endpoint_name, owner=owner, tell=tell)


class _Back(Protocol):
    """How to put back what was taken off; raises as `restore`."""

    def __call__(
        self, clients: Clients, scaling: CurrentScaling, /, *, tell: Teller, goes_on: Callable[[], bool] = ...
    ) -> None: ...


def _restore_what_stays(
    clients: Clients, scaling: CurrentScaling, *, tell: Teller, goes_on: Callable[[], bool] = lambda: True
) -> None:
    """`restore`, unless the endpoint is Deleting or gone: a target put back then would outlive what it scales."""
    try:
        current = read_endpoint(clients.sagemaker, scaling.endpoint_name)
    except AWS_ERRORS:  # nobody knows: it may serve on, and without its scaling
        pass
    else:
        if current is None or current.status == "Deleting":
            return
    restore(clients, scaling, tell=tell, goes_on=goes_on)


@contextmanager
def _back_when_cut_off(clients: Clients, taken: CurrentScaling, back: _Back, *, tell: Teller) -> Iterator[None]:
    """When a run is cancelled there are seconds: what is not back by then is told."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        name, until = taken.endpoint_name, time.monotonic() + _SECONDS_LEFT
        try:
            back(in_haste(clients), taken, tell=tell, goes_on=lambda: time.monotonic() < until)
        except ActionError as lost:
            for problem in lost.problems:
                tell.say(f"{problem.message.en}\n{problem.hint.en}")
            tell.left(
                Text(
                    f"The autoscaling of {name} is off: `command: deploy` sets it up as the infra file says.",
                    f"{name}のオートスケーリングは解除されたままです。`command: deploy`でinfraファイルのとおりに設定し直します。",
                )
            )
        raise


@contextmanager
def _back_after_a_failure(clients: Clients, taken: CurrentScaling, back: _Back, *, tell: Teller) -> Iterator[None]:
    try:
        yield
    except NotTakenOffError:
        raise
    except Exception as error:
        try:
            back(clients, taken, tell=tell)
        except ActionError as lost:
            if isinstance(error, ActionError):
                problems = error.problems
            else:
                name = taken.endpoint_name
                problems = (explain(error, resource=name),) if isinstance(error, AWS_ERRORS) else ()
            raise ActionError([*problems, *lost.problems]) from error
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """One thing to put back. Without the first, the others make no sense."""

    name: str
    do: Callable[[], object]
    first: bool = False


def _deeds(clients: Clients, scaling: CurrentScaling, now: datetime) -> Iterator[_Deed]:
    """In the order in which AWS takes them: the target, its policies, the alarms that set these off, the schedules."""
    endpoint_name, arns = scaling.endpoint_name, dict[str, str]()
    yield _Deed(name=f"scalable target {resource_id(endpoint_name)}", do=lambda: _register(clients, scaling), first=True)

    for policy in scaling.policies:
        yield _Deed(name=f"scaling policy {policy.name}", do=partial(_put_policy, clients, endpoint_name, policy, arns))
    ours = {policy.arn for policy in scaling.policies}
    for alarm in scaling.alarms:
        if not ours.isdisjoint(alarm.actions):
            yield _Deed(name=f"alarm {alarm.name}", do=partial(_put_alarm, clients, alarm.description, arns))
    for action in scaling.scheduled:
        if (request := _schedule(action, now)) is not None:
            yield _Deed(
                name=f"scheduled action {action['ScheduledActionName']}",
                do=partial(clients.application_autoscaling.put_scheduled_action, **key(endpoint_name), **request),
            )


def _register(clients: Clients, scaling: CurrentScaling) -> None:
    target = scaling.target
    if target is None:
        return
    request: dict[str, Any] = {"MinCapacity": target.min_capacity, "MaxCapacity": target.max_capacity}
    if target.suspended_state:
        request["SuspendedState"] = dict(target.suspended_state)
    tags = {name: value for name, value in target.tags.items() if not name.startswith("aws:")}
    # one that is there has these tags if it is the one that was read, or ours by a lost call; another is somebody else's by now
    register(clients, scaling.endpoint_name, request, tags, takes=lambda there: bool(tags) and tags.items() <= there.items())


def _put_policy(clients: Clients, endpoint_name: str, policy: ScalingPolicy, arns: dict[str, str]) -> None:
    arns[policy.arn] = put_policy(clients, endpoint_name, policy.name, policy.kind, policy.settings)


def _put_alarm(clients: Clients, description: Mapping[str, Any], arns: Mapping[str, str]) -> None:
    """The alarm as it was, with the new ARNs of its policies."""
    request: Any = {name: description[name] for name in _OF_AN_ALARM if description.get(name) not in (None, [], "")}
    request["AlarmActions"] = [arns.get(each, each) for each in description["AlarmActions"]]
    clients.cloudwatch.put_metric_alarm(**request)


def _schedule(action: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """PutScheduledAction's request; None for a schedule that is over. A start that is past has done its work."""
    request = {name: action[name] for name in _OF_A_SCHEDULE if action.get(name) is not None}
    if (end := request.get("EndTime")) and end <= now:
        return None
    if (start := request.get("StartTime")) and start <= now:
        del request["StartTime"]
    return request


def _told(current: CurrentScaling, why: str) -> Iterator[str]:
    """What is taken off. Ours is made again from the infra file; of the rest, the log has the request that makes it again."""
    target = current.target
    if target:
        yield (
            f"takes the autoscaling off {current.endpoint_name} ({target.min_capacity} to {target.max_capacity} instances): {why}"
        )
    for policy in current.policies:
        how = "" if policy.name in OUR_POLICIES else f" (others'): {_compact(policy.settings)}"
        yield f"takes off scaling policy {policy.name}{how}"
    for action in current.scheduled:
        kept = {name: action[name] for name in _OF_A_SCHEDULE if action.get(name) is not None}
        yield f"takes off scheduled action {action['ScheduledActionName']}: {_compact(kept)}"


def _compact(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def _in_the_way(current: CurrentScaling, owner: Owner) -> list[Problem]:
    """A target that is not ours, or an alarm of others that would lose its action, which is theirs to give back."""
    tags = adoption_tags(project=owner.project, env=owner.env)
    name, found = resource_id(current.endpoint_name), []
    if current.target and not owner.owns(current.target.tags):
        pairs = tags.replace("Key=", "").replace(",Value=", "=").replace(" ", ",")
        command = f"aws application-autoscaling tag-resource --resource-arn {current.target.arn} --tags {pairs}"
        found.append(_cannot(Text(f"scalable target {name}", f"スケーラブルターゲット{name}"), command, current, owner))
    policies = {each.arn for each in current.policies}
    for alarm in current.alarms:
        if not owner.owns(alarm.tags) and not policies.isdisjoint(alarm.actions):
            command = f"aws cloudwatch tag-resource --resource-arn {alarm.arn} --tags {tags}"
            found.append(_cannot(Text(f"alarm {alarm.name}", f"アラーム{alarm.name}"), command, current, owner))
    return found


def _cannot(what: Text, command: str, current: CurrentScaling, owner: Owner) -> Problem:
    return Problem(
        kind=CATALOGUE["E036"],
        message=Text(
            f"The {what.en} was not made by this action for {owner.project} {owner.env}: the autoscaling of "
            f"{current.endpoint_name}, which has to be off for this, is left alone.",
            f"{what.ja}は、このアクションが{owner.project}の{owner.env}のために作ったものではありません。"
            f"この処理の間は解除が必要な{current.endpoint_name}のオートスケーリングを、変更しません。",
        ),
        hint=Text(
            "Deregister the scalable target yourself and set it up again afterwards. Or let the action do that: hand it over by "
            f"its tags and run the job again:\n{command}",
            "スケーラブルターゲットを手動で解除し、処理の後で設定し直してください。このアクションに任せる場合は、"
            f"次のタグを付けてからジョブを再実行してください:\n{command}",
        ),
    )


def _lost(lost: list[Text], scaling: CurrentScaling) -> Problem:
    name, told = scaling.endpoint_name, joined("\n", lost)
    return Problem(
        kind=CATALOGUE["E037"],
        message=Text(
            f"Not all of the autoscaling of {name} could be put back after the update: {len(lost)} failed.",
            f"更新の後、{name}のオートスケーリングをすべては元に戻せませんでした（失敗: {len(lost)}件）。",
        ),
        hint=Text(
            "A run again sets up what the infra file says. What others made has to be set up by them; the log has the settings "
            f"that were taken off.\n{told.en}",
            "再実行すると、infraファイルの内容を設定し直します。他で設定されたものは、設定した側で戻してください。"
            f"解除した設定はログにあります。\n{told.ja}",
        ),
    )
