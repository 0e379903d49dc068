"""Tables in columns, for a log and for a terminal: checks, changes, and the status of a server."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from aces_action.aws.tags import short_commit
from aces_action.changes import Verb, noun
from aces_action.durations import date_and_time, duration_text, hours, span
from aces_action.language import EMPTY, LANGUAGES, Language, Text, joined, same
from aces_action.output.check import Check, CheckOutcome
from aces_action.output.job_status import (
    JOB_COLUMNS,
    NO_REVISION,
    REVISION_COLUMNS,
    job_cells,
    notes,
    origin_text,
    queue_text,
    revision_cells,
)
from aces_action.output.status import EndpointStatus, GenerationStatus, JobDefinitionStatus, ServerStatus
from aces_action.problems.advice import NEVER_DEPLOYED, naming

VERBS: dict[Verb, Text] = {
    "create": Text("create", "作成"),
    "update": Text("update", "更新"),
    "replace": Text("replace", "作り直し"),
    "attach": Text("wait for", "完了待ち"),
    "delete": Text("delete", "削除"),
    "nothing": Text("as it is", "変更なし"),
}
MARKS: dict[CheckOutcome, str] = {"fine": "✓", "warning": "!", "error": "✗", "not checked": "–"}
COLUMNS = (Text("what", "対象"), Text("found", "現状"), Text("needed", "必要"))
NOT_THERE = Text("not there", "なし")
STOPPED = naming(
    "start",
    "It is stopped: {command} brings back what served last.",
    "停止しています。{command}で、最後に稼働していた世代を再開できます。",
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
_NOT_MET = frozenset({"warning", "error"})
_WIDEST = 60  # columns of a cell in the log
COMMIT = 12  # characters of a hash in a table


def check_lines(checks: Sequence[Check], said: Callable[[Text], str], *, width: int | None = None) -> list[str]:
    """The preflight's table for the log, in columns; below each row that is not fine, what to do about it. `said`: in which
    words. Where the columns take more than `width`, what is needed stands only where it is not there: in its column, below the
    row, and last below a row without columns."""
    whole = [(MARKS[each.outcome], *map(said, (each.what, each.found, each.needed))) for each in checks]
    unmet = [row[-1] if each.outcome in _NOT_MET else "" for row, each in zip(whole, checks, strict=True)]
    less = [(*row[:-1], needed) for row, needed in zip(whole, unmet, strict=True)]
    for rows, apart in ((whole, False), (less, False), ([row[:-1] for row in whole], True)):
        head = ("", *map(said, COLUMNS))[: -1 if apart or not any(row[-1] for row in rows) else None]
        wide = [min(_WIDEST, max(map(columns_of, column))) for column in zip(head, *rows, strict=False)]
        in_columns = width is None or sum(wide) + 2 * (len(wide) - 1) <= width
        if in_columns:
            break

    lines = [_row(head, wide)] if in_columns else []
    for row, needed, check in zip(rows, unmet, checks, strict=True):
        mark, what, found, *_ = row
        lines.append(_row(row[: len(wide)], wide) if in_columns else f"{mark}  {what}: {found}")
        if apart and needed:
            lines.append(f"   {said(COLUMNS[-1])}: {needed}")
        if check.kinds:
            codes = ", ".join(kind.code for kind in check.kinds)
            lines.append(f"   {codes}  {said(check.fix)}".rstrip())
        if check.skipped:
            lines.append(f"   {said(check.skipped)}")
    return lines


def _row(cells: Sequence[str], wide: Sequence[int]) -> str:
    """One line of a table in columns."""
    return "  ".join(padded(cell, width) for cell, width in zip(cells, wide, strict=True)).rstrip()


def padded(text: str, width: int) -> str:
    return text + " " * (width - columns_of(text))


def columns_of(text: str) -> int:
    """Columns in a terminal: Japanese characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def within(text: str, width: int) -> str:
    """The text, cut where it would take more columns."""
    while text and columns_of(text) > width:  # a terminal without a size has less than no column
        text = text[:-1]
    return text


def status_lines(server_status: ServerStatus, language: Language = "en", width: int | None = None) -> list[str]:
    """How a server stands, for the log."""
    return [text.in_(language) for text in status_texts(server_status, width)]


def status_texts(server_status: ServerStatus, width: int | None = None) -> list[Text]:
    """How a server stands, line by line. Of a table that is wider than `width` each row takes several lines."""
    texts: list[Text] = []
    for endpoint in server_status.endpoints:
        status = same(endpoint.status) if endpoint.status else NOT_THERE
        texts += [noun("endpoint") + same(f" {endpoint.name}  ") + status]
        texts += [same("  ") + fact for fact in endpoint_facts(endpoint, server_status)]
    if server_status.stopped and server_status.generations:
        texts.append(STOPPED)
    if server_status.generations:
        texts += _table(_GENERATION_COLUMNS, _generation_rows(server_status), width)
    for definition in server_status.job_definitions:
        texts += _job_definition_texts(definition, width)
    return [*texts, NEVER_DEPLOYED] if server_status.never_deployed else texts


