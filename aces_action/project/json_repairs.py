"""The ways in which people break JSON so that a reader notices it later, or takes the rest of a line for something else: quotes,
the colon, brackets. Each is repaired as a trial; whoever reads the text after it says whether that was it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aces_action.problems.configuration import json_syntax as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Source, Span
from aces_action.project.repair import LONGEST_LINE, Repair

_LINES_BACK = 60
_QUOTED_KEY = r'\s*(?P<key>"[^"\n]*")'
_KEY_WITHOUT_FIRST_QUOTE = re.compile(r'\s*(?P<key>[^\s"{}\[\],:]+)"\s*:')
_KEY_WITHOUT_LAST_QUOTE = re.compile(r'\s*(?P<key>"[^\s"{}\[\],:]+)\s*:')
_VALUE_WITHOUT_QUOTES = re.compile(_QUOTED_KEY + r'\s*:\s*(?P<value>[^\s:"{}\[\],][^"\n]*?)(?P<last>"?),?\s*')
_QUOTES_INSIDE = re.compile(_QUOTED_KEY + r'\s*:\s*"(?P<inside>.*)"\s*,?\s*')
_NEXT_ENTRY = re.compile(r'"\s*[:,]|"\s+"')
_OTHER_SIGN = re.compile(_QUOTED_KEY + r"\s*(?P<sign>=>|->|:=|::|=|;)")
_VALUE_WITHOUT_OPENING = re.compile(r"(?P<key>\s*_+\s*:)[^{}\[\]]*(?P<closing>[}\]])")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_NO_VALUE = re.compile(_QUOTED_KEY + r"\s*:(?P<after>\s*)")
_FIRST_CLOSES = re.compile(r"[ \t]*[}\]]")
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\]]')
_CLOSING = {"{": "}", "[": "]"}


def _written(source: Source, number: int) -> tuple[int, str]:
    """Where a line begins, and its text without the line end; nothing of a line that nobody wrote by hand."""
    begin = source.line_starts[number - 1]
    end = source.line_starts[number] - 1 if number < len(source.line_starts) else len(source.text)
    return begin, source.text[begin:end].rstrip("\r") if end - begin <= LONGEST_LINE else ""


def _in_line(source: Source, number: int) -> Iterator[Repair]:
    begin, line = _written(source, number)

    def span(found: re.Match[str], group: str) -> Span:
        return begin + found.start(group), begin + found.end(group)

    if found := _KEY_WITHOUT_FIRST_QUOTE.match(line):
        at, _ = shown = span(found, "key")
        yield Repair(at=(at, at), new='"', shown=shown, problem=problems.quote_missing_before(found["key"]))
    if found := _KEY_WITHOUT_LAST_QUOTE.match(line):
        _, at = shown = span(found, "key")
        yield Repair(at=(at, at), new='"', shown=shown, problem=problems.quote_missing_after(found["key"].removeprefix('"')))
    if (found := _VALUE_WITHOUT_QUOTES.fullmatch(line)) and not re.match(r"[-\d]|(?:true|false|null)\b", found["value"]):
        at, _ = shown = span(found, "value")
        if found["last"]:
            yield Repair(at=(at, at), new='"', shown=shown, problem=problems.quote_missing_before(found["value"]))
        else:
            problem = problems.text_without_quotes(found["value"])
            yield Repair(at=shown, new=f'"{found["value"]}"', shown=shown, problem=problem)
    found = _QUOTES_INSIDE.fullmatch(line)
    if found and re.search(r'(?<!\\)"', found["inside"]) and not _NEXT_ENTRY.search(found["inside"]):
        inside, new = span(found, "inside"), re.sub(r'(?<!\\)"', '\\\\"', found["inside"])
        yield Repair(at=inside, new=new, shown=inside, problem=problems.quotes_inside())
    if found := _OTHER_SIGN.match(line):
        sign = span(found, "sign")
        yield Repair(at=sign, new=":", shown=sign, problem=problems.other_sign(found["key"], found["sign"]))
    if found := _VALUE_WITHOUT_OPENING.match(_STRING.sub(_blank, line)):
        at, bracket = begin + found.end("key"), "[" if found["closing"] == "]" else "{"
        key = line[found.start("key") : found.end("key")].strip()
        yield Repair(at=(at, at), new=bracket, shown=(at - len(key), at), problem=problems.opening_missing_after(bracket, key))


def _blank(string: re.Match[str]) -> str:
    return "_" * len(string[0])


def _by_indentation(source: Source, last: int) -> Iterator[Repair]:
    """A bracket that closes further out than the last one opened: that one was not closed in the line before."""
    opened: list[tuple[str, int, int]] = []  # the bracket, its line and the indentation of that line
    for number in range(max(1, last - 1_000), last + 1):
        _, line = _written(source, number)
        indentation = len(line) - len(line.lstrip())
        if opened and _FIRST_CLOSES.match(line) and indentation < opened[-1][2]:
            bracket, opened_in, _ = opened[-1]
            closing = _CLOSING[bracket]
            problem = problems.closing_missing_for(closing, bracket, opened_in)
            yield from _closing(source, number - 1, closing, problem)
        for found in _STRING_OR_BRACKET.finditer(line):
            if found[0] in _CLOSING:
                opened.append((found[0], number, indentation))
            elif found[0] in _CLOSING.values() and opened:
                opened.pop()


def _closing(source: Source, number: int, bracket: str, problem: Problem) -> Iterator[Repair]:
    """A bracket that is missing at the end of a line, before its comma."""
    begin, line = _written(source, number)
    content = line.rstrip()
    end = begin + len(content.removesuffix(",").rstrip() or content.removesuffix(","))
    shown = (begin + len(line) - len(line.lstrip()), begin + len(content))
    for comma in ("", ","):
        yield Repair(at=(end, end), new=bracket + comma, shown=shown, problem=problem)


def _opening_after_key(source: Source, number: int) -> Iterator[Repair]:
    begin, line = _written(source, number)
    if found := _NO_VALUE.fullmatch(line):
        at = begin + found.start("after")
        shown = (begin + found.start("key"), at)
        for bracket in reversed(_CLOSING):
            problem = problems.opening_missing_after(bracket, f"{found['key']}:")
            yield Repair(at=(at, at), new=bracket, shown=shown, problem=problem)


def _opening(source: Source, number: int) -> Iterator[Repair]:
    begin, line = _written(source, number)
    at = begin + len(line) - len(line.lstrip())
    for bracket in _CLOSING:
        yield Repair(at=(at, at), new=bracket, shown=(at, begin + len(line)), problem=problems.opening_missing(bracket))


def repairs(source: Source, offset: int) -> Iterator[Repair]:
    """What may be wrong at or before the character where a reader stopped, the likeliest first."""
    last = source.line(offset)
    for number in (last, last - 1):
        if number >= 1:
            yield from _in_line(source, number)
    yield from _by_indentation(source, last)
    for number in range(last, max(0, last - _LINES_BACK), -1):
        yield from _opening_after_key(source, number)
    for number in range(last - 1, max(0, last - _LINES_BACK), -1):
        for bracket in _CLOSING.values():
            yield from _closing(source, number, bracket, problems.closing_missing(bracket))
    for number in range(last, max(0, last - 3), -1):
        yield from _opening(source, number)
