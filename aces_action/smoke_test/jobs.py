"""Runs the jobs of the smoke test: submits them all, tells what becomes of them, and ends what nobody waits for any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aces_action.aws.clients import Clients, in_haste
from aces_action.aws.errors import AWS_ERRORS, explain, may_pass
from aces_action.aws.throttling import LEEWAY, at_most
from aces_action.durations import clock, duration_text
from aces_action.language import EMPTY, Text, joined, lines, same
from aces_action.output.server_log import WIDTH
from aces_action.problems import ActionError, Problem
from aces_action.problems.smoke_test import jobs as problems
from aces_action.problems.smoke_test.jobs import TestedJob
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy, pause
from aces_action.sanitiser import one_line, shorten
from aces_action.smoke_test.job_answer import judge_job
from aces_action.smoke_test.job_diagnosis import EnvironmentState, is_hopeless, last_words, why_stuck
from aces_action.smoke_test.job_log import JobLog
from aces_action.smoke_test.job_model import JobObservation, JobResult, JobTest, observation_of, times_of, times_text
from aces_action.smoke_test.job_submission import Submission, Submitter, jobs_named

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

_LONGEST_PAUSE = 10.0  # seconds between two looks: when a job began to start is known by looking alone
_SURE = 60.0  # seconds for which a job must wait for what does not come before it is given up
# Seconds after its end in which a job's last lines may still come: the awslogs driver sends them in batches (assumed)
_LATE_LINES, _LATE_LINES_OF_FAILURE = 1.0, 6.0
_REASON = "no longer waited for by the smoke test of aces-action"
_SHOWN = 300  # characters of an answer or a reason in the log
_AT_ONCE = 8
LAST_LINES = 20  # of a job that failed, where not all were told as they came


@dataclass(frozen=True, slots=True, kw_only=True)
class JobWatch:
    """What it takes to run jobs. `wait_policy` is for all of them together; `tell` gets the lines of the log, `redact` hides
    secrets in those of the jobs, `left` hears what a run leaves that is cut off."""

    clients: Clients
    wait_policy: WaitPolicy
    tell: Callable[[Text], None] = field(repr=False)
    redact: Callable[[str], str] = field(repr=False)
    left: Callable[[Text], None] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class _Job:
    """One job on its way."""

    submission: Submission
    begun: float
    log: JobLog = field(default_factory=JobLog)
    seen: JobObservation | None = None
    shown: tuple[str, str] = ("", "")
    since: float = 0.0
    queued_until: float | None = None
    hopeless_since: float | None = None
    ended: float | None = None
    result: JobResult | None = None

    @property
    def test(self) -> JobTest:
        return self.submission.test

    @property
    def tested(self) -> TestedJob:
        test, seen = self.test, self.seen or JobObservation(status="SUBMITTED")
        return TestedJob(
            request=test.request.name,
            name=test.name,
            job_id=self.submission.job_id,
            definition=test.target.definition,
            queue=test.target.queue,
            image=seen.image,
            job_role=seen.job_role_arn,
            execution_role=seen.execution_role_arn,
            log=f"{seen.log_group} {seen.log_stream}" if seen.log_group and seen.log_stream else "",
        )


def run_jobs(watch: JobWatch, tests: Sequence[JobTest]) -> list[JobResult]:
    """Submits a job for each test and waits for all. What is under way when this is cut short, by a signal too, is terminated.

    Raises ActionError: A005 where the role may not submit, look or end.
    """
    policy = watch.wait_policy.begun()
    jobs: list[_Job] = []
    try:
        for test in tests:
            jobs.append(_Job(submission=Submission(test=test), begun=policy.now()))
            _submit(watch, policy, jobs[-1])
        _follow(watch, policy, jobs)
    except ActionError as error:
        first, *others = error.problems
        raise ActionError([replace(first, hint=lines(first.hint, *_abandon(watch, jobs))), *others]) from error
    except BaseException:
        for text in _abandon(watch, jobs):
            watch.left(text)
        raise
    _end_doubles(watch.clients.batch, jobs)
    return [job.result for job in jobs if job.result]


def _submit(watch: JobWatch, policy: WaitPolicy, job: _Job) -> None:
    clients, test = watch.clients, job.test
    submitter = Submitter(once=clients.batch_once, batch=clients.batch, sleep=policy.sleep, tell=watch.tell)
    try:
        submitter.submit(job.submission, limit=policy.limit)
    except ActionError as error:
        if not any(problem.kind in (problems.B021, problems.B022) for problem in error.problems):
            raise
        job.result = JobResult(test=test, problems=error.problems)
        _show(watch, job.result)
        return
    job.begun = job.since = policy.now()
    name, target = test.request.name, test.target
    watch.tell(
        Text(
            f"{name}  job {test.name} ({job.submission.job_id}) of {target.definition} on the queue {target.queue}",
            f"{name}  ジョブ{test.name}（{job.submission.job_id}、{target.definition}）をキュー{target.queue}に送信しました",
        )
    )


def _follow(watch: JobWatch, policy: WaitPolicy, jobs: Sequence[_Job]) -> None:
    changed = told = policy.now()
    while waiting := [job for job in jobs if job.result is None]:
        running = [job for job in waiting if job.ended is None]
        with at_most(policy.left + LEEWAY):
            described = _describe(watch, running) if running else {}
        for job in waiting:
            now = policy.now()
            if (seen := described.get(job.submission.job_id)) and _see(watch, job, seen, now):
                changed = told = now
            if job.seen:
                with at_most(policy.left + LEEWAY):
                    told = now if _read_log(watch, job, several=len(jobs) > 1) else told
            job.result = _result(watch, policy, job, now)
        still = [job for job in waiting if job.result is None]
        now = policy.now()
        if still and now - told >= policy.heartbeat:
            told = now
            _tell_waiting(watch, still, now, count=len(jobs))
        if still:
            longest = 1.0 if any(job.ended is not None for job in still) else _LONGEST_PAUSE
            policy.sleep(max(0.1, min(pause(now - changed), longest, policy.left)))


def _describe(watch: JobWatch, jobs: Sequence[_Job]) -> Mapping[str, JobObservation]:
    """What Batch says of them, in one call: a smoke test has at most 100. Nothing where AWS does not answer now."""
    try:
        answer = watch.clients.batch.describe_jobs(jobs=[job.submission.job_id for job in jobs])
    except AWS_ERRORS as error:
        if may_pass(error):
            return {}
        raise ActionError(explain(error, resource=", ".join(job.test.name for job in jobs))) from error
    return {each["jobId"]: observation_of(each) for each in answer["jobs"]}


def _see(watch: JobWatch, job: _Job, seen: JobObservation, now: float) -> bool:
    """Keeps what was seen and tells of it; whether the job came to another status."""
    job.seen = seen
    if seen.status == "STARTING" and job.queued_until is None:
        job.queued_until = now - job.begun
    if not is_hopeless(seen):
        job.hopeless_since = None
    elif job.hopeless_since is None:
        job.hopeless_since = now
    reason = one_line(seen.status_reason, _SHOWN)
    if seen.has_ended:
        if job.ended is None:
            job.ended = now
        return True
    if (seen.status, reason) == job.shown:
        return False
    before, job.shown = job.shown[0], (seen.status, reason)
    moved = before != seen.status
    took = EMPTY
    if moved and before:
        lasted = duration_text(now - job.since)
        took = Text(f"({before} {lasted.en})", f"（{before} {lasted.ja}）")
    if moved:
        job.since = now
    attempt = Text(f"attempt {seen.attempts + 1}", f"{seen.attempts + 1}回目") if seen.attempts and moved else EMPTY
    head = same(f"{clock(now - job.begun)}  {job.test.request.name}  {seen.status}")
    watch.tell(joined("  ", (head, took, attempt, same(reason))))
    return moved


def _read_log(watch: JobWatch, job: _Job, *, several: bool) -> bool:
    """Tells the lines that came; whether there were any."""
    if job.seen is None:
        return False
    fresh = job.log.read(watch.clients.logs, job.seen, watch.redact)
    if fresh and several:
        watch.tell(Text(f"log of {job.test.request.name}:", f"{job.test.request.name}のログ:"))
    for line in fresh:
        watch.tell(same(f"  | {line}"))
    return bool(fresh)


def _result(watch: JobWatch, policy: WaitPolicy, job: _Job, now: float) -> JobResult | None:
    """What came of a job, once nothing more is to be waited for."""
    seen, written = job.seen or JobObservation(status="SUBMITTED"), tuple(job.log.lines)
    if job.ended is not None:
        late = _LATE_LINES if seen.status == "SUCCEEDED" else _LATE_LINES_OF_FAILURE
        if now - job.ended < late and seen.log_stream and (not written or seen.status != "SUCCEEDED"):
            return None
        answer, found = judge_job(watch.clients.s3, job.test, job.tested, seen, written)
    else:
        if not _is_given_up(job, policy, now):
            return None
        answer, found = None, [_unfinished(watch, job, seen, now), *_end(watch.clients.batch, job)]
    result = JobResult(
        test=job.test,
        job_id=job.submission.job_id,
        seen=seen,
        times=times_of(job.seen, queued_until=job.queued_until),
        answer=answer,
        lines=written,
        problems=tuple(found),
    )
    _show(watch, result, job.log)
    return result


def _is_given_up(job: _Job, policy: WaitPolicy, now: float) -> bool:
    longest = job.test.request.max_seconds
    too_long = longest is not None and now - job.begun > longest
    return policy.left <= 0 or too_long or (job.hopeless_since is not None and now - job.hopeless_since >= _SURE)


def _unfinished(watch: JobWatch, job: _Job, seen: JobObservation, now: float) -> Problem:
    after = duration_text(now - job.begun)
    if seen.status == "RUNNING":
        return problems.ran_too_long(job.tested, seen.status, after, last_words(tuple(job.log.lines)))
    with at_most(LEEWAY):
        environments = _environments(watch.clients.batch, job.test.target.queue) if seen.is_waiting else ()
    return why_stuck(seen, job.tested, after, environments)


def _environments(client: BatchClient, queue: str) -> tuple[EnvironmentState, ...]:
    """The compute environments of a queue; none where they cannot be read."""
    try:
        queues = client.describe_job_queues(jobQueues=[queue])["jobQueues"]
        names = [each["computeEnvironment"] for one in queues for each in one["computeEnvironmentOrder"]]
        found: Iterable[Any] = (
            client.describe_compute_environments(computeEnvironments=names)["computeEnvironments"] if names else ()
        )
    except AWS_ERRORS:
        return ()
    return tuple(
        EnvironmentState(
            name=each["computeEnvironmentName"],
            state=each.get("state", "ENABLED"),
            status=each.get("status", "VALID"),
            reason=each.get("statusReason", ""),
            desired=each.get("computeResources", {}).get("desiredvCpus"),
            most=each.get("computeResources", {}).get("maxvCpus"),
        )
        for each in found
    )


def _end(client: BatchClient, job: _Job) -> list[Problem]:
    """Terminates a job, whatever its status. botocore, TerminateJob: one that does not start yet is cancelled."""
    try:
        client.terminate_job(jobId=job.submission.job_id, reason=_REASON)
    except AWS_ERRORS as error:
        return [problems.not_ended(job.test.name, job.submission.job_id, explain(error, resource=job.test.name))]
    return []


def _end_doubles(client: BatchClient, jobs: Iterable[_Job]) -> None:
    """Ends what an unanswered call made after all, beside the job that was waited for."""
    for job in jobs:
        if job.submission.in_doubt:
            _end_all_of(client, job, but=job.submission.job_id)


def _end_all_of(client: BatchClient, job: _Job, *, but: str = "") -> list[str]:
    """Terminates the jobs of a name; which they are."""
    try:
        found = [each for each in jobs_named(client, job.test) if each != but]
        for each in found:
            client.terminate_job(jobId=each, reason=_REASON)
    except AWS_ERRORS:
        return []
    return found


def _abandon(watch: JobWatch, jobs: Iterable[_Job]) -> list[Text]:
    """Ends all that is under way, or may be, within the seconds that a cancelled run has; what came of it."""
    open_jobs = [job for job in jobs if job.submission.in_doubt or _is_open(job)]
    if not open_jobs:
        return []
    client = in_haste(watch.clients).batch

    def end(job: _Job) -> list[Text]:
        name, job_id = job.test.name, job.submission.job_id
        # the answer of SubmitJob has not come, or one of its answers
        found = _end_all_of(client, job, but=job_id) if job.submission.in_doubt or not job_id else []
        told = [problems.terminated(name, each) for each in found]
        if job_id and _is_open(job):
            told.append(problems.left_running(name, job_id) if _end(client, job) else problems.terminated(name, job_id))
        return told if told or job_id else [problems.left_running(name, "")]

    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="jobs") as pool:
        return [text for texts in pool.map(end, open_jobs) for text in texts]


def _is_open(job: _Job) -> bool:
    return job.submission.sent and job.result is None and job.ended is None


def _tell_waiting(watch: JobWatch, still: Sequence[_Job], now: float, *, count: int) -> None:
    statuses = Counter(job.seen.status if job.seen else "SUBMITTED" for job in still)
    states = ", ".join(f"{number} {status}" for status, number in statuses.items())
    at, left = clock(now - min(job.begun for job in still)), len(still)
    watch.tell(
        Text(
            f"{at}  {left} of {count} jobs have not ended: {states}",
            f"{at}  {count}件中{left}件のジョブが終わっていません: {states}",
        )
    )


def _show(watch: JobWatch, result: JobResult, log: JobLog | None = None) -> None:
    seen = result.seen
    how = same(seen.status) if seen else Text("not submitted", "未送信")
    if seen and seen.exit_code is not None:
        how = Text(f"exit code {seen.exit_code}", f"終了コード{seen.exit_code}")
    if log and log.hidden > 0:
        watch.tell(
            Text(
                f"  … {log.hidden:,} more lines in CloudWatch: {seen.log_group if seen else ''} {log.stream}",
                f"  … ほか{log.hidden:,}行はCloudWatchにあります: {seen.log_group if seen else ''} {log.stream}",
            )
        )
        if not result.passed:
            for line in result.lines[-LAST_LINES:]:
                watch.tell(same(f"  | {shorten(line, WIDTH)}"))
    if log and log.missing and not log.count:
        watch.tell(log.missing)
    attempts = seen.attempts if seen else 0
    tried = Text(f"{attempts} attempts", f"試行{attempts}回") if attempts > 1 else EMPTY
    mark = same(f"{'✓' if result.passed else '✗'} {result.test.request.name}")
    watch.tell(joined("  ", (mark, how, times_text(result.times), tried)))
    if result.answer and (shown := result.answer.excerpt(_SHOWN)):
        watch.tell(same(f"  {shown}"))
