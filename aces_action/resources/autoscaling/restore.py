"""Restores scaling that was detached, part by part, and exactly as it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, explain, is_denied, may_pass
from aces_action.changes import noun
from aces_action.language import Text, same
from aces_action.problems import ActionError, Problem
from aces_action.problems import autoscaling as problems
from aces_action.resources.autoscaling.spec import key, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling, ScalableTarget, ScalingPolicy
from aces_action.resources.autoscaling.target import put_policy, register

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
_OF_A_SCHEDULE = ("ScheduledActionName", "Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")


class ScalingReporter(Protocol):
    """Who is told of what is done: `info` a line for the log, `left` what a run that is cut off leaves undone."""

    def info(self, text: Text | str) -> None: ...
    def left(self, what: Text) -> None: ...


def restore(
    clients: Clients, scaling: CurrentScaling, reporter: ScalingReporter, *, has_time: Callable[[], bool] = lambda: True
) -> None:
    """Puts back what was detached: what is there again already stays. The endpoint has to be there.

    `scaling` without a target: there is one. `has_time`: whether there is time for another part. Raises NotRestoredError (E037)
    with each part that could not be put back, after it has tried all.
    """
    failures, is_final = list[Text](), True
    for part in _parts(clients, scaling, datetime.now(UTC)):
        if not has_time():
            failures.append(part.name + Text(": ran out of time, not restored", ": 時間切れで戻せませんでした"))
            is_final = False
            continue
        try:
            part.put_back()
        except AWS_ERRORS as error:
            failures.append(part.name + same(": ") + explain(error, resource=resource_id(scaling.endpoint_name)).message)
            is_final &= not may_pass(error) and not (isinstance(error, ClientError) and is_denied(error))
            if part.carries_the_others:
                break
        else:
            reporter.info(Text(f"restored {part.name.en}", f"{part.name.ja}を元に戻しました"))
    if failures:
        raise NotRestoredError(problems.not_restored(scaling.endpoint_name, failures), is_final=is_final)


class NotRestoredError(ActionError):
    """Parts are not back (E037). `is_final`: AWS will not take any of them later either."""

    def __init__(self, problem: Problem, *, is_final: bool) -> None:
        super().__init__(problem)
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One thing to put back. `carries_the_others`: without it, the others make no sense."""

    name: Text
    put_back: Callable[[], object]
    carries_the_others: bool = False


def _parts(clients: Clients, scaling: CurrentScaling, now: datetime) -> Iterator[_Part]:
    """In the order in which AWS takes them: the target, its policies, the alarms that set these off, the schedules."""
    endpoint_name, arns = scaling.endpoint_name, dict[str, str]()
    if scaling.target:
        target = _named(noun("scalable target"), resource_id(endpoint_name))
        put_back = partial(_register, clients, endpoint_name, scaling.target)
        yield _Part(name=target, put_back=put_back, carries_the_others=True)
    for policy in scaling.policies:
        name = _named(noun("scaling policy"), policy.name)
        yield _Part(name=name, put_back=partial(_put_policy, clients, endpoint_name, policy, arns))
    detached = {policy.arn for policy in scaling.policies}
    for alarm in scaling.alarms:
        if not detached.isdisjoint(alarm.actions):
            name = _named(noun("alarm"), alarm.name)
            yield _Part(name=name, put_back=partial(_put_alarm, clients, alarm.description, arns))
    for action in scaling.scheduled:
        if (request := schedule_request(action, now)) is not None:
            put = clients.application_autoscaling.put_scheduled_action
            name = _named(noun("scheduled action"), action["ScheduledActionName"])
            yield _Part(name=name, put_back=partial(put, **key(endpoint_name), **request))


def _named(kind: Text, name: str) -> Text:
    return Text(f"{kind.en} {name}", f"{kind.ja}{name}")


def _register(clients: Clients, endpoint_name: str, target: ScalableTarget) -> None:
    request: dict[str, Any] = {"MinCapacity": target.min_capacity, "MaxCapacity": target.max_capacity}
    if target.suspended_state:
        request["SuspendedState"] = dict(target.suspended_state)
    tags = {name: value for name, value in target.tags.items() if not name.startswith("aws:")}
    # one that is there has these tags if it is the one that was read, or ours by a lost call; another is somebody else's by now
    register(clients, endpoint_name, request, tags, takes=lambda there: bool(tags) and tags.items() <= there.items())


def _put_policy(clients: Clients, endpoint_name: str, policy: ScalingPolicy, arns: dict[str, str]) -> None:
    arns[policy.arn] = put_policy(clients, endpoint_name, policy.name, policy.kind, policy.settings)


def _put_alarm(clients: Clients, description: Mapping[str, Any], arns: Mapping[str, str]) -> None:
    """The alarm as it was, with the new ARNs of its policies."""
    request: Any = {name: description[name] for name in _OF_AN_ALARM if description.get(name) not in (None, [], "")}
    request["AlarmActions"] = [arns.get(each, each) for each in description["AlarmActions"]]
    clients.cloudwatch.put_metric_alarm(**request)


def schedule_request(action: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """PutScheduledAction's request; None for a schedule that is over. A start that is past has done its work."""
    request = schedule_settings(action)
    if (end := request.get("EndTime")) and end <= now:
        return None
    if (start := request.get("StartTime")) and start <= now:
        del request["StartTime"]
    return request


def schedule_settings(action: Mapping[str, Any]) -> dict[str, Any]:
    """What PutScheduledAction takes of a schedule that was read."""
    return {field: action[field] for field in _OF_A_SCHEDULE if action.get(field) is not None}
