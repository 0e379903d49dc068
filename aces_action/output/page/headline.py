"""The first line of a page: what happened, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from aces_action.durations import duration_text
from aces_action.language import EMPTY, Language, Text, joined, same
from aces_action.output.change_counts import change_counts
from aces_action.output.page.blocks import Code, Line, PageLink, Span, Words
from aces_action.output.page.fleet import fleet_title
from aces_action.output.page.wording import dotted, words
from aces_action.output.report import Outcome, Report, StepRecord, waits_for_listing
from aces_action.output.status import ServerStatus
from aces_action.problems.problem import Problem

_TITLES: dict[Outcome, Text] = {
    "deployed": Text("✅ Deployed", "✅ デプロイしました"),
    "registered": Text("✅ Registered", "✅ 登録しました"),
    "unchanged": Text("✅ Nothing to do: everything is as it should be", "✅ 変更はありません（すべて設定どおりです）"),
    "deferred": Text(
        "⏳ Nothing to deploy, but the registration on the ACES Platform is still to be done",
        "⏳ デプロイする変更はありませんが、ACES Platformへの登録が残っています",
    ),
    "planned": Text("📋 Plan: nothing was changed", "📋 計画（何も変更していません）"),
    "valid": Text("✅ The configuration is valid", "✅ 設定にエラーはありません"),
    "shown": Text("📋 Status: nothing was changed", "📋 状態（何も変更していません）"),
    "healthy": Text("✅ A deployment finds everything that it needs", "✅ デプロイに必要なものはすべてそろっています"),
    "rolled-back": Text("✅ Rolled back", "✅ 前の世代に戻しました"),
    "stopped": Text("✅ Stopped", "✅ 停止しました"),
    "started": Text("✅ Started", "✅ 再開しました"),
    "destroyed": Text("✅ Destroyed", "✅ 削除しました"),
    "combined": Text("📋 Results of the fleet", "📋 fleetの結果"),
    "failed": Text("❌ Failed", "❌ 失敗しました"),
    "cancelled": Text("⛔ Cancelled", "⛔ キャンセルされました"),
}
_NOT_LISTED = Text(
    "✅ Deployed; the registration on the ACES Platform is still to be done",
    "✅ デプロイしました（ACES Platformへの登録が残っています）",
)
_SERVES: frozenset[Outcome] = frozenset({"deployed", "rolled-back", "started"})
_NO_CHANGES = Text("📋 Plan: no changes", "📋 計画（変更はありません）")
_ONLY_LISTING = Text(
    "⏳ Plan: no changes, but the registration on the ACES Platform is still to be done",
    "⏳ 計画（変更はありませんが、ACES Platformへの登録が残っています）",
)
_BLOB = re.compile(r"(https://[\w.-]+(?::\d+)?/[\w.-]+/[\w.-]+)/blob/([0-9a-f]{7,64})", re.ASCII)
_COMMIT = 7  # digits, as GitHub shows them


def title_text(report: Report) -> Text:
    """How the run ended, in a few words."""
    return _NOT_LISTED if report.result == "deployed" and waits_for_listing(report) else _TITLES[report.result]


def headline(report: Report, language: Language) -> Line:
    title = title_text(report)
    if report.result in {"failed", "cancelled"}:
        return _failed(report, language)
    if report.result == "planned":
        return (words(_planned(report), language),)
    if report.result == "combined":
        return (words(fleet_title(report.fleet), language),)
    if report.result == "shown" and report.server_status:
        return dotted([words(title, language), *_statuses(report.server_status, language)])
    lasted = duration_text(sum(step.seconds for step in report.steps)) if report.steps else EMPTY
    name = report.outputs.get("endpoint-name", "")
    if report.result in _SERVES and name:
        after = Text(f" after {lasted.en}", f"（{lasted.ja}）") if lasted else EMPTY
        serves = Text(" is serving", "が稼働中") + after
        endpoint = words(Text("endpoint ", "エンドポイント"), language)
        return (*dotted([words(title, language), endpoint]), Words(text=name), words(serves, language))
    definition = report.outputs.get("batch-job-definition-arn", "") or report.outputs.get("batch-longtime-job-definition-arn", "")
    if report.result in _SERVES and definition:
        after = Text(f" is registered after {lasted.en}", f"を登録済み（{lasted.ja}）") if lasted else EMPTY
        job = words(Text("job definition ", "ジョブ定義"), language)
        named = Words(text=definition.rpartition("/")[2])
        return (*dotted([words(title, language), job]), named, words(after, language))
    after = Text(f"in {lasted.en}", f"所要時間{lasted.ja}") if lasted and report.result not in {"shown", "valid"} else EMPTY
    return dotted([words(title, language), *([words(after, language)] if after else [])])


def place_line(report: Report, language: Language) -> Line:
    """Project, environment, region and commit. The title has dots between them already."""
    blob = _BLOB.fullmatch(report.source_url)
    parts: list[Span] = [Words(text=report.title)] if report.title else []
    if blob:
        commit = PageLink(label=Code(text=blob[2][:_COMMIT]), url=f"{blob[1]}/commit/{blob[2]}")
        return (*dotted([*parts, words(Text("commit ", "コミット "), language)]), commit)
    return tuple(parts)


def file_link(report: Report, problem: Problem) -> Span | None:
    """The file and line of a problem, leading to them in the commit; None where it is in no file."""
    if not problem.file:
        return None
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    if not _BLOB.fullmatch(report.source_url):
        return Code(text=place)
    line = f"#L{problem.line}" if problem.line else ""
    return PageLink(label=Code(text=place), url=f"{report.source_url}/{quote(problem.file, errors='replace')}{line}")


def failed_step(steps: Sequence[StepRecord]) -> StepRecord | None:
    return next((step for step in steps if step.result == "failed"), None)


def first_error(problems: Sequence[Problem]) -> Problem | None:
    return next((problem for problem in problems if problem.severity == "error"), None)


def code_link(problem: Problem, language: Language) -> PageLink:
    return PageLink(label=Words(text=problem.code), url=problem.kind.help_url(language))


def _failed(report: Report, language: Language) -> Line:
    step, error = failed_step(report.steps), first_error(report.problems)
    title = title_text(report)
    if report.result == "cancelled":
        return dotted([words(title, language), *([words(step.name, language)] if step else [])])
    if error is None:
        return (words(title, language),)
    where = (words(step.name, language), Words(text=": ")) if step else ()
    start, end = ("（", "）") if language == "ja" else (" (", ")")
    code = (Words(text=start), code_link(error, language), Words(text=end))
    others = sum(problem.severity == "error" for problem in report.problems) - 1
    more = Text(f" and {others:,} more", f" ほか{others:,}件") if others else EMPTY
    return (Words(text="❌ "), *where, words(error.kind.title, language), *code, *([words(more, language)] if more else []))


def _planned(report: Report) -> Text:
    if not any(change.is_change for change in report.changes):
        return _ONLY_LISTING if waits_for_listing(report) else _NO_CHANGES
    counts = change_counts([change for change in report.changes if change.is_change], done=False)
    return Text(f"📋 Plan: {counts.en}; nothing was changed", f"📋 計画: {counts.ja}（何も変更していません）")


def _statuses(status: ServerStatus, language: Language) -> list[Span]:
    if status.never_deployed:
        return [words(Text("never deployed", "未デプロイ"), language)]
    if status.stopped:
        return [words(Text("stopped", "停止中"), language)]
    names = joined(", ", (same(each.status) for each in status.endpoints if each.status))
    return [Words(text=names.in_(language))] if names else []
