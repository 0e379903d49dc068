"""Instance types: what EC2 says of them, and where it offers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aces_action.language import Text
from aces_action.preflight.input import PreflightInput, jobs
from aces_action.preflight.queries import Query, QueryResult
from aces_action.resources.batch.spec import Instance

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client

SUBJECT = Text("The instance types", "インスタンスタイプ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An instance type of EC2, and the memory of all its GPUs in MiB (0: it has none)."""

    instance: Instance
    gpu_memory: int

    @property
    def memory_for_weights(self) -> int:
        """MiB that weights can take up: they go through the memory also where they end on GPUs."""
        return min(self.instance.memory, self.gpu_memory) if self.gpu_memory else self.instance.memory


def machines(inputs: PreflightInput) -> Query[dict[str, Machine]]:
    """The instance types of the endpoint and of the jobs, as EC2 knows them. Job definitions are cut to them."""
    types = {*inputs.job_types, *(name.removeprefix("ml.") for name in inputs.endpoint_types)}
    optional = None if jobs(inputs.infra) else SUBJECT
    return Query(name="instance types", prepare=lambda clients: partial(read_machines, clients.ec2, types), optional=optional)


def zones(inputs: PreflightInput) -> Query[dict[str, frozenset[str]]]:
    """The availability zones that offer the jobs' instance types."""
    return Query(
        name="zones",
        prepare=lambda clients: partial(read_zones, clients.ec2, inputs.job_types),
        optional=Text("The zones of the instance types", "インスタンスタイプのゾーン"),
    )


def instances_in(found: QueryResult[dict[str, Machine]]) -> dict[str, Instance]:
    """The instance types that EC2 knows, by their names."""
    return {name: machine.instance for name, machine in (found.value or {}).items()}


def read_machines(client: EC2Client, types: Iterable[str]) -> dict[str, Machine]:
    """What EC2 says of instance types, by their names; those it does not know are left out."""
    wanted = sorted(set(types))
    if not wanted:
        return {}
    # by a filter: naming an unknown type would fail the whole call
    pages = client.get_paginator("describe_instance_types").paginate(Filters=[{"Name": "instance-type", "Values": wanted}])
    return {
        each["InstanceType"]: Machine(
            instance=Instance(
                instance_type=each["InstanceType"],
                vcpus=each["VCpuInfo"]["DefaultVCpus"],
                memory=each["MemoryInfo"]["SizeInMiB"],
                gpus=gpus_for_jobs(each),
                architectures=tuple(each["ProcessorInfo"]["SupportedArchitectures"]),
                storage=each.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
            ),
            gpu_memory=each.get("GpuInfo", {}).get("TotalGpuMemoryInMiB", 0),
        )
        for page in pages
        for each in page["InstanceTypes"]
    }


def gpus_for_jobs(described: Mapping[str, Any]) -> int:
    """Those that Batch's images register for jobs: NVIDIA's. That the ECS agent registers no others, such as AMD's of g4ad, is
    assumed; a job that asks for one would then wait forever."""
    return sum(gpu["Count"] for gpu in described.get("GpuInfo", {}).get("Gpus", []) if gpu.get("Manufacturer") == "NVIDIA")


def read_zones(client: EC2Client, types: Iterable[str]) -> dict[str, frozenset[str]]:
    """The availability zones that offer each instance type; a type that the region does not offer is left out."""
    wanted = sorted(set(types))
    if not wanted:
        return {}
    pages = client.get_paginator("describe_instance_type_offerings").paginate(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": wanted}]
    )
    zones: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        for each in page["InstanceTypeOfferings"]:
            zones[each["InstanceType"]].add(each["Location"])
    return {name: frozenset(found) for name, found in zones.items()}
