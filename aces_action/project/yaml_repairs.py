"""The ways in which people break a line of YAML, and how each is repaired."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aces_action.problems.configuration import yaml_syntax as problems
from aces_action.project.repair import LONGEST_LINE, Repair

_LINE = re.compile(r"(?P<indent>[ \t]*)(?P<dashes>(?:-[ \t]+)*)(?P<rest>[^\r\n]*?)(?P<comment>[ \t]#[^\r\n]*)?[ \t]*\r?")
_KEY = r"(?P<key>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'#&*!|>%@`,\[\]{}:=;-][^\s:=;,\[\]{}]*)"
_NO_SPACE = re.compile(rf"{_KEY}:(?P<value>(?!//)[^\s:].*)")
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


Repairer = Callable[[YamlLine, "list[YamlLine]"], Iterator[Repair]]


def line_of(written: str, begin: int) -> YamlLine | None:
    """A line, `begin` characters into the text; None if there is nothing to repair in it."""
    found = _LINE.fullmatch(written) if len(written) <= LONGEST_LINE else None
    if found is None or not found["rest"] or found["rest"].startswith("#"):
        return None
    return YamlLine(
        begin=begin, indent=found["indent"], dashes=found["dashes"], rest=found["rest"], comment=found["comment"] or ""
    )


# The ways in which people break a line, the likeliest first


def space_after_colon(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if found := _NO_SPACE.fullmatch(line.rest):
        at = line.start + found.start("value")
        problem = problems.space_missing_after_colon(found["key"], found["value"])
        yield Repair(at=(at, at), new=" ", shown=(line.start, line.end), problem=problem)


def other_sign(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if found := _OTHER_SIGN.fullmatch(line.rest):
        problem = problems.other_sign(found["key"], found["sign"], found["value"])
        whole = (line.start, line.end)
        yield Repair(at=whole, new=f"{found['key']}: {found['value']}", shown=whole, problem=problem)


def colon(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    found = _NO_COLON.fullmatch(line.rest)
    if found and ((found["value"] or "").startswith(("{", "[", "&")) or not _INSIDE.search(line.rest)):
        at = line.start + found.end("key")
        problem = problems.colon_missing(found["key"], found["value"] or "")
        yield Repair(at=(at, at), new=":", shown=(line.start, line.end), problem=problem)


def space_after_dash(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if found := _NO_SPACE_AFTER_DASH.fullmatch(line.rest):
        at = line.start + found.start("value")
        problem = problems.space_missing_after_dash(found["value"])
        yield Repair(at=(at, at), new=" ", shown=(at - 1, line.end), problem=problem)


def _closing_quote(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """At the end of the line, or before a sign that ends a value: the comment, a colon, a comma, a bracket."""
    text = line.rest + line.comment
    opening = next((at for part in (line.rest, text) if (at := _unclosed(part)) is not None), None)
    if opening is None:
        return
    quote, other = text[opening], "'" if text[opening] == '"' else '"'
    shown = (line.start + opening, line.start + opening + 1)
    ends = [len(line.rest), len(text)] if opening < len(line.rest) else [len(text)]
    ends += [found.start() for found in re.finditer(r":\s|[,\]}]", text) if found.start() > opening]
    if line.rest.endswith(other):
        ends.insert(0, len(line.rest) - 1)
    for end in dict.fromkeys(ends):
        at, mixed = line.start + end, text[end : end + 1] == other
        problem = problems.quotes_not_closed(quote, f"{text[opening:end]}{quote}")
        yield Repair(at=(at, at + mixed), new=quote, shown=shown, problem=problem)


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
        yield Repair(at=(at, at), new=f"\n{indent}", shown=(at, at + 1), problem=problems.list_on_line_of_key(found["key"]))


def _quotes_around(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """A value that has signs of YAML in it: at its beginning, a colon inside, quotes inside of quotes or text after them."""
    found = _VALUE.fullmatch(line.rest)
    if found is None or not (found["key"] or line.dashes):
        return
    value, at = found["value"], line.start + found.start("value")
    first = value[0]
    quoted = _quoted(value[1:-1] if first in "'\"" and len(value) > 1 and value.endswith(first) else value)
    if first in "'\"":
        problem, shown = problems.text_beside_quotes(quoted), (at, line.end)
    elif first in _NO_BEGINNING:
        problem, shown = problems.cannot_begin_value(first, quoted), (at, at + 1)
    elif first in "[{":
        if not re.search(r"[\]}][^\]},\s]", value):
            return
        problem, shown = problems.bracket_begins_text(first, quoted), (at, at + 1)
    elif inside := _INSIDE.search(value):
        problem, shown = problems.colon_inside_text(quoted), (at + inside.start(), at + inside.start() + 1)
    else:
        return
    yield Repair(at=(at, line.end), new=quoted, shown=shown, problem=problem)


def _tab(line: YamlLine, lines: list[YamlLine]) -> Iterator[Repair]:
    if "\t" not in line.indent:
        return
    at = line.begin + line.indent.index("\t")
    indent = (line.begin, line.begin + len(line.indent))
    for width in [*_indents(lines), *(len(line.indent.expandtabs(size)) for size in (2, 4, 8))]:
        yield Repair(at=indent, new=" " * width, shown=(at, at + 1), problem=problems.tab())


def indentation(line: YamlLine, lines: list[YamlLine]) -> Iterator[Repair]:
    """A line, or one with all that follows, that stands further in or out than it should."""
    if not _ENTRY.match(line.dashes + line.rest) or "\t" in line.indent:
        return
    width = len(line.indent)
    indent = (line.begin, line.begin + width)
    for other in _indents(lines):
        if other != width:
            shown = indent if width else (line.start, line.end)
            yield Repair(at=indent, new=" " * other, shown=shown, problem=problems.wrong_indentation(width, other))


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
                place = (line.start + at, line.start + at + 1)
                yield Repair(at=place, new="", shown=place, problem=problems.bracket_too_many(character))
            else:
                opened = opened[:-1]
    if opened:
        bracket, place = plain[opened[-1]], (line.start + opened[-1], line.start + opened[-1] + 1)
        end, closing = line.start + len(line.rest.rstrip(", \t")), _CLOSING[bracket]
        yield Repair(at=(end, end), new=closing, shown=place, problem=problems.bracket_not_closed(bracket, closing))


def comma(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    """Between the entries of a list or mapping in brackets that goes over several lines."""
    yield Repair(at=(line.end, line.end), new=",", shown=(line.start, line.end), problem=problems.comma_missing())


def _without_quoted(text: str) -> str:
    """The text with blanks in place of what is in quotes."""
    return re.sub(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"", lambda quoted: " " * len(quoted[0]), text)


def _stray(line: YamlLine, _lines: list[YamlLine]) -> Iterator[Repair]:
    if not line.dashes and not _INSIDE.search(line.rest):
        yield Repair(at=(line.start, line.start), new="# ", shown=(line.start, line.end), problem=problems.stray_line())


REPAIRERS: tuple[Repairer, ...] = (
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


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if "'" in text else f"'{text}'"
