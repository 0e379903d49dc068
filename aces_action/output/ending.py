"""How a deployment or a plan from a terminal ended, in a few lines: what the job summary says of a run on GitHub."""

from __future__ import annotations

from collections import Counter

from aces_action.changes import Verb
from aces_action.durations import duration_text
from aces_action.language import EMPTY, Text, joined, same, sentences
from aces_action.output.report import OutputName, Report
from aces_action.output.summary import title_text
from aces_action.output.tables import VERBS

_FACTS: tuple[tuple[OutputName, Text], ...] = (
    ("endpoint-name", Text("endpoint", "エンドポイント")),
    ("endpoint-config-name", Text("endpoint config", "エンドポイント設定")),
    ("batch-job-definition-arn", Text("job definition", "ジョブ定義")),
    ("batch-longtime-job-definition-arn", Text("job definition", "ジョブ定義")),
    ("service-names", Text("listed", "登録済み")),
)
_APPLY = Text("`aces-action deploy` carries it out.", "`aces-action deploy`で実行できます。")


def ending_texts(report: Report) -> list[Text]:
    """The title with the time it took; what there is now, or what would change; and what to do next."""
    seconds = sum(step.seconds for step in report.steps)
    head = title_text(report) + same(f"  {report.title}  ") + duration_text(seconds)
    warnings = sum(problem.severity == "warning" for problem in report.problems)
    if warnings:
        head += Text(f"  {warnings} warning{'' if warnings == 1 else 's'}", f"  警告{warnings}件")
    return [EMPTY, head, *(same("  ") + text for text in _below(report) if text)]


def _below(report: Report) -> list[Text]:
    if report.result == "planned":
        counts = Counter(change.verb for change in report.changes if change.is_change)
        if not counts:
            return [Text("Nothing would change.", "変更はありません。")]
        return [sentences(_counted(counts), _APPLY)]
    return [label + same(f" {_name(report.outputs[name])}") for name, label in _FACTS if report.outputs.get(name)]


def _counted(counts: Counter[Verb]) -> Text:
    parts = [Text(f"{count} to {VERBS[verb].en}", f"{VERBS[verb].ja}{count}件") for verb, count in counts.items()]
    return Text(joined(", ", parts).en + ".", joined("、", parts).ja + "です。")


def _name(value: str) -> str:
    """Of an ARN the resource's name."""
    return value.rpartition("/")[2] if value.startswith("arn:") else value
