"""Runs of the action for which time passes slowly: a machine with few cores then plays many runners, and is not what limits them.

In slow motion by 10, a second of a run takes ten: its pauses, its limits, its time-outs, and what it takes for the age of an
answer. Only its work does not, so a run has ten times the processor that it has here.
"""

from __future__ import annotations

import socket
import time
from multiprocessing.context import ForkServerProcess
from typing import Any

from tests.forked import _CONTEXT, Run, _enter


def start(run: Run, slow_motion: float) -> ForkServerProcess:
    process = _CONTEXT.Process(target=_enter_slowly, args=(run, slow_motion), daemon=True)
    process.start()
    return process


def _enter_slowly(run: Run, slow_motion: float) -> None:
    asleep, clock = time.sleep, time.monotonic
    begun = clock()

    def sleep(seconds: Any) -> None:
        asleep(seconds * slow_motion)

    def monotonic() -> float:
        return begun + (clock() - begun) / slow_motion

    set_timeout = socket.socket.settimeout

    def settimeout(self: socket.socket, seconds: float | None) -> None:
        set_timeout(self, seconds and seconds * max(slow_motion, 1))  # whoever is in a hurry has no less patience

    time.sleep, time.monotonic = sleep, monotonic
    socket.socket.settimeout = settimeout  # type: ignore[method-assign, assignment]
    _enter(run)
