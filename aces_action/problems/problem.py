"""What can be wrong, with what the user needs to fix it.

A `Problem` is data: finding one knows nothing of printing one. `github.log`, `report` and the terminal turn it into text.
Every kind of problem has a stable code in the `catalogue`, which also says what its cause is and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aces_action.language import EMPTY, Text
from aces_action.problems.kind import Kind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """The one right text for a place of a problem's file: what stands there becomes `new`.

    Lines and columns as in `Problem`. The end is the place after the last character; where it is the start, `new` is put in.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where, and how to fix it.

    `message` says what is wrong, in one sentence; `hint` what to do about it (may have several lines: a command or YAML to
    paste). `file` is a POSIX path relative to the workspace. Lines and columns count from 1; columns count characters;
    `end_column` is the column after the last character. `fix`: only where there is exactly one right answer.
    """

    kind: Kind
    message: Text
    hint: Text = EMPTY
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    fix: Fix | None = None

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def severity(self) -> Severity:
        return self.kind.severity

    def for_terminal(self) -> Problem:
        """The same in the words of a terminal."""
        return replace(self, message=self.message.for_terminal(), hint=self.hint.for_terminal())

    @property
    def place(self) -> str:
        """`file:line:column` as far as it is known, else an empty string."""
        parts = [self.file, self.line, self.column]
        known = parts[: parts.index(None)] if None in parts else parts
        return ":".join(str(part) for part in known)


class ActionError(Exception):
    """The deployment cannot go on. Carries every problem known at that moment; `exit_status` is 1: a step failed.

    `events`: what SageMaker went through in a roll-out that failed.
    """

    exit_status = 1

    def __init__(self, problems: Problem | Iterable[Problem], *, events: Iterable[str] = ()) -> None:
        self.events = tuple(events)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(f"{problem.code} {problem.message.en}" for problem in self.problems))


class ConfigurationError(ActionError):
    """The inputs or the caller's files are wrong (exit status 2): nothing was touched, AWS was not even asked."""

    exit_status = 2
