"""JSON with the place of every key and value.

The standard library tells positions of syntax errors only, and the libraries tried do not fit: json-source-map (last release
2022) recurses, lets NaN and duplicate keys pass and says 'JSON is not valid' without a place; tree-sitter-json places everything
but says only that something is wrong; jsonc-edit edits and gives no places. So: a scanner that never recurses, on top of the
standard library's own string scanner. It goes on after what is plain to read but not JSON (comments, trailing commas, duplicate
keys), so that a file with five of them says so five times.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the module, missing in typeshed

from aces_action.problems import Problem
from aces_action.project.document import MAX_DEPTH, MAX_INTEGER, MAX_VALUES, Document, Json, Path, Source, Span, UnreadableError

_BLANK = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[^\s{}\[\],:\"]+")
_LITERALS: dict[str, Json] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # one of { } [ ] , : or 'string', 'other' (number, literal), 'end'
    start: int
    end: int
    value: Json = None

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclass(slots=True, kw_only=True)
class _Frame:
    """An object or list that is still open; `key` is the one whose value comes next."""

    path: Path
    start: int
    items: dict[str, Json] | list[Json]
    key: str = ""
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def closing(self) -> str:
        return "}" if isinstance(self.items, dict) else "]"


def read_json(source: Source) -> tuple[Document | None, list[Problem]]:
    """All problems of the text as JSON. The document is there unless reading could not go on."""
    problems: list[Problem] = []
    try:
        return _parse(source, problems), problems
    except UnreadableError as error:
        return None, [*problems, error.problem]


def _parse(source: Source, problems: list[Problem]) -> Document:
    values: dict[Path, Span] = {}
    keys: dict[Path, Span] = {}
    stack: list[_Frame] = []
    root: Json = None
    state = "value"  # what may come: value, item (value or ']'), key (or '}'), colon, comma (or the closing bracket), end
    last = _Token("start", 0, 0)
    for token in _tokens(source, problems):
        frame = stack[-1] if stack else None
        if frame and token.kind == frame.closing and state in {"item", "key", "comma"}:
            if last.kind == ",":
                hint = "JSON allows no comma after the last entry: delete it."
                problems.append(source.problem("C002", last.span, f"Trailing comma before '{token.kind}'.", hint))
            values[frame.path] = (frame.start, token.end)
            stack.pop()
            state = "comma" if stack else "end"
        elif state in {"value", "item"} and token.kind in {"{", "[", "string", "other"}:
            opens = token.kind in {"{", "["}
            value: Json = token.value if not opens else {} if token.kind == "{" else []
            path = _put(frame, value)
            root = root if stack else value
            values[path] = token.span
            _refuse_excess(source, token, depth=len(stack), count=len(values))
            if isinstance(value, dict | list):
                stack.append(_Frame(path=path, start=token.start, items=value))
            state = ("key" if token.kind == "{" else "item") if opens else "comma" if stack else "end"
        elif state == "key" and frame and token.kind == "string":
            _take_key(source, frame, token, keys, problems)
            state = "colon"
        elif state == "colon" and token.kind == ":":
            state = "value"
        elif state == "comma" and token.kind == ",":
            state = "key" if frame and isinstance(frame.items, dict) else "item"
        elif not (state == "end" and token.kind == "end"):
            raise UnreadableError(_unexpected(source, token, last, state, frame))
        last = token
    return Document(source=source, format="JSON", data=root, values=values, keys=keys)


def _put(frame: _Frame | None, value: Json) -> Path:
    """Put a value where it belongs in the innermost open object or list, and say which path that is."""
    if frame is None:
        return ()
    if isinstance(frame.items, dict):
        frame.items[frame.key] = value
        return (*frame.path, frame.key)
    frame.items.append(value)
    return (*frame.path, len(frame.items) - 1)


def _take_key(source: Source, frame: _Frame, token: _Token, keys: dict[Path, Span], problems: list[Problem]) -> None:
    frame.key = str(token.value)
    if frame.key in frame.seen:
        message = f'The key "{frame.key}" is there twice; first in line {source.line(frame.seen[frame.key])}.'
        problems.append(source.problem("C010", token.span, message, "Keep one of them: JSON readers take the last."))
    frame.seen[frame.key] = token.start
    keys[(*frame.path, frame.key)] = token.span


def _refuse_excess(source: Source, token: _Token, *, depth: int, count: int) -> None:
    if depth >= MAX_DEPTH:
        raise UnreadableError(source.problem("C002", token.span, f"Nested deeper than {MAX_DEPTH} levels."))
    if count > MAX_VALUES:
        raise UnreadableError(source.problem("C002", token.span, f"More than {MAX_VALUES:,} values."))


def _unexpected(source: Source, token: _Token, last: _Token, state: str, frame: _Frame | None) -> Problem:
    """Say what is missing, where it should stand: a missing comma belongs to the line before."""
    closing = frame.closing if frame else ""
    found = "the file ends" if token.kind == "end" else f"there is {source.text[token.start : token.end][:40]}"
    if token.kind == "end" and last.kind == "start":
        return source.problem("C002", (0, 0), "The file is empty.")
    if token.kind == "end" and frame:
        opened = source.text[frame.start]
        message = f"The file ends before the '{opened}' of line {source.line(frame.start)} is closed with '{closing}'."
        return source.problem("C002", last.span, message)
    if state == "comma" and token.kind in {"string", "other", "{", "["}:
        return source.problem("C002", last.span, "A comma is missing after this.", "Put a ',' between two entries.")
    if state == "end":
        return source.problem("C002", token.span, f"The JSON ends before this, but {found}.", "A file holds one JSON value.")
    expected = {
        "value": "a value",
        "item": "a value" if last.kind == "," else "a value or ']'",
        "key": "a key in double quotes" if last.kind == "," else "a key in double quotes or '}'",
        "colon": "':' after the key",
        "comma": f"',' or '{closing}'",
    }[state]
    return source.problem("C002", token.span, f"Expected {expected}, but {found}.")


def _tokens(source: Source, problems: list[Problem]) -> Iterator[_Token]:
    text, position = source.text, 0
    while True:
        position = _BLANK.match(text, position).end()  # type: ignore[union-attr]  # matches the empty string too
        if position == len(text):
            yield _Token("end", position, position)
            return
        character = text[position]
        if comment := _COMMENT.match(text, position):
            problems.append(source.problem("C002", comment.span(), "JSON has no comments.", "Delete the comment."))
            position = comment.end()
            continue
        if character in "{}[],:":
            token = _Token(character, position, position + 1)
        elif character == '"':
            token = _string(source, position)
        else:
            token = _number_or_literal(source, position)
        yield token
        position = token.end


def _string(source: Source, start: int) -> _Token:
    try:
        value, end = scanstring(source.text, start + 1, True)
    except JSONDecodeError as error:
        raise UnreadableError(_broken_string(source, start, error)) from None
    if any("\ud800" <= character <= "\udfff" for character in value):
        message = "Half of a surrogate pair: this is not a character."
        raise UnreadableError(
            source.problem("C002", (start, end), message, "Write the character itself instead of its \\u escapes.")
        )
    return _Token("string", start, end, value)


def _broken_string(source: Source, start: int, error: JSONDecodeError) -> Problem:
    rest = source.text[error.pos : error.pos + 1]
    if rest == "\t":
        return source.problem("C002", (error.pos, error.pos + 1), "A tab inside a string.", "Write it as \\t.")
    if error.msg.startswith(("Invalid control", "Unterminated")):
        hint = 'Close the string with " on the line where it begins; a line break inside it is written \\n.'
        return source.problem("C002", (start, len(source.text)), "This string is not closed on its line.", hint)
    hint = 'A backslash stands only before " \\ / b f n r t u; write a plain backslash as \\\\.'
    return source.problem("C002", (error.pos, error.pos + 2), "This backslash begins no escape that JSON knows.", hint)


def _number_or_literal(source: Source, start: int) -> _Token:
    word = _WORD.match(source.text, start)
    written, end = (word.group(), word.end()) if word else (source.text[start], start + 1)
    if written in _LITERALS:
        return _Token("other", start, end, _LITERALS[written])
    if (number := _NUMBER.fullmatch(written)) is None:
        raise UnreadableError(source.problem("C002", (start, end), f"{written[:40]} is not JSON.", _word_hint(written)))
    whole = number.group(1) is None and number.group(2) is None
    value = int(written) if whole and len(written) <= 20 else float(written)
    if not math.isfinite(value) or (whole and abs(value) > MAX_INTEGER):
        raise UnreadableError(source.problem("C002", (start, end), "This number is too large.", "At most 64 bits are read."))
    return _Token("other", start, end, value)


def _word_hint(written: str) -> str:
    if written.startswith(("'", "“", "”", "‘", "’", "「")):
        return 'Text stands in straight double quotes: "...".'
    if written.lower() in _LITERALS:
        return f"Write {written.lower()}: JSON's words are lower case."
    if written == "None":
        return "Write null."
    if written[0] in "+-.0123456789":
        return "Numbers are written like 1, -1, 0.5 or 1e3: no leading zero or plus, digits on both sides of the point."
    return 'Text and keys stand in double quotes: "...".'
