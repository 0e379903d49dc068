"""Job definitions: what RegisterJobDefinition refuses, and what DescribeJobDefinitions makes of what it took. Pure.

AWS documents the rules (botocore, by shape), but not the words in which they are refused: those are assumed, but for their frame.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.aws.batch.records import JSON

_NAME = re.compile(r"[a-zA-Z_0-9-]{1,128}")  # aws/aws-sdk-js#4280
_IMAGE = re.compile(r"[A-Za-z0-9@._:/#-]{1,255}")  # botocore: ContainerProperties, image; @ as digests need it
_VOLUME = re.compile(r"[A-Za-z0-9_-]{1,255}")  # botocore: Volume, name
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
# botocore: EvaluateOnExit
_TEXT, _CODE = re.compile(r"[A-Za-z0-9.:\s]*\*?"), re.compile(r"[0-9]*\*?")
_PATTERNS = {"onStatusReason": _TEXT, "onReason": _TEXT, "onExitCode": _CODE}
_LONGEST_PATTERN, _MOST_RULES, _MOST_ATTEMPTS, _SHORTEST_TIMEOUT = 512, 5, 10, 60
_ULIMITS = (  # botocore: Ulimit, name
    *("core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime"),
    *("sigpending", "stack"),
)
# botocore: ContainerProperties and EphemeralStorage: for Fargate alone
_OF_FARGATE = ("networkConfiguration", "fargatePlatformConfiguration", "ephemeralStorage", "runtimePlatform")
# Lists that AWS gives back empty where they were left out (hashicorp/terraform-provider-aws compares without them)
_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "resourceRequirements", "secrets")


def violations(request: Mapping[str, Any]) -> Iterator[str]:
    """All that Batch refuses of RegisterJobDefinition's request."""
    name = request["jobDefinitionName"]
    if not _NAME.fullmatch(name):
        yield f"Provided name {name} is not supported pattern[a-zA-Z_0-9-]{{1,128}}"
    if request["type"] != "container":
        raise NotImplementedError("job definitions of type multinode")
    if any(key in request for key in ("eksProperties", "ecsProperties", "nodeProperties")):
        raise NotImplementedError("job definitions of other kinds than containerProperties")
    yield from checked_retries(request.get("retryStrategy", {}))
    yield from checked_timeout(request)
    if not 0 <= request.get("schedulingPriority", 0) <= 9999:
        yield "schedulingPriority must be between 0 and 9999"
    if "containerProperties" not in request:
        yield "Container properties should not be empty."
        return
    yield from _container(request["containerProperties"], on_fargate="FARGATE" in request.get("platformCapabilities", ()))


def described(request: Mapping[str, Any]) -> JSON:
    """The definition as AWS tells it: empty lists filled in, variables without a value gone, and those with one in another order.

    These are the differences that hashicorp/terraform-provider-aws passes over; of secrets, the order is assumed to be as of
    variables.
    """
    container: JSON = {**{name: [] for name in _LISTS}, **request["containerProperties"]}
    container["environment"] = _shuffled(each for each in container["environment"] if each.get("value"))
    container["secrets"] = _shuffled(container["secrets"])
    for name, lists in (("linuxParameters", ("devices", "tmpfs")), ("logConfiguration", ("secretOptions",))):
        if name in container:
            container[name] = {**{each: [] for each in lists}, **container[name]}
    if "logConfiguration" in container:
        container["logConfiguration"].setdefault("options", {})
    if "linuxParameters" in container:
        linux = container["linuxParameters"]
        linux["devices"] = [{"permissions": [], **each} for each in linux["devices"]]
        linux["tmpfs"] = [{"mountOptions": [], **each} for each in linux["tmpfs"]]
    fields: JSON = {
        "type": request["type"],
        "parameters": request.get("parameters", {}),
        "containerProperties": container,
        "propagateTags": request.get("propagateTags", False),
        "platformCapabilities": request.get("platformCapabilities", ["EC2"]),  # botocore: it defaults to EC2
        "containerOrchestrationType": "ECS",
    }
    if "retryStrategy" in request:
        rules = [{**rule, "action": rule["action"].lower()} for rule in request["retryStrategy"].get("evaluateOnExit", ())]
        fields["retryStrategy"] = {**request["retryStrategy"], "evaluateOnExit": rules}
    return fields | {name: request[name] for name in ("timeout", "schedulingPriority") if name in request}


def _shuffled(items: Any) -> list[JSON]:
    """In an order of their own, the same each time."""
    return sorted(items, key=lambda each: hashlib.sha256(each["name"].encode()).digest())


def checked_timeout(request: Mapping[str, Any]) -> Iterator[str]:
    """botocore: JobTimeout, of a definition or a job."""
    if "timeout" in request and request["timeout"].get("attemptDurationSeconds", 0) < _SHORTEST_TIMEOUT:
        yield f"Timeout attemptDurationSeconds must be at least {_SHORTEST_TIMEOUT}"


