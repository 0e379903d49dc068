"""What a fleet's calls tell: how often each operation was asked and throttled, and whether asking again made it worse."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_ATTEMPTS = 1.5  # for each call that is answered, over all operations
_GROWTH = 1.25  # of the attempts a second, from the busier of the first two thirds of the time in which they are throttled
_FEW = 40  # attempts say nothing of how their number grows

Calls = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Of one operation: attempts, how many of them were throttled, the most for one call, the most in a second, and the longest
    time from a call's first attempt to its last, in seconds."""

    name: str
    attempts: int
    throttled: int
    most_for_one: int
    peak: int
    longest: float


def operations(calls: Calls, slow_motion: float = 1.0) -> list[Operation]:
    """By operation, what was throttled most first. Times are those of the runs."""
    of: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for call in calls:
        of[f"{call['service']}:{call['operation']}"].append(call)
    rows = (_operation(name, made, slow_motion) for name, made in of.items())
    return sorted(rows, key=lambda row: (-row.throttled, -row.attempts, row.name))


def _operation(name: str, calls: Calls, slow_motion: float) -> Operation:
    invocations: defaultdict[str, list[float]] = defaultdict(list)
    for call in calls:
        invocations[call["invocation"]].append(call["at"] / slow_motion)
    return Operation(
        name=name,
        attempts=len(calls),
        throttled=sum(call["fault"] == "throttle" for call in calls),
        most_for_one=max(call["attempt"] for call in calls),
        peak=max(Counter(int(call["at"] / slow_motion) for call in calls).values()),
        longest=max(max(times) - min(times) for invocation, times in invocations.items() if invocation or len(times) == 1),
    )


def _grows(calls: Calls) -> bool:
    """Whether the operations that are throttled are called most at the end of the time in which they are."""
    operations = {call["operation"] for call in calls if call["fault"] == "throttle"}
    throttled = [call["at"] for call in calls if call["fault"] == "throttle"]
    if not throttled:
        return False
    begin, end = min(throttled), max(throttled)
    meanwhile = [call["at"] - begin for call in calls if call["operation"] in operations and begin <= call["at"] <= end]
    of = Counter(min(int(3 * at / (end - begin or 1)), 2) for at in meanwhile)
    return of.total() >= _FEW and of[2] > _GROWTH * max(of[0], of[1])


def amplification(calls: Calls) -> float:
    """Attempts for each call that AWS did not throttle."""
    answered = sum(call["fault"] != "throttle" for call in calls)
    return len(calls) / answered if answered else float("inf")


def storm(calls: Calls) -> list[str]:
    """Why this was a retry storm; empty where it was none: at most 1.5 attempts for each call that is answered, and of what is
    throttled no more of them in the last third of that time than before."""
    reasons = []
    if (attempts := amplification(calls)) > MOST_ATTEMPTS:
        reasons.append(f"{attempts:.2f} attempts for each call that was answered")
    if _grows(calls):
        reasons.append("more and more attempts")
    return reasons
