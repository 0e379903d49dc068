"""`command: rollback`: what serves goes back to the previous generation: the endpoint, the job definitions, or both.

A generation is what one deployment has brought to serve. Where the last one changed the job definitions alone, they alone go
back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.changes import Change
from aces_action.deployment.confirmation import Confirmation, given
from aces_action.deployment.context import Deployment, ProjectDeployment
from aces_action.deployment.endpoints import endpoint_context, explained_restore, restore_endpoint
from aces_action.deployment.jobs import generation_of, job_outputs
from aces_action.deployment.links import Deployed, report_calls, report_links
from aces_action.deployment.listing import JobDefinitions, listing_of, register
from aces_action.language import Text
from aces_action.output.report import Outcome
from aces_action.problems import ActionError
from aces_action.problems import revisions as problems
from aces_action.problems.endpoint import lifecycle
from aces_action.resources.batch import rollback as jobs
from aces_action.resources.batch.history import note_served, previous_revision
from aces_action.resources.batch.rollback import JobHistory, JobRollback
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.lifecycle.restore import RestorePlan
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback, serves_since
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint

ToListAgain = Callable[[], ProjectDeployment]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """`context` and `endpoint` None: the endpoint stays as it is. `since`: when the goal's generation began to serve."""

    context: EndpointContext | None = None
    endpoint: RestorePlan | None = None
    jobs: Sequence[JobRollback] = ()
    since: datetime | None = None

    @property
    def changes(self) -> list[Change]:
        return [*(self.endpoint.changes if self.endpoint else ()), *(each.change for each in self.jobs)]


def rollback(d: Deployment, *, confirm: Confirmation = given, to_list_again: ToListAgain | None = None) -> Outcome:
    """Brings back the previous generation. `to_list_again`: gives what the platform is told by, where there is one.

    Raises ActionError: E007 and B010 where there is nothing to go back to, those of a roll-out and of a registration.
    """
    if d.names.endpoint is None and d.names.job is None:
        raise ActionError(lifecycle.nothing_to_roll_back(str(d.server.infra_file)))
    with d.reporter.step("Plan"):
        plan = _plan(d)
        d.reporter.planned(plan.changes)
    confirm(d.owner, plan.changes)
    unplanned: list[Change] = []
    serving: dict[str, str] = {}
    if plan.jobs:
        jobs.give_up(d.clients.batch, d.owner, plan.jobs, at=datetime.now(UTC))
    if plan.context and plan.endpoint:
        with explained_restore(d, plan.context, plan.endpoint), d.reporter.step("SageMaker"):
            unplanned = restore_endpoint(d, plan.context, plan.endpoint, also=partial(_with_endpoint, d, plan, serving))
    else:
        with d.reporter.step("Batch"):
            serving |= _bring_back(d, plan, None)
    _report_links(d, serving)
    if any(each.goal or each.arrived for each in plan.jobs):
        _list_again(d, to_list_again)
        _close(d)  # last: after a run that is cut off before it, the next one lists and closes
    return "rolled-back" if any(change.is_change for change in (*plan.changes, *unplanned)) else "unchanged"


def _report_links(d: Deployment, serving: Mapping[str, str]) -> None:
    """`serving`: the ARNs of revisions, by the names of their definitions."""
    deployed = Deployed(
        endpoint=d.names.endpoint, job=serving.get(d.names.job or ""), longtime_job=serving.get(d.names.longtime_job or "")
    )
    report_links(d, deployed, listed=True)
    report_calls(d, deployed)


def _plan(d: Deployment) -> _Plan:
    name = d.names.endpoint
    if name is None:
        histories = [jobs.read_history(d.clients.batch, d.owner, each) for each in job_outputs(d.names)]
        return _plan_of_jobs(d, histories)
    histories = _readable(d)
    context = endpoint_context(d, name)
    lives = [each.live for each in histories if each.live]
    if lives and _jobs_served_later(context, histories):
        return _plan_of_jobs(d, histories)
    endpoint = plan_rollback(context)
    left = endpoint.leaving.served if endpoint.leaving else None
    planned = [_checked(d, each) for each in jobs.decide_rollback(histories, left)]
    since = endpoint.awaited.served if endpoint.awaited else None
    return _Plan(context=context, endpoint=endpoint, jobs=planned, since=since)


def _plan_of_jobs(d: Deployment, histories: Sequence[JobHistory]) -> _Plan:
    """The endpoint, where there is one, stays as it is."""
    lives = [each.live for each in histories if each.live]
    names = [each.name for each in histories]
    if not lives:
        raise ActionError(problems.nothing_deployed(names))
    planned = jobs.decide_rollback(histories, jobs.newest_generation(lives))
    if not any(each.goal or each.arrived for each in planned):
        raise ActionError(problems.nothing_to_go_back_to(names, jobs.known(histories)))
    for each in planned:
        if each.goal:
            jobs.check_goal(d.clients, each.goal.newest)
    return _Plan(jobs=planned)


