"""Whether a command may go on, now that it is known what it would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aces_action.aws.tags import Owner
from aces_action.changes import Change

Confirmation = Callable[[Owner, Sequence[Change]], None]
"""Called between plan and apply; raises ActionError (E009) where nobody agrees."""


def given(_owner: Owner, _changes: Sequence[Change]) -> None:
    """Whoever started the workflow has agreed."""
