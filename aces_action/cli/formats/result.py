"""What `validate` found, before it is put into one of the formats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aces_action.github.commands import redacted
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.sanitiser import Sanitiser


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDeployment:
    """One deployment that was checked. None where nothing says it; `workflow` None: by flags or files' names alone."""

    project: str | None
    env: str | None
    workflow: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """All problems, in the order of files and lines. `secrets`: texts of the files that must not be shown."""

    checked: tuple[CheckedDeployment, ...]
    problems: tuple[Problem, ...]
    secrets: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        return len(self.problems) - self.errors

    @property
    def exit_status(self) -> int:
        return 2 if self.errors else 0


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file, line and column: several workflows read the same files."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda each: (each.file or "", each.line or 0, each.column or 0, each.code)))


def cleaned(result: CheckResult) -> CheckResult:
    """The same result without secrets, in characters that every format can write."""
    redact = Sanitiser(result.secrets).redact

    def shown(checked: CheckedDeployment) -> CheckedDeployment:
        return replace(checked, workflow=None if checked.workflow is None else redact(checked.workflow))

    problems = tuple(redacted(problem, redact) for problem in result.problems)
    return replace(result, checked=tuple(map(shown, result.checked)), problems=problems)


def counted(result: CheckResult) -> Text:
    """How many errors and warnings there are: `2 errors, 1 warning`."""
    if not result.problems:
        return Text("No problems", "問題なし")
    counts = ((result.errors, "error", "エラー"), (result.warnings, "warning", "警告"))
    english = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word, _ in counts if count)
    japanese = "、".join(f"{word}{count}件" for count, _, word in counts if count)
    return Text(english, japanese)
