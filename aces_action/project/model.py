"""The caller's files as values: what `load_project` returns once nothing is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

AsyncComponent = Literal["aws_batch", "sagemaker"]
InferenceMode = Literal["realtime", "async"]
ServiceType = Literal["simple", "image", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One entry of `services` in register.json, in the guide's words."""

    name: str
    title: str
    subtitle: str
    content: str
    type: ServiceType
    image_key: str
    input_mimes: tuple[str, ...] = ()
    output_mimes: tuple[str, ...] = ()
    unit_name: str
    point_per_frame: float
    results_to_show_default: bool
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The picture that the platform shows for the algorithm; `media_type` by its signature, not by its name."""

    path: PurePosixPath
    media_type: Literal["image/png", "image/jpeg"]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """What the infra file asks of SageMaker. Seconds, GB (2**30) and counts as SageMaker's API takes them."""

    instance_type: str
    mode: InferenceMode
    instance_count: int = 1
    execution_role_arn: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    model_data_download_timeout: int | None = None
    container_startup_health_check_timeout: int | None = None
    volume_size: int | None = None
    subnets: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    max_concurrent_invocations_per_instance: int | None = None
    async_output_path: str | None = None
    async_failure_path: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """What the infra file asks of one Batch job definition. None: derived from the instance type. Memory in MiB."""

    instance_type: str
    vcpus: int | None = None
    memory: int | None = None
    gpus: int | None = None
    timeout: int | None = None
    attempts: int = 1
    job_role_arn: str | None = None
    execution_role_arn: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    queue: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Infra:
    """`…-algorithm-server-infra.yml`. `endpoint` is None for Batch alone; both jobs are None unless Batch is deployed."""

    account_id: str | None
    async_component: AsyncComponent
    endpoint: EndpointSettings | None
    job: JobSettings | None
    longtime_job: JobSettings | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything that the caller's files say, valid in itself and across files."""

    plan_id: int
    overflow_mode: int
    services: tuple[Service, ...]
    task_names: tuple[str, ...]
    image: Image | None
    infra: Infra
    infra_file: PurePosixPath
