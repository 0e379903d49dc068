"""How a run is told of: the one thing that a step or a resource is given to say what it does. Only `main`, at the end, reads it.

What is said goes to the log at once, in the language of the run, and into the report, of which the outputs and the summary are
made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from aces_action.changes import Change
from aces_action.colour import MarkedLine
from aces_action.durations import duration_text
from aces_action.language import EMPTY, Language, Text, lines, same
from aces_action.output.check import Check
from aces_action.output.ending import ending_texts
from aces_action.output.fleet import EntryResult, outcome_json
from aces_action.output.plan_lines import plan_lines
from aces_action.output.report import (
    PREFLIGHT,
    Call,
    Outcome,
    OutputName,
    PromotedFrom,
    Report,
    StepRecord,
    StepResult,
    how_far,
    waits_for_listing,
)
from aces_action.output.server_log import ServerLog
from aces_action.output.status import ServerStatus
from aces_action.output.tables import check_lines, status_lines
from aces_action.output.verdict import Verdict
from aces_action.problems.problem import Problem

if TYPE_CHECKING:
    from aces_action.smoke_test.job_model import JobResult
    from aces_action.smoke_test.model import Exchange


Step = Literal[
    "Configuration",
    "Credentials",
    "Source",
    "Preflight",
    "Weights",
    "Plan",
    "Copy image",
    "Release weights",
    "SageMaker",
    "Autoscaling",
    "Batch",
    "Smoke test",
    "Registration",
    "Old endpoint",
    "Clean-up",
    "What serves",
    "What is there",
    "Endpoints",
    "Generations",
    "Platform",
    "Status",
    "Doctor",
    "Results",
    "Issue",
]
"""The steps of all commands, as the log and the summary name them."""

_IN_JAPANESE: dict[Step, str] = {
    "Configuration": "設定",
    "Credentials": "認証情報",
    "Source": "昇格元",
    "Preflight": "事前確認",
    "Weights": "重みファイル",
    "Plan": "計画",
    "Copy image": "イメージのコピー",
    "Release weights": "重みファイルのリリース",
    "SageMaker": "SageMaker",
    "Autoscaling": "オートスケーリング",
    "Batch": "Batch",
    "Smoke test": "スモークテスト",
    "Registration": "登録",
    "Old endpoint": "以前のエンドポイント",
    "Clean-up": "クリーンアップ",
    "What serves": "稼働中のもの",
    "What is there": "現状",
    "Endpoints": "エンドポイント",
    "Generations": "世代",
    "Platform": "ACES Platform",
    "Status": "状態",
    "Doctor": "診断",
    "Results": "結果",
    "Issue": "issue",
}
_LAST_LINES = Text("Last lines of the server", "サーバのログの末尾")
_SERVED_BEFORE = Text("  (it served before)", "（以前から稼働しているインスタンス）")


class Writer(Protocol):
    """Who writes the lines: GitHub's log, or a terminal. `language` is that of all texts, `width` in columns, if that counts."""

    language: Language

    @property
    def width(self) -> int | None: ...

    def begin(self, command: str, title: str) -> None: ...
    def group(self, title: str) -> None: ...
    def end_group(self) -> None: ...
    def info(self, text: str) -> None: ...
    def line(self, line: MarkedLine) -> None: ...
    def said(self, text: Text) -> str: ...
    def debug(self, text: str) -> None: ...
    def problems(self, problems: Iterable[Problem]) -> None: ...
    def mask(self, secret: str) -> None: ...
    def redact(self, text: str) -> str: ...
    def output(self, value: str) -> str: ...