def checked_retries(strategy: Mapping[str, Any]) -> Iterator[str]:
    """botocore: RetryStrategy and EvaluateOnExit, of a definition or a job."""
    attempts, rules = strategy.get("attempts"), strategy.get("evaluateOnExit", [])
    if attempts is not None and not 1 <= attempts <= _MOST_ATTEMPTS:
        yield f"Retry attempts must be between 1 and {_MOST_ATTEMPTS}"
    if rules and attempts is None:
        yield "evaluateOnExit needs attempts"
    if len(rules) > _MOST_RULES:
        yield f"evaluateOnExit must have at most {_MOST_RULES} objects"
    for rule in rules:
        if rule["action"].upper() not in ("RETRY", "EXIT"):
            yield f"evaluateOnExit action {rule['action']} must be RETRY or EXIT"
        for name, pattern in _PATTERNS.items():
            value = rule.get(name, "")
            if len(value) > _LONGEST_PATTERN or not pattern.fullmatch(value):
                yield f"evaluateOnExit {name} {value} does not match the pattern"


def _container(container: Mapping[str, Any], *, on_fargate: bool) -> Iterator[str]:
    if not _IMAGE.fullmatch(container.get("image", "")):
        yield "Container image must be given, with at most 255 characters"
    for key in ("jobRoleArn", "executionRoleArn"):
        if key in container and not _ROLE.fullmatch(container[key]):
            yield f"{key} {container[key]} is not an ARN of a role"
    for key in () if on_fargate else _OF_FARGATE:
        if key in container:
            yield f"{key} is not applicable to jobs that run on EC2"
    yield from _resources(container, on_fargate=on_fargate)
    yield from _variables(container)
    yield from _volumes(container)
    yield from _linux(container.get("linuxParameters", {}))
    ulimits = container.get("ulimits", [])
    for limit in ulimits:
        if limit["name"] not in _ULIMITS:
            yield f"ulimit {limit['name']} is unknown"
        if limit["softLimit"] > limit["hardLimit"] != -1:  # -1 is no limit, as AWS's own examples for EFA have it
            yield f"ulimit {limit['name']}: softLimit is more than hardLimit"
    if len({limit["name"] for limit in ulimits}) < len(ulimits):
        yield "Duplicate ulimits"
    create = container.get("logConfiguration", {}).get("options", {}).get("awslogs-create-group")
    if create not in (None, "true", "false"):
        yield "awslogs-create-group must be true or false"


def _resources(container: Mapping[str, Any], *, on_fargate: bool) -> Iterator[str]:
    """botocore: ResourceRequirement."""
    requirements = container.get("resourceRequirements", [])
    values = {each["type"]: each["value"] for each in requirements}
    if len(values) < len(requirements):
        yield "Each resource type may be required once"
    for kind, old, least in (("VCPU", "vcpus", 1), ("MEMORY", "memory", 4), ("GPU", "", 1)):
        value = str(values.get(kind, container.get(old, "")))
        if value == "" and kind == "GPU":
            continue
        if value == "":
            yield f"{kind} must be given in resourceRequirements"
        elif not (on_fargate and kind == "VCPU") and not (value.isascii() and value.isdigit() and int(value) >= least):
            yield f"{kind} must be a whole number, at least {least}: {value}"


def _variables(container: Mapping[str, Any]) -> Iterator[str]:
    names = [each.get("name", "") for each in container.get("environment", ())]
    secrets = container.get("secrets", [])
    for name in names:
        if name.startswith("AWS_BATCH"):  # botocore: environment
            yield f"Environment variables cannot start with AWS_BATCH: {name}"
    # ECS: RegisterTaskDefinition, which Batch calls in the end; that Batch refuses it at once is assumed
    if secrets and "executionRoleArn" not in container:
        yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
    for secret in secrets:
        if secret["name"] in names or [each["name"] for each in secrets].count(secret["name"]) > 1:
            yield (
                "The secret name must be unique and not shared with any new or existing environment variables set on the "
                f"container, such as '{secret['name']}'."
            )
        if not re.fullmatch(r"arn:aws[a-z-]*:(secretsmanager|ssm):.+|[\w./-]+", secret["valueFrom"]):
            yield f"The secret {secret['name']} is neither of Secrets Manager nor of the Parameter Store"


def _volumes(container: Mapping[str, Any]) -> Iterator[str]:
    names = [each.get("name", "") for each in container.get("volumes", ())]
    for name in names:
        if not _VOLUME.fullmatch(name) or names.count(name) > 1:
            yield f"Volume name {name} is not valid, or there twice"
    for mount in container.get("mountPoints", ()):
        if mount.get("sourceVolume") not in names:
            yield f"Unknown volume '{mount.get('sourceVolume')}'."
        if not mount.get("containerPath", "").startswith("/"):
            yield "containerPath of a mount point must be an absolute path"


def _linux(parameters: Mapping[str, Any]) -> Iterator[str]:
    """botocore: LinuxParameters."""
    if parameters.get("sharedMemorySize", 1) < 1:
        yield "sharedMemorySize must be at least 1"
    if parameters.get("maxSwap", 0) < 0:
        yield "maxSwap must be 0 or more"
    if not 0 <= parameters.get("swappiness", 60) <= 100:
        yield "swappiness must be between 0 and 100"
    if any(each["size"] < 1 for each in parameters.get("tmpfs", ())):
        yield "The size of a tmpfs must be at least 1"
