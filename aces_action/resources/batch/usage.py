"""Which revisions jobs under way use: those are never deregistered.

What Batch does with a job whose revision is deregistered while it waits or is to be tried again is not documented, so it may not
happen. Jobs can be submitted to any queue of the account, so all are asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import RUN_URL, Owner
from aces_action.problems import revisions as problems
from aces_action.problems.problem import Problem

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient
    from types_boto3_batch.literals import JobStatusType

# In the order in which a job goes through them, so that none is missed that moves on meanwhile; one that is tried again goes back
# to RUNNABLE. The parent of an array is PENDING while its children run (botocore: ListJobs, jobStatus)
_UNDER_WAY: tuple[JobStatusType, ...] = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "RUNNABLE")
_READERS = 16  # queues side by side; an account has at most 50 (AWS General Reference: Batch quotas)
_AT_ONCE = 100  # jobs in one DescribeJobs


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUse:
    """Ids of jobs under way by the ARN of the revision that they use.

    `unclear`: what could not be looked at. It may be using any.
    """

    jobs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unclear: tuple[Problem, ...] = ()

    def of(self, arn: str) -> Sequence[str]:
        return self.jobs.get(arn, ())


def read_use(client: BatchClient, *, within: float | None = None) -> JobUse:
    """What the jobs under way of every queue use. Never raises for what AWS answers. `within`: seconds for all of it."""
    until = None if within is None else time.monotonic() + within
    # not as a context manager: that would wait for the slowest queue before a cancelled job may end
    pool = ThreadPoolExecutor(_READERS, thread_name_prefix="jobs")
    try:
        queues = pool.submit(_queues, client).result(timeout=within)
        left = None if until is None else max(0.0, until - time.monotonic())
        used = list(pool.map(lambda queue: list(jobs_in_queue(client, queue)), queues, timeout=left))
    except TimeoutError:
        return JobUse(unclear=(problems.no_time_to_look(),))
    except AWS_ERRORS as error:
        return JobUse(unclear=(explain(error),))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    jobs: dict[str, list[str]] = {}
    for arn, job in dict.fromkeys(each for queue in used for each in queue):  # one is seen in every state that it has meanwhile
        jobs.setdefault(arn, []).append(job)
    unnamed = jobs.pop("", [])
    return JobUse(jobs=jobs, unclear=(problems.uses_unnamed_revision(unnamed[0]),) if unnamed else ())


def without_own(client: BatchClient, owner: Owner, jobs: Iterable[str]) -> list[str]:
    """Those of the jobs that this run has not submitted itself; all where that cannot be told."""
    wanted = list(dict.fromkeys(jobs))
    try:
        found = [
            job
            for begin in range(0, len(wanted), _AT_ONCE)
            for job in client.describe_jobs(jobs=wanted[begin : begin + _AT_ONCE])["jobs"]
        ]
    except AWS_ERRORS:
        return wanted
    own = {
        job["jobId"] for job in found if owner.owns(tags := job.get("tags", {})) and tags.get(RUN_URL, "") == owner.run_url[:256]
    }
    return [each for each in wanted if each not in own]


def _queues(client: BatchClient) -> list[str]:
    """Not those of SageMaker's training jobs, which know no job definitions and have a list of their own (ListServiceJobs)."""
    pages = client.get_paginator("describe_job_queues").paginate()
    return [
        queue["jobQueueArn"] for page in pages for queue in page["jobQueues"] if queue.get("jobQueueType") != "SAGEMAKER_TRAINING"
    ]


def jobs_in_queue(client: BatchClient, queue: str) -> Iterator[tuple[str, str]]:
    """The revision's ARN, empty where Batch does not name it, and the id of each job under way."""
    pages = client.get_paginator("list_jobs")
    for status in _UNDER_WAY:
        for page in pages.paginate(jobQueue=queue, jobStatus=status):
            yield from ((job.get("jobDefinition", ""), job["jobId"]) for job in page["jobSummaryList"])
