"""What moto does not keep of compute environments and job queues."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sandbox.aws.batch.records import JSON


@dataclass(slots=True, kw_only=True)
class EnvironmentDetail:
    """Of a compute environment. `image_status`: of Batch's own images, by image type."""

    orchestration: str = "ECS"
    status: str = "VALID"
    reason: str = "ComputeEnvironment Healthy"
    update_policy: JSON | None = None
    image_status: str | None = None
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))


class Environments:
    """By ARN, of compute environments and queues."""

    def __init__(self) -> None:
        self.details: dict[str, EnvironmentDetail] = {}
        self._limits: dict[str, list[JSON]] = {}

    def detail(self, arn: str) -> EnvironmentDetail:
        return self.details.setdefault(arn, EnvironmentDetail())

    def status(self, arn: str) -> tuple[str, str]:
        found = self.detail(arn)
        return found.status, found.reason

    def time_limits(self, queue: str) -> list[JSON]:
        return self._limits.get(queue, [])

    def set_time_limits(self, queue: str, actions: list[JSON]) -> None:
        self._limits[queue] = actions
