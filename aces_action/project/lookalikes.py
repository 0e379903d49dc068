"""Characters that look like others: full-width signs, typographic quotes, invisible blanks, decomposed kana. Pure.

Japanese keyboards, word processors and macOS write them without being asked; a reader does not see the difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems import Problem
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
    found = next((each for each in text if not each.isascii() and _plain_character(each) != each), "")
    if not found:
        return EMPTY
    code, like = f"U+{ord(found):04X}", _plain_character(found)
    if not like:
        return Text(f"an invisible character ({code})", f"見えない文字（{code}）")
    if like == " ":
        return Text(f"a blank that is not an ordinary space ({code})", f"半角スペースではない空白（{code}）")
    return Text(f"'{found}' ({code}), which only looks like {like}", f"「{like}」に似た別の文字「{found}」（{code}）")


def advice(text: str, *, show: bool = True) -> Text:
    """What to say of a refused text that looks right; empty where it does not. `show`: whether the text may be shown."""
    meant = ascii_form(text)
    if meant is None:
        return EMPTY
    what = named(text)
    told = Text(f"It has {what.en}.", f"{what.ja}が含まれています。")
    if not show:
        return told
    if _WRAPPED.fullmatch(text):
        return Text(
            f"“ ” ‘ ’ and the like do not count as quotes here ({what.en}). Write '{meant}' with straight quotes, or {meant} "
            "without.",
            f"“ ” ‘ ’などは引用符として扱われません（{what.ja}）。"
            f"半角の引用符で'{meant}'と書くか、引用符なしで{meant}と書いてください。",
        )
    return told + Text(f" Write {meant}.", f"{meant}と書いてください。")


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
        return lines(
            Text(
                "Both look the same, but one is written with composed characters (NFC), the other with decomposed ones (NFD, as "
                "macOS has them in file names). This makes all of the file NFC:",
                "どちらも同じに見えますが、一方は通常の形（NFC）、もう一方は濁点などが分かれた形（NFD。macOSのファイル名の形式）で書かれています。次のコマンドで、ファイル全体をNFCにできます:",
            ),
            same(composing_command(file)),
        )
    odd = named(one if not one.isascii() else other)
    return Text(f"Both look the same, but one has {odd.en}.", f"どちらも同じに見えますが、一方には{odd.ja}が含まれています。")


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
    place = dotted(path)
    return document.problem(
        "C045",
        path,
        Text(f"{place} has only blanks.", f"{place}に読める文字がありません（空白だけです）。"),
        Text("The ACES Platform shows this text to its users.", "ACES Platformの画面に表示される項目です。"),
    )


def _odd(document: Document, path: Path, value: str) -> Problem | None:
    place, prose = dotted(path), path[-1:] in _PROSE_ENDS
    if unseen := next((each for each in value if is_invisible(each) and each != _JOINER and not _VARIATIONS.match(each)), ""):
        message = Text(
            f"{place} has an invisible character (U+{ord(unseen):04X}).",
            f"{place}に見えない文字（U+{ord(unseen):04X}）があります。",
        )
        hint = Text(
            "It usually comes with copied text. Type the value again.",
            "多くは、コピーした文章に含まれていたものです。入力し直してください。",
        )
        return document.problem("C040", path, message, hint)
    if document.format == "YAML" and not _is_quoted(document, path) and (found := _COMMENT.search(value)):
        kept = value[: found.start()].rstrip()
        message = Text(
            f"{place} goes on after {kept}: the full-width ＃ begins no comment.",
            f"{place}の{kept}より後も値になっています。全角の＃ではコメントになりません。",
        )
        return document.problem("C040", path, message, Text("Write an ASCII # instead.", "半角の#にしてください。"))
    if prose:
        return None
    if wrapped := _WRAPPED.fullmatch(value):
        message = Text(
            f"The quotes in {place} are part of its value: {value.strip()}",
            f"{place}の引用符は値の一部になります: {value.strip()}",
        )
        hint = Text(
            f"If they are intended as quotes, write straight ones: '{wrapped[1]}'.",
            f"引用符のつもりであれば、半角で'{wrapped[1]}'と書いてください。",
        )
        return document.problem("C040", path, message, hint)
    if (meant := ascii_form(value)) and not _has_kana_or_kanji(value):
        what = named(value)
        message = Text(f"{place} has {what.en}.", f"{place}に{what.ja}があります。")
        return document.problem(
            "C040",
            path,
            message,
            Text(f"If it is not intended, write {meant}.", f"意図したものでなければ、{meant}と書いてください。"),
        )
    return None


def _has_kana_or_kanji(text: str) -> bool:
    return any("\u3040" <= each <= "\u30fb" or "\u4e00" <= each <= "\u9fff" for each in text)


def _is_quoted(document: Document, path: Path) -> bool:
    start, _ = document.span(path)
    return document.source.text[start : start + 1] in {"'", '"', "|", ">"}
