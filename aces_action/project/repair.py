"""One way to repair a text that nobody can parse, and what to say if it is the right one."""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.problems.problem import Problem
from aces_action.project.document import Span

LONGEST_LINE = 2_000
"""Characters of a line that somebody wrote by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """The characters of `at` become `new`. The problem is to be shown at `shown`."""

    at: Span
    new: str
    shown: Span
    problem: Problem

    def applied(self, text: str) -> str:
        return text[: self.at[0]] + self.new + text[self.at[1] :]
