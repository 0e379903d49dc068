"""The step 'Smoke test' of a deployment: the requests are sent, and what failed them is not told to the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from aces_action import endpoint
from aces_action.aws.clients import Clients
from aces_action.aws.naming import Names
from aces_action.aws.tags import ENV, MANAGED_BY, PROJECT, SMOKE_TESTED, TOOL, Owner, as_list
from aces_action.endpoint.current import read_config, read_tags
from aces_action.github.log import Log
from aces_action.language import EMPTY, Text, lines
from aces_action.problems import ActionError, Problem
from aces_action.project.model import Project
from aces_action.report import Report
from aces_action.settings import Settings
from aces_action.smoke_test.aftermath import RollBack, give_up, is_to_blame, untested, verdict
from aces_action.smoke_test.model import mark_of
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

    `roll_back` brings the generation before back, where the setting rollback-on-failure wants that. Raises ActionError with all
    that failed, and T010 that says what serves now.
    """
    name, arn, config_name = desired.endpoint_name, report.outputs["endpoint-arn"], desired.config_name
    rolled_out = any(each.is_change for each in report.changes if (each.resource, each.name) == ("endpoint", name))
    mark = mark_of(desired.content_hash, project.requests)
    if not rolled_out and read_tags(clients.sagemaker, arn).get(SMOKE_TESTED) == mark:
        log.info("not sent again: this version has passed these requests before")
        return
    served = project.infra.endpoint
    target = Target(
        endpoint_name=name,
        is_async=desired.is_async,
        bucket=names.bucket,
        folder=folder_of(names.server),
        invocation_timeout=served.async_invocation_timeout if served else None,
    )
    patience = endpoint.Patience(limit=settings.wait_timeout)
    report.under_way = untested(config_name)
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
        config = read_config(clients.sagemaker, config_name) or {}
        aftermath = give_up(
            clients.sagemaker,
            endpoint_name=name,
            config_name=config_name,
            config_arn=config.get("EndpointConfigArn", ""),
            rolled_out=rolled_out,
            roll_back=roll_back if settings.rollback_on_failure else None,
            now=datetime.now(UTC),
        )
        raise ActionError([*problems, *aftermath])
    whose = {MANAGED_BY: TOOL, PROJECT: owner.project, ENV: owner.env}  # the role may tag only what keeps these
    clients.sagemaker.add_tags(ResourceArn=arn, Tags=as_list(whose | {SMOKE_TESTED: mark}))  # type: ignore[arg-type]
    log.info(f"{name} answered as expected, {len(report.exchanges)} of {len(report.exchanges)}")


def _with_hint(problems: Sequence[Problem], hint: Text) -> list[Problem]:
    return [replace(problems[0], hint=lines(problems[0].hint, hint)), *problems[1:]]
