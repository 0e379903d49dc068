"""What a server wrote into its log before SageMaker gave it up: as data, made harmless. Pure; nothing is read or printed here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aces_action.credentials import HIDDEN, hide_credentials, hide_keys
from aces_action.github.commands import neutralise, shorten
from aces_action.language import EMPTY, Text

LINES = 30  # of each variant
WIDTH = 200  # characters of a line
_LONGEST = 4_000  # characters of a line that are looked at: an event of CloudWatch may have a million

_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_TERMINAL_CODES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\^_]")

# The line that ends a traceback of Python, of Java or of Node.js: the name of an exception, mostly with its message
_EXCEPTION = re.compile(r"(?:^|[\s\]|])(?:[A-Za-z_][\w$]*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Fault)(?::\s|$)")
_ERROR = re.compile(
    r"\b(?:error|fatal|critical|panic|exception|traceback|killed|sigkill|segmentation fault|core dumped|cannot|could not"
    r"|unable to|failed|failure|not found|no such file|denied|refused|exited with)\b",
    re.IGNORECASE,
)
_FRAME = re.compile(r'\s*(?:File "|at \S+\(|Traceback \(most recent)')
_ACCESS = re.compile(r"\"?(?:GET|POST|HEAD) /\S* HTTP/[\d.]+\"? \d{3}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLog:
    """The last lines of one production variant, cleaned. Without lines, `missing` says why there are none.

    `stream` is the log stream in CloudWatch. `is_new`: it began with the roll-out, unlike one of an instance that served before.
    """

    variant: str
    stream: str = ""
    lines: tuple[str, ...] = ()
    is_new: bool = True
    missing: Text = EMPTY


def cleaned(messages: Iterable[str], redact: Callable[[str], str]) -> tuple[str, ...]:
    """The messages of log events as lines to show: at most `LINES`, the last ones, of at most `WIDTH` characters each.

    Neither runner nor terminal can take anything in them for a command; `redact` hides the secrets that the run knows, and what
    looks like another credential is hidden too, before a line is cut.
    """
    lines = [_plain(line) for message in messages for line in _LINE_ENDS.split(message)]
    safe = [_safe(line, redact) for line in hide_keys(lines)]
    return tuple([line for line in safe if line.strip()][-LINES:])


def _plain(line: str) -> str:
    """Without terminal codes and characters that nobody sees, which could also stand inside a secret."""
    within = line[:_LONGEST]
    if len(line) > _LONGEST:  # the last word may be half a secret, which would not be known for one
        within = re.sub(r"\S+$", HIDDEN, within)
    return "".join(
        " " if each == "\t" else each
        for each in _TERMINAL_CODES.sub("", within)
        if each == "\t" or unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def _safe(line: str, redact: Callable[[str], str]) -> str:
    return shorten(neutralise(hide_credentials(redact(line))).rstrip(), WIDTH)


def notable(lines: Sequence[str]) -> str:
    """The line that tells most: the last exception, else the last error, else the last one. Empty where there is none."""
    told = [line.strip() for line in lines if not _FRAME.match(line) and not _ACCESS.search(line)]
    for pattern in (_EXCEPTION, _ERROR):
        if found := [line for line in told if pattern.search(line)]:
            return found[-1]
    return told[-1] if told else ""
