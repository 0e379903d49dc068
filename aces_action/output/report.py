"""What a run has to tell when it ends, however it ends: step outputs and the job summary. Texts only, nothing is written here."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aces_action.deployment.changes import Change, Verb, noun
from aces_action.language import EMPTY, Language, Text, lines, same
from aces_action.output.check import Check, Outcome
from aces_action.output.ledger import Ledger
from aces_action.output.server_log import ServerLog
from aces_action.output.status import EndpointStanding, GenerationStanding, Standing, hours, span
from aces_action.output.steps import StepRecord, duration
from aces_action.problems import Kind, Problem
from aces_action.resources.weights.size import files_text, members_text, size_text
from aces_action.resources.weights.tree import tree_lines
from aces_action.resources.weights.verdict import Verdict
from aces_action.sanitiser import markdown, markdown_block, neutralise, shorten

if TYPE_CHECKING:
    from aces_action.smoke_test.model import Exchange

Result = Literal[
    "deployed",
    "registered",
    "unchanged",
    "deferred",
    "planned",
    "valid",
    "shown",
    "rolled-back",
    "stopped",
    "started",
    "destroyed",
    "failed",
    "cancelled",
]

OUTPUTS: dict[str, str] = {
    "result": (
        "`deployed`, `registered`, `unchanged`, `deferred` (nothing to deploy, but not listed yet), `planned`, `valid`, "
        "`shown`, `rolled-back`, `stopped`, `started`, `destroyed`, `failed` or `cancelled`."
    ),
    "has-changes": "`true` when something was, or in a plan would be, changed.",
    "changes": "The changes as JSON: a list of objects with `verb`, `resource`, `name` and `reasons`.",
    "endpoint-name": "Name of the SageMaker endpoint.",
    "endpoint-arn": "ARN of the SageMaker endpoint.",
    "endpoint-config-name": "Name of the endpoint config that serves.",
    "status": "Of `command: status`: endpoints, what is under way, and generations, as JSON.",
    "image-digest": "Digest of the server image (`sha256:…`).",
    "weights-uri": "S3 URI of the released weights, which nothing overwrites.",
    "batch-job-definition-arn": "ARN of the standard job definition, with its revision.",
    "batch-longtime-job-definition-arn": "ARN of the long-time job definition, with its revision.",
    "service-names": "Names of the services on the ACES Platform, separated by commas.",
    "registration": "`done`, or `deferred`: the platform did not answer, and `command: register` has to list what serves.",
    "failure-code": "Code of the first error, such as `ACES-W004`. Empty when nothing failed.",
}

_TITLES: dict[Result, Text] = {
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
_VERBS: dict[Verb, Text] = {
    "create": Text("create", "作成"),
    "update": Text("update", "更新"),
    "replace": Text("replace", "作り直し"),
    "attach": Text("wait for", "完了待ち"),
    "delete": Text("delete", "削除"),
    "nothing": Text("as it is", "変更なし"),
}
_MARKS: dict[Outcome, str] = {"fine": "✓", "warning": "!", "error": "✗", "not checked": "–"}
_ICONS: dict[Outcome, str] = {"fine": "✅", "warning": "⚠️", "error": "❌", "not checked": "➖"}
_COLUMNS = (Text("what", "対象"), Text("found", "現状"), Text("needed", "必要"))
_NOT_THERE = Text("not there", "なし")
_STOPPED = Text(
    "It is stopped: `command: start` brings back what served last.",
    "停止しています。`command: start`で、最後に稼働していた世代を再開できます。",
)
_GENERATION_COLUMNS = (
    Text("generation", "世代"),
    EMPTY,
    Text("served", "稼働開始"),
    Text("withdrawn", "取りやめ"),
    Text("roll-out", "ロールアウト"),
    Text("image", "イメージ"),
    Text("weights", "重みファイル"),
    Text("instance type", "インスタンスタイプ"),
    Text("commit", "コミット"),
)
_WIDEST = 60  # columns of a cell in the log
_BAR = 24  # characters of the timeline
_LONGEST = 4096  # characters of one message, hint or reason in the summary
_MOST = 200  # problems, and changes, that the summary tells one by one
_ANSWER = 200  # characters of an answer to the smoke test
_ROOM = 400_000  # bytes for the problems, and as many for the changes: GitHub drops a summary of more than 1 MiB whole
_COMMIT = 12  # characters of a commit or another hash in a table
_RUN = re.compile(r"https://[\w.-]+/[\w.-]+/[\w.-]+/actions/runs/\d+", re.ASCII)
_TREE_LINES, _TREE_LINE = 300, 300  # lines of the tree of the weights, and characters of each


@dataclass(kw_only=True)
class Report:
    """Gathers what the run finds out, step by step, so that also a failed or cancelled run can say how far it came.

    `under_way` says what AWS goes on with if the run ends now; `writes` all that were sent; `weights` is the verdict on the
    archive at `weights_uri`, None until there is one; `standing` what `command: status` found. Of a failed roll-out:
    `server_logs`, and the `events` on its way. `exchanges` are those of the smoke test.
    """

    title: str = ""
    result: Result = "failed"
    steps: Sequence[StepRecord] = ()
    checks: Sequence[Check] = ()
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    writes: Ledger = field(default_factory=Ledger)
    under_way: Text = EMPTY
    weights: Verdict | None = None
    weights_uri: str = ""
    standing: Standing | None = None
    server_logs: Sequence[ServerLog] = ()
    events: list[str] = field(default_factory=list)
    exchanges: Sequence[Exchange] = ()

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


def summary(report: Report, language: Language, redact: Callable[[str], str]) -> str:
    """The job summary in GitHub's Markdown. `redact` hides secrets: it sees each text before anything in it is escaped."""
    page = _Page(language, redact)
    parts = [f"## {_title(report).in_(language)}", page.text(report.title)]
    if report.result in {"failed", "cancelled"}:
        parts += [page.text(line) for line in how_far(report).in_(language).splitlines()]
    refused = report.weights is not None and not report.weights.ok
    weights = _weights(report.weights, report.weights_uri, page) if report.weights else ""
    parts += [
        _problems(report.problems, page),
        _diagnosis(report.server_logs, report.events, page),
        _checks(report.checks, page),
        weights if refused else "",
        _standing(report.standing, page) if report.standing else "",
        _changes(report.changes, page),
        _exchanges(report.exchanges, page),
        _outputs({name: value for name, value in report.outputs.items() if name != "status"}, page),
        "" if refused else weights,
        _timeline(report.steps, page),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(report: Report) -> Text:
    waits = report.result == "deployed" and report.outputs.get("registration") == "deferred"
    return _NOT_LISTED if waits else _TITLES[report.result]


def how_far(report: Report) -> Text:
    """What a run that did not come to its end has changed and what still goes on: never half a deploy passed off as whole."""
    return lines(report.writes.last_words(), report.under_way)


def check_lines(checks: Sequence[Check], language: Language) -> list[str]:
    """The preflight's table for the log, in columns; below each row that is not fine, what to do about it."""
    rows = [(_MARKS[each.outcome], *(text.in_(language) for text in (each.what, each.found, each.needed))) for each in checks]
    head = ("", *(text.in_(language) for text in _COLUMNS))
    wide = [min(_WIDEST, max(map(_width, column))) for column in zip(head, *rows, strict=True)]

    told = [_row(head, wide)]
    for row, check in zip(rows, checks, strict=True):
        told.append(_row(row, wide))
        if check.problems:
            codes = ", ".join(dict.fromkeys(problem.code for problem in check.problems))
            told.append(f"   {codes}  {check.fix.in_(language)}".rstrip())
    return told


def _row(cells: Sequence[str], wide: Sequence[int]) -> str:
    """One line of a table in columns."""
    return "  ".join(f"{cell}{' ' * (width - _width(cell))}" for cell, width in zip(cells, wide, strict=True)).rstrip()


def _width(text: str) -> int:
    """Columns in a terminal: Japanese characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def change_lines(changes: Iterable[Change]) -> list[str]:
    """Changes for the log: a line each, their reasons below."""
    told = []
    for change in changes:
        told.append(f"{_VERBS[change.verb].en:9} {change.resource:16} {change.name}")
        told += [f"{'':26} {reason.en}" for reason in change.reasons]
    return told


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
    told = _fitting(_problem(each, page) for each in ordered)
    parts = [f"### {Text('Problems', '問題').in_(page.language)}", *told]
    if rest := ordered[len(told) :]:
        parts.append(page.text(_more(len(rest))))
        rows = [f"{count:,} × {page.link(kind)} {page.text(kind.title)}" for kind, count in _kinds(rest)]
        parts.append("<br>".join(rows))
    return "\n\n".join(parts)


def _problem(problem: Problem, page: _Page) -> str:
    icon = "❌" if problem.severity == "error" else "⚠️"
    place = f"<br>{page.code(problem.place)}" if problem.place else ""
    told = f"{icon} **{page.link(problem.kind)}** {page.text(problem.message)}{place}"
    return f"{told}\n\n{page.block(problem.hint)}" if problem.hint else told


def _diagnosis(logs: Sequence[ServerLog], events: Sequence[str], page: _Page) -> str:
    """What the server wrote last, a block for each variant, and what SageMaker went through on the way."""
    told: list[str] = []
    if logs:
        told.append(f"### {Text('Last lines of the server', 'サーバのログの末尾').in_(page.language)}")
    for each in logs:
        served = (
            Text(" (of an instance that served before)", "（以前から稼働しているインスタンス）") if not each.is_new else EMPTY
        )
        told += [f"{page.code(each.stream)}{page.text(served)}"] if each.stream else []
        told += [page.listing(each.shown)] if each.lines else []
        told += [page.text(each.missing)] if each.missing else []
    if events:
        told += [f"### {Text('What SageMaker did', 'SageMakerの経過').in_(page.language)}", page.listing(events)]
    return "\n\n".join(told)


def _weights(verdict: Verdict, uri: str, page: _Page) -> str:
    """What is in the archive, as a tree: open where the archive is refused, since it shows which files are meant."""
    members, files = members_text(verdict.members), files_text(verdict.files)
    unpacked = size_text(verdict.unpacked_size)
    if verdict.sha256:
        size = size_text(verdict.size)
        facts = (
            page.text(Text(f"{size}, {members.en}, {unpacked} unpacked", f"{size}、{members.ja}、展開後{unpacked}"))
            + f"<br>SHA-256 {page.code(verdict.sha256)}"
        )
    else:
        facts = page.text(Text(f"Read up to the damage: {members.en}", f"壊れている箇所まで: {members.ja}"))
    told = [f"### {Text('Weights', '重みファイル').in_(page.language)}", f"{page.code(uri)}<br>{facts}"]
    if tree := tree_lines(verdict, page.language):
        title = page.text(Text(f"{files.en}, {unpacked}", f"{files.ja}、{unpacked}"))
        start = "<details>" if verdict.ok else "<details open>"
        told.append(f"{start}<summary>{title}</summary>\n\n{page.listing(tree)}\n\n</details>")
    return "\n\n".join(told)


def standing_lines(standing: Standing, language: Language = "en") -> list[str]:
    """How a server stands, for the log or a terminal."""
    told: list[str] = []
    for endpoint in standing.endpoints:
        told += [
            f"{noun('endpoint').in_(language)} {endpoint.name}  {endpoint.status or _NOT_THERE.in_(language)}",
            *(f"  {line.in_(language)}" for line in _facts(endpoint, standing)),
        ]
    if standing.stopped and standing.generations:
        told.append(_STOPPED.in_(language))
    rows = [tuple(each.in_(language) for each in _GENERATION_COLUMNS)]
    rows += [
        (
            each.name,
            _part(each, standing).in_(language),
            _moment(each.served),
            _moment(each.withdrawn),
            _took(each),
            each.image_digest.removeprefix("sha256:")[:_COMMIT],
            _release(each.weights)[:_COMMIT],
            each.instance_type,
            each.commit[:_COMMIT],
        )
        for each in standing.generations
    ]
    wide = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    if standing.generations:
        told += [_row(row, wide) for row in rows]
    return told


def _facts(endpoint: EndpointStanding, standing: Standing) -> list[Text]:
    """What there is to say of an endpoint beside its status."""
    if not endpoint.status:
        return []
    age, config = hours(endpoint.created, standing.at), endpoint.config_name
    told = [Text(f"serves {config}", f"稼働中の設定: {config}") if config else EMPTY]
    if age is not None:
        told.append(Text(f"made {span(age).en} ago", f"作成から{span(age).ja}"))
    for each in endpoint.variants:
        name, now, then, weight = each.name, each.instances, each.desired_instances, f"{each.weight:g}"
        told.append(
            Text(f"{name}: {now} of {then} instances, weight {weight}", f"{name}: {now}/{then}インスタンス、重み{weight}")
        )
    if endpoint.under_way:
        told.append(_in_flight(endpoint))
        told += [same(each) for each in endpoint.progress]
    if reason := endpoint.failure_reason:
        told.append(
            Text(f"failed: {reason}", f"失敗の理由: {reason}")
            if endpoint.failed
            else Text(f"an earlier update failed: {reason}", f"以前の更新の失敗の理由: {reason}")
        )
    if commit := endpoint.commit:
        told.append(Text(f"commit {commit}", f"コミット: {commit}"))
    if run := endpoint.run_url:
        told.append(Text(f"run {run}", f"実行: {run}"))
    if not endpoint.ours:
        told.append(Text("not made by this action", "このアクションが作ったものではありません"))
    told += [Text(f"not as deployed: {each.en}", f"デプロイ時との違い: {each.ja}") for each in endpoint.drift]
    return [each for each in told if each]


def _in_flight(endpoint: EndpointStanding) -> Text:
    status, target, by = endpoint.status, endpoint.target, endpoint.begun_by
    to = Text(f" to {target}", f"（{target}へ）") if target else EMPTY
    run = Text(f", begun by {by}", f"、実行元: {by}") if by else EMPTY
    return Text(f"under way: {status}{to.en}{run.en}", f"進行中: {status}{to.ja}{run.ja}")


def _part(generation: GenerationStanding, standing: Standing) -> Text:
    """What a generation is at the moment."""
    if generation.serves:
        return Text("serves", "稼働中")
    if generation.withdrawn:
        return Text("withdrawn", "取りやめ")
    if generation.name == standing.previous:
        return Text("previous", "1つ前")
    return EMPTY if generation.served else Text("never served", "稼働なし")


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _took(generation: GenerationStanding) -> str:
    return duration(generation.rollout_seconds) if generation.rollout_seconds is not None else ""


def _release(weights: str) -> str:
    """What tells released weights from others: the hash in their key."""
    parts = weights.split("/")
    return parts[-2] if len(parts) > 2 and parts[-3] == "releases" else parts[-1]


def _standing(standing: Standing, page: _Page) -> str:
    """Each endpoint with what there is to say of it, and the generations below."""
    rows = []
    for endpoint in standing.endpoints:
        status = endpoint.status or _NOT_THERE
        facts = "<br>".join(page.text(each) for each in _facts(endpoint, standing))
        rows.append(f"| {page.code(endpoint.name)} | {page.text(status)} | {facts} |")
    head = (Text("endpoint", "エンドポイント"), Text("status", "状態"), EMPTY)
    parts = [page.table(Text("Endpoint", "エンドポイント"), head, rows)]
    if standing.stopped and standing.generations:
        parts.append(page.text(_STOPPED.map(lambda text: text.replace("`", ""))))
    if told := _fitting(_generation_row(each, standing, page) for each in standing.generations):
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
        parts.append(page.table(Text("Generations", "世代"), columns, told))
        if left := len(standing.generations) - len(told):
            parts.append(page.text(_more(left)))
    return "\n\n".join(parts)


def _generation_row(each: GenerationStanding, standing: Standing, page: _Page) -> str:
    made = "<br>".join(page.code(part) for part in (each.image_digest, each.weights) if part)
    whence = "<br>".join(filter(None, (page.text(each.commit[:_COMMIT]), page.run(each.run_url))))
    times = (_moment(each.served), _moment(each.withdrawn), _took(each))
    told = " | ".join(page.text(part) for part in (_part(each, standing), *times))
    return f"| {page.code(each.name)} | {told} | {made} | {page.text(each.instance_type)} | {whence} |"


def _kinds(problems: Sequence[Problem]) -> list[tuple[Kind, int]]:
    """How many problems there are of each code, in the order of the first of each."""
    kinds = {problem.code: problem.kind for problem in reversed(problems)}
    return [(kinds[code], count) for code, count in Counter(problem.code for problem in problems).items()]


def _checks(checks: Sequence[Check], page: _Page) -> str:
    rows = [_check(each, page) for each in checks]
    return page.table(Text("Preflight", "事前確認"), (EMPTY, *_COLUMNS, Text("fix", "直し方")), rows) if rows else ""


def _check(check: Check, page: _Page) -> str:
    told = " | ".join(page.text(each) for each in (check.what, check.found, check.needed))
    links = dict.fromkeys(page.link(problem.kind) for problem in check.problems)
    fix = "<br>".join(filter(None, (*links, page.text(check.fix))))
    return f"| {_ICONS[check.outcome]} | {told} | {fix} |"


def _changes(changes: Sequence[Change], page: _Page) -> str:
    if not changes:
        return ""
    head = (EMPTY, Text("what", "対象"), Text("name", "名前"), Text("why", "理由"))
    rows = _fitting(_change(each, page) for each in changes)
    table = page.table(Text("Changes", "変更"), head, rows)
    return f"{table}\n\n{page.text(_more(left))}" if (left := len(changes) - len(rows)) else table


def _change(change: Change, page: _Page) -> str:
    reasons = "<br>".join(page.text(each) for each in change.reasons)
    return f"| {page.text(_VERBS[change.verb])} | {page.text(noun(change.resource))} | {page.code(change.name)} | {reasons} |"


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
    told = (
        ("–", "–", "–", "–")
        if answer is None
        else (
            page.text(str(answer.status or "–")),
            f"{answer.size:,}",
            page.text(answer.variant or "–"),
            page.code(answer.excerpt(_ANSWER)),
        )
    )
    status, size, variant, shown = told
    return f"| {icon} | {page.code(exchange.request.name)} | {status} | {exchange.seconds:.2f} s | {size} | {variant} | {shown} |"


def _outputs(outputs: dict[str, str], page: _Page) -> str:
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
        rows.append(f"| {icon} | {page.text(step.name)} | {duration(step.seconds)} | `{bar.ljust(_BAR, '·')}` |")
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
