"""Going back and coming back: an endpoint to the generation before, or made anew from the one that served last; and its removal.

Everything is decided from what AWS has: the generations, by the tags of their endpoint configs. Neither the platform nor the
image of today is asked, so this works when a deployment would not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.deployment.changes import Change
from aces_action.language import Text
from aces_action.output.durations import span
from aces_action.problems import ActionError
from aces_action.resources.endpoint.concurrency import another_rollout, begun_by, is_foreign
from aces_action.resources.endpoint.drift import config_gone, was_deleted
from aces_action.resources.endpoint.history import (
    Generation,
    mark_arrived,
    mark_awaited,
    mark_served,
    mark_withdrawn,
    of_mode,
    previous,
    read_generations,
    usual_seconds,
)
from aces_action.resources.endpoint.lifecycle.delete import remove
from aces_action.resources.endpoint.lifecycle.obstacles import (
    Undoing,
    nothing_to_go_back_to,
    nothing_to_start,
    taken_over,
    whole_model,
)
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint, apply, read_plan
from aces_action.resources.endpoint.rollout.telling import Suspended, Teller
from aces_action.resources.endpoint.rollout.watch import Patience, settle
from aces_action.resources.endpoint.spec import DesiredEndpoint, Request
from aces_action.resources.endpoint.state import (
    SERVING,
    TRANSIENT,
    CurrentEndpoint,
    read_config,
    read_live_config,
    read_tagged,
    read_tags,
)

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which endpoint is changed, for whom, and how. `rollout` is the DeploymentConfig of an update.

    `autoscaled`: the number of instances is autoscaling's business; `may_wait`: for a roll-out that somebody else has begun;
    `suspended` takes the autoscaling off for as long as it is in the way of a roll-out, `taken_off` for good, with a deletion.
    """

    clients: Clients
    owner: Owner
    endpoint_name: str
    is_async: bool
    rollout: Request | None
    autoscaled: bool
    patience: Patience
    tell: Teller
    may_wait: bool = True
    suspended: Suspended = nullcontext
    taken_off: Suspended = nullcontext
    now: Callable[[], datetime] = _now


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What a rollback or a start will do. `goal`: what the endpoint is to become, or what it serves where nothing is to be done.

    `commit` is what the goal was made of; `awaited` the goal of a rollback, on which that is marked; `closes` where such a mark
    goes in the end; `leaving` the generation that is given up for good; `unnoted` one that serves already, only that nothing says
    so.
    """

    changes: tuple[Change, ...]
    goal: DesiredEndpoint | ServingEndpoint
    commit: str = ""
    usual: float | None = None
    awaited: Generation | None = None
    closes: Generation | None = None
    leaving: Generation | None = None
    unnoted: Generation | None = None


def roll_back(reach: Reach) -> ServingEndpoint:
    """The endpoint to the generation before, in one go: after a failed smoke test, say. Raises ActionError as `plan_rollback`."""
    return bring_back(reach, plan_rollback(reach))


def plan_rollback(reach: Reach) -> Return:
    """What the endpoint is to go back to, once nothing is under way with it any more.

    One that was cut off is gone on with, and only when it has come to its end goes the next one further back.

    Raises ActionError: E004 not ours, E007 there is nothing to go back to, E003 too long, E040 and P028 somebody else's is under
    way, E041 no update is possible.
    """
    before = _find(reach)
    generations = _generations(reach)
    moving, begun = _moving(before), _unfinished(generations)
    if begun and moving == begun.name:
        return _return(reach, begun, None, generations, "rollback")
    current = before
    if before is not None and before.status in TRANSIENT:
        current = _at_rest(reach)
        generations = _generations(reach)
        begun = _unfinished(generations)
    asked = _asked(generations)
    if current is None and asked and not _served_since_asked(asked):  # deleted to be made anew, and cut off before that
        return _return(reach, asked, None, generations, "rollback")
    if before is None or current is None or before.status == "Deleting":
        raise ActionError(nothing_to_go_back_to(reach.endpoint_name, generations, gone=current is None))
    if not asked and moving and current.status == "InService" and current.config_name != moving:
        if current.config_name != before.config_name:
            raise ActionError(taken_over(reach.endpoint_name, current, moving))
        reach.tell.say(f"SageMaker has rolled the update back itself: {current.config_name} serves")
        return _as_it_is(reach, current)
    if begun and current.status == "InService" and current.config_name == begun.name:
        return _confirmed(_return(reach, begun, None, generations, "rollback"), begun)
    serving = _named(generations, current.config_name)
    if asked and (current.status in SERVING or asked != serving):  # else it was tried, and has failed
        return _return(reach, asked, serving, generations, "rollback")
    target, leaving = _target_of_rollback(generations, current, moving, noted=_is_noted(reach, current, serving))
    if target is None:
        gone = serving is None and read_live_config(reach.clients.sagemaker, current.config_name) is None
        raise ActionError(
            config_gone(reach.endpoint_name, current.config_name)
            if gone
            else nothing_to_go_back_to(reach.endpoint_name, generations)
        )
    return _return(reach, target, leaving, generations, "rollback")


def plan_start(reach: Reach) -> Return:
    """What the endpoint is to serve again, once nothing is under way with it any more: what it serves, or what served last.

    Raises ActionError: E004 not ours, E008 there is nothing to start, E003 too long, P028 somebody else's is under way.
    """
    current = _find(reach)
    if current is not None and current.status in TRANSIENT:
        current = _at_rest(reach)
    generations = _generations(reach)
    if current is not None and current.status == "InService":
        live = _named(generations, current.config_name)
        return _return(reach, live, None, generations, "start") if live else _as_it_is(reach, current)
    target = previous(generations, None)
    if target is None:
        raise ActionError(nothing_to_start(reach.endpoint_name, generations))
    return _return(reach, target, None, generations, "start")


def _nothing_more(_serving: ServingEndpoint) -> None:
    """What follows a return that is over with its endpoint."""


def bring_back(reach: Reach, planned: Return, *, then: Callable[[ServingEndpoint], None] = _nothing_more) -> ServingEndpoint:
    """Does what was planned, waits for it and notes it. `then` belongs to it: a rollback is over only after that.

    Raises ActionError as `endpoint.apply`.
    """
    if isinstance(planned.goal, ServingEndpoint):
        then(planned.goal)
        return planned.goal
    sagemaker = reach.clients.sagemaker
    if planned.awaited:
        mark_awaited(sagemaker, planned.awaited.arn, run_url=reach.owner.run_url, at=reach.now())
    if planned.unnoted:
        mark_served(sagemaker, planned.unnoted.arn, at=reach.now(), seconds=None)
    if planned.leaving:
        # first: a run that is cut off after it leaves nothing that `start` or another rollback would take for good
        mark_withdrawn(sagemaker, planned.leaving.arn, at=reach.now())
    serving = apply(
        reach.clients.session,
        sagemaker,
        planned.goal,
        replace(reach.owner, commit=planned.commit),
        patience=reach.patience,
        tell=reach.tell,
        usual=planned.usual,
        may_wait=reach.may_wait,
        suspended=reach.suspended,
        today=reach.now,
    )
    then(serving)
    if planned.closes:
        try:
            mark_arrived(sagemaker, planned.closes.arn, run_url=reach.owner.run_url)
        except AWS_ERRORS as error:  # it serves and all is done: that this is not noted is no failure
            reach.tell.say(f"not noted that the rollback is done, which the next one does first: {error}")
    return serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What a stop will do. `instance_hours` is an estimate: today's instances times the hours since the endpoint was made.

    `unnoted`: what serves, where the tags do not say so: its roll-out was never noted, or its rollback failed. `closes`: what a
    rollback was asked to lead to that was cut off, and that nobody goes on with after this.
    """

    changes: tuple[Change, ...]
    unnoted: Generation | None = None
    closes: Generation | None = None
    instances: int = 0
    hours: float = 0.0

    @property
    def deletes(self) -> bool:
        return any(change.verb == "delete" for change in self.changes)

    @property
    def instance_hours(self) -> float:
        return self.instances * self.hours


