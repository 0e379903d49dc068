"""'Did you mean': the known word nearest to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, letters in any case, or None when none is near. Only the first 500 are compared."""
    by_folded = {candidate.casefold(): candidate for candidate in islice(known, 500)}
    matches = get_close_matches(word[:200].casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[matches[0]] if matches else None
