"""Characters that look like others: full-width signs, typographic quotes, invisible blanks, decomposed kana. Pure.

Japanese keyboards, word processors and macOS write them without being asked; a reader does not see the difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache

from aces_action.language import EMPTY, Text, sentences
from aces_action.problems.configuration import text as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted

_DOUBLE, _SINGLE = "“”„‟«»〝〞″〟", "‘’‚‛′´"
_TABLE = {
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_SINGLE, "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣ー─", "-"),
    **dict.fromkeys("〜∼", "~"),
    "、": ",",
    "。": ".",
    "・": ".",
    "∕": "/",
    "⁄": "/",
    "：": ":",
    # Cyrillic and Greek letters of the same shape
    **dict(zip("аеорсухіѕјһԁАВЕКМНОРСТХІЅЈ", "aeopcyxisjhdABEKMHOPCTXISJ", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
}
_FILLERS = "\u115f\u1160\u3164\uffa0\u034f"  # letters by their category, and nothing to see
_PROSE_ENDS = frozenset(
    {("title",), ("subtitle",), ("content",), ("unit_name",)}
)  # text for people: full-width signs are meant there
_VARIATIONS = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # of the character before: 葛 has two forms
_JOINER = "\u200d"  # part of a picture
_WRAPPED = re.compile(rf"\s*[{_DOUBLE}{_SINGLE}](.*)[{_DOUBLE}{_SINGLE}]\s*", re.DOTALL)
_COMMENT = re.compile(r"[\s\u3000]＃")


def plain(text: str) -> str:
    """The text as it looks in ASCII, as far as it does: full-width and typographic characters by what they look like."""
    return "".join(map(_plain_character, text))


@cache
def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if is_invisible(character):
        return ""
    if character in _TABLE:
        return _TABLE[character]
    if unicodedata.category(character).startswith("Z"):
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if folded.isascii() else _TABLE.get(folded, character)


@cache
def is_invisible(character: str) -> bool:
    """Whether nobody sees it, not even as a blank."""
    return unicodedata.category(character) == "Cf" or character in _FILLERS or _VARIATIONS.match(character) is not None


def ascii_form(text: str) -> str | None:
    """What was meant by a text that looks like ASCII and is not; None where it is ASCII, or does not."""
    meant = plain(text).strip()
    wrapped = _WRAPPED.fullmatch(text)
    meant = plain(wrapped[1]).strip() if wrapped else meant
    return meant if not text.isascii() and meant.isascii() and meant else None


def named(text: str) -> Text:
    """The first character that looks like another one, with its number, and what it looks like."""
    found = next((character for character in text if not character.isascii() and _plain_character(character) != character), "")
    return problems.called_character(found, _plain_character(found)) if found else EMPTY


def advice(text: str, *, show: bool = True) -> Text:
    """What to say of a refused text that looks right; empty where it does not. `show`: whether the text may be shown."""
    meant = ascii_form(text)
    if meant is None:
        return EMPTY
    odd = named(text)
    if not show:
        return problems.has_character(odd)
    if _WRAPPED.fullmatch(text):
        return problems.no_quotes(odd, meant)
    return sentences(problems.has_character(odd), problems.write_instead(meant))


def look_the_same(one: str, other: str) -> bool:
    """Whether a reader cannot tell two different texts apart."""
    return one != other and (_composed(one) == _composed(other) or plain(_composed(one)) == plain(_composed(other)))


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def difference(one: str, other: str, file: str) -> Text:
    """Why two texts that look the same are not, and the command that puts `file` right. Empty where one sees the difference."""
    if not look_the_same(one, other):
        return EMPTY
    if _composed(one) == _composed(other):
        return problems.differently_composed(composing_command(file))
    return problems.same_but_for(named(one if not one.isascii() else other))


def composing_command(file: str) -> str:
    """A command that writes a file's text in NFC."""
    return (
        f'    python3 -c \'import pathlib, unicodedata; f = pathlib.Path("{file}"); '
        'f.write_text(unicodedata.normalize("NFC", f.read_text("utf-8")), "utf-8")\''
    )


def lookalike_problems(document: Document, refused: Collection[str]) -> Iterator[Problem]:
    """Values that are allowed and can hardly be meant: quotes that are part of the text, invisible characters, full-width signs
    in what a program reads, a comment that is none (C040), and text for people without anything to see (C045).

    `refused`: places where something is wrong already.
    """
    for path in document.values:
        value = document.get(*path)
        if isinstance(value, str) and not (value.isascii() and value.strip()):
            problem = _blank(document, path, value) or _odd(document, path, value)
            if problem and problem.place not in refused:
                yield problem


def _blank(document: Document, path: Path, value: str) -> Problem | None:
    if path[-1:] not in _PROSE_ENDS or plain(value).strip():
        return None
    return document.at(path, problems.blank_text(dotted(path)))


def _odd(document: Document, path: Path, value: str) -> Problem | None:
    problem = _odd_value(value, dotted(path), prose=path[-1:] in _PROSE_ENDS, commented=_may_be_commented(document, path))
    return document.at(path, problem) if problem else None


def _has_kana_or_kanji(text: str) -> bool:
    return any("\u3040" <= each <= "\u30fb" or "\u4e00" <= each <= "\u9fff" for each in text)


def _odd_value(value: str, place: str, *, prose: bool, commented: bool) -> Problem | None:
    """`prose`: it is text for people; `commented`: a comment may have been meant in it."""
    for character in value:
        if is_invisible(character) and character != _JOINER and not _VARIATIONS.match(character):
            return problems.invisible_character(place, character)
    if commented and (comment := _COMMENT.search(value)):
        return problems.wide_comment(place, value[: comment.start()].rstrip())
    if prose:
        return None
    if wrapped := _WRAPPED.fullmatch(value):
        return problems.quotes_in_value(place, value.strip(), wrapped[1])
    if (meant := ascii_form(value)) and not _has_kana_or_kanji(value):
        return problems.odd_character(place, named(value), meant)
    return None


def _may_be_commented(document: Document, path: Path) -> bool:
    start, _ = document.span(path)
    return document.format == "YAML" and document.source.text[start : start + 1] not in {"'", '"', "|", ">"}
