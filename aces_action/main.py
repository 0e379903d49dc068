"""Where a run begins: the only place that reads the environment. Its first line waits for nothing that it does not need."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

from aces_action.cancellation import heed_signals, hold_signals, ignore_signals
from aces_action.colour import is_wanted
from aces_action.github.log import Log
from aces_action.github.run import read_run
from aces_action.inputs import ON_A_FLEET
from aces_action.settings import Reading, language_of, read_settings, secrets

_WIDTH = 160  # columns of a table that are seen without scrolling in GitHub's log on a usual screen (assumed)


def main() -> int:
    """Runs the action under the process's environment. Returns the exit status: see `run`."""
    hold_signals()
    status = run(os.environ, sys.stdout, heed_signals=heed_signals, ignore_signals=ignore_signals)
    sys.stdout.flush()
    return status


def run(
    environ: Mapping[str, str],
    stdout: TextIO,
    *,
    heed_signals: Callable[[], None] = lambda: None,
    ignore_signals: Callable[[], None] = lambda: None,
) -> int:
    """One run. Returns 0 done, 1 a step failed, 2 inputs or configuration wrong, 130 or 143 cancelled by INT or TERM.

    For the two callables see `running.run_to_the_end`.
    """
    github = read_run(environ)
    language = language_of(environ)
    if isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(encoding="utf-8")  # what the runner reads, whatever the container's locale
    colour = is_wanted(environ, shows=github.on_github or stdout.isatty())
    log = Log(stdout, workflow_commands=github.on_github, debug=github.debug, language=language, width=_WIDTH, colour=colour)
    reading = read_settings(environ)
    title, lost = _title(reading), None
    try:
        for secret in secrets(environ):
            log.mask(secret)
        log.begin(reading.values["command"] or "", title)
    except OSError as error:
        lost = error
    from aces_action.running import Begun, run_to_the_end  # half of the imports

    begun = Begun(environ=environ, github=github, reading=reading, log=log, title=title, lost=lost)
    return run_to_the_end(begun, heed_signals=heed_signals, ignore_signals=ignore_signals)


def _title(reading: Reading) -> str:
    """What the run is about."""
    names = ("fleet_name",) if reading.values["command"] in ON_A_FLEET else ("project", "env", "aws_region")
    return " · ".join(reading.values[name] for name in names if reading.values[name])
