"""Stop and start: the endpoint is deleted, and recreated with the generation that served last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.changes import Change
from aces_action.durations import span
from aces_action.language import Text
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.history import (
    Generation,
    mark_arrived,
    mark_served,
    of_mode,
    previous,
    read_generations,
)
from aces_action.resources.endpoint.lifecycle.delete import remove
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
)
from aces_action.resources.endpoint.rollout.watch import at_rest
from aces_action.resources.endpoint.state import CurrentEndpoint, read_config, read_tagged


def plan_start(context: EndpointContext) -> RestorePlan:
    """What the endpoint is to serve again, once nothing is under way with it any more: what it serves, or what served last.

    Raises ActionError: E004 not ours, E008 there is nothing to start, E003 too long, P028 somebody else's is under way.
    """
    current = at_rest(context, find(context))
    generations = read_own_generations(context)
    if current is not None and current.status == "InService":
        live = named(generations, current.config_name)
        return plan_restore(context, live, generations, "start") if live else plan_nothing(context, current)
    target = previous(generations, None)
    if target is None:
        raise ActionError(problems.nothing_to_start(context.endpoint_name, known(generations)))
    return plan_restore(context, target, generations, "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlan:
    """What a stop will do.

    `unnoted`: what serves, where the tags do not say so: its roll-out was never noted, or its rollback failed. `closes`: what a
    rollback was asked to lead to that was cut off, and that nobody continues after this. `never_deployed`: there is neither an
    endpoint nor any generation.
    """

    changes: tuple[Change, ...]
    unnoted: Generation | None = None
    closes: Generation | None = None
    never_deployed: bool = False

    @property
    def deletes(self) -> bool:
        return any(change.verb == "delete" for change in self.changes)


def plan_stop(context: EndpointContext, *, only_if_ours: bool = False) -> StopPlan:
    """What is to be deleted, once nothing is under way with it any more. `only_if_ours`: others' endpoints are passed by.

    Raises ActionError: E004 not ours, E003 too long, P028 somebody else's is under way.
    """
    if only_if_ours and not _exists_and_is_ours(context):
        return StopPlan(changes=())
    name, before = context.endpoint_name, find(context)
    current = at_rest(context, before)
    if current is None and before is not None and before.status == "Deleting":
        reason = Text("it was being deleted already", "すでに削除中でした")
        return StopPlan(changes=(Change(verb="attach", resource="endpoint", name=name, reasons=(reason,)),))
    if current is None:
        never = not read_generations(context.sagemaker, context.owner)
        reason = (
            Text("nothing has been deployed yet", "まだ何もデプロイされていません")
            if never
            else Text("it is stopped already", "すでに停止しています")
        )
        nothing = Change(verb="nothing", resource="endpoint", name=name, reasons=(reason,))
        return StopPlan(changes=(nothing,), never_deployed=never)
    generations = read_generations(context.sagemaker, context.owner)
    live = named(generations, current.config_name)
    noted = live is not None and live.was_good and is_noted(context, current, live)
    reasons = [_used(context, current)]
    if live is None:
        reasons.append(_not_coming_back(context, current, generations))
    serves = current.status in {"InService", "UpdateRollbackFailed"}
    return StopPlan(
        changes=(Change(verb="delete", resource="endpoint", name=name, reasons=tuple(reasons)),),
        unnoted=live if serves and not noted else None,
        closes=asked_for(generations),
    )


def stop(context: EndpointContext, plan: StopPlan) -> None:
    """Deletes the endpoint and waits until it is gone. Configs, models and weights stay, for `start`."""
    if not plan.deletes:
        return
    client = context.sagemaker
    try:
        if plan.unnoted:  # it serves, so it is what `start` has to bring back
            mark_served(client, plan.unnoted.arn, at=context.now(), seconds=None)
        if plan.closes:
            mark_arrived(client, plan.closes.arn, run_url=context.owner.run_url)
        remove(context)
    except AWS_ERRORS as error:
        raise ActionError(explain(error, resource=context.endpoint_name)) from error


def _exists_and_is_ours(context: EndpointContext) -> bool:
    tagged = read_tagged(context.sagemaker, context.endpoint_name)
    return tagged is not None and context.owner.owns(tagged[1])


def _used(context: EndpointContext, current: CurrentEndpoint) -> Text:
    """An estimate: today's instances times the hours since the endpoint was created."""
    instances = sum(variant.current_instances for variant in current.variants)
    hours = max(0.0, (context.now() - current.created).total_seconds() / 3600) if current.created else 0.0
    used, lasted = instances * hours, span(hours)
    total = (
        Text(f"about {used:.1f} instance-hours", f"約{used:.1f}インスタンス時間")
        if used >= 0.1
        else Text("less than 0.1 instance-hours", "0.1インスタンス時間未満")
    )
    return Text(
        f"{total.en} since it was created ({instances} × {lasted.en}, by today's count)",
        f"作成からの使用は{total.ja}（{instances}台 × {lasted.ja}、現在の台数での概算）",
    )


def _not_coming_back(context: EndpointContext, current: CurrentEndpoint, generations: Sequence[Generation]) -> Text:
    """That `start` will not bring back what serves, and what it brings instead."""
    name = current.config_name
    if read_config(context.sagemaker, name) is None:
        why = Text(f"its endpoint config {name} was deleted", f"エンドポイント設定{name}が削除されています")
    else:
        why = Text(f"{name} is not a generation of this action", f"{name}はこのアクションの世代ではありません")
    last = previous(of_mode(generations, is_async=context.is_async), None)
    if last is None:
        return Text(
            f"{why.en}: `start` cannot bring it back, only `deploy` can",
            f"{why.ja}。`start`では再開できません。`deploy`が必要です",
        )
    return Text(
        f"{why.en}: `start` will bring back {last.name} instead", f"{why.ja}。`start`では、代わりに{last.name}で再開します"
    )
