"""Problems as JSON, for other programs. docs/command-line.md describes the shape; `version` grows when it changes."""

from __future__ import annotations

import json

from aces_action import __version__
from aces_action.cli.formats.result import CheckResult, cleaned
from aces_action.language import Language
from aces_action.problems import Problem

SHAPE_VERSION = 1


def as_json(result: CheckResult, language: Language) -> str:
    """One object. What is not known is null; lines and columns count from 1, columns in characters."""
    result = cleaned(result)
    data = {
        "version": SHAPE_VERSION,
        "tool": {"name": "aces-action", "version": __version__},
        "language": language,
        "checked": [{"project": each.project, "env": each.env, "workflow": each.workflow} for each in result.checked],
        "summary": {"errors": result.errors, "warnings": result.warnings},
        "problems": [problem_object(problem, language) for problem in result.problems],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def problem_object(problem: Problem, language: Language) -> dict[str, object]:
    """One problem. What is not known is null."""
    fix = problem.fix
    return {
        "code": problem.code,
        "severity": problem.severity,
        "title": problem.kind.title.in_(language),
        "message": problem.message.in_(language),
        "hint": problem.hint.in_(language) or None,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "end_line": problem.end_line,
        "end_column": problem.end_column,
        "help": problem.kind.help_url(language),
        "fix": fix
        and {
            "line": fix.line,
            "column": fix.column,
            "end_line": fix.end_line,
            "end_column": fix.end_column,
            "text": fix.new,
        },
    }
