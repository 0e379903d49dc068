"""How models, endpoint configs and endpoints look in AWS's answers. Pure: records in, JSON out.

Members that are not set are left out, as AWS does: the SageMaker SDK's strict models refuse empty ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sandbox.aws.hosting import pools
from sandbox.aws.hosting.progress import Moment, moment, scale_of_new, scale_of_old
from sandbox.aws.hosting.records import JSON, Endpoint, EndpointConfig, Model, Transition


def model(shown: Model) -> JSON:
    """DescribeModel."""
    described: JSON = {"EnableNetworkIsolation": False} | shown.request
    if "PrimaryContainer" in described:
        described["PrimaryContainer"] = _container(described["PrimaryContainer"])
    if "Containers" in described:
        described["Containers"] = [_container(container) for container in described["Containers"]]
    return described | {"ModelArn": shown.arn, "CreationTime": shown.created}


def endpoint_config(shown: EndpointConfig) -> JSON:
    """DescribeEndpointConfig."""
    variants = [{"InitialVariantWeight": 1.0} | variant for variant in shown.variants]
    described = {"EnableNetworkIsolation": False} | shown.request | {"ProductionVariants": variants}
    return described | {"EndpointConfigArn": shown.arn, "CreationTime": shown.created}


def endpoint(shown: Endpoint, models: Mapping[str, Model], now: float, short: Collection[str] = ()) -> JSON:
    """DescribeEndpoint. `models` by name, for the images; `now` on the clock that transitions started by; `short`: instance types
    of which there is no capacity."""
    config, transition = shown.config, shown.transition
    moving = transition and transition.config and (shown.status == "Creating" or transition.config is not config)
    fleet = sum(scale.count or 1 for scale in transition.scales.values()) if transition else 0
    at = moment(transition, now, fleet, first=not shown.scales) if transition and moving else None
    return _present(
        EndpointName=shown.name,
        EndpointArn=shown.arn,
        EndpointConfigName=config.name,
        EndpointStatus=shown.status,
        CreationTime=shown.created,
        LastModifiedTime=shown.modified,
        FailureReason=shown.failure_reason,
        LastDeploymentConfig=shown.deployment_config,
        AsyncInferenceConfig=config.request.get("AsyncInferenceConfig"),
        ExplainerConfig=config.request.get("ExplainerConfig"),
        DataCaptureConfig=_data_capture(config),
        ProductionVariants=[
            _variant(shown, variant, models, short, at) for variant in config.variants if variant["VariantName"] in shown.scales
        ],
        PendingDeploymentSummary=_pending(transition, models, short, at) if transition and at else None,
    )


def _container(container: JSON) -> JSON:
    """A container as DescribeModel shows it: with its mode, and where its data is in the newer words too."""
    described: JSON = {"Mode": "SingleModel"} | container
    if (url := container.get("ModelDataUrl")) and "ModelDataSource" not in container:
        source = {"S3Uri": url, "S3DataType": "S3Object", "CompressionType": "Gzip"}
        described["ModelDataSource"] = {"S3DataSource": source}
    return described


def _data_capture(config: EndpointConfig) -> JSON | None:
    capture = config.request.get("DataCaptureConfig")
    if not capture:
        return None
    return {
        "EnableCapture": capture.get("EnableCapture", False),
        "CaptureStatus": "Started" if capture.get("EnableCapture") else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }


def _variant(shown: Endpoint, variant: JSON, models: Mapping[str, Model], short: Collection[str], at: Moment | None) -> JSON:
    """A variant that serves. While its own numbers change (same config), the desired ones are those to come; while another fleet
    takes its place, its instances and its traffic go."""
    name, transition = variant["VariantName"], shown.transition
    scale = desired = shown.scales[name]
    status: list[JSON] = []
    if transition and transition.config is shown.config:
        desired = transition.scales.get(name, scale)
        status = [{"Status": "Updating", "StartTime": transition.started_at}] if desired != scale else []
    elif transition and at:
        scale = scale_of_old(scale, at)
        status = [_status(transition, at)] if at.step == "Deleting" and transition.succeeds else []
    return _present(
        VariantName=name,
        DeployedImages=_images(variant, models),
        CurrentWeight=scale.weight,
        DesiredWeight=desired.weight,
        CurrentInstanceCount=scale.count,
        DesiredInstanceCount=desired.count,
        InstancePools=pools.summary(variant, scale.count, short),
        VariantStatus=status,
        ManagedInstanceScaling=variant.get("ManagedInstanceScaling"),
        RoutingConfig=variant.get("RoutingConfig"),
    )


def _pending(transition: Transition, models: Mapping[str, Model], short: Collection[str], at: Moment) -> JSON:
    """PendingDeploymentSummary: the fleet to come, and how far it is."""
    variants = transition.config.variants if transition.config else []
    return {
        "EndpointConfigName": transition.config.name if transition.config else "",
        "StartTime": transition.started_at,
        "ProductionVariants": [_coming(transition, variant, models, short, at) for variant in variants],
    }


def _coming(transition: Transition, variant: JSON, models: Mapping[str, Model], short: Collection[str], at: Moment) -> JSON:
    desired = transition.scales[variant["VariantName"]]
    scale = scale_of_new(desired, at)
    return _present(
        VariantName=variant["VariantName"],
        DeployedImages=_images(variant, models),
        CurrentWeight=scale.weight,
        DesiredWeight=desired.weight,
        CurrentInstanceCount=scale.count,
        DesiredInstanceCount=desired.count,
        InstanceType=variant.get("InstanceType"),
        InstancePools=pools.summary(variant, scale.count, short),
        VariantStatus=[_status(transition, at)],
    )


def _status(transition: Transition, at: Moment) -> JSON:
    since = transition.started_at + timedelta(seconds=at.since * transition.seconds)
    return _present(Status=at.step, StatusMessage=transition.message, StartTime=since)


def _images(variant: JSON, models: Mapping[str, Model]) -> list[JSON]:
    used = models.get(variant.get("ModelName", ""))
    if used is None:
        return []
    return [
        {"SpecifiedImage": given, "ResolvedImage": resolved, "ResolutionTime": used.created} for given, resolved in used.images
    ]


def page(rows: list[JSON], request: JSON, *, result: str, name: str) -> JSON:
    """One page of a List operation: SageMaker's filters, its order (newest first) and its page of 10."""
    moments = {"CreationTimeAfter": 1, "CreationTimeBefore": -1, "LastModifiedTimeAfter": 1, "LastModifiedTimeBefore": -1}
    for key, sign in moments.items():
        if key in request:
            field_name = key.removesuffix("After").removesuffix("Before")
            rows = [row for row in rows if sign * (row[field_name].timestamp() - request[key]) >= 0]
    contains = request.get("NameContains", "").lower()
    rows = [
        row for row in rows if contains in row[name].lower() and request.get("StatusEquals") in (None, row.get("EndpointStatus"))
    ]
    sort_by = {"Name": name, "Status": "EndpointStatus"}.get(request.get("SortBy", ""), "CreationTime")
    rows.sort(key=lambda row: row[sort_by], reverse=request.get("SortOrder", "Descending") == "Descending")
    start = int(request.get("NextToken") or 0)
    end = start + request.get("MaxResults", 10)
    return _present(NextToken=str(end) if end < len(rows) else None) | {result: rows[start:end]}


def _present(**members: Any) -> JSON:
    return {key: value for key, value in members.items() if value not in (None, [])}