class Reporter:
    """Tells `writer` and `report` of one run."""

    def __init__(self, writer: Writer, report: Report, now: Callable[[], float] = time.monotonic) -> None:
        self._writer, self._report, self._now = writer, report, now
        self.ledger = report.writes  # of the writes, fed by who sends them

    def begin(self, command: str, about: Sequence[str]) -> None:
        """The first line, and the title of the summary."""
        self._report.title = " · ".join(about)
        self._writer.begin(command, self._report.title)

    @contextmanager
    def step(self, name: Step) -> Iterator[None]:
        """A group of lines around the body. The line with the outcome stands after it, where a folded log shows it."""
        started = self._now()
        result: StepResult = "failed"
        title = Text(name, _IN_JAPANESE[name])
        shown = title.in_(self._writer.language)
        self._writer.group(shown)
        try:
            yield
            result = "done"
        finally:
            seconds = self._now() - started
            self._report.steps.append(StepRecord(name=title, seconds=seconds, result=result))
            self._writer.end_group()
            lasted = duration_text(seconds).in_(self._writer.language)
            self._writer.info(f"{'✓' if result == 'done' else '✗'} {shown}  {lasted}")

    def info(self, text: Text | str) -> None:
        """A line, or several, that the user should see; a `str` is the same in every language."""
        self._writer.info(self._writer.said(text) if isinstance(text, Text) else text)

    def debug(self, text: str) -> None:
        """A line that is shown when the run is repeated with debug logging."""
        self._writer.debug(text)

    def warn(self, *problems: Problem) -> None:
        """Problems that do not end the run."""
        self._report.problems += problems
        self._writer.problems(problems)

    def redact(self, text: str) -> str:
        """The text with every known secret as `***`."""
        return self._writer.redact(text)

    def mask(self, secret: str) -> None:
        """Hides a secret from here on."""
        self._writer.mask(secret)

    def promoting(self, origin: PromotedFrom) -> None:
        """What is deployed here as it was deployed elsewhere."""
        self._report.promoted_from = origin

    def checked(self, checks: Sequence[Check], title: Text = PREFLIGHT) -> None:
        """The preflight's table, or one of another `title`."""
        self._report.checks, self._report.checks_title = [*self._report.checks, *checks], title
        for line in check_lines(checks, self._writer.said, width=self._writer.width):
            self._writer.info(line)

    def planned(self, changes: Sequence[Change]) -> None:
        """What will be done, a line each, and counted."""
        self.changed(changes)
        for line in plan_lines(changes, self._writer.language):
            self._writer.line(line)

    def changed(self, changes: Iterable[Change]) -> None:
        """What was done without having been planned; or in the place of what was planned for the same resource."""
        changed = {(change.resource, change.name): change for change in self._report.changes}
        changed |= {(change.resource, change.name): change for change in changes}
        self._report.changes = list(changed.values())

    def output(self, name: OutputName, value: str) -> None:
        """A step output."""
        self._report.outputs[name] = value

    def under_way(self, what: Text) -> None:
        """What AWS goes on with if the run ends now."""
        self._report.under_way = what

    def settled(self) -> None:
        """Nothing is under way any more."""
        self._report.under_way = EMPTY

    def left(self, what: Text) -> None:
        """What a run that is cut off leaves, beside what is under way."""
        self._report.under_way = lines(self._report.under_way, what)

    def diagnosed(self, logs: Sequence[ServerLog], events: Sequence[str]) -> None:
        """The last lines of the server's log, and the events of a roll-out that failed."""
        self._report.server_logs, self._report.events = logs, events
        if not logs:
            return
        self._writer.group(_LAST_LINES.in_(self._writer.language))
        for log in logs:
            if log.stream:
                self.info(same(log.stream) if log.is_new else same(log.stream) + _SERVED_BEFORE)
            for line in log.shown:
                self._writer.line(MarkedLine(hue="grey", text=f"  | {line}"))
            if log.missing:
                self.info(log.missing)
        self._writer.end_group()

    def found_weights(self, verdict: Verdict, uri: str) -> None:
        """The verdict on the archive at `uri`."""
        self._report.weights, self._report.weights_uri = verdict, uri

    def exchanged(self, exchanges: Sequence[Exchange]) -> None:
        """Requests and answers of the smoke test."""
        self._report.exchanges = exchanges

    def ran_jobs(self, results: Sequence[JobResult]) -> None:
        """Jobs of the smoke test."""
        self._report.jobs = results

    def callable_by(self, calls: Sequence[Call]) -> None:
        """How to call what is deployed now."""
        self._report.calls = calls

    def status(self, server_status: ServerStatus) -> None:
        """How the server stands, as a table."""
        self._report.server_status = server_status
        for line in status_lines(server_status, self._writer.language, self._writer.width):
            self._writer.info(line)

    def combined(self, results: Sequence[EntryResult]) -> None:
        """What became of a fleet, the worst first."""
        self._report.fleet = results

    def said(self, text: Text) -> str:
        """The text in the language of the run."""
        return self._writer.said(text)

    def end(self, outcome: Outcome) -> None:
        """How the run ends; without this it has failed."""
        self._report.result = outcome

    def last_words(self) -> None:
        """What a run that did not come to its end has changed, and what still goes on."""
        self.info(how_far(self._report))

    def close(self) -> None:
        """The last lines: what there is now, how to call it, and the result. Nothing may be said after it."""
        for text in ending_texts(self._report):
            self.info(text)

    def outputs(self) -> dict[str, str]:
        """The step outputs, for `main` to write; but for `pages`."""
        report, language = self._report, self._writer.language
        outputs = report.step_outputs(language)
        if not report.fleet:
            outputs["outcome"] = outcome_json(report, language, self._writer.redact, waits=waits_for_listing(report))
        return {str(name): self._writer.output(value) for name, value in outputs.items()}

    def pages(self) -> dict[str, str]:
        """The step outputs in Markdown. They are harmless already, and once more would take them apart."""
        from aces_action.output.summary import plan_output, summary_output

        page = (self._report, self._writer.language, self._writer.redact)
        return {"plan": plan_output(*page), "summary": summary_output(*page)}

    def fleet_page(self) -> str:
        """What became of a fleet, in Markdown for an issue."""
        from aces_action.output.summary import fleet_output

        return fleet_output(self._report, self._writer.language, self._writer.redact)

    def summary(self) -> str:
        """The job summary, for `main` to write."""
        from aces_action.output.summary import summary

        return summary(self._report, self._writer.language, self._writer.redact)
