"""`command: rollback`: the endpoint goes back to the previous generation. Jobs and listing stay as they are."""

from __future__ import annotations

from aces_action.deployment.confirmation import Confirmation, given
from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_context, explained_restore, restore_endpoint
from aces_action.output.report import Outcome
from aces_action.problems import ActionError
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback


def rollback(d: Deployment, *, confirm: Confirmation = given) -> Outcome:
    """Raises ActionError: E007 where there is nothing to go back to, and those of a roll-out."""
    if d.names.endpoint is None:
        raise ActionError(problems.nothing_to_roll_back(str(d.server.infra_file)))
    context = endpoint_context(d, d.names.endpoint)
    with d.reporter.step("Plan"):
        plan = plan_rollback(context)
        d.reporter.planned(plan.changes)
    confirm(d.owner, plan.changes)
    with explained_restore(d, context, plan), d.reporter.step("SageMaker"):
        unplanned = restore_endpoint(d, context, plan)
    return "rolled-back" if any(change.is_change for change in (*plan.changes, *unplanned)) else "unchanged"
