"""Takes back what a run has registered that does not come to its end: the revisions before serve again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import REGISTERED, RUN_URL, Owner
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems import revisions as problems
from aces_action.resources.batch.history import JobRevision, read_revisions, serving
from aces_action.resources.batch.usage import read_use, without_own

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient


class UndoReporter(Protocol):
    """Whom it is told to, line by line."""

    def info(self, text: Text | str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """What a run may have registered: of these names, at this time as the tags say it."""

    owner: Owner
    names: Sequence[str]
    registered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What serves by each name after that (None: nothing any more), and warnings about what stays of the run."""

    serving: Mapping[str, str | None]
    problems: tuple[Problem, ...] = ()


def take_back(
    client: BatchClient, run: Registering, reporter: UndoReporter, *, stay: Text | None = None, seconds: float | None = None
) -> TakenBack:
    """Deregisters the run's revisions, but for those that a job under way uses which the run has not submitted itself, and
    those that another run has brought to serve.

    They are found by their tags: a registration may have gone through whose answer never came. `stay`: why none of them may go;
    `seconds`: that there are. Never raises for what AWS answers.
    """
    until = None if seconds is None else time.monotonic() + seconds
    known = dict[str, list[JobRevision]]()
    for name in run.names:
        try:
            if until is not None and time.monotonic() > until:
                return _unknown(run, known, problems.no_time_to_look().message)
            known[name] = read_revisions(client, run.owner, name)
        except AWS_ERRORS as error:
            return _unknown(run, known, explain(error).message)
    ours = [each for revisions in known.values() for each in revisions if each.active and _is_of(run, each)]
    if not ours:
        return TakenBack(serving={})
    if stay:
        return TakenBack(serving={}, problems=tuple(problems.stays_listed(each.label, stay) for each in ours))
    serve = [each for each in ours if each.noted]  # this run has not come so far: another has found it and listed it
    ours = [each for each in ours if not each.noted]
    left = [problems.stays_listed(each.label, problems.SERVES_BY_ANOTHER) for each in serve]
    if not ours:
        return TakenBack(serving={}, problems=tuple(left))
    use = read_use(client, within=None if until is None else max(0.0, until - time.monotonic()))
    gone = set[str]()
    for each in ours:
        jobs = without_own(client, run.owner, use.of(each.arn)) if use.of(each.arn) else []
        if use.unclear or jobs:
            why = use.unclear[0].message if use.unclear else problems.sentence_of(problems.used_by(jobs))
            left.append(problems.taken_back_failed(each.label, why))
            continue
        try:
            client.deregister_job_definition(jobDefinition=each.label)
        except AWS_ERRORS as error:
            left.append(problems.taken_back_failed(each.label, explain(error, resource=each.label).message))
            continue
        gone.add(each.arn)
        reporter.info(_told(each, serving(one for one in known[each.name] if one.arn not in gone)))
    touched = {each.name for each in ours if each.arn in gone}
    after = {name: serving(one for one in known[name] if one.arn not in gone) for name in touched}
    return TakenBack(serving={name: found.arn if found else None for name, found in after.items()}, problems=tuple(left))


def _unknown(run: Registering, known: Mapping[str, Sequence[JobRevision]], why: Text) -> TakenBack:
    """Nothing is taken back: not all could be looked at."""
    found = [each for revisions in known.values() for each in revisions if each.active and _is_of(run, each)]
    unseen = [problems.taken_back_unknown(name, why) for name in run.names if name not in known]
    return TakenBack(serving={}, problems=(*(problems.taken_back_failed(each.label, why) for each in found), *unseen))


def _is_of(run: Registering, revision: JobRevision) -> bool:
    tags = revision.tags
    return tags.get(REGISTERED) == run.registered and tags.get(RUN_URL, "") == run.owner.run_url[:256]


def _told(gone: JobRevision, now: JobRevision | None) -> Text:
    if now is None:
        return Text(
            f"deregistered {gone.label}: there is no active revision any more",
            f"{gone.label}を登録解除しました。有効なリビジョンはありません",
        )
    return Text(
        f"deregistered {gone.label}: {now.label} serves again",
        f"{gone.label}を登録解除しました。再び{now.label}が使われます",
    )
