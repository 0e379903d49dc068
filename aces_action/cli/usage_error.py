"""The one error of a command line."""

from __future__ import annotations

import click

from aces_action.language import Text


class WrongUse(click.UsageError):
    """The command line cannot mean anything; says why in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text