def plan_stop(reach: Reach, *, only_if_ours: bool = False) -> Stop:
    """What is to be deleted, once nothing is under way with it any more. `only_if_ours`: others' endpoints are passed by.

    Raises ActionError: E004 not ours, E003 too long, P028 somebody else's is under way.
    """
    name = reach.endpoint_name
    if only_if_ours and not _exists_and_is_ours(reach):
        return Stop(changes=())
    current = _find(reach)
    if current is not None and current.status in TRANSIENT:
        deleting = current.status == "Deleting"
        current = _at_rest(reach)
        if current is None and deleting:
            reason = Text("it was being deleted already", "すでに削除中でした")
            return Stop(changes=(Change(verb="attach", resource="endpoint", name=name, reasons=(reason,)),))
    if current is None:
        reason = Text("it is stopped already", "すでに停止しています")
        return Stop(changes=(Change(verb="nothing", resource="endpoint", name=name, reasons=(reason,)),))
    generations = read_generations(reach.clients.sagemaker, reach.owner)
    live = _named(generations, current.config_name)
    instances = sum(variant.current_instances for variant in current.variants)
    hours = max(0.0, (reach.now() - current.created).total_seconds() / 3600) if current.created else 0.0
    noted = live is not None and live.was_good and _is_noted(reach, current, live)
    used, lasted = instances * hours, span(hours)
    total = Text(f"about {used:.1f}", f"約{used:.1f}") if used >= 0.1 else Text("less than 0.1", "0.1未満の")
    reasons = [
        Text(
            f"{total.en} instance-hours since it was made ({instances} × {lasted.en}, by today's count)",
            f"作成からの使用は{total.ja}インスタンス時間（{instances}台 × {lasted.ja}、現在の台数での概算）",
        )
    ]
    if live is None:
        reasons.append(_not_coming_back(reach, current, generations))
    change = Change(verb="delete", resource="endpoint", name=name, reasons=tuple(reasons))
    serves = current.status in {"InService", "UpdateRollbackFailed"}
    return Stop(
        changes=(change,),
        unnoted=live if serves and not noted else None,
        closes=_asked(generations),
        instances=instances,
        hours=hours,
    )


