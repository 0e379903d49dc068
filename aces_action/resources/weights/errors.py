"""The end of reading an archive, and how names from it are shown, which nobody can trust."""

from __future__ import annotations

import os

from aces_action.problems.weights.fault import Fault
from aces_action.resources.weights.charset import readable

_MAX_SHOWN = 200


class ArchiveError(Exception):
    """The archive cannot be read further."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text.en)
        self.fault = fault


def shown(raw: bytes) -> str:
    """Bytes from an archive as a text of bounded length without control characters."""
    text = readable(raw)
    if len(text) > _MAX_SHOWN:
        text = f"{text[: _MAX_SHOWN // 2]}…{text[-_MAX_SHOWN // 2 :]}"
    return (text if text.isprintable() else repr(text)[1:-1]) or "''"


def shown_path(path: str) -> str:
    """A path on disk likewise, as Python gives it: bytes that are not UTF-8 come as surrogates, which nothing can print."""
    return shown(os.fsencode(path))
