"""Whether the settings of the infra file together are one of the ways to serve (the guide's table in 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aces_action.language import Text
from aces_action.problems.configuration import serving as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.environment import environment_problems
from aces_action.project.instance_types import ENDPOINT, LONGTIME, STANDARD
from aces_action.project.jobs import job_problems
from aces_action.project.rollout import autoscaling_problems, rollout_problems

_SERVICE = "ASYNC_COMPONENT_SERVICE"
_MODE = "SAGEMAKER_INFERENCE_MODE"


def serving_problems(infra: Document) -> list[Problem]:
    """Combinations that deploy nothing or cannot be deployed, and settings that nothing comes of."""
    if (serving := _serving(infra)) is None:
        return []
    with_batch, is_async = serving
    return [
        *(_with_batch(infra) if with_batch else _sagemaker_alone(infra)),
        *_settings_without_effect(infra, with_batch=with_batch, is_async=is_async),
    ]


def settings_problems(infra: Document) -> list[Problem]:
    """Settings of what is deployed, against each other and against AWS's limits for them together."""
    found = [*environment_problems(infra), *job_problems(infra)]
    if (serving := _serving(infra)) and infra.get(ENDPOINT) is not None:
        _, is_async = serving
        found += [*rollout_problems(infra), *autoscaling_problems(infra, is_async=is_async)]
    return found


def _serving(infra: Document) -> tuple[bool, bool] | None:
    """Whether Batch is deployed, and whether the endpoint is asynchronous; None where the service is none."""
    component = infra.get(_SERVICE) or "aws_batch"
    if not isinstance(infra.data, dict) or component not in ("sagemaker", "aws_batch"):
        return None
    with_batch = component == "aws_batch"
    return with_batch, (infra.get(_MODE) or ("realtime" if with_batch else "async")) == "async"


def _sagemaker_alone(infra: Document) -> Iterator[Problem]:
    if infra.get(ENDPOINT) is None:
        yield infra.at((_SERVICE,), problems.no_endpoint_under_sagemaker())


def _with_batch(infra: Document) -> Iterator[Problem]:
    endpoint, job, longtime = infra.get(ENDPOINT), infra.get(STANDARD), infra.get(LONGTIME)
    if endpoint is None and job is None and longtime is None:
        yield infra.at((), problems.nothing_to_deploy())
    if longtime is not None and job is None:
        yield infra.at((LONGTIME,), problems.longtime_job_alone(), of="key")
    if endpoint is not None and job is None and longtime is None:
        yield infra.at((_SERVICE,), problems.no_job_for_asynchronous_api())
    if infra.get(_MODE) == "async":
        yield infra.at((_MODE,), problems.async_endpoint_under_batch())


def _settings_without_effect(infra: Document, *, with_batch: bool, is_async: bool) -> Iterator[Problem]:
    """Our own settings for something that is not deployed. The guide's keys stay unremarked: its template sets all of them."""
    has_endpoint = infra.get(ENDPOINT) is not None
    has_job = with_batch and infra.get(STANDARD) is not None
    has_longtime = has_job and infra.get(LONGTIME) is not None
    conditions: Iterable[tuple[Path, bool, Text]] = (
        (("sagemaker",), has_endpoint, problems.NO_ENDPOINT),
        (("sagemaker", "async"), not has_endpoint or is_async, problems.REALTIME),
        ((_MODE,), has_endpoint or not with_batch, problems.NO_ENDPOINT),
        (("batch",), has_job, problems.NO_JOB if with_batch else problems.NO_BATCH),
        (("batch", "longtime"), has_longtime or not has_job, problems.NO_LONGTIME_JOB),
    )
    for path, has_effect, reason in conditions:
        if not has_effect and infra.get(*path) is not None:
            yield infra.at(path, problems.without_effect(dotted(path), reason), of="key")
