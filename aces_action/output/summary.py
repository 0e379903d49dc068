"""The job summary in GitHub's Markdown, made of the report. Texts only: nothing is written here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.aws.tags import short_commit
from aces_action.changes import Change, noun
from aces_action.durations import duration_text
from aces_action.language import EMPTY, Language, Text, lines, same
from aces_action.output.check import Check, CheckOutcome
from aces_action.output.job_status import JOB_COLUMNS, NO_REVISION, REVISION_COLUMNS, job_cells, notes, queue_text, revision_cells
from aces_action.output.report import Outcome, OutputName, Report, StepRecord
from aces_action.output.server_log import SHOWN, WIDTH, ServerLog
from aces_action.output.sizes import files_text, members_text, size_text
from aces_action.output.status import GenerationStatus, JobDefinitionStatus, ServerStatus
from aces_action.output.tables import (
    COLUMNS,
    NOT_THERE,
    STOPPED,
    VERBS,
    endpoint_facts,
    generation_state,
    rollout_time,
    time_text,
)
from aces_action.output.tree import tree_lines
from aces_action.output.verdict import Verdict
from aces_action.problems import Kind, Problem
from aces_action.problems.advice import NEVER_DEPLOYED
from aces_action.sanitiser import markdown, markdown_block, neutralise, shorten

if TYPE_CHECKING:
    from aces_action.smoke_test.job_model import JobResult
    from aces_action.smoke_test.model import Exchange

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
    "failed": Text("❌ Failed", "❌ 失敗しました"),
    "cancelled": Text("⛔ Cancelled", "⛔ キャンセルされました"),
}
_NOT_LISTED = Text(
    "✅ Deployed; the registration on the ACES Platform is still to be done",
    "✅ デプロイしました（ACES Platformへの登録が残っています）",
)
_ICONS: dict[CheckOutcome, str] = {"fine": "✅", "warning": "⚠️", "error": "❌", "not checked": "➖"}
_BAR = 24  # characters of the timeline
_LONGEST = 4096  # characters of one message, hint or reason in the summary
_MOST = 200  # problems, and changes, that the summary tells one by one
_ANSWER = 200  # characters of an answer to the smoke test
_ROOM = 400_000  # bytes for the problems, and as many for the changes: GitHub drops a summary of more than 1 MiB whole
_RUN = re.compile(r"https://[\w.-]+/[\w.-]+/[\w.-]+/actions/runs/\d+", re.ASCII)
_TREE_LINES, _TREE_LINE = 300, 300  # lines of the tree of the weights, and characters of each


def summary(report: Report, language: Language, redact: Callable[[str], str]) -> str:
    """The job summary in GitHub's Markdown. `redact` hides secrets: it sees each text before anything in it is escaped."""
    page = _Page(language, redact)
    parts = [f"## {title_text(report).in_(language)}", page.text(report.title)]
    if report.result in {"failed", "cancelled"}:
        parts += [page.text(line) for line in how_far(report).in_(language).splitlines()]
    refused = report.weights is not None and not report.weights.ok
    weights = _weights(report.weights, report.weights_uri, page) if report.weights else ""
    parts += [
        _problems(report.problems, page),
        _diagnosis(report.server_logs, report.events, page),
        _checks(report.checks, report.checks_title, page),
        weights if refused else "",
        _status(report.server_status, page) if report.server_status else "",
        _changes(report.changes, page),
        _exchanges(report.exchanges, page),
        _jobs(report.jobs, page),
        _outputs({name: value for name, value in report.outputs.items() if name != "status"}, page),
        "" if refused else weights,
        _timeline(report.steps, page),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def title_text(report: Report) -> Text:
    """How the run ended."""
    waits = report.result == "deployed" and report.outputs.get("registration") == "deferred"
    return _NOT_LISTED if waits else _TITLES[report.result]


def how_far(report: Report) -> Text:
    """What a run that did not come to its end has changed and what still goes on: never half a deploy passed off as whole."""
    return lines(report.writes.last_words(), report.under_way)


@dataclass(frozen=True, slots=True)
class _Page:
    """How texts come onto the summary: in one language, without secrets, and with nothing in them taken for markup."""

    language: Language
    redact: Callable[[str], str]

    def text(self, text: str | Text) -> str:
        """One cell or line."""
        return markdown(self._safe(text))

    def code(self, text: str) -> str:
        return f"<code>{self.text(text)}</code>"

    def run(self, url: str) -> str:
        """The address of a run of GitHub's, which is a link. It comes from a tag, so it may be anything else."""
        safe = self._safe(url)
        return f"<{safe}>" if _RUN.fullmatch(safe) else self.text(url)

    def block(self, text: Text) -> str:
        """Lines as they are, such as a command to paste."""
        return markdown_block(self._safe(text))

    def listing(self, lines: Sequence[str]) -> str:
        """Lines as they are, as many as there is room for."""
        shown = [shorten(neutralise(self.redact(line)), _TREE_LINE) for line in lines[:_TREE_LINES]]
        rest = ["…"] if len(lines) > len(shown) else []
        return markdown_block("\n".join([*shown, *rest]))

    def link(self, kind: Kind) -> str:
        """The code of a problem, leading to where the documentation explains it."""
        return f"[{kind.code}]({kind.help_url(self.language)})"

    def table(self, title: Text, head: Sequence[Text], rows: Iterable[str], *, align: str = "") -> str:
        """A heading and a table below it; `align` is the line under the head, by default all to the left."""
        names = " | ".join(each.in_(self.language) for each in head)
        return "\n".join([f"### {title.in_(self.language)}", "", f"| {names} |", align or "| --- " * len(head) + "|", *rows])

    def _safe(self, text: str | Text) -> str:
        chosen = text.in_(self.language) if isinstance(text, Text) else text
        return shorten(neutralise(self.redact(chosen)), _LONGEST)


def _problems(problems: Sequence[Problem], page: _Page) -> str:
    """Errors first. Of very many those that fit in full, and of the rest how many there are of each kind."""
    if not problems:
        return ""
    ordered = sorted(problems, key=lambda each: each.severity)
    rows = _fitting(_problem(each, page) for each in ordered)
    parts = [f"### {Text('Problems', '問題').in_(page.language)}", *rows]
    if rest := ordered[len(rows) :]:
        parts.append(page.text(_more(len(rest))))
        rows = [f"{count:,} × {page.link(kind)} {page.text(kind.title)}" for kind, count in _kinds(rest)]
        parts.append("<br>".join(rows))
    return "\n\n".join(parts)


def _problem(problem: Problem, page: _Page) -> str:
    icon = "❌" if problem.severity == "error" else "⚠️"
    place = f"<br>{page.code(problem.place)}" if problem.place else ""
    headline = f"{icon} **{page.link(problem.kind)}** {page.text(problem.message)}{place}"
    return f"{headline}\n\n{page.block(problem.hint)}" if problem.hint else headline


def _diagnosis(logs: Sequence[ServerLog], events: Sequence[str], page: _Page) -> str:
    """What the server wrote last, a block for each variant, and what SageMaker went through on the way."""
    sections: list[str] = []
    if logs:
        sections.append(f"### {Text('Last lines of the server', 'サーバのログの末尾').in_(page.language)}")
    for each in logs:
        served = (
            Text(" (of an instance that served before)", "（以前から稼働しているインスタンス）") if not each.is_new else EMPTY
        )
        sections += [f"{page.code(each.stream)}{page.text(served)}"] if each.stream else []
        sections += [page.listing(each.shown)] if each.lines else []
        sections += [page.text(each.missing)] if each.missing else []
    if events:
        sections += [f"### {Text('What SageMaker did', 'SageMakerの経過').in_(page.language)}", page.listing(events)]
    return "\n\n".join(sections)


def _weights(verdict: Verdict, uri: str, page: _Page) -> str:
    """What is in the archive, as a tree: open where the archive is refused, since it shows which files are meant."""
    members, files = members_text(verdict.members), files_text(verdict.files)
    unpacked = size_text(verdict.unpacked_size)
    if verdict.sha256:
        size = size_text(verdict.size)
        facts = (
            page.text(Text(f"{size.en}, {members.en}, {unpacked.en} unpacked", f"{size.ja}、{members.ja}、展開後{unpacked.ja}"))
            + f"<br>SHA-256 {page.code(verdict.sha256)}"
        )
    else:
        facts = page.text(Text(f"Read up to the damage: {members.en}", f"壊れている箇所まで: {members.ja}"))
    sections = [f"### {Text('Weights', '重みファイル').in_(page.language)}", f"{page.code(uri)}<br>{facts}"]
    if tree := tree_lines(verdict, page.language):
        title = page.text(Text(f"{files.en}, {unpacked.en}", f"{files.ja}、{unpacked.ja}"))
        start = "<details>" if verdict.ok else "<details open>"
        sections.append(f"{start}<summary>{title}</summary>\n\n{page.listing(tree)}\n\n</details>")
    return "\n\n".join(sections)


def _status(server_status: ServerStatus, page: _Page) -> str:
    """Each endpoint with what there is to say of it, and the generations below."""
    rows = []
    for endpoint in server_status.endpoints:
        status = endpoint.status or NOT_THERE
        facts = "<br>".join(page.text(each) for each in endpoint_facts(endpoint, server_status))
        rows.append(f"| {page.code(endpoint.name)} | {page.text(status)} | {facts} |")
    head = (Text("endpoint", "エンドポイント"), Text("status", "状態"), EMPTY)
    parts = [page.table(Text("Endpoint", "エンドポイント"), head, rows)] if rows else []
    if server_status.stopped and server_status.generations:
        parts.append(page.text(STOPPED.map(lambda text: text.replace("`", ""))))
    if rows := _fitting(_generation_row(each, server_status, page) for each in server_status.generations):
        columns = (
            Text("generation", "世代"),
            EMPTY,
            Text("served", "稼働開始"),
            Text("withdrawn", "取りやめ"),
            Text("roll-out", "ロールアウト"),
            Text("image, weights", "イメージ、重みファイル"),
            Text("instance type", "インスタンスタイプ"),
            Text("commit, run", "コミット、実行"),
        )
        parts.append(page.table(Text("Generations", "世代"), columns, rows))
        if left := len(server_status.generations) - len(rows):
            parts.append(page.text(_more(left)))
    parts += [_job_definition(each, page) for each in server_status.job_definitions]
    if server_status.never_deployed:
        parts.append(page.text(NEVER_DEPLOYED.map(lambda text: text.replace("`", ""))))
    return "\n\n".join(parts)


def _job_definition(definition: JobDefinitionStatus, page: _Page) -> str:
    """Its queue, its revisions and its last jobs. What Batch and containers say is text from outside."""
    title = noun("job definition") + same(f" {definition.name}")
    revisions = _fitting(_cells(row, page) for row in revision_cells(definition))
    jobs = [_cells(row, page) for row in job_cells(definition)]
    parts = [page.table(title, REVISION_COLUMNS, revisions)] if revisions else [f"### {page.text(title)}", page.text(NO_REVISION)]
    parts += [page.text(queue_text(definition)), *(page.text(each) for each in notes(definition))]
    if jobs:
        parts.append(page.table(Text("Last jobs", "最近のジョブ"), JOB_COLUMNS, jobs))
    return "\n\n".join(parts)


def _cells(row: Sequence[Text], page: _Page) -> str:
    return f"| {' | '.join(page.text(cell) for cell in row)} |"


def _generation_row(each: GenerationStatus, server_status: ServerStatus, page: _Page) -> str:
    made = "<br>".join(page.code(part) for part in (each.image_digest, each.weights) if part)
    whence = "<br>".join(filter(None, (page.text(short_commit(each.commit)), page.run(each.run_url))))
    times = (time_text(each.served), time_text(each.withdrawn), rollout_time(each))
    cells = " | ".join(page.text(part) for part in (generation_state(each, server_status), *times))
    return f"| {page.code(each.name)} | {cells} | {made} | {page.text(each.instance_type)} | {whence} |"


def _kinds(problems: Sequence[Problem]) -> list[tuple[Kind, int]]:
    """How many problems there are of each code, in the order of the first of each."""
    kinds = {problem.code: problem.kind for problem in reversed(problems)}
    return [(kinds[code], count) for code, count in Counter(problem.code for problem in problems).items()]


def _checks(checks: Sequence[Check], title: Text, page: _Page) -> str:
    rows = [_check(each, page) for each in checks]
    return page.table(title, (EMPTY, *COLUMNS, Text("fix", "直し方")), rows) if rows else ""


def _check(check: Check, page: _Page) -> str:
    cells = " | ".join(page.text(each) for each in (check.what, check.found, check.needed))
    fix = "<br>".join(filter(None, (*map(page.link, check.kinds), page.text(check.fix), page.text(check.skipped))))
    return f"| {_ICONS[check.outcome]} | {cells} | {fix} |"


def _changes(changes: Sequence[Change], page: _Page) -> str:
    if not changes:
        return ""
    head = (EMPTY, Text("what", "対象"), Text("name", "名前"), Text("why", "理由"))
    rows = _fitting(_change(each, page) for each in changes)
    table = page.table(Text("Changes", "変更"), head, rows)
    return f"{table}\n\n{page.text(_more(left))}" if (left := len(changes) - len(rows)) else table


def _change(change: Change, page: _Page) -> str:
    reasons = "<br>".join(page.text(each) for each in change.reasons)
    return f"| {page.text(VERBS[change.verb])} | {page.text(noun(change.resource))} | {page.code(change.name)} | {reasons} |"


def _exchanges(exchanges: Sequence[Exchange], page: _Page) -> str:
    """The smoke test: a row for each request."""
    columns = (
        Text("request", "リクエスト"),
        Text("status", "ステータス"),
        Text("time", "時間"),
        Text("bytes", "バイト"),
        Text("variant", "バリアント"),
        Text("answer", "応答"),
    )
    rows = _fitting(_exchange(each, page) for each in exchanges)
    return page.table(Text("Smoke test", "スモークテスト"), (EMPTY, *columns), rows) if rows else ""


def _exchange(exchange: Exchange, page: _Page) -> str:
    icon, answer = "✅" if exchange.passed else "❌", exchange.answer
    cells = (
        ("–", "–", "–", "–")
        if answer is None
        else (
            page.text(str(answer.status or "–")),
            f"{answer.size:,}",
            page.text(answer.variant or "–"),
            page.code(answer.excerpt(_ANSWER)),
        )
    )
    status, size, variant, shown = cells
    return f"| {icon} | {page.code(exchange.request.name)} | {status} | {exchange.seconds:.2f} s | {size} | {variant} | {shown} |"


def _jobs(results: Sequence[JobResult], page: _Page) -> str:
    """The jobs of the smoke test: a row for each, and the last lines of those that failed."""
    columns = (
        Text("request", "リクエスト"),
        Text("job", "ジョブ"),
        Text("exit code", "終了コード"),
        Text("queued", "待機"),
        Text("starting", "起動"),
        Text("running", "実行"),
        Text("answer", "応答"),
    )
    rows = _fitting(_job(each, page) for each in results)
    if not rows:
        return ""
    sections = [page.table(Text("Jobs of the smoke test", "スモークテストのジョブ"), (EMPTY, *columns), rows)]
    for each in results:
        if not each.passed and each.lines:
            lasts = [shorten(line, WIDTH) for line in each.lines[-SHOWN:]]
            title = Text(f"Last lines of the job of {each.test.request.name}", f"{each.test.request.name}のジョブのログの末尾")
            sections += [f"### {page.text(title)}", page.listing(lasts)]
    return "\n\n".join(sections)


def _job(result: JobResult, page: _Page) -> str:
    times, seen = result.times, result.seen
    how = "–" if seen is None else seen.status if seen.exit_code is None else str(seen.exit_code)
    lasted = ["–" if each is None else page.text(duration_text(each)) for each in (times.queued, times.starting, times.running)]
    shown = page.code(result.answer.excerpt(_ANSWER)) if result.answer else "–"
    cells = (page.code(result.test.request.name), page.code(result.job_id or "–"), page.text(how), *lasted, shown)
    return f"| {'✅' if result.passed else '❌'} | {' | '.join(cells)} |"


def _outputs(outputs: Mapping[OutputName, str], page: _Page) -> str:
    rows = [f"| {name} | {page.code(value)} |" for name, value in outputs.items() if value]
    return page.table(Text("Deployment", "デプロイの結果"), (Text("output", "出力"), Text("value", "値")), rows) if rows else ""


def _timeline(steps: Sequence[StepRecord], page: _Page) -> str:
    """The steps with their durations; the bar shows when each ran, the whole width being the whole run."""
    if not steps:
        return ""
    total = sum(step.seconds for step in steps) or 1.0
    rows, before = [], 0.0
    for step in steps:
        start, end = round(before / total * _BAR), round((before + step.seconds) / total * _BAR)
        bar = "·" * min(start, _BAR - 1) + "█" * max(1, end - start)
        icon = "✅" if step.result == "done" else "❌"
        rows.append(f"| {icon} | {page.text(step.name)} | {page.text(duration_text(step.seconds))} | `{bar.ljust(_BAR, '·')}` |")
        before += step.seconds
    head = (EMPTY, Text("step", "ステップ"), Text("time", "時間"), EMPTY)
    return page.table(Text("Steps", "ステップ"), head, rows, align="| --- | --- | ---: | --- |")


def _fitting(parts: Iterable[str]) -> list[str]:
    """As many of the first parts as there is room for."""
    kept: list[str] = []
    room = _ROOM
    for part in parts:
        room -= len(part.encode()) + 2
        if room < 0 or len(kept) == _MOST:
            break
        kept.append(part)
    return kept


def _more(count: int) -> Text:
    return Text(
        f"Not listed here: {count:,}. The log has them all.", f"ここに示していないもの: {count:,}件。ログにはすべてあります。"
    )
