"""How a job definition stands: its revisions, its queue, and the last jobs that used it. Reads only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import PROMOTED_FROM, Owner
from aces_action.language import Text, sentences
from aces_action.output.status import JobDefinitionStatus, JobStatus, QueueStatus, RevisionStatus
from aces_action.resources.batch.history import JobRevision, read_revisions, serving
from aces_action.resources.batch.plan import read_job_definition
from aces_action.sanitiser import one_line

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

_JOBS = 5  # the last ones
_LONGEST = 200  # characters of a reason
_Read = TypeVar("_Read")


def read_job_status(client: BatchClient, owner: Owner, name: str, queue: str) -> JobDefinitionStatus:
    """What can be read is shown: of the rest it is said why not. Never raises for what AWS answers."""
    unseen: list[Text] = []

    def seen(what: Text, read: Callable[[], _Read], otherwise: _Read) -> _Read:
        try:
            return read()
        except AWS_ERRORS as error:
            unseen.append(sentences(what, explain(error).message))
            return otherwise

    revisions = seen(
        Text("The revisions could not be read.", "リビジョンを取得できませんでした。"),
        lambda: read_revisions(client, owner, name),
        list[JobRevision](),
    )
    unseen_queue: QueueStatus | None = _UNSEEN
    found = seen(
        Text("The queue could not be read.", "キューを取得できませんでした。"), lambda: _read_queue(client, queue), unseen_queue
    )
    jobs = seen(
        Text("The jobs could not be read.", "ジョブを取得できませんでした。"),
        lambda: _read_jobs(client, name, queue) if found else [],
        list[JobStatus](),
    )
    newest = seen(
        Text("The newest revision could not be read.", "最新のリビジョンを取得できませんでした。"),
        lambda: read_job_definition(client, name) if revisions else None,
        None,
    )
    foreign = f"{name}:{newest.revision}" if newest and newest.arn not in {each.arn for each in revisions} else ""
    live = None if foreign else serving(revisions)
    return JobDefinitionStatus(
        name=name,
        queue_name=queue,
        revisions=tuple(_revision(each, serves=each is live) for each in revisions if each.active),
        queue=None if found is _UNSEEN else found,
        jobs=tuple(jobs),
        foreign=foreign,
        unseen=tuple(unseen),
    )


_UNSEEN = QueueStatus(name="", state="", status="", environments=())


def _revision(each: JobRevision, *, serves: bool) -> RevisionStatus:
    return RevisionStatus(
        number=each.number,
        arn=each.arn,
        serves=serves,
        registered=each.registered,
        served=each.noted,
        withdrawn=None if each.was_good else each.withdrawn,
        image_digest=each.image.partition("@")[2],
        weights=each.weights,
        commit=each.commit,
        run_url=each.run_url,
        promoted_from=each.tags.get(PROMOTED_FROM, ""),
    )


def _read_queue(client: BatchClient, name: str) -> QueueStatus | None:
    found = client.describe_job_queues(jobQueues=[name])["jobQueues"]
    if not found:
        return None
    order = sorted(found[0].get("computeEnvironmentOrder", []), key=lambda each: each["order"])
    arns = [each["computeEnvironment"] for each in order]
    described: Mapping[str, Any] = {}
    if arns:
        answer = client.describe_compute_environments(computeEnvironments=arns)
        described = {each["computeEnvironmentArn"]: each for each in answer["computeEnvironments"]}
    environments = [
        (
            arn.rpartition("/")[2],
            str(described.get(arn, {}).get("state", "")),
            str(described.get(arn, {}).get("status", "")),
        )
        for arn in arns
    ]
    queue = found[0]
    return QueueStatus(
        name=queue["jobQueueName"],
        state=queue["state"],
        status=queue.get("status", ""),
        environments=tuple(environments),
    )


def _read_jobs(client: BatchClient, name: str, queue: str) -> list[JobStatus]:
    """The last jobs of any revision and in any state (botocore: ListJobs, filters; the most recent come first)."""
    wanted = [{"name": "JOB_DEFINITION", "values": [name]}]
    listed = client.list_jobs(jobQueue=queue, filters=wanted, maxResults=_JOBS)["jobSummaryList"]  # type: ignore[arg-type]
    return [_job(each) for each in listed[:_JOBS]]


def _job(job: Mapping[str, Any]) -> JobStatus:
    container = job.get("container") or {}
    reasons = dict.fromkeys(filter(None, (job.get("statusReason", ""), container.get("reason", ""))))
    number = re.search(r":(\d{1,9})\Z", job.get("jobDefinition", ""), re.ASCII)
    return JobStatus(
        id=job["jobId"],
        name=job["jobName"],
        status=job.get("status", ""),
        reason=one_line("; ".join(reasons), _LONGEST),
        exit_code=container.get("exitCode"),
        revision=int(number[1]) if number else None,
        created=_time(job.get("createdAt")),
        started=_time(job.get("startedAt")),
        stopped=_time(job.get("stoppedAt")),
    )


def _time(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
