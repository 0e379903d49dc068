"""How a run is told of: the one thing that a step or a resource is given to say what it does. Nobody reads from it.

What is said goes to the log at once, in the language of the run, and into the report, of which the outputs and the summary are
made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from aces_action.deployment.changes import Change
from aces_action.language import EMPTY, Language, Text, lines
from aces_action.output.check import Check
from aces_action.output.durations import duration
from aces_action.output.report import OutputName, Report, StepRecord, StepResult
from aces_action.output.tables import change_lines, check_lines
from aces_action.problems.problem import Problem


class Writer(Protocol):
    """Who writes the lines: GitHub's log, or a terminal. `language` is that of all texts."""

    language: Language

    def group(self, title: str) -> None: ...
    def end_group(self) -> None: ...
    def info(self, text: str) -> None: ...
    def debug(self, text: str) -> None: ...
    def problems(self, problems: Iterable[Problem]) -> None: ...
    def mask(self, secret: str) -> None: ...


class Reporter:
    """Tells `writer` and `report` of one run."""

    def __init__(self, writer: Writer, report: Report, now: Callable[[], float] = time.monotonic) -> None:
        self._writer, self._report, self._now = writer, report, now

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A group of lines around the body. The line with the outcome stands after it, where a folded log shows it."""
        started = self._now()
        result: StepResult = "failed"
        self._writer.group(name)
        try:
            yield
            result = "done"
        finally:
            seconds = self._now() - started
            self._report.steps.append(StepRecord(name=name, seconds=seconds, result=result))
            self._writer.end_group()
            self._writer.info(f"{'✓' if result == 'done' else '✗'} {name}  {duration(seconds)}")

    def info(self, text: Text | str) -> None:
        """A line, or several, that the user should see; a `str` is the same in every language."""
        self._writer.info(text.in_(self._writer.language) if isinstance(text, Text) else text)

    def debug(self, text: str) -> None:
        """A line that is shown when the run is repeated with debug logging."""
        self._writer.debug(text)

    def warn(self, *problems: Problem) -> None:
        """Problems that do not end the run."""
        self._report.problems += problems
        self._writer.problems(problems)

    def mask(self, secret: str) -> None:
        """Hides a secret from here on."""
        self._writer.mask(secret)

    def checked(self, checks: Sequence[Check]) -> None:
        """The preflight's table."""
        self._report.checks = [*self._report.checks, *checks]
        for line in check_lines(checks, self._writer.language):
            self._writer.info(line)

    def planned(self, changes: Sequence[Change]) -> None:
        """What will be done, a line each."""
        self.changed(changes)
        for line in change_lines(changes, self._writer.language):
            self._writer.info(line)

    def changed(self, changes: Iterable[Change]) -> None:
        """What was done without having been planned; or in the place of what was planned for the same resource."""
        told = {(change.resource, change.name): change for change in self._report.changes}
        told |= {(change.resource, change.name): change for change in changes}
        self._report.changes = list(told.values())

    def output(self, name: OutputName, value: str) -> None:
        """A step output."""
        self._report.outputs[name] = value

    def under_way(self, what: Text) -> None:
        """What AWS goes on with if the run ends now."""
        self._report.under_way = what

    def settled(self) -> None:
        """Nothing is under way any more."""
        self._report.under_way = EMPTY

    def left(self, what: Text) -> None:
        """What a run that is cut off leaves, beside what is under way."""
        self._report.under_way = lines(self._report.under_way, what)

    def happened(self, event: str) -> None:
        """What SageMaker went through in a roll-out that failed."""
        self._report.events.append(event)
