"""Queues and compute environments to judge, and the codes of what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aces_action.preflight.compute_environments import Ec2Facts, Environment
from aces_action.preflight.environment_health import DiskNeeds
from aces_action.preflight.instances import Machine
from aces_action.preflight.queues import Queue, check_queue
from aces_action.problems.preflight.queue_limits import JobStateTimeLimit
from aces_action.project.model import JobSettings
from aces_action.resources.batch.spec import Instance


def machine(name: str, vcpus: int = 4, memory: int = 16384, gpus: int = 0, architecture: str = "x86_64") -> Machine:
    instance = Instance(instance_type=name, vcpus=vcpus, memory=memory, gpus=gpus, architectures=(architecture,))
    return Machine(instance=instance, gpu_memory=16384 * gpus)


MACHINES = {
    each.instance.instance_type: each
    for each in (
        machine("m5.xlarge"),
        machine("m5.large", vcpus=2, memory=8192),
        machine("m5.2xlarge", vcpus=8, memory=32768),
        machine("g4dn.xlarge", gpus=1),
        machine("p3.2xlarge", gpus=1),
        machine("a1.xlarge", architecture="arm64"),
        machine("m6g.2xlarge", vcpus=8, memory=32768, architecture="arm64"),
    )
}
JOB = JobSettings(instance_type="m5.xlarge")
# Jobs that can never run are cancelled
LIMITS = tuple(
    JobStateTimeLimit(reason=f"MISCONFIGURATION:{reason}", seconds=600)
    for reason in ("JOB_RESOURCE_REQUIREMENT", "COMPUTE_ENVIRONMENT_MAX_RESOURCE")
)


def environment(*types: str, **more: Any) -> Environment:
    values: dict[str, Any] = {
        "name": "env",
        "arn": "arn:aws:batch:ap-northeast-1:123456789012:compute-environment/env",
        "state": "ENABLED",
        "status": "VALID",
        "reason": "",
        "resources": "EC2",
        "instance_types": types or ("m5.xlarge",),
        "max_vcpus": 16,
        "subnets": ("subnet-a",),
    }
    return Environment(**values | more)


def judged(
    *environments: Environment,
    job: JobSettings = JOB,
    queue: Mapping[str, Any] | None = None,
    zone: str = "1a",
    offered: str = "1a",
    disk: DiskNeeds | None = None,
) -> list[str]:
    """The codes of what is wrong with a queue of these environments."""
    whole = Queue(name="q", state="ENABLED", status="VALID", reason="", environments=environments, time_limits=LIMITS)
    around = Ec2Facts(
        machines=MACHINES, zone_of={"subnet-a": zone}, offered={job.instance_type: frozenset({offered})} if offered else {}
    )
    rows = check_queue("q", replace(whole, **(queue or {})), job, around, disk)
    return [problem.code for row in rows for problem in row.problems]
