"""The step 'Smoke test' of a deployment: the requests are sent, and what failed them is not told to the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.naming import Names
from aces_action.aws.tags import ENV, MANAGED_BY, PROJECT, SERVED, SMOKE_TESTED, TOOL, Owner, as_list
from aces_action.github.log import Log
from aces_action.language import EMPTY, Text, lines
from aces_action.output.report import Report
from aces_action.problems import ActionError, Problem
from aces_action.project.model import Project
from aces_action.resources import endpoint
from aces_action.resources.endpoint.state import read_config, read_tags
from aces_action.settings import Settings
from aces_action.smoke_test.model import mark_of
from aces_action.smoke_test.rollback_decision import RollBack, give_up, is_to_blame, not_noted, untested, verdict
from aces_action.smoke_test.send import Target, folder_of, send


def smoke_test(
    clients: Clients,
    project: Project,
    names: Names,
    desired: endpoint.DesiredEndpoint,
    owner: Owner,
    settings: Settings,
    log: Log,
    report: Report,
    *,
    roll_back: RollBack | None,
) -> None:
    """Sends the requests, unless this very content has passed these very ones before and this run did not roll it out.

    `roll_back` brings the generation before back, where the setting rollback-on-failure wants that and the version has not
    served for good: this run has rolled it out, or one that was cut off before it had its answers, which is noted before the
    first request. Raises ActionError with all that failed, and T010 that says what serves now.
    """
    name, arn, config_name = desired.endpoint_name, report.outputs["endpoint-arn"], desired.config_name
    rolled_out = any(each.is_change for each in report.changes if (each.resource, each.name) == ("endpoint", name))
    mark = mark_of(desired.content_hash, project.requests)
    noted = "" if rolled_out else read_tags(clients.sagemaker, arn).get(SMOKE_TESTED, "")
    if noted == mark:
        log.info("not sent again: this version has passed these requests before")
        return
    config_arn = (read_config(clients.sagemaker, config_name) or {}).get("EndpointConfigArn", "")
    since = read_tags(clients.sagemaker, config_arn).get(SERVED, "") if config_arn else ""
    pending = f"pending {config_name} {since}".strip()  # of this roll-out, and of no later one of the same content

    def note(value: str) -> list[Problem]:
        whose = {MANAGED_BY: TOOL, PROJECT: owner.project, ENV: owner.env}  # the role may tag only what keeps these
        try:
            clients.sagemaker.add_tags(ResourceArn=arn, Tags=as_list(whose | {SMOKE_TESTED: value}))  # type: ignore[arg-type]
        except AWS_ERRORS as error:
            return [not_noted(explain(error, resource=name), name)]
        return []

    served = project.infra.endpoint
    target = Target(
        endpoint_name=name,
        is_async=desired.is_async,
        bucket=names.bucket,
        folder=folder_of(names.server),
        invocation_timeout=served.async_invocation_timeout if served else None,
    )
    patience = endpoint.WaitPolicy(limit=settings.wait_timeout)
    report.under_way = untested(config_name)
    if rolled_out:
        note(pending)  # if that fails, the note at the end will tell
    try:
        report.exchanges = send(clients.sagemaker_runtime, clients.s3, project.requests, target, patience, log.info)
    except ActionError as error:
        report.under_way = EMPTY
        raise ActionError(_with_hint(error.problems, untested(config_name))) from error
    report.under_way = EMPTY
    problems = verdict(report.exchanges)
    if problems and not is_to_blame(problems):
        raise ActionError(_with_hint(problems, untested(config_name)))
    if problems:
        aftermath = give_up(
            clients.sagemaker,
            endpoint_name=name,
            config_name=config_name,
            config_arn=config_arn,
            untried=rolled_out or noted == pending,
            roll_back=roll_back if settings.rollback_on_failure else None,
            now=datetime.now(UTC),
        )
        raise ActionError([*problems, *aftermath])
    log.problems(note(mark))
    log.info(f"{name} answered as expected, {len(report.exchanges)} of {len(report.exchanges)}")


def _with_hint(problems: Sequence[Problem], hint: Text) -> list[Problem]:
    return [replace(problems[0], hint=lines(problems[0].hint, hint)), *problems[1:]]
