"""What `command: status` found, as data: endpoints and generations of one server. `tables` and `summary` word it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aces_action.durations import hours
from aces_action.language import Text

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
    """One generation: when it began to serve and when it was given up, how long its roll-out took, and what it is made of."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """All of one server at the time `at`. Generations newest first. `previous`: what a rollback would bring back."""

    at: datetime
    endpoints: tuple[EndpointStatus, ...]
    generations: tuple[GenerationStatus, ...]
    previous: str = ""

    @property
    def stopped(self) -> bool:
        return not any(endpoint.status for endpoint in self.endpoints)


def as_json(status: ServerStatus) -> dict[str, object]:
    """For the output `status`: times in ISO 8601, UTC; reasons of drift and progress in English."""
    return {
        "at": _iso(status.at),
        "stopped": status.stopped,
        "previous": status.previous,
        "endpoints": [_endpoint(each, status.at) for each in status.endpoints],
        "generations": [_generation(each) for each in status.generations],
    }


def _endpoint(endpoint: EndpointStatus, now: datetime) -> dict[str, object]:
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
        "under-way": _under_way(endpoint),
        "drift": [each.en for each in endpoint.drift],
    }


def _under_way(endpoint: EndpointStatus) -> dict[str, object] | None:
    if not endpoint.under_way:
        return None
    progress = [each.en for each in endpoint.progress]
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
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
