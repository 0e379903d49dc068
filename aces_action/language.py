"""Texts for the user in English and Japanese, written side by side where the fact is known.

Which of the two is shown is decided where it is printed (log, summary, terminal), by the input `language`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

Language = Literal["en", "ja"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """The same in English and in Japanese. Empty in both, or in none.

    `at_terminal` is what a person at a terminal is told instead, where that differs: `aces-action deploy` again, not the job.
    Parts that are put together by `+`, `lines`, `sentences` and `joined` keep it; an f-string of `.en` and `.ja` loses it.
    """

    en: str
    ja: str
    at_terminal: Text | None = None

    def in_(self, language: Language) -> str:
        return self.ja if language == "ja" else self.en

    def for_terminal(self) -> Text:
        return self.at_terminal or self

    def __bool__(self) -> bool:
        return bool(self.en)

    def __add__(self, other: Text) -> Text:
        return _combined((self, other), "".join, "".join)

    def map(self, change: Callable[[str], str]) -> Text:
        return _combined((self,), lambda parts: change(*parts), lambda parts: change(*parts))


EMPTY = Text("", "")


def same(text: str) -> Text:
    """What needs no translation: a command to paste, a name, AWS's own words."""
    return Text(text, text)


def lines(*parts: Text) -> Text:
    """The parts that are not empty, each on lines of its own."""
    return joined("\n", parts)


def sentences(*parts: Text) -> Text:
    """The parts that are not empty, one after the other: Japanese puts no space between sentences."""
    return _combined([part for part in parts if part], " ".join, "".join)


def joined(separator: str, parts: Iterable[Text]) -> Text:
    """The parts that are not empty, with the separator between them in both languages."""
    return _combined([part for part in parts if part], separator.join, separator.join)


def _combined(parts: Sequence[Text], english: Callable[[list[str]], str], japanese: Callable[[list[str]], str]) -> Text:
    text = Text(english([part.en for part in parts]), japanese([part.ja for part in parts]))
    if not any(part.at_terminal for part in parts):
        return text
    return replace(text, at_terminal=_combined([part.for_terminal() for part in parts], english, japanese))
