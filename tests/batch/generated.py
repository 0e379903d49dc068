"""Settings of jobs as the infra file's schema allows them, at random: thousands in seconds, the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from aces_action.project.build import build_infra
from aces_action.project.model import JobSettings

_SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/infra.schema.json").read_text(encoding="utf-8"))
_NOT_IN_THE_DEFINITION = {"longtime", "queue", "compute_environment", "job_definition_name", "log_retention_days"}
_ARN = "arn:aws:iam::123456789012:role"
# Of what has a pattern, by the title in the schema; the test of the generator holds them against the patterns
_TEXTS = {
    "Job role": [f"{_ARN}/own", f"{_ARN}/team/own-2"],
    "Execution role": [f"{_ARN}/own", f"{_ARN}/starts"],
    "User": ["root", "1000", "1000:1000", "app:app"],
    "Path in the container": ["/a", "/data", "/data/b c", "/データ"],
    "Path on the host": ["/", "/mnt", "/mnt/nvme"],
    "Folder": ["/", "/models"],
    "File system": ["fs-01234567", "fs-0123456789abcdef0"],
    "Access point": ["fsap-0123456789abcdef0", "fsap-01234567"],
    "Log group": ["/aws/batch/own", "jobs"],
    "Secrets": [
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:a/b-AbCdEf",
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:a-AbCdEf:key::",
        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a/b",
    ],
}
# An environment's may be empty, which AWS drops; names like those of our own fields
_VALUES = ["", " ", "1", "0", "false", "None", "値", "a=b", '{"a": []}', "RETRY", "DISABLED", "EC2"]
_NAMES = ["A", "B", "TOKEN", "WEIGHTS_S3_URI", "NVIDIA_DRIVER_CAPABILITIES", "environment", "secrets", "volumes", "VCPU", "x-1"]


def whole(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema with what its $ref says."""
    if "$ref" not in part:
        return part
    target = _SCHEMA
    for step in part["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**whole(target), **part}


def value(part: dict[str, Any], chance: Random, title: str = "") -> Any:
    """Something that a part of the schema allows; numbers near their least, where people's are."""
    part = whole(part)
    title = part.get("title", title)
    if "enum" in part:
        return chance.choice(part["enum"])
    match part.get("type"):
        case "integer":
            return part["minimum"] + min(
                chance.choice([0, 1, 63, 1000, 15000, 99999]), part.get("maximum", 99999) - part["minimum"]
            )
        case "boolean":
            return chance.random() < 0.5
        case "array":
            return [value(part["items"], chance) for _ in range(chance.randint(part.get("minItems", 0), 3))]
        case "object" if "properties" in part:
            keys = [key for key in part["properties"] if key in part.get("required", ()) or chance.random() < 0.5]
            if {"host_path", "efs"} <= set(keys):
                keys.remove(chance.choice(["host_path", "efs"]))
            return {key: value(part["properties"][key], chance) for key in keys}
        case "object":
            names = part["propertyNames"].get("enum") or [name for name in _NAMES if title == "Volumes" or "-" not in name]
            return {
                name: value(part["additionalProperties"], chance, title) for name in chance.sample(names, chance.randint(0, 4))
            }
    return chance.choice(_TEXTS.get(title, _VALUES))


SETTINGS: dict[str, dict[str, Any]] = {
    name: part for name, part in _SCHEMA["properties"]["batch"]["properties"].items() if name not in _NOT_IN_THE_DEFINITION
}
"""The keys of `batch:` that the job definition shows, with their schemas."""


def batch(chance: Random) -> dict[str, Any]:
    """What stands under `batch:`."""
    return {name: value(part, chance) for name, part in SETTINGS.items() if chance.random() < 0.5}


def job(written: dict[str, Any]) -> JobSettings:
    infra = build_infra({"aws_batch_instance_type": "g4dn.xlarge", "batch": written})
    assert infra.job
    return infra.job
