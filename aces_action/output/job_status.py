"""Job definitions in `command: status`, as cells of tables: for the log and the summary alike."""

from __future__ import annotations

from aces_action.aws.tags import short_commit
from aces_action.durations import date_and_time
from aces_action.language import EMPTY, Text, joined, same
from aces_action.output.status import JobDefinitionStatus, JobStatus, RevisionStatus

_SHORT = 12  # characters of a digest
NO_REVISION = Text("no active revision: nothing is deployed", "有効なリビジョンなし（未デプロイ）")
NO_QUEUE = Text("not there", "なし")

REVISION_COLUMNS = (
    Text("revision", "リビジョン"),
    EMPTY,
    Text("registered", "登録"),
    Text("served", "稼働開始"),
    Text("withdrawn", "取りやめ"),
    Text("image", "イメージ"),
    Text("commit", "コミット"),
)
JOB_COLUMNS = (
    Text("job", "ジョブ"),
    Text("status", "状態"),
    Text("revision", "リビジョン"),
    Text("exit code", "終了コード"),
    Text("submitted", "送信"),
    Text("started", "開始"),
    Text("stopped", "終了"),
    Text("reason", "理由"),
)


def notes(definition: JobDefinitionStatus) -> list[Text]:
    """What there is to say beside queue, revisions and jobs."""
    foreign = Text(
        f"Jobs by this name run on {definition.foreign}, which this action did not register.",
        f"この名前のジョブは、このアクションが登録していない{definition.foreign}で実行されます。",
    )
    return [*([foreign] if definition.foreign else []), *definition.unseen]


def queue_text(definition: JobDefinitionStatus) -> Text:
    """The queue with its state, and its compute environments."""
    name, queue = definition.queue_name, definition.queue
    head = Text(f"queue {name}  ", f"キュー {name}  ")
    if queue is None:
        return head + NO_QUEUE
    states = same(" ".join(part for part in (queue.state, queue.status) if part))
    environments = joined(", ", (same(" ".join(each)) for each in queue.environments))
    return head + states + (Text(f"  ({environments.en})", f"（{environments.ja}）") if environments else EMPTY)


def revision_cells(definition: JobDefinitionStatus) -> list[tuple[Text, ...]]:
    return [_revision(definition.name, each) for each in definition.revisions]


def job_cells(definition: JobDefinitionStatus) -> list[tuple[Text, ...]]:
    return [_job(each) for each in definition.jobs]


def _revision(name: str, each: RevisionStatus) -> tuple[Text, ...]:
    state = Text("serves", "稼働中") if each.serves else Text("withdrawn", "取りやめ") if each.withdrawn else EMPTY
    times = (date_and_time(moment) if moment else EMPTY for moment in (each.registered, each.served, each.withdrawn))
    image = same(each.image_digest.removeprefix("sha256:")[:_SHORT])
    commit = joined(" ", (same(short_commit(each.commit)), origin_text(each.promoted_from)))
    return (same(f"{name}:{each.number}"), state, *times, image, commit)


def origin_text(promoted_from: str) -> Text:
    """Of what was promoted: from which environment. Empty for all else."""
    env = promoted_from.partition(" ")[0]
    return Text(f"from {env}", f"{env}から昇格") if env else EMPTY


def _job(each: JobStatus) -> tuple[Text, ...]:
    numbers = (same("" if value is None else str(value)) for value in (each.revision, each.exit_code))
    times = (date_and_time(moment) if moment else EMPTY for moment in (each.created, each.started, each.stopped))
    return (same(f"{each.name} {each.id}"), same(each.status), *numbers, *times, same(each.reason))
