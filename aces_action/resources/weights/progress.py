"""How far something is: a line every ten seconds in a log, a bar in a terminal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol, TextIO

from aces_action.durations import duration_text
from aces_action.language import Language, Text
from aces_action.output.tables import columns_of, within

StartProgress = Callable[[Text, int], "Progress"]
"""Starts to show progress, by a verb and the number of bytes to come (0: unknown)."""
CHECKED, PACKED, READ, SENT = Text("checked", "検査"), Text("packed", "作成"), Text("read", "読み込み"), Text("sent", "送信")
ASSEMBLING = Text("S3 is assembling the parts", "S3が結合しています")

_LINE_EVERY = 10.0
_BAR_EVERY = 0.1
_SAMPLE_EVERY, _WINDOW, _FIRST = 0.5, 15.0, 3.0  # seconds
_WIDTH, _NARROWEST = 30, 5  # columns of the bar itself
_CLEAR = "\x1b[K"  # to the end of the line, where a longer text may have stood


class Progress(Protocol):
    """Told of bytes as they go by, from any thread."""

    def advance(self, count: int, /) -> None:
        """Less than none where bytes have to go again."""

    def wait_for(self, what: Text, /) -> None:
        """All went by, and somebody else has to do something with it."""

    def finish(self) -> None:
        """No more will come, whether all is done or something failed."""


class NoProgress:
    """Shows nothing."""

    def advance(self, count: int, /) -> None:
        pass

    def wait_for(self, what: Text, /) -> None:
        pass

    def finish(self) -> None:
        pass


class LogLines:
    """A line of the log at most every ten seconds; none at all for anything that ends sooner.

    `total` 0: it is not known how much will come.
    """

    def __init__(
        self, verb: Text, total: int, log: Callable[[Text], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._verb, self._total, self._log, self._clock = verb, total, log, clock
        self._done, self._next, self._is_told = 0, clock() + _LINE_EVERY, False
        self._lock = Lock()

    def advance(self, count: int, /) -> None:
        with self._lock:
            self._done += count
            if self._clock() < self._next:
                return
            self._next, self._is_told = self._clock() + _LINE_EVERY, True
            done = self._done
        whole = f" / {self._total / 1e9:.2f}" if self._total else ""
        english, japanese = (f" {done / 1e9:.2f}{whole}{gap}GB" for gap in (" ", ""))
        self._log(self._verb + Text(english, japanese))

    def wait_for(self, what: Text, /) -> None:
        if self._is_told:
            self._log(what)

    def finish(self) -> None:
        pass


def log_lines(log: Callable[[Text], None]) -> StartProgress:
    return lambda verb, total: LogLines(verb, total, log)


class Bar:
    """One line of a terminal, drawn over and over at most ten times a second. Without a `total` it has no bar, only numbers.

    `columns`: how wide the terminal is now.
    """

    def __init__(
        self,
        verb: str,
        total: int,
        stream: TextIO,
        *,
        language: Language,
        columns: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verb, self._total, self._language = verb, total, language
        self._stream, self._columns, self._clock = stream, columns, clock
        self._done, self._next, self._ended, self._waiting = 0, 0.0, False, ""
        self._pace, self._lock = Pace(), Lock()

    def advance(self, count: int, /) -> None:
        with self._lock:
            self._done += count
            now = self._clock()
            self._pace.note(now, self._done)
            if not self._ended and (now >= self._next or (count and self._done == self._total)):
                self._next = now + _BAR_EVERY
                self._draw()

    def wait_for(self, what: Text, /) -> None:
        with self._lock:
            self._waiting = what.in_(self._language)
            self._draw()

    def finish(self) -> None:
        with self._lock:
            if self._next and not self._ended:  # over what else was written to the line meanwhile, such as ^C
                self._waiting = ""
                self._draw()
                self._stream.write("\n")
                self._stream.flush()
            self._ended = True  # threads of a cancelled upload may still tell of bytes

    def _draw(self) -> None:
        transfer = Transfer(total=self._total, done=self._done, rate=self._pace.rate, waiting=self._waiting)
        line = bar_line(self._verb, transfer, language=self._language, width=self._columns() - 1)
        self._stream.write(f"\r{line}{_CLEAR}")
        self._stream.flush()


class Pace:
    """How fast it goes: over the last seconds, since a line that gets faster or slower does not stay so. What was there when the
    first bytes were told of, such as the parts of an earlier upload, does not count."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, now: float, done: int) -> None:
        if not self._seen or now - self._seen[-1][0] >= _SAMPLE_EVERY:
            self._seen.append((now, done))
            while len(self._seen) > 2 and now - self._seen[1][0] >= _WINDOW:
                self._seen.popleft()

    @property
    def rate(self) -> float:
        """Bytes a second; 0 in the first seconds, where it would be a guess."""
        (start, before), (end, after) = (self._seen[0], self._seen[-1]) if self._seen else ((0.0, 0), (0.0, 0))
        return (after - before) / (end - start) if end - start >= _FIRST else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """How far it is: `done` of `total` bytes, 0 where that is unknown, by `rate` bytes a second, 0 where that is unknown.
    `waiting`: what goes on where no more bytes come."""

    total: int
    done: int
    rate: float = 0.0
    waiting: str = ""


def bar_line(verb: str, transfer: Transfer, *, language: Language, width: int) -> str:
    """'sent ████████··  80%  1,200 MB  12 MB/s  25 s left': of a narrow terminal what has room, the most important first."""
    total, done, rate = transfer.total, transfer.done, transfer.rate
    gap = "" if language == "ja" else " "  # between a number and its unit
    parts = [f"{done / 1e6:,.0f}{gap}MB"]
    if transfer.waiting:
        parts.append(transfer.waiting)
    elif rate:
        parts.append(Text(f"{rate / 1e6:,.1f} MB/s", f"{rate / 1e6:,.1f}MB/秒").in_(language))
        if total > done:
            parts.append(_left((total - done) / rate).in_(language))
    share = [f"{min(done / total, 1.0):4.0%}"] if total else []
    head = " ".join([verb, *share])
    while parts and columns_of("  ".join([head, *parts])) > width:
        parts.pop()
    room = min(_WIDTH, width - columns_of("  ".join([head, *parts])) - 1)
    if total and room >= _NARROWEST:
        filled = int(min(done / total, 1.0) * room)
        head = " ".join([verb, "█" * filled + "·" * (room - filled), *share])
    return within("  ".join([head, *parts]), width)


def _left(seconds: float) -> Text:
    """Seconds one by one in the last minute alone: before that nobody knows so well."""
    if seconds < 55:
        whole = max(1, round(seconds))
        return Text(f"{whole} s left", f"残り{whole}秒")
    about = duration_text(max(60, 5 * round(seconds / 5)))
    return Text(f"{about.en} left", f"残り{about.ja}")
