"""One form of a job definition: the same for what was registered and for what AWS answers of it.

AWS fills in what a request leaves out, and changes what means the same (sources: the normalisation in
hashicorp/terraform-provider-aws, internal/service/batch; botocore's texts): empty lists and objects, environment variables in
another order and without those that are empty, `false`, one attempt, EC2, the letters of an action. None of it is a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# What identifies a revision or only follows from it
_NOT_SETTINGS = frozenset(
    {"jobDefinitionName", "jobDefinitionArn", "revision", "status", "tags", "type", "containerOrchestrationType"}
)
# Lists whose entries have names, and whose order means nothing: the key that names an entry
_NAMED = {
    "environment": "name",
    "secrets": "name",
    "secretOptions": "name",
    "resourceRequirements": "type",
    "ulimits": "name",
    "volumes": "name",
    "mountPoints": "containerPath",
}
# AWS's defaults, by the last keys of their way (botocore: platformCapabilities, EFSVolumeConfiguration, EFSAuthorizationConfig)
_DEFAULTS: Mapping[str, object] = {
    "platformCapabilities": ["EC2"],
    "efsVolumeConfiguration.transitEncryption": "DISABLED",
    "efsVolumeConfiguration.rootDirectory": "/",
    "authorizationConfig.iam": "DISABLED",
}
_OLD_RESOURCES = {"vcpus": "VCPU", "memory": "MEMORY"}  # deprecated, the same as resourceRequirements (botocore)
_SHORT = ("containerProperties.", "linuxParameters.", "resourceRequirements.", "retryStrategy.", "logConfiguration.options.")
_RENAMED = {"timeout.attemptDurationSeconds": "timeout"}


def canonical(definition: Mapping[str, Any]) -> dict[str, str]:
    """What a definition says, flat: 'VCPU', 'image', 'environment.NAME', 'attempts' … Of RegisterJobDefinition's request and of
    DescribeJobDefinitions' answer alike; fields that this action does not know are in it as well."""
    settings = {key: value for key, value in definition.items() if key not in _NOT_SETTINGS}
    if isinstance(container := settings.get("containerProperties"), Mapping):
        settings["containerProperties"] = _with_resources(container)
    # one attempt where nothing is said (Batch User Guide, 'Automated job retries')
    return {"attempts": "1"} | {_short(path): value for path, value in _flat(settings, "")}


def _with_resources(container: Mapping[str, Any]) -> dict[str, Any]:
    resources = list(container.get("resourceRequirements") or [])
    there = {each["type"] for each in resources}
    old = {kind: container[key] for key, kind in _OLD_RESOURCES.items() if container.get(key) and kind not in there}
    resources += [{"type": kind, "value": str(value)} for kind, value in old.items()]
    return {key: value for key, value in container.items() if key not in _OLD_RESOURCES} | {"resourceRequirements": resources}


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    key = path.rpartition(".")[2]
    if value is None or value is False or value in ("", [], {}) or _is_default(path, value):
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, f"{path}.{name}".removeprefix("."))
    elif not isinstance(value, list):
        yield path, _number(value) if "resourceRequirements." in path else str(value)
    elif key in _NAMED:
        yield from _named(value, path, _NAMED[key])
    elif key == "evaluateOnExit":
        yield path, "; ".join(_rule(each) for each in value)  # the first that matches decides: their order is a setting
    else:
        yield path, str(value)


def _named(entries: Iterable[Mapping[str, Any]], path: str, name_key: str) -> Iterator[tuple[str, str]]:
    by_name: dict[str, list[Any]] = defaultdict(list)
    for entry in entries:
        rest = {key: value for key, value in entry.items() if key != name_key}
        alone = rest.keys() <= {"value", "valueFrom"}
        by_name[str(entry.get(name_key))].append(next(iter(rest.values()), None) if alone else rest)
    for name, found in by_name.items():
        # AWS takes a name twice: the second one is another setting, whichever comes first
        ordered = sorted(found, key=lambda each: list(_flat(each, ""))) if len(found) > 1 else found
        for number, each in enumerate(ordered, start=1):
            yield from _flat(each, f"{path}.{name}" if number == 1 else f"{path}.{name}#{number}")


def _is_default(path: str, value: Any) -> bool:
    return any((path == place or path.endswith(f".{place}")) and value == default for place, default in _DEFAULTS.items())


def _rule(rule: Mapping[str, Any]) -> str:
    """AWS takes an action in any letters (botocore: 'The values aren't case sensitive')."""
    conditions = " and ".join(f"{key} {value}" for key, value in sorted(rule.items()) if key != "action" and value)
    return f"{str(rule.get('action')).upper()} {conditions}"


def _number(value: Any) -> str:
    """'4' and '4.0' are as many vCPUs."""
    try:
        return f"{float(value):g}" if float(value) < 1e6 else str(int(float(value)))
    except ValueError:
        return str(value)


def _short(path: str) -> str:
    for prefix in _SHORT:
        path = path.removeprefix(prefix)
    return _RENAMED.get(path, path)
