"""Whether a failed attempt of a job is made again. Pure; from botocore: RetryStrategy, EvaluateOnExit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How an attempt ended: the attempt's statusReason, the container's reason and its exit code, where there is one."""

    status_reason: str
    reason: str | None = None
    exit_code: int | None = None
    timed_out: bool = False


def is_retried(strategy: Mapping[str, Any], failure: Failure, *, made: int) -> bool:
    """Whether another attempt follows after so many were made.

    The first rule whose conditions are all met decides; where none is, the job is retried. What ran out of its time is not.
    """
    if failure.timed_out or made >= strategy.get("attempts", 1):
        return False
    for rule in strategy.get("evaluateOnExit", ()):
        if _meets(rule, failure):
            return str(rule["action"]).upper() == "RETRY"
    return True


def _meets(rule: Mapping[str, Any], failure: Failure) -> bool:
    """Whether all conditions of a rule are met.

    The guide ends rules for Spot by `onReason: "*"` for all else, so a reason that is not there is an empty one (Batch User
    Guide, 'Best practices'). An exit code that is not there meets nothing, not even `*` (assumed).
    """
    exit_code = None if failure.exit_code is None else str(failure.exit_code)
    values = {"onStatusReason": failure.status_reason, "onReason": failure.reason or "", "onExitCode": exit_code}
    return all(_matches(rule[name], value) for name, value in values.items() if name in rule)


def _matches(pattern: str, value: str | None) -> bool:
    if value is None:
        return False
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
