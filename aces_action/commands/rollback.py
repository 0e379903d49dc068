"""The story of `command: rollback`: the endpoint goes back to the generation before. Jobs and listing stay as they are."""

from __future__ import annotations

from aces_action.aws.naming import Names
from aces_action.deployment.access import outages_told, owner_of, sign_in
from aces_action.deployment.confirmation import Consent, given
from aces_action.deployment.reach import carry_out, context_of, explained_return, planned
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import Text
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.steps import Steps
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Server
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback
from aces_action.settings import ServerSettings


def rollback(
    server: Server,
    names: Names,
    settings: ServerSettings,
    run: Run,
    log: Log,
    steps: Steps,
    report: Report,
    *,
    consent: Consent = given,
) -> None:
    """Fills in `report` as it goes. Raises ActionError: E007 where there is nothing to go back to, and those of a roll-out."""
    if names.endpoint is None:
        raise ActionError(_no_endpoint(str(server.infra_file)))
    clients, identity = sign_in(server, settings, run, log, steps, report, outages_told(log, report))
    context = context_of(
        names.endpoint, server, clients, owner_of(settings, names, run, identity), settings, Reporter(log, report)
    )
    with steps.step("Plan"):
        what = plan_rollback(context)
        planned(what.changes, log, report)
    consent(context.owner, report.changes)
    with explained_return(context, what, settings, log, report), steps.step("SageMaker"):
        carry_out(context, what, server, log, report)
    report.result = "rolled-back" if any(change.is_change for change in report.changes) else "unchanged"


def _no_endpoint(infra_file: str) -> Problem:
    return Problem(
        kind=CATALOGUE["E007"],
        message=Text(
            "The infra file asks for no endpoint, so there is none to roll back.",
            "infraファイルにエンドポイントの設定がないため、ロールバックするものがありません。",
        ),
        hint=Text(
            "Only the SageMaker endpoint has generations. For Batch, deploy an earlier commit.",
            "世代があるのはSageMakerのエンドポイントだけです。Batchは、以前のコミットをデプロイしてください。",
        ),
        file=infra_file,
    )
