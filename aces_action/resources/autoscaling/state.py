"""What Application Auto Scaling and CloudWatch have for an endpoint: its scalable target and everything that hangs on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aces_action.resources.autoscaling.spec import DIMENSION, SERVICE, Request, alarm_name, key, resource_id

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient

    from aces_action.aws.clients import Clients

# Where each kind of policy has its settings
SETTINGS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """Capacities in instances. `suspended_state` is what people have stopped of it for a while."""

    arn: str
    min_capacity: int
    max_capacity: int
    suspended_state: Mapping[str, bool]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPolicy:
    """`alarms` are the names of the alarms that set it off. Those of target tracking are Application Auto Scaling's own."""

    name: str
    arn: str
    kind: str
    settings: Request
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingAlarm:
    """`description` is DescribeAlarms' own."""

    name: str
    arn: str
    description: Request
    tags: Mapping[str, str]

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self.description.get("AlarmActions", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentScaling:
    """`scheduled` is in DescribeScheduledActions' words. `alarms`: the one that wakes the endpoint and those of step policies."""

    endpoint_name: str
    target: ScalableTarget | None
    policies: tuple[ScalingPolicy, ...]
    scheduled: tuple[Request, ...]
    alarms: tuple[ScalingAlarm, ...]

    @property
    def waking_alarm(self) -> ScalingAlarm | None:
        return next((each for each in self.alarms if each.name == alarm_name(self.endpoint_name)), None)

    def policy(self, name: str) -> ScalingPolicy | None:
        return next((each for each in self.policies if each.name == name), None)


def read(clients: Clients, endpoint_name: str) -> CurrentScaling:
    """All that there is for the endpoint, whoever made it. Raises botocore's errors."""
    return read_hung_on(clients, endpoint_name, read_target(clients, endpoint_name))


def read_hung_on(clients: Clients, endpoint_name: str, target: ScalableTarget | None) -> CurrentScaling:
    """The target with all that hangs on it, and the alarm that wakes the endpoint. Raises botocore's errors."""
    client = clients.application_autoscaling
    policies: tuple[ScalingPolicy, ...] = ()
    scheduled: tuple[Request, ...] = ()
    if target:
        one = key(endpoint_name)
        pages = client.get_paginator("describe_scaling_policies").paginate(**one)
        policies = tuple(_policy(each) for page in pages for each in page["ScalingPolicies"])
        actions = client.get_paginator("describe_scheduled_actions").paginate(**one)
        scheduled = tuple(dict(each) for page in actions for each in page["ScheduledActions"])
    of_steps = [name for each in policies if each.kind == "StepScaling" for name in each.alarms]
    return CurrentScaling(
        endpoint_name=endpoint_name,
        target=target,
        policies=policies,
        scheduled=scheduled,
        alarms=_alarms(clients.cloudwatch, dict.fromkeys([alarm_name(endpoint_name), *of_steps])),
    )


def read_target(clients: Clients, endpoint_name: str) -> ScalableTarget | None:
    """The scalable target; None where the endpoint is not scaled."""
    client = clients.application_autoscaling
    found = client.describe_scalable_targets(
        ServiceNamespace=SERVICE, ResourceIds=[resource_id(endpoint_name)], ScalableDimension=DIMENSION
    )["ScalableTargets"]
    if not found:
        return None
    arn = found[0].get("ScalableTargetARN", "")  # AWS leaves it out of a target that it made before there were tags
    return ScalableTarget(
        arn=arn,
        min_capacity=found[0]["MinCapacity"],
        max_capacity=found[0]["MaxCapacity"],
        suspended_state={name: bool(value) for name, value in found[0].get("SuspendedState", {}).items()},
        tags=client.list_tags_for_resource(ResourceARN=arn).get("Tags", {}) if arn else {},
    )


def _policy(found: Mapping[str, Any]) -> ScalingPolicy:
    kind = found["PolicyType"]
    return ScalingPolicy(
        name=found["PolicyName"],
        arn=found["PolicyARN"],
        kind=kind,
        settings=found.get(SETTINGS.get(kind, ""), {}),
        alarms=tuple(each["AlarmName"] for each in found.get("Alarms", ())),
    )


def _alarms(client: CloudWatchClient, names: Iterable[str]) -> tuple[ScalingAlarm, ...]:
    found = client.describe_alarms(AlarmNames=list(names), AlarmTypes=["MetricAlarm"])["MetricAlarms"]
    return tuple(
        ScalingAlarm(
            name=each["AlarmName"],
            arn=each["AlarmArn"],
            description={**each},
            tags={
                tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceARN=each["AlarmArn"]).get("Tags", ())
            },
        )
        for each in found
    )