def _job_definition_texts(definition: JobDefinitionStatus, width: int | None) -> list[Text]:
    texts = [noun("job definition") + same(f" {definition.name}"), same("  ") + queue_text(definition)]
    texts += [same("  ") + each for each in notes(definition)]
    if not definition.revisions and not definition.unseen:
        texts.append(same("  ") + NO_REVISION)
    for columns, rows in ((REVISION_COLUMNS, revision_cells(definition)), (JOB_COLUMNS, job_cells(definition))):
        if rows:
            texts += _table(columns, rows, width)
    return texts


def _table(columns: Sequence[Text], rows: Sequence[Sequence[Text]], width: int | None) -> Iterator[Text]:
    """A line for each row below those of the columns; where that is too wide in either language, a few lines for each row."""
    tables = []
    for language in LANGUAGES:
        cells = [[cell.in_(language) for cell in row] for row in (columns, *rows)]
        wide = [max(map(columns_of, column)) for column in zip(*cells, strict=True)]
        tables.append([_row(row, wide) for row in cells])
    if width is None or max(columns_of(line) for table in tables for line in table) <= width:
        yield from map(Text, *tables)
        return
    for row in rows:
        yield joined("  ", [cell for column, cell in zip(columns, row, strict=True) if not column or column is columns[0]])
        parts = [column + same(" ") + cell for column, cell in zip(columns[1:], row[1:], strict=True) if column and cell]
        yield from (same("  ") + joined("  ", line) for line in _filled(parts, width - 2))


def _filled(parts: Iterable[Text], width: int) -> Iterator[list[Text]]:
    """The parts in lines of at most `width` columns; a part stays whole."""
    line: list[Text] = []
    for part in parts:
        if line and max(columns_of(joined("  ", [*line, part]).in_(language)) for language in LANGUAGES) > width:
            yield line
            line = []
        line.append(part)
    if line:
        yield line


def _generation_rows(server_status: ServerStatus) -> list[tuple[Text, ...]]:
    return [
        (
            same(each.name),
            generation_state(each, server_status),
            time_text(each.served),
            time_text(each.withdrawn),
            rollout_time(each),
            same(each.image_digest.removeprefix("sha256:")[:COMMIT]),
            same(_release(each.weights)[:COMMIT]),
            same(each.instance_type),
            joined(" ", (same(short_commit(each.commit)), origin_text(each.promoted_from))),
        )
        for each in server_status.generations
    ]


def endpoint_facts(endpoint: EndpointStatus, server_status: ServerStatus) -> list[Text]:
    """What there is to say of an endpoint beside its status."""
    if not endpoint.status:
        return []
    age, config = hours(endpoint.created, server_status.at), endpoint.config_name
    facts = [Text(f"serves {config}", f"稼働中の設定: {config}") if config else EMPTY]
    if age is not None:
        facts.append(Text(f"created {span(age).en} ago", f"作成から{span(age).ja}"))
    for each in endpoint.variants:
        name, now, then, weight = each.name, each.instances, each.desired_instances, f"{each.weight:g}"
        facts.append(
            Text(
                f"{name}: {now} of {then} instances, weight {weight}",
                f"{name}: {now}/{then}インスタンス、トラフィックの重み{weight}",
            )
        )
    if endpoint.under_way:
        facts.append(_in_flight(endpoint))
        facts += endpoint.progress
    if reason := endpoint.failure_reason:
        facts.append(
            Text(f"failed: {reason}", f"失敗の理由: {reason}")
            if endpoint.failed
            else Text(f"an earlier update failed: {reason}", f"以前の更新の失敗の理由: {reason}")
        )
    if commit := endpoint.commit:
        facts.append(Text(f"commit {commit}", f"コミット: {commit}"))
    if run := endpoint.run_url:
        facts.append(Text(f"run {run}", f"実行: {run}"))
    if not endpoint.ours:
        facts.append(Text("not made by this action", "このアクションが作ったものではありません"))
    facts += [Text(f"not as deployed: {each.en}", f"デプロイ時との違い: {each.ja}") for each in endpoint.drift]
    return [each for each in facts if each]


def _in_flight(endpoint: EndpointStatus) -> Text:
    status, target, by = endpoint.status, endpoint.target, endpoint.started_by
    to = Text(f" to {target}", f"（{target}へ）") if target else EMPTY
    run = Text(f", started by {by}", f"、実行元: {by}") if by else EMPTY
    return Text(f"under way: {status}{to.en}{run.en}", f"進行中: {status}{to.ja}{run.ja}")


def generation_state(generation: GenerationStatus, server_status: ServerStatus) -> Text:
    """What a generation is at the moment."""
    if generation.serves:
        return Text("serves", "稼働中")
    if generation.withdrawn:
        return Text("withdrawn", "取りやめ")
    if generation.name == server_status.previous:
        return Text("previous", "1つ前")
    return EMPTY if generation.served else Text("never served", "稼働なし")


def time_text(moment: datetime | None) -> Text:
    return date_and_time(moment) if moment else EMPTY


def rollout_time(generation: GenerationStatus) -> Text:
    return EMPTY if generation.rollout_seconds is None else duration_text(generation.rollout_seconds)


def _release(weights: str) -> str:
    """What tells released weights from others: the hash in their key."""
    parts = weights.split("/")
    return parts[-2] if len(parts) > 2 and parts[-3] == "releases" else parts[-1]
