"""How a run ends, in a job and at a terminal alike: what there is now, how to call it, and last of all one line of result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aces_action.durations import duration_text
from aces_action.language import EMPTY, LANGUAGES, Text, joined, same
from aces_action.output.change_counts import change_counts
from aces_action.output.report import Outcome, OutputName, Report, done_and_waiting, waits_for_listing
from aces_action.output.tables import columns_of, padded
from aces_action.problems.advice import naming

_FACTS: tuple[tuple[OutputName, Text], ...] = (
    ("endpoint-name", Text("endpoint", "エンドポイント")),
    ("endpoint-config-name", Text("endpoint config", "エンドポイント設定")),
    ("batch-job-definition-arn", Text("job definition", "ジョブ定義")),
    ("batch-longtime-job-definition-arn", Text("job definition", "ジョブ定義")),
    ("service-names", Text("listed", "登録済み")),
    ("endpoint-url", same("URL")),
)
_SERVES: frozenset[Outcome] = frozenset({"deployed", "unchanged", "deferred", "registered", "rolled-back", "started"})
_RESULTS: Mapping[Outcome, Text] = {
    "deployed": Text("✓ deployed", "✓ デプロイしました"),
    "registered": Text("✓ registered", "✓ 登録しました"),
    "unchanged": Text("✓ nothing to do", "✓ 変更はありません"),
    "deferred": Text("⏳ still to be registered", "⏳ 登録が残っています"),
    "planned": Text("✓ planned", "✓ 計画を作成しました"),
    "valid": Text("✓ configuration valid", "✓ 設定にエラーはありません"),
    "shown": Text("✓ status shown", "✓ 状態を表示しました"),
    "healthy": Text("✓ ready to deploy", "✓ デプロイできます"),
    "rolled-back": Text("✓ rolled back", "✓ 前の世代に戻しました"),
    "stopped": Text("✓ stopped", "✓ 停止しました"),
    "started": Text("✓ started", "✓ 再開しました"),
    "destroyed": Text("✓ destroyed", "✓ 削除しました"),
    "combined": Text("✓ combined", "✓ 結果をまとめました"),
    "failed": Text("✗ failed", "✗ 失敗しました"),
    "cancelled": Text("✗ cancelled", "✗ キャンセルされました", Text("✗ cancelled", "✗ 中止しました")),
}
_NOT_LISTED = Text("⏳ deployed, but still to be registered", "⏳ デプロイしましたが、登録が残っています")
_APPLY, _APPLY_PROMOTION = (
    naming(command, "{command} carries it out.", "{command}で実行できます。") for command in ("deploy", "promote")
)


def ending_texts(report: Report) -> Iterator[Text]:
    """All that is left to say of a run; the last is its result."""
    below = list(_next(report))
    if below:
        yield EMPTY
    yield from below
    yield result_text(report)


def _next(report: Report) -> Iterator[Text]:
    if report.result == "planned" and any(change.is_change for change in report.changes):
        yield _APPLY_PROMOTION if report.promoted_from else _APPLY
    if report.result not in _SERVES:
        return
    facts = [(label, same(_name(report.outputs[name]))) for name, label in _FACTS if report.outputs.get(name)]
    english, japanese = (max((columns_of(label.in_(language)) for label, _ in facts), default=0) for language in LANGUAGES)
    for label, value in facts:
        yield joined("  ", (Text(padded(label.en, english), padded(label.ja, japanese)), value))
    for call in report.calls:
        yield call.what
        yield same("\n".join(f"  {line}" for line in call.command.splitlines()))


def result_text(report: Report) -> Text:
    """`✓ deployed  plates · dev · ap-northeast-1  2 created, 5 as they were  6 min 02 s`."""
    warnings = sum(problem.severity == "warning" for problem in report.problems)
    parts = (
        _result(report),
        same(report.title),
        _counts(report),
        Text(f"{warnings} warning{'' if warnings == 1 else 's'}", f"警告{warnings}件") if warnings else EMPTY,
        duration_text(sum(step.seconds for step in report.steps)),
    )
    return joined("  ", parts)


def _result(report: Report) -> Text:
    if report.result == "deployed" and waits_for_listing(report):
        return _NOT_LISTED
    last = report.steps[-1] if report.steps else None
    step = last.name if last and last.result == "failed" else EMPTY
    match report.result:
        case "failed":
            return _failed(step, report.failure_code)
        case "cancelled":
            return _cancelled(step)
        case other:
            return _RESULTS[other]


def _failed(step: Text, code: str) -> Text:
    result = Text(f"✗ failed at {step.en}", f"✗ {step.ja}で失敗しました") if step else _RESULTS["failed"]
    return result + Text(f" ({code})", f"（{code}）") if code else result


def _cancelled(step: Text) -> Text:
    if not step:
        return _RESULTS["cancelled"]
    return Text(
        f"✗ cancelled at {step.en}",
        f"✗ {step.ja}の途中でキャンセルされました",
        Text(f"✗ cancelled at {step.en}", f"✗ {step.ja}の途中で中止しました"),
    )


def _counts(report: Report) -> Text:
    """Of what was planned for a run that did not come to its end nobody knows what was done."""
    match report.result:
        case "failed" | "cancelled":
            return EMPTY
        case "planned":
            return change_counts(report.changes, done=False)
        case _:
            return change_counts(done_and_waiting(report)[0], done=True)


def _name(value: str) -> str:
    """Of an ARN the resource's name."""
    return value.rpartition("/")[2] if value.startswith("arn:") else value
