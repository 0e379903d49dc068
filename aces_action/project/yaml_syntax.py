"""What is wrong with a text that is no YAML: where it began, and the character that is missing there.

A parser notices a mistake late: a line without its colon reads as the first half of a longer key, a quote that nobody closed ends
at the next one. So the lines up to where it stopped are repaired one after the other, each as people break them, and the parser
itself says which repair lets it go on. That line is the one to show.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import yaml

from aces_action.problems.configuration import yaml_syntax as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Source
from aces_action.project.repair import Repair
from aces_action.project.yaml_repairs import (
    REPAIRERS,
    YamlLine,
    colon,
    comma,
    indentation,
    line_of,
    other_sign,
    space_after_colon,
    space_after_dash,
)

_LINES_BACK = 200  # from where the parser stopped: further up nobody looks for the cause
_WORK = 5_000_000  # characters that are parsed at most in search of the cause, some tenths of a second
_DOCUMENT_END = re.compile(r"^\.\.\.\s", re.MULTILINE)
_FLOW = {"while parsing a flow mapping": ("{", "}"), "while parsing a flow sequence": ("[", "]")}
_BEGAN_EARLIER = {"found unexpected end of stream", "could not find expected ':'"}  # context_mark is where it began


def syntax_problem(source: Source, error: Any) -> Problem:
    """Where the mistake began that PyYAML stopped at, and what to write there; PyYAML's own words where nothing better is
    known."""
    words, mark = getattr(error, "problem", None) or "cannot read this", getattr(error, "problem_mark", None)
    offset = min(mark.index or 0, len(source.text)) if mark else 0
    if words == "found unknown escape character":
        return source.at((offset, offset + 2), problems.unknown_escape())
    if not _DOCUMENT_END.search(source.text, 0, offset) and (repair := _repair(source, offset)):
        return source.at(repair.shown, repair.problem)
    context, began = getattr(error, "context", None), getattr(error, "context_mark", None)
    if source.text[offset : offset + 1] == "\t":
        return source.at((offset, offset + 1), problems.tab())
    if context in _FLOW and began:
        line, here, (opened, closing) = source.line(began.index), source.line(offset), _FLOW[context]
        if line != here:
            return source.at((began.index, began.index + 1), problems.open_before_line(opened, closing, here))
        return source.at((offset, offset + 1), problems.still_open(opened, closing, line))
    if words in _BEGAN_EARLIER and began:
        offset = began.index
    return source.at((offset, offset + 1), problems.refused_by_parser(words, context))


def _repair(source: Source, offset: int) -> Repair | None:
    """The one after which the parser comes furthest: past all of the text, if that is the only mistake in it."""
    text, last = source.text, source.line(offset)
    lines = _lines(source, range(last, max(0, last - _LINES_BACK), -1))
    around = _lines(source, range(max(1, last - _LINES_BACK), min(last + _LINES_BACK, len(source.line_starts)) + 1))
    best: Repair | None = None
    furthest: float = offset
    work = _WORK
    for repairer in REPAIRERS:
        for line in sorted(lines, key=_rarity(around)) if repairer is indentation else lines:
            for repair in repairer(line, lines):
                reach = parsed_until(repaired := repair.applied(text)) - (len(repaired) - len(text))
                if reach > furthest and (repairer is not comma or reach == math.inf):  # which only moves what is wrong
                    best, furthest = repair, reach
                work -= len(text)
                if reach == math.inf or work < 0:
                    return best
    return best or _several(text, lines, offset)


def _several(text: str, lines: list[YamlLine], offset: int) -> Repair | None:
    """The first of several lines that lack the same, one below the other: to repair one of them only moves the mistake."""
    for repairer in (space_after_colon, other_sign, colon):
        repaired, repair = text, None
        for line in lines:
            found = next(repairer(line, lines), None)
            if found is None and line is not lines[0]:
                break
            if found:
                repaired, repair = found.applied(repaired), found
        if repair and parsed_until(repaired) > offset + len(repaired) - len(text):
            return repair
    return None


def _rarity(lines: list[YamlLine]) -> Callable[[YamlLine], tuple[int, bool]]:
    """Of two lines that do not fit together, the one is wrong that is indented like few others."""
    widths = Counter(len(line.indent) for line in lines)
    return lambda line: (widths[len(line.indent)], len(line.indent) % 2 == 0)


def parsed_until(text: str) -> float:
    """How far a parser comes."""
    try:
        for _ in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return mark.index if mark else 0
    return math.inf


def _lines(source: Source, numbers: range) -> list[YamlLine]:
    read = (line_of(_written(source, number), source.line_starts[number - 1]) for number in numbers)
    return [line for line in read if line]


def _written(source: Source, number: int) -> str:
    begin = source.line_starts[number - 1]
    end = source.line_starts[number] - 1 if number < len(source.line_starts) else len(source.text)
    return source.text[begin:end]


def mistyped_entry(written: str) -> Problem | None:
    """Why a plain text stands where keys or a list should: `key value`, `key:value`, `key=value`, `-value`."""
    line = line_of(written.partition("\n")[0], 0)
    if line is None or line.dashes:
        return None
    repairers = (space_after_colon, other_sign, space_after_dash, colon)
    return next((repair.problem for repairer in repairers for repair in repairer(line, [])), None)
