"""Compute environments and job queues: what Batch refuses of them, and what moto does not keep.

Where the words of a refusal are not known they are assumed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.aws.batch.capacity import instance_types, is_known, registered
from sandbox.aws.batch.reasons import LIMITED
from sandbox.aws.batch.records import JSON

LINKED_ROLE = "/aws-service-role/batch.amazonaws.com/"  # Batch User Guide, 'Using service-linked roles for AWS Batch'
MOST_ENVIRONMENTS = MOST_QUEUES = 50  # Batch User Guide, 'AWS Batch service quotas': not adjustable
# Batch User Guide, 'Updating compute environments': all else is an infrastructure update
_SCALING = frozenset(("minvCpus", "maxvCpus", "desiredvCpus"))
_SCALING_OF_FARGATE = _SCALING | {"subnets", "securityGroupIds"}
_SHORTEST_LIMIT, _LONGEST_LIMIT = 600, 86400  # botocore: JobStateTimeLimitAction
# botocore: Ec2Configuration. Since 2026-06-30 no new environment may have Batch's own images of Amazon Linux 2
_ENDED_IMAGES = frozenset(("ECS_AL2", "ECS_AL2_NVIDIA"))


@dataclass(slots=True, kw_only=True)
class EnvironmentDetail:
    """What moto does not keep of a compute environment. `image_status`: of Batch's own images."""

    orchestration: str = "ECS"
    status: str = "VALID"
    reason: str = "ComputeEnvironment Healthy"
    update_policy: JSON | None = None
    image_status: str | None = None
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))


class Environments:
    """Details by ARN, of compute environments and queues."""

    def __init__(self) -> None:
        self._details: dict[str, EnvironmentDetail] = {}
        self._limits: dict[str, list[JSON]] = {}

    def detail(self, arn: str) -> EnvironmentDetail:
        return self._details.setdefault(arn, EnvironmentDetail())

    def forget(self, arn: str) -> None:
        self._details.pop(arn, None)
        self._limits.pop(arn, None)

    def time_limits(self, queue: str) -> list[JSON]:
        return self._limits.get(queue, [])

    def set_time_limits(self, queue: str, actions: list[JSON]) -> None:
        self._limits[queue] = actions


def with_images(resources: Mapping[str, Any]) -> JSON:
    """Compute resources with the image type that Batch chooses where none is named (botocore: Ec2Configuration)."""
    if "FARGATE" in resources["type"] or resources.get("ec2Configuration"):
        return dict(resources)
    types = list(instance_types(resources.get("instanceTypes", ())))
    has_gpus = bool(types) and all(registered(name).gpus for name in types)
    return {**resources, "ec2Configuration": [{"imageType": "ECS_AL2023_NVIDIA" if has_gpus else "ECS_AL2023"}]}


def refusals_of_creation(request: Mapping[str, Any]) -> Iterator[str]:
    resources = request.get("computeResources", {})
    if request.get("state", "ENABLED") != "ENABLED":  # botocore: CreateComputeEnvironmentRequest, state
        yield "A compute environment must be created in the ENABLED state."
    configurations = resources.get("ec2Configuration", [])
    if len(configurations) > 2:
        yield "ec2Configuration may have one or two values."
    for each in configurations:
        own = each.get("imageIdOverride") or resources.get("imageId") or resources.get("launchTemplate")
        if each["imageType"] in _ENDED_IMAGES and not own and "eksConfiguration" not in request:
            yield f"Image type {each['imageType']} is no longer supported for new compute environments."
    yield from _unknown_types(resources)


def refusals_of_update(environment: JSON, request: Mapping[str, Any]) -> Iterator[str]:
    """What is refused of UpdateComputeEnvironment; `environment` as it is described."""
    wanted, had = request.get("computeResources", {}), environment.get("computeResources", {})
    linked = LINKED_ROLE in environment["serviceRole"]
    if "serviceRole" in request and (LINKED_ROLE in request["serviceRole"]) is not linked:
        yield "A service-linked role and a regular role cannot take each other's place."  # botocore: serviceRole
    on_fargate = "FARGATE" in had.get("type", "")
    changed = sorted(wanted.keys() - (_SCALING_OF_FARGATE if on_fargate else _SCALING))
    # the words: ASFHyP3/hyp3#1051
    if changed and (on_fargate or not linked):
        yield (
            f"Following fields {', '.join(changed)} can be updated only for Non-fargate Compute Environment having a "
            "Batch Service Linked Role"
        )
    # botocore: ComputeResource, allocationStrategy; BEST_FIT where none is named
    elif changed and had.get("allocationStrategy", "BEST_FIT") == "BEST_FIT":
        yield f"Following fields {', '.join(changed)} cannot be updated for Compute Environment with BEST_FIT"
    yield from _unknown_types(wanted)
    values = {**had, **wanted}
    if values.get("minvCpus", 0) > values.get("maxvCpus", 0):
        yield "maxvCpus must not be less than minvCpus"


def refusals_of_limits(actions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Of a queue's jobStateTimeLimitActions."""
    for each in actions:
        if not _SHORTEST_LIMIT <= each["maxTimeSeconds"] <= _LONGEST_LIMIT:
            yield f"maxTimeSeconds must be between {_SHORTEST_LIMIT} and {_LONGEST_LIMIT}"
        if each["reason"] not in LIMITED:
            yield f"The reason {each['reason']} is not supported for jobStateTimeLimitActions"
        if each["action"] != "CANCEL":
            yield "The only supported action is CANCEL"


def _unknown_types(resources: Mapping[str, Any]) -> Iterator[str]:
    for name in resources.get("instanceTypes", ()):
        if not is_known(name):
            yield f"Instance type {name} does not exist"
