"""What a run has found out, step by step: the data that the outputs and the summary are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aces_action.changes import Change
from aces_action.language import EMPTY, Language, Text, lines
from aces_action.ledger import Ledger
from aces_action.output.check import Check
from aces_action.output.fleet import EntryResult
from aces_action.output.server_log import ServerLog
from aces_action.output.status import ServerStatus, as_json
from aces_action.output.verdict import Verdict
from aces_action.problems.preflight.platform import P030
from aces_action.problems.problem import Problem

if TYPE_CHECKING:
    from aces_action.smoke_test.job_model import JobResult
    from aces_action.smoke_test.model import Exchange

Outcome = Literal[
    "deployed",
    "registered",
    "unchanged",
    "deferred",
    "planned",
    "valid",
    "shown",
    "healthy",
    "rolled-back",
    "stopped",
    "started",
    "destroyed",
    "combined",
    "failed",
    "cancelled",
]
PREFLIGHT = Text("Preflight", "事前確認")
_LISTED = frozenset({"service", "image", "tenant"})  # what only the platform is told of
StepResult = Literal["done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step that ended. `seconds` is how long it took."""

    name: Text
    seconds: float
    result: StepResult


OutputName = Literal[
    "result",
    "has-changes",
    "changes",
    "endpoint-name",
    "endpoint-arn",
    "endpoint-config-name",
    "status",
    "image-digest",
    "weights-uri",
    "batch-job-definition-arn",
    "batch-longtime-job-definition-arn",
    "service-names",
    "registration",
    "endpoint-url",
    "console-url",
    "logs-url",
    "platform-url",
    "plan",
    "summary",
    "failure-code",
    "outcome",
    "fleet",
]
"""The step outputs: those of action.yml, which describes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How to call what is deployed: `what` is called, by `command`, which a shell with the AWS CLI takes as it stands."""

    what: Text
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotedFrom:
    """What another environment serves and this one is to serve, too. `label`: the endpoint config or job definition there;
    `served`: since when; `commit` and `run_url`: of its deployment there, from tags."""

    env: str
    account: str
    label: str
    image_digest: str
    weights_sha256: str
    served: datetime | None
    commit: str
    run_url: str


@dataclass(kw_only=True)
class Report:
    """Gathers what the run finds out, step by step, so that also a failed or cancelled run can say how far it came.

    `under_way` says what AWS goes on with if the run ends now; `writes` all that were sent; `weights` is the verdict on the
    archive at `weights_uri`, None until there is one; `server_status` what `command: status` found. Of a failed roll-out:
    `server_logs`, and the `events` on its way. `exchanges` and `jobs` are those of the smoke test. `source_url` is where GitHub
    shows the files of the commit (`https://github.com/OWNER/NAME/blob/SHA`), empty outside a job; `calls` call what is deployed;
    `fleet` is what `command: combine` has put together, the worst first.
    """

    title: str = ""
    result: Outcome = "failed"
    steps: list[StepRecord] = field(default_factory=list)
    checks: Sequence[Check] = ()
    checks_title: Text = PREFLIGHT
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outputs: dict[OutputName, str] = field(default_factory=dict)
    writes: Ledger = field(default_factory=Ledger)
    under_way: Text = EMPTY
    weights: Verdict | None = None
    weights_uri: str = ""
    server_status: ServerStatus | None = None
    server_logs: Sequence[ServerLog] = ()
    events: Sequence[str] = ()
    exchanges: Sequence[Exchange] = ()
    jobs: Sequence[JobResult] = ()
    source_url: str = ""
    calls: Sequence[Call] = ()
    fleet: Sequence[EntryResult] = ()
    promoted_from: PromotedFrom | None = None

    def step_outputs(self, language: Language = "en") -> dict[OutputName, str]:
        """The outputs to write: those known, and those that every run has. Their prose is in the language of the run."""
        return {
            "result": self.result,
            "has-changes": "true" if self.has_changes else "false",
            "changes": json.dumps([_as_json(change, language) for change in self.changes], ensure_ascii=False),
            **({"status": json.dumps(as_json(self.server_status, language), ensure_ascii=False)} if self.server_status else {}),
            **self.outputs,
            "failure-code": self.failure_code,
        }

    @property
    def has_changes(self) -> bool:
        """Whether something was changed or would be; of a fleet, whether that is so of any of its deployments."""
        changed = any(change.is_change for change in self.changes)
        return changed or any(each.outcome is not None and each.outcome.has_changes for each in self.fleet)

    @property
    def failure_code(self) -> str:
        """Of the first error; empty where there is none."""
        return next((problem.code for problem in self.problems if problem.severity == "error"), "")


def how_far(report: Report) -> Text:
    """What a run that did not come to its end has changed and what still goes on: never half a deploy passed off as whole."""
    return lines(report.writes.last_words(), report.under_way)


def waits_for_listing(report: Report) -> bool:
    """Whether the platform has yet to be told of what is deployed, or would be."""
    return report.outputs.get("registration") == "deferred" or any(problem.kind is P030 for problem in report.problems)


def done_and_waiting(report: Report) -> tuple[list[Change], list[Change]]:
    """The changes of a run that came to its end, and apart from them those that wait for the platform."""
    waits = waits_for_listing(report)
    done, waiting = list[Change](), list[Change]()
    for each in report.changes:
        (waiting if waits and each.is_change and each.resource in _LISTED else done).append(each)
    return done, waiting


def _as_json(change: Change, language: Language) -> dict[str, object]:
    reasons = [reason.in_(language) for reason in change.reasons]
    return {"verb": change.verb, "resource": change.resource, "name": change.name, "reasons": reasons}
