"""How far a roll-out is: which step the new fleet is in, how much of it is there, and how the traffic is shared. Pure.

The steps are those of AWS's deployment guardrails; how long each takes, as a share of the whole, is the sandbox's own choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from sandbox.aws.hosting.records import JSON, Scale, Transition

Step = Literal["Creating", "ActivatingTraffic", "Baking", "Deleting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A step of a roll-out, all shares from 0 to 1: `ready` of the new instances are there, `traffic` goes to them, `left` of the
    old instances are still there. `since` is the share of the time at which the step began."""

    step: Step
    ready: float
    traffic: float
    left: float
    since: float = 0.0


def moment(transition: Transition, now: float, fleet: int, *, first: bool) -> Moment:
    """Where a roll-out of `fleet` new instances is; `first` if there is no old fleet. One that is to fail goes back halfway."""
    done = min(1.0, (now - transition.started) / transition.seconds) if transition.seconds else 0.0
    if transition.succeeds:
        return _at(done, list(_steps(transition.deployment_config or {}, fleet, first=first)))
    if first:
        return Moment(step="Creating", ready=0.0, traffic=0.0, left=1.0)
    if done < 0.6:
        return Moment(step="Creating", ready=done / 0.6, traffic=0.0, left=1.0)
    return Moment(step="Deleting", ready=1 - (done - 0.6) / 0.4, traffic=0.0, left=1.0, since=0.6)


def scale_of_new(wanted: Scale, at: Moment) -> Scale:
    """What there is of a new variant that shall become `wanted`."""
    count = None if wanted.count is None else math.floor(wanted.count * at.ready + 1e-9)
    return Scale(count=count, weight=wanted.weight * at.traffic)


def scale_of_old(had: Scale, at: Moment) -> Scale:
    """What is left of a variant that goes."""
    count = None if had.count is None else math.ceil(had.count * at.left - 1e-9)
    return Scale(count=count, weight=had.weight * (1 - at.traffic))


def _at(done: float, steps: list[tuple[float, Moment]]) -> Moment:
    """The step after so much of the time. Instances come and go evenly during a step, traffic moves at its end."""
    whole, begun = sum(length for length, _ in steps), 0.0
    before = Moment(step="Creating", ready=0.0, traffic=0.0, left=1.0)
    for length, goal in steps:
        share = length / whole
        if done < begun + share or goal is steps[-1][1]:
            part = min(1.0, (done - begun) / share)
            return Moment(
                step=goal.step,
                ready=before.ready + part * (goal.ready - before.ready),
                traffic=before.traffic if goal.step == "ActivatingTraffic" else goal.traffic,
                left=before.left + part * (goal.left - before.left),
                since=begun,
            )
        begun, before = begun + share, goal
    raise AssertionError("the last step has no end")


def _steps(deployment: JSON, fleet: int, *, first: bool) -> Iterator[tuple[float, Moment]]:
    """Each step with its length and the state at its end."""
    if rolling := deployment.get("RollingUpdatePolicy"):
        for before, share in pairwise((0.0, *_shares(_share(rolling["MaximumBatchSize"], fleet)))):
            here = Moment(step="Creating", ready=share, traffic=before, left=1 - before)
            yield 4, here
            yield 1, replace(here, step="ActivatingTraffic", traffic=share)
            yield 2, replace(here, step="Baking", traffic=share)
            yield 1, replace(here, step="Deleting", traffic=share, left=1 - share)
        return
    traffic: JSON = deployment.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    new = Moment(step="Creating", ready=1.0, traffic=0.0, left=1.0)
    yield 6, new
    for share in _traffic_steps(traffic, fleet):
        yield 1, replace(new, step="ActivatingTraffic", traffic=share)
        yield 2, replace(new, step="Baking", traffic=share)
    if not first:
        yield 2, replace(new, step="Deleting", traffic=1.0, left=0.0)


def _traffic_steps(traffic: JSON, fleet: int) -> list[float]:
    if traffic.get("Type") == "CANARY":
        return [_share(traffic["CanarySize"], fleet), 1.0]
    if traffic.get("Type") == "LINEAR":
        return _shares(_share(traffic["LinearStepSize"], fleet))
    return [1.0]


def _shares(step: float) -> list[float]:
    """The sum of equal steps after each of them, up to 1."""
    return [min(1.0, number * step) for number in range(1, math.ceil(1 / step - 1e-9) + 1)]


def _share(size: JSON, fleet: int) -> float:
    """A CapacitySize as a share of the fleet, in whole instances: at least one, as AWS rounds up."""
    instances: int = size["Value"] if size["Type"] == "INSTANCE_COUNT" else math.ceil(fleet * size["Value"] / 100 - 1e-9)
    return min(1.0, max(1, instances) / max(1, fleet))
