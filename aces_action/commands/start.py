"""`command: start`: the endpoint serves again what it served last. Job definitions are not stopped, so they stay as they are."""

from __future__ import annotations

from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_context, explained_restore, restore_endpoint
from aces_action.deployment.jobs import JOBS_NEED_NO_STOP
from aces_action.deployment.links import Deployed, report_calls, report_links
from aces_action.language import Text
from aces_action.output.report import Outcome
from aces_action.resources.endpoint.lifecycle.start_stop import plan_start


def start(d: Deployment) -> Outcome:
    """Raises ActionError: E008 where there is nothing to start, and those of a roll-out."""
    if d.names.endpoint is None:
        d.reporter.info(JOBS_NEED_NO_STOP)
        return "unchanged"
    context = endpoint_context(d, d.names.endpoint)
    with d.reporter.step("Plan"):
        plan = plan_start(context)
        d.reporter.planned(plan.changes)
    with explained_restore(d, context, plan), d.reporter.step("SageMaker"):
        unplanned = restore_endpoint(d, context, plan)
    deployed = Deployed(endpoint=context.endpoint_name)
    report_links(d, deployed, listed=True)
    report_calls(d, deployed)
    if any(change.is_change for change in (*plan.changes, *unplanned)):
        return "started"
    d.reporter.info(Text("Nothing to do: it is serving already.", "すでに稼働しています。変更はありません。"))
    return "unchanged"
