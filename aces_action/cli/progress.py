"""The progress of work on gigabytes, on standard error: a bar in a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import os
import sys

import click

from aces_action.cli.console import Terminal
from aces_action.language import Text
from aces_action.resources.weights.progress import Bar, LogLines, Progress, StartProgress
from aces_action.sanitiser import Sanitiser


def progress_for(person: Terminal) -> StartProgress:
    def start_progress(verb: Text, total: int) -> Progress:
        if person.draws:
            return Bar(verb.in_(person.language), total, sys.stderr, language=person.language, columns=lambda: _columns(person))
        return LogLines(verb, total, lambda text: _say(text.in_(person.language)))

    return start_progress


def _columns(person: Terminal) -> int:
    """Of where the messages go, also after somebody has made the window narrower."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or person.width
    except (OSError, ValueError):
        return person.width


def debug_for(person: Terminal, text: str) -> None:
    """Details for finding the cause of something odd (RUNNER_DEBUG=1)."""
    if person.debug:
        _say(f"· {Sanitiser(person.secrets).clean(text)}")


def _say(text: str) -> None:
    click.echo(text, err=True)
