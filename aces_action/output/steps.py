"""The ordered steps of a run: each a log group with its duration, all of them a table in the summary."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from aces_action.github.log import Log

StepResult = Literal["done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step that ended. `seconds` is how long it took."""

    name: str
    seconds: float
    result: StepResult


class Steps:
    """Runs steps one after the other and remembers how each ended."""

    def __init__(self, log: Log, now: Callable[[], float] = time.monotonic) -> None:
        self._log, self._now = log, now
        self.records: list[StepRecord] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A log group around the body. The line with the outcome stands after the group, where a folded log shows it."""
        started = self._now()
        result: StepResult = "failed"
        self._log.group(name)
        try:
            yield
            result = "done"
        finally:
            seconds = self._now() - started
            self.records.append(StepRecord(name=name, seconds=seconds, result=result))
            self._log.end_group()
            self._log.info(f"{'✓' if result == 'done' else '✗'} {name}  {duration(seconds)}")


def duration(seconds: float) -> str:
    """'0.4 s', '12 s', '3 min 05 s', '1 h 02 min'."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
