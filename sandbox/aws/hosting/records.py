"""What SageMaker's hosting keeps: models, endpoint configs, endpoints, and what is under way with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

JSON = dict[str, Any]
Status = Literal[
    "OutOfService",
    "Creating",
    "Updating",
    "SystemUpdating",
    "RollingBack",
    "InService",
    "Deleting",
    "Failed",
    "UpdateRollbackFailed",
]
RolloutKind = Literal["success", "fail", "rollback", "rollback-silent", "rollback-failed"]
OutcomeKind = Literal[RolloutKind, "scaling-rollback"]

UNDER_WAY: tuple[Status, ...] = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
SERVING: tuple[Status, ...] = ("InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed")


@dataclass(slots=True, kw_only=True)
class Model:
    """`request` is CreateModel's, without tags; `images` pairs each image as given with the digest it had at that moment."""

    name: str
    arn: str
    request: JSON
    images: tuple[tuple[str, str], ...]
    created: datetime
    tags: dict[str, str]


@dataclass(slots=True, kw_only=True)
class EndpointConfig:
    """`request` is CreateEndpointConfig's, without tags."""

    name: str
    arn: str
    request: JSON
    created: datetime
    tags: dict[str, str]

    @property
    def variants(self) -> list[JSON]:
        variants: list[JSON] = self.request["ProductionVariants"]
        return variants

    @property
    def model_names(self) -> set[str]:
        return {variant["ModelName"] for variant in self.variants if "ModelName" in variant}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much of a variant there is: instances and its share of the traffic."""

    count: int | None
    weight: float


@dataclass(slots=True, kw_only=True)
class Transition:
    """What is under way, and how it will end. `config` is what a create or an update works towards."""

    started: float
    started_at: datetime
    seconds: float
    status_after: Status | None
    config: EndpointConfig | None = None
    scales: dict[str, Scale] = field(default_factory=dict)
    deployment_config: JSON | None = None
    succeeds: bool = True
    reason: str | None = None
    message: str | None = None
    seen: bool = False


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """`config` is what serves now; a first creation has it only in `transition` until it is over."""

    name: str
    arn: str
    status: Status
    config: EndpointConfig
    scales: dict[str, Scale]
    created: datetime
    modified: datetime
    tags: dict[str, str]
    transition: Transition | None = None
    failure_reason: str | None = None
    deployment_config: JSON | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """A rule for creates and updates to come: how the next of endpoint `name` (None: of any) ends, `times` often (None: always).

    The three rollbacks concern updates alone: a create passes them by, and they stay for the update; `scaling-rollback` stays for
    a change of weights or capacities. `message`: what SageMaker says of the new instances meanwhile. `log`: the lines that the
    containers leave in CloudWatch.
    """

    outcome: OutcomeKind
    name: str | None = None
    reason: str | None = None
    message: str | None = None
    times: int | None = 1
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not isinstance(self.log, list) or not all(isinstance(line, str) for line in self.log):
            raise ValueError("log is not a list of lines")
        if self.outcome not in get_args(OutcomeKind):
            raise ValueError(f"outcome is {self.outcome!r}, not one of {', '.join(get_args(OutcomeKind))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLog:
    """What a new instance of an endpoint has written: the log stream's name, as AWS makes it, and its lines."""

    endpoint_name: str
    stream: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Seconds that creating, updating and deleting take; 0: until it has been described once."""

    creating: float = 0.0
    updating: float = 0.0
    deleting: float = 0.0
