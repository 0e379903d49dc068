"""What a server wrote into its log before SageMaker gave it up: as data, made harmless. Pure; nothing is read or printed here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate

from aces_action.credentials import HIDDEN, hide_credentials, hide_keys
from aces_action.language import EMPTY, Text
from aces_action.sanitiser import LINE_END, neutralise, seen, shorten

LINES = 300  # that are looked at, of each variant: the container is started again until SageMaker gives up
SHOWN = 30  # of them
WIDTH = 200  # characters of a line that are shown
LONGEST = 16_000  # characters of a line that are looked at: an event of CloudWatch may have a million
_MOST = 60_000  # characters of all lines: looking for causes and credentials takes up to a second for so many

_LINE_ENDS = re.compile(rf"\r*{LINE_END}")
_PROGRESS = re.compile(r"\d{1,3}(?:\.\d+)?%|\b\d+/\d+\b|\bETA\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLog:
    """The last lines of one log stream, cleaned, as long as they are. Without lines, `missing` says why there are none.

    `stream` is the log stream in CloudWatch. `is_new`: it began with the roll-out, unlike one of an instance that served before.
    """

    variant: str
    stream: str = ""
    lines: tuple[str, ...] = ()
    is_new: bool = True
    missing: Text = EMPTY

    @property
    def shown(self) -> tuple[str, ...]:
        """The last of the lines, short enough for log and summary."""
        return tuple(shorten(line, WIDTH) for line in self.lines[-SHOWN:])


def cleaned(messages: Iterable[str], redact: Callable[[str], str]) -> tuple[str, ...]:
    """The messages of log events as lines: at most `LINES`, the last ones, of at most `LONGEST` characters, `_MOST` together.

    Neither runner nor terminal can take anything in them for a command; `redact` hides the secrets that the run knows, and what
    looks like another credential is hidden too, before a line is cut.
    """
    lines = [_plain(_without_returns(line)) for message in messages for line in _LINE_ENDS.split(message)]
    last = _last([line for line in hide_keys(lines) if line.strip()])
    return tuple(safe for line in last if (safe := harmless(redact(line))).strip())


def _last(lines: list[str]) -> list[str]:
    """The last of the lines that are looked at; one at least."""
    lengths = accumulate(len(line) for line in reversed(lines[-LINES:]))
    count = sum(1 for length in lengths if length <= _MOST)
    return lines[-max(1, count) :]


def harmless(line: str) -> str:
    """One line without what looks like a credential, and without anything that runner or terminal could take for a command.

    For what was unwrapped from a line that is clean already: an escape in it may have stood for any character.
    """
    return neutralise(hide_credentials(_plain(line))).rstrip()


def _without_returns(line: str) -> str:
    """Carriage returns in a line as `\\r`, which is what is wrong with `python\\r`.

    A terminal writes over what stands before one: of a progress bar its last state alone is left, for it has hundreds.
    """
    *before, last = line.rstrip("\r").split("\r")
    return r"\r".join([*(each for each in before if each and not _PROGRESS.search(each)), last])


def _plain(line: str) -> str:
    """Without what nobody sees, which could also stand inside a secret."""
    within = line[:LONGEST]
    if len(line) > LONGEST:  # the last word may be half a secret, which would not be known for one
        within = re.sub(r"\S+$", HIDDEN, within)
    return " ".join(seen(within).replace("\t", " ").split("\n"))
