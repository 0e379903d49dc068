"""The ways in which people break JSON so that a reader notices it later, or takes the rest of a line for something else: quotes,
the colon, brackets. Each is mended as a trial; whoever reads the mended text says whether that was it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aces_action.language import EMPTY, Text
from aces_action.project.document import Source, Span

_LINES_BACK = 60
_LONGEST = 2_000  # characters of a line that somebody wrote by hand
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One way to mend the text, `new` at the characters of `at`, and what to say if it was that."""

    at: Span
    new: str
    shown: Span
    message: Text
    hint: Text = EMPTY

    def mended(self, text: str) -> str:
        return text[: self.at[0]] + self.new + text[self.at[1] :]


def trials(source: Source, offset: int) -> Iterator[Trial]:
    """What may be wrong at or before the character where a reader stopped, the likeliest first."""
    last = source.line(offset)
    for number in (last, last - 1):
        if number >= 1:
            yield from _in_line(source, number)
    yield from _by_indentation(source, last)
    for number in range(last, max(0, last - _LINES_BACK), -1):
        yield from _opening_after_key(source, number)
    for number in range(last - 1, max(0, last - _LINES_BACK), -1):
        yield from _closing(source, number)
    for number in range(last, max(0, last - 3), -1):
        yield from _opening(source, number)


def _written(source: Source, number: int) -> tuple[int, str]:
    """Where a line begins, and its text without the line end; nothing of a line that nobody wrote by hand."""
    begin = source.line_starts[number - 1]
    end = source.line_starts[number] - 1 if number < len(source.line_starts) else len(source.text)
    return begin, source.text[begin:end].rstrip("\r") if end - begin <= _LONGEST else ""


def _in_line(source: Source, number: int) -> Iterator[Trial]:
    begin, line = _written(source, number)
    if found := _KEY_WITHOUT_FIRST_QUOTE.match(line):
        yield _quote(begin, found, "key", missing_before=found["key"])
    if found := _KEY_WITHOUT_LAST_QUOTE.match(line):
        yield _quote(begin, found, "key", missing_after=found["key"].removeprefix('"'))
    if (found := _VALUE_WITHOUT_QUOTES.fullmatch(line)) and not re.match(r"[-\d]|(?:true|false|null)\b", found["value"]):
        if found["last"]:
            yield _quote(begin, found, "value", missing_before=found["value"])
        else:
            start, end = begin + found.start("value"), begin + found.end("value")
            message = Text("Text without its double quotes.", "文字列が二重引用符で囲まれていません。")
            hint = _write(f'"{found["value"]}"')
            yield Trial(at=(start, end), new=f'"{found["value"]}"', shown=(start, end), message=message, hint=hint)
    found = _QUOTES_INSIDE.fullmatch(line)
    if found and re.search(r'(?<!\\)"', found["inside"]) and not _NEXT_ENTRY.search(found["inside"]):
        inside = (begin + found.start("inside"), begin + found.end("inside"))
        message = Text("Quotes inside the text.", "文字列の中に二重引用符があります。")
        hint = Text('Write them as \\".', '\\"と書いてください。')
        new = re.sub(r'(?<!\\)"', '\\\\"', found["inside"])
        yield Trial(at=inside, new=new, shown=inside, message=message, hint=hint)
    if found := _OTHER_SIGN.match(line):
        sign = (begin + found.start("sign"), begin + found.end("sign"))
        message = Text(
            f"{found['key']} is followed by '{found['sign']}' instead of ':'.",
            f"{found['key']}の後が「:」ではなく「{found['sign']}」になっています。",
        )
        yield Trial(at=sign, new=":", shown=sign, message=message, hint=_write(f"{found['key']}: …"))

    if found := _VALUE_WITHOUT_OPENING.match(_STRING.sub(_blank, line)):
        at, bracket = begin + found.end("key"), "[" if found["closing"] == "]" else "{"
        key = line[found.start("key") : found.end("key")].strip()
        message = Text(f"A '{bracket}' is missing after {key}.", f"{key}の後に「{bracket}」がありません。")
        yield Trial(at=(at, at), new=bracket, shown=(at - len(key), at), message=message)


def _blank(string: re.Match[str]) -> str:
    return "_" * len(string[0])


def _write(text: str) -> Text:
    return Text(f"Write {text}", f"{text}と書いてください。") if len(text) <= 100 else EMPTY


def _quote(begin: int, found: re.Match[str], group: str, *, missing_before: str = "", missing_after: str = "") -> Trial:
    start, end = begin + found.start(group), begin + found.end(group)
    text = missing_before or missing_after
    message = Text(f"A '\"' is missing before {text}.", f'{text}の前に「"」がありません。')
    if missing_after:
        message = Text(f"A '\"' is missing after {text}.", f'{text}の後に「"」がありません。')
    at = start if missing_before else end
    return Trial(at=(at, at), new='"', shown=(start, end), message=message, hint=_write(f'"{text}"'))


def _by_indentation(source: Source, last: int) -> Iterator[Trial]:
    """A bracket that closes further out than the last one opened: that one was not closed in the line before."""
    opened: list[tuple[str, int, int]] = []  # the bracket, its line and the indentation of that line
    for number in range(max(1, last - 1_000), last + 1):
        _, line = _written(source, number)
        indentation = len(line) - len(line.lstrip())
        if opened and _FIRST_CLOSES.match(line) and indentation < opened[-1][2]:
            bracket, opened_in, _ = opened[-1]
            yield from _closing(source, number - 1, only=(bracket, opened_in))
        for found in _STRING_OR_BRACKET.finditer(line):
            if found[0] in _CLOSING:
                opened.append((found[0], number, indentation))
            elif found[0] in _CLOSING.values() and opened:
                opened.pop()


def _closing(source: Source, number: int, only: tuple[str, int] | None = None) -> Iterator[Trial]:
    """A bracket that is missing at the end of a line, before its comma. `only`: which was opened, and in which line."""
    begin, line = _written(source, number)
    content = line.rstrip()
    end = begin + len(content.removesuffix(",").rstrip() or content.removesuffix(","))
    for closing in [_CLOSING[only[0]]] if only else _CLOSING.values():
        message = Text(f"A '{closing}' is missing after this.", f"この後に「{closing}」がありません。")
        hint = EMPTY
        if only:
            hint = Text(
                f"The '{only[0]}' of line {only[1]} is not closed.", f"{only[1]}行目の「{only[0]}」が閉じられていません。"
            )
        shown = (begin + len(line) - len(line.lstrip()), begin + len(content))
        for comma in ("", ","):
            yield Trial(at=(end, end), new=closing + comma, shown=shown, message=message, hint=hint)


def _opening_after_key(source: Source, number: int) -> Iterator[Trial]:
    begin, line = _written(source, number)
    if found := _NO_VALUE.fullmatch(line):
        at = begin + found.start("after")
        for bracket in reversed(_CLOSING):
            message = Text(
                f"A '{bracket}' is missing after {found['key']}:.", f"{found['key']}:の後に「{bracket}」がありません。"
            )
            shown = (begin + found.start("key"), at)
            yield Trial(at=(at, at), new=bracket, shown=shown, message=message)


def _opening(source: Source, number: int) -> Iterator[Trial]:
    begin, line = _written(source, number)
    at = begin + len(line) - len(line.lstrip())
    for bracket in _CLOSING:
        message = Text(f"A '{bracket}' is missing before this.", f"この前に「{bracket}」がありません。")
        yield Trial(at=(at, at), new=bracket, shown=(at, begin + len(line)), message=message)
