"""What has to happen so that the endpoint serves the desired content, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aces_action.aws.differences import ABSENT, difference, hidden_difference
from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.changes import Change, Verb
from aces_action.language import Text
from aces_action.problems.endpoint.state import config_gone
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.concurrency import started_elsewhere
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.drift import Live, by_hand, drift, same_counts
from aces_action.resources.endpoint.history import was_good
from aces_action.resources.endpoint.snapshot import EndpointSnapshot, read_snapshot
from aces_action.resources.endpoint.spec import DesiredEndpoint
from aces_action.resources.endpoint.state import SERVING, TRANSIENT, CurrentEndpoint, EndpointReading


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPlan:
    """What has to happen so that the endpoint is as `spec` says, and what was read to find that out."""

    spec: DesiredEndpoint
    snapshot: EndpointSnapshot
    changes: tuple[Change, ...]

    @property
    def current(self) -> CurrentEndpoint | None:
        return self.snapshot.current

    @property
    def verb(self) -> Verb:
        """What happens to the endpoint itself."""
        return _verb(self.changes)

    @property
    def has_changes(self) -> bool:
        return any(change.is_change for change in self.changes)

    def changes_of(self, resource: str) -> bool:
        """Whether something happens to the model, the endpoint config, the endpoint, or its tags."""
        return any(change.is_change for change in self.changes if change.resource == resource)


def read_plan(context: EndpointContext, desired: DesiredEndpoint, reading: EndpointReading | None = None) -> EndpointPlan:
    """Reads what is there and plans. `reading`: what an earlier look at the endpoint has shown, which saves another.

    Raises ActionError: E004 where a resource of that name is not ours, E041 where no update is possible; or ClientError.
    """
    snapshot = read_snapshot(context, desired, reading)
    changes, current = plan(desired, snapshot, context.owner), snapshot.current
    at_rest = current is not None and current.status in SERVING and current.leads_to == current.config_name
    if current is not None and at_rest and snapshot.live_config is None and _verb(changes) == "update":
        raise ActionError(config_gone(desired.endpoint_name, current.config_name))
    return EndpointPlan(spec=desired, snapshot=snapshot, changes=changes)


def plan(desired: DesiredEndpoint, snapshot: EndpointSnapshot, owner: Owner) -> tuple[Change, ...]:
    """The changes to model, endpoint config and endpoint, or of the tags where only these are not as they should be."""
    endpoint = endpoint_change(desired, snapshot.current, snapshot.live_model, snapshot.live_config)
    current = snapshot.current
    changed_by_hand = tuple(by_hand(current, _live(snapshot), owner, wanted=desired.config_name)) if current else ()
    reasons = (*endpoint.reasons, *_of_others(desired, snapshot, owner))
    endpoint = replace(endpoint, reasons=reasons, by_hand=changed_by_hand)
    parts = (
        ("model", desired.model_name, snapshot.model_exists),
        ("endpoint config", desired.config_name, snapshot.config_exists),
    )
    stale = tags_change(desired, endpoint, snapshot.tags.get(CONTENT_HASH), noted=was_good(snapshot.config_tags))
    return (
        *(Change(verb="nothing" if exists else "create", resource=resource, name=name) for resource, name, exists in parts),
        endpoint,
        *((stale,) if stale else ()),
    )


def _verb(changes: Iterable[Change]) -> Verb:
    return next(each.verb for each in changes if each.resource == "endpoint")


def _of_others(desired: DesiredEndpoint, snapshot: EndpointSnapshot, owner: Owner) -> Iterator[Text]:
    """What others have changed of the endpoint, and what they are changing now."""
    current, by = snapshot.current, snapshot.started_by
    if current is None:
        return
    same_config = current.config_name == desired.config_name
    stays = desired.autoscaled or same_config or same_counts(snapshot.live_config, desired.config)
    yield from drift(current, _live(snapshot), owner, wanted=desired.config_name, keeps_counts=stays)
    if started_elsewhere(current, by, owner.run_url):
        status, to = current.status, current.target_config or current.config_name
        whose = Text(f" by {by}", f"（実行元: {by}）") if by else Text(" by somebody else", "（実行元は不明）")
        yield Text(f"{status} to {to} was started{whose.en}", f"{to}への{status}が進行中です{whose.ja}")


def _live(snapshot: EndpointSnapshot) -> Live:
    return Live(endpoint_tags=snapshot.tags, config=snapshot.live_config, config_tags=snapshot.live_config_tags)


def endpoint_change(
    desired: DesiredEndpoint,
    current: CurrentEndpoint | None,
    live_model: Mapping[str, Any] | None = None,
    live_config: Mapping[str, Any] | None = None,
) -> Change:
    """The change of the endpoint itself. `live_model` and `live_config` are what it serves now, for the reasons."""

    def change(verb: Verb, *reasons: Text) -> Change:
        return Change(verb=verb, resource="endpoint", name=desired.endpoint_name, reasons=reasons)

    if current is None:
        return change("create", Text("there is no such endpoint", "このエンドポイントはまだありません"))
    status, ours = current.status, current.config_name == desired.config_name
    if status == "Deleting":
        return change(
            "create",
            Text("the current one is being deleted: waiting for that first", "現在のものは削除中です。先にその完了を待ちます"),
        )
    if status in {"Failed", "OutOfService"}:
        why = f": {current.failure_reason}" if current.failure_reason else ""
        return change(
            "replace",
            Text(f"it is {status} and has to be recreated{why}", f"状態が{status}のため、作り直すしかありません{why}"),
        )
    if status in TRANSIENT:
        if current.leads_to == desired.config_name:
            return change(
                "attach", Text(f"the same roll-out is under way ({status})", f"同じ内容のデプロイが進行中です（{status}）")
            )
        return change("update", Text(f"it is {status}: waiting for that first", f"状態が{status}です。先にその完了を待ちます"))
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
    differences = (*differing("", _served(live_model or {}, live_config or {}), _served(desired.model, desired.config)),)
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


def _pools(variant: Mapping[str, Any]) -> dict[str, Text]:
    """Instance pools as one line in the place of the type that they stand for: 'ml.g5.xlarge, else ml.g6.xlarge'."""
    types = instance_types(variant)
    return {"InstanceType": Text(", else ".join(types), "、なければ".join(types))} if variant.get("InstancePools") else {}


def instance_types(variant: Mapping[str, Any]) -> list[str]:
    """What a variant of an endpoint config may run on, the preferred type first."""
    pools = sorted(variant.get("InstancePools") or [], key=lambda pool: pool["Priority"])
    return [pool["InstanceType"] for pool in pools] or [variant[key] for key in ("InstanceType",) if key in variant]
