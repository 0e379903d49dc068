"""What SageMaker has: reading through boto3, which is quick and takes fields that it does not know."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import error_code, error_message
from aces_action.durations import time_of_day
from aces_action.language import EMPTY, Text, same

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_DELETED_AFTER = 3.0  # seconds in which what serves is not seen
# Nothing can be asked of the endpoint until it leaves these (API reference: DescribeEndpoint, EndpointStatus)
TRANSIENT = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
# Requests are answered in these; after a rollback that failed by two configs at a time
SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What SageMaker does with a variant: Creating, Updating, Deleting, ActivatingTraffic or Baking. `since` in UTC."""

    status: str
    message: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Counts and weights of one production variant, as they are and as they should become.

    `pools`: how many instances there are of each type, where the variant may run on several; else none.
    """

    name: str
    current_instances: int
    desired_instances: int
    current_weight: float
    desired_weight: float
    pools: tuple[tuple[str, int], ...] = ()
    stages: tuple[Stage, ...] = ()

    @property
    def settled(self) -> bool:
        return self.current_instances == self.desired_instances and self.current_weight == self.desired_weight


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentEndpoint:
    """One description of an endpoint. `target_config` is what a roll-out under way leads to, else None.

    `variants` serve, `pending` are those of the roll-out under way, since `pending_since`. `progress` tells what is under way
    with each variant, a text each. Times in UTC.
    """

    arn: str
    status: str
    config_name: str
    target_config: str | None
    failure_reason: str
    variants: tuple[Variant, ...]
    progress: tuple[Text, ...]
    pending: tuple[Variant, ...] = ()
    pending_since: datetime | None = None
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def leads_to(self) -> str:
        """The endpoint config that it serves when what is under way has gone well. A roll-out alone leads to another one:
        RollingBack is the way back from a change of weights or capacities (botocore's text of EndpointStatus)."""
        return (self.target_config if self.status in {"Creating", "Updating"} else None) or self.config_name

    @property
    def settled(self) -> bool:
        """Whether each variant has the instances and the weight that it should have."""
        return bool(self.variants) and all(variant.settled for variant in self.variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReading:
    """One look at an endpoint: its description, its tags, and DescribeEndpointConfig's answer for the config that it serves.

    `current` is None where there is no endpoint; `config` also where that config was deleted.
    """

    current: CurrentEndpoint | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] | None = None


def read_with_config(client: SageMakerClient, name: str) -> EndpointReading:
    """An endpoint with its tags and the config that it serves. Raises ClientError."""
    tagged = read_tagged(client, name)
    if tagged is None:
        return EndpointReading()
    current, tags = tagged
    return EndpointReading(
        current=current, tags=tags, config=read_live_config(client, current.config_name) if current.config_name else None
    )


def read_endpoint(client: SageMakerClient, name: str) -> CurrentEndpoint | None:
    """Describes an endpoint; None when there is none of that name. Raises ClientError, and ResponseParserError for no answer."""
    description = _described(client.describe_endpoint, EndpointName=name)
    if description is None:
        return None
    if not {"EndpointArn", "EndpointStatus"} <= description.keys():  # HTTP 200 from something that is not SageMaker
        raise ResponseParserError("DescribeEndpoint's answer does not describe an endpoint")
    return endpoint_of(description)


def endpoint_of(description: Mapping[str, Any]) -> CurrentEndpoint:
    """DescribeEndpoint's answer. What it leaves out is taken as not there."""
    summary = description.get("PendingDeploymentSummary") or {}
    variants = tuple(_variant(each) for each in description.get("ProductionVariants", []))
    pending = tuple(_variant(each) for each in summary.get("ProductionVariants", []))
    return CurrentEndpoint(
        arn=description["EndpointArn"],
        status=description["EndpointStatus"],
        config_name=description.get("EndpointConfigName", ""),
        target_config=summary.get("EndpointConfigName"),
        failure_reason=description.get("FailureReason", ""),
        variants=variants,
        progress=progress(variants, pending),
        pending=pending,
        pending_since=_utc(summary.get("StartTime")),
        created=_utc(description.get("CreationTime")),
        modified=_utc(description.get("LastModifiedTime")),
    )


def progress(variants: tuple[Variant, ...], pending: tuple[Variant, ...]) -> tuple[Text, ...]:
    """What is under way with each variant, a text each: of the new fleet where there is one, else of the one that serves."""
    old = {variant.name: variant for variant in variants}
    texts = [_of_new(variant, old.pop(variant.name, None)) for variant in pending]
    # with `pending`, the variants left are of the old config only; without, their own counts or weights may change
    texts += [_of_serving(variant) for variant in old.values() if variant.stages or not (pending or variant.settled)]
    return tuple(texts)


def _of_new(variant: Variant, old: Variant | None) -> Text:
    now, desired = variant.current_instances, variant.desired_instances
    parts = [
        *(_stage(stage) for stage in variant.stages),
        Text(f"{now} of {desired} new instances", f"新しいインスタンス{now}/{desired}台"),
        _weight(variant),
    ]
    if old is not None:
        leaving = "".join(f" ({stage.status})" for stage in old.stages)
        count, weight = old.current_instances, f"{old.current_weight:g}"
        parts.append(
            Text(
                f"{count} old at weight {weight}{leaving}", f"以前のインスタンス{count}台（トラフィックの重み{weight}）{leaving}"
            )
        )
    return same(f"{variant.name}: ") + _listed(parts)


def _of_serving(variant: Variant) -> Text:
    parts = [_stage(stage) for stage in variant.stages]
    now, desired = variant.current_instances, variant.desired_instances
    if now != desired:
        parts.append(Text(f"{now} of {desired} instances", f"インスタンス{now}/{desired}台"))
    if variant.current_weight != variant.desired_weight:
        parts.append(_weight(variant))
    return same(f"{variant.name}: ") + _listed(parts)


def _listed(parts: Sequence[Text]) -> Text:
    return Text(", ".join(part.en for part in parts), "、".join(part.ja for part in parts))


def _weight(variant: Variant) -> Text:
    now, desired = f"{variant.current_weight:g}", f"{variant.desired_weight:g}"
    return Text(f"weight {now} of {desired}", f"トラフィックの重み{now}/{desired}")


def _stage(stage: Stage) -> Text:
    since = EMPTY
    if stage.since:
        time = time_of_day(stage.since)
        since = Text(f" since {time.en}", f"（{time.ja}から）")
    return same(stage.status) + since + same(f" ({stage.message})" if stage.message else "")


def read_model(client: SageMakerClient, name: str) -> dict[str, Any] | None:
    """DescribeModel's answer; None when there is no such model."""
    return _described(client.describe_model, ModelName=name)


def read_config(client: SageMakerClient, name: str) -> dict[str, Any] | None:
    """DescribeEndpointConfig's answer; None when there is no such endpoint config."""
    return _described(client.describe_endpoint_config, EndpointConfigName=name)


def read_live_config(client: SageMakerClient, name: str) -> dict[str, Any] | None:
    """The endpoint config that serves. One that another run has just made may not be seen at once: only what stays unseen for a
    while was deleted."""
    deadline = time.monotonic() + _DELETED_AFTER
    while (found := read_config(client, name)) is None and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def read_tags(client: SageMakerClient, arn: str) -> dict[str, str]:
    """All tags of a SageMaker resource."""
    pages = client.get_paginator("list_tags").paginate(ResourceArn=arn)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def read_tagged(client: SageMakerClient, name: str) -> tuple[CurrentEndpoint, dict[str, str]] | None:
    """An endpoint with its tags; None when there is none of that name, also where it goes between the two looks."""
    current = read_endpoint(client, name)
    if current is None:
        return None
    try:
        return current, read_tags(client, current.arn)
    except ClientError:
        if read_endpoint(client, name) is None:
            return None
        raise


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
        pools=tuple((pool["InstanceType"], pool["CurrentInstanceCount"]) for pool in summary.get("InstancePools") or []),
        stages=tuple(
            Stage(status=each.get("Status", ""), message=each.get("StatusMessage", ""), since=_utc(each.get("StartTime")))
            for each in summary.get("VariantStatus") or ()
        ),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None
