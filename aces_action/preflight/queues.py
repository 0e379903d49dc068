"""AWS Batch: the job queues and their compute environments take the jobs, and have instances that can run them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.instances import Machine
from aces_action.problems import CATALOGUE, Problem
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
class Surroundings:
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


def check_queue(name: str, queue: Queue | None, job: JobSettings, surroundings: Surroundings) -> list[Check]:
    """The queue, and its compute environments: one of them has to be able to run the job, or that of the infra file."""
    what, needed = Text(f"Job queue {name}", f"ジョブキュー{name}"), same("ENABLED, VALID")
    if queue is None:
        missing = _missing_queue(name)
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(missing,))]
    state = Text(f"{queue.state}, {queue.status}", f"{queue.state}、{queue.status}")
    broken = () if queue.state == "ENABLED" and queue.status in _WORKING else (_broken_queue(queue),)
    rows = [Check(what=what, found=state, needed=needed, problems=broken)]
    named = job.compute_environment
    environments = [each for each in queue.environments if named is None or named in {each.name, each.arn}]
    if not environments:
        wanted = same(named or "–")
        rows.append(
            Check(
                what=Text(f"Compute environment of {name}", f"{name}のコンピューティング環境"),
                found=Text(
                    ", ".join(each.name for each in queue.environments) or "none",
                    "、".join(each.name for each in queue.environments) or "なし",
                ),
                needed=wanted,
                problems=(_not_of_queue(queue, named),),
            )
        )
        return rows
    judged = [(each, list(_problems(each, job, surroundings))) for each in environments]
    usable = [each for each, problems in judged if not any(problem.severity == "error" for problem in problems)]
    fine = [each for each, problems in judged if not problems]
    for environment, problems in judged:
        # one that can run the job is enough: what is wrong with the others then keeps nobody waiting
        told = [] if fine or (usable and environment not in usable) else problems
        rows.append(_row(environment, job, told))
    return rows


def _row(environment: Environment, job: JobSettings, problems: list[Problem]) -> Check:
    types = ", ".join(environment.instance_types) or "unmanaged"
    state = f"{environment.state}, {environment.status}: {types}, maxvCpus {environment.max_vcpus}"
    return Check(
        what=Text(f"Compute environment {environment.name}", f"コンピューティング環境{environment.name}"),
        found=same(state),
        needed=same(f"ENABLED, VALID: {job.instance_type}"),
        problems=tuple(problems),
    )


def _problems(environment: Environment, job: JobSettings, surroundings: Surroundings) -> Iterator[Problem]:
    """Why the environment does not run the job."""
    name, kind = environment.name, job.instance_type
    if environment.state != "ENABLED" or environment.status not in _WORKING:
        yield _broken_environment(environment)
        return
    if environment.on_kubernetes:
        message = Text(
            f"The compute environment {name} runs its jobs on EKS; the job definitions are for ECS.",
            f"コンピューティング環境{name}はEKSでジョブを実行しますが、ジョブ定義はECS用です。",
        )
        yield Problem(kind=CATALOGUE["P020"], message=message, hint=_ASK)
        return
    if not environment.resources:
        return  # Batch does not manage its instances, and does not know them either
    if environment.resources.startswith("FARGATE"):
        message = Text(
            f"The compute environment {name} runs {environment.resources} only; the job definitions are for EC2.",
            f"コンピューティング環境{name}で動くのは{environment.resources}だけですが、ジョブ定義はEC2用です。",
        )
        yield Problem(kind=CATALOGUE["P020"], message=message, hint=_ASK)
        return
    machine = surroundings.machines.get(kind)
    if machine is None:
        return  # it is not offered at all, which has been said
    vcpus = job.vcpus or machine.instance.vcpus
    if vcpus > environment.max_vcpus:
        message = Text(
            f"The compute environment {name} has at most {environment.max_vcpus} vCPUs, but a job takes {vcpus}.",
            f"コンピューティング環境{name}のvCPUは最大{environment.max_vcpus}個ですが、ジョブは{vcpus}個を使います。",
        )
        hint = Text(
            f"Raise its maxvCpus to {vcpus} or more, or lower batch.vcpus in the infra file.",
            f"maxvCpusを{vcpus}以上にするか、infraファイルのbatch.vcpusを小さくしてください。",
        )
        yield Problem(kind=CATALOGUE["P021"], message=message, hint=hint)
    if not holds(environment.instance_types, kind):
        yield _other_types(environment, job, machine, surroundings.machines)
    else:
        yield from _zones(environment, kind, surroundings)


def holds(instance_types: Iterable[str], wanted: str) -> bool:
    """Whether a compute environment with these types may start one of the wanted type."""
    return any(each in {wanted, family(wanted)} or family(wanted) in _CHOSEN_BY_BATCH.get(each, ()) for each in instance_types)


def _other_types(environment: Environment, job: JobSettings, machine: Machine, machines: Mapping[str, Machine]) -> Problem:
    """A warning where another type of the environment may run the job; an error where none can."""
    name, kind = environment.name, job.instance_type
    types = ", ".join(environment.instance_types)
    hint = Text(
        f"Add {kind} to its instance types, or name one of them in the infra file.",
        f"インスタンスタイプに{kind}を追加するか、infraファイルでそのいずれかを指定してください。",
    )
    if any(_may_run(each, job, machine.instance, machines) for each in environment.instance_types):
        message = Text(
            f"The compute environment {name} has no {kind}; jobs will run on another of its instance types: {types}.",
            f"コンピューティング環境{name}には{kind}がありません。ジョブは他のインスタンスタイプで動きます: {types}",
        )
        return Problem(kind=CATALOGUE["P022"], message=message, hint=hint)
    message = Text(
        f"No instance type of the compute environment {name} can run a job that fills {kind}; it has {types}.",
        f"コンピューティング環境{name}のインスタンスタイプ（{types}）では、{kind}に合わせたジョブを実行できません。",
    )
    return Problem(kind=CATALOGUE["P021"], message=message, hint=hint)


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


def _zones(environment: Environment, kind: str, surroundings: Surroundings) -> Iterator[Problem]:
    """The environment's subnets against the zones in which EC2 has the type."""
    zones = {surroundings.zone_of.get(subnet, "") for subnet in environment.subnets} - {""}
    offered = surroundings.offered.get(kind, frozenset())
    if not zones or not offered or zones & offered or environment.instance_types != (kind,):
        return
    name, here, there = environment.name, ", ".join(sorted(zones)), ", ".join(sorted(offered))
    message = Text(
        f"EC2 does not offer {kind} in {here}, where all subnets of the compute environment {name} are.",
        f"コンピューティング環境{name}のサブネットがある{here}では、{kind}が提供されていません。",
    )
    hint = Text(f"Add a subnet in one of: {there}.", f"次のいずれかにあるサブネットを追加してください: {there}")
    yield Problem(kind=CATALOGUE["P021"], message=message, hint=hint)


