"""What SageMaker should have: one model, one endpoint config and the endpoint's name, all from the content they serve."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.aws.naming import content_name
from aces_action.project.model import EndpointSettings

VARIANT = "AllTraffic"

Request = Mapping[str, Any]  # a request in the API's own words (PascalCase), as botocore takes it


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredEndpoint:
    """The desired state. `model` and `config` are the requests without names and tags: exactly what the hash covers."""

    endpoint_name: str
    content_hash: str
    model_name: str
    config_name: str
    model: Request
    config: Request
    is_async: bool


def desired(
    settings: EndpointSettings,
    *,
    endpoint_name: str,
    server: str,
    bucket: str,
    image_uri: str,
    weights_uri: str,
    role_arn: str,
) -> DesiredEndpoint:
    """The desired state for an image (`…@sha256:…`), released weights (`s3://…`) and everything the infra file says.

    The names of model and config carry the hash of their content, so the same content is the same name, and whether
    there is something to do is a look-up.
    """
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
        "InstanceType": settings.instance_type,
        "InitialInstanceCount": settings.instance_count,
        "InitialVariantWeight": 1.0,
    }
    optional = {
        "ModelDataDownloadTimeoutInSeconds": settings.model_data_download_timeout,
        "ContainerStartupHealthCheckTimeoutInSeconds": settings.container_startup_health_check_timeout,
        "VolumeSizeInGB": settings.volume_size,
    }
    variant |= {key: value for key, value in optional.items() if value is not None}
    config: dict[str, Any] = {"ProductionVariants": [variant]}
    if settings.mode == "async":
        base = f"s3://{bucket}/async-inference/{server}"
        config["AsyncInferenceConfig"] = {
            "OutputConfig": {
                "S3OutputPath": settings.async_output_path or f"{base}/output",
                "S3FailurePath": settings.async_failure_path or f"{base}/failure",
            },
        }
        if settings.max_concurrent_invocations_per_instance is not None:
            config["AsyncInferenceConfig"]["ClientConfig"] = {
                "MaxConcurrentInvocationsPerInstance": settings.max_concurrent_invocations_per_instance
            }
    digest = hashlib.sha256(json.dumps({"model": model, "config": config}, sort_keys=True).encode()).hexdigest()
    name = content_name(server, digest)
    variant["ModelName"] = name
    return DesiredEndpoint(
        endpoint_name=endpoint_name,
        content_hash=digest,
        model_name=name,
        config_name=name,
        model=model,
        config=config,
        is_async=settings.mode == "async",
    )
