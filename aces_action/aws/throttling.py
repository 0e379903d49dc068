"""How long calls that AWS throttles are made again: longer than failed ones, since a rate that many deployments share lets each
of them through in its turn.

botocore's standard mode gives up at the session's `max_attempts`, or when a client has spent its 500 tokens on attempts of any of
its calls (botocore.retries.quota); whatever it was that used up the rate, it is none of the call's own fault.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session

from aces_action.aws.errors import is_throttling

ATTEMPTS = 24  # for one call: about five minutes
_LONGEST_PAUSE = 20.0  # seconds; botocore's own


def pause(attempts: int, dice: Callable[[], float] = random.random) -> float:
    """Seconds before the next attempt: 1 to 2 after the first, 10 to 20 in the end. botocore's begin at 0 to 1: too soon for
    callers that started together, since there are no tokens for all of them within seconds."""
    return (0.5 + dice() / 2) * min(2.0**attempts, _LONGEST_PAUSE)


def wait_for_tokens(core: botocore.session.Session, *, usual: int) -> None:
    """Has throttled calls made again by all clients of a session that have the `usual` attempts; others are to be brief."""

    def again(
        response: tuple[Any, Mapping[str, Any]] | None, request_dict: Mapping[str, Any], attempts: int, **_: Any
    ) -> float | None:
        code = "" if response is None else str(response[1].get("Error", {}).get("Code", ""))
        allowed = request_dict["context"].get("retries", {}).get("max", 0)  # botocore.retries.standard: MaxAttemptsSeeder
        return pause(attempts) if is_throttling(code) and allowed >= usual and attempts < ATTEMPTS else None

    # More specific than botocore's own handler, which a client registers for its service: the first answer counts
    core.get_component("event_emitter").register("needs-retry.*.*", again)
