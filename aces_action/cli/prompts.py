"""Questions to a person at a terminal: a question stands on lines of its own, the answer is typed after a mark of two columns.

So nothing that is typed is ever redrawn over a long or Japanese question, and readline, which counts in columns, gets arrow keys,
backspace over Japanese and wrapping right.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import click

from aces_action.cli.console import Terminal
from aces_action.language import EMPTY, Language, Text
from aces_action.sanitiser import neutralise

Fault = Callable[[str], Text | None]

_MARK = "> "
_YES_OR_NO = {("y", "yes", "はい"): True, ("", "n", "no", "いいえ"): False}
_INDENT = "  "
_NEEDED = Text("This needs an answer.", "回答を入力してください。")
_UNREADABLE = Text(
    "The answer contains control characters or is not in the terminal's encoding.",
    "制御文字、またはターミナルの文字コードで読めない文字が含まれています。",
)
_NO_LINE_BEGINS_WITH = "、。，．・：；？！）」』】〕々ー…)]}>,.:;!?"
_NO_LINE_ENDS_WITH = "（「『【〔([{<"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: what is asked, what helps to answer it, what an empty answer means, and what is wrong with one."""

    text: Text
    fault: Fault
    note: Text = EMPTY
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several answers."""

    name: str
    about: Text = EMPTY


def ask(question: Question, person: Terminal) -> str:
    """An answer in which nothing is wrong; a wrong one is asked for again, with the reason. Raises click.Abort."""
    _show(question, person)
    while True:
        answer = _typed() or question.default or ""
        wrong = question.fault(answer) if answer else _NEEDED
        if any(unicodedata.category(each) in {"Cc", "Cs"} for each in answer):
            wrong = _UNREADABLE
        if wrong is None:
            return answer
        half_width = unicodedata.normalize("NFKC", answer)
        if wrong is not _UNREADABLE and half_width and question.fault(half_width) is None:
            return half_width  # Japanese input is often left on
        tell(f"✗ {neutralise(wrong.in_(person.language))}", person)


def choose(question: Text, choices: Sequence[Choice], default: str, person: Terminal) -> str:
    """The name of one of the choices. Its number or its name may be typed."""
    names = [choice.name for choice in choices]
    wanted = ", ".join(names)

    def fault(text: str) -> Text | None:
        if _chosen(text, names):
            return None
        return Text(
            f"'{text}' is not one of these: type a number from 1 to {len(names)}, or {wanted}.",
            f"「{text}」は選択肢にありません。1から{len(names)}までの番号、または名前（{wanted}）を入力してください。",
        )

    listed = [_numbered(number, choice, person.language) for number, choice in enumerate(choices, start=1)]
    note = Text("\n".join(listed), "\n".join(listed))
    return _chosen(ask(Question(text=question, fault=fault, note=note, default=default), person), names) or default


def agrees(question: Text, person: Terminal) -> bool:
    """Yes or no; an empty answer is no. Raises click.Abort."""
    while True:
        answer = _typed(f"{question.in_(person.language)} [y/N]: ")
        if found := [agreed for words, agreed in _YES_OR_NO.items() if unicodedata.normalize("NFKC", answer).casefold() in words]:
            return found[0]
        tell(Text("✗ Type y or n.", "✗ yまたはnを入力してください。").in_(person.language), person)


def ask_hidden(question: Text, person: Terminal) -> str:
    """An answer that the screen does not show. Raises click.Abort."""
    click.echo()
    answer: str = click.prompt(question.in_(person.language), hide_input=True)
    return answer


def tell(text: str, person: Terminal, *, indent: str = _INDENT) -> None:
    """Lines to the person, no wider than the terminal."""
    click.echo("\n".join(wrapped(text, person.width - len(indent), indent=indent)))


def wrapped(text: str, width: int, *, indent: str = "") -> Iterator[str]:
    """The lines of a text, of at most `width` columns behind their indent: broken at a blank, or between Japanese characters."""
    for line in text.split("\n"):
        hanging = " " * columns(line[: line.index(". ") + 2]) if line[:1].isdecimal() and ". " in line[:5] else ""
        rest, room = line, max(width, 20)
        while columns(rest) > room:
            at = _break(rest, room)
            yield indent + rest[:at].rstrip()
            rest = hanging + rest[at:].lstrip()
        yield (indent + rest).rstrip()


def _break(line: str, room: int) -> int:
    """After how many characters to go on in the next line."""
    end, used = 0, 0
    while end < len(line) and used + columns(line[end]) <= room:
        used += columns(line[end])
        end += 1
    begin = len(line) - len(line.lstrip())
    for at in range(end, begin, -1):
        before, after = line[at - 1], line[at]
        if after in _NO_LINE_BEGINS_WITH or before in _NO_LINE_ENDS_WITH or (_is_katakana(before) and _is_katakana(after)):
            continue
        if " " in (before, after) or 2 in (columns(before), columns(after)):
            return at
    return max(end, 1)


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ー"


def columns(text: str) -> int:
    """Columns in a terminal: Japanese characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _show(question: Question, person: Terminal) -> None:
    default = f" [{neutralise(question.default)}]" if question.default else ""
    click.echo()
    tell(question.text.in_(person.language) + default, person, indent="")
    if question.note:
        tell(question.note.in_(person.language), person)


def _typed(mark: str = _MARK) -> str:
    with contextlib.suppress(ImportError):  # Windows has none, and its console edits lines itself
        import readline  # noqa: F401  with it, input() knows arrow keys and the width of what is typed
    try:
        answer: str = click.prompt(mark, default="", show_default=False, prompt_suffix="")
    except click.Abort:
        click.echo()  # the next words do not stand behind the mark
        raise
    return answer.strip()


def _numbered(number: int, choice: Choice, language: Language) -> str:
    about = choice.about.in_(language)
    return f"{number}. {choice.name}" + (f" - {about}" if about else "")


def _chosen(text: str, names: Sequence[str]) -> str | None:
    plain = text.casefold()
    numbered = {str(number): name for number, name in enumerate(names, start=1)}
    return numbered.get(plain) or next((name for name in names if name == plain), None)
