"""The story of `command: stop`: the endpoint is deleted, and with it what it costs. All that `start` needs stays."""

from __future__ import annotations

from itertools import chain

from aces_action.aws.naming import Names
from aces_action.deployment.access import outages_told, owner_of, sign_in
from aces_action.deployment.confirmation import Consent, given
from aces_action.deployment.reach import endpoint_names, planned, reach_of, scale, scaling_that_goes
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.output.report import Report
from aces_action.output.steps import Steps
from aces_action.project.model import Server
from aces_action.resources.endpoint.lifecycle import undo
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
    reaches = [reach_of(name, server, clients, owner, settings, log, report) for name in (wanted, *others)]
    with steps.step("Plan"):
        plans = [(reach, undo.plan_stop(reach, only_if_ours=reach.endpoint_name != names.endpoint)) for reach in reaches]
        ours = [reach.endpoint_name for reach, plan in plans if plan.changes]
        scaling = scaling_that_goes(clients, ours, owner, log, report)
        planned(
            [*(change for _, plan in plans for change in plan.changes), *chain(*(going.changes for going in scaling.values()))],
            log,
            report,
        )
    consent(owner, report.changes)
    with steps.step("SageMaker"):
        for reach, plan in plans:
            undo.stop(reach, plan)
            going = scaling.get(reach.endpoint_name)
            if going and going.changes and not plan.deletes:  # else it has gone with the endpoint
                scale(clients, going, owner, log, report)
    stopped = any(change.is_change for change in report.changes)
    report.result = "stopped" if stopped else "unchanged"
    log.info("`start` brings back what served." if stopped else "It is stopped already.")
