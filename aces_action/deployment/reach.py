"""What the commands about a server's endpoint share: how it is reached, and how the report follows what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from aces_action.aws.clients import Clients
from aces_action.aws.naming import Names
from aces_action.aws.tags import Owner
from aces_action.deployment.changes import Change
from aces_action.deployment.explaining import explained
from aces_action.github.log import Log
from aces_action.language import EMPTY, Text, lines
from aces_action.output.report import Report
from aces_action.output.tables import change_lines
from aces_action.project.model import Server
from aces_action.resources import autoscaling, endpoint
from aces_action.resources.endpoint.diagnosis.facts import facts_of
from aces_action.resources.endpoint.lifecycle.undo import Reach, Return, bring_back
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.spec import deployment_config
from aces_action.settings import ServerSettings


def teller(name: str, log: Log, report: Report) -> endpoint.Teller:
    """Tells the log and the report of what is done to endpoint `name`; the report also what goes on if the run ends now."""

    def started() -> None:
        report.under_way = Text(
            f"SageMaker may still be working on {name}: a run again finds that and waits for it.",
            f"SageMakerは{name}の処理を続けている可能性があります。再実行すると、その完了を待ちます。",
        )

    def ended() -> None:
        report.under_way = EMPTY

    return endpoint.Teller(say=log.info, started=started, ended=ended, happened=report.events.append)


def reach_of(
    name: str, server: Server, clients: Clients, owner: Owner, settings: ServerSettings, log: Log, report: Report
) -> Reach:
    """The endpoint `name`, changed in the way that the infra file asks for. wait-timeout counts from now on, for all of it."""
    wanted = server.infra.endpoint
    return Reach(
        clients=clients,
        owner=owner,
        endpoint_name=name,
        is_async=wanted is not None and wanted.mode == "async",
        rollout=deployment_config(wanted.rollout) if wanted and wanted.rollout else None,
        autoscaled=wanted is not None and wanted.autoscaling is not None,
        patience=endpoint.Patience(limit=settings.wait_timeout).begun(),
        tell=teller(name, log, report),
        may_wait=settings.concurrency == "wait",
        suspended=lambda: autoscaling.detached_for_update(
            clients,
            name,
            owner,
            ScalingReports(log=log, report=report),
            autoscaled=wanted is not None and wanted.autoscaling is not None,
        ),
        taken_off=lambda: autoscaling.detached_for_delete(clients, name, owner, ScalingReports(log=log, report=report)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingReports:
    """Tells log and report of what is done to the autoscaling."""

    log: Log
    report: Report

    def info(self, text: Text | str) -> None:
        self.log.info(text if isinstance(text, str) else text.in_(self.log.language))

    def left(self, what: Text) -> None:
        self.report.under_way = lines(self.report.under_way, what)


def scaling_that_goes(
    clients: Clients, names: Iterable[str], owner: Owner, log: Log, report: Report
) -> dict[str, autoscaling.AutoscalingPlan]:
    """What there is of ours that scales these endpoints, by their names, also where the endpoint is gone already: a run that was
    cut off, or somebody by hand, may have left the alarm. Warns where it could not be seen."""
    plans = {name: autoscaling.plan_removal(clients, owner, name) for name in names}
    for plan in plans.values():
        report.problems += plan.warnings
        log.problems(plan.warnings)
    return plans


def scale(clients: Clients, plan: autoscaling.AutoscalingPlan, owner: Owner, log: Log, report: Report) -> None:
    """Does what was planned for the autoscaling. Changes that the report does not have yet are added."""
    done = autoscaling.apply(clients, owner, plan, ScalingReports(log=log, report=report)).changes
    planned = {(change.resource, change.name) for change in report.changes}
    report.changes += [change for change in done if (change.resource, change.name) not in planned]
    name, spec = plan.endpoint_name, plan.spec
    log.info(f"{name}: {spec.min_capacity} to {spec.max_capacity} instances" if spec else f"{name}: no longer scaled")


def endpoint_names(names: Names) -> tuple[str, ...]:
    """Every endpoint that this server can have: the one that the infra file asks for now, first, and those of either mode."""
    wanted = (names.endpoint,) if names.endpoint else ()
    return tuple(dict.fromkeys((*wanted, names.server, f"{names.server}-async")))


def planned(changes: Iterable[Change], log: Log, report: Report) -> None:
    """Adds changes to the report, and tells them."""
    report.changes += changes
    for line in change_lines(report.changes):
        log.info(line)


def carry_out(reach: Reach, what: Return, server: Server, log: Log, report: Report) -> ServingEndpoint:
    """Brings the endpoint to what was planned, with the autoscaling that the infra file asks for; outputs as of a deployment."""

    def then(serving: ServingEndpoint) -> None:
        report.outputs["endpoint-arn"] = serving.arn
        report.outputs["endpoint-config-name"] = serving.config_name
        log.info(f"{serving.name} is InService with {serving.config_name}")
        if server.infra.endpoint and (spec := autoscaling.desired(server.infra.endpoint, endpoint_name=serving.name)):
            scale(reach.clients, autoscaling.plan(reach.clients, reach.owner, serving.name, spec), reach.owner, log, report)

    report.outputs["endpoint-name"] = reach.endpoint_name
    return bring_back(reach, what, then=then)


def explained_return(
    reach: Reach, what: Return, settings: ServerSettings, log: Log, report: Report
) -> AbstractContextManager[None]:
    """Around `carry_out`: its failure is explained as that of a deployment."""
    goal = what.goal
    if isinstance(goal, ServingEndpoint):
        return nullcontext()
    facts = facts_of(goal.config, goal.model, endpoint_name=reach.endpoint_name, region=settings.aws_region, rollout=goal.rollout)
    joins = any(change.verb == "attach" for change in what.changes)
    return explained(reach.clients, facts, log, report, joins=joins)