def stop(reach: Reach, planned: Stop) -> None:
    """Deletes the endpoint and waits until it is gone. Configs, models and weights stay, for `start`."""
    if not planned.deletes:
        return
    name, sagemaker = reach.endpoint_name, reach.clients.sagemaker
    try:
        if planned.unnoted:  # it serves, so it is what `start` has to bring back
            mark_served(sagemaker, planned.unnoted.arn, at=reach.now(), seconds=None)
        if planned.closes:
            mark_arrived(sagemaker, planned.closes.arn, run_url=reach.owner.run_url)
        remove(
            reach.clients.session,
            sagemaker,
            name,
            reach.owner,
            patience=reach.patience,
            tell=reach.tell,
            taken_off=reach.taken_off,
        )
    except AWS_ERRORS as error:
        raise ActionError(explain(error, resource=name)) from error


def _not_coming_back(reach: Reach, current: CurrentEndpoint, generations: Sequence[Generation]) -> Text:
    """That `start` will not bring back what serves, and what it brings instead."""
    name = current.config_name
    if read_config(reach.clients.sagemaker, name) is None:
        why = Text(f"its endpoint config {name} was deleted", f"エンドポイント設定{name}が削除されています")
    else:
        why = Text(f"{name} is not a generation of this action", f"{name}はこのアクションの世代ではありません")
    last = previous(of_mode(generations, is_async=reach.is_async), None)
    if last is None:
        return Text(
            f"{why.en}: `start` cannot bring it back, only `deploy` can",
            f"{why.ja}。`start`では再開できません。`deploy`が必要です",
        )
    return Text(
        f"{why.en}: `start` will bring back {last.name} instead", f"{why.ja}。`start`では、代わりに{last.name}で再開します"
    )


def _find(reach: Reach) -> CurrentEndpoint | None:
    """The endpoint, if it is ours to change now. Raises ActionError (E004, P028)."""
    client, name, owner = reach.clients.sagemaker, reach.endpoint_name, reach.owner
    tagged = read_tagged(client, name)
    if tagged is None:
        return None
    current, tags = tagged
    if not owner.owns(tags):
        raise ActionError(not_ours("endpoint", name, current.arn, project=owner.project, env=owner.env))
    if not reach.may_wait:
        begun = begun_by(client, current, tags)
        if is_foreign(current, begun, owner.run_url):
            raise ActionError(another_rollout(name, current, begun, may_wait=False))
    return current


def _exists_and_is_ours(reach: Reach) -> bool:
    tagged = read_tagged(reach.clients.sagemaker, reach.endpoint_name)
    return tagged is not None and reach.owner.owns(tagged[1])


def _at_rest(reach: Reach) -> CurrentEndpoint | None:
    """The endpoint when nothing is under way with it any more."""
    reach.tell.say(f"waits for what is under way with {reach.endpoint_name}")
    reach.tell.started()
    current = settle(reach.clients.sagemaker, reach.endpoint_name, patience=reach.patience, tell=reach.tell.say)
    reach.tell.ended()
    return current


def _generations(reach: Reach) -> list[Generation]:
    return of_mode(read_generations(reach.clients.sagemaker, reach.owner), is_async=reach.is_async)


def _named(generations: Sequence[Generation], name: str) -> Generation | None:
    return next((each for each in generations if each.name == name), None)


