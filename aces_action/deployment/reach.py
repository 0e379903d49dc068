"""What the commands about a server's endpoint share: how it is reached, and how the report follows what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from aces_action.aws.clients import Clients
from aces_action.aws.naming import Names
from aces_action.aws.tags import Owner
from aces_action.deployment.changes import Change
from aces_action.deployment.explaining import explained
from aces_action.github.log import Log
from aces_action.language import Text, lines
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.tables import change_lines
from aces_action.project.model import Server
from aces_action.resources import autoscaling, endpoint
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.diagnosis.facts import facts_of
from aces_action.resources.endpoint.lifecycle.restore import RestorePlan, restore
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.spec import deployment_config
from aces_action.settings import ServerSettings


def context_of(
    name: str, server: Server, clients: Clients, owner: Owner, settings: ServerSettings, reporter: Reporter
) -> EndpointContext:
    """The endpoint `name`, changed in the way that the infra file asks for. wait-timeout counts from now on, for all of it."""
    wanted = server.infra.endpoint
    scales = wanted is not None and wanted.autoscaling is not None
    tell = autoscaling.Teller(say=reporter.info, left=reporter.left)
    return EndpointContext(
        clients=clients,
        owner=owner,
        endpoint_name=name,
        reporter=reporter,
        wait_policy=endpoint.WaitPolicy(limit=settings.wait_timeout).begun(),
        is_async=wanted is not None and wanted.mode == "async",
        rollout=deployment_config(wanted.rollout) if wanted and wanted.rollout else None,
        autoscaled=scales,
        may_wait=settings.concurrency == "wait",
        detached_for_update=lambda: autoscaling.suspended(clients, name, owner, wanted=scales, tell=tell),
        detached_for_delete=lambda: autoscaling.taken_off(clients, name, owner, tell=tell),
    )


def scaling_teller(log: Log, report: Report) -> autoscaling.Teller:
    def left(what: Text) -> None:
        report.under_way = lines(report.under_way, what)

    return autoscaling.Teller(say=log.info, left=left)


def scaling_that_goes(clients: Clients, names: Iterable[str], owner: Owner, log: Log, report: Report) -> dict[str, list[Change]]:
    """What there is of ours that scales these endpoints, by their names, also where the endpoint is gone already: a run that was
    cut off, or somebody by hand, may have left the alarm. Warns where it could not be seen."""
    found = {}
    for name in names:
        found[name], warnings = autoscaling.left_over(clients, endpoint_name=name, owner=owner)
        report.problems += warnings
        log.problems(warnings)
    return found


def scale(clients: Clients, wanted: autoscaling.DesiredScaling | None, name: str, owner: Owner, log: Log, report: Report) -> None:
    """The autoscaling of endpoint `name` as it is wanted; None takes off what is ours. Changes that no plan has are added."""
    done = autoscaling.apply(clients, wanted, endpoint_name=name, owner=owner, tell=scaling_teller(log, report))
    planned = {(change.resource, change.name) for change in report.changes}
    report.changes += [each for each in done if each.is_change and (each.resource, each.name) not in planned]
    log.info(f"{name}: {wanted.min_capacity} to {wanted.max_capacity} instances" if wanted else f"{name}: no longer scaled")


def endpoint_names(names: Names) -> tuple[str, ...]:
    """Every endpoint that this server can have: the one that the infra file asks for now, first, and those of either mode."""
    wanted = (names.endpoint,) if names.endpoint else ()
    return tuple(dict.fromkeys((*wanted, names.server, f"{names.server}-async")))


def planned(changes: Iterable[Change], log: Log, report: Report) -> None:
    """Adds changes to the report, and tells them."""
    report.changes += changes
    for line in change_lines(report.changes):
        log.info(line)


def carry_out(context: EndpointContext, what: RestorePlan, server: Server, log: Log, report: Report) -> ServingEndpoint:
    """Restores what was planned, with the autoscaling that the infra file asks for; outputs as of a deployment."""

    def then(serving: ServingEndpoint) -> None:
        report.outputs["endpoint-arn"] = serving.arn
        report.outputs["endpoint-config-name"] = serving.config_name
        log.info(f"{serving.name} is InService with {serving.config_name}")
        if server.infra.endpoint and (wanted := autoscaling.desired(server.infra.endpoint, endpoint_name=serving.name)):
            scale(context.clients, wanted, serving.name, context.owner, log, report)

    report.outputs["endpoint-name"] = context.endpoint_name
    return restore(context, what, then=then)


def explained_return(
    context: EndpointContext, what: RestorePlan, settings: ServerSettings, log: Log, report: Report
) -> AbstractContextManager[None]:
    """Around `carry_out`: its failure is explained as that of a deployment."""
    if isinstance(what.goal, ServingEndpoint):
        return nullcontext()
    goal = what.goal.spec
    facts = facts_of(
        goal.config, goal.model, endpoint_name=context.endpoint_name, region=settings.aws_region, rollout=goal.rollout
    )
    joins = any(change.verb == "attach" for change in what.changes)
    return explained(context.clients, facts, log, report, joins=joins)
