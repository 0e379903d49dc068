"""What AWS Batch should have: a job definition for standard and one for long-time jobs, fitted to their instance types."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.language import Text
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.model import JobSettings
from aces_action.resources.batch.memory import usable_memory

Role = str  # 'standard' or 'longtime'


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What EC2 says about an instance type. Memory in MiB; architectures as EC2 names them ('x86_64', 'arm64').

    `storage`: GB (10**9) of disks of its own, 0 where it has none.
    """

    instance_type: str
    vcpus: int
    memory: int
    gpus: int
    architectures: tuple[str, ...]
    storage: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredJobDefinition:
    """The desired state of one job definition. `request` is RegisterJobDefinition's, without tags: what the hash covers."""

    name: str
    content_hash: str
    request: Mapping[str, Any]


def desired(
    settings: JobSettings,
    instance: Instance,
    *,
    name: str,
    image_uri: str,
    weights_uri: str,
    job_role_arn: str,
    execution_role_arn: str,
) -> DesiredJobDefinition:
    """The job definition for one instance type: all its vCPUs and GPUs and the memory it can give, unless the file says less.

    The container finds its weights by WEIGHTS_S3_URI; the user's own variables win over it.
    """
    vcpus = settings.vcpus or instance.vcpus
    memory = settings.memory or usable_memory(instance.instance_type, instance.memory)
    gpus = instance.gpus if settings.gpus is None else settings.gpus
    resources = {"VCPU": vcpus, "MEMORY": memory, **({"GPU": gpus} if gpus else {})}
    environment = {"WEIGHTS_S3_URI": weights_uri, **dict(settings.environment)}
    request: dict[str, Any] = {
        "jobDefinitionName": name,
        "type": "container",
        "platformCapabilities": ["EC2"],
        "containerProperties": {
            "image": image_uri,
            "jobRoleArn": job_role_arn,
            "executionRoleArn": execution_role_arn,
            "resourceRequirements": [{"type": kind, "value": str(value)} for kind, value in resources.items()],
            "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
        },
        "retryStrategy": {"attempts": settings.attempts},
        **({"timeout": {"attemptDurationSeconds": settings.timeout}} if settings.timeout else {}),
    }
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    return DesiredJobDefinition(name=name, content_hash=digest, request=request)


def check_fit(settings: JobSettings, instance: Instance, *, name: str, file: str) -> list[Problem]:
    """Problems (B002) of a definition that no instance of its type can run: such a job stays RUNNABLE for ever."""
    usable = usable_memory(instance.instance_type, instance.memory)
    asked = (
        (Text("vCPUs", "個のvCPU"), settings.vcpus, instance.vcpus, "vcpus"),
        (Text("MiB of memory", "MiBのメモリ"), settings.memory, usable, "memory"),
        (Text("GPUs", "個のGPU"), settings.gpus, instance.gpus, "gpus"),
    )
    return [
        Problem(
            kind=CATALOGUE["B002"],
            message=Text(
                f"The job definition {name} asks for {wanted:,} {unit.en}, but {instance.instance_type} has {available:,} "
                "to give: such a job would wait for ever.",
                f"ジョブ定義{name}は{wanted:,}{unit.ja}を要求していますが、{instance.instance_type}で使えるのは{available:,}です。"
                "このままではジョブが開始されません。",
            ),
            hint=Text(
                f"Lower batch.{key} in the infra file, or leave it out to use all of the instance.",
                f"infraファイルのbatch.{key}を小さくするか、省略してインスタンスのすべてを使ってください。",
            ),
            file=file,
        )
        for unit, wanted, available, key in asked
        if wanted is not None and wanted > available
    ]
