"""How long to wait for SageMaker, and how often to look meanwhile."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

SHORT = 4.5  # seconds between looks at first; with two answers the first is still within 5 s
_MIDDLE, _LONG = 30.0, 55.0
_PROMPT = 1.0  # seconds for an answer; AWS's take a tenth
_UNDER_LOAD = 20.0  # seconds between looks at most, for that reason


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitPolicy:
    """How long to wait, and clock and dice to wait by. Seconds.

    `usual` is how long such a roll-out has taken before, where that is known. `limit` counts from the first wait on: `begun`
    fixes its end, so that it holds for several waits together. `heartbeat` is the longest time without a line.
    """

    limit: float
    usual: float | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random  # 0 to 1
    heartbeat: float = 60.0
    until: float | None = None

    def begun(self) -> WaitPolicy:
        return self if self.until is not None else replace(self, until=self.now() + self.limit)

    @property
    def left(self) -> float:
        """Seconds until the end; negative behind it."""
        return self.limit if self.until is None else self.until - self.now()


def pause(elapsed: float, usual: float | None = None) -> float:
    """Seconds until the next look, before jitter: short in the first two minutes, then longer and longer, at most 55.

    Where the usual duration is known, looks are close around it and rare far from it. A roll-out of two minutes is noticed
    within five seconds of its end, and an hour costs at most 150 calls, whatever is usual (tests/endpoint/test_wait.py). Up to
    20 minutes nothing is noticed later than boto3's waiter would at worst, which looks every 30 s (benchmarks/rollout.py).
    """
    if elapsed < 125:
        return max(0.5, min(elapsed / 2, SHORT))
    if usual is None or usual < 240:
        return min(_MIDDLE, SHORT + 0.055 * (elapsed - 125)) if elapsed < 1260 else _LONG
    return min(_LONG, max(SHORT, 0.01 * usual, 0.15 * abs(elapsed - usual)))


def least_pause(before: float, took: float) -> float:
    """Seconds to wait at least before the next look, after one that `took` so long; `before`: what it was for that.

    An answer that is not prompt was throttled: others wait as well, and each look that is tried again takes their turns away. So
    all look half as often each time, until answers are prompt again.
    """
    return min(max(2 * before, 4 * took), _UNDER_LOAD) if took > _PROMPT else before / 2
