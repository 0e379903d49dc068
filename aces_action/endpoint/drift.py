"""What somebody has changed of the endpoint beside the action: told in the plan, since nothing else tells it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.endpoint.current import SERVING, CurrentEndpoint
from aces_action.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What the endpoint serves: DescribeEndpointConfig's answer and the tags of both. `config` None: it was deleted meanwhile."""

    endpoint_tags: Mapping[str, str]
    config: Mapping[str, Any] | None
    config_tags: Mapping[str, str] = field(default_factory=dict)


def drift(current: CurrentEndpoint, live: Live, owner: Owner, *, wanted: str, keeps_counts: bool) -> Iterator[Text]:
    """What is not as the action has left it, as reasons of the endpoint's change. `wanted`: the config that it should serve."""
    name = current.config_name
    if current.status not in SERVING or not name:
        return
    if live.config is None:
        yield Text(f"its endpoint config {name} was deleted", f"エンドポイント設定{name}が削除されています")
    elif not owner.owns(live.config_tags):
        yield Text(
            f"it serves {name}, which this action did not make", f"このアクションが作ったものではない{name}で稼働しています"
        )
    elif name != wanted and live.endpoint_tags.get(CONTENT_HASH) != live.config_tags.get(CONTENT_HASH):
        yield Text(
            f"its tags name other content than {name}, which it serves: somebody changed one of them by hand, or a run broke off",
            f"タグの内容と、稼働中の{name}が一致しません。手動で変更されたか、実行が途中で終わっています",
        )
    yield from scaled(current, live.config or {}, kept=keeps_counts)


def scaled(current: CurrentEndpoint, config: Mapping[str, Any], *, kept: bool) -> Iterator[Text]:
    """Counts and weights that people or autoscaling have set since, and whether they stay."""
    then = Text("kept", "そのまま維持します") if kept else Text("set back", "設定に戻します")
    said = {variant["VariantName"]: variant for variant in config.get("ProductionVariants", ())}
    for variant in current.variants:
        told = said.get(variant.name, {})
        count, weight = told.get("InitialInstanceCount"), told.get("InitialVariantWeight", 1.0)
        if count is not None and variant.desired_instances != count:
            has = variant.desired_instances
            instances = Text(f"{has} instance" if has == 1 else f"{has} instances", f"インスタンス数{has}")
            yield Text(
                f"{variant.name}: {instances.en} instead of {count}: {then.en}",
                f"{variant.name}: {instances.ja}（設定は{count}）。{then.ja}",
            )
        if variant.desired_weight != weight:
            yield Text(
                f"{variant.name}: weight {variant.desired_weight:g} instead of {weight:g}: {then.en}",
                f"{variant.name}: 重みが{weight:g}ではなく{variant.desired_weight:g}です。{then.ja}",
            )


def same_counts(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> bool:
    """Whether two endpoint configs ask for as many instances: then what it was scaled to since then stays."""

    def counts(config: Mapping[str, Any] | None) -> Sequence[object]:
        return [variant.get("InitialInstanceCount") for variant in (config or {}).get("ProductionVariants", [])]

    return counts(old) == counts(new)
