"""The story of `command: stop`: the endpoint is deleted, and with it what it costs. All that `start` needs stays."""

from __future__ import annotations

from itertools import chain

from aces_action.aws.naming import Names
from aces_action.deployment.access import outages_told, owner_of, sign_in
from aces_action.deployment.confirmation import Consent, given
from aces_action.deployment.reach import context_of, endpoint_names, planned, scale, scaling_that_goes
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.steps import Steps
from aces_action.project.model import Server
from aces_action.resources.endpoint.lifecycle import start_stop
from aces_action.settings import ServerSettings


def stop(
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
    """Deletes every endpoint of the server, also one of the other mode than the infra file asks for now: each costs.

    Fills in `report` as it goes. Raises ActionError: E004 where the endpoint of that name is not ours, E001 where it cannot go.
    """
    clients, identity = sign_in(server, settings, run, log, steps, report, outages_told(log, report))
    owner = owner_of(settings, names, run, identity)
    wanted, *others = endpoint_names(names)
    reporter = Reporter(log, report)
    contexts = [context_of(name, server, clients, owner, settings, reporter) for name in (wanted, *others)]
    with steps.step("Plan"):
        plans = [
            (context, start_stop.plan_stop(context, only_if_ours=context.endpoint_name != names.endpoint)) for context in contexts
        ]
        ours = [context.endpoint_name for context, plan in plans if plan.changes]
        scaling = scaling_that_goes(clients, ours, owner, log, report)
        planned([*(change for _, plan in plans for change in plan.changes), *chain(*scaling.values())], log, report)
    consent(owner, report.changes)
    with steps.step("SageMaker"):
        for context, plan in plans:
            start_stop.stop(context, plan)
            if scaling.get(context.endpoint_name) and not plan.deletes:  # else it has gone with the endpoint
                scale(clients, None, context.endpoint_name, owner, log, report)
    stopped = any(change.is_change for change in report.changes)
    report.result = "stopped" if stopped else "unchanged"
    log.info("`start` brings back what served." if stopped else "It is stopped already.")
