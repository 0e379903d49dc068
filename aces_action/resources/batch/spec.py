"""What AWS Batch should have: a job definition for standard and one for long-time jobs, fitted to their instance types."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.problems import Problem
from aces_action.problems import batch as problems
from aces_action.project.model import JobSettings
from aces_action.resources.batch.memory import usable_memory


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


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContainer:
    """What a job's container is started from, and as whom."""

    image_uri: str
    weights_uri: str
    job_role_arn: str
    execution_role_arn: str


def desired(settings: JobSettings, instance: Instance, *, name: str, container: JobContainer) -> DesiredJobDefinition:
    """The job definition for one instance type: all its vCPUs and GPUs and the memory it can give, unless the file says less.

    The container finds its weights by WEIGHTS_S3_URI; the user's own variables win over it.
    """
    vcpus = settings.vcpus or instance.vcpus
    memory = settings.memory or usable_memory(instance.instance_type, instance.memory)
    gpus = instance.gpus if settings.gpus is None else settings.gpus
    resources = {"VCPU": vcpus, "MEMORY": memory, **({"GPU": gpus} if gpus else {})}
    environment = {"WEIGHTS_S3_URI": container.weights_uri, **dict(settings.environment)}
    request: dict[str, Any] = {
        "jobDefinitionName": name,
        "type": "container",
        "platformCapabilities": ["EC2"],
        "containerProperties": {
            "image": container.image_uri,
            "jobRoleArn": container.job_role_arn,
            "executionRoleArn": container.execution_role_arn,
            "resourceRequirements": [{"type": kind, "value": str(value)} for kind, value in resources.items()],
            "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
        },
        "retryStrategy": {"attempts": settings.attempts},
        **({"timeout": {"attemptDurationSeconds": settings.timeout}} if settings.timeout else {}),
    }
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    return DesiredJobDefinition(name=name, content_hash=digest, request=request)


def check_fit(settings: JobSettings, instance: Instance, *, name: str, file: str) -> list[Problem]:
    """Problems (B002) of a definition that no instance of its type can run: such a job stays RUNNABLE forever."""
    usable = usable_memory(instance.instance_type, instance.memory)
    asked_and_available = {
        "vcpus": (settings.vcpus, instance.vcpus),
        "memory": (settings.memory, usable),
        "gpus": (settings.gpus, instance.gpus),
    }
    return [
        problems.too_large(name, setting, asked, available=available, instance_type=instance.instance_type, file=file)
        for setting, (asked, available) in asked_and_available.items()
        if asked is not None and asked > available
    ]
