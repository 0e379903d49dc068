"""Jobs of the smoke test as values: what is submitted, what Batch says of it, and what came of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aces_action.durations import duration_text
from aces_action.language import Text
from aces_action.project.model import JobRequest
from aces_action.smoke_test.model import InvocationResult

if TYPE_CHECKING:
    from aces_action.problems import Problem

# botocore: JobStatus; in the order of a job's life
WAITING = ("SUBMITTED", "PENDING", "RUNNABLE")
ENDED = ("SUCCEEDED", "FAILED")
DEFAULT_LOG_GROUP = "/aws/batch/job"  # botocore: ContainerDetail, logStreamName


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTarget:
    """Where the jobs of one kind go: the very revision of this deploy, by its ARN, and its queue.

    `timeout`: seconds that the definition gives an attempt. `tags` are put on each job.
    """

    definition_arn: str
    queue: str
    timeout: int | None
    tags: Mapping[str, str]

    @property
    def definition(self) -> str:
        """`name:revision`."""
        return self.definition_arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTest:
    """One job to be submitted. `name` is of this submission alone, so that it can be found by it. `input_uri` is where the
    request lies in S3; `folder` of the answer, where the request gives a name alone."""

    request: JobRequest
    target: JobTarget
    name: str
    input_uri: str
    folder: str

    def output_uri(self, job_id: str) -> str | None:
        """Where the answer must be, once the job has its id."""
        output = self.request.output
        if output is None:
            return None
        return output.replace("${AWS_BATCH_JOB_ID}", job_id) if output.startswith("s3://") else f"{self.folder}/{output}"


def job_name(definition_arn: str, token: str) -> str:
    """Of one submission alone. botocore: at most 128 letters, digits, hyphens and underscores."""
    definition = definition_arn.rpartition("/")[2].partition(":")[0]
    return f"{re.sub(r'[^A-Za-z0-9_-]', '-', definition)[:100]}-smoke-test-{token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobObservation:
    """What DescribeJobs says of a job, as far as it is of interest. Times are seconds since 1970.

    `log_group` None: its lines do not go to CloudWatch Logs. `started`: when the latest attempt's container ran.
    """

    status: str
    status_reason: str = ""
    reason: str = ""
    exit_code: int | None = None
    log_group: str | None = DEFAULT_LOG_GROUP
    log_stream: str = ""
    attempts: int = 0
    created: float | None = None
    started: float | None = None
    stopped: float | None = None
    was_terminated: bool = False
    image: str = ""
    job_role_arn: str = ""
    execution_role_arn: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


def observation_of(job: Mapping[str, Any]) -> JobObservation:
    """From a job of DescribeJobs' answer."""
    container: Mapping[str, Any] = job.get("container") or {}
    attempts = job.get("attempts") or []
    last: Mapping[str, Any] = (attempts[-1].get("container") or {}) if attempts else {}
    configuration = container.get("logConfiguration") or {}
    group = None
    if configuration.get("logDriver", "awslogs") == "awslogs":
        group = (configuration.get("options") or {}).get("awslogs-group") or DEFAULT_LOG_GROUP
    # the job's own reason may be of the whole, the attempt's of its end
    status_reason = job.get("statusReason") or (attempts[-1].get("statusReason") if attempts else "")
    return JobObservation(
        status=job["status"],
        status_reason=status_reason or "",
        reason=container.get("reason") or last.get("reason") or "",
        exit_code=container.get("exitCode", last.get("exitCode")),
        log_group=group,
        log_stream=container.get("logStreamName") or last.get("logStreamName") or "",
        attempts=len(attempts),
        created=_seconds(job.get("createdAt")),
        started=_seconds(job.get("startedAt")),
        stopped=_seconds(job.get("stoppedAt")),
        was_terminated=bool(job.get("isTerminated") or job.get("isCancelled")),
        image=container.get("image") or "",
        job_role_arn=container.get("jobRoleArn") or "",
        execution_role_arn=container.get("executionRoleArn") or "",
    )


def _seconds(milliseconds: int | None) -> float | None:
    return milliseconds / 1000 if milliseconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTimes:
    """Seconds that a job waited for an instance, that its container took to start, and that it ran; None: it did not come so far.

    Batch does not tell when a container began to start. That is when it was first seen to; where it never was, it is None, and
    `queued` is all that came before it ran.
    """

    queued: float | None = None
    starting: float | None = None
    running: float | None = None


def times_of(seen: JobObservation | None, *, queued_until: float | None) -> JobTimes:
    """`queued_until`: seconds from the submission until it was first seen to start, None where it was not."""
    if seen is None or seen.created is None:
        return JobTimes(queued=queued_until)
    until_running = max(0.0, seen.started - seen.created) if seen.started is not None else None
    if until_running is None:
        until_end = max(0.0, seen.stopped - seen.created) if seen.stopped is not None else None
        if queued_until is None:
            return JobTimes(queued=until_end)
        return JobTimes(queued=queued_until, starting=max(0.0, until_end - queued_until) if until_end is not None else None)
    running = max(0.0, seen.stopped - seen.started) if seen.stopped is not None and seen.started is not None else None
    if queued_until is None:
        return JobTimes(queued=until_running, running=running)
    queued = min(queued_until, until_running)
    return JobTimes(queued=queued, starting=until_running - queued, running=running)


def times_text(times: JobTimes) -> Text:
    """'queued 3 min 02 s, starting 51 s, running 12 s', as far as it came."""
    named = (
        (times.queued, Text("queued", "待機")),
        (times.starting, Text("starting", "起動")),
        (times.running, Text("running", "実行")),
    )
    parts = [(name, duration_text(seconds)) for seconds, name in named if seconds is not None]
    return Text(
        ", ".join(f"{name.en} {lasted.en}" for name, lasted in parts),
        "、".join(f"{name.ja}{lasted.ja}" for name, lasted in parts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """A job of the smoke test and what came of it. `job_id` empty: it was not submitted; `lines` are the last of its log."""

    test: JobTest
    job_id: str = ""
    seen: JobObservation | None = None
    times: JobTimes = JobTimes()
    answer: InvocationResult | None = None
    lines: tuple[str, ...] = field(default=(), repr=False)
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems


JOBS_FAILED = "failed"
"""The mark of a revision that has failed its last jobs."""


def jobs_mark(requests: Iterable[JobRequest]) -> str:
    """What says that jobs were run with these very requests and expectations. Raises OSError."""
    asked = [
        (
            request.name,
            request.sha256(),
            request.kind,
            request.command,
            request.environment,
            request.parameters,
            request.share_identifier,
            request.output,
            request.exit_code,
            request.schema.content if request.schema else None,
            request.max_seconds,
        )
        for request in requests
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
