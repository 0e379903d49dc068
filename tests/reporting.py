"""A run's reporter over a log in memory, with what it was told."""

from __future__ import annotations

import io
from collections.abc import Callable

from aces_action.github.log import Log
from aces_action.language import Language, Text
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter


class MemoryReporter(Reporter):
    """A real reporter. `heard` is called with each line; `at_work` has when work was begun and settled."""

    def __init__(self, *, language: Language = "en", heard: Callable[[str], None] = lambda _: None) -> None:
        self._stream, self._language, self._heard = io.StringIO(), language, heard
        self.report = Report()
        self.at_work: list[str] = []
        super().__init__(Log(self._stream, workflow_commands=False, language=language), self.report)

    @property
    def lines(self) -> list[str]:
        return self._stream.getvalue().splitlines()

    @property
    def is_at_work(self) -> bool:
        return bool(self.report.under_way)

    def info(self, text: Text | str) -> None:
        super().info(text)
        self._heard(text.in_(self._language) if isinstance(text, Text) else text)

    def under_way(self, what: Text) -> None:
        super().under_way(what)
        self.at_work.append("started")

    def settled(self) -> None:
        super().settled()
        self.at_work.append("ended")
