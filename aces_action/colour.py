"""Colours of a log and of a terminal: SGR codes around our own words, never around what is taken for a command.

GitHub shows them in the log of a job, which is no terminal: reset, bold, the eight colours and grey, but not 'faint' (the list of
GitHub's own that super-linter/super-linter#334 quotes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Hue = Literal["red", "green", "yellow", "cyan", "grey"]
_CODES: Mapping[Hue, int] = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "grey": 90}
_MARKS: Mapping[str, Hue] = {"✓": "green", "✗": "red", "!": "yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedLine:
    """`mark` is in colour and `text`, below or after it, as it is; where there is no mark, all of it is in colour."""

    text: str
    hue: Hue
    mark: str = ""


def is_wanted(environ: Mapping[str, str], *, shows: bool) -> bool:
    """Whether to write in colour where it `shows`: not against NO_COLOR, if that is not empty (no-color.org), nor TERM=dumb."""
    return shows and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def painted(text: str, hue: Hue) -> str:
    """Line by line: a colour ends with its line on GitHub, and nothing of it is left over on a terminal."""
    return "\n".join(f"\x1b[{_CODES[hue]}m{line}\x1b[0m" if line else "" for line in text.split("\n"))


def with_painted_marks(text: str) -> str:
    """The text with the mark in colour that a line of it begins with."""
    return "\n".join(_with_painted_mark(line) for line in text.split("\n"))


def _with_painted_mark(line: str) -> str:
    mark, space, rest = line.partition(" ")
    return f"{painted(mark, _MARKS[mark])}{space}{rest}" if mark in _MARKS else line
