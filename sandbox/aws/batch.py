"""AWS Batch: moto's, with jobs that wait for an instance that can hold them.

Nothing runs: a job that fits an instance of its queue's environments has succeeded at once, another one stays RUNNABLE with the
reason that AWS gives (Batch User Guide, 'Jobs stuck in RUNNABLE due to misconfiguration').
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from moto.batch.models import ComputeEnvironment, Job
from moto.batch.responses import BatchResponse
from moto.ec2.models.instance_types import INSTANCE_TYPES

# What container instances register, by measurement: data that the action uses too, each in its own way.
_MEASURED = Path(__file__).parents[2] / "aces_action" / "resources" / "batch" / "registered-memory.tsv"
# Of a type that was not measured: assumed. Less the 32 MiB that Batch's images reserve.
_KERNEL_LEAVES, _RESERVED = 0.93, 32
# botocore: ComputeResource, instanceTypes
_X86_64 = ("m6i", "c6i", "r6i", "c7i")
_BUNDLES = {"optimal": _X86_64, "default_x86_64": _X86_64, "default_arm64": ("m6g", "c6g", "r6g", "c7g")}

_TOO_LARGE = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met "
    "by the CE(s) attached to the job queue."
)
_TOO_MANY_VCPUS = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the job resource "
    "requirement."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a job asks for, or an instance has: memory in MiB."""

    vcpus: float
    memory: int
    gpus: int

    def hold(self, other: Resources) -> bool:
        return self.vcpus >= other.vcpus and self.memory >= other.memory and self.gpus >= other.gpus


class Batch(BatchResponse):
    """The calls of Batch whose answer differs from moto's."""

    def createjobqueue(self) -> str:
        answer = super().createjobqueue()
        self._keep_time_limits()
        return answer

    def updatejobqueue(self) -> str:
        answer = super().updatejobqueue()
        self._keep_time_limits()
        return answer

    def _keep_time_limits(self) -> None:
        """moto forgets when a queue cancels jobs; an update without them leaves them as they are."""
        request: dict[str, Any] = json.loads(self.body)
        queue = self.batch_backend.get_job_queue(request.get("jobQueueName") or request["jobQueue"])
        if "jobStateTimeLimitActions" in request:
            queue.time_limits = request["jobStateTimeLimitActions"]  # type: ignore[union-attr]

    def describejobqueues(self) -> str:
        answer = json.loads(super().describejobqueues())
        for each in answer["jobQueues"]:
            queue = self.batch_backend.get_job_queue(each["jobQueueArn"])
            each["jobStateTimeLimitActions"] = getattr(queue, "time_limits", [])
        return json.dumps(answer)

    def submitjob(self) -> str:
        backend = self.batch_backend
        request: dict[str, Any] = json.loads(self.body)
        definition = backend.get_job_definition(request["jobDefinition"])
        queue = backend.get_job_queue(request["jobQueue"])
        if definition is None or queue is None:
            return super().submitjob()  # which refuses it
        job = Job(
            request["jobName"],
            definition,
            queue,
            backend,
            log_backend=backend.logs_backend,
            container_overrides=request.get("containerOverrides"),
            eks_properties_override=None,
            depends_on=request.get("dependsOn"),
            all_jobs=backend._jobs,  # noqa: SLF001  as moto's own simple Batch does
            timeout=request.get("timeout"),
            array_properties=request.get("arrayProperties", {}),
            parameters=request.get("parameters"),
            tags=request.get("tags"),
        )
        backend._jobs[job.job_id] = job  # noqa: SLF001
        reason = _waits_for(
            _asked(definition.container_properties or {}, request.get("containerOverrides", {})), queue.environments
        )
        if reason:
            job.status, job.job_stopped_reason = "RUNNABLE", reason
        else:
            job._start_attempt()  # noqa: SLF001
            job._mark_stopped(success=True)  # noqa: SLF001
        return json.dumps({"jobId": job.job_id, "jobName": job.job_name, "jobArn": job.arn})


def registered(instance_type: str) -> Resources:
    """What a container instance of this type registers for jobs."""
    known = INSTANCE_TYPES[instance_type]
    size: int = known["MemoryInfo"]["SizeInMiB"]
    return Resources(
        vcpus=known["VCpuInfo"]["DefaultVCpus"],
        memory=_measured().get(instance_type, int(size * _KERNEL_LEAVES) - _RESERVED),
        gpus=sum(gpu["Count"] for gpu in known.get("GpuInfo", {}).get("Gpus", ())),
    )


def _waits_for(asked: Resources, environments: Iterable[ComputeEnvironment]) -> str | None:
    """Why a job stays RUNNABLE; None where it runs."""
    resources = [each.compute_resources for each in environments if each.env_type == "MANAGED"]
    if resources and all(each["maxvCpus"] < asked.vcpus for each in resources):
        return _TOO_MANY_VCPUS
    if resources and not any(registered(name).hold(asked) for each in resources for name in _instance_types(each)):
        return _TOO_LARGE
    return None


def _asked(properties: dict[str, Any], overrides: dict[str, Any]) -> Resources:
    """A definition's resource requirements with those of the job in their place."""
    values = {
        each["type"]: each["value"]
        for each in (*properties.get("resourceRequirements", ()), *overrides.get("resourceRequirements", ()))
    }
    return Resources(vcpus=float(values.get("VCPU", 1)), memory=int(values.get("MEMORY", 4)), gpus=int(values.get("GPU", 0)))


def _instance_types(resources: dict[str, Any]) -> Iterator[str]:
    """The instance types that a compute environment may start: by name, by family, or as Batch chooses."""
    for each in resources.get("instanceTypes", ()):
        families = _BUNDLES.get(each, (each,))
        yield from (name for name in INSTANCE_TYPES if name == each or name.rpartition(".")[0] in families)


@cache
def _measured() -> dict[str, int]:
    lines = [line.split("\t") for line in _MEASURED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name: int(memory) for name, memory in lines[1:]}
