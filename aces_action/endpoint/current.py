"""What SageMaker has: reading through boto3, which is quick and takes fields that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, error_message

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

# Nothing can be asked of the endpoint until it leaves these (API reference: DescribeEndpoint, EndpointStatus)
TRANSIENT = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
# Requests are answered in these; after a rollback that failed by two configs at a time
SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Counts and weights of one production variant, as they are and as they should become."""

    name: str
    current_instances: int
    desired_instances: int
    current_weight: float
    desired_weight: float

    @property
    def settled(self) -> bool:
        return self.current_instances == self.desired_instances and self.current_weight == self.desired_weight


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentEndpoint:
    """One description of an endpoint. `target_config` is what a roll-out under way leads to, else None."""

    arn: str
    status: str
    config_name: str
    target_config: str | None
    failure_reason: str
    variants: tuple[Variant, ...]
    progress: tuple[str, ...]


def read_endpoint(client: SageMakerClient, name: str) -> CurrentEndpoint | None:
    """Describes an endpoint; None when there is none of that name."""
    description = _described(client.describe_endpoint, EndpointName=name)
    if description is None:
        return None
    pending = description.get("PendingDeploymentSummary") or {}
    return CurrentEndpoint(
        arn=description["EndpointArn"],
        status=description["EndpointStatus"],
        config_name=description.get("EndpointConfigName", ""),
        target_config=pending.get("EndpointConfigName"),
        failure_reason=description.get("FailureReason", ""),
        variants=tuple(_variant(each) for each in description.get("ProductionVariants", [])),
        progress=tuple(
            f"{each['VariantName']}: {' '.join(filter(None, (status.get('Status'), status.get('StatusMessage'))))}"
            for each in pending.get("ProductionVariants", [])
            for status in each.get("VariantStatus", [])
        ),
    )


def read_model(client: SageMakerClient, name: str) -> dict[str, Any] | None:
    """DescribeModel's answer; None when there is no such model."""
    return _described(client.describe_model, ModelName=name)


def read_config(client: SageMakerClient, name: str) -> dict[str, Any] | None:
    """DescribeEndpointConfig's answer; None when there is no such endpoint config."""
    return _described(client.describe_endpoint_config, EndpointConfigName=name)


def read_tags(client: SageMakerClient, arn: str) -> dict[str, str]:
    """All tags of a SageMaker resource."""
    pages = client.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def is_missing(error: ClientError) -> bool:
    """Whether SageMaker says that there is no such thing. It has no code of its own for that: a ValidationException says so."""
    return error_code(error) == "ValidationException" and "could not find" in error_message(error).lower()


def _described(describe: Any, **name: str) -> dict[str, Any] | None:
    try:
        return cast("dict[str, Any]", describe(**name))
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def _variant(summary: Mapping[str, Any]) -> Variant:
    count, weight = summary.get("DesiredInstanceCount", 0), summary.get("DesiredWeight", 0.0)
    return Variant(
        name=summary["VariantName"],
        current_instances=summary.get("CurrentInstanceCount", 0),
        desired_instances=count,
        current_weight=summary.get("CurrentWeight", weight),
        desired_weight=weight,
    )
