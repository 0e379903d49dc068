"""All that Batch keeps here: revisions of definitions, jobs, and what a test wants of the next ones. Knows nothing of HTTP."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.aws.batch.environments import Environments
from sandbox.aws.batch.records import ENDED, HELD, JSON, Job, JobRule, Play, Revision
from sandbox.aws.batch.scheduler import Scheduler
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.batch.surroundings import Surroundings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_DEFINITION = re.compile(r"(?P<name>[a-zA-Z_0-9-]{1,128})(:(?P<revision>\d+))?")


def refused(message: str) -> Refusal:
    """What Batch answers to nearly all that cannot be."""
    return Refusal(400, "ClientException", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A job to be: SubmitJob's request, the queue's ARN, the definition's tags, and where this server is."""

    request: JSON
    queue: str
    definition: Revision
    definition_tags: dict[str, str]
    endpoint_url: str


class Jobs:
    """The caller holds the lock. `clock` gives seconds since 1970; a test may put it ahead."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.revisions: dict[str, Revision] = {}
        self.jobs: dict[str, Job] = {}
        self.rules: list[JobRule] = []
        self.reset()

    def stop_programs(self) -> None:
        for job in self.jobs.values():
            for attempt in job.attempts:
                if attempt.process:
                    attempt.process.stop()

    def reset(self) -> None:
        self.stop_programs()
        self.revisions.clear()
        self.jobs.clear()
        self.environments = Environments()
        self._scheduler = Scheduler(self.jobs, self.now)
        self._ahead = 0.0
        self.forget_control()

    # Control, by a test

    def forget_control(self) -> None:
        """Jobs stay as they are, and so does the time."""
        self.rules.clear()

    def now(self) -> float:
        return self._clock() + self._ahead

    def put_ahead(self, seconds: float) -> None:
        """So much time passes at once."""
        self._ahead += seconds

    def expect(self, rule: JobRule) -> None:
        self.rules.append(rule)

    # Jobs

    def settle(self, surroundings: Surroundings) -> None:
        self._scheduler.settle(surroundings)

    def submit(self, submission: Submission) -> Job:
        request = submission.request
        if not _NAME.fullmatch(request["jobName"]):
            raise refused("Job name should match valid pattern")
        for other in request.get("dependsOn", ()):
            if other.get("jobId", "") not in self.jobs:
                raise refused(f"Job {other.get('jobId')} does not exist")  # assumed
        now, job_id = self.now(), str(uuid.uuid4())
        arn = submission.queue.rpartition(":job-queue/")[0] + f":job/{job_id}"
        job = Job(
            id=job_id,
            arn=arn,
            queue=submission.queue,
            definition=submission.definition,
            request=request,
            tags=request.get("tags", {}),
            definition_tags=submission.definition_tags,
            plays=self._plays(submission.definition.name),
            endpoint_url=submission.endpoint_url,
            created=now,
            since=now,
        )
        self.jobs[job_id] = job
        return job

    def described(self, identifiers: Iterable[str], region: str) -> Iterator[Job]:
        """Those that are there, by id or ARN; others are passed over."""
        for each in identifiers:
            job = self.jobs.get(each.rpartition("/")[2])
            if job and job.region == region:
                yield job

    def cancel(self, job_id: str, reason: str) -> None:
        """botocore, CancelJob: of one that was started nothing is cancelled, and the call is fine."""
        job = self._job(job_id, reason)
        if job.status not in (*HELD, *ENDED):
            job.cancelled, job.asked_to_stop = reason, self.now()

    def terminate(self, job_id: str, reason: str) -> None:
        job = self._job(job_id, reason)
        if job.status not in ENDED and job.terminated is None:
            job.terminated, job.asked_to_stop = reason, self.now()

    def _job(self, job_id: str, reason: str) -> Job:
        """The job that is to stop."""
        if not 0 < len(reason) <= 1024:  # botocore: TerminateJobRequest, reason
            raise refused("The reason must have 1 to 1024 characters")
        if job_id not in self.jobs:
            raise refused(f"Job {job_id} does not exist")  # assumed
        return self.jobs[job_id]

    def _plays(self, definition: str) -> tuple[Play, ...]:
        for rule in self.rules:
            if rule.definition in (None, definition):
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times <= 0:
                        self.rules.remove(rule)
                return rule.plays
        return (Play(),)

    # Definitions

    def find_revision(self, identifier: str, prefix: str) -> Revision:
        """The one that SubmitJob names by name, name:revision or ARN; without a revision, the latest that is active.

        `prefix`: of the region's ARNs. Raises Refusal in AWS's words (aws-samples/aws-genomics-workflows#84,
        azavea/raster-vision-aws#17, aws/aws-sdk-js#4280).
        """
        by_arn = identifier.startswith(prefix)
        match = _DEFINITION.fullmatch(identifier.removeprefix(prefix))
        if not match:
            raise refused(f"Provided name {identifier} is not supported pattern[a-zA-Z_0-9-]{{1,128}}")
        active = [each for each in self.revisions_of(match["name"], prefix) if each.active]
        wanted = [each for each in active if match["revision"] in (None, str(each.number))]
        if not wanted:
            missing = "not found." if by_arn else "does not exist or is not in ACTIVE status"
            raise refused(f"JobDefinition {identifier} {missing}" if by_arn else f"JobDefinition name {identifier} {missing}")
        return max(wanted, key=lambda each: each.number)

    def revisions_of(self, name: str, prefix: str) -> list[Revision]:
        return [each for each in self.revisions.values() if each.name == name and each.arn.startswith(prefix)]
