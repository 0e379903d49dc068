"""What has to happen so that the endpoint serves the desired content, and why. Deciding only: values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aces_action.aws.differences import ABSENT, difference, hidden_difference
from aces_action.aws.tags import CONTENT_HASH
from aces_action.deployment.changes import Change, Verb
from aces_action.language import Text
from aces_action.resources.endpoint.spec import DesiredEndpoint
from aces_action.resources.endpoint.state import TRANSIENT, CurrentEndpoint


def plan(
    desired: DesiredEndpoint,
    current: CurrentEndpoint | None,
    *,
    live_model: Mapping[str, Any] | None = None,
    live_config: Mapping[str, Any] | None = None,
    model_exists: bool = False,
    config_exists: bool = False,
    drift: Sequence[Text] = (),
) -> list[Change]:
    """The changes to model, endpoint config and endpoint.

    `live_model` and `live_config` are what the endpoint serves now, for the reasons; `…_exists` say whether the desired
    ones are there already; `drift` is what somebody else has changed or is changing, for the reasons too.
    """
    endpoint = _endpoint_change(desired, current, live_model or {}, live_config or {})
    endpoint = replace(endpoint, reasons=(*endpoint.reasons, *drift))
    parts = (("model", desired.model_name, model_exists), ("endpoint config", desired.config_name, config_exists))
    return [*(Change(verb="nothing" if exists else "create", resource=what, name=name) for what, name, exists in parts), endpoint]


def _endpoint_change(
    desired: DesiredEndpoint, current: CurrentEndpoint | None, live_model: Mapping[str, Any], live_config: Mapping[str, Any]
) -> Change:
    def change(verb: Verb, *reasons: Text) -> Change:
        return Change(verb=verb, resource="endpoint", name=desired.endpoint_name, reasons=reasons)

    if current is None:
        return change("create", Text("there is no such endpoint", "このエンドポイントはまだありません"))
    status, ours = current.status, current.config_name == desired.config_name
    if status == "Deleting":
        return change(
            "create",
            Text("the present one is being deleted: waits for that first", "現在のものは削除中です。先にその完了を待ちます"),
        )
    if status in {"Failed", "OutOfService"}:
        why = f": {current.failure_reason}" if current.failure_reason else ""
        return change(
            "replace",
            Text(f"it is {status}, which only a new one mends{why}", f"状態が{status}のため、作り直すしかありません{why}"),
        )
    if status in TRANSIENT:
        if current.leads_to == desired.config_name:
            return change(
                "attach", Text(f"the same roll-out is under way ({status})", f"同じ内容のデプロイが進行中です（{status}）")
            )
        return change("update", Text(f"it is {status}: waits for that first", f"状態が{status}です。先にその完了を待ちます"))
    if status == "UpdateRollbackFailed":
        return change(
            "update",
            Text(
                "its last update and the rollback both failed: it serves a mix of two configs",
                "前回の更新とロールバックがどちらも失敗し、2つのエンドポイント設定が混在しています",
            ),
        )
    if ours:
        return change("nothing")
    differences = (*differing("", _served(live_model, live_config), _served(desired.model, desired.config)),)
    if not differences:
        old, new = current.config_name, desired.config_name
        differences = (Text(f"endpoint config {old} -> {new}", f"エンドポイント設定: {old} -> {new}"),)
    return change("update", *differences)


def tags_change(desired: DesiredEndpoint, endpoint: Change, content_hash: str | None, *, noted: bool) -> Change | None:
    """A change of the tags alone: it serves what it should, but its tags, or those of its endpoint config, do not say so.

    None where they do. They do not after a run whose roll-out went well and whose AddTags did not, or that was cut off before.
    `noted`: whether the config's tags say that it serves.
    """
    if endpoint.is_change:
        return None
    reasons = []
    if content_hash != desired.content_hash:
        reasons.append(difference(CONTENT_HASH, content_hash or ABSENT, desired.content_hash))
    if not noted:
        name = desired.config_name
        reasons.append(
            Text(f"the tags of {name} do not say that it serves", f"{name}のタグに、稼働していることが記録されていません")
        )
    if not reasons:
        return None
    return Change(verb="update", resource="endpoint tags", name=desired.endpoint_name, reasons=tuple(reasons))


def differing(path: str, old: Any, new: Any) -> Iterator[Text]:
    """Field by field what differs, as 'InstanceType: ml.t2.xlarge -> ml.g4dn.xlarge'."""
    if path == "Environment":
        before, after = ({} if each is ABSENT else each for each in (old, new))
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield hidden_difference(f"{path}.{key}", before.get(key, ABSENT), after.get(key, ABSENT))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from differing(f"{path}.{key}" if path else key, old.get(key, ABSENT), new.get(key, ABSENT))
    elif old != new:
        yield difference(path, old, new)


def _served(model: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Model and config as one mapping of what differs between generations: no names, ARNs or times."""
    variant = (config.get("ProductionVariants") or [{}])[0]
    container = model.get("PrimaryContainer", {})
    return {
        **{key: container[key] for key in ("Image", "ModelDataUrl", "Environment") if key in container},
        **{key: model[key] for key in ("ExecutionRoleArn", "VpcConfig") if key in model},
        **{key: value for key, value in variant.items() if key not in {"ModelName", "VariantName", "InstancePools"}},
        **_pools(variant),
        **{key: config[key] for key in ("AsyncInferenceConfig", "DataCaptureConfig") if key in config},
    }


def _pools(variant: Mapping[str, Any]) -> dict[str, str]:
    """Instance pools as one line in the place of the type that they stand for: 'ml.g5.xlarge, else ml.g6.xlarge'."""
    return {"InstanceType": ", else ".join(instance_types(variant))} if variant.get("InstancePools") else {}


def instance_types(variant: Mapping[str, Any]) -> list[str]:
    """What a variant of an endpoint config may run on, the preferred type first."""
    pools = sorted(variant.get("InstancePools") or [], key=lambda pool: pool["Priority"])
    return [pool["InstanceType"] for pool in pools] or [variant[key] for key in ("InstanceType",) if key in variant]
