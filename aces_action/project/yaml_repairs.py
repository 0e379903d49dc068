"""The ways in which people break a line of YAML, and how each is mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aces_action.language import EMPTY, Text
from aces_action.project.document import Span

_LONGEST = 2_000  # characters of a line that somebody wrote by hand
_LINE = re.compile(r"(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)(?P<rest>[^\r\n]*?)(?P<comment>[ \t]#[^\r\n]*)?[ \t]*\r?")
_KEY = r"(?P<key>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#&*!|>%@`,\[\]{}:=;-][^\s:=;,\[\]{}]*)"
_NO_SPACE = re.compile(rf"{_KEY}:(?P<value>[^\s:/].*)")
_OTHER_SIGN = re.compile(rf"{_KEY}\s*(?P<sign>=>|->|:=|::|=|;)\s*(?P<value>.*)")
_NO_COLON = re.compile(rf"{_KEY}(?:[ \t]+(?P<value>\S.*))?")
_NO_SPACE_AFTER_DASH = re.compile(r"-(?P<value>[^\s-].*)")
_ENTRY = re.compile(rf"(?:{_KEY}:(?=\s|$)|-(?=\s|$))")
_VALUE = re.compile(rf"(?:{_KEY}:[ \t]+)?(?P<value>\S.*)")
_OPENING = re.compile(r"(?:^|(?<=[\s\[{,]))['\"]")
_QUOTES = ("'", '"')
_NO_BEGINNING = "@`%*&!|>,]}"
_INSIDE = re.compile(r":(?=\s|$)")
_CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlLine:
    """One line that is neither blank nor a comment; `start` is where `rest` begins, which is what follows indent and dashes."""

    begin: int
    indent: str
    dashes: str
    rest: str
    comment: str

    @property
    def start(self) -> int:
        return self.begin + len(self.indent) + len(self.dashes)

    @property
    def end(self) -> int:
        """Where the rest ends; a comment may follow."""
        return self.start + len(self.rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One way to mend the text, and what to say if it is the right one: the characters from `start` to `end` become `new`."""

    start: int
    end: int
    new: str
    shown: Span
    message: Text
    hint: Text


Mending = Callable[[YamlLine, "list[YamlLine]"], Iterator[Repair]]


def line_of(written: str, begin: int) -> YamlLine | None:
    """A line, `begin` characters into the text; None if there is nothing to mend in it."""
    found = _LINE.fullmatch(written) if len(written) <= _LONGEST else None
    if found is None or not found["rest"] or found["rest"].startswith("#"):
        return None
    return YamlLine(
        begin=begin, indent=found["indent"], dashes=found["dashes"], rest=found["rest"], comment=found["comment"] or ""
    )


def _write(text: str) -> Text:
    """What to write, if it is short enough to be read."""
    return Text(f"Write {text}", f"{text}と書いてください。") if len(text) <= 100 else EMPTY


# The ways in which people break a line, the likeliest first


