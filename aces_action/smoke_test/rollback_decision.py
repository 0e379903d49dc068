"""What becomes of a version after its smoke test: one that failed is rolled back or given up, and what serves is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.problems import ActionError, Problem
from aces_action.problems.smoke_test import outcome as problems
from aces_action.resources.endpoint.history import mark_withdrawn
from aces_action.smoke_test.job_diagnosis import is_versions_fault
from aces_action.smoke_test.model import Exchange

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

Rollback = Callable[[], str]
"""Brings the generation before back, waits until it serves and returns its endpoint config's name. Raises ActionError, E007 where
there is nothing to go back to."""

_NOTHING_BEFORE = "ACES-E007"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedVersion:
    """The version that gave wrong answers, by its endpoint config.

    `untried`: it was rolled out just now, or has not passed since it was. What has served for good is not taken away because of
    a request that was changed.
    """

    endpoint_name: str
    config_name: str
    config_arn: str
    untried: bool


def verdict(exchanges: Sequence[Exchange]) -> list[Problem]:
    """Every problem of every request, in their order."""
    return [problem for exchange in exchanges for problem in exchange.problems]


def is_to_blame(found: Sequence[Problem]) -> bool:
    """Whether the version gave a wrong answer, or none: what kept it from being asked, or a job from running, says nothing."""
    return any(problem.code.startswith("ACES-T") or is_versions_fault(problem) for problem in found)


def give_up(client: SageMakerClient, version: FailedVersion, *, rollback: Rollback | None, now: datetime) -> list[Problem]:
    """Rolls the version back where that is wanted and possible, else marks it as given up, and says which version serves now.

    `rollback` None: the setting forbids it. Returns the closing problem (T010) and whatever went wrong on the way.
    """
    endpoint_name, config_name = version.endpoint_name, version.config_name
    if not version.untried:
        return [problems.failed(endpoint_name, problems.stays_as_it_served_before(config_name))]
    if rollback is None:
        return [problems.failed(endpoint_name, problems.stays_in_service(config_name)), *_mark(client, version, now)]
    try:
        return [problems.failed(endpoint_name, problems.rolled_back_to(rollback()))]
    except ActionError as error:
        if all(problem.code == _NOTHING_BEFORE for problem in error.problems):
            state = problems.stays_as_there_is_no_other(config_name)
            return [problems.failed(endpoint_name, state), *_mark(client, version, now)]
        more = error.problems
    except AWS_ERRORS as error:
        more = (explain(error, resource=endpoint_name),)
    return [problems.failed(endpoint_name, problems.rollback_failed(config_name)), *more, *_mark(client, version, now)]


def _mark(client: SageMakerClient, version: FailedVersion, now: datetime) -> list[Problem]:
    """Notes that it is no generation to go back to; what keeps us from that is told with the rest."""
    try:
        mark_withdrawn(client, version.config_arn, at=now)
    except AWS_ERRORS as error:
        return [explain(error, resource=version.config_arn)]
    return []
