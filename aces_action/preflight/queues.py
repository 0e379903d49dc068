"""AWS Batch: the job queues and their compute environments take the jobs, and have instances that can run them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.instances import Machine
from aces_action.problems import Problem
from aces_action.problems.preflight import queues as queue_problems
from aces_action.project.instance_types import accelerator, family, processor
from aces_action.project.model import JobSettings
from aces_action.resources.batch.memory import usable_memory
from aces_action.resources.batch.spec import Instance

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient
    from types_boto3_batch.type_defs import ComputeEnvironmentOrderTypeDef, JobQueueDetailTypeDef

# The families that Batch chooses from; 'optimal' is the same as 'default_x86_64' (botocore: ComputeResource, instanceTypes).
# Batch updates them from time to time, so others may be used as well.
_X86_64 = frozenset({"m6i", "c6i", "r6i", "c7i"})
_CHOSEN_BY_BATCH = {
    "optimal": _X86_64,
    "default_x86_64": _X86_64,
    "default_arm64": frozenset({"m6g", "c6g", "r6g", "c7g"}),
}
_WORKING = frozenset({"VALID", "UPDATING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A compute environment. `resources` is its kind ('EC2', 'SPOT', 'FARGATE' …), empty where Batch does not manage it.

    `on_kubernetes`: its jobs run as pods of an EKS cluster, and need job definitions of their own (botocore: eksProperties).
    """

    name: str
    arn: str
    state: str
    status: str
    reason: str
    resources: str
    instance_types: tuple[str, ...]
    max_vcpus: int
    subnets: tuple[str, ...]
    on_kubernetes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A job queue and the compute environments that it fills, in their order."""

    name: str
    state: str
    status: str
    reason: str
    environments: tuple[Environment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ec2Facts:
    """What is known of EC2 to judge compute environments by: instance types, zones of subnets, zones that offer a type."""

    machines: Mapping[str, Machine]
    zone_of: Mapping[str, str]
    offered: Mapping[str, frozenset[str]]


def read_queues(client: BatchClient, names: Iterable[str]) -> dict[str, Queue]:
    """The queues by the names or ARNs that they are asked for; those that there are not are left out."""
    wanted = sorted(set(names))
    described = client.describe_job_queues(jobQueues=wanted)["jobQueues"]
    environments = _read_environments(client, {each["computeEnvironment"] for one in described for each in _order(one)})
    found: dict[str, Queue] = {}
    for queue in described:
        known = tuple(
            environments[each["computeEnvironment"]] for each in _order(queue) if each["computeEnvironment"] in environments
        )
        value = Queue(
            name=queue["jobQueueName"],
            state=queue["state"],
            status=queue.get("status", "VALID"),
            reason=queue.get("statusReason", ""),
            environments=known,
        )
        found |= {name: value for name in wanted if name in {queue["jobQueueName"], queue["jobQueueArn"]}}
    return found


def _order(queue: JobQueueDetailTypeDef) -> list[ComputeEnvironmentOrderTypeDef]:
    return sorted(queue.get("computeEnvironmentOrder", []), key=lambda each: each["order"])


def _read_environments(client: BatchClient, arns: Iterable[str]) -> dict[str, Environment]:
    wanted = sorted(arns)
    if not wanted:
        return {}
    found = {}
    for each in client.describe_compute_environments(computeEnvironments=wanted)["computeEnvironments"]:
        resources = each.get("computeResources")
        managed = resources if resources and each.get("type") != "UNMANAGED" else None
        found[each["computeEnvironmentArn"]] = Environment(
            name=each["computeEnvironmentName"],
            arn=each["computeEnvironmentArn"],
            state=each.get("state", "ENABLED"),
            status=each.get("status", "VALID"),
            reason=each.get("statusReason", ""),
            resources=managed["type"] if managed else "",
            instance_types=tuple(managed.get("instanceTypes", [])) if managed else (),
            max_vcpus=managed["maxvCpus"] if managed else 0,
            subnets=tuple(managed.get("subnets", [])) if managed else (),
            on_kubernetes=each.get("containerOrchestrationType") == "EKS",
        )
    return found


def check_queue(name: str, queue: Queue | None, job: JobSettings, ec2: Ec2Facts) -> list[Check]:
    """The queue, and its compute environments: one of them has to be able to run the job, or that of the infra file."""
    what, needed = Text(f"Job queue {name}", f"ジョブキュー{name}"), same("ENABLED, VALID")
    if queue is None:
        missing = queue_problems.queue_missing(name)
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(missing,))]
    state = Text(f"{queue.state}, {queue.status}", f"{queue.state}、{queue.status}")
    works = queue.state == "ENABLED" and queue.status in _WORKING
    broken = () if works else (queue_problems.queue_not_working(queue.name, queue.state, queue.status, queue.reason),)
    rows = [Check(what=what, found=state, needed=needed, problems=broken)]
    wanted = job.compute_environment
    environments = [each for each in queue.environments if wanted is None or wanted in {each.name, each.arn}]
    if not environments:
        return [*rows, _no_environment(name, queue, wanted)]
    judged = [(environment, list(_problems(environment, job, ec2))) for environment in environments]
    usable = [environment for environment, problems in judged if all(problem.severity != "error" for problem in problems)]
    fine = any(not problems for _, problems in judged)
    for environment, problems in judged:
        # one that can run the job is enough: what is wrong with the others then keeps nobody waiting
        hidden = fine or (usable and environment not in usable)
        rows.append(_row(environment, job, [] if hidden else problems))
    return rows


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


def _problems(environment: Environment, job: JobSettings, ec2: Ec2Facts) -> Iterator[Problem]:
    """Why the environment does not run the job."""
    name, resources, instance_type = environment.name, environment.resources, job.instance_type
    if environment.state != "ENABLED" or environment.status not in _WORKING:
        reason = "" if environment.status in _WORKING else environment.reason
        yield queue_problems.environment_not_working(name, environment.state, environment.status, reason)
        return
    if environment.on_kubernetes:
        yield queue_problems.environment_on_kubernetes(name)
        return
    if not resources:
        return  # Batch does not manage its instances, and does not know them either
    if resources.startswith("FARGATE"):
        yield queue_problems.environment_on_fargate(name, resources)
        return
    machine = ec2.machines.get(instance_type)
    if machine is None:
        return  # it is not offered at all, which has been said
    vcpus = job.vcpus or machine.instance.vcpus
    if vcpus > environment.max_vcpus:
        yield queue_problems.too_few_vcpus(name, most=environment.max_vcpus, needed=vcpus)
    if not holds(environment.instance_types, instance_type):
        yield _other_types(environment, job, machine, ec2.machines)
    else:
        yield from _zones(environment, instance_type, ec2)


def holds(instance_types: Iterable[str], wanted: str) -> bool:
    """Whether a compute environment with these types may start one of the wanted type."""
    return any(each in {wanted, family(wanted)} or family(wanted) in _CHOSEN_BY_BATCH.get(each, ()) for each in instance_types)


def _other_types(environment: Environment, job: JobSettings, machine: Machine, machines: Mapping[str, Machine]) -> Problem:
    """A warning where another type of the environment may run the job; an error where none can."""
    types = environment.instance_types
    may_run = any(_may_run(name, job, machine.instance, machines) for name in types)
    problem = queue_problems.other_instance_types if may_run else queue_problems.no_instance_type_fits
    return problem(environment.name, job.instance_type, types)


def _may_run(instance_type: str, job: JobSettings, wanted: Instance, machines: Mapping[str, Machine]) -> bool:
    """Of a family, and of types that EC2 was not asked about, it is not known; they may if they are of the same kind."""
    known = machines.get(instance_type)
    if known is None:
        one = next(iter(_CHOSEN_BY_BATCH.get(instance_type, {instance_type})))
        sized = one if "." in one else f"{one}.large"
        return processor(sized) in wanted.architectures and accelerator(sized) == accelerator(wanted.instance_type)
    gpus = wanted.gpus if job.gpus is None else job.gpus
    memory = job.memory or usable_memory(wanted.instance_type, wanted.memory)
    there = known.instance
    return (
        there.vcpus >= (job.vcpus or wanted.vcpus)
        and usable_memory(there.instance_type, there.memory) >= memory
        and there.gpus >= gpus
        and bool(set(there.architectures) & set(wanted.architectures))
    )


def _zones(environment: Environment, instance_type: str, ec2: Ec2Facts) -> Iterator[Problem]:
    """The environment's subnets against the zones in which EC2 has the type."""
    zones = {ec2.zone_of.get(subnet, "") for subnet in environment.subnets} - {""}
    offered = ec2.offered.get(instance_type, frozenset())
    if zones and offered and not zones & offered and environment.instance_types == (instance_type,):
        yield queue_problems.not_offered_in_zones(environment.name, instance_type, zones=zones, offered_in=offered)