def space_after_colon(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if found := _NO_SPACE.fullmatch(line.rest):
        key, at = found["key"], line.start + found.start("value")
        message = Text(f"A space is missing after the ':' of {key}.", f"{key}の「:」の後に半角スペースがありません。")
        hint = _write(f"{key}: {found['value']}")
        yield Repair(start=at, end=at, new=" ", shown=(line.start, line.end), message=message, hint=hint)


def other_sign(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if found := _OTHER_SIGN.fullmatch(line.rest):
        key, sign = found["key"], found["sign"]
        message = Text(f"{key} is followed by '{sign}' instead of ':'.", f"{key}の後が「:」ではなく「{sign}」になっています。")
        new = f"{key}: {found['value']}"
        yield Repair(
            start=line.start, end=line.end, new=new, shown=(line.start, line.end), message=message, hint=_write(new.rstrip())
        )


def colon(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    found = _NO_COLON.fullmatch(line.rest)
    if found and ((found["value"] or "").startswith(("{", "[", "&")) or not _INSIDE.search(line.rest)):
        key, at = found["key"], line.start + found.end("key")
        message = Text(f"A ':' is missing after {key}.", f"{key}の後に「:」がありません。")
        hint = _write(f"{key}: {found['value'] or ''}".rstrip())
        yield Repair(start=at, end=at, new=":", shown=(line.start, line.end), message=message, hint=hint)


def space_after_dash(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if found := _NO_SPACE_AFTER_DASH.fullmatch(line.rest):
        at = line.start + found.start("value")
        message = Text("A space is missing after the '-'.", "「-」の後に半角スペースがありません。")
        yield Repair(start=at, end=at, new=" ", shown=(at - 1, line.end), message=message, hint=_write(f"- {found['value']}"))


def _closing_quote(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """At the end of the line, or before a sign that ends a value: the comment, a colon, a comma, a bracket."""
    text = line.rest + line.comment
    opening = next((at for part in (line.rest, text) if (at := _unclosed(part)) is not None), None)
    if opening is None:
        return
    quote, other = text[opening], "'" if text[opening] == '"' else '"'
    message = Text(
        f"The quotes that begin here are not closed: {quote} is missing.",
        f"ここで始まる引用符が閉じられていません（{quote}がありません）。",
    )
    shown = (line.start + opening, line.start + opening + 1)
    ends = [len(line.rest), len(text)] if opening < len(line.rest) else [len(text)]
    ends += [found.start() for found in re.finditer(r":\s|[,\]}]", text) if found.start() > opening]
    if line.rest.endswith(other):
        ends.insert(0, len(line.rest) - 1)
    for end in dict.fromkeys(ends):
        at, mixed = line.start + end, text[end : end + 1] == other
        hint = _write(f"{text[opening:end]}{quote}")
        yield Repair(start=at, end=at + mixed, new=quote, shown=shown, message=message, hint=hint)


def _unclosed(text: str) -> int | None:
    """Where quotes begin that do not end in this line; of an odd number, where the first do that end in the next ones."""
    at = 0
    for quote in _QUOTES:
        if (
            text.count(quote) % 2
            and (mixed := re.search(rf"{_OPENING.pattern}[^,]*, {quote}[^\s,\]}}]", text))
            and mixed[0][0] == quote
        ):
            return mixed.start()
    while found := _OPENING.search(text, at):
        quote = found[0]
        inside = r"(?:[^'\n]|'')*'" if quote == "'" else r'(?:[^"\\\n]|\\.)*"'
        closed = re.compile(inside).match(text, found.end())
        if closed is None:
            return found.start()
        at = closed.end()
    return None


def _list_on_the_line_of_its_key(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    found = _VALUE.fullmatch(line.rest)
    if found and found["key"] and found["value"].startswith("- "):
        at, indent = line.start + found.start("value"), " " * (len(line.indent) + len(line.dashes) + 2)
        message = Text(
            f"A list cannot begin on the line of its key {found['key']}.",
            f"リストを、キー{found['key']}と同じ行では始められません。",
        )
        hint = Text(
            "Begin each entry on a line of its own, with '- ' before it.", "要素ごとに改行し、先頭に「- 」を書いてください。"
        )
        yield Repair(start=at, end=at, new=f"\n{indent}", shown=(at, at + 1), message=message, hint=hint)


def _quotes_around(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """A value that has signs of YAML in it: at its beginning, a colon inside, quotes inside of quotes or text after them."""
    found = _VALUE.fullmatch(line.rest)
    if found is None or not (found["key"] or line.dashes):
        return
    value, at = found["value"], line.start + found.start("value")
    first = value[0]
    if first in "'\"":
        inner = value[1:-1] if len(value) > 1 and value.endswith(first) else value
        message = Text(
            "Text after the closing quotes, or quotes inside the text.",
            "閉じた引用符の後に文字があるか、文字列の中に引用符があります。",
        )
        shown = (at, line.end)
    elif first in _NO_BEGINNING:
        inner, shown = value, (at, at + 1)
        message = Text(f"'{first}' cannot begin a value.", f"「{first}」で値を始められません。")
    elif first in "[{":
        inner, shown = value, (at, at + 1)
        message = Text(
            f"After '{first}' a {_kind(first).en} was expected.", f"「{first}」の後は{_kind(first).ja}でなければなりません。"
        )
        if not re.search(r"[\]}][^\]},\s]", value):
            return
    elif inside := _INSIDE.search(value):
        inner, shown = value, (at + inside.start(), at + inside.start() + 1)
        message = Text("A ':' where no key is allowed.", "キーを書けないところに「:」があります。")
    else:
        return
    quoted = '"' + inner.replace("\\", "\\\\").replace('"', '\\"') + '"' if "'" in inner else f"'{inner}'"
    hint = Text(f"Quote the text: {quoted}", f"文字列を引用符で囲んでください: {quoted}")
    if len(quoted) > 100:
        hint = Text("Quote the text.", "文字列を引用符で囲んでください。")
    yield Repair(start=at, end=line.end, new=quoted, shown=shown, message=message, hint=hint)


def _kind(bracket: str) -> Text:
    return Text("list", "リスト") if bracket == "[" else Text("mapping", "マッピング")


TAB = (
    Text("A tab where YAML needs spaces.", "半角スペースを書くところにタブがあります。"),
    Text(
        "YAML indents with spaces only: replace the tab with spaces.",
        "インデントには半角スペースだけを使います。タブを半角スペースに置き換えてください。",
    ),
)


def _tab(line: YamlLine, lines: list[YamlLine]) -> Iterator[Repair]:
    if "\t" not in line.indent:
        return
    message, hint = TAB
    at = line.begin + line.indent.index("\t")
    for width in [*_indents(lines), *(len(line.indent.expandtabs(size)) for size in (2, 4, 8))]:
        yield Repair(
            start=line.begin,
            end=line.begin + len(line.indent),
            new=" " * width,
            shown=(at, at + 1),
            message=message,
            hint=hint,
        )


def indentation(line: YamlLine, lines: list[YamlLine]) -> Iterator[Repair]:
    """A line, or one with all that follows, that stands further in or out than it should."""
    if not _ENTRY.match(line.dashes + line.rest) or "\t" in line.indent:
        return
    width = len(line.indent)
    shown = (line.begin, line.begin + width) if width else (line.start, line.end)
    for other in _indents(lines):
        if other == width:
            continue
        message = Text(
            f"This line is indented by {width} space{'' if width == 1 else 's'}, which matches none of the lines above it.",
            f"この行のインデントは半角スペース{width}個で、上の行と合いません。",
        )
        hint = Text(
            f"With {other} it would match; entries of one mapping or list start in the same column.",
            f"{other}個なら合います。同じ階層のキーや要素は、同じ桁から始めてください。",
        )
        yield Repair(
            start=line.begin,
            end=line.begin + width,
            new=" " * other,
            shown=shown,
            message=message,
            hint=hint,
        )


def _indents(lines: list[YamlLine]) -> list[int]:
    """The indentations of the lines around, the nearest first, and one step further in."""
    near = [len(line.indent) for line in lines[:20] if "\t" not in line.indent]
    return list(dict.fromkeys([*near, *(width + 2 for width in near[:3])]))


def _bracket(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """A bracket that its line does not close, or one too many."""
    plain = _without_quoted(line.rest)
    opened: list[int] = []
    for at, character in enumerate(plain):
        if character in _CLOSING and (at == 0 or plain[at - 1] in " \t,[{:"):
            opened.append(at)
        elif character in _CLOSING.values():
            if not opened and at > 0:
                message = Text(f"There is one '{character}' too many.", f"「{character}」が1つ余分です。")
                hint = Text("Delete it.", "削除してください。")
                place = line.start + at
                yield Repair(start=place, end=place + 1, new="", shown=(place, place + 1), message=message, hint=hint)
            else:
                opened = opened[:-1]
    if opened:
        bracket, place = plain[opened[-1]], line.start + opened[-1]
        closing = _CLOSING[bracket]
        message = Text(
            f"The '{bracket}' that begins here is not closed: '{closing}' is missing.",
            f"ここの「{bracket}」が閉じられていません（「{closing}」がありません）。",
        )
        hint = Text(f"Write '{closing}' at its end.", f"終わりに「{closing}」を書いてください。")
        end = line.start + len(line.rest.rstrip(", \t"))
        yield Repair(start=end, end=end, new=closing, shown=(place, place + 1), message=message, hint=hint)


def comma(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """Between the entries of a list or mapping in brackets that goes over several lines."""
    message = Text("A comma is missing after this.", "この後にカンマがありません。")
    hint = Text("Put a ',' between two entries.", "要素と要素の間に「,」を書いてください。")
    yield Repair(start=line.end, end=line.end, new=",", shown=(line.start, line.end), message=message, hint=hint)


def _without_quoted(text: str) -> str:
    """The text with blanks in place of what is in quotes."""
    return re.sub(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"", lambda quoted: " " * len(quoted[0]), text)


def _stray(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if line.dashes or _INSIDE.search(line.rest):
        return
    message = Text(
        "This line is neither 'key: value' nor an entry of a list nor a comment.",
        "この行は「キー: 値」でも、リストの要素でも、コメントでもありません。",
    )
    hint = Text(
        "Add what is missing, or begin it with '#' if it is a comment.",
        "足りないものを補うか、コメントなら先頭に「#」を書いてください。",
    )
    yield Repair(start=line.start, end=line.start, new="# ", shown=(line.start, line.end), message=message, hint=hint)


MENDINGS: tuple[Mending, ...] = (
    _tab,
    _closing_quote,
    space_after_colon,
    other_sign,
    space_after_dash,
    colon,
    _list_on_the_line_of_its_key,
    _quotes_around,
    _bracket,
    indentation,
    comma,
    _stray,
)
