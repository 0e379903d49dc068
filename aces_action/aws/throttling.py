"""How long calls that AWS throttles are made again: longer than failed ones, since a rate that many deployments share lets each
of them through in its turn.

botocore's standard mode gives up at the session's `max_attempts`, or when a client has spent its 500 tokens on attempts of any of
its calls (botocore.retries.quota); whatever it was that used up the rate, it is none of the call's own fault.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from aces_action.aws.errors import is_throttling

ATTEMPTS = 24  # for one call: about five minutes
LEEWAY = 5.0  # seconds behind the end of a wait in which its last look may be made again
_until: ContextVar[float] = ContextVar("until", default=math.inf)  # of this thread, by time.monotonic
_LONGEST_PAUSE = 20.0  # seconds; botocore's own


def pause(attempts: int, dice: Callable[[], float] = random.random) -> float:
    """Seconds before the next attempt: 1 to 2 after the first, 10 to 20 in the end. botocore's begin at 0 to 1: too soon for
    callers that started together, since there are no tokens for all of them within seconds."""
    return (0.5 + dice() / 2) * min(2.0**attempts, _LONGEST_PAUSE)


def next_pause(attempts: int, left: float, dice: Callable[[], float] = random.random) -> float | None:
    """Seconds before the attempt after so many; None where there is to be none: all are used up, or it would come after the
    `left` seconds."""
    seconds = pause(attempts, dice)
    return seconds if attempts < ATTEMPTS and seconds <= left else None


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Has this thread's throttled calls made again for no longer than that: looks of a wait that has an end."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def wait_for_tokens(core: botocore.session.Session, *, usual: int) -> None:
    """Has throttled calls made again by all clients of a session that have the `usual` attempts; others are to be brief."""

    def again(
        response: tuple[Any, Any] | None, operation: OperationModel, request_dict: Mapping[str, Any], attempts: int, **_: Any
    ) -> float | None:
        code = "" if response is None else str(response[1].get("Error", {}).get("Code", ""))
        allowed = request_dict["context"].get("retries", {}).get("max", 0)  # botocore.retries.standard: MaxAttemptsSeeder
        if response is None or not is_throttling(code) or allowed < usual:
            return None
        left = _until.get() - time.monotonic()
        seconds = next_pause(attempts, left)
        if seconds is None and left < math.inf:
            raise ClientError(response[1], operation.name)  # else botocore's own handler would have it made again
        return seconds

    # More specific than botocore's own handler, which a client registers for its service: the first answer counts
    core.get_component("event_emitter").register("needs-retry.*.*", again)