_ASK = Text(
    "Ask who set the AWS account up for it, or name another queue in the infra file: batch.queue.",
    "AWSアカウントの担当者に確認するか、infraファイルのbatch.queueで別のキューを指定してください。",
)


def _missing_queue(name: str) -> Problem:
    message = Text(
        f"There is no job queue {name}: the platform could not submit a job.",
        f"ジョブキュー{name}がありません。ACES Platformがジョブを送信できません。",
    )
    return Problem(kind=CATALOGUE["P019"], message=message, hint=_ASK)


def _broken_queue(queue: Queue) -> Problem:
    why = same(f": {queue.reason}") if queue.reason else Text(".", "。")
    message = Text(
        f"The job queue {queue.name} is {queue.state} and {queue.status}{why.en}",
        f"ジョブキュー{queue.name}の状態は{queue.state}、{queue.status}です{why.ja}",
    )
    command = f"aws batch update-job-queue --job-queue {queue.name} --state ENABLED"
    hint = Text(
        f"Where somebody has disabled it:\n{command}", f"無効になっている場合は、次のコマンドで有効にできます:\n{command}"
    )
    return Problem(kind=CATALOGUE["P019"], message=message, hint=hint)


def _not_of_queue(queue: Queue, named: str | None) -> Problem:
    if named is None:
        message = Text(
            f"The job queue {queue.name} has no compute environment: its jobs would wait for ever.",
            f"ジョブキュー{queue.name}にコンピューティング環境がないため、ジョブが開始されません。",
        )
        return Problem(kind=CATALOGUE["P020"], message=message, hint=_ASK)
    message = Text(
        f"The job queue {queue.name} does not use the compute environment {named} of the infra file.",
        f"ジョブキュー{queue.name}は、infraファイルのコンピューティング環境{named}を使っていません。",
    )
    hint = Text(
        "Correct batch.compute_environment, or add it to the queue.",
        "batch.compute_environmentを修正するか、キューに追加してください。",
    )
    return Problem(kind=CATALOGUE["P020"], message=message, hint=hint)


def _broken_environment(environment: Environment) -> Problem:
    name, reason = environment.name, environment.reason
    why = same(f": {reason}") if reason and environment.status not in _WORKING else Text(".", "。")
    message = Text(
        f"The compute environment {name} is {environment.state} and {environment.status}{why.en}",
        f"コンピューティング環境{name}の状態は{environment.state}、{environment.status}です{why.ja}",
    )
    command = f"aws batch update-compute-environment --compute-environment {name} --state ENABLED"
    hint = Text(
        f"Where somebody has disabled it:\n{command}", f"無効になっている場合は、次のコマンドで有効にできます:\n{command}"
    )
    return Problem(kind=CATALOGUE["P020"], message=message, hint=hint)