def _readable(d: Deployment) -> list[JobHistory]:
    """The histories of the job definitions; none, with a warning, where they cannot be read: the endpoint goes back even so."""
    try:
        return [jobs.read_history(d.clients.batch, d.owner, each) for each in job_outputs(d.names)]
    except ActionError as error:
        d.reporter.warn(*map(problems.not_rolled_back, error.problems))
    except AWS_ERRORS as error:
        d.reporter.warn(problems.not_rolled_back(explain(error)))
    return []


def _checked(d: Deployment, planned: JobRollback) -> JobRollback:
    """The plan, or with a warning that nothing happens, where what it leads to is gone."""
    if planned.goal:
        try:
            jobs.check_goal(d.clients, planned.goal.newest)
        except ActionError as error:
            d.reporter.warn(*map(problems.not_rolled_back, error.problems))
            return JobRollback(live=planned.live)
    return planned


def _jobs_served_later(context: EndpointContext, histories: Sequence[JobHistory]) -> bool:
    """Whether the last generation is one of job definitions alone, which have something to go back to."""
    now = serves_since(context)
    if now is None:
        return False
    for history in histories:
        live = history.live
        if live is None or (live.served is None and live.run_url in now.runs):
            continue
        later = live.awaited is not None or live.served is None or live.served > now.served
        if later and (live.awaited or previous_revision(history.revisions, live)):
            return True
    return False


def _with_endpoint(d: Deployment, plan: _Plan, revisions: dict[str, str], serving: ServingEndpoint) -> None:
    """The job definitions of the generation that the endpoint is back at; `revisions` gets their ARNs."""
    if not plan.jobs:
        return
    since = generation_of(d, serving.config_name) if plan.since else None
    revisions |= _bring_back(d, plan, since)
    for each in plan.jobs:
        served = each.live.noted
        if since and plan.since and each.goal is None and served and served >= plan.since:
            note_served(d.clients.batch, d.owner, each.live.arn, at=since)  # still of one generation with the endpoint


def _bring_back(d: Deployment, plan: _Plan, since: datetime | None) -> dict[str, str]:
    """The ARNs of the revisions that serve, by the names of their definitions. `since`: when the generation that is brought back
    began to serve again; None: it keeps its time."""
    outputs, serving = job_outputs(d.names), dict[str, str]()
    for each in plan.jobs:
        of_it = bool(each.goal and each.goal.served and plan.since and each.goal.served >= plan.since)
        revision = jobs.bring_back(d.clients.batch, d.owner, each, served=since if of_it else None, at=datetime.now(UTC))
        serving[revision.name] = revision.arn
        d.reporter.output(outputs[revision.name], revision.arn)
        if each.goal:
            old = each.goal.newest.label
            d.reporter.info(
                Text(
                    f"registered {revision.label}, with the content of {old}",
                    f"{revision.label}を登録しました。内容は{old}と同じです",
                )
            )
    return serving


def _list_again(d: Deployment, to_list_again: ToListAgain | None) -> None:
    """Tells the platform of the new revisions, which it names. Where that cannot be, a warning says what to do: the rollback is
    done."""
    if to_list_again is None:
        d.reporter.warn(problems.not_listed_again(()))
        return
    try:
        with d.reporter.step("Registration"):
            project = to_list_again()
            arns = [_newest(d, name) for name in (d.names.job, d.names.longtime_job)]
            definitions = JobDefinitions(standard=arns[0], longtime=arns[1])
            planned = register(project, listing_of(project, d.names.endpoint, definitions))
            d.reporter.warn(*planned.unseen)
            d.reporter.planned(planned.changes)
    except ActionError as error:
        d.reporter.warn(problems.not_listed_again(error.problems))
    except AWS_ERRORS as error:
        d.reporter.warn(problems.not_listed_again((explain(error),)))


def _close(d: Deployment) -> None:
    """Notes that the rollback has come to its end. It is done: that this is not noted is no failure."""
    try:
        lives = [jobs.read_history(d.clients.batch, d.owner, name).live for name in job_outputs(d.names)]
        jobs.close(d.clients.batch, d.owner, [each for each in lives if each])
    except AWS_ERRORS as error:
        d.reporter.info(
            Text(
                f"could not record that the rollback is done; the next rollback does that first: {error}",
                f"ロールバックの完了を記録できませんでした。次のロールバックが、先に記録します: {error}",
            )
        )


def _newest(d: Deployment, name: str | None) -> str | None:
    live = jobs.read_history(d.clients.batch, d.owner, name).live if name else None
    return live.arn if live else None
