"""Deregisters revisions that are no longer needed: after a deployment, or all when a server is destroyed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, explain, is_denied
from aces_action.aws.tags import Owner
from aces_action.changes import Change
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems import revisions as problems
from aces_action.resources.batch.history import JobRevision, contents, read_revisions, serving
from aces_action.resources.batch.usage import JobUse, read_use

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

_YOUNG = timedelta(days=1)  # what was registered since and has not served may be another run's, which is about to list it


class PruneReporter(Protocol):
    """Whom it is told to, line by line."""

    def info(self, text: Text | str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionDecision:
    """What becomes of one active revision, and why."""

    revision: JobRevision
    goes: bool
    reason: Text

    @property
    def change(self) -> Change:
        label, reasons = self.revision.label, (self.reason,)
        return Change(verb="delete" if self.goes else "nothing", resource="job definition", name=label, reasons=reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedRevisions:
    """What was deregistered, and what stays that was to go, each with the reason."""

    changes: tuple[Change, ...] = ()
    left: tuple[tuple[RevisionDecision, Problem], ...] = ()


def decide(
    revisions: Sequence[JobRevision], *, use: JobUse, keep: int, now: datetime, listed: Collection[str] = ()
) -> tuple[RevisionDecision, ...]:
    """What becomes of each active revision of one definition but the newest, which serves, and that of `listed`. Pure.

    `keep`: how many contents that served before it stay for a rollback. Without `use`: what may go at most. `listed`: ARNs that
    the platform has just been told of. Another run may have registered a newer one since, and may yet take it back.
    """
    newest = serving(revisions)
    live = next((each for each in revisions if each.active and each.arn in listed), newest)
    if live is None:
        return ()
    earlier = [each for each in contents(revisions) if each.was_good and each.content != live.content and each.before(live)]
    undo = {each.content for each in earlier[:keep]}
    seen = {live.content}
    decisions = []
    for each in sorted((one for one in revisions if one.active), key=lambda one: one.number, reverse=True):
        if each is live or each is newest:
            continue
        goes, reason = _judged(each, undo=undo, again=each.content in seen, keep=keep, now=now)
        seen.add(each.content)
        if goes and (jobs := use.of(each.arn)):
            goes, reason = False, problems.used_by(jobs)
        decisions.append(RevisionDecision(revision=each, goes=goes, reason=reason))
    return tuple(decisions)


def decide_all(revisions: Iterable[JobRevision], *, use: JobUse) -> tuple[RevisionDecision, ...]:
    """What becomes of all active revisions where nothing is to be left: only what a job uses stays."""
    everything = Text("it belongs to the server", "このサーバのものです")

    def judged(each: JobRevision) -> RevisionDecision:
        jobs = use.of(each.arn)
        return RevisionDecision(revision=each, goes=not jobs, reason=problems.used_by(jobs) if jobs else everything)

    return tuple(judged(each) for each in revisions if each.active)


def _judged(each: JobRevision, *, undo: set[str], again: bool, keep: int, now: datetime) -> tuple[bool, Text]:
    if each.served is None and each.withdrawn is None and each.registered is not None:
        if now - each.registered < _YOUNG:
            return False, Text(
                "it is younger than a day: another run may be about to use it",
                "登録から1日たっていません。別の実行が使おうとしている可能性があります",
            )
        return True, Text("it never served", "一度も稼働していません")
    if again:
        return True, Text("a newer revision has the same content", "同じ内容の新しいリビジョンがあります")
    if each.content in undo:
        return False, Text("it is kept for a rollback", "ロールバック用に残します")
    if each.withdrawn is not None and not each.was_good:
        return True, Text("it was withdrawn", "取り下げられたリビジョンです")
    return True, Text(
        f"more than {keep} generations have served since", f"これより新しい世代を{keep}個より多く残しているため、不要です"
    )


def prune_revisions(
    client: BatchClient, owner: Owner, listed: Collection[str], reporter: PruneReporter, *, keep: int, now: datetime
) -> tuple[tuple[Change, ...], tuple[Problem, ...]]:
    """Deregisters what is no longer needed, after a deployment that has registered something. The changes, and warnings.

    `listed`: the ARN of the revision that the platform now leads to, of each definition.
    Never raises for what AWS answers. The jobs of all queues are read only when there is something to deregister.
    """
    try:
        known = [read_revisions(client, owner, arn.rpartition("/")[2].partition(":")[0]) for arn in listed]
    except AWS_ERRORS as error:
        return (), (problems.kept_all(explain(error)),)
    at_most = [each for revisions in known for each in decide(revisions, use=JobUse(), keep=keep, now=now, listed=listed)]
    if not any(each.goes for each in at_most):
        return (), ()
    use = read_use(client)
    if use.unclear:
        return (), (problems.kept_all(use.unclear[0]),)
    decisions = [each for revisions in known for each in decide(revisions, use=use, keep=keep, now=now, listed=listed)]
    for each in decisions:
        if not each.goes:
            label, why = each.revision.label, each.reason
            reporter.info(Text(f"keeping job definition {label}: {why.en}", f"ジョブ定義{label}は残します。{why.ja}"))
    pruned = deregister(client, decisions, reporter)
    return pruned.changes, tuple(problems.not_deregistered(each.revision.label, why) for each, why in pruned.left)


def deregister(client: BatchClient, decisions: Iterable[RevisionDecision], reporter: PruneReporter) -> PrunedRevisions:
    """Deregisters those that go. After a missing permission the rest is not tried."""
    gone, left = list[Change](), list[tuple[RevisionDecision, Problem]]()
    for each in (one for one in decisions if one.goes):
        label, why = each.revision.label, each.reason
        try:
            client.deregister_job_definition(jobDefinition=label)
        except AWS_ERRORS as error:
            left.append((each, explain(error, resource=label)))
            if isinstance(error, ClientError) and is_denied(error):
                break
            continue
        gone.append(each.change)
        reporter.info(Text(f"deregistered job definition {label}: {why.en}", f"ジョブ定義{label}を登録解除しました。{why.ja}"))
    return PrunedRevisions(changes=tuple(gone), left=tuple(left))
