"""The caller's files as values: what `load_project` returns once nothing is wrong with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from aces_action.project.document import Json

AsyncComponent = Literal["aws_batch", "sagemaker"]
InferenceMode = Literal["realtime", "async"]
ServiceType = Literal["simple", "image", "file"]
RolloutStrategy = Literal["all_at_once", "canary", "linear", "rolling"]
JobKind = Literal["standard", "longtime"]
RetriedFailures = Literal["host", "any"]


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
class NameSettings:
    """Names of the infra file that win over the convention; None: by convention (see `names`)."""

    bucket: str | None = None
    server: str | None = None
    repository: str | None = None
    weights_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Autoscaling:
    """How many instances, and at which load: invocations per minute and instance, or for an asynchronous endpoint waiting
    requests per instance. Cool-downs in seconds."""

    min_capacity: int
    max_capacity: int
    target_value: float
    scale_in_cooldown: int
    scale_out_cooldown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A part of the fleet, as the guardrails take it: so many instances, or so many per cent of them."""

    unit: Literal["instances", "percent"]
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How an update reaches the endpoint (SageMaker's deployment guardrails). Times in seconds; alarms by their names in
    CloudWatch. `size` is that of the canary, of each step of linear, or of each batch of rolling; None for all_at_once."""

    strategy: RolloutStrategy
    size: Size | None
    wait_interval: int
    termination_wait: int
    maximum_execution_timeout: int | None
    rollback_size: Size | None
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCapture:
    """Requests and answers that SageMaker keeps in S3. `s3_uri` None: in the project's bucket."""

    sampling_percentage: int
    s3_uri: str | None
    capture: tuple[Literal["input", "output"], ...]
    kms_key_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """What the infra file asks of SageMaker. Seconds, GB (2**30) and counts as SageMaker's API takes them.

    `instance_pools` are the types that stand in for `instance_type` where AWS has no free instance of it, the best one first.
    """

    instance_type: str
    mode: InferenceMode
    instance_count: int = 1
    instance_pools: tuple[str, ...] = ()
    provision_timeout: int | None = None
    execution_role_arn: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    model_data_download_timeout: int | None = None
    container_startup_health_check_timeout: int | None = None
    volume_size: int | None = None
    inference_ami_version: str | None = None
    subnets: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    max_concurrent_invocations_per_instance: int | None = None
    async_output_path: str | None = None
    async_failure_path: str | None = None
    async_kms_key_id: str | None = None
    async_success_topic: str | None = None
    async_error_topic: str | None = None
    async_include_inference_response_in: tuple[Literal["success", "error"], ...] = ()
    async_invocation_timeout: int | None = None
    autoscaling: Autoscaling | None = None
    rollout: Rollout | None = None
    data_capture: DataCapture | None = None
    name: str | None = None

    @property
    def instance_types(self) -> tuple[str, ...]:
        """Every type that the endpoint may run on, in the order in which SageMaker tries them."""
        return (self.instance_type, *self.instance_pools)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulimit:
    """A limit of the kernel for the container's processes, by its name in `ulimit`: nofile, memlock …"""

    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticFileSystem:
    """Which part of an EFS file system is mounted. `iam`: whether the job role decides who may."""

    file_system_id: str
    root_directory: str | None = None
    access_point_id: str | None = None
    iam: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobVolume:
    """What a job's container sees at `path`: a folder of the host, a part of an EFS file system, or (both None) a folder on the
    host's disk that is empty at first and gone with the job."""

    name: str
    path: str
    read_only: bool = False
    host_path: str | None = None
    efs: ElasticFileSystem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """What the infra file asks of one Batch job definition. None: derived from the instance type. Memory in MiB.

    `secrets`: ARNs by the variable that gets the value, never a value. `retry_on`: after which failures Batch tries again,
    `attempts` times in all.
    """

    instance_type: str
    vcpus: int | None = None
    memory: int | None = None
    shared_memory: int | None = None
    gpus: int | None = None
    timeout: int | None = None
    attempts: int = 3
    retry_on: RetriedFailures = "host"
    job_role_arn: str | None = None
    execution_role_arn: str | None = None
    command: tuple[str, ...] = ()
    user: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
    volumes: tuple[JobVolume, ...] = ()
    readonly_root_filesystem: bool = False
    propagate_tags: bool = False
    scheduling_priority: int | None = None
    log_group: str | None = None
    log_retention_days: int | None = None
    queue: str | None = None
    compute_environment: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Infra:
    """`…-algorithm-server-infra.yml`. `endpoint` is None for Batch alone; both jobs are None unless Batch is deployed."""

    account_id: str | None
    async_component: AsyncComponent
    endpoint: EndpointSettings | None
    job: JobSettings | None
    longtime_job: JobSettings | None
    names: NameSettings = NameSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the infra file alone says: enough for what is deployed already, whatever becomes of the other files."""

    infra: Infra
    infra_file: PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The JSON Schema (2020-12) of an answer. It has been checked: its references lead somewhere inside it."""

    content: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """A file of the smoke test. `name` is its path in the repository, `file` where it lies, whose bytes are the body; `size` in
    bytes.

    `max_seconds` None: no limit but AWS's and the run's. `schema` None: any answer will do.
    """

    name: str
    file: Path = field(repr=False)
    size: int
    content_type: str
    schema: Schema | None = None
    max_seconds: float | None = None

    def sha256(self) -> str:
        """That of the body, in hexadecimal. Raises OSError."""
        with self.file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(RequestFile):
    """One request of the smoke test to the endpoint."""

    accept: str | None = None
    custom_attributes: str | None = None
    status: int = 200

    @property
    def expects_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest(RequestFile):
    """One request of the smoke test that is a Batch job, which finds the body in S3.

    `command`, `environment` and `parameters` go before the definition's own. `output` is where the job leaves its answer: a name
    in a folder of its own, or an address in S3; None: the exit code is all that counts.
    """

    kind: JobKind
    command: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    share_identifier: str | None = None
    output: str | None = None
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything that the caller's files say, valid in itself and across files. The requests are those of the smoke test."""

    plan_id: int
    overflow_mode: int
    services: tuple[Service, ...]
    task_names: tuple[str, ...]
    image: Image | None
    infra: Infra
    infra_file: PurePosixPath
    requests: tuple[Request, ...] = ()
    job_requests: tuple[JobRequest, ...] = ()
