"""The step 'Smoke test' of a deployment with an endpoint: the requests are sent, and what failed them is not listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import ENV, MANAGED_BY, PROJECT, SERVED, SMOKE_TESTED, TOOL, as_list
from aces_action.deployment.context import ProjectDeployment
from aces_action.language import Text, lines
from aces_action.problems import ActionError, Problem
from aces_action.problems.smoke_test import outcome
from aces_action.problems.smoke_test.jobs import untested as jobs_untested
from aces_action.project.names import HASH_LENGTH
from aces_action.resources import endpoint
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.state import read_config, read_tags
from aces_action.smoke_test.model import Exchange, mark_of
from aces_action.smoke_test.rollback_decision import FailedVersion, Rollback, give_up, is_to_blame, verdict
from aces_action.smoke_test.send import InvocationTarget, folder_of, send


def smoke_test(
    d: ProjectDeployment,
    desired: endpoint.DesiredEndpoint,
    serving: ServingEndpoint,
    *,
    rolled_out: bool,
    roll_back: Rollback | None,
    test_jobs: Callable[[], list[Problem]],
) -> None:
    """Sends the requests, unless this very content has passed these very ones before and this run did not roll it out; then
    `test_jobs` runs those that are jobs.

    `roll_back` brings the generation before back, where the setting rollback-on-failure wants that and the version has not
    served for good: this run has `rolled_out` it, or one that was cut off before it had its answers, which is noted before the
    first request. Raises ActionError with all that failed, and T010 that says what serves now.
    """
    clients, owner, settings, requests = d.clients, d.owner, d.settings, d.project.requests
    name, arn, config_name = desired.endpoint_name, serving.arn, desired.config_name
    noted = "" if rolled_out else read_tags(clients.sagemaker, arn).get(SMOKE_TESTED, "")
    has_passed = noted.startswith(f"{desired.content_hash[:HASH_LENGTH]}.")
    # Jobs alone take no answer back that the endpoint gave to earlier requests
    mark = noted if has_passed and not requests else mark_of(desired.content_hash, requests)
    if noted == mark and requests:
        d.reporter.info(
            Text(
                "not sent again: this version has passed these requests before",
                "このバージョンは同じリクエストで確認済みのため、再送しません",
            )
        )
    if noted == mark and not d.project.job_requests:
        return
    config_arn = (read_config(clients.sagemaker, config_name) or {}).get("EndpointConfigArn", "")
    since = read_tags(clients.sagemaker, config_arn).get(SERVED, "") if config_arn else ""
    pending = f"pending {config_name} {since}".strip()  # of this roll-out, and of no later one of the same content

    def note(value: str) -> list[Problem]:
        whose = {MANAGED_BY: TOOL, PROJECT: owner.project, ENV: owner.env}  # the role may tag only what keeps these
        try:
            clients.sagemaker.add_tags(ResourceArn=arn, Tags=as_list(whose | {SMOKE_TESTED: value}))  # type: ignore[arg-type]
        except AWS_ERRORS as error:
            return [outcome.not_recorded(name, explain(error, resource=name))]
        return []

    served = d.server.infra.endpoint
    target = InvocationTarget(
        endpoint_name=name,
        is_async=desired.is_async,
        bucket=d.names.bucket,
        folder=folder_of(d.names.server),
        invocation_timeout=served.async_invocation_timeout if served else None,
    )
    wait_policy = endpoint.WaitPolicy(limit=settings.wait_timeout)
    untested = outcome.untested(config_name) if noted != mark else jobs_untested()
    d.reporter.under_way(untested)
    if rolled_out:
        note(pending)  # if that fails, the note at the end will tell
    exchanges: list[Exchange] = []
    try:
        if noted != mark:
            exchanges = send(clients.sagemaker_runtime, clients.s3, requests, target, wait_policy, d.reporter.info)
            d.reporter.exchanged(exchanges)
        problems = verdict(exchanges) or test_jobs()
    except ActionError as error:
        d.reporter.settled()
        raise ActionError(_with_hint(error.problems, untested)) from error
    d.reporter.settled()
    if problems and not is_to_blame(problems):
        raise ActionError(_with_hint(problems, untested))
    if problems:
        if has_passed:
            d.reporter.warn(*note(f"failed {config_name}"))  # whatever it had passed before: a promotion goes by this mark
        version = FailedVersion(
            endpoint_name=name, config_name=config_name, config_arn=config_arn, untried=rolled_out or noted == pending
        )
        allowed = roll_back if settings.rollback_on_failure else None
        raise ActionError([*problems, *give_up(clients.sagemaker, version, rollback=allowed, now=datetime.now(UTC))])
    if noted != mark:
        d.reporter.warn(*note(mark))
    if exchanges:
        count = len(exchanges)
        d.reporter.info(
            Text(f"{name} answered as expected, {count} of {count}", f"{name}は期待どおりに応答しました（{count}件中{count}件）")
        )


def _with_hint(problems: Sequence[Problem], hint: Text) -> list[Problem]:
    return [replace(problems[0], hint=lines(problems[0].hint, hint)), *problems[1:]]
