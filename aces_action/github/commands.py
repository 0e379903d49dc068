"""GitHub's workflow commands as text.

The runner reads a command from any line of the log: `::name …::` at its start after white space, or `##[name]` anywhere in it
(actions/runner, ActionCommand.cs). It takes CR as well as LF for the end of a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aces_action.language import Language
from aces_action.problems import Problem
from aces_action.sanitiser import neutralise, seen

# What the runner keeps of an annotation's text (actions/runner, ExecutionContext.cs: _maxIssueMessageLength). .NET counts the
# units of UTF-16: a character such as an emoji is two.
ANNOTATION_LIMIT = 4096


def escape_data(text: str) -> str:
    """Escapes what follows the second `::` of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escapes the value of a command's property, such as `title`."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def command(name: str, message: str, **properties: str | int | None) -> str:
    """One workflow command as a line without its end. Properties that are None are left out."""
    given = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{name}{' ' if given else ''}{given}::{escape_data(message)}"


def redacted(problem: Problem, redact: Callable[[str], str]) -> Problem:
    """The same problem, without secrets. To be done before anything is escaped or cut: such a secret would not be found."""
    file = None if problem.file is None else redact(problem.file)
    fix = problem.fix if problem.fix and redact(problem.fix.new) == problem.fix.new else None
    return replace(problem, message=problem.message.map(redact), hint=problem.hint.map(redact), file=file, fix=fix)


def problem_text(problem: Problem, language: Language) -> str:
    """A problem for the log: code and message, the place, the hint, and where the documentation explains it, indented."""
    return _what_is_wrong(problem, language) + _help_line(problem, language)


def annotation(problem: Problem, language: Language) -> str:
    """A problem as `::error …` or `::warning …`: GitHub shows it at the line in the changed files and in the log.

    A column is sent only where problem starts and ends in the same line: GitHub refuses columns across lines. Where GitHub would
    cut the text, it is cut before the link, which stays. The code stands in the text and not in the title, which the log does not
    show: the runner writes the message alone there (ExecutionContext.cs: AddIssue).
    """
    single_line = problem.end_line is None or problem.end_line == problem.line
    link = _help_line(problem, language)
    return command(
        problem.severity,
        _fitting(_what_is_wrong(problem, language), ANNOTATION_LIMIT - len(link)) + link,
        file=None if problem.file is None else seen(problem.file),
        line=problem.line,
        endLine=problem.end_line,
        col=problem.column if single_line else None,
        endColumn=problem.end_column if single_line else None,
        title=problem.kind.title.in_(language),
    )


def _fitting(text: str, units: int) -> str:
    """As much of the text as takes that many of UTF-16's units."""
    encoded = text.encode("utf-16-le")
    return text if len(encoded) <= 2 * units else encoded[: 2 * (units - 1)].decode("utf-16-le", "ignore") + "…"


def _what_is_wrong(problem: Problem, language: Language) -> str:
    message, hint = problem.message.in_(language), problem.hint.in_(language)
    lines = [f"{problem.code} {message}", *([problem.place] if problem.place else []), *hint.splitlines()]
    return neutralise(lines[0]) + "".join(f"\n  {neutralise(line)}" for line in lines[1:])


def _help_line(problem: Problem, language: Language) -> str:
    return f"\n  {problem.kind.help_url(language)}"
