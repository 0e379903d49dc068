"""How the faults of an archive are put into words: the end of reading, and names that nobody can trust."""

from __future__ import annotations

import os

from aces_action.language import EMPTY, Text
from aces_action.resources.weights.charset import readable

_MAX_SHOWN = 200


class ArchiveError(Exception):
    """The archive cannot be read further. `code` is a key of CATALOGUE; `text` says why, as the rest of a sentence.

    A `hint` that ends with a colon wants the command that packs the folder again to follow.
    """

    def __init__(self, code: str, text: Text, hint: Text = EMPTY) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text
        self.hint = hint


def shown(raw: bytes) -> str:
    """Bytes from an archive as a text of bounded length without control characters."""
    text = readable(raw)
    if len(text) > _MAX_SHOWN:
        text = f"{text[: _MAX_SHOWN // 2]}…{text[-_MAX_SHOWN // 2 :]}"
    return (text if text.isprintable() else repr(text)[1:-1]) or "''"


def shown_path(path: str) -> str:
    """A path on disk likewise, as Python gives it: what is not UTF-8 in it comes as surrogates, which nothing can print."""
    return shown(os.fsencode(path))
