"""JSON with the place of every key and value.

The standard library tells positions of syntax errors only, and the libraries tried do not fit: json-source-map (last release
2022) recurses, lets NaN and duplicate keys pass and says 'JSON is not valid' without a place; tree-sitter-json places everything
but says only that something is wrong; jsonc-edit edits and gives no places. So: a scanner that never recurses, on top of the
standard library's own string scanner. It goes on after what is plain to read but not JSON (comments, trailing and forgotten
commas, duplicate keys, other quotes or none, tabs in strings, full-width punctuation), so that a file with five of them says so
five times; what it then takes the file to mean only serves to look for more problems.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the module, missing in typeshed
from typing import Literal, NamedTuple

from aces_action.language import Text
from aces_action.problems.configuration import json_syntax as json_problems
from aces_action.problems.problem import Problem
from aces_action.project.builder import DocumentBuilder, Frame
from aces_action.project.document import MAX_INTEGER, Document, Json, Source, Span, UnreadableError

_WORK = 2_000_000  # characters that are read at most in search of the cause, some tenths of a second
_BLANK = re.compile(r"[ \t\r\n]*")
_OTHER_BLANK = re.compile(r"[^\S \t\r\n]+|[\ufeff\u200b-\u200f\u2060]+")  # full-width and no-break spaces, marks of no width
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_ESCAPE = re.compile(
    r"\\u[0-9a-fA-F]{4}|\\[\"\\/bfnrt]|(?P<wrong>\\(?:u[0-9a-fA-F]{0,3}|[^\x00-\x1f]?))|(?P<control>[\x00-\x1f])"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LIKE_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_WORD = re.compile(r"'[^'\n]{0,999}'|“[^”\n]{0,999}”|[^\s{}\[\],:\"，、：｛｝［］]+")
_QUOTES = "'“”‘’「」＂"
_LITERALS: dict[str, Json] = {"true": True, "false": False, "null": None}
_MEANT = {**_LITERALS, "none": None}
_NO_NUMBERS = {"NaN", "Infinity", "-Infinity"}
_FULL_WIDTH = {"，": ",", "、": ",", "：": ":", "｛": "{", "｝": "}", "［": "[", "］": "]"}


# what may come: a value; a value or ']'; a key or '}'; ':'; a comma or the closing bracket; nothing
_State = Literal["value", "item", "key", "colon", "comma", "end"]


class _Token(NamedTuple):  # the quickest to make: a large file has a hundred thousand
    kind: str  # one of { } [ ] , : or 'string', 'other' (number, literal), 'end'
    start: int
    end: int
    value: Json = None

    @property
    def span(self) -> Span:
        return self.start, self.end


class _BrokenError(UnreadableError):
    """Something else stands at `offset` than could."""

    def __init__(self, problem: Problem, offset: int) -> None:
        self.offset = offset
        super().__init__(problem)


def read_json(source: Source) -> tuple[Document | None, list[Problem]]:
    """All problems of the text as JSON. The document is there unless reading could not go on."""
    problems: list[Problem] = []
    try:
        return _parse(source, problems), problems
    except _BrokenError as error:
        cause = _cause(source, error) or error.problem
        return None, [*(problem for problem in problems if problem.line != cause.line or cause is error.problem), cause]
    except UnreadableError as error:
        return None, [*problems, error.problem]


def _cause(source: Source, error: _BrokenError) -> Problem | None:
    """Where the mistake began that reading stopped at: the one after whose repair all of the text can be read."""
    from aces_action.project.json_repairs import repairs  # with its patterns: right files need none of it

    for repair in islice(repairs(source, error.offset), 1 + _WORK // (1 + len(source.text))):
        try:
            _parse(Source.of(source.file, repair.applied(source.text)), [])
        except UnreadableError:
            continue
        return source.at(repair.shown, repair.problem)
    return None


def _parse(source: Source, problems: list[Problem]) -> Document:
    builder = DocumentBuilder(source, "JSON", problems)
    state: _State = "value"
    last = _Token("start", 0, 0)
    for token in _tokens(source, problems):
        frame = builder.innermost
        if state == "comma" and frame and _begins_the_next_line(source, last, token):
            problem = source.at(last.span, json_problems.comma_missing())
            problems.append(replace(problem, fix=source.fix((last.end, last.end), ",")))
            state = _after_comma(frame)
        if frame and token.kind == _closing(frame) and state in {"item", "key", "comma"}:
            if last.kind == ",":
                problems.append(source.fixable(last.span, json_problems.trailing_comma(token.kind), ""))
            closed = builder.close()
            builder.put(closed.items, (closed.start, token.end), count=closed.count, depth=closed.depth + 1)
            state = "comma" if builder.innermost else "end"
        elif state in {"value", "item"} and token.kind in {"{", "["}:
            builder.open({} if token.kind == "{" else [], token.span)
            state = "key" if token.kind == "{" else "item"
        elif state in {"value", "item"} and token.kind in {"string", "other"}:
            builder.put(token.value, token.span)
            state = "comma" if frame else "end"
        elif state == "key" and token.kind == "string":
            builder.key(str(token.value), token.span)
            state = "colon"
        elif state == "colon" and token.kind == ":":
            state = "value"
        elif state == "comma" and token.kind == "," and frame:
            state = _after_comma(frame)
        elif not (state == "end" and token.kind == "end"):
            raise _BrokenError(_unexpected(source, token, last, state, frame), token.start)
        last = token
    return builder.document()


def _begins_the_next_line(source: Source, last: _Token, token: _Token) -> bool:
    """Whether this is an entry below the last one, so that only the comma between them can be what is wrong."""
    return token.kind in {"string", "other", "{", "["} and "\n" in source.text[last.end : token.start]


def _unexpected(source: Source, token: _Token, last: _Token, state: _State, frame: Frame | None) -> Problem:
    """Say what is missing, where it should stand."""
    if token.kind == "end" and last.kind == "start":
        return source.at((0, 0), json_problems.empty_file())
    if token.kind == "end" and frame:
        opened, line = source.text[frame.start], source.line(frame.start)
        return source.at(last.span, json_problems.not_closed(opened, _closing(frame), line))
    if state == "comma" and token.kind in {"string", "other", "{", "["}:
        return source.at(last.span, json_problems.comma_missing())  # it belongs to the line before
    written = source.text[token.start : token.end][:40]
    if state == "end":
        return source.at(token.span, json_problems.after_the_end(written))
    closing = _closing(frame) if frame else ""
    return source.at(token.span, json_problems.unexpected(state, written, closing, after_comma=last.kind == ","))


def _tokens(source: Source, problems: list[Problem]) -> Iterator[_Token]:
    text, position = source.text, 0
    while True:
        position = _BLANK.match(text, position).end()  # type: ignore[union-attr]  # matches the empty string too
        if position == len(text):
            yield _Token("end", position, position)
            return
        character = text[position]
        if character in "{}[],:":
            token = _Token(character, position, position + 1)
        elif character == '"':
            token = _string(source, position, problems)
        elif character in _FULL_WIDTH:
            token = _full_width(source, position, problems)
        elif no_token := _COMMENT.match(text, position) or _OTHER_BLANK.match(text, position):
            problems.append(_no_token(source, no_token.span()))
            position = no_token.end()
            continue
        else:
            token = _number_or_word(source, position, problems)
        yield token
        position = token.end


def _full_width(source: Source, start: int, problems: list[Problem]) -> _Token:
    written, meant = source.text[start], _FULL_WIDTH[source.text[start]]
    problems.append(source.fixable((start, start + 1), json_problems.full_width(written, meant), meant))
    return _Token(meant, start, start + 1)


def _no_token(source: Source, span: Span) -> Problem:
    """Between two tokens: a comment, or a blank that is none to JSON."""
    character = source.text[span[0]]
    if character in "/#":
        return source.at(span, json_problems.comment())
    problem = json_problems.wide_space() if character == "\u3000" else json_problems.strange_character(character)
    return source.fixable(span, problem, " " if character.isspace() else "")


def _string(source: Source, start: int, problems: list[Problem]) -> _Token:
    try:
        value, end = scanstring(source.text, start + 1, True)
    except JSONDecodeError:
        value, end = _broken_string(source, start, problems)
    if _SURROGATE.search(value):
        problems.append(source.at((start, end), json_problems.half_surrogate()))
        value = _SURROGATE.sub("\ufffd", value)
    return _Token("string", start, end, value)


def _broken_string(source: Source, start: int, problems: list[Problem]) -> tuple[str, int]:
    """Every character in it that JSON refuses. The text that is meant, and where it ends."""
    written = _STRING.match(source.text, start)
    if written is None:
        raise _BrokenError(source.at((start, len(source.text)), json_problems.string_not_closed()), start)
    meant, done = [], start
    for piece in _ESCAPE.finditer(source.text, start, written.end()):
        meant.append(source.text[done : piece.start()])
        done = piece.end()
        if piece["control"]:
            problems.append(source.at(piece.span(), json_problems.control_character(piece[0])))
            meant.append(" ")
        elif piece["wrong"]:
            problems.append(source.at(piece.span(), json_problems.wrong_escape()))
            meant.append("\\" + piece[0])  # the backslash itself
        else:
            meant.append(piece[0])
    text, _ = scanstring("".join(meant) + source.text[done : written.end()], 1, True)
    return text, written.end()


def _number_or_word(source: Source, start: int, problems: list[Problem]) -> _Token:
    word = _WORD.match(source.text, start)
    written, end = (word.group(), word.end()) if word else (source.text[start], start + 1)
    if written in _LITERALS:
        return _Token("other", start, end, _LITERALS[written])
    if (number := _NUMBER.fullmatch(written)) is None:
        problem = source.at((start, end), json_problems.not_json(written[:40], _word_hint(written)))
        if (right := _right_word(written)) is not None:
            problem = replace(problem, fix=source.fix((start, end), right))
        if written in _NO_NUMBERS:
            raise UnreadableError(problem)
        problems.append(problem)
        return _meant(written, start, end)
    whole = number.group(1) is None and number.group(2) is None
    value = int(written) if whole and len(written) <= 20 else float(written)
    if not math.isfinite(value) or (whole and abs(value) > MAX_INTEGER):
        raise UnreadableError(source.at((start, end), json_problems.number_too_large()))
    return _Token("other", start, end, value)


def _meant(written: str, start: int, end: int) -> _Token:
    """What a word that is not JSON is most likely to mean: a value in another language's spelling, else text."""
    if written.lower() in _MEANT:
        return _Token("other", start, end, _MEANT[written.lower()])
    if len(written) <= 20 and _LIKE_NUMBER.fullmatch(written):
        number = float(written)
        return _Token("other", start, end, int(number) if number.is_integer() else number)
    return _Token("string", start, end, _SURROGATE.sub("\ufffd", written.strip(_QUOTES)))


def _right_word(written: str) -> str | None:
    """What alone can be meant by a word that is not JSON: the same text in straight quotes, a literal in small letters."""
    if len(written) > 1 and written[0] + written[-1] in {"''", "“”"} and not re.search(r'["\\\x00-\x1f]', written):
        return f'"{written[1:-1]}"'
    return written.lower() if written.lower() in _LITERALS else "null" if written == "None" else None


def _word_hint(written: str) -> Text:
    if written in _NO_NUMBERS:
        return json_problems.FINITE_NUMBERS
    if written.startswith(tuple(_QUOTES)):
        return json_problems.STRAIGHT_QUOTES
    if written.lower() in _LITERALS:
        return json_problems.lower_case(written.lower())
    if written == "None":
        return json_problems.NULL
    return json_problems.NUMBERS if written[0] in "+-.0123456789" else json_problems.QUOTES


def _closing(frame: Frame) -> str:
    return "}" if isinstance(frame.items, dict) else "]"


def _after_comma(frame: Frame) -> _State:
    return "key" if isinstance(frame.items, dict) else "item"
