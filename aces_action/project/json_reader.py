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
from dataclasses import dataclass, field
from itertools import islice
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # public in the module, missing in typeshed
from typing import NamedTuple

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import MAX_DEPTH, MAX_INTEGER, MAX_VALUES, Document, Json, Path, Source, Span, UnreadableError

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


class _Token(NamedTuple):  # the quickest to make: a large file has a hundred thousand
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
    """Where the mistake began that reading stopped at: the one mending after which all of the text can be read."""
    from aces_action.project.json_repairs import trials  # with its patterns: right files need none of it

    for trial in islice(trials(source, error.offset), 1 + _WORK // (1 + len(source.text))):
        try:
            _parse(Source.of(source.file, trial.mended(source.text)), [])
        except UnreadableError:
            continue
        return source.problem("C002", trial.shown, trial.message, trial.hint)
    return None


def _parse(source: Source, problems: list[Problem]) -> Document:
    values: dict[Path, Span] = {}
    keys: dict[Path, Span] = {}
    stack: list[_Frame] = []
    root: Json = None
    state = "value"  # what may come: value, item (value or ']'), key (or '}'), colon, comma (or the closing bracket), end
    last = _Token("start", 0, 0)
    for token in _tokens(source, problems):
        frame = stack[-1] if stack else None
        if state == "comma" and frame and _begins_the_next_line(source, last, token):
            problems.append(_comma_missing(source, last))
            state = "key" if isinstance(frame.items, dict) else "item"
        if frame and token.kind == frame.closing and state in {"item", "key", "comma"}:
            if last.kind == ",":
                problems.append(_trailing_comma(source, last, token))
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
            raise _BrokenError(_unexpected(source, token, last, state, frame), token.start)
        last = token
    return Document(source=source, format="JSON", data=root, values=values, keys=keys)


def _begins_the_next_line(source: Source, last: _Token, token: _Token) -> bool:
    """Whether this is an entry below the last one, so that only the comma between them can be what is wrong."""
    return token.kind in {"string", "other", "{", "["} and "\n" in source.text[last.end : token.start]


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
        first = source.line(frame.seen[frame.key])
        message = Text(
            f'The key "{frame.key}" is there twice; first in line {first}.',
            f"キー「{frame.key}」が2回書かれています。最初は{first}行目です。",
        )
        hint = Text(
            "Keep one of them: JSON readers take the last.", "どちらか一方を残してください。JSONとしては最後のものが使われます。"
        )
        problems.append(source.problem("C010", token.span, message, hint))
    frame.seen.setdefault(frame.key, token.start)
    keys[(*frame.path, frame.key)] = token.span


def _refuse_excess(source: Source, token: _Token, *, depth: int, count: int) -> None:
    if depth >= MAX_DEPTH:
        message = Text(f"Nested deeper than {MAX_DEPTH} levels.", f"入れ子が{MAX_DEPTH}段を超えています。")
        raise UnreadableError(source.problem("C002", token.span, message))
    if count > MAX_VALUES:
        message = Text(f"More than {MAX_VALUES:,} values.", f"値が{MAX_VALUES:,}個を超えています。")
        raise UnreadableError(source.problem("C002", token.span, message))


def _trailing_comma(source: Source, comma: _Token, closing: _Token) -> Problem:
    message = Text(f"Trailing comma before '{closing.kind}'.", f"「{closing.kind}」の前に余分なカンマがあります。")
    hint = Text(
        "JSON allows no comma after the last entry: delete it.", "JSONでは最後の要素の後にカンマを書けません。削除してください。"
    )
    return source.problem("C002", comma.span, message, hint)


def _comma_missing(source: Source, last: _Token) -> Problem:
    """At what stands before it: a missing comma belongs to the line before."""
    message = Text("A comma is missing after this.", "この後にカンマがありません。")
    return source.problem(
        "C002", last.span, message, Text("Put a ',' between two entries.", "要素と要素の間に「,」を書いてください。")
    )


def _unexpected(source: Source, token: _Token, last: _Token, state: str, frame: _Frame | None) -> Problem:
    """Say what is missing, where it should stand."""
    if token.kind == "end" and last.kind == "start":
        return source.problem("C002", (0, 0), Text("The file is empty.", "ファイルが空です。"))
    if token.kind == "end" and frame:
        opened, closing, line = source.text[frame.start], frame.closing, source.line(frame.start)
        message = Text(
            f"The file ends before the '{opened}' of line {line} is closed with '{closing}'.",
            f"{line}行目の「{opened}」が「{closing}」で閉じられないまま、ファイルが終わっています。",
        )
        return source.problem("C002", last.span, message)
    if state == "comma" and token.kind in {"string", "other", "{", "["}:
        return _comma_missing(source, last)
    written = source.text[token.start : token.end][:40]
    found = Text(f"there is '{written}'", f"「{written}」")
    if state == "end":
        message = Text(
            f"The JSON ends before this, but {found.en}.", f"JSONはこの前で終わっていますが、さらに{found.ja}があります。"
        )
        return source.problem(
            "C002", token.span, message, Text("A file holds one JSON value.", "1つのファイルに書けるJSONの値は1つです。")
        )
    key, value = Text("a key in double quotes", "二重引用符で囲んだキー"), Text("a value", "値")
    expected = {
        "value": value,
        "item": value if last.kind == "," else Text(f"{value.en} or ']'", f"{value.ja}または「]」"),
        "key": key if last.kind == "," else Text(f"{key.en} or '}}'", f"{key.ja}または「}}」"),
        "colon": Text("':' after the key", "キーの後の「:」"),
        "comma": Text(f"',' or '{frame.closing if frame else ''}'", f"「,」または「{frame.closing if frame else ''}」"),
    }[state]
    message = Text(f"Expected {expected.en}, but {found.en}.", f"ここには{expected.ja}が必要ですが、{found.ja}があります。")
    return source.problem("C002", token.span, message)


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
    message = Text(f"'{written}' is a full-width character.", f"「{written}」は全角文字です。")
    hint = Text(f"Write '{meant}'.", f"半角の「{meant}」を書いてください。")
    problems.append(source.problem("C002", (start, start + 1), message, hint))
    return _Token(meant, start, start + 1)


def _no_token(source: Source, span: Span) -> Problem:
    """Between two tokens: a comment, or a blank that is none to JSON."""
    character = source.text[span[0]]
    if character in "/#":
        hint = Text("Delete the comment.", "コメントを削除してください。")
        return source.problem("C002", span, Text("JSON has no comments.", "JSONにはコメントを書けません。"), hint)
    if character == "\u3000":
        message = Text("A full-width space outside of a text.", "文字列の外に全角スペースがあります。")
        return source.problem("C002", span, message, Text("Write an ordinary space.", "半角スペースにしてください。"))
    code = f"U+{ord(character):04X}"
    message = Text(f"The character {code} cannot stand here.", f"ここに文字{code}は書けません。")
    hint = Text(
        "Delete it, or write an ordinary space: most editors do not show it.",
        "エディタに表示されないことの多い文字です。削除するか、半角スペースにしてください。",
    )
    return source.problem("C002", span, message, hint)


def _string(source: Source, start: int, problems: list[Problem]) -> _Token:
    try:
        value, end = scanstring(source.text, start + 1, True)
    except JSONDecodeError:
        value, end = _broken_string(source, start, problems)
    if _SURROGATE.search(value):
        message = Text("Half of a surrogate pair: this is not a character.", "サロゲートペアの片方だけで、文字になりません。")
        hint = Text(
            "Write the character itself instead of its \\u escapes.",
            "\\uで始まるエスケープの代わりに、文字そのものを書いてください。",
        )
        problems.append(source.problem("C002", (start, end), message, hint))
        value = _SURROGATE.sub("\ufffd", value)
    return _Token("string", start, end, value)


def _broken_string(source: Source, start: int, problems: list[Problem]) -> tuple[str, int]:
    """Every character in it that JSON refuses. The text that is meant, and where it ends."""
    written = _STRING.match(source.text, start)
    if written is None:
        message = Text("This string is not closed on its line.", "この文字列は、始まった行で閉じられていません。")
        hint = Text(
            'Close the string with " on the line where it begins; a line break inside it is written \\n.',
            '始まった行の中で"で閉じてください。文字列の中の改行は\\nと書きます。',
        )
        raise _BrokenError(source.problem("C002", (start, len(source.text)), message, hint), start)
    mended, done = [], start
    for piece in _ESCAPE.finditer(source.text, start, written.end()):
        mended.append(source.text[done : piece.start()])
        done = piece.end()
        if piece["control"]:
            problems.append(_control_character(source, piece.start()))
            mended.append(" ")
        elif piece["wrong"]:
            problems.append(_wrong_escape(source, piece.span()))
            mended.append("\\" + piece[0])  # the backslash itself
        else:
            mended.append(piece[0])
    text, _ = scanstring("".join(mended) + source.text[done : written.end()], 1, True)
    return text, written.end()


def _control_character(source: Source, at: int) -> Problem:
    if source.text[at] == "\t":
        message, hint = (
            Text("A tab inside a string.", "文字列の中にタブがあります。"),
            Text("Write it as \\t.", "\\tと書いてください。"),
        )
    else:
        code = f"{ord(source.text[at]):04x}"
        message = Text(
            f"The control character U+{code.upper()} inside a string.", f"文字列の中に制御文字U+{code.upper()}があります。"
        )
        hint = Text(f"Delete it, or write it as \\u{code}.", f"削除するか、\\u{code}と書いてください。")
    return source.problem("C002", (at, at + 1), message, hint)


def _wrong_escape(source: Source, span: Span) -> Problem:
    message = Text(
        "This backslash begins no escape that JSON knows.", "このバックスラッシュで始まるエスケープは、JSONにありません。"
    )
    hint = Text(
        'A backslash stands only before " \\ / b f n r t u and four digits; write a plain backslash as \\\\.',
        'バックスラッシュの後に書けるのは" \\ / b f n r tと、uに続く4桁の16進数だけです。'
        "バックスラッシュそのものは\\\\と書きます。",
    )
    return source.problem("C002", span, message, hint)


def _number_or_word(source: Source, start: int, problems: list[Problem]) -> _Token:
    word = _WORD.match(source.text, start)
    written, end = (word.group(), word.end()) if word else (source.text[start], start + 1)
    if written in _LITERALS:
        return _Token("other", start, end, _LITERALS[written])
    if (number := _NUMBER.fullmatch(written)) is None:
        message = Text(f"{written[:40]} is not JSON.", f"「{written[:40]}」はJSONとして読めません。")
        problem = source.problem("C002", (start, end), message, _word_hint(written))
        if written in _NO_NUMBERS:
            raise UnreadableError(problem)
        problems.append(problem)
        return _meant(written, start, end)
    whole = number.group(1) is None and number.group(2) is None
    value = int(written) if whole and len(written) <= 20 else float(written)
    if not math.isfinite(value) or (whole and abs(value) > MAX_INTEGER):
        message = Text("This number is too large.", "この数値は大きすぎます。")
        hint = Text("At most 64 bits are read.", "64ビットまでの数値を書けます。")
        raise UnreadableError(source.problem("C002", (start, end), message, hint))
    return _Token("other", start, end, value)


def _meant(written: str, start: int, end: int) -> _Token:
    """What a word that is not JSON is most likely to mean: a value in another language's spelling, else text."""
    if written.lower() in _MEANT:
        return _Token("other", start, end, _MEANT[written.lower()])
    if len(written) <= 20 and _LIKE_NUMBER.fullmatch(written):
        number = float(written)
        return _Token("other", start, end, int(number) if number.is_integer() else number)
    return _Token("string", start, end, _SURROGATE.sub("\ufffd", written.strip(_QUOTES)))


def _word_hint(written: str) -> Text:
    if written in _NO_NUMBERS:
        return Text("JSON has finite numbers only.", "JSONに書けるのは有限の数値だけです。")
    if written.startswith(tuple(_QUOTES)):
        return Text('Text stands in straight double quotes: "...".', '文字列は半角の二重引用符で囲みます: "..."')
    if written.lower() in _LITERALS:
        word = written.lower()
        return Text(f"Write {word}: JSON's words are lower case.", f"{word}と小文字で書いてください。")
    if written == "None":
        return Text("Write null.", "nullと書いてください。")
    if written[0] in "+-.0123456789":
        return Text(
            "Numbers are written like 1, -1, 0.5 or 1e3: no leading zero or plus, digits on both sides of the point.",
            "数値は1、-1、0.5、1e3のように書きます。先頭に0や+は付けず、小数点の前後には数字が必要です。",
        )
    return Text('Text and keys stand in double quotes: "...".', '文字列とキーは二重引用符で囲みます: "..."')
