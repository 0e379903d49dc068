"""A rollback: the endpoint goes back to the previous generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aces_action.changes import Change
from aces_action.language import Text
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.problems.endpoint.state import config_gone, rollback_overtaken
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.concurrency import run_of
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.history import Generation, previous
from aces_action.resources.endpoint.lifecycle.restore import (
    RestorePlan,
    asked_for,
    find,
    is_noted,
    known,
    named,
    plan_nothing,
    plan_restore,
    read_own_generations,
    restore,
)
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.rollout.watch import at_rest
from aces_action.resources.endpoint.state import SERVING, TRANSIENT, CurrentEndpoint, read_live_config


def rollback(context: EndpointContext) -> ServingEndpoint:
    """The endpoint to the generation before, in one go: after a failed smoke test, say. Raises ActionError as `plan_rollback`."""
    return restore(context, plan_rollback(context))


def plan_rollback(context: EndpointContext) -> RestorePlan:
    """What the endpoint is to go back to, once nothing is under way with it any more.

    One that was cut off is resumed, and only when it has come to its end goes the next one further back.

    Raises ActionError: E004 not ours, E007 there is nothing to go back to, E003 too long, E040 and P028 somebody else's is under
    way, E041 no update is possible.
    """
    name, before = context.endpoint_name, find(context)
    generations = read_own_generations(context)
    moving, unfinished = _moving(before), _unfinished(generations)
    if unfinished and moving == unfinished.name:
        return plan_restore(context, unfinished, generations, "rollback")
    current = before
    if before is not None and before.status in TRANSIENT:
        current = at_rest(context, before)
        generations = read_own_generations(context)
        unfinished = _unfinished(generations)
    asked = asked_for(generations)
    if current is None and asked and not _served_since_asked(asked):  # deleted to be recreated, and cut off before that
        return plan_restore(context, asked, generations, "rollback")
    if current is None:
        raise ActionError(problems.no_endpoint_to_roll_back(name, known(generations)))
    if before is None or before.status == "Deleting":
        raise ActionError(problems.nothing_to_roll_back_to(name, known(generations)))
    if not asked and moving and current.status == "InService" and current.config_name != moving:
        if current.config_name != before.config_name:
            raise ActionError(rollback_overtaken(name, moving, current.config_name))
        serving = current.config_name
        context.reporter.info(
            Text(
                f"SageMaker rolled back the update itself: {serving} serves",
                f"SageMakerが更新をロールバック済みです。{serving}で稼働しています",
            )
        )
        return plan_nothing(context, current)
    if unfinished and current.status == "InService" and current.config_name == unfinished.name:
        return _confirmed(plan_restore(context, unfinished, generations, "rollback"), unfinished)
    live = named(generations, current.config_name)
    if asked and (current.status in SERVING or asked != live):  # else it was tried, and has failed
        return _leaving(plan_restore(context, asked, generations, "rollback"), asked, live)
    target, leaving = _target(generations, current, moving, noted=is_noted(context, current, live))
    if target is None:
        gone = live is None and read_live_config(context.sagemaker, current.config_name) is None
        raise ActionError(
            config_gone(name, current.config_name) if gone else problems.nothing_to_roll_back_to(name, known(generations))
        )
    return _leaving(plan_restore(context, target, generations, "rollback"), target, leaving)


def _moving(current: CurrentEndpoint | None) -> str | None:
    """The endpoint config that a roll-out under way leads to."""
    if current is None:
        return None
    if current.status == "Creating":
        return current.leads_to
    return current.target_config if current.status == "Updating" else None


def _served_since_asked(goal: Generation) -> bool:
    return goal.served is not None and goal.awaited is not None and goal.served > goal.awaited


def _unfinished(generations: Sequence[Generation]) -> Generation | None:
    """What a rollback leads to that was started, by a run that was cut off, and not noted as done; None where there is none.

    Earlier versions left no mark on the goal: there it follows from what was given up last.
    """
    if asked := asked_for(generations):
        return asked
    given_up = [(each.withdrawn, each) for each in generations if each.withdrawn]
    if not given_up:
        return None
    moment, left = max(given_up, key=lambda each: each[0])
    if any(each.served and each.served > moment for each in generations):
        return None
    return previous(generations, left.name)


def _confirmed(plan: RestorePlan, target: Generation) -> RestorePlan:
    """A rollback that is done, but for the note of it."""
    reason = Text("the rollback is done, but not recorded yet", "ロールバックは完了していますが、まだ記録されていません")
    note = Change(verb="update", resource="endpoint tags", name=target.name, reasons=(reason,))
    changes = tuple(each for each in plan.changes if each.resource != "endpoint tags")
    return replace(plan, changes=(*changes, note), unnoted=target)


def _leaving(plan: RestorePlan, target: Generation, leaving: Generation | None) -> RestorePlan:
    return replace(plan, leaving=leaving if leaving and leaving.name != target.name else None)


def _target(
    generations: Sequence[Generation], current: CurrentEndpoint, moving: str | None, *, noted: bool
) -> tuple[Generation | None, Generation | None]:
    """What to go back to from an endpoint at rest, and what is given up by that. `moving`: what it was on its way to before.

    `noted`: whether the time that what serves is said to serve from is that of today.
    """
    live, serving = current.config_name, named(generations, current.config_name)
    if current.status == "UpdateRollbackFailed":  # a mix of what served and of what failed: whole again is the way back
        if serving and serving.was_good and not noted:
            return serving, named(generations, moving or "")
        return previous([each for each in generations if each.name != moving], None), named(generations, moving or "")
    if not noted or (moving and moving == live):  # it serves later than all others, whatever is noted of an earlier time
        return previous([each for each in generations if each.name != live], None), serving
    return previous(generations, live), serving


@dataclass(frozen=True, slots=True, kw_only=True)
class ServesSince:
    """Since when what an endpoint serves does so, and the runs that have made and rolled it out."""

    served: datetime
    runs: frozenset[str]


def serves_since(context: EndpointContext) -> ServesSince | None:
    """Of an endpoint at rest; None where that is not noted, or a rollback of it has not come to its end.

    Raises ActionError (E004) where it is not ours.
    """
    current = find(context)
    if current is None or current.status != "InService":
        return None
    generations = read_own_generations(context)
    live = named(generations, current.config_name)
    if live is None or live.served is None or asked_for(generations) or not is_noted(context, current, live):
        return None
    return ServesSince(served=live.served, runs=frozenset({live.run_url, run_of(live.tags)} - {""}))
