"""Texts for the user in English and Japanese, written side by side where the fact is known.

Which of the two is shown is decided where it is printed (log, summary, terminal), by the input `language`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """The same in English and in Japanese. Empty in both, or in none."""

    en: str
    ja: str

    def in_(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en

    def __bool__(self) -> bool:
        return bool(self.en)

    def __add__(self, other: Text) -> Text:
        return Text(self.en + other.en, self.ja + other.ja)

    def map(self, change: Callable[[str], str]) -> Text:
        return Text(change(self.en), change(self.ja))


EMPTY = Text("", "")


def same(text: str) -> Text:
    """What needs no translation: a command to paste, a name, AWS's own words."""
    return Text(text, text)


def lines(*parts: Text) -> Text:
    """The parts that are not empty, each on lines of its own."""
    return joined("\n", parts)


def sentences(*parts: Text) -> Text:
    """The parts that are not empty, one after the other: Japanese puts no space between sentences."""
    known = [part for part in parts if part]
    return Text(" ".join(part.en for part in known), "".join(part.ja for part in known))


def joined(separator: str, parts: Iterable[Text]) -> Text:
    """The parts that are not empty, with the separator between them in both languages."""
    known = [part for part in parts if part]
    return Text(separator.join(part.en for part in known), separator.join(part.ja for part in known))
