"""Instance types: what EC2 says of them, where it offers them, and whether the weights can fit in."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import CATALOGUE, Problem
from aces_action.resources.batch.memory import usable_memory
from aces_action.resources.batch.spec import Instance

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """An instance type of EC2, and the memory of all its GPUs in MiB (0: it has none)."""

    instance: Instance
    gpu_memory: int

    @property
    def room(self) -> int:
        """MiB that weights can take up: they go through the memory also where they end on GPUs."""
        return min(self.instance.memory, self.gpu_memory) if self.gpu_memory else self.instance.memory


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
                gpus=sum(gpu["Count"] for gpu in each.get("GpuInfo", {}).get("Gpus", [])),
                architectures=tuple(each["ProcessorInfo"]["SupportedArchitectures"]),
                storage=each.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
            ),
            gpu_memory=each.get("GpuInfo", {}).get("TotalGpuMemoryInMiB", 0),
        )
        for page in pages
        for each in page["InstanceTypes"]
    }


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


def check_batch_type(
    instance_type: str, machines: Answer[dict[str, Machine]], zones: Answer[dict[str, frozenset[str]]], *, region: str
) -> list[Check]:
    """Whether EC2 has the instance type of a job in the region."""
    what = Text(f"Instance type {instance_type}", f"インスタンスタイプ{instance_type}")
    needed = Text(f"offered in {region}", f"{region}で利用可能")
    if machines.value is None:
        return machines.failed(what, needed)
    machine = machines.value.get(instance_type)
    offered = zones.value is None or instance_type in zones.value  # not asked: DescribeInstanceTypes is of this region too
    if machine is None or not offered:
        problem = Problem(
            kind=CATALOGUE["P011"],
            message=Text(
                f"EC2 does not offer the instance type {instance_type} in this region.",
                f"このリージョンのEC2には、インスタンスタイプ{instance_type}がありません。",
            ),
            hint=Text(
                "Correct aws_batch_instance_type or aws_longtime_batch_instance_type in the infra file (no 'ml.' there).",
                "infraファイルのaws_batch_instance_typeまたはaws_longtime_batch_instance_typeを修正してください"
                "（「ml.」は付けません）。",
            ),
        )
        return [Check(what=what, found=Text("not offered", "なし"), needed=needed, problems=(problem,))]
    instance = machine.instance
    usable = usable_memory(instance_type, instance.memory)
    found = Text(
        f"{instance.vcpus} vCPUs, {instance.memory:,} MiB ({usable:,} for jobs), {instance.gpus} GPUs",
        f"vCPU {instance.vcpus}個、メモリ{instance.memory:,} MiB（ジョブ用は{usable:,} MiB）、GPU {instance.gpus}個",
    )
    return [Check(what=what, found=found, needed=needed)]


def tightest(types: Iterable[str], machines: Mapping[str, Machine]) -> Machine | None:
    """Of an endpoint's types (with 'ml.') the one with the least room: SageMaker may take any. None where none is known."""
    known = [machine for name in types if (machine := machines.get(name.removeprefix("ml.")))]
    return min(known, key=lambda machine: machine.room, default=None)


def check_room(instance_type: str, machine: Machine, *, size: int) -> list[Check]:
    """Whether an archive of `size` bytes can be loaded: unpacked it is hardly smaller. SageMaker's types are EC2's with 'ml.'."""
    what = Text(f"Room in {instance_type}", f"{instance_type}のメモリ")
    memory, gpu, megabytes = machine.instance.memory, machine.gpu_memory, math.ceil(size / _MIB)
    room = same(f"{memory:,} MiB")
    if gpu:
        room = Text(f"{memory:,} MiB, on its GPUs {gpu:,} MiB", f"{memory:,} MiB（GPUは{gpu:,} MiB）")
    needed = Text(f"an archive of {megabytes:,} MiB", f"重みファイル{megabytes:,} MiB")
    if size <= machine.room * _MIB:
        return [Check(what=what, found=room, needed=needed)]
    where = Text("memory", "メモリ") if size > memory * _MIB else Text("GPU memory", "GPUのメモリ")
    problem = Problem(
        kind=CATALOGUE["P018"],
        message=Text(
            f"The archive of the weights has {megabytes:,} MiB, more than the {where.en} of {instance_type} ({room.en}).",
            f"重みファイルは{megabytes:,} MiBで、{instance_type}の{where.ja}（{room.ja}）を超えています。",
        ),
        hint=Text(
            "A server that loads all of it does not start. Choose a larger instance type, or leave out what it does not load.",
            "すべてを読み込むサーバは起動しません。より大きなインスタンスタイプを選ぶか、読み込まないものを除いてください。",
        ),
    )
    return [Check(what=what, found=room, needed=needed, problems=(problem,))]


def not_asked(what: Text, problems: tuple[Problem, ...]) -> list[Check]:
    """A row for something that could not be looked at."""
    return [Check(what=what, found=same("–"), problems=problems)] if problems else []
