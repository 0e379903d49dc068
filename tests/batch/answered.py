"""How DescribeJobDefinitions answers of what RegisterJobDefinition was given.

What AWS fills in, drops and reorders is known from those who compare its answers: hashicorp/terraform-provider-aws
(internal/service/batch: container_properties.go and its test, job_definition.go) and moto. Where it is not known whether AWS does
so, `chance` does it now and then: the comparison has to stand either.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

_EMPTY_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "resourceRequirements", "secrets")
_UNORDERED = ("environment", "secrets", "ulimits", "volumes", "mountPoints", "resourceRequirements")


def answered(request: dict[str, Any], chance: Random, *, revision: int = 1) -> dict[str, Any]:
    """The entry of `jobDefinitions` for a registered request with its tags."""
    definition: dict[str, Any] = {
        "parameters": {},
        "tags": {},
        "propagateTags": False,
        "retryStrategy": {"attempts": 1, "evaluateOnExit": []},
        **copy.deepcopy(request),
        "jobDefinitionArn": f"arn:aws:batch:ap-northeast-1:123456789012:job-definition/{request['jobDefinitionName']}:{revision}",
        "revision": revision,
        "status": "ACTIVE",
        "containerOrchestrationType": "ECS",
    }
    for rule in definition["retryStrategy"].setdefault("evaluateOnExit", []):
        rule["action"] = chance.choice([rule["action"], rule["action"].lower()])
    if chance.random() < 0.5:
        del definition["platformCapabilities"]
    if chance.random() < 0.5:
        definition.setdefault("timeout", None)
    definition["containerProperties"] = _container(definition["containerProperties"], chance)
    return dict(chance.sample(list(definition.items()), len(definition)))


def _container(container: dict[str, Any], chance: Random) -> dict[str, Any]:
    container = {name: [] for name in _EMPTY_LISTS} | container
    container["environment"] = [each for each in container["environment"] if each["value"]]
    for name in _UNORDERED:
        chance.shuffle(container[name])
    for name in ("readonlyRootFilesystem", "privileged", "enableExecuteCommand"):
        if chance.random() < 0.5:
            container.setdefault(name, False)
    if "linuxParameters" in container:
        container["linuxParameters"] |= {"devices": [], "tmpfs": []}
        if chance.random() < 0.5:
            container["linuxParameters"]["initProcessEnabled"] = False
    if "logConfiguration" in container:
        container["logConfiguration"] |= {"secretOptions": []}
    _fill_in_volumes(container, chance)
    for resource in container["resourceRequirements"]:
        if resource["type"] == "VCPU" and chance.random() < 0.5:
            resource["value"] += ".0"
    return container


def _fill_in_volumes(container: dict[str, Any], chance: Random) -> None:
    for mount in container["mountPoints"]:
        if not mount["readOnly"] and chance.random() < 0.5:
            del mount["readOnly"]
    for volume in container["volumes"]:
        if not volume.get("host") and chance.random() < 0.5:
            volume["host"] = chance.choice([{}, None, {"sourcePath": ""}])
        efs = volume.get("efsVolumeConfiguration")
        if efs and chance.random() < 0.5:
            efs.setdefault("rootDirectory", "/")
            efs.setdefault("authorizationConfig", {}).setdefault("iam", "DISABLED")
