"""What is known of an endpoint that failed, for the advice about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.aws.inference_ami import CudaNeeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the endpoint that failed, as far as it is. Bytes, GB as SageMaker counts them (2**30), seconds."""

    region: str = ""
    endpoint_name: str = ""
    instance_types: tuple[str, ...] = ()
    memory: int | None = None
    unpacked: int | None = None
    volume: int | None = None
    startup_timeout: int | None = None
    download_timeout: int | None = None
    weights_uri: str = ""
    image_uri: str = ""
    role_arn: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    inference_ami: str = ""
    cuda: CudaNeeds | None = None
    in_vpc: bool = False
    is_async: bool = False
    alarms: tuple[str, ...] = ()

    @property
    def instance_type(self) -> str:
        return self.instance_types[0] if self.instance_types else ""


def facts_of(
    config: Mapping[str, Any],
    model: Mapping[str, Any],
    *,
    endpoint_name: str,
    region: str,
    rollout: Mapping[str, Any] | None = None,
    unpacked: int | None = None,
) -> Facts:
    """From an endpoint config and a model in SageMaker's own words, as they are sent or as they are described.

    `rollout` is the DeploymentConfig of an update; `unpacked` the size of the weights in bytes.
    """
    variant: Mapping[str, Any] = next(iter(config.get("ProductionVariants") or ()), {})
    container: Mapping[str, Any] = model.get("PrimaryContainer") or {}
    pools = sorted(variant.get("InstancePools") or (), key=lambda each: int(each.get("Priority", 0)))
    types = [variant.get("InstanceType"), *(each.get("InstanceType") for each in pools)]
    alarms = ((rollout or {}).get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
    return Facts(
        region=region,
        endpoint_name=endpoint_name,
        instance_types=tuple(dict.fromkeys(each for each in types if each)),
        unpacked=unpacked,
        volume=variant.get("VolumeSizeInGB"),
        startup_timeout=variant.get("ContainerStartupHealthCheckTimeoutInSeconds"),
        download_timeout=variant.get("ModelDataDownloadTimeoutInSeconds"),
        weights_uri=container.get("ModelDataUrl", ""),
        image_uri=container.get("Image", ""),
        role_arn=model.get("ExecutionRoleArn", ""),
        environment=tuple((container.get("Environment") or {}).items()),
        inference_ami=variant.get("InferenceAmiVersion", ""),
        in_vpc=bool(model.get("VpcConfig")),
        is_async="AsyncInferenceConfig" in config,
        alarms=tuple(each["AlarmName"] for each in alarms),
    )
