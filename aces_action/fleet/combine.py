"""From the outcomes of many runs to one result for each entry of the fleet. Whatever is missing is told, never left out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from aces_action.fleet.jobs import Job, job_of
from aces_action.output.fleet import BAD, LARGEST_OUTCOME, STATES, EntryResult, FleetEntry, RunOutcome, read_outcome, state_of
from aces_action.output.report import Outcome

_RESULTS = get_args(Outcome)
_NOT_WELL = frozenset({"failed", "cancelled", "skipped"})
"""Ends of a job that leave no good outcome: one that is there is of an earlier attempt, whose artifact stays."""


def read_outcomes(folder: Path, entries: Sequence[FleetEntry]) -> dict[FleetEntry, RunOutcome]:
    """The outcomes in a folder, by the names of their files: what stands in them does not say whose they are.

    Only regular files are read, and of those no more than an outcome may have.
    """
    found: dict[FleetEntry, RunOutcome] = {}
    for entry in entries:
        try:
            descriptor = os.open(folder / entry.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(LARGEST_OUTCOME + 1)
        except OSError:  # it is not there, a link or a folder
            continue
        if outcome := read_outcome(content, _RESULTS):
            found[entry] = outcome
    return found


def combine(
    entries: Sequence[FleetEntry], outcomes: Mapping[FleetEntry, RunOutcome], jobs: Sequence[Job] | None
) -> tuple[EntryResult, ...]:
    """The result of each entry, the worst first. `jobs`: those of the run, None where GitHub did not tell."""
    results = [_result(entry, outcomes.get(entry), jobs) for entry in entries]
    return tuple(sorted(results, key=lambda each: (STATES.index(each.state), each.entry)))


def _result(entry: FleetEntry, outcome: RunOutcome | None, jobs: Sequence[Job] | None) -> EntryResult:
    job = job_of(entry, jobs) if jobs is not None else None
    url = job.url if job else ""
    if outcome and not (job and job.ended in _NOT_WELL and state_of(outcome) not in BAD):
        return EntryResult(entry=entry, state=state_of(outcome), outcome=outcome, job_url=url)
    if job:
        return EntryResult(entry=entry, state="missing", job_url=url, ended=job.ended)
    named = [each for each in jobs or () if each.name.endswith(entry.name)]
    return EntryResult(entry=entry, state="missing", ended="unknown" if jobs is None or named else "never started")
