"""Compute environments of AWS Batch: what is read of them, and whether they have instances that can run a job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aces_action.preflight.instances import Machine
from aces_action.problems import Problem
from aces_action.problems.preflight import queues as problems
from aces_action.problems.preflight.environment_health import image_lacks_type
from aces_action.project.instance_types import accelerator, family, processor
from aces_action.project.model import JobSettings
from aces_action.resources.batch.memory import usable_memory
from aces_action.resources.batch.spec import Instance

if TYPE_CHECKING:
    from types_boto3_batch.type_defs import ComputeEnvironmentDetailTypeDef

# The families that Batch chooses from; 'optimal' is the same as 'default_x86_64' (botocore: ComputeResource, instanceTypes).
# Batch updates them from time to time, so others may be used as well.
_X86_64 = frozenset({"m6i", "c6i", "r6i", "c7i"})
_CHOSEN_BY_BATCH = {
    "optimal": _X86_64,
    "default_x86_64": _X86_64,
    "default_arm64": frozenset({"m6g", "c6g", "r6g", "c7g"}),
}
# Families that Batch's own images do not run on (botocore: Ec2Configuration, imageType, which says 'p3', 'g3' and 'A1'; that
# it means their variants too is assumed: p3dn has the GPUs of p3, and g3s those of g3)
_NOT_SUPPORTED = {"ECS_AL2023": {"a1"}, "ECS_AL2023_NVIDIA": {"p3", "p3dn", "g3", "g3s"}}
_WORKING = frozenset({"VALID", "UPDATING"})
_SERVICE_LINKED = ":role/aws-service-role/batch."  # IAM User Guide, 'Using service-linked roles': their path


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A compute environment. `resources` is its kind ('EC2', 'SPOT', 'FARGATE' …), empty where Batch does not manage it.

    `on_kubernetes`: its jobs run as pods of an EKS cluster, and need job definitions of their own (botocore: eksProperties).
    `images`: the types of Batch's own images that it starts ('ECS_AL2023' …), as far as no other image may take their place.
    `image_outdated`: Batch has a newer one. `strategy`: the allocation strategy, empty where Batch manages no instances.
    `service_linked`: by Batch's own role. `default_volume`: the instances have the volume of Batch's images, no other.
    `grace_minutes`: what running jobs are left when an update replaces the instances; 0: they are ended at once.
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
    images: tuple[str, ...] = ()
    image_outdated: bool = False
    strategy: str = ""
    service_linked: bool = True
    default_volume: bool = False
    grace_minutes: int = 30

    @property
    def works(self) -> bool:
        return self.state == "ENABLED" and self.status in _WORKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Ec2Facts:
    """What is known of EC2 to judge compute environments by: instance types, zones of subnets, zones that offer a type."""

    machines: Mapping[str, Machine]
    zone_of: Mapping[str, str]
    offered: Mapping[str, frozenset[str]]


def read_environment(described: ComputeEnvironmentDetailTypeDef) -> Environment:
    """One of DescribeComputeEnvironments' answer."""
    resources: Any = described.get("computeResources") if described.get("type") != "UNMANAGED" else None
    managed: Mapping[str, Any] = resources or {}
    configured = managed.get("ec2Configuration", [])
    # An image may be named in three places. One of a launch template is not seen, but then there is no `batchImageStatus`;
    # there is none either as long as nothing was started, so a template without it says nothing (botocore: Ec2Configuration).
    named = managed.get("imageId") or any(each.get("imageIdOverride") for each in configured)
    templated = bool(managed.get("launchTemplate"))
    of_batch = [each for each in configured if not named and (each.get("batchImageStatus") or not templated)]
    policy = described.get("updatePolicy", {})
    return Environment(
        name=described["computeEnvironmentName"],
        arn=described["computeEnvironmentArn"],
        state=described.get("state", "ENABLED"),
        status=described.get("status", "VALID"),
        reason=described.get("statusReason", ""),
        resources=managed.get("type", ""),
        instance_types=tuple(managed.get("instanceTypes", [])),
        max_vcpus=managed.get("maxvCpus", 0),
        subnets=tuple(managed.get("subnets", [])),
        on_kubernetes=described.get("containerOrchestrationType") == "EKS",
        images=tuple(each["imageType"] for each in of_batch),
        image_outdated=any(each.get("batchImageStatus") == "UPDATE_AVAILABLE" for each in of_batch),
        # botocore: ComputeResource, allocationStrategy: BEST_FIT unless specified
        strategy=managed.get("allocationStrategy", "BEST_FIT") if managed else "",
        service_linked=_SERVICE_LINKED in described.get("serviceRole", _SERVICE_LINKED),
        default_volume=bool(managed) and not named and not templated,
        grace_minutes=0 if policy.get("terminateJobsOnUpdate") else policy.get("jobExecutionTimeoutMinutes", 30),
    )


def fit_problems(environment: Environment, job: JobSettings, ec2: Ec2Facts) -> Iterator[Problem]:
    """Why the environment does not run the job."""
    name, resources, instance_type = environment.name, environment.resources, job.instance_type
    if not environment.works:
        reason = "" if environment.status in _WORKING else environment.reason
        yield problems.environment_not_working(name, environment.state, environment.status, reason)
        return
    if environment.on_kubernetes:
        yield problems.environment_on_kubernetes(name)
        return
    if not resources:
        return  # Batch does not manage its instances, and does not know them either
    if resources not in {"EC2", "SPOT"}:  # Fargate, or ECS Managed Instances (Batch User Guide: MANAGED_INSTANCES definitions)
        yield problems.environment_not_on_ec2(name, resources)
        return
    machine = ec2.machines.get(instance_type)
    if machine is None:
        return  # it is not offered at all, which has been said
    vcpus = job.vcpus or machine.instance.vcpus
    if vcpus > environment.max_vcpus:
        yield problems.too_few_vcpus(name, most=environment.max_vcpus, needed=vcpus)
    if not holds(environment.instance_types, instance_type):
        yield _other_types(environment, job, machine, ec2.machines)
    elif image := _image_without(environment, job, machine, ec2.machines):
        yield image_lacks_type(name, image, instance_type)
    else:
        yield from _zones(environment, instance_type, ec2)


def holds(instance_types: Iterable[str], wanted: str) -> bool:
    """Whether a compute environment with these types may start one of the wanted type."""
    return any(each in {wanted, family(wanted)} or family(wanted) in _CHOSEN_BY_BATCH.get(each, ()) for each in instance_types)


def _other_types(environment: Environment, job: JobSettings, machine: Machine, machines: Mapping[str, Machine]) -> Problem:
    """A warning where another type of the environment may run the job; an error where none can."""
    types = environment.instance_types
    may_run = any(_may_run(name, job, machine.instance, machines) for name in types)
    problem = problems.other_instance_types if may_run else problems.no_instance_type_fits
    return problem(environment.name, job.instance_type, types)


def lacks(image: str, instance_type: str) -> bool:
    """Whether Batch's image does not support an instance type, or a whole family."""
    return instance_type.partition(".")[0] in _NOT_SUPPORTED.get(image, ())


def _image_without(environment: Environment, job: JobSettings, machine: Machine, machines: Mapping[str, Machine]) -> str | None:
    """The image that does not support the job's type, unless another type of the environment may run the job."""
    for image in environment.images:
        others = (name for name in environment.instance_types if not lacks(image, name))
        if lacks(image, job.instance_type) and not any(_may_run(one, job, machine.instance, machines) for one in others):
            return image
    return None


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
        yield problems.not_offered_in_zones(environment.name, instance_type, zones=zones, offered_in=offered)