def _is_noted(reach: Reach, current: CurrentEndpoint, live: Generation | None) -> bool:
    """Whether the tags know of the roll-out that has brought `live` to the endpoint: not after a run that was cut off, nor after
    an update by hand. A generation that served before has a time in its tags even so, of then."""
    if live is None:
        return True
    return read_tags(reach.clients.sagemaker, current.arn).get(CONTENT_HASH) == live.content_hash


def _moving(current: CurrentEndpoint | None) -> str | None:
    """The endpoint config that a roll-out under way leads to."""
    if current is None:
        return None
    if current.status == "Creating":
        return current.leads_to
    return current.target_config if current.status == "Updating" else None


def _asked(generations: Sequence[Generation]) -> Generation | None:
    """What a rollback was asked to lead to that was cut off; None where there is none, or another one has served since."""
    asked = [(each.awaited, each) for each in generations if each.awaited and each.was_good]
    if not asked:
        return None
    moment, goal = max(asked, key=lambda each: each[0])
    return None if any(each.served and each.served > moment for each in generations if each is not goal) else goal


def _served_since_asked(goal: Generation) -> bool:
    return goal.served is not None and goal.awaited is not None and goal.served > goal.awaited


def _unfinished(generations: Sequence[Generation]) -> Generation | None:
    """What a rollback leads to that was begun, by a run that was cut off, and not noted as done; None where there is none.

    Earlier versions left no mark on the goal: there it follows from what was given up last.
    """
    if asked := _asked(generations):
        return asked
    given_up = [(each.withdrawn, each) for each in generations if each.withdrawn]
    if not given_up:
        return None
    moment, left = max(given_up, key=lambda each: each[0])
    if any(each.served and each.served > moment for each in generations):
        return None
    return previous(generations, left.name)


def _confirmed(planned: Return, target: Generation) -> Return:
    """A rollback that is done, but for the note of it."""
    reason = Text("the rollback is done, but not noted yet", "ロールバックは完了していますが、まだ記録されていません")
    note = Change(verb="update", resource="endpoint tags", name=target.name, reasons=(reason,))
    changes = tuple(each for each in planned.changes if each.resource != "endpoint tags")
    return replace(planned, changes=(*changes, note), unnoted=target)


def _target_of_rollback(
    generations: Sequence[Generation], current: CurrentEndpoint, moving: str | None, *, noted: bool
) -> tuple[Generation | None, Generation | None]:
    """What to go back to from an endpoint at rest, and what is given up by that. `moving`: what it was on its way to before.

    `noted`: whether the time that what serves is said to serve from is that of today.
    """
    live, serving = current.config_name, _named(generations, current.config_name)
    if current.status == "UpdateRollbackFailed":  # a mix of what served and of what failed: whole again is the way back
        if serving and serving.was_good and not noted:
            return serving, _named(generations, moving or "")
        return previous([each for each in generations if each.name != moving], None), _named(generations, moving or "")
    if not noted or (moving and moving == live):  # it serves later than all others, whatever is noted of an earlier time
        return previous([each for each in generations if each.name != live], None), serving
    return previous(generations, live), serving


def _return(
    reach: Reach, target: Generation, leaving: Generation | None, generations: Sequence[Generation], command: Undoing
) -> Return:
    """Planned in full. Raises ActionError where the target cannot serve any more, or is not ours."""
    model = whole_model(reach.clients, target, command)
    variant_model = target.model_names[0]
    desired = DesiredEndpoint(
        endpoint_name=reach.endpoint_name,
        content_hash=target.content_hash,
        model_name=variant_model,
        config_name=target.name,
        model=model,
        config=target.config,
        rollout=reach.rollout,
        is_async=target.is_async,
        autoscaled=reach.autoscaled,
    )
    return Return(
        changes=tuple(read_plan(reach.clients.sagemaker, desired, reach.owner)),
        goal=desired,
        commit=target.commit,
        usual=usual_seconds(generations),
        awaited=target if command == "rollback" else None,
        closes=target if command == "rollback" else _asked(generations),
        leaving=leaving if leaving and leaving.name != target.name else None,
    )


def _as_it_is(reach: Reach, current: CurrentEndpoint) -> Return:
    name, config_name = reach.endpoint_name, current.config_name
    gone = read_config(reach.clients.sagemaker, config_name) is None
    change = Change(verb="nothing", resource="endpoint", name=name, reasons=(was_deleted(config_name),) if gone else ())
    return Return(changes=(change,), goal=ServingEndpoint(name=name, arn=current.arn, config_name=config_name))
