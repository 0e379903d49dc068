"""An endpoint and the generations that it can be restored to: what a rollback and a start have in common.

Everything is decided from what AWS has: the generations, by the tags of their endpoint configs. Neither the platform nor the
image of today is asked, so this works when a deployment would not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from aces_action.aws.errors import AWS_ERRORS
from aces_action.aws.tags import CONTENT_HASH
from aces_action.changes import Change
from aces_action.durations import date_and_time
from aces_action.language import EMPTY, Text, joined, lines
from aces_action.problems.endpoint.lifecycle import RestoringCommand
from aces_action.problems.endpoint.state import another_rollout
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.concurrency import started_by, started_elsewhere
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.drift import was_deleted
from aces_action.resources.endpoint.history import (
    Generation,
    mark_arrived,
    mark_awaited,
    mark_served,
    mark_withdrawn,
    of_mode,
    read_generations,
    usual_seconds,
)
from aces_action.resources.endpoint.lifecycle.intact import intact_model
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.plan import EndpointPlan, read_plan
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint, apply
from aces_action.resources.endpoint.spec import DesiredEndpoint
from aces_action.resources.endpoint.state import CurrentEndpoint, read_config, read_tagged, read_tags

_MOST = 10  # generations that a message lists


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """What a rollback or a start will do. `goal`: the roll-out's plan, or what the endpoint serves where nothing is to be done.

    `commit` is what the goal was made of; `awaited` the goal of a rollback, on which that is marked; `closes` where such a mark
    goes in the end; `leaving` the generation that is given up for good; `unnoted` one that serves already, only that nothing says
    so.
    """

    changes: tuple[Change, ...]
    goal: EndpointPlan | ServingEndpoint
    commit: str = ""
    usual: float | None = None
    awaited: Generation | None = None
    closes: Generation | None = None
    leaving: Generation | None = None
    unnoted: Generation | None = None


def _nothing_more(_serving: ServingEndpoint) -> None:
    """What follows a restoration that is over with its endpoint."""


def restore(
    context: EndpointContext, plan: RestorePlan, *, then: Callable[[ServingEndpoint], None] = _nothing_more
) -> ServingEndpoint:
    """Does what was planned, waits for it and notes it. `then` belongs to it: a rollback is over only after that.

    Raises ActionError as `apply`.
    """
    if isinstance(plan.goal, ServingEndpoint):
        then(plan.goal)
        return plan.goal
    client, run_url = context.sagemaker, context.owner.run_url
    if plan.awaited:
        mark_awaited(client, plan.awaited.arn, run_url=run_url, at=context.now())
    if plan.unnoted:
        mark_served(client, plan.unnoted.arn, at=context.now(), seconds=None)
    if plan.leaving:
        # first: a run that is cut off after it leaves nothing that `start` or another rollback would take for good
        mark_withdrawn(client, plan.leaving.arn, at=context.now())
    serving = apply(replace(context, owner=replace(context.owner, commit=plan.commit)), plan.goal, usual=plan.usual)
    then(serving)
    if plan.closes:
        try:
            mark_arrived(client, plan.closes.arn, run_url=run_url)
        except AWS_ERRORS as error:  # it serves and all is done: that this is not noted is no failure
            context.reporter.info(
                Text(
                    f"could not record that the rollback is done; the next rollback does that first: {error}",
                    f"ロールバックの完了を記録できませんでした。次のロールバックが、先に記録します: {error}",
                )
            )
    return serving


def plan_restore(
    context: EndpointContext, target: Generation, generations: Sequence[Generation], command: RestoringCommand
) -> RestorePlan:
    """Planned in full. Raises ActionError where the target cannot serve any more, or is not ours."""
    model = intact_model(context.clients, target, command)
    spec = DesiredEndpoint(
        endpoint_name=context.endpoint_name,
        content_hash=target.content_hash,
        model_name=target.model_names[0],
        config_name=target.name,
        model=model,
        config=target.config,
        rollout=context.rollout,
        is_async=target.is_async,
        autoscaled=context.autoscaled,
    )
    plan = read_plan(context, spec)
    return RestorePlan(
        changes=plan.changes,
        goal=plan,
        commit=target.commit,
        usual=usual_seconds(generations),
        awaited=target if command == "rollback" else None,
        closes=target if command == "rollback" else asked_for(generations),
    )


def plan_nothing(context: EndpointContext, current: CurrentEndpoint) -> RestorePlan:
    """It serves on as it is."""
    name, config_name = context.endpoint_name, current.config_name
    gone = read_config(context.sagemaker, config_name) is None
    change = Change(verb="nothing", resource="endpoint", name=name, reasons=(was_deleted(config_name),) if gone else ())
    return RestorePlan(changes=(change,), goal=ServingEndpoint(name=name, arn=current.arn, config_name=config_name))


def find(context: EndpointContext) -> CurrentEndpoint | None:
    """The endpoint, if it is ours to change now. Raises ActionError (E004, P028)."""
    client, name, owner = context.sagemaker, context.endpoint_name, context.owner
    tagged = read_tagged(client, name)
    if tagged is None:
        return None
    current, tags = tagged
    if not owner.owns(tags):
        raise ActionError(not_ours("endpoint", name, current.arn, project=owner.project, env=owner.env))
    if not context.may_wait:
        by = started_by(client, current, tags)
        if started_elsewhere(current, by, owner.run_url):
            raise ActionError(another_rollout(name, current.status, by, may_wait=False))
    return current


def read_own_generations(context: EndpointContext) -> list[Generation]:
    """Those that this endpoint can serve."""
    return of_mode(read_generations(context.sagemaker, context.owner), is_async=context.is_async)


def named(generations: Sequence[Generation], name: str) -> Generation | None:
    return next((each for each in generations if each.name == name), None)


def is_noted(context: EndpointContext, current: CurrentEndpoint, live: Generation | None) -> bool:
    """Whether the tags know of the roll-out that has brought `live` to the endpoint: not after a run that was cut off, nor after
    an update by hand. A generation that served before has a time in its tags even so, of then."""
    if live is None:
        return True
    return read_tags(context.sagemaker, current.arn).get(CONTENT_HASH) == live.content_hash


def asked_for(generations: Sequence[Generation]) -> Generation | None:
    """What a rollback was asked to lead to that was cut off; None where there is none, or another one has served since."""
    asked = [(each.awaited, each) for each in generations if each.awaited and each.was_good]
    if not asked:
        return None
    moment, goal = max(asked, key=lambda each: each[0])
    return None if any(each.served and each.served > moment for each in generations if each is not goal) else goal


def known(generations: Sequence[Generation]) -> Text:
    """The generations as lines of a hint; newest first, not all of very many."""
    if not generations:
        return EMPTY
    rest = len(generations) - _MOST
    more = Text(f"and {rest} more", f"ほか{rest}件") if rest > 0 else EMPTY
    head = Text("Known generations:", "記録されている世代:")
    return lines(head, joined("\n", (_line(each) for each in generations[:_MOST])), more)


def _line(generation: Generation) -> Text:
    name = generation.name
    if generation.served is None:
        return Text(f"{name}  never served", f"{name}  稼働履歴なし")
    served = date_and_time(generation.served)
    if generation.was_good or generation.withdrawn is None:
        return Text(f"{name}  served from {served.en}", f"{name}  {served.ja}から稼働")
    withdrawn = date_and_time(generation.withdrawn)
    return Text(
        f"{name}  served from {served.en}, withdrawn {withdrawn.en}",
        f"{name}  {served.ja}から稼働、{withdrawn.ja}に取りやめ",
    )
