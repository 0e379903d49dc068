"""What SageMaker should have: one model, one endpoint config and the endpoint's name, all from the content they serve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.project.model import DataCapture, EndpointSettings, Rollout, Size
from aces_action.project.names import Names, content_name

VARIANT = "AllTraffic"

Request = Mapping[str, Any]  # a request in the API's own words (PascalCase), as botocore takes it


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredEndpoint:
    """The desired state. `model` and `config` are the requests without names and tags: exactly what the hash covers.

    `rollout` is the DeploymentConfig of an update. It is no part of the content: another way there is no change. Nor is
    `autoscaled`: whether the number of instances is autoscaling's business, so that an update leaves it.
    """

    endpoint_name: str
    content_hash: str
    model_name: str
    config_name: str
    model: Request
    config: Request
    rollout: Request | None
    is_async: bool
    autoscaled: bool = False


def desired(settings: EndpointSettings, names: Names, *, image_uri: str, weights_uri: str, role_arn: str) -> DesiredEndpoint:
    """The desired state for an image (`…@sha256:…`), released weights (`s3://…`) and everything the infra file says.

    The names of model and config carry the hash of their content, so the same content is the same name, and whether
    there is something to do is a look-up.
    """
    server, bucket = names.server, names.bucket
    model: dict[str, Any] = {
        "ExecutionRoleArn": role_arn,
        "PrimaryContainer": {
            "Image": image_uri,
            "ModelDataUrl": weights_uri,
            **({"Environment": dict(settings.environment)} if settings.environment else {}),
        },
    }
    if settings.subnets:
        model["VpcConfig"] = {"Subnets": list(settings.subnets), "SecurityGroupIds": list(settings.security_group_ids)}
    variant: dict[str, Any] = {
        "VariantName": VARIANT,
        **_instances(settings),
        "InitialInstanceCount": settings.instance_count,
        "InitialVariantWeight": 1.0,
    }
    optional = {
        "VariantInstanceProvisionTimeoutInSeconds": settings.provision_timeout,
        "ModelDataDownloadTimeoutInSeconds": settings.model_data_download_timeout,
        "ContainerStartupHealthCheckTimeoutInSeconds": settings.container_startup_health_check_timeout,
        "VolumeSizeInGB": settings.volume_size,
        "InferenceAmiVersion": settings.inference_ami_version,
    }
    variant |= {key: value for key, value in optional.items() if value is not None}
    config: dict[str, Any] = {"ProductionVariants": [variant]}
    if settings.mode == "async":
        config["AsyncInferenceConfig"] = _async_inference(settings, f"s3://{bucket}/async-inference/{server}")
    if settings.data_capture and settings.data_capture.sampling_percentage:  # 0 % keeps nothing: the same as none
        config["DataCaptureConfig"] = _data_capture(settings.data_capture, f"s3://{bucket}/data-capture/{server}")
    digest = hashlib.sha256(json.dumps({"model": model, "config": config}, sort_keys=True).encode()).hexdigest()
    name = content_name(server, digest)
    variant["ModelName"] = name
    return DesiredEndpoint(
        endpoint_name=names.endpoint or server,
        content_hash=digest,
        model_name=name,
        config_name=name,
        model=model,
        config=config,
        rollout=deployment_config(settings.rollout) if settings.rollout else None,
        is_async=settings.mode == "async",
        autoscaled=settings.autoscaling is not None,
    )


def _instances(settings: EndpointSettings) -> dict[str, Any]:
    """InstancePools stand in the place of InstanceType (SageMaker Developer Guide, 'Deploy to multiple instance types')."""
    if not settings.instance_pools:
        return {"InstanceType": settings.instance_type}
    types = enumerate(settings.instance_types, start=1)
    return {"InstancePools": [{"InstanceType": name, "Priority": priority} for priority, name in types]}


def _async_inference(settings: EndpointSettings, base: str) -> dict[str, Any]:
    """AsyncInferenceConfig; results below `base` unless the infra file says otherwise."""
    topics = {"success": settings.async_success_topic, "error": settings.async_error_topic}
    notification: dict[str, Any] = {f"{kind.capitalize()}Topic": topic for kind, topic in topics.items() if topic}
    if settings.async_include_inference_response_in:
        notification["IncludeInferenceResponseIn"] = [
            f"{kind.upper()}_NOTIFICATION_TOPIC" for kind in settings.async_include_inference_response_in
        ]
    limit = settings.max_concurrent_invocations_per_instance
    return {
        "OutputConfig": {
            "S3OutputPath": settings.async_output_path or f"{base}/output",
            "S3FailurePath": settings.async_failure_path or f"{base}/failure",
            **({"KmsKeyId": settings.async_kms_key_id} if settings.async_kms_key_id else {}),
            **({"NotificationConfig": notification} if notification else {}),
        },
        **({"ClientConfig": {"MaxConcurrentInvocationsPerInstance": limit}} if limit is not None else {}),
    }


def _data_capture(settings: DataCapture, base: str) -> dict[str, Any]:
    """DataCaptureConfig; captured below `base` unless the infra file says otherwise."""
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": settings.sampling_percentage,
        "DestinationS3Uri": settings.s3_uri or base,
        "CaptureOptions": [{"CaptureMode": side.capitalize()} for side in settings.capture],
        **({"KmsKeyId": settings.kms_key_id} if settings.kms_key_id else {}),
    }


def deployment_config(rollout: Rollout) -> dict[str, Any]:
    """DeploymentConfig: SageMaker's deployment guardrails in its own words."""
    limits = {"MaximumExecutionTimeoutInSeconds": rollout.maximum_execution_timeout} if rollout.maximum_execution_timeout else {}
    config: dict[str, Any]
    if rollout.strategy == "rolling":
        policy = {
            **({"MaximumBatchSize": _capacity(rollout.size)} if rollout.size else {}),
            "WaitIntervalInSeconds": rollout.wait_interval,
            **({"RollbackMaximumBatchSize": _capacity(rollout.rollback_size)} if rollout.rollback_size else {}),
            **limits,
        }
        config = {"RollingUpdatePolicy": policy}
    else:
        traffic = {"Type": rollout.strategy.upper(), "WaitIntervalInSeconds": rollout.wait_interval}
        step = {"canary": "CanarySize", "linear": "LinearStepSize"}.get(rollout.strategy)
        if step and rollout.size:
            traffic[step] = _capacity(rollout.size)
        policy = {"TrafficRoutingConfiguration": traffic, "TerminationWaitInSeconds": rollout.termination_wait, **limits}
        config = {"BlueGreenUpdatePolicy": policy}
    if rollout.alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in rollout.alarms]}
    return config


def _capacity(size: Size) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT" if size.unit == "percent" else "INSTANCE_COUNT", "Value": size.value}
