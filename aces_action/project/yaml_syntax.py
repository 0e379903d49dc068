"""What is wrong with a text that is no YAML: where it began, and the character that is missing there.

A parser notices a mistake late: a line without its colon reads as the first half of a longer key, a quote that nobody closed ends
at the next one. So the lines up to where it stopped are mended one after the other, each as people break them, and the parser
itself says which mending lets it go on. That line is the one to show.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import yaml

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Source
from aces_action.project.yaml_repairs import (
    MENDINGS,
    TAB,
    Repair,
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
_PLAIN_WORDS = {
    "found character that cannot start any token": Text(
        "This character cannot begin a value here.", "ここでは、この文字で値を始められません。"
    ),
    "mapping values are not allowed in this context": Text(
        "A ':' where no key is allowed.", "キーを書けないところに「:」があります。"
    ),
    "found unexpected end of stream": Text(
        "The quotes that begin here are not closed.", "ここで始まる引用符が閉じられていません。"
    ),
    "could not find expected ':'": Text("A key without ':' after it.", "キーの後に「:」がありません。"),
    "did not find expected key": Text("A key was expected here.", "ここにはキーが必要です。"),
    "did not find expected '-' indicator": Text(
        "A list entry with '-' was expected here.", "ここには「-」で始まるリストの要素が必要です。"
    ),
    "did not find expected node content": Text("A value was expected here.", "ここには値が必要です。"),
    "did not find expected <document start>": Text(
        "Nothing is allowed after the end of the document.", "文書の終わりの後には何も書けません。"
    ),
    "found unknown escape character": Text(
        "YAML does not know this backslash escape.", "このバックスラッシュで始まるエスケープは、YAMLにありません。"
    ),
}
_BEGAN_EARLIER = {"found unexpected end of stream", "could not find expected ':'"}  # context_mark is where it began
_LOOK = Text(
    "Check the indentation, quotes and brackets here and in the line before; quote text that has ': ' or '#' in it.",
    "この行と前の行のインデント、引用符、括弧を確認してください。「: 」や「#」を含む文字列は引用符で囲みます。",
)


def syntax_problem(source: Source, error: Any) -> Problem:
    """Where the mistake began that PyYAML stopped at, and what to write there; PyYAML's own words where nothing better is
    known."""
    words, mark = getattr(error, "problem", None) or "cannot read this", getattr(error, "problem_mark", None)
    offset = min(mark.index or 0, len(source.text)) if mark else 0
    if words == "found unknown escape character":
        hint = Text(
            "Write the backslash twice, or the text in single quotes.",
            "「\\\\」と2つ書くか、文字列を一重引用符で囲んでください。",
        )
        return source.problem("C003", (offset, offset + 2), _PLAIN_WORDS[words], hint)
    if not _DOCUMENT_END.search(source.text, 0, offset) and (repair := _repair(source, offset)):
        return source.problem("C003", repair.shown, repair.message, repair.hint)
    context, began = getattr(error, "context", None), getattr(error, "context_mark", None)
    if source.text[offset : offset + 1] == "\t":
        return source.problem("C003", (offset, offset + 1), *TAB)
    if context in _FLOW and began:
        line, (opened, closing) = source.line(began.index), _FLOW[context]
        if line != source.line(offset):
            message = Text(
                f"The '{opened}' that begins here is not closed with '{closing}' before line {source.line(offset)}.",
                f"ここの「{opened}」が、{source.line(offset)}行目の前までに「{closing}」で閉じられていません。",
            )
            return source.problem("C003", (began.index, began.index + 1), message)
        message = Text(
            f"A ',' or '{closing}' was expected here: the '{opened}' of line {line} is still open.",
            f"ここには「,」または「{closing}」が必要です。{line}行目の「{opened}」が閉じられていません。",
        )
        return source.problem("C003", (offset, offset + 1), message)
    if words in _BEGAN_EARLIER and began:
        offset = began.index
    said = f"{words}{f' {context}' if context else ''}"
    message = _PLAIN_WORDS.get(words) or Text(f"YAML: {said}.", f"YAMLとして読めません: {said}")
    return source.problem("C003", (offset, offset + 1), message, _LOOK)


def entry_slip(written: str) -> tuple[Text, Text] | None:
    """Why a plain text stands where keys or a list should: `key value`, `key:value`, `key=value`, `-value`. Message and hint."""
    line = line_of(written.partition("\n")[0], 0)
    if line is None or line.dashes:
        return None
    repairs = (repair for mending in (space_after_colon, other_sign, space_after_dash, colon) for repair in mending(line, []))
    return next(((repair.message, repair.hint) for repair in repairs), None)


def _repair(source: Source, offset: int) -> Repair | None:
    """The mending after which the parser comes furthest: past all of the text, if that is the only mistake in it."""
    text, last = source.text, source.line(offset)
    lines = _lines(source, range(last, max(0, last - _LINES_BACK), -1))
    around = _lines(source, range(max(1, last - _LINES_BACK), min(last + _LINES_BACK, len(source.line_starts)) + 1))
    best: Repair | None = None
    furthest: float = offset
    work = _WORK
    for mending in MENDINGS:
        for line in sorted(lines, key=_rarity(around)) if mending is indentation else lines:
            for repair in mending(line, lines):
                reach = _reach(text[: repair.start] + repair.new + text[repair.end :])
                reach -= len(repair.new) - (repair.end - repair.start)
                if reach > furthest and (mending is not comma or reach == math.inf):  # which only moves what is wrong
                    best, furthest = repair, reach
                work -= len(text)
                if reach == math.inf or work < 0:
                    return best
    return best or _several(text, lines, offset)


def _several(text: str, lines: list[YamlLine], offset: int) -> Repair | None:
    """The first of several lines that lack the same, one below the other: to mend one of them only moves the mistake."""
    for mending in (space_after_colon, other_sign, colon):
        mended, repair = text, None
        for line in lines:
            found = next(mending(line, lines), None)
            if found is None and line is not lines[0]:
                break
            if found:
                mended, repair = mended[: found.start] + found.new + mended[found.end :], found
        if repair and _reach(mended) > offset + len(mended) - len(text):
            return repair
    return None


def _rarity(lines: list[YamlLine]) -> Callable[[YamlLine], tuple[int, bool]]:
    """Of two lines that do not fit together, the one is wrong that is indented like few others."""
    widths = Counter(len(line.indent) for line in lines)
    return lambda line: (widths[len(line.indent)], len(line.indent) % 2 == 0)


def _reach(text: str) -> float:
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
