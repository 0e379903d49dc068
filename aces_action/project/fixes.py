"""A text with its fixes made: nothing else in it changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from aces_action.problems.problem import Fix
from aces_action.project.document import Source, Span


def applicable(source: Source, fixes: Iterable[Fix]) -> list[tuple[Span, str]]:
    """The characters of each fix and what they become, from the start of the text: of those that touch only the first."""
    found: list[tuple[Span, str]] = []
    for start, end, new in sorted((*_span(source, fix), fix.new) for fix in set(fixes)):
        if not found or start > found[-1][0][1]:
            found.append(((start, end), new))
    return found


def fixed_text(source: Source, fixes: Iterable[Fix]) -> str:
    """The text after the fixes. What touches another one is left for the next round: who comes second may have to read what
    the first has written."""
    text, pieces, done = source.text, [], 0
    for (start, end), new in applicable(source, fixes):
        pieces += [text[done:start], new]
        done = end
    return "".join([*pieces, text[done:]])


def _span(source: Source, fix: Fix) -> Span:
    return source.line_starts[fix.line - 1] + fix.column - 1, source.line_starts[fix.end_line - 1] + fix.end_column - 1
