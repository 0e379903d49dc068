"""The doctor's table for a terminal, as wide as that is: what a row found, and below it what is wrong and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aces_action.cli.prompts import wrapped
from aces_action.language import Language, Text
from aces_action.output.check import Check, CheckOutcome
from aces_action.output.tables import columns_of
from aces_action.problems import Problem

_WIDEST = 26  # columns of the first one
_LEAST = 40  # columns for the rest, however narrow the terminal is
_MARK = 2  # columns before each line: a mark, or nothing
_GAP = "  "
_TO_PASTE = re.compile(r"\s|[{\"]|(?:aws|aces-action|curl|docker) ")  # lines of hints
Line = tuple[CheckOutcome | None, str]


def diagnosis_lines(rows: Sequence[Check], language: Language, width: int) -> Iterator[Line]:
    """In the words of a terminal. The first line of a row comes with its outcome, whose mark goes before it."""
    names = [row.what.for_terminal().in_(language) for row in rows]
    wide = min(_WIDEST, max(map(columns_of, names), default=0))
    shown: set[Problem] = set()
    for row, name in zip(rows, names, strict=True):
        first, *more = _row(row, name, wide, language, width)
        yield row.outcome, first
        yield from ((None, line) for line in more)
        for problem in (*row.problems, *row.notes):
            if problem not in shown:
                yield from ((None, line) for line in _problem(problem.for_terminal(), language, width))
            shown.add(problem)


def _row(row: Check, name: str, wide: int, language: Language, width: int) -> Iterator[str]:
    found = row.found.for_terminal().in_(language)
    if row.skipped:
        found = f"{found}: {row.skipped.for_terminal().in_(language)}"
    elif row.outcome != "fine" and row.needed:
        needed = row.needed.for_terminal()
        found += Text(f" (needed: {needed.en})", f"（必要: {needed.ja}）").in_(language)
    indent = " " * (wide + len(_GAP))
    cells = _cells(found, max(width - _MARK - len(indent), _LEAST))
    if columns_of(name) > wide:
        yield name
    else:
        yield f"{name}{' ' * (wide - columns_of(name))}{_GAP}{cells.pop(0)}".rstrip()
    yield from (f"{indent}{cell}" for cell in cells)


def _problem(problem: Problem, language: Language, width: int) -> Iterator[str]:
    """A line to paste stays whole."""
    room = max(width - _MARK - 4, _LEAST)
    place = f"{problem.place}: " if problem.place else ""
    for line in wrapped(f"{problem.code} {place}{problem.message.in_(language)}", room):
        yield f"  {line}"
    for line in problem.hint.in_(language).splitlines():
        for part in [line] if _TO_PASTE.match(line) else wrapped(line, room):
            yield f"    {part}"


def _cells(text: str, room: int) -> list[str]:
    """Lines of a cell. A single word, such as an ARN, stays whole, so that it can be copied."""
    return list(wrapped(text, room)) if " " in text or not text.isascii() else [text]
