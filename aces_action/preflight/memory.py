"""Whether the weights can be loaded into the memory of the instances."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from aces_action.language import Text
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput, jobs
from aces_action.preflight.instances import Machine, machines
from aces_action.preflight.queries import Answers
from aces_action.preflight.weights import found_weights
from aces_action.problems.preflight import instances as problems

_MIB = 1024 * 1024


def tightest(types: Iterable[str], machines: Mapping[str, Machine]) -> Machine | None:
    """Of an endpoint's types (with 'ml.') the one with the least room: SageMaker may take any. None where none is known."""
    known = [machine for name in types if (machine := machines.get(name.removeprefix("ml.")))]
    return min(known, key=lambda machine: machine.memory_for_weights, default=None)


def check_memory(instance_type: str, machine: Machine, *, size: int) -> list[Check]:
    """Whether an archive of `size` bytes can be loaded: unpacked it is hardly smaller. SageMaker's types are EC2's with 'ml.'."""
    what = Text(f"Room in {instance_type}", f"{instance_type}のメモリ")
    memory, gpu, megabytes = machine.instance.memory, machine.gpu_memory, math.ceil(size / _MIB)
    room = Text(f"{memory:,} MiB", f"メモリ{memory:,}MiB")
    if gpu:
        room = Text(f"{memory:,} MiB, on its GPUs {gpu:,} MiB", f"メモリ{memory:,}MiB（GPUは{gpu:,}MiB）")
    needed = Text(f"an archive of {megabytes:,} MiB", f"重みファイル{megabytes:,}MiB")
    if size <= machine.memory_for_weights * _MIB:
        return [Check(what=what, found=room, needed=needed)]
    exceeded = problems.weights_exceed_memory if size > memory * _MIB else problems.weights_exceed_gpu_memory
    return [Check(what=what, found=room, needed=needed, problems=(exceeded(instance_type, megabytes, room),))]


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    """Of the endpoint; each job's instance type has its row beside it."""
    if inputs.infra.endpoint is None:
        return []
    rows: list[Check] = []
    known, weights = answers.of(machines(inputs)), answers.of(found_weights(inputs)).value
    machine = tightest(inputs.endpoint_types, known.value or {})
    if machine and weights:
        rows += check_memory(f"ml.{machine.instance.instance_type}", machine, size=weights.weights.size)
    if not jobs(inputs.infra):  # else their rows say it
        rows += known.failed(Text("Instance types", "インスタンスタイプ"))
    return rows


CHECK = PreflightCheck(queries=lambda inputs: [found_weights(inputs), machines(inputs)], rows=_rows)
