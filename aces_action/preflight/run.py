"""Asks AWS and the platform everything at once, then judges the answers. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from aces_action.aws.clients import Clients
from aces_action.aws.image import ServerImage
from aces_action.output.check import Check, problems_in
from aces_action.preflight import (
    account,
    alarms_and_topics,
    bucket,
    driver,
    endpoint,
    image,
    job_types,
    jobs,
    memory,
    network,
    platform,
    quotas,
    roles,
    weights,
)
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.endpoint import EndpointState, endpoint_state
from aces_action.preflight.image import server_image
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.instances import instances_in, machines
from aces_action.preflight.queries import Answers, Queries
from aces_action.preflight.weights import found_weights
from aces_action.problems import Problem
from aces_action.problems.preflight import P010
from aces_action.problems.preflight.not_checked import as_error
from aces_action.resources.batch.spec import Instance
from aces_action.resources.weights.s3_object import S3Object

CHECKS = (
    account.CHECK,
    bucket.CHECK,
    weights.CHECK,
    image.CHECK,
    roles.CHECK,
    endpoint.CHECK,
    quotas.CHECK,
    driver.CHECK,
    memory.CHECK,
    network.CHECK,
    alarms_and_topics.CHECK,
    job_types.CHECK,
    jobs.CHECK,
    platform.CHECK,
)
"""In the order of the table: as a reader thinks of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightResult:
    """What the later steps build on. Role ARNs are those to pass to SageMaker and Batch; `endpoint` is as it was found, None
    where there is none.

    `quotas`: the rows about the endpoint's quotas; None where they were not asked for, since it serves.
    """

    image: ServerImage
    weights: S3Object
    sagemaker_role: str
    batch_job_role: str
    batch_execution_role: str
    instances: dict[str, Instance]
    platform_sleeps: bool
    endpoint: EndpointState | None
    quotas: tuple[Check, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """How it went: a row for everything that was looked at, and the result if no row has an error. `image`, `weights`: as
    far as they were found."""

    checks: tuple[Check, ...]
    result: PreflightResult | None
    image: ServerImage | None = None
    weights: S3Object | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each once, in the order of the rows."""
        return problems_in(self.checks)


def preflight(clients: Clients, inputs: PreflightInput, checks: Sequence[PreflightCheck] = CHECKS) -> Preflight:
    """Looks at everything that the deployment needs. The quotas of an endpoint that serves are left to `check_capacity`."""
    with _asking(clients) as queries:
        at_once = [query for check in checks for query in check.queries(inputs)]
        for query in sorted(at_once, key=lambda query: not query.slow):
            queries.ask(query)
        for check in checks:
            for query in check.follow_ups(inputs, queries.answers):
                queries.ask(query)
        answers = queries.answers
        judged = _judged((row for check in checks for row in check.rows(inputs, answers)), inputs)
        failed = any(problem.severity == "error" for problem in problems_in(judged))
        result = None if failed else _result(inputs, answers)
        found = answers.of(found_weights(inputs)).value
        image_found = answers.of(server_image(inputs)).value
    return Preflight(checks=judged, result=result, image=image_found, weights=found.weights if found else None)


def check_capacity(
    clients: Clients, inputs: PreflightInput, result: PreflightResult, *, starts_rollout: bool = True
) -> tuple[Check, ...]:
    """Whether the account's quotas have room for what a plan starts, or for what its autoscaling may want.

    The rows that `preflight` did not show: all of them for an endpoint that serves; else those that are errors only now.
    """
    if result.quotas is not None:
        rows = tuple(quotas.once_updated(row) for row in result.quotas) if starts_rollout else ()
        return tuple(row for row in rows if row.outcome == "error")
    with _asking(clients) as queries:
        for query in quotas.queries(inputs):
            queries.ask(query)
        rows = _judged(quotas.rows(inputs, queries.answers, result.endpoint), inputs)
    return tuple(quotas.once_updated(row) for row in rows) if starts_rollout else rows


@contextmanager
def _asking(clients: Clients) -> Iterator[Queries]:
    # not as the pool's own context manager: that would wait for slow answers when the job is cancelled
    pool = ThreadPoolExecutor(max_workers=24, thread_name_prefix="preflight")
    try:
        yield Queries(pool, clients)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _judged(rows: Iterable[Check], inputs: PreflightInput) -> tuple[Check, ...]:
    """Under `preflight: strict` what was not looked at is an error."""
    if inputs.strictness == "normal":
        return tuple(rows)
    return tuple(
        replace(row, problems=tuple(as_error(problem) if problem.kind is P010 else problem for problem in row.problems))
        for row in rows
    )


def _result(inputs: PreflightInput, answers: Answers) -> PreflightResult | None:
    found_image, found = answers.of(server_image(inputs)).value, answers.of(found_weights(inputs)).value
    if found_image is None or found is None:
        return None
    arns = {role.use: role.arn for role in roles.roles_of(inputs.infra, inputs.names, inputs.identity)}
    state = answers.of(endpoint_state(inputs)).value
    asked = quotas.are_asked_at_once(inputs.infra.endpoint, state, inputs.owner)
    return PreflightResult(
        image=found_image,
        weights=found.weights,
        sagemaker_role=arns.get("sagemaker", ""),
        batch_job_role=arns.get("batch job", ""),
        batch_execution_role=arns.get("batch execution", ""),
        instances=instances_in(answers.of(machines(inputs))),
        platform_sleeps=platform.is_asleep(platform.platform_problems(inputs, answers)),
        endpoint=state,
        quotas=_judged(quotas.rows(inputs, answers, state), inputs) if asked else None,
    )
