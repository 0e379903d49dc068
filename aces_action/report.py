"""What a run has to tell when it ends, however it ends: step outputs and the job summary. Texts only, nothing is written here."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aces_action.changes import Change
from aces_action.github.commands import neutralise
from aces_action.language import EMPTY, Language, Text, lines
from aces_action.problems import Problem
from aces_action.steps import StepRecord, duration

Result = Literal["deployed", "unchanged", "planned", "valid", "failed", "cancelled"]

OUTPUTS: dict[str, str] = {
    "result": "`deployed`, `unchanged`, `planned`, `valid`, `failed` or `cancelled`.",
    "has-changes": "`true` when something was, or in a plan would be, changed.",
    "changes": "The changes as JSON: a list of objects with `verb`, `resource`, `name` and `reasons`.",
    "endpoint-name": "Name of the SageMaker endpoint.",
    "endpoint-arn": "ARN of the SageMaker endpoint.",
    "endpoint-config-name": "Name of the endpoint config that serves.",
    "image-digest": "Digest of the server image (`sha256:…`).",
    "weights-uri": "S3 URI of the released weights, which nothing overwrites.",
    "batch-job-definition-arn": "ARN of the standard job definition, with its revision.",
    "batch-longtime-job-definition-arn": "ARN of the long-time job definition, with its revision.",
    "service-names": "Names of the services on the ACES Platform, separated by commas.",
    "failure-code": "Code of the first error, such as `ACES-W004`. Empty when nothing failed.",
}

_TITLES: dict[Result, str] = {
    "deployed": "✅ Deployed",
    "unchanged": "✅ Nothing to do: everything is as it should be",
    "planned": "📋 Plan: nothing was changed",
    "valid": "✅ The configuration is valid",
    "failed": "❌ Failed",
    "cancelled": "⛔ Cancelled",
}
_VERBS = {"create": "create", "update": "update", "replace": "replace", "attach": "wait for", "nothing": "as it is"}
_BAR = 24  # characters of the timeline


@dataclass(kw_only=True)
class Report:
    """Gathers what the run finds out, step by step, so that also a failed or cancelled run can say how far it came.

    `under_way` says what AWS goes on with if the run ends now; `done` what has been changed so far.
    """

    title: str = ""
    result: Result = "failed"
    steps: Sequence[StepRecord] = ()
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    done: list[Text] = field(default_factory=list)
    under_way: Text = EMPTY

    def step_outputs(self) -> dict[str, str]:
        """The outputs to write: those known, and those that every run has."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        return {
            "result": self.result,
            "has-changes": "true" if any(change.is_change for change in self.changes) else "false",
            "changes": json.dumps([_as_json(change) for change in self.changes], ensure_ascii=False),
            **self.outputs,
            "failure-code": errors[0].code if errors else "",
        }


def _as_json(change: Change) -> dict[str, object]:
    reasons = [reason.en for reason in change.reasons]
    return {"verb": change.verb, "resource": change.resource, "name": change.name, "reasons": reasons}


def summary(report: Report, language: Language) -> str:
    """The job summary in GitHub's Markdown."""
    parts = [f"## {_TITLES[report.result]}", _text(report.title)]
    if report.result in {"failed", "cancelled"}:
        parts += [_text(line) for line in how_far(report).in_(language).splitlines()]
    parts += [_problems(report.problems, language), _changes(report.changes, language), _outputs(report), _timeline(report.steps)]
    return "\n\n".join(part for part in parts if part) + "\n"


def how_far(report: Report) -> Text:
    """What a run that did not come to its end has changed and what still goes on: never half a deploy passed off as whole."""
    done = Text("Nothing was changed.", "何も変更していません。")
    if report.done:
        changed = Text("; ".join(each.en for each in report.done), "、".join(each.ja for each in report.done))
        done = Text(f"Changed before it stopped: {changed.en}.", f"停止するまでに変更したもの: {changed.ja}")
    return lines(done, report.under_way)


def change_lines(changes: Iterable[Change]) -> list[str]:
    """Changes for the log: a line each, their reasons below."""
    told = []
    for change in changes:
        told.append(f"{_VERBS[change.verb]:9} {change.resource:16} {change.name}")
        told += [f"{'':26} {reason.en}" for reason in change.reasons]
    return told


def _problems(problems: Sequence[Problem], language: Language) -> str:
    if not problems:
        return ""
    told = ["### Problems"]
    for problem in sorted(problems, key=lambda each: each.severity):
        icon = "❌" if problem.severity == "error" else "⚠️"
        told.append(f"{icon} **{problem.code}** {_text(problem.message.in_(language))}")
        if problem.place:
            told[-1] += f"<br>{_code(problem.place)}"
        if problem.hint:
            told.append(f"<pre>{html.escape(neutralise(problem.hint.in_(language)), quote=False)}</pre>")
    return "\n\n".join(told)


def _changes(changes: Sequence[Change], language: Language) -> str:
    if not changes:
        return ""
    rows = []
    for change in changes:
        reasons = "<br>".join(_text(each.in_(language)) for each in change.reasons)
        rows.append(f"| {_VERBS[change.verb]} | {change.resource} | {_code(change.name)} | {reasons} |")
    return "\n".join(["### Changes", "", "| | what | name | why |", "| --- | --- | --- | --- |", *rows])


def _outputs(report: Report) -> str:
    rows = [f"| {name} | {_code(value)} |" for name, value in report.outputs.items() if value]
    return "\n".join(["### Deployment", "", "| output | value |", "| --- | --- |", *rows]) if rows else ""


def _timeline(steps: Sequence[StepRecord]) -> str:
    """The steps with their durations; the bar shows when each ran, the whole width being the whole run."""
    if not steps:
        return ""
    total = sum(step.seconds for step in steps) or 1.0
    rows, before = [], 0.0
    for step in steps:
        start, end = round(before / total * _BAR), round((before + step.seconds) / total * _BAR)
        bar = "·" * min(start, _BAR - 1) + "█" * max(1, end - start)
        icon = "✅" if step.result == "done" else "❌"
        rows.append(f"| {icon} | {step.name} | {duration(step.seconds)} | `{bar.ljust(_BAR, '·')}` |")
        before += step.seconds
    return "\n".join(["### Steps", "", "| | step | time | |", "| --- | --- | ---: | --- |", *rows])


def _text(text: str) -> str:
    """Text from anywhere as one cell or line of Markdown: nothing in it is taken for markup."""
    flat = html.escape(neutralise(text).replace("\n", " "), quote=False)
    return re.sub(r"[\\`*_\[\]|~]", lambda mark: f"&#{ord(mark[0])};", flat)


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"
