"""What Application Auto Scaling should have for the endpoint: a scalable target, its policies, and what wakes it from zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aces_action.project.model import Autoscaling, EndpointSettings
from aces_action.resources.endpoint.spec import VARIANT

SERVICE: Literal["sagemaker"] = "sagemaker"
DIMENSION: Literal["sagemaker:variant:DesiredInstanceCount"] = "sagemaker:variant:DesiredInstanceCount"

# Policies cannot be tagged: these names, on a target with our tags, are ours.
TRACKING = "aces-target-tracking"
WAKING = "aces-scale-from-zero"
OUR_POLICIES = frozenset({TRACKING, WAKING})

Request = Mapping[str, Any]  # in the API's own words (PascalCase), as botocore takes it


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredPolicy:
    """`settings` is the configuration that the policy's kind has."""

    name: str
    kind: str
    settings: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredAlarm:
    """`settings` is PutMetricAlarm's request without name, actions and tags. Its action is the policy WAKING."""

    name: str
    settings: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredScaling:
    """Capacities in instances. `alarm` is there where there is the policy WAKING."""

    endpoint_name: str
    min_capacity: int
    max_capacity: int
    policies: tuple[DesiredPolicy, ...]
    alarm: DesiredAlarm | None


def desired(settings: EndpointSettings, *, endpoint_name: str) -> DesiredScaling | None:
    """The desired state as the infra file says; None where it asks for no autoscaling."""
    scaling = settings.autoscaling
    if scaling is None:
        return None
    sleeps = settings.mode == "async" and scaling.min_capacity == 0
    metric = _backlog(endpoint_name) if settings.mode == "async" else _invocations()
    tracking = DesiredPolicy(
        name=TRACKING,
        kind="TargetTrackingScaling",
        settings={
            "TargetValue": scaling.target_value,
            **metric,
            "ScaleInCooldown": scaling.scale_in_cooldown,
            "ScaleOutCooldown": scaling.scale_out_cooldown,
            "DisableScaleIn": False,
        },
    )
    return DesiredScaling(
        endpoint_name=endpoint_name,
        min_capacity=scaling.min_capacity,
        max_capacity=scaling.max_capacity,
        policies=(tracking, _waking(scaling)) if sleeps else (tracking,),
        alarm=_alarm(endpoint_name) if sleeps else None,
    )


def resource_id(endpoint_name: str) -> str:
    """Application Auto Scaling's name of what is scaled."""
    return f"endpoint/{endpoint_name}/variant/{VARIANT}"


def key(endpoint_name: str) -> dict[str, Any]:
    """What names the scalable target in every request."""
    return {"ServiceNamespace": SERVICE, "ResourceId": resource_id(endpoint_name), "ScalableDimension": DIMENSION}


def alarm_name(endpoint_name: str) -> str:
    """The alarm that wakes the endpoint."""
    return f"{endpoint_name}-scale-from-zero"


def _invocations() -> dict[str, Any]:
    return {"PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}


def _backlog(endpoint_name: str) -> dict[str, Any]:
    """SageMaker Developer Guide, 'Autoscale an asynchronous endpoint': the waiting requests, which no predefined metric has."""
    return {
        "CustomizedMetricSpecification": {
            "MetricName": "ApproximateBacklogSizePerInstance",
            "Namespace": "AWS/SageMaker",
            "Dimensions": [{"Name": "EndpointName", "Value": endpoint_name}],
            "Statistic": "Average",
        }
    }


def _waking(scaling: Autoscaling) -> DesiredPolicy:
    """The same guide, 'Define a scaling policy that scales up from zero for new requests': target tracking alone wakes an
    endpoint only once more requests wait than its target value, since without instances there is no load of an instance."""
    return DesiredPolicy(
        name=WAKING,
        kind="StepScaling",
        settings={
            "AdjustmentType": "ChangeInCapacity",
            "MetricAggregationType": "Average",
            "Cooldown": scaling.scale_out_cooldown,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
        },
    )


def _alarm(endpoint_name: str) -> DesiredAlarm:
    return DesiredAlarm(
        name=alarm_name(endpoint_name),
        settings={
            "AlarmDescription": f"Starts an instance of {endpoint_name} when requests wait and there is none (aces-action)",
            "ActionsEnabled": True,
            "MetricName": "HasBacklogWithoutCapacity",
            "Namespace": "AWS/SageMaker",
            "Statistic": "Average",
            "Dimensions": [{"Name": "EndpointName", "Value": endpoint_name}],
            "Period": 60,
            "EvaluationPeriods": 2,
            "DatapointsToAlarm": 2,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "missing",
        },
    )
