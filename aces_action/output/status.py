"""What `command: status` found, as data: endpoints and generations of one server. `tables` and `summary` word it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aces_action.durations import hours
from aces_action.language import Language, Text

_FAILED = frozenset({"Failed", "UpdateRollbackFailed", "OutOfService"})


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantStatus:
    """Instances and traffic weight of a variant, as they are and as they are to become."""

    name: str
    instances: int
    desired_instances: int
    weight: float
    desired_weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointStatus:
    """One endpoint. `status` is SageMaker's, empty where there is no endpoint: it is stopped, or was never deployed.

    `target` is the endpoint config that a roll-out under way leads to, `started_by` the run that started it, `progress` how far
    its variants are; `run_url` and `commit` are those of what it serves; `drift` what others have changed of it.
    `failure_reason` is about the endpoint where it has `failed`; else SageMaker keeps that of an update before.
    """

    name: str
    status: str = ""
    ours: bool = True
    config_name: str = ""
    created: datetime | None = None
    failure_reason: str = ""
    variants: tuple[VariantStatus, ...] = ()
    under_way: bool = False
    target: str = ""
    progress: tuple[Text, ...] = ()
    started_by: str = ""
    commit: str = ""
    run_url: str = ""
    drift: tuple[Text, ...] = ()

    @property
    def failed(self) -> bool:
        return self.status in _FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationStatus:
    """One generation: when it began to serve and when it was given up, how long its roll-out took, and what it is made of.

    `promoted_from`: where that comes from, here and below: environment, account and name there; empty where it was built for this
    environment. From a tag."""

    name: str
    serves: bool
    served: datetime | None
    withdrawn: datetime | None
    rollout_seconds: float | None
    image_digest: str
    weights: str
    instance_type: str
    commit: str
    run_url: str
    promoted_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionStatus:
    """One active revision of a job definition: when it was registered and since when it serves, and what it is made of."""

    number: int
    arn: str
    serves: bool
    registered: datetime | None
    served: datetime | None
    withdrawn: datetime | None
    image_digest: str
    weights: str
    commit: str
    run_url: str
    promoted_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """A job queue and its compute environments in their order, each with Batch's own words for its state."""

    name: str
    state: str
    status: str
    environments: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """One job, with Batch's words for what became of it: text from outside. `revision` is None where Batch does not tell it."""

    id: str
    name: str
    status: str
    reason: str
    exit_code: int | None
    revision: int | None
    created: datetime | None
    started: datetime | None
    stopped: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDefinitionStatus:
    """One job definition that the infra file asks for. Revisions and jobs newest first; not all jobs. `queue` None: there is none
    of that name. `foreign`: the newest revision, where it is not ours: then jobs by the name run on that, and none of ours
    serves. `unseen`: what could not be read, and why."""

    name: str
    queue_name: str
    revisions: tuple[RevisionStatus, ...] = ()
    queue: QueueStatus | None = None
    jobs: tuple[JobStatus, ...] = ()
    foreign: str = ""
    unseen: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """All of one server at the time `at`. Generations newest first. `previous`: what a rollback would bring back."""

    at: datetime
    endpoints: tuple[EndpointStatus, ...]
    generations: tuple[GenerationStatus, ...]
    previous: str = ""
    job_definitions: tuple[JobDefinitionStatus, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether there is an endpoint to start: not on AWS Batch alone."""
        return bool(self.endpoints) and not any(endpoint.status for endpoint in self.endpoints)

    @property
    def never_deployed(self) -> bool:
        """Whether there is nothing of it, as far as could be seen."""
        jobs = self.job_definitions
        there = any(each.status for each in self.endpoints) or any(each.revisions or each.foreign or each.unseen for each in jobs)
        return not there and not self.generations


def as_json(status: ServerStatus, language: Language = "en") -> dict[str, object]:
    """For the output `status`: times in ISO 8601, UTC; drift, progress and what could not be read in the language."""
    return {
        "at": _iso(status.at),
        "stopped": status.stopped,
        "previous": status.previous,
        "endpoints": [_endpoint(each, status.at, language) for each in status.endpoints],
        "generations": [_generation(each) for each in status.generations],
        "job-definitions": [_job_definition(each, language) for each in status.job_definitions],
    }


def _endpoint(endpoint: EndpointStatus, now: datetime, language: Language) -> dict[str, object]:
    age = hours(endpoint.created, now)
    return {
        "name": endpoint.name,
        "status": endpoint.status or None,
        "ours": endpoint.ours,
        "endpoint-config": endpoint.config_name or None,
        "created": _iso(endpoint.created),
        "age-hours": None if age is None else round(age, 2),
        "failure-reason": (endpoint.failure_reason or None) if endpoint.failed else None,
        "earlier-failure-reason": None if endpoint.failed else (endpoint.failure_reason or None),
        "commit": endpoint.commit or None,
        "run": endpoint.run_url or None,
        "variants": [
            {
                "name": each.name,
                "instances": each.instances,
                "desired-instances": each.desired_instances,
                "weight": each.weight,
                "desired-weight": each.desired_weight,
            }
            for each in endpoint.variants
        ],
        "under-way": _under_way(endpoint, language),
        "drift": [each.in_(language) for each in endpoint.drift],
    }


def _under_way(endpoint: EndpointStatus, language: Language) -> dict[str, object] | None:
    if not endpoint.under_way:
        return None
    progress = [each.in_(language) for each in endpoint.progress]
    return {"to": endpoint.target or None, "run": endpoint.started_by or None, "progress": progress}


def _generation(generation: GenerationStatus) -> dict[str, object]:
    return {
        "name": generation.name,
        "serves": generation.serves,
        "served": _iso(generation.served),
        "withdrawn": _iso(generation.withdrawn),
        "rollout-seconds": generation.rollout_seconds,
        "image-digest": generation.image_digest or None,
        "weights": generation.weights or None,
        "instance-type": generation.instance_type or None,
        "commit": generation.commit or None,
        "run": generation.run_url or None,
        "promoted-from": generation.promoted_from or None,
    }


def _job_definition(definition: JobDefinitionStatus, language: Language) -> dict[str, object]:
    queue = definition.queue
    return {
        "name": definition.name,
        "queue": {
            "name": definition.queue_name,
            "state": queue.state if queue else None,
            "status": queue.status if queue else None,
            "environments": [
                {"name": name, "state": state, "status": status} for name, state, status in (queue.environments if queue else ())
            ],
        },
        "revisions": [
            {
                "revision": each.number,
                "arn": each.arn,
                "serves": each.serves,
                "registered": _iso(each.registered),
                "served": _iso(each.served),
                "withdrawn": _iso(each.withdrawn),
                "image-digest": each.image_digest or None,
                "weights": each.weights or None,
                "commit": each.commit or None,
                "run": each.run_url or None,
                "promoted-from": each.promoted_from or None,
            }
            for each in definition.revisions
        ],
        "jobs": [
            {
                "id": each.id,
                "name": each.name,
                "status": each.status,
                "reason": each.reason or None,
                "exit-code": each.exit_code,
                "revision": each.revision,
                "created": _iso(each.created),
                "started": _iso(each.started),
                "stopped": _iso(each.stopped),
            }
            for each in definition.jobs
        ],
        "foreign-revision": definition.foreign or None,
        "not-read": [each.in_(language) for each in definition.unseen],
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
