"""The jobs: each definition fits into one instance, and its queue can run it."""

from __future__ import annotations

from functools import partial
from typing import Any

from aces_action.language import EMPTY, Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.compute_environments import Ec2Facts, Environment
from aces_action.preflight.environment_health import DiskNeeds
from aces_action.preflight.image import server_image
from aces_action.preflight.input import PreflightInput, jobs
from aces_action.preflight.instances import SUBJECT, Machine, machines, read_machines, zones
from aces_action.preflight.network import PlacedResource, read_subnets
from aces_action.preflight.queries import Answers, Query
from aces_action.preflight.queues import FoundQueues, check_interruptions, check_number, check_queue, read_queues
from aces_action.preflight.weights import found_weights
from aces_action.project.model import JobSettings
from aces_action.resources.batch.spec import Instance, check_fit

_WHOLE = Text("all of the instance", "インスタンス全体")


def _queues(inputs: PreflightInput) -> Query[FoundQueues]:
    names = [name for name in (inputs.names.job_queue, inputs.names.longtime_job_queue) if name]
    return Query(
        name="queues",
        prepare=lambda clients: partial(read_queues, clients.batch, names),
        optional=Text("The job queues", "ジョブキュー"),
        slow=True,
    )


def _environments(inputs: PreflightInput, answers: Answers) -> list[Environment]:
    found = answers.of(_queues(inputs)).value
    return [environment for queue in found.by_name.values() for environment in queue.environments] if found else []


def _subnets(inputs: PreflightInput, answers: Answers) -> Query[dict[str, PlacedResource]]:
    """Those of the compute environments."""
    ids = {subnet for environment in _environments(inputs, answers) for subnet in environment.subnets}
    return Query(
        name="subnets of compute environments",
        prepare=lambda clients: partial(read_subnets, clients.ec2, ids),
        optional=Text("The zones of the compute environments", "コンピューティング環境のゾーン"),
    )


def _other_types(inputs: PreflightInput, answers: Answers) -> Query[dict[str, Machine]]:
    """The compute environments' instance types, apart from those that `machines` has."""
    named = {name for environment in _environments(inputs, answers) for name in environment.instance_types if "." in name}
    types = named - {*inputs.job_types, *(name.removeprefix("ml.") for name in inputs.endpoint_types)}
    return Query(
        name="instance types of compute environments",
        prepare=lambda clients: partial(read_machines, clients.ec2, types),
        optional=SUBJECT,
    )


def _queries(inputs: PreflightInput) -> list[Query[Any]]:
    if not jobs(inputs.infra):
        return []
    return [_queues(inputs), machines(inputs), zones(inputs), server_image(inputs), found_weights(inputs)]


def _follow_ups(inputs: PreflightInput, answers: Answers) -> list[Query[Any]]:
    return [_subnets(inputs, answers), _other_types(inputs, answers)] if jobs(inputs.infra) else []


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    settings, names = jobs(inputs.infra), inputs.names
    if not settings:
        return []
    known, queues, offered = answers.of(machines(inputs)), answers.of(_queues(inputs)), answers.of(zones(inputs))
    subnets, others = answers.of(_subnets(inputs, answers)), answers.of(_other_types(inputs, answers))
    ec2 = Ec2Facts(
        machines={**(known.value or {}), **(others.value or {})},
        zone_of={subnet: place.zone for subnet, place in (subnets.value or {}).items()},
        offered=offered.value or {},
    )
    disk = _disk_needs(inputs, answers)
    rows: list[Check] = []
    definitions, queue_names = (names.job, names.longtime_job), (names.job_queue, names.longtime_job_queue)
    for job, definition, queue in zip(settings, definitions, queue_names, strict=False):
        if definition and (machine := (known.value or {}).get(job.instance_type)):
            rows.append(_check_definition(job, machine.instance, definition, inputs.infra_file))
        if queue and queues.value is not None:
            described = queues.value.by_name.get(queue)
            rows += check_queue(queue, described, job, ec2, disk)
            if described and job is inputs.infra.longtime_job:
                rows += check_interruptions(described, job)
    rows += check_number(queues.value) if queues.value else queues.failed(Text("Job queues", "ジョブキュー"))
    if unknown := (*offered.problems, *subnets.problems, *others.problems):
        rows.append(Check(what=Text("Zones", "ゾーン"), found=same("–"), problems=unknown))
    return rows


def _disk_needs(inputs: PreflightInput, answers: Answers) -> DiskNeeds | None:
    """None where image or weights are not there, which has been said."""
    image, weights = answers.of(server_image(inputs)).value, answers.of(found_weights(inputs)).value
    return DiskNeeds(image=image.size, archive=weights.weights.size) if image and weights else None


def _check_definition(job: JobSettings, instance: Instance, name: str, file: str) -> Check:
    asked = [
        Text(f"{job.vcpus} vCPUs", f"vCPU {job.vcpus}個") if job.vcpus else EMPTY,
        Text(f"{job.memory:,} MiB", f"メモリ{job.memory:,}MiB") if job.memory else EMPTY,
        Text(f"{job.gpus} GPUs", f"GPU {job.gpus}個") if job.gpus else EMPTY,
    ]
    parts = [part for part in asked if part]
    return Check(
        what=Text(f"Job definition {name}", f"ジョブ定義{name}"),
        found=Text(", ".join(part.en for part in parts), "、".join(part.ja for part in parts)) if parts else _WHOLE,
        needed=Text(f"fits into {instance.instance_type}", f"{instance.instance_type}に収まる"),
        problems=tuple(check_fit(job, instance, name=name, file=file)),
    )


CHECK = PreflightCheck(queries=_queries, follow_ups=_follow_ups, rows=_rows)
