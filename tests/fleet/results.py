"""Outcomes for the tests of a fleet, as runs leave them."""

from __future__ import annotations

import json
from dataclasses import asdict

from aces_action.output.fleet import EntryResult, FleetEntry, OutcomeChange, RunOutcome, State, state_of

UPDATE = OutcomeChange(
    verb="update", resource="endpoint", name="plates-dev-algorithm-server", reasons=("image sha256:1f… -> sha256:9c…",)
)


def entry(project: str, env: str = "dev") -> FleetEntry:
    return FleetEntry(project=project, env=env)


def failed(code: str = "ACES-A003", message: str = "AWS refuses the role.") -> RunOutcome:
    return RunOutcome(result="failed", failure_code=code, failure=message)


def planned(*changes: OutcomeChange, by_hand: bool = False) -> RunOutcome:
    return RunOutcome(result="planned", has_changes=bool(changes), by_hand=by_hand, changes=changes)


def result(project: str, outcome: RunOutcome | None, env: str = "dev", job_url: str = "") -> EntryResult:
    state: State = state_of(outcome) if outcome else "missing"
    return EntryResult(entry=entry(project, env), state=state, outcome=outcome, job_url=job_url)


def written(outcome: RunOutcome) -> str:
    """As the file of that outcome has it."""
    changes = [asdict(each) for each in outcome.changes]
    return json.dumps(
        {
            "result": outcome.result,
            "failure-code": outcome.failure_code,
            "failure": outcome.failure,
            "has-changes": outcome.has_changes,
            "by-hand": outcome.by_hand,
            "waits": outcome.waits,
            "changes": changes,
            "more": outcome.more,
        }
    )
