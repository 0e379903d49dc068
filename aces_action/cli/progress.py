"""What a person sees of work on gigabytes: a bar in a terminal, a line every ten seconds elsewhere. Never in the output."""

from __future__ import annotations

import sys

import click

from aces_action.cli.console import Terminal
from aces_action.language import Text, same
from aces_action.resources.weights.progress import Bar, LogLines, Progress, StartProgress
from aces_action.sanitiser import Sanitiser

_VERBS = {
    "checked": Text("checked", "検査"),
    "packed": Text("packed", "作成"),
    "read": Text("read", "読み込み"),
    "sent": Text("sent", "送信"),
}


def progress_for(person: Terminal) -> StartProgress:
    def start_progress(verb: str, total: int) -> Progress:
        told = _VERBS.get(verb, same(verb)).in_(person.language)
        return Bar(told, total, sys.stderr) if person.draws else LogLines(told, total, _say)

    return start_progress


def debug_for(person: Terminal, text: str) -> None:
    """Details for whoever looks for the cause of something odd (RUNNER_DEBUG=1)."""
    if person.debug:
        _say(f"· {Sanitiser(person.secrets).clean(text)}")


def _say(text: str) -> None:
    click.echo(text, err=True)
