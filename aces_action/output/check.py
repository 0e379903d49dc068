"""What the preflight looked at, as data: one row of its table each, good or bad. `report` turns it into text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aces_action.language import EMPTY, Text
from aces_action.problems import Kind, Problem
from aces_action.problems.preflight import P010, P029, P036

CheckOutcome = Literal["fine", "warning", "error", "not checked"]

_NOT_CHECKED = frozenset({P010, P029, P036})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: what it is, what was found, what is needed, and what is wrong with that.

    `notes`: what can be improved some day. They stand in the table alone, and are no warnings of the run. `skipped`: why it was
    not looked at, although nothing is wrong with it for all that is known.
    """

    what: Text
    found: Text
    needed: Text = EMPTY
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    skipped: Text = EMPTY

    @property
    def outcome(self) -> CheckOutcome:
        if self.skipped or (self.problems and all(problem.kind in _NOT_CHECKED for problem in self.problems)):
            return "not checked"
        severities = {problem.severity for problem in self.problems}
        return "error" if "error" in severities else "warning" if severities else "fine"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Of problems and notes, each once."""
        return tuple(dict.fromkeys(problem.kind for problem in (*self.problems, *self.notes)))

    @property
    def fix(self) -> Text:
        """The first line of what to do about it, else of what is wrong; the problems themselves have the rest."""
        found = (*self.problems, *self.notes)
        texts = [*(problem.hint for problem in found), *(problem.message for problem in found)]
        hint = next((text for text in texts if text), EMPTY)
        return hint.map(lambda text: text.partition("\n")[0])


def not_asked(what: Text, reason: Text) -> Check:
    """A row for what was not looked at; `reason` as a sentence without its full stop."""
    return Check(what=what, found=Text("not asked", "未確認"), skipped=reason)


def problems_in(rows: Iterable[Check]) -> tuple[Problem, ...]:
    """Each once, in the order of the rows."""
    return tuple(dict.fromkeys(problem for row in rows for problem in row.problems))
