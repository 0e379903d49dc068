"""Where a job finds room: what instances register, what a compute environment may start, and why a job stays RUNNABLE. Pure.

The reasons are AWS's (Batch User Guide, 'Jobs stuck in a RUNNABLE status').
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

# What container instances register, by measurement: data that the action uses too, each in its own way.
_MEASURED = Path(__file__).parents[3] / "aces_action" / "resources" / "batch" / "registered-memory.tsv"
# Of a type that was not measured: assumed. Less the 32 MiB that Batch's images reserve.
_KERNEL_LEAVES, _RESERVED = 0.93, 32
# botocore: ComputeResource, instanceTypes
_X86_64 = ("m6i", "c6i", "r6i", "c7i")
_BUNDLES = {"optimal": _X86_64, "default_x86_64": _X86_64, "default_arm64": ("m6g", "c6g", "r6g", "c7g")}

TOO_LARGE = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher than that can be met "
    "by the CE(s) attached to the job queue."
)
TOO_MANY_VCPUS = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU requirement of "
    "the job."
)
INVALID = "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."
# The guide has no reason for environments that are disabled: assumed to be the one for what Batch cannot tell.
UNDETERMINED = "UNDETERMINED - Batch job is blocked, root cause is undetermined."


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a job asks for, or an instance has: memory in MiB."""

    vcpus: float
    memory: int
    gpus: int

    def hold(self, other: Resources) -> bool:
        return self.vcpus >= other.vcpus and self.memory >= other.memory and self.gpus >= other.gpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A compute environment as the scheduler sees it. `used`: the vCPUs of the jobs that are in it."""

    arn: str
    managed: bool
    enabled: bool
    valid: bool
    max_vcpus: float
    instance_types: tuple[str, ...]
    used: float = 0.0

    def may_hold(self, asked: Resources) -> bool:
        """Whether it could, were it empty. What somebody manages on their own holds everything."""
        if not self.managed:
            return True
        return self.max_vcpus >= asked.vcpus and any(registered(name).hold(asked) for name in self.instance_types)


def registered(instance_type: str) -> Resources:
    """What a container instance of this type registers for jobs."""
    known = INSTANCE_TYPES[instance_type]
    size: int = known["MemoryInfo"]["SizeInMiB"]
    return Resources(
        vcpus=known["VCpuInfo"]["DefaultVCpus"],
        memory=_measured().get(instance_type, int(size * _KERNEL_LEAVES) - _RESERVED),
        # assumed: the ECS agent registers NVIDIA's alone
        gpus=sum(gpu["Count"] for gpu in known.get("GpuInfo", {}).get("Gpus", ()) if gpu["Manufacturer"] == "NVIDIA"),
    )


def blocked(asked: Resources, places: Sequence[Place]) -> str | None:
    """Why no environment of the queue can ever run it as things are; None where one can."""
    if places and not any(place.valid for place in places):
        return INVALID
    usable = [place for place in places if place.valid and place.enabled]
    if not usable:
        return UNDETERMINED
    if all(place.managed and place.max_vcpus < asked.vcpus for place in usable):
        return TOO_MANY_VCPUS
    return None if any(place.may_hold(asked) for place in usable) else TOO_LARGE


def room(asked: Resources, places: Iterable[Place]) -> Place | None:
    """The first environment, in the queue's order, with room for it now: none while those that could hold it are full."""
    for place in places:
        if not (place.valid and place.enabled and place.may_hold(asked)):
            continue
        if not place.managed or place.used + asked.vcpus <= place.max_vcpus:
            return place
    return None


def asked_of(container: Mapping[str, Any]) -> Resources:
    """What a container asks for; `vcpus` and `memory` are how it was said before (botocore: ContainerProperties)."""
    values = {each["type"]: each["value"] for each in container.get("resourceRequirements", ())}
    vcpus, memory = values.get("VCPU", container.get("vcpus", 1)), values.get("MEMORY", container.get("memory", 4))
    return Resources(vcpus=float(vcpus), memory=int(memory), gpus=int(values.get("GPU", 0)))


def instance_types(names: Iterable[str]) -> Iterator[str]:
    """The instance types that a compute environment may start: by name, by family, or as Batch chooses."""
    for each in names:
        families = _BUNDLES.get(each, (each,))
        yield from (name for name in INSTANCE_TYPES if name == each or name.rpartition(".")[0] in families)


def is_known(name: str) -> bool:
    """Whether an environment may name it: a type, a family, or one of Batch's own bundles."""
    return name in _BUNDLES or name in INSTANCE_TYPES or any(each.rpartition(".")[0] == name for each in INSTANCE_TYPES)


@cache
def _measured() -> dict[str, int]:
    lines = [line.split("\t") for line in _MEASURED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name: int(memory) for name, memory in lines[1:]}
