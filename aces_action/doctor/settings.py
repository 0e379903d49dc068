"""Settings and files, as `validate` checks them, in one row."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import Text
from aces_action.output.check import Check
from aces_action.problems import Problem

CONFIGURATION = Text("Configuration", "設定")
_RIGHT = Text("no errors", "エラーなし")


def configuration_row(problems: Sequence[Problem]) -> Check:
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return Check(what=CONFIGURATION, found=_RIGHT)
    counted = Text(
        f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}",
        f"エラー{errors}件、警告{warnings}件",
    )
    return Check(what=CONFIGURATION, found=counted, needed=_RIGHT, problems=tuple(problems))
