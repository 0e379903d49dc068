"""The ordered steps of a run: each a log group with its duration, all of them a table in the summary."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aces_action.github.log import Log
from aces_action.output.durations import duration
from aces_action.output.report import StepRecord, StepResult


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
