"""What AWS Batch should have: a job definition for standard and one for long-time jobs, fitted to their instance types."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.problems import Problem
from aces_action.problems import batch as problems
from aces_action.project.model import ElasticFileSystem, JobSettings, JobVolume
from aces_action.resources.batch.canonical import canonical
from aces_action.resources.batch.memory import usable_memory

# Which failures are tried again, the first rule that matches decides (Batch User Guide, 'Automated job retries'; botocore:
# EvaluateOnExit: at most 5 rules; letters, digits, '.', ':', blanks and a last '*'). Where none matches AWS tries again: the
# last one has to end the job. A container that does not start for its own fault cannot be told from the host's by a pattern
# that only fits beginnings: it is tried again too, which costs seconds.
_RETRY_RULES = (
    {"onStatusReason": "Host EC2*", "action": "RETRY"},  # the instance is gone, taken back by Spot or broken
    {"onReason": "AGENT*", "action": "RETRY"},  # the host's ECS agent is
    {"onReason": "CannotPull*", "action": "RETRY"},  # CannotPullContainerError and its kin
    {"onStatusReason": "Task failed to start*", "action": "RETRY"},  # DockerTimeoutError, CannotStartContainerError …
    {"onReason": "*", "action": "EXIT"},
)
_DOCKERS_SHARED_MEMORY = 64  # MiB, what /dev/shm has without our setting (docker run, --shm-size)
LEAST_MEMORY = 4  # MiB (botocore: ResourceRequirement)


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
    """The desired state of one job definition. `request` is RegisterJobDefinition's, without tags. The hash covers what the
    request says, not how: a field that a later version of the action adds with AWS's own default does not change it."""

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

    The container finds its weights by WEIGHTS_S3_URI; the user's own variables win over it. arm64 needs no field: on EC2 the
    image alone decides (botocore: runtimePlatform is Fargate's), and the preflight looks at that.
    """
    request: dict[str, Any] = {
        "jobDefinitionName": name,
        "type": "container",
        "platformCapabilities": ["EC2"],
        "containerProperties": _container(settings, instance, container),
        "retryStrategy": _retries(settings),
        **({"timeout": {"attemptDurationSeconds": settings.timeout}} if settings.timeout else {}),
        **({"propagateTags": True} if settings.propagate_tags else {}),
    }
    if settings.scheduling_priority is not None:
        request["schedulingPriority"] = settings.scheduling_priority
    digest = hashlib.sha256(json.dumps(canonical(request), sort_keys=True).encode()).hexdigest()
    return DesiredJobDefinition(name=name, content_hash=digest, request=request)


def _container(settings: JobSettings, instance: Instance, container: JobContainer) -> dict[str, Any]:
    gpus = instance.gpus if settings.gpus is None else settings.gpus
    memory = _memory(settings, instance)
    resources = {"VCPU": settings.vcpus or instance.vcpus, "MEMORY": memory, **({"GPU": gpus} if gpus else {})}
    properties: dict[str, Any] = {
        "image": container.image_uri,
        "jobRoleArn": container.job_role_arn,
        "executionRoleArn": container.execution_role_arn,
        "resourceRequirements": [{"type": kind, "value": str(value)} for kind, value in resources.items()],
        "environment": [{"name": key, "value": value} for key, value in sorted(_environment(settings, container, gpus).items())],
        "linuxParameters": {"sharedMemorySize": settings.shared_memory or shared_memory(memory)},
    }
    optional: dict[str, Any] = {
        "command": list(settings.command),
        "user": settings.user,
        "secrets": [{"name": name, "valueFrom": arn} for name, arn in settings.secrets],
        "ulimits": [{"name": each.name, "softLimit": each.soft, "hardLimit": each.hard} for each in settings.ulimits],
        "volumes": [_volume(each) for each in settings.volumes],
        "mountPoints": [
            {"sourceVolume": each.name, "containerPath": each.path, "readOnly": each.read_only} for each in settings.volumes
        ],
        "readonlyRootFilesystem": settings.readonly_root_filesystem,
        "logConfiguration": (
            {"logDriver": "awslogs", "options": {"awslogs-group": settings.log_group}} if settings.log_group else None
        ),
    }
    return properties | {key: value for key, value in optional.items() if value}


def _memory(settings: JobSettings, instance: Instance) -> int:
    return settings.memory or usable_memory(instance.instance_type, instance.memory)


def shared_memory(memory: int) -> int:
    """MiB of /dev/shm of a job that has `memory` MiB. It is only a limit, and what is in it counts as the job's memory: a
    quarter lets data loaders work, and leaves most to the program. Not less than without the setting."""
    return max(memory // 4, min(_DOCKERS_SHARED_MEMORY, memory))


def _environment(settings: JobSettings, container: JobContainer, gpus: int) -> dict[str, str]:
    """NVIDIA's variables: the ECS agent itself sets which GPUs are seen (aws/amazon-ecs-agent, NVIDIA_VISIBLE_DEVICES). What of
    the driver is seen is the image's to say, and without that compute and utility alone (NVIDIA Container Toolkit, 'Driver
    Capabilities'), so that decoding video fails. 'all' takes nothing away from any image."""
    drivers = {"NVIDIA_DRIVER_CAPABILITIES": "all"} if gpus else {}
    secret = {name for name, _ in settings.secrets}
    ours = {"WEIGHTS_S3_URI": container.weights_uri, **drivers}
    return {name: value for name, value in ours.items() if name not in secret} | dict(settings.environment)


def _retries(settings: JobSettings) -> dict[str, Any]:
    with_rules = settings.attempts > 1 and settings.retry_on == "host"
    return {"attempts": settings.attempts, **({"evaluateOnExit": [dict(rule) for rule in _RETRY_RULES]} if with_rules else {})}


def _volume(volume: JobVolume) -> dict[str, Any]:
    if volume.efs:
        return {"name": volume.name, "efsVolumeConfiguration": _file_system(volume.efs)}
    return {"name": volume.name, "host": {"sourcePath": volume.host_path} if volume.host_path else {}}


def _file_system(efs: ElasticFileSystem) -> dict[str, Any]:
    """Always encrypted on its way: access points and IAM ask for that (botocore: EFSAuthorizationConfig), and it costs little."""
    access = {
        **({"accessPointId": efs.access_point_id} if efs.access_point_id else {}),
        **({"iam": "ENABLED"} if efs.iam else {}),
    }
    return {
        "fileSystemId": efs.file_system_id,
        **({"rootDirectory": efs.root_directory} if efs.root_directory else {}),
        "transitEncryption": "ENABLED",
        **({"authorizationConfig": access} if access else {}),
    }


def check_fit(settings: JobSettings, instance: Instance, *, name: str, file: str) -> list[Problem]:
    """Problems (B002, B003) of a definition that no instance of its type can run: such a job stays RUNNABLE forever."""
    usable = usable_memory(instance.instance_type, instance.memory)
    asked_and_available = {
        "vcpus": (settings.vcpus, instance.vcpus),
        "memory": (settings.memory or LEAST_MEMORY, usable),
        "gpus": (settings.gpus, instance.gpus),
    }
    found = [
        problems.too_large(name, setting, asked, available=available, instance_type=instance.instance_type, file=file)
        for setting, (asked, available) in asked_and_available.items()
        if asked is not None and asked > available
    ]
    if settings.memory is None and settings.shared_memory and settings.shared_memory > usable:
        found.append(problems.shared_memory_exceeds_instance(name, settings.shared_memory, usable, instance.instance_type, file))
    return found
