"""A rollback of job definitions: what the revision before said is registered again as the newest one.

Not by deregistering what is newer: jobs under way keep their revision, the platform's listing, which names a revision, stays
valid until it is changed, and the revision to go back to may be deregistered itself, which nobody can undo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, error_message, explain, is_general
from aces_action.aws.tags import (
    CONTENT_HASH,
    PROMOTED_FROM,
    REGISTERED,
    ROLLOUT_RUN,
    SERVED,
    Owner,
    handover,
    short_commit,
    stamp,
)
from aces_action.changes import Change, noun
from aces_action.durations import date_and_time
from aces_action.language import Text
from aces_action.problems import ActionError, ownership
from aces_action.problems import batch as batch_problems
from aces_action.problems import revisions as problems
from aces_action.problems.endpoint import lifecycle
from aces_action.resources.batch.history import (
    JobContent,
    JobRevision,
    note_arrived,
    note_withdrawn,
    previous_revision,
    read_revisions,
    serving,
)
from aces_action.resources.batch.plan import read_job_definition
from aces_action.resources.endpoint.history import rollback_by
from aces_action.resources.endpoint.lifecycle.intact import has_image, has_weights

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

    from aces_action.aws.clients import Clients

_MOST = 10  # revisions that a message lists
# What RegisterJobDefinition takes of what DescribeJobDefinitions answers (botocore's models of both)
_TAKEN = (
    "type",
    "parameters",
    "schedulingPriority",
    "containerProperties",
    "nodeProperties",
    "retryStrategy",
    "propagateTags",
    "timeout",
    "platformCapabilities",
    "eksProperties",
    "ecsProperties",
    "consumableResourceProperties",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHistory:
    """The revisions of one definition, newest first, and the one that serves."""

    name: str
    revisions: Sequence[JobRevision]
    live: JobRevision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRollback:
    """What becomes of one definition. `goal` None: it stays as it is; `arrived`: a rollback has brought it back that was cut off
    before that was noted."""

    live: JobRevision
    goal: JobContent | None = None
    arrived: bool = False

    @property
    def change(self) -> Change:
        if self.goal is None:
            reason = Text("the rollback is done, but not recorded yet", "ロールバックは完了していますが、まだ記録されていません")
            reasons = (reason,) if self.arrived else ()
            return Change(
                verb="update" if self.arrived else "nothing", resource="job definition", name=self.live.label, reasons=reasons
            )
        back = self.goal.newest
        said = Text(f"back to the content of {back.label}", f"{back.label}の内容に戻します")
        return Change(verb="update", resource="job definition", name=self.live.label, reasons=(said, *_since(self.goal)))


def _since(goal: JobContent) -> tuple[Text, ...]:
    if goal.newest.noted is None or goal.served is None:
        return ()
    since, commit = date_and_time(goal.served), short_commit(goal.newest.commit)
    of = Text(f", commit {commit}", f"、コミット{commit}") if commit else Text("", "")
    return (Text(f"it served from {since.en}{of.en}", f"{since.ja}から稼働{of.ja}"),)


def read_history(client: BatchClient, owner: Owner, name: str) -> JobHistory:
    """Raises ClientError, and ActionError (E004) where others have registered the newest revision."""
    newest = read_job_definition(client, name)
    if newest and not owner.owns(newest.tags):
        raise ActionError(
            ownership.not_ours(
                noun("job definition"),
                f"{name}:{newest.revision}",
                project=owner.project,
                env=owner.env,
                command=handover("batch", newest.arn, project=owner.project, env=owner.env),
            )
        )
    revisions = read_revisions(client, owner, name)
    return JobHistory(name=name, revisions=revisions, live=serving(revisions))


def newest_generation(lives: Sequence[JobRevision]) -> datetime | None:
    """When the last of the generations began that revisions which serve belong to."""
    return max((each.served for each in lives if each.served), default=None)


def decide_rollback(histories: Sequence[JobHistory], generation: datetime | None) -> list[JobRollback]:
    """What becomes of each definition when the generation that began to serve at `generation` is left. Pure.

    A rollback that was cut off is resumed: what it has given up already goes back with the rest of its generation, and what it
    has brought back stays.
    """
    lives = [(each, each.live) for each in histories if each.live]
    left = [live for _, live in lives if not live.was_good]
    if left:
        generation = newest_generation(left)
    elif any(live.awaited for _, live in lives):
        generation = None
    plans = []
    for history, live in lives:
        goes = not live.was_good or (generation is not None and live.served == generation)
        goal = previous_revision(history.revisions, live) if goes else None
        plans.append(JobRollback(live=live, goal=goal, arrived=goal is None and live.awaited is not None))
    return plans


def check_goal(clients: Clients, goal: JobRevision) -> None:
    """Raises ActionError (B016) where its image or weights are certainly gone."""
    gone = []
    if not has_image(clients, goal.image):
        gone.append(lifecycle.image_part(goal.image))
    if not has_weights(clients, goal.weights):
        gone.append(lifecycle.weights_part(goal.weights))
    if gone:
        raise ActionError(problems.cannot_serve_again(goal.label, gone))


def give_up(client: BatchClient, owner: Owner, planned: Sequence[JobRollback], *, at: datetime) -> None:
    """Notes what is left, before anything is changed: a run that is cut off after it is resumed by the next rollback."""
    for each in planned:
        if each.goal and (each.live.was_good or each.live.withdrawn is None):
            note_withdrawn(client, owner, each.live.arn, at=at)


def bring_back(client: BatchClient, owner: Owner, planned: JobRollback, *, served: datetime | None, at: datetime) -> JobRevision:
    """Registers the goal's content again. `served`: since when its generation serves, None: since it did before.

    Raises ActionError: B001 when Batch refuses it, A005 without the permission.
    """
    if planned.goal is None:
        return planned.live
    goal = planned.goal.newest
    origin = replace(owner, commit=goal.commit, promoted_from=goal.tags.get(PROMOTED_FROM, ""))
    tags = origin.tags(goal.tags.get(CONTENT_HASH, ""))
    since = served or (planned.goal.served if goal.noted else None) or at
    tags |= {REGISTERED: stamp(at), SERVED: stamp(since), ROLLOUT_RUN: rollback_by(owner.run_url, at)}
    try:
        answer = client.register_job_definition(**request_of(goal), tags=tags)
    except ClientError as error:
        if is_general(error):
            raise ActionError(explain(error, resource=goal.name)) from error
        raise ActionError(batch_problems.refused(goal.name, code=error_code(error), reason=error_message(error))) from error
    arn, number = answer["jobDefinitionArn"], answer["revision"]
    return JobRevision(name=goal.name, number=number, arn=arn, active=True, tags=tags, fields=goal.fields)


def close(client: BatchClient, owner: Owner, revisions: Sequence[JobRevision]) -> None:
    """Notes that the rollback has come to its end: the next one goes further back."""
    for each in revisions:
        if each.awaited:
            note_arrived(client, owner, each)


def request_of(revision: JobRevision) -> dict[str, Any]:
    """RegisterJobDefinition's request for what a revision says, without tags and what AWS has filled in."""
    said = _without_empty({key: revision.fields[key] for key in _TAKEN if key in revision.fields})
    for each in said.get("containerProperties", {}).get("resourceRequirements", ()):
        each["value"] = re.sub(r"\.0+\Z", "", each["value"])  # AWS may say 4.0 vCPUs, and takes whole ones on EC2
    return {"jobDefinitionName": revision.name, **said}


def _without_empty(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_empty(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    kept = {key: _without_empty(each) for key, each in value.items()}
    return {key: each for key, each in kept.items() if each not in (None, [], {})}


def known(histories: Sequence[JobHistory]) -> Text:
    """The revisions as lines of a hint; not all of very many."""
    every = [each for history in histories for each in history.revisions]
    return problems.revision_lines([_line(each) for each in every[:_MOST]], len(every) - _MOST)


def _line(revision: JobRevision) -> Text:
    label = revision.label
    if revision.noted is None:
        return Text(f"{label}  not recorded as served", f"{label}  稼働の記録なし")
    since = date_and_time(revision.noted)
    if revision.was_good or revision.withdrawn is None:
        return Text(f"{label}  served from {since.en}", f"{label}  {since.ja}から稼働")
    until = date_and_time(revision.withdrawn)
    return Text(f"{label}  served from {since.en}, withdrawn {until.en}", f"{label}  {since.ja}から稼働、{until.ja}に取りやめ")
