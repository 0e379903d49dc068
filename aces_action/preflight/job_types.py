"""The instance types of the jobs: EC2 offers them in the region."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.instances import Machine, machines, zones
from aces_action.preflight.memory import check_memory
from aces_action.preflight.queries import Answers, QueryResult
from aces_action.preflight.weights import found_weights
from aces_action.problems.preflight import instances as problems
from aces_action.resources.batch.memory import usable_memory


def check_job_type(
    instance_type: str, machines: QueryResult[dict[str, Machine]], zones: QueryResult[dict[str, frozenset[str]]], *, region: str
) -> list[Check]:
    """Whether EC2 has the instance type of a job in the region."""
    what = Text(f"Instance type {instance_type}", f"インスタンスタイプ{instance_type}")
    needed = Text(f"offered in {region}", f"{region}で利用可能")
    if machines.value is None:
        return machines.failed(what, needed)
    machine = machines.value.get(instance_type)
    offered = zones.value is None or instance_type in zones.value  # not asked: DescribeInstanceTypes is of this region too
    if machine is None or not offered:
        return [
            Check(what=what, found=Text("not offered", "なし"), needed=needed, problems=(problems.not_offered(instance_type),))
        ]
    instance = machine.instance
    usable = usable_memory(instance_type, instance.memory)
    found = Text(
        f"{instance.vcpus} vCPUs, {instance.memory:,} MiB ({usable:,} for jobs), {instance.gpus} GPUs",
        f"vCPU {instance.vcpus}個、メモリ{instance.memory:,}MiB（ジョブ用は{usable:,}MiB）、GPU {instance.gpus}個",
    )
    return [Check(what=what, found=found, needed=needed)]


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    rows: list[Check] = []
    known, weights = answers.of(machines(inputs)), answers.of(found_weights(inputs)).value
    for instance_type in inputs.job_types:
        rows += check_job_type(instance_type, known, answers.of(zones(inputs)), region=inputs.region)
        if known.value and (machine := known.value.get(instance_type)) and weights:
            rows += check_memory(instance_type, machine, size=weights.weights.size)
    return rows


CHECK = PreflightCheck(queries=lambda inputs: [machines(inputs), zones(inputs), found_weights(inputs)], rows=_rows)
