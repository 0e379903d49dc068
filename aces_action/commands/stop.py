"""`command: stop`: the endpoint is deleted, and with it what it costs. All that `start` needs stays."""

from __future__ import annotations

from itertools import chain

from botocore.exceptions import ClientError

from aces_action.deployment.confirmation import Confirmation, given
from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_context, endpoint_names, leftover_scaling, scale, without_sagemaker
from aces_action.deployment.jobs import JOBS_NEED_NO_STOP
from aces_action.language import Text
from aces_action.output.report import Outcome
from aces_action.problems.advice import NEVER_DEPLOYED, naming
from aces_action.resources.endpoint.lifecycle import start_stop


def stop(d: Deployment, *, confirm: Confirmation = given) -> Outcome:
    """Deletes every endpoint of the server, also one of the other mode than the infra file asks for now: each costs.

    Raises ActionError: E004 where the endpoint of that name is not ours, E001 where it cannot go.
    """
    contexts = [endpoint_context(d, name) for name in endpoint_names(d.names)]
    with d.reporter.step("Plan"):
        try:
            plans = [(each, start_stop.plan_stop(each, only_if_ours=each.endpoint_name != d.names.endpoint)) for each in contexts]
        except ClientError as error:
            if not without_sagemaker(d, error):
                raise
            plans = []
        scaling = leftover_scaling(d, [context.endpoint_name for context, plan in plans if plan.changes])
        stopping, scaled = (plan.changes for _, plan in plans), (plan.changes for plan in scaling.values())
        changes = [*chain(*stopping), *chain(*scaled)]
        d.reporter.planned(changes)
    if d.names.endpoint is None and not changes:
        d.reporter.info(JOBS_NEED_NO_STOP)
        return "unchanged"
    confirm(d.owner, changes)
    with d.reporter.step("SageMaker"):
        for context, plan in plans:
            start_stop.stop(context, plan)
            removal = scaling.get(context.endpoint_name)
            if removal and removal.changes and not plan.deletes:  # else it has gone with the endpoint
                scale(d, removal)
    if any(change.is_change for change in changes):
        d.reporter.info(naming("start", "{command} brings back what served.", "{command}で再開できます。"))
        return "stopped"
    never = any(plan.never_deployed for _, plan in plans)
    d.reporter.info(NEVER_DEPLOYED if never else Text("It is stopped already.", "すでに停止しています。"))
    return "unchanged"
