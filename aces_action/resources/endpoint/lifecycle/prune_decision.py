"""Which generations and models of a server are no longer needed. Pure.

What an endpoint may be using is kept, whoever made that endpoint: deleting it would also keep AWS from scaling and patching the
endpoint (API reference: DeleteEndpointConfig).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aces_action.changes import Change
from aces_action.language import Text
from aces_action.problems.problem import Problem
from aces_action.resources.endpoint.concurrency import run_of
from aces_action.resources.endpoint.history import Generation, before

YOUNG = timedelta(days=1)  # what is younger and has not served may be about to be used by another run


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """A model with a name of ours; whether it has our tags is asked only where it is to go."""

    name: str
    arn: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointUse:
    """What the endpoints of the account use or move to: the endpoint's name by that of the endpoint config, and of the model.

    `unclear`: what could not be looked at, each with its reason. It may be using anything.
    """

    configs: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    unclear: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneDecision:
    """What becomes of one endpoint config or model, and why. Of an endpoint config, `models` are those that it refers to, and
    `run` is the run that last started to roll it out, as its tags said when this was decided."""

    resource: str
    name: str
    goes: bool
    reason: Text
    arn: str = ""
    models: tuple[str, ...] = ()
    run: str = ""

    @property
    def change(self) -> Change:
        return Change(verb="delete" if self.goes else "nothing", resource=self.resource, name=self.name, reasons=(self.reason,))


def decide(
    generations: Sequence[Generation],
    models: Sequence[ListedModel],
    *,
    live: Collection[str],
    usage: EndpointUse,
    keep: int,
    now: datetime,
) -> tuple[PruneDecision, ...]:
    """What becomes of each generation and each model, in the order of deletion: endpoint configs, then models.

    `live`: names of the endpoint configs that our endpoints serve or move to; without any (after a stop), the last good one
    counts as live. `keep`: how many of each mode that served before it stay for a rollback. Without `usage`: what may go at most.
    """
    current = [each for each in generations if each.name in live] or _last_good(generations)
    undo: set[str] = set()
    for serving in current:
        for is_async in (False, True):  # no endpoint of one mode can go back to a generation of the other
            earlier = [
                each
                for each in generations
                if each.is_async == is_async and each not in current and each.was_good and _before(each, serving)
            ]
            undo |= {each.name for each in sorted(earlier, key=_served, reverse=True)[:keep]}

    def judged(each: Generation) -> tuple[bool, Text]:
        if user := usage.configs.get(each.name):
            return False, _used_by(user)
        if each in current:
            if each.name in live:
                return False, Text("it serves", "稼働中です")
            return False, Text("it is the last that served", "最後に稼働していた世代です")
        if each.name in undo:
            return False, Text("it is kept for a rollback", "ロールバック用に残します")
        if each.served is None:
            return _unserved(each.created, now)
        if not each.was_good:
            return True, Text("it was withdrawn", "取り下げられた世代です")
        if not any(_before(each, serving) for serving in current):
            return False, Text("it served after the one that serves now", "現在の世代より後に稼働していました")
        return True, Text(
            f"more than {keep} generations have served since", f"これより新しい世代を{keep}個より多く残しているため、不要です"
        )

    decisions = [_decision(each, *judged(each)) for each in generations]
    return (*decisions, *_models(models, decisions, usage, now))


def decide_all(
    generations: Sequence[Generation], models: Sequence[ListedModel], *, usage: EndpointUse
) -> tuple[PruneDecision, ...]:
    """What becomes of all where nothing is to be left, in the order of deletion: only what an endpoint uses stays."""
    everything = Text("it belongs to the server", "このサーバのものです")

    def judged(each: Generation) -> tuple[bool, Text]:
        user = usage.configs.get(each.name)
        return (False, _used_by(user)) if user else (True, everything)

    decisions = [_decision(each, *judged(each)) for each in generations]
    return (*decisions, *_models(models, decisions, usage, None))


def _models(
    models: Iterable[ListedModel], configs: Iterable[PruneDecision], usage: EndpointUse, now: datetime | None
) -> Iterator[PruneDecision]:
    """A model goes after the last endpoint config that refers to it. `now` None: however young it is."""
    kept = {model: each.name for each in configs if not each.goes for model in each.models}
    going = {model for each in configs if each.goes for model in each.models}
    for each in models:
        if user := usage.models.get(each.name):
            goes, reason = False, _used_by(user)
        elif config := kept.get(each.name):
            goes, reason = False, Text(f"endpoint config {config} refers to it", f"エンドポイント設定{config}が参照しています")
        elif each.name in going:
            goes, reason = (
                True,
                Text("its endpoint config is deleted, too", "参照していたエンドポイント設定を削除するため、不要です"),
            )
        elif now is not None and now - each.created < YOUNG:
            goes, reason = _unserved(each.created, now)
        else:
            goes, reason = True, Text("no endpoint config refers to it", "参照しているエンドポイント設定がありません")
        yield PruneDecision(resource="model", name=each.name, arn=each.arn, goes=goes, reason=reason)


def _decision(generation: Generation, goes: bool, reason: Text) -> PruneDecision:
    return PruneDecision(
        resource="endpoint config",
        name=generation.name,
        arn=generation.arn,
        goes=goes,
        reason=reason,
        models=generation.model_names,
        run=run_of(generation.tags),
    )


def _unserved(created: datetime, now: datetime) -> tuple[bool, Text]:
    if now - created < YOUNG:
        return False, Text(
            "it is younger than a day: another run may be about to use it",
            "作成から1日たっていません。別の実行が使おうとしている可能性があります",
        )
    return True, Text("it never served", "一度も稼働していません")


def _used_by(endpoint: str) -> Text:
    return Text(f"endpoint {endpoint} uses it", f"エンドポイント{endpoint}が使っています")


def _last_good(generations: Iterable[Generation]) -> list[Generation]:
    good = [each for each in generations if each.was_good]
    return [max(good, key=_served)] if good else []


def _served(generation: Generation) -> datetime:
    return generation.served or generation.created


def _before(generation: Generation, serving: Generation) -> bool:
    """Whether it served before another that serves. Of one whose tag is lost nobody knows since when: then all did."""
    return serving.served is None or before(generation, serving.served)
