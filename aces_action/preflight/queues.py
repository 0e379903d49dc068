"""AWS Batch: the job queues and their compute environments take the jobs, and have instances that can run them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.compute_environments import Ec2Facts, Environment, fit_problems, read_environment
from aces_action.preflight.environment_health import DiskNeeds, health_problems
from aces_action.problems import Problem
from aces_action.problems.preflight import queue_limits as limit_problems
from aces_action.problems.preflight import queues as queue_problems
from aces_action.problems.preflight.environment_health import P038, on_spot
from aces_action.problems.preflight.queue_limits import QUOTA, JobStateTimeLimit
from aces_action.project.model import JobSettings

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient
    from types_boto3_batch.type_defs import ComputeEnvironmentDetailTypeDef, ComputeEnvironmentOrderTypeDef, JobQueueDetailTypeDef

_WORKING = frozenset({"VALID", "UPDATING"})
# What Batch finds of a job that no instance can ever hold (Batch User Guide, 'Jobs stuck in RUNNABLE due to misconfiguration')
_NEVER = ("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")
_NEARLY_ALL = 45  # of QUOTA: room for two more projects of two queues each


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A job queue and the compute environments that it fills, in their order.

    `time_limits`: when it cancels a job that waits at its head.
    """

    name: str
    state: str
    status: str
    reason: str
    environments: tuple[Environment, ...]
    time_limits: tuple[JobStateTimeLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQueues:
    """The queues by the names or ARNs that they were asked for; those that there are not are left out.

    `queues` and `environments`: how many the account has in the region.
    """

    by_name: dict[str, Queue]
    queues: int
    environments: int


def read_queues(client: BatchClient, names: Iterable[str]) -> FoundQueues:
    """Describes all of them: that is one page of each, as the quota is below a page's 100, and tells their number as well."""
    queues = [each for page in client.get_paginator("describe_job_queues").paginate() for each in page["jobQueues"]]
    pages = client.get_paginator("describe_compute_environments").paginate()
    environments = {each["computeEnvironmentArn"]: each for page in pages for each in page["computeEnvironments"]}
    return FoundQueues(
        by_name={
            name: _read_queue(queue, environments)
            for name in names
            for queue in queues
            if name in {queue["jobQueueName"], queue["jobQueueArn"]}
        },
        queues=_count(queues),
        environments=_count(environments.values()),
    )


def _count(described: Iterable[Mapping[str, Any]]) -> int:
    return sum(each.get("status") != "DELETED" for each in described)


def _read_queue(queue: JobQueueDetailTypeDef, environments: Mapping[str, ComputeEnvironmentDetailTypeDef]) -> Queue:
    ordered = [each["computeEnvironment"] for each in _order(queue)]
    return Queue(
        name=queue["jobQueueName"],
        state=queue["state"],
        status=queue.get("status", "VALID"),
        reason=queue.get("statusReason", ""),
        environments=tuple(read_environment(environments[arn]) for arn in ordered if arn in environments),
        time_limits=tuple(
            JobStateTimeLimit(reason=each["reason"], seconds=each["maxTimeSeconds"])
            for each in queue.get("jobStateTimeLimitActions", [])
        ),
    )


def _order(queue: JobQueueDetailTypeDef) -> list[ComputeEnvironmentOrderTypeDef]:
    return sorted(queue.get("computeEnvironmentOrder", []), key=lambda each: each["order"])


def check_queue(name: str, queue: Queue | None, job: JobSettings, ec2: Ec2Facts, disk: DiskNeeds | None = None) -> list[Check]:
    """The queue, and its compute environments: one of them has to be able to run the job, or that of the infra file."""
    what, needed = Text(f"Job queue {name}", f"ジョブキュー{name}"), same("ENABLED, VALID")
    if queue is None:
        missing = queue_problems.queue_missing(name)
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(missing,))]
    state = same(f"{queue.state}, {queue.status}")
    rows = [Check(what=what, found=state, needed=needed, problems=tuple(_queue_problems(queue)))]
    environments = _environments_for(job, queue)
    if not environments:
        return [*rows, _no_environment(name, queue, job.compute_environment)]
    judged = [(environment, list(fit_problems(environment, job, ec2))) for environment in environments]
    usable = [environment for environment, problems in judged if all(problem.severity != "error" for problem in problems)]
    fine = any(not problems for _, problems in judged)
    for environment, problems in judged:
        # one that can run the job is enough: what is wrong with the others then keeps nobody waiting
        hidden = fine or (usable and environment not in usable)
        health = list(health_problems(environment, disk)) if environment in usable else []
        notes = [problem for problem in health if problem.kind is P038]  # AWS has a newer image every few weeks: no news
        warned = [problem for problem in health if problem not in notes]
        row = _row(environment, job, [*([] if hidden else problems), *warned])
        rows.append(replace(row, notes=tuple(notes)))
    return rows


def check_interruptions(queue: Queue, job: JobSettings) -> list[Check]:
    """Of long-time jobs: whether the first environment that takes them may lose them hours after their start."""
    first = next((environment for environment in _environments_for(job, queue) if environment.works), None)
    if first is None or first.resources != "SPOT":
        return []
    return [
        Check(
            what=Text("Long-time jobs", "長時間ジョブ"),
            found=same(f"SPOT: {first.name}"),
            needed=same("EC2"),
            problems=(on_spot(queue.name, first.name),),
        )
    ]


def check_number(found: FoundQueues) -> list[Check]:
    """Whether the account has room for the queues and environments of another project; no row as long as it has."""
    if max(found.queues, found.environments) < _NEARLY_ALL:
        return []
    return [
        Check(
            what=Text("Job queues, compute environments", "ジョブキューとコンピューティング環境"),
            found=same(f"{found.queues}, {found.environments}"),
            needed=Text(f"at most {QUOTA} each", f"それぞれ最大{QUOTA}個"),
            problems=(limit_problems.nearly_all(queues=found.queues, environments=found.environments),),
        )
    ]


def _environments_for(job: JobSettings, queue: Queue) -> list[Environment]:
    wanted = job.compute_environment
    return [each for each in queue.environments if wanted is None or wanted in {each.name, each.arn}]


def _queue_problems(queue: Queue) -> Iterator[Problem]:
    if queue.state != "ENABLED" or queue.status not in _WORKING:
        yield queue_problems.queue_not_working(queue.name, queue.state, queue.status, queue.reason)
        return
    limited = {limit.reason for limit in queue.time_limits}
    if missing := [reason for reason in _NEVER if reason not in limited]:
        yield limit_problems.no_time_limit(queue.name, queue.time_limits, missing)


def _no_environment(name: str, queue: Queue, wanted: str | None) -> Check:
    existing = [environment.name for environment in queue.environments]
    problem = (
        queue_problems.no_environment(queue.name)
        if wanted is None
        else queue_problems.environment_not_of_queue(queue.name, wanted)
    )
    return Check(
        what=Text(f"Compute environment of {name}", f"{name}のコンピューティング環境"),
        found=Text(", ".join(existing), "、".join(existing)) if existing else Text("none", "なし"),
        needed=same(wanted or "–"),
        problems=(problem,),
    )


def _row(environment: Environment, job: JobSettings, problems: list[Problem]) -> Check:
    types = ", ".join(environment.instance_types) or "unmanaged"
    state = f"{environment.state}, {environment.status}: {types}, maxvCpus {environment.max_vcpus}"
    return Check(
        what=Text(f"Compute environment {environment.name}", f"コンピューティング環境{environment.name}"),
        found=same(state),
        needed=same(f"ENABLED, VALID: {job.instance_type}"),
        problems=tuple(problems),
    )
