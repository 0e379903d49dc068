"""What a run leaves of itself for whoever puts the runs of many projects together, and what becomes of these.

The outcome of a run is JSON, small whatever happened. It comes back as text from outside: nothing in it is believed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from aces_action.changes import Change
from aces_action.language import Language, Text
from aces_action.sanitiser import shorten

if TYPE_CHECKING:
    from aces_action.output.report import Report

LARGEST_OUTCOME = 64 << 10  # bytes; an outcome of ours has at most half of that
_ROWS, _REASONS = 5, 3
_NAME, _REASON, _MESSAGE = 150, 200, 300  # characters
_CODE = re.compile(r"ACES-[A-Z]\d{3}", re.ASCII)

State = Literal["failed", "missing", "cancelled", "by-hand", "ahead", "waiting", "changed", "unchanged"]
STATES: tuple[State, ...] = get_args(State)
"""The worst first. `missing`: nothing came of its job; `by-hand` and `ahead`: of plans, whether AWS was changed beside the
action, or the repository, image or weights are ahead of what is deployed; `waiting`: for its registration on the platform."""
Ended = Literal["cancelled", "skipped", "failed", "lost", "running", "never started", "unknown"]
"""How a job ended of which there is no outcome, as far as GitHub tells. `lost`: the job went well, and its outcome got lost."""

BAD: frozenset[State] = frozenset({"failed", "missing", "cancelled"})
DIFFERS: frozenset[State] = frozenset({"by-hand", "ahead", "waiting"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FleetEntry:
    """A project in an environment: what one job deploys."""

    project: str
    env: str

    @property
    def name(self) -> str:
        """The name of its job, as fleet.yml gives it."""
        return f"{self.project} {self.env}"

    @property
    def file(self) -> str:
        """The name of the file with its outcome."""
        return f"{self.project}-{self.env}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeChange:
    """A change, as `Change` has it, in the language of its run."""

    verb: str
    resource: str
    name: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How one run ended. `changes` are the first few of them, `more` counts the others; `waits`: for the platform."""

    result: str
    failure_code: str = ""
    failure: str = ""
    has_changes: bool = False
    by_hand: bool = False
    waits: bool = False
    changes: tuple[OutcomeChange, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """What became of an entry. `job_url` is where GitHub shows its job, empty where that is not known."""

    entry: FleetEntry
    state: State
    outcome: RunOutcome | None = None
    job_url: str = ""
    ended: Ended = "unknown"


def outcome_json(report: Report, language: Language, redact: Callable[[str], str], *, waits: bool) -> str:
    """The outcome of a run, at most half of `LARGEST_OUTCOME`. `redact` hides secrets: it sees each text before it is cut."""
    changes = [each for each in report.changes if each.is_change]
    error = next((problem for problem in report.problems if problem.severity == "error"), None)
    rows = [
        {
            "verb": each.verb,
            "resource": each.resource,
            "name": shorten(redact(each.name), _NAME),
            "reasons": [shorten(redact(reason.in_(language)), _REASON) for reason in _first_by_hand(each)[:_REASONS]],
        }
        for each in changes[:_ROWS]
    ]
    outcome = {
        "result": report.result,
        "failure-code": error.code if error else "",
        "failure": shorten(redact(error.message.in_(language)), _MESSAGE) if error else "",
        "has-changes": bool(changes),
        "by-hand": any(each.by_hand for each in changes),
        "waits": waits,
        "changes": rows,
        "more": len(changes) - len(rows),
    }
    return json.dumps(outcome, ensure_ascii=False)


def _first_by_hand(change: Change) -> list[Text]:
    return [*change.by_hand, *(reason for reason in change.reasons if reason not in change.by_hand)]


def read_outcome(content: bytes, results: Sequence[str]) -> RunOutcome | None:
    """An outcome that came from outside; None where it is none. `results`: those that there are."""
    try:
        data = json.loads(content) if len(content) <= LARGEST_OUTCOME else None
    except (ValueError, RecursionError):  # the last: brackets in brackets in brackets
        return None
    if not isinstance(data, dict) or data.get("result") not in results:
        return None
    code, rows, more = data.get("failure-code"), data.get("changes"), data.get("more")
    return RunOutcome(
        result=str(data["result"]),
        failure_code=code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        failure=_text(data.get("failure"), _MESSAGE),
        has_changes=data.get("has-changes") is True,
        by_hand=data.get("by-hand") is True,
        waits=data.get("waits") is True,
        changes=tuple(_change(row) for row in rows[:_ROWS] if isinstance(row, dict)) if isinstance(rows, list) else (),
        more=more if type(more) is int and 0 <= more < 10_000 else 0,
    )


def _change(row: dict[str, Any]) -> OutcomeChange:
    reasons = row.get("reasons")
    return OutcomeChange(
        verb=_text(row.get("verb"), _NAME),
        resource=_text(row.get("resource"), _NAME),
        name=_text(row.get("name"), _NAME),
        reasons=tuple(_text(each, _REASON) for each in reasons[:_REASONS]) if isinstance(reasons, list) else (),
    )


def _text(value: object, limit: int) -> str:
    """One line."""
    return shorten(" ".join(value.split()), limit) if isinstance(value, str) else ""


def state_of(outcome: RunOutcome) -> State:
    """What an outcome comes to."""
    if outcome.result in {"failed", "cancelled"}:
        return "failed" if outcome.result == "failed" else "cancelled"
    if outcome.result == "planned" and outcome.has_changes:
        return "by-hand" if outcome.by_hand else "ahead"
    if outcome.waits or outcome.result == "deferred":
        return "waiting"
    return "changed" if outcome.has_changes else "unchanged"


def state_counts(results: Sequence[EntryResult]) -> dict[State, int]:
    """How many there are of each state that there is, the worst first."""
    counts = Counter(each.state for each in results)
    return {state: counts[state] for state in STATES if counts[state]}
