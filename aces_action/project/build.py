"""From documents in which nothing is wrong to the values of `model`: their schemas prove the shapes taken for granted here."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from aces_action.project.checks import task_names
from aces_action.project.document import Document
from aces_action.project.model import (
    Autoscaling,
    DataCapture,
    ElasticFileSystem,
    EndpointSettings,
    Image,
    Infra,
    JobSettings,
    JobVolume,
    NameSettings,
    Project,
    Rollout,
    Service,
    Size,
    Ulimit,
)

# The defaults that the schema promises; a test compares them.
COOLDOWN = 300  # s
WAIT_INTERVAL = 300  # s
SAMPLING_PERCENTAGE = 100
ATTEMPTS = 3


def build_project(register: Document, algorithm: Document, infra: Document, image: Image | None) -> Project:
    listing: Any = register.data
    return Project(
        plan_id=int(listing["plan_id"]),
        overflow_mode=int(listing["overflow_mode"]),
        services=tuple(_service(entry) for entry in listing["services"]),
        task_names=task_names(algorithm),
        image=image,
        infra=build_infra(infra.data),
        infra_file=PurePosixPath(infra.source.file),
    )


def build_infra(data: Any) -> Infra:
    component = data.get("ASYNC_COMPONENT_SERVICE", "aws_batch")
    batch = data.get("batch", {})
    longtime = {**{key: value for key, value in batch.items() if key != "job_definition_name"}, **batch.get("longtime", {})}
    job_type, longtime_type = data.get("aws_batch_instance_type"), data.get("aws_longtime_batch_instance_type")
    with_batch = component == "aws_batch"
    return Infra(
        account_id=data.get("account_id"),
        async_component=component,
        endpoint=_endpoint(data, "realtime" if with_batch else "async") if "SAGEMAKER_INSTANCE_TYPE" in data else None,
        job=_job(job_type, batch) if with_batch and job_type else None,
        longtime_job=_job(longtime_type, longtime) if with_batch and longtime_type else None,
        names=NameSettings(**data.get("names", {})),
    )


def _service(entry: Any) -> Service:
    lists = {key: tuple(entry.get(key, ())) for key in ("input_mimes", "output_mimes", "algorithms")}
    return Service(**{**entry, **lists})


def _endpoint(data: Any, default_mode: str) -> EndpointSettings:
    settings = data.get("sagemaker", {})
    asynchronous = settings.get("async", {})
    autoscaling = _autoscaling(settings["autoscaling"]) if "autoscaling" in settings else None
    fewest = max(1, autoscaling.min_capacity) if autoscaling else 1  # an endpoint cannot be created without instances
    return EndpointSettings(
        instance_type=data["SAGEMAKER_INSTANCE_TYPE"],
        mode=data.get("SAGEMAKER_INFERENCE_MODE", default_mode),
        instance_count=_whole(settings.get("instance_count", fewest)),
        instance_pools=tuple(settings.get("instance_pools", ())),
        provision_timeout=_whole(settings.get("provision_timeout")),
        execution_role_arn=settings.get("execution_role_arn"),
        environment=_environment(settings),
        model_data_download_timeout=_whole(settings.get("model_data_download_timeout")),
        container_startup_health_check_timeout=_whole(settings.get("container_startup_health_check_timeout")),
        volume_size=_whole(settings.get("volume_size")),
        inference_ami_version=settings.get("inference_ami_version"),
        subnets=tuple(settings.get("subnets", ())),
        security_group_ids=tuple(settings.get("security_group_ids", ())),
        max_concurrent_invocations_per_instance=_whole(asynchronous.get("max_concurrent_invocations_per_instance")),
        async_output_path=asynchronous.get("output_path"),
        async_failure_path=asynchronous.get("failure_path"),
        async_kms_key_id=asynchronous.get("kms_key_id"),
        async_success_topic=asynchronous.get("success_topic"),
        async_error_topic=asynchronous.get("error_topic"),
        async_include_inference_response_in=tuple(asynchronous.get("include_inference_response_in", ())),
        async_invocation_timeout=_whole(asynchronous.get("invocation_timeout")),
        autoscaling=autoscaling,
        rollout=_rollout(settings["rollout"]) if "rollout" in settings else None,
        data_capture=_data_capture(settings["data_capture"]) if "data_capture" in settings else None,
        name=settings.get("endpoint_name"),
    )


def _autoscaling(settings: Any) -> Autoscaling:
    return Autoscaling(
        min_capacity=_whole(settings["min_capacity"]),
        max_capacity=_whole(settings["max_capacity"]),
        target_value=float(settings["target_value"]),
        scale_in_cooldown=_whole(settings.get("scale_in_cooldown", COOLDOWN)),
        scale_out_cooldown=_whole(settings.get("scale_out_cooldown", COOLDOWN)),
    )


def _rollout(settings: Any) -> Rollout:
    return Rollout(
        strategy=settings["strategy"],
        size=_size(settings.get("size")),
        wait_interval=_whole(settings.get("wait_interval", WAIT_INTERVAL)),
        termination_wait=_whole(settings.get("termination_wait", 0)),
        maximum_execution_timeout=_whole(settings.get("maximum_execution_timeout")),
        rollback_size=_size(settings.get("rollback_size")),
        alarms=tuple(settings.get("alarms", ())),
    )


def _size(value: Any) -> Size | None:
    """`10%`, or a number of instances."""
    if value is None:
        return None
    if isinstance(value, str):
        return Size(unit="percent", value=int(value.removesuffix("%")))
    return Size(unit="instances", value=int(value))


def _data_capture(settings: Any) -> DataCapture:
    return DataCapture(
        sampling_percentage=_whole(settings.get("sampling_percentage", SAMPLING_PERCENTAGE)),
        s3_uri=settings.get("s3_uri"),
        capture=tuple(settings.get("capture", ("input", "output"))),
        kms_key_id=settings.get("kms_key_id"),
    )


def _job(instance_type: str, settings: Any) -> JobSettings:
    return JobSettings(
        instance_type=instance_type,
        vcpus=_whole(settings.get("vcpus")),
        memory=_whole(settings.get("memory")),
        shared_memory=_whole(settings.get("shared_memory")),
        gpus=_whole(settings.get("gpus")),
        timeout=_whole(settings.get("timeout")),
        attempts=_whole(settings.get("attempts", ATTEMPTS)),
        retry_on=settings.get("retry_on", "host"),
        job_role_arn=settings.get("job_role_arn"),
        execution_role_arn=settings.get("execution_role_arn"),
        command=tuple(settings.get("command", ())),
        user=settings.get("user"),
        environment=_environment(settings),
        secrets=tuple(sorted(settings.get("secrets", {}).items())),
        ulimits=tuple(
            Ulimit(name=name, soft=_whole(each["soft"]), hard=_whole(each["hard"]))
            for name, each in sorted(settings.get("ulimits", {}).items())
        ),
        volumes=tuple(_volume(name, each) for name, each in sorted(settings.get("volumes", {}).items())),
        readonly_root_filesystem=settings.get("readonly_root_filesystem", False),
        propagate_tags=settings.get("propagate_tags", False),
        scheduling_priority=_whole(settings.get("scheduling_priority")),
        log_group=settings.get("log_group"),
        log_retention_days=_whole(settings.get("log_retention_days")),
        queue=settings.get("queue"),
        compute_environment=settings.get("compute_environment"),
        name=settings.get("job_definition_name"),
    )


def _volume(name: str, settings: Any) -> JobVolume:
    return JobVolume(
        name=name,
        path=settings["path"],
        read_only=settings.get("read_only", False),
        host_path=settings.get("host_path"),
        efs=ElasticFileSystem(**settings["efs"]) if "efs" in settings else None,
    )


def _whole(value: Any) -> Any:
    """1.0 is a whole number to JSON Schema, but not to AWS."""
    return None if value is None else int(value)


def _environment(settings: Any) -> tuple[tuple[str, str], ...]:
    """Sorted by name, so that another order in the file is no change."""
    return tuple(sorted(settings.get("environment", {}).items()))
