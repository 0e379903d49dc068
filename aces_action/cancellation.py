"""The signals by which GitHub cancels a run."""

from __future__ import annotations

import signal
from types import FrameType

CANCELLED = {signal.SIGINT: 130, signal.SIGTERM: 143}  # exit statuses


class Cancelled(BaseException):
    """GitHub cancels a job by SIGINT, SIGTERM 7.5 s later, and kills it 2.5 s after that."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def hold_signals() -> None:
    """Until they are heeded none arrives, and none is lost."""
    signal.pthread_sigmask(signal.SIG_BLOCK, CANCELLED)


def heed_signals() -> None:
    """From here on, the first one raises Cancelled."""
    for signum in CANCELLED:
        signal.signal(signum, _cancel)  # as PID 1 of a container Python would ignore SIGTERM
    signal.pthread_sigmask(signal.SIG_UNBLOCK, CANCELLED)


def ignore_signals() -> None:
    """From here on, they do nothing."""
    for signum in CANCELLED:
        signal.signal(signum, signal.SIG_IGN)


def _cancel(signum: int, _frame: FrameType | None) -> None:
    ignore_signals()  # the runner's second signal must not cut the last words short
    raise Cancelled(signum)
