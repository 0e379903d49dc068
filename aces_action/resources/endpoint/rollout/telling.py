"""What whoever changes an endpoint is given by the command: how to tell of it, and how to take its autoscaling off meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

Suspended = Callable[[], AbstractContextManager[None]]
"""Around what cannot be done while the endpoint is scaled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """How `apply` tells what it does: `say` a line for the log. What it writes is in the ledger by itself.

    Between `started` and `ended` SageMaker may be at work, whatever becomes of this run. `happened`, of a roll-out that went
    wrong: what SageMaker said on the way of each variant's instances. Text from outside.
    """

    say: Callable[[str], None]
    started: Callable[[], None]
    ended: Callable[[], None]
    happened: Callable[[str], None] = lambda _: None
