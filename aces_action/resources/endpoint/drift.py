"""What somebody has changed of the endpoint beside the action: told in the plan, since nothing else tells it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.language import Text
from aces_action.resources.endpoint.state import SERVING, CurrentEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the endpoint serves: DescribeEndpointConfig's answer and the tags of both. `config` None: it was deleted meanwhile."""

    endpoint_tags: Mapping[str, str]
    config: Mapping[str, Any] | None
    config_tags: Mapping[str, str] = field(default_factory=dict)


def drift(current: CurrentEndpoint, live: Live, owner: Owner, *, wanted: str, keeps_counts: bool) -> Iterator[Text]:
    """What is not as the action has left it, as reasons of the endpoint's change. `wanted`: the config that it should serve."""
    if current.status not in SERVING or not current.config_name:
        return
    yield from by_hand(current, live, owner, wanted=wanted)
    weights = counts = Text("kept", "そのまま維持します") if keeps_counts else Text("reset", "設定に戻します")
    if keeps_counts and wanted not in {"", current.config_name} and sleeps(current):
        counts = Text("started, to check that the new version runs", "新しいバージョンの動作を確かめるため、起動します")
    yield from scaled(current, live.config or {}, counts=counts, weights=weights)


def by_hand(current: CurrentEndpoint, live: Live, owner: Owner, *, wanted: str) -> Iterator[Text]:
    """What of that only people change, and autoscaling never does; or what a run that was cut off has left."""
    name = current.config_name
    if current.status not in SERVING or not name:
        return
    if live.config is None:
        yield was_deleted(name)
    elif not owner.owns(live.config_tags):
        yield Text(
            f"it serves {name}, which this action did not create", f"稼働中の{name}は、このアクションが作ったものではありません"
        )
    elif name != wanted and live.endpoint_tags.get(CONTENT_HASH) != live.config_tags.get(CONTENT_HASH):
        yield Text(
            f"its tags do not match {name}, which it serves: somebody changed one of them by hand, or a run was cut off",
            f"タグの内容と、稼働中の{name}が一致しません。手動で変更されたか、実行が途中で終わっています",
        )


def was_deleted(config_name: str) -> Text:
    """As a reason, with what it means: nothing that serves shows it."""
    return Text(
        f"its endpoint config {config_name} was deleted: the endpoint still serves, but SageMaker refuses every update until "
        "the endpoint is recreated",
        f"エンドポイント設定{config_name}が削除されています。稼働は続きますが、エンドポイントを作り直すまで更新できません",
    )


def sleeps(current: CurrentEndpoint) -> bool:
    """Whether a variant is scaled to nothing. An update that keeps that would start no container: a version that cannot even
    start would pass (assumed: no document of AWS's says otherwise)."""
    return any(variant.desired_instances == 0 for variant in current.variants)


def scaled(current: CurrentEndpoint, config: Mapping[str, Any], *, counts: Text, weights: Text) -> Iterator[Text]:
    """The counts and weights that people or autoscaling have set since, each with what becomes of such."""
    said = {variant["VariantName"]: variant for variant in config.get("ProductionVariants", ())}
    for variant in current.variants:
        asked = said.get(variant.name, {})
        count, weight = asked.get("InitialInstanceCount"), asked.get("InitialVariantWeight", 1.0)
        if count is not None and variant.desired_instances != count:
            has = variant.desired_instances
            instances = Text(f"{has} instance" if has == 1 else f"{has} instances", f"インスタンス数{has}")
            yield Text(
                f"{variant.name}: {instances.en} instead of {count}: {counts.en}",
                f"{variant.name}: {instances.ja}（設定は{count}）。{counts.ja}",
            )
        if variant.desired_weight != weight:
            yield Text(
                f"{variant.name}: weight {variant.desired_weight:g} instead of {weight:g}: {weights.en}",
                f"{variant.name}: 重みが{weight:g}ではなく{variant.desired_weight:g}です。{weights.ja}",
            )


def same_counts(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> bool:
    """Whether two endpoint configs ask for as many instances: then what it was scaled to since then stays."""

    def counts(config: Mapping[str, Any] | None) -> Sequence[object]:
        return [variant.get("InitialInstanceCount") for variant in (config or {}).get("ProductionVariants", [])]

    return counts(old) == counts(new)
