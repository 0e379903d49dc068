"""What has to happen so that the endpoint serves the desired content, and why. Deciding only: values in, values out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aces_action.changes import Change
from aces_action.endpoint.current import TRANSIENT, CurrentEndpoint
from aces_action.endpoint.desired import DesiredEndpoint

_ABSENT = object()


def plan(
    desired: DesiredEndpoint,
    current: CurrentEndpoint | None,
    *,
    live_model: Mapping[str, Any] | None = None,
    live_config: Mapping[str, Any] | None = None,
    model_exists: bool = False,
    config_exists: bool = False,
) -> list[Change]:
    """The changes to model, endpoint config and endpoint.

    `live_model` and `live_config` are what the endpoint serves now, for the reasons; `…_exists` say whether the desired
    ones are there already.
    """
    endpoint = _endpoint_change(desired, current, live_model or {}, live_config or {})
    parts = (("model", desired.model_name, model_exists), ("endpoint config", desired.config_name, config_exists))
    return [*(Change(verb="nothing" if exists else "create", resource=what, name=name) for what, name, exists in parts), endpoint]


def _endpoint_change(
    desired: DesiredEndpoint, current: CurrentEndpoint | None, live_model: Mapping[str, Any], live_config: Mapping[str, Any]
) -> Change:
    def change(verb: Any, *reasons: str) -> Change:
        return Change(verb=verb, resource="endpoint", name=desired.endpoint_name, reasons=reasons)

    if current is None:
        return change("create", "there is no such endpoint")
    ours = current.config_name == desired.config_name
    if current.status == "Deleting":
        return change("create", "the present one is being deleted: waits for that first")
    if current.status in {"Failed", "OutOfService"}:
        why = f": {current.failure_reason}" if current.failure_reason else ""
        return change("replace", f"it is {current.status}, which only a new one mends{why}")
    if current.status in TRANSIENT:
        if current.status != "RollingBack" and (current.target_config or current.config_name) == desired.config_name:
            return change("attach", f"the same roll-out is under way ({current.status})")
        return change("update", f"it is {current.status}: waits for that first")
    if current.status == "UpdateRollbackFailed":
        return change("update", "its last update and the rollback both failed: it serves a mix of two configs")
    if ours:
        return change("nothing")
    differences = (*differing("", _served(live_model, live_config), _served(desired.model, desired.config)),)
    return change("update", *(differences or (f"endpoint config {current.config_name} -> {desired.config_name}",)))


def differing(path: str, old: Any, new: Any) -> Iterator[str]:
    """Field by field what differs, as 'InstanceType: ml.t2.xlarge -> ml.g4dn.xlarge'."""
    if path == "Environment":
        # names only: the live values may be somebody's secrets
        before, after = ({} if each is _ABSENT else each for each in (old, new))
        yield from (f"{path}.{key}: {changed}" for key, changed in changed_keys(before, after))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from differing(f"{path}.{key}" if path else key, old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif old != new:
        yield f"{path}: {_shown(old)} -> {_shown(new)}"


def changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The keys that differ, each with 'added', 'removed' or 'changed': for values that must not be shown."""
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield key, "added" if key not in old else "removed" if key not in new else "changed"


def _served(model: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """Model and config as one mapping of what differs between generations: no names, ARNs or times."""
    variant = (config.get("ProductionVariants") or [{}])[0]
    container = model.get("PrimaryContainer", {})
    return {
        **{key: container[key] for key in ("Image", "ModelDataUrl", "Environment") if key in container},
        **{key: model[key] for key in ("ExecutionRoleArn", "VpcConfig") if key in model},
        **{key: value for key, value in variant.items() if key not in {"ModelName", "VariantName"}},
        **{key: config[key] for key in ("AsyncInferenceConfig",) if key in config},
    }


def _shown(value: Any) -> str:
    return "(not set)" if value is _ABSENT else str(value)
