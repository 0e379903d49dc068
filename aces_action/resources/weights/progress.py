"""How far something is: a line every ten seconds in a log, a bar in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol, TextIO

from aces_action.language import Text, same

StartProgress = Callable[[Text, int], "Progress"]
"""Starts to show progress, by a verb and the number of bytes to come (0: unknown)."""
CHECKED, PACKED, READ, SENT = Text("checked", "検査"), Text("packed", "作成"), Text("read", "読み込み"), Text("sent", "送信")

_LINE_EVERY = 10.0
_BAR_EVERY = 0.1
_WIDTH = 30


class Progress(Protocol):
    """Told of bytes as they go by, from any thread."""

    def advance(self, count: int, /) -> None: ...

    def finish(self) -> None:
        """No more will come, whether all is done or something failed."""


class NoProgress:
    """Shows nothing."""

    def advance(self, count: int, /) -> None:
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
        self._done, self._next = 0, clock() + _LINE_EVERY
        self._lock = Lock()

    def advance(self, count: int, /) -> None:
        with self._lock:
            self._done += count
            if self._clock() < self._next:
                return
            self._next = self._clock() + _LINE_EVERY
            done = self._done
        whole = f" / {self._total / 1e9:.2f}" if self._total else ""
        self._log(self._verb + same(f" {done / 1e9:.2f}{whole} GB"))

    def finish(self) -> None:
        pass


def log_lines(log: Callable[[Text], None]) -> StartProgress:
    return lambda verb, total: LogLines(verb, total, log)


class Bar:
    """One line of a terminal, drawn over and over at most ten times a second. Without a `total` it has no bar, only numbers."""

    def __init__(self, verb: str, total: int, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._verb, self._total, self._stream, self._clock = verb, total, stream, clock
        self._done, self._start, self._next = 0, clock(), 0.0
        self._lock = Lock()

    def advance(self, count: int, /) -> None:
        with self._lock:
            self._done += count
            if self._clock() >= self._next or (count and self._done == self._total):
                self._next = self._clock() + _BAR_EVERY
                self._draw()

    def _draw(self) -> None:
        bar = ""
        if self._total:
            share = min(self._done / self._total, 1.0)
            filled = int(share * _WIDTH)
            bar = f"{'█' * filled}{'·' * (_WIDTH - filled)} {share:4.0%}  "
        speed = self._done / max(self._clock() - self._start, 1e-3) / 1e6
        self._stream.write(f"\r{self._verb} {bar}{self._done / 1e6:,.0f} MB  {speed:,.0f} MB/s ")
        self._stream.flush()

    def finish(self) -> None:
        if self._next:
            self._stream.write("\n")
            self._stream.flush()
