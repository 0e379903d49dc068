"""The story of `command: start`: the endpoint serves again what it served last."""

from __future__ import annotations

from aces_action.aws.naming import Names
from aces_action.deployment.access import outages_told, owner_of, sign_in
from aces_action.deployment.reach import carry_out, context_of, explained_return, planned
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import Text
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.steps import Steps
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Server
from aces_action.resources.endpoint.lifecycle.start_stop import plan_start
from aces_action.settings import ServerSettings


def start(server: Server, names: Names, settings: ServerSettings, run: Run, log: Log, steps: Steps, report: Report) -> None:
    """Fills in `report` as it goes. Raises ActionError: E008 where there is nothing to start, and those of a roll-out."""
    if names.endpoint is None:
        raise ActionError(_no_endpoint(str(server.infra_file)))
    clients, identity = sign_in(server, settings, run, log, steps, report, outages_told(log, report))
    context = context_of(
        names.endpoint, server, clients, owner_of(settings, names, run, identity), settings, Reporter(log, report)
    )
    with steps.step("Plan"):
        what = plan_start(context)
        planned(what.changes, log, report)
    with explained_return(context, what, settings, log, report), steps.step("SageMaker"):
        carry_out(context, what, server, log, report)
    report.result = "started" if any(change.is_change for change in report.changes) else "unchanged"
    if report.result == "unchanged":
        log.info("Nothing to do: it serves already.")


def _no_endpoint(infra_file: str) -> Problem:
    return Problem(
        kind=CATALOGUE["E008"],
        message=Text(
            "The infra file asks for no endpoint, so there is none to start.",
            "infraファイルにエンドポイントの設定がないため、再開するものがありません。",
        ),
        hint=Text(
            "Batch jobs need no start: they take instances when they run.",
            "Batchのジョブは、実行時にだけインスタンスを使うため、再開は不要です。",
        ),
        file=infra_file,
    )
