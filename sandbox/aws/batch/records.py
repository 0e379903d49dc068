"""What Batch keeps: revisions of job definitions, jobs with their attempts, and what is to befall the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from sandbox.aws.batch.programs import RunningProgram

JSON = dict[str, Any]
JobStatus = Literal["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"]
ENDED: tuple[JobStatus, ...] = ("SUCCEEDED", "FAILED")
HELD: tuple[JobStatus, ...] = ("STARTING", "RUNNING")  # those that take up room in an environment

# What keeps a job RUNNABLE, what its start ends in, and how it ends once it runs
Blockage = Literal["no-capacity", "service-role", "unsupported-instances", "invalid-environment", "undetermined"]
StartFailure = Literal["image-pull", "image-timeout", "start-error", "secret", "role"]
Ending = Literal["succeeded", "failed", "oom", "timeout", "host-lost", "spot-lost"]
OutcomeName = Literal[Blockage, StartFailure, Ending, "stuck-starting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectWrite:
    """An object that a container leaves in S3 when it ends by itself."""

    bucket: str
    key: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What befalls one attempt. `exit_code` and `reason` replace those of the outcome.

    `queued_seconds` of an attempt that is blocked is when that ends (None: never). `log_delay_seconds`: how long after a line was
    written CloudWatch Logs has it. `program` runs as a process in the container's place: its lines, exit code and time are the
    attempt's.
    """

    outcome: OutcomeName = "succeeded"
    exit_code: int | None = None
    reason: str | None = None
    log: tuple[str, ...] = ()
    queued_seconds: float | None = None
    starting_seconds: float = 0.05
    running_seconds: float = 0.1
    log_delay_seconds: float = 0.0
    writes: tuple[ObjectWrite, ...] = ()
    program: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = [name for group in get_args(OutcomeName) for name in (get_args(group) or (group,))]
        if self.outcome not in known:
            raise ValueError(f"outcome is {self.outcome!r}, not one of {', '.join(known)}")


@dataclass(slots=True, kw_only=True)
class JobRule:
    """How the next jobs of a definition go (None: of any), `times` often (None: always).

    There is a play for each attempt; the last is for all further ones too.
    """

    definition: str | None
    plays: tuple[Play, ...]
    times: int | None


def rule_of(wish: Mapping[str, Any]) -> JobRule:
    """A rule from the JSON of a control route. `attempts`, a list of objects of the same keys, is what differs by attempt.

    Raises ValueError or TypeError for what it does not understand.
    """
    given = dict(wish)
    definition, times, attempts = given.pop("definition", None), given.pop("times", 1), given.pop("attempts", [{}])
    if not isinstance(attempts, list) or not attempts:
        raise ValueError("attempts is not a list of objects")
    return JobRule(definition=definition, times=times, plays=tuple(_play(given | dict(each)) for each in attempts))


def _play(given: JSON) -> Play:
    if unknown := given.keys() - {each.name for each in fields(Play)}:
        raise ValueError(f"{', '.join(sorted(unknown))} means nothing")
    for name in ("log", "program"):
        lines = given.get(name, ())
        if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
            raise ValueError(f"{name} is not a list of strings")
        given[name] = tuple(lines)
    given["writes"] = tuple(ObjectWrite(**each) for each in given.get("writes", ()))
    return Play(**given)


@dataclass(slots=True, kw_only=True)
class Revision:
    """A revision of a job definition; `fields` are DescribeJobDefinitions' own, without status and tags."""

    name: str
    number: int
    arn: str
    fields: JSON
    deregistered: float | None = None

    @property
    def active(self) -> bool:
        return self.deregistered is None

    @property
    def container(self) -> JSON:
        container: JSON = self.fields.get("containerProperties", {})
        return container


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One attempt, from STARTING on. `started` is when its container ran. `sent`: how many of its lines CloudWatch Logs has."""

    task: str
    instance: str
    place: str
    log_stream: str | None = None
    started: float | None = None
    stopped: float | None = None
    status_reason: str | None = None
    reason: str | None = None
    exit_code: int | None = None
    process: RunningProgram | None = None
    sent: int = 0


@dataclass(slots=True, kw_only=True)
class Job:
    """A job; `request` is SubmitJob's. Times are seconds since 1970. `since`: when it came to its status.

    `was_held`: it found no room although its time had come."""

    id: str
    arn: str
    queue: str
    definition: Revision
    request: JSON
    tags: dict[str, str]
    definition_tags: dict[str, str]
    plays: tuple[Play, ...]
    endpoint_url: str
    created: float
    since: float
    status: JobStatus = "SUBMITTED"
    status_reason: str | None = None
    was_held: bool = False
    stopped: float | None = None
    cancelled: str | None = None
    terminated: str | None = None
    asked_to_stop: float = 0.0
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def name(self) -> str:
        name: str = self.request["jobName"]
        return name

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]

    @property
    def play(self) -> Play:
        """What befalls the attempt under way, or the next one."""
        made = len(self.attempts) - (self.status in HELD)
        return self.plays[min(made, len(self.plays) - 1)]

    @property
    def retries(self) -> JSON:
        strategy: JSON = self.request.get("retryStrategy") or self.definition.fields.get("retryStrategy", {"attempts": 1})
        return strategy

    @property
    def timeout(self) -> int | None:
        timeout = self.request.get("timeout") or self.definition.fields.get("timeout") or {}
        seconds: int | None = timeout.get("attemptDurationSeconds")
        return seconds

    @property
    def propagates(self) -> bool:
        return bool(self.request.get("propagateTags", self.definition.fields.get("propagateTags", False)))

    @property
    def container(self) -> JSON:
        """The container's properties, with the job's overrides in their place."""
        overrides: JSON = self.request.get("containerOverrides", {})
        container = {**self.definition.container}
        for name, key in (("environment", "name"), ("resourceRequirements", "type")):
            values = {each[key]: each for each in (*container.get(name, ()), *overrides.get(name, ()))}
            container[name] = list(values.values())
        if "command" in overrides:
            container["command"] = overrides["command"]
        parameters = self.definition.fields.get("parameters", {}) | self.request.get("parameters", {})
        # botocore: parameters replace placeholders of the form Ref::name
        container["command"] = [
            parameters.get(word.removeprefix("Ref::"), word) if word.startswith("Ref::") else word
            for word in container.get("command", ())
        ]
        return container
