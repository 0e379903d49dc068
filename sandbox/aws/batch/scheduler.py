"""How jobs go from status to status (Batch User Guide, 'Job states').

Nothing runs in the background but the programs that play containers: whoever asks first has everything done that is over by now,
at the times when it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sandbox.aws.batch import reasons
from sandbox.aws.batch.capacity import Place, asked_of, blocked, room
from sandbox.aws.batch.programs import RunningProgram
from sandbox.aws.batch.records import ENDED, HELD, Attempt, Job, JobStatus
from sandbox.aws.batch.retries import Failure, is_retried

if TYPE_CHECKING:
    from sandbox.aws.batch.surroundings import Surroundings

# Seconds, the sandbox's own choice: until a job is looked at, waits for its turn, and stops once it was told to.
_SUBMITTED, _QUEUED, _STOPPING = 0.02, 0.08, 0.05
_MOST_TAGS = 50


class Scheduler:
    """Moves all jobs on to now. The caller holds the lock."""

    def __init__(self, jobs: Mapping[str, Job], now: Callable[[], float]) -> None:
        self._jobs, self._now = jobs, now

    def settle(self, surroundings: Surroundings) -> None:
        """Do all that is over by now in a region, in the order in which jobs were submitted, until nothing moves any more."""
        now = self._now()
        here = [job for job in self._jobs.values() if job.region == surroundings.region]
        while any([self._step(job, now, surroundings) for job in here]):  # noqa: C419  each moves, not the first alone
            pass
        for job in here:
            self._send_logs(job, now, surroundings)

    def _step(self, job: Job, now: float, surroundings: Surroundings) -> bool:
        """One change of status, if its time has come."""
        match job.status:
            case "SUBMITTED":
                return self._evaluate(job, now)
            case "PENDING":
                return self._await_others(job, now)
            case "RUNNABLE":
                return self._place(job, now, surroundings)
            case "STARTING":
                return self._start(job, now, surroundings)
            case "RUNNING":
                return self._run(job, now, surroundings)
        return False

    def _evaluate(self, job: Job, now: float) -> bool:
        at = job.since + _SUBMITTED
        if (asked := job.cancelled or job.terminated) is not None:
            return _end(job, now, asked, succeeded=False)
        if now < at:
            return False
        if job.propagates and len({**job.definition_tags, **job.tags}) > _MOST_TAGS:
            return _end(job, at, reasons.TOO_MANY_TAGS, succeeded=False)
        return _go(job, "PENDING" if job.request.get("dependsOn") else "RUNNABLE", at)

    def _await_others(self, job: Job, now: float) -> bool:
        """botocore, CancelJob: a PENDING job is cancelled once those that it depends on are over."""
        others = [self._jobs.get(each.get("jobId", "")) for each in job.request.get("dependsOn", ())]
        if not all(other is None or other.status in ENDED for other in others):
            return False
        at = max([job.since, *(other.stopped or 0.0 for other in others if other)])
        if (asked := job.cancelled or job.terminated) is not None:
            return _end(job, now, asked, succeeded=False)
        if any(other is not None and other.status == "FAILED" for other in others):
            return _end(job, at, reasons.DEPENDENCY_FAILED, succeeded=False)
        return _go(job, "RUNNABLE", at)

    def _place(self, job: Job, now: float, surroundings: Surroundings) -> bool:
        """To an instance that holds it. The first job of a queue that finds none blocks all behind it."""
        if (asked := job.cancelled or job.terminated) is not None:
            return _end(job, now, asked, succeeded=False)
        if self._is_behind_a_blocked_one(job):
            job.was_held, job.status_reason = True, None
            return False
        play, needed = job.play, asked_of(job.container)
        places = self._places(job, surroundings)
        ready = job.since + (_QUEUED if play.queued_seconds is None else play.queued_seconds)
        wanted = reasons.blockage(play, next((place.instance_types for place in places), ()))
        if wanted and (play.queued_seconds is None or now < ready):
            return self._block(job, now, wanted, surroundings)
        if reason := blocked(needed, places):
            job.was_held = True
            return self._block(job, now, reason, surroundings)
        job.status_reason = None
        place = room(needed, places)
        job.was_held = job.was_held or place is None
        if place is None or now < ready:
            return False
        attempt = Attempt(task=uuid.uuid4().hex, instance=f"i-{uuid.uuid4().hex[:17]}", place=place.arn)
        at = now if job.was_held else ready  # it starts when there is room, not when it would have
        job.attempts.append(attempt)
        job.was_held = False
        return _go(job, "STARTING", at)

    def _is_behind_a_blocked_one(self, job: Job) -> bool:
        return any(
            other.queue == job.queue
            and other.status == "RUNNABLE"
            and other.status_reason is not None
            and (other.since, other.created) < (job.since, job.created)
            for other in self._jobs.values()
        )

    def _block(self, job: Job, now: float, reason: str, surroundings: Surroundings) -> bool:
        """Says why, and cancels it where the queue has a limit for that reason."""
        job.status_reason = reason
        code = reason.partition(" ")[0]
        for action in surroundings.time_limits(job.queue):
            at = job.since + action["maxTimeSeconds"]
            if action["reason"] == code and now >= at:
                return _end(job, at, reasons.LIMIT_REACHED.format(reason=code), succeeded=False)
        return False

    def _start(self, job: Job, now: float, surroundings: Surroundings) -> bool:
        """The image is pulled, roles are assumed, logs opened; then the container runs."""
        attempt, play = job.attempts[-1], job.play
        at = job.since + play.starting_seconds
        if job.terminated is not None:
            return self._stop(job, now)
        if play.outcome == "stuck-starting" or now < at:
            return False
        failure = reasons.start_failure(play, job) or surroundings.start_failure(job)
        if failure:
            return self._finish(job, at, failure)
        attempt.log_stream = surroundings.open_log(job, attempt.task)
        attempt.started = at
        if play.program:
            attempt.started = now
            attempt.process = RunningProgram(play.program, surroundings.environment(job, len(job.attempts)), self._now)
        return _go(job, "RUNNING", attempt.started)

    def _run(self, job: Job, now: float, surroundings: Surroundings) -> bool:
        attempt, play = job.attempts[-1], job.play
        started = attempt.started or job.since
        if job.terminated is not None:
            return self._stop(job, now)
        limit = started + job.timeout if job.timeout else float("inf")
        process = attempt.process
        at = (process.ended or float("inf")) if process else started + play.running_seconds
        if limit < min(at, now):
            if process:
                process.stop()
            return self._finish(job, limit, reasons.timed_out())
        if now < at:
            return False
        failure = Failure(status_reason=reasons.EXITED, exit_code=process.exit_code) if process else reasons.ending(play, attempt)
        if failure.status_reason == reasons.EXITED:
            surroundings.write_objects(play.writes)
        return self._finish(job, at, failure)

    def _stop(self, job: Job, now: float) -> bool:
        """Once it was told to; what was terminated is not tried again. The container is killed, if it has run (assumed: 137)."""
        at = job.asked_to_stop + _STOPPING
        if now < at:
            return False
        attempt = job.attempts[-1]
        if attempt.process:
            attempt.process.stop()
        attempt.stopped, attempt.status_reason = at, job.terminated
        attempt.exit_code = 137 if attempt.started is not None else None
        return _end(job, at, job.terminated or "", succeeded=False)

    def _finish(self, job: Job, at: float, failure: Failure) -> bool:
        """An attempt is over: well, for good, or to be tried again."""
        attempt = job.attempts[-1]
        attempt.stopped, attempt.status_reason = at, failure.status_reason
        attempt.reason, attempt.exit_code = failure.reason, failure.exit_code
        succeeded = failure.exit_code == 0 and failure.status_reason == reasons.EXITED and not failure.timed_out
        if not succeeded and is_retried(job.retries, failure, made=len(job.attempts)):
            return _go(job, "RUNNABLE", at)
        return _end(job, at, failure.status_reason, succeeded=succeeded)

    def _places(self, job: Job, surroundings: Surroundings) -> list[Place]:
        used: dict[str, float] = {}
        for other in self._jobs.values():
            if other.status in HELD:
                taken = asked_of(other.container).vcpus
                used[other.attempts[-1].place] = used.get(other.attempts[-1].place, 0.0) + taken
        return surroundings.places(job.queue, used)

    def _send_logs(self, job: Job, now: float, surroundings: Surroundings) -> None:
        """The lines that CloudWatch Logs has by now: a script's are spread evenly over its time."""
        for index, attempt in enumerate(job.attempts):
            if attempt.log_stream is None or attempt.started is None:
                continue
            play = job.plays[min(index, len(job.plays) - 1)]
            if attempt.process:
                lines = list(attempt.process.lines)
            else:
                share = play.running_seconds / (len(play.log) + 1)
                lines = [(attempt.started + share * number, line) for number, line in enumerate(play.log, start=1)]
            end = float("inf") if attempt.stopped is None else attempt.stopped
            arrived = [(at, line) for at, line in lines if at <= end and at + play.log_delay_seconds <= now]
            if fresh := arrived[attempt.sent :]:
                surroundings.put_log(job, attempt.log_stream, fresh)
                attempt.sent = len(arrived)


def _go(job: Job, status: JobStatus, at: float) -> bool:
    job.status, job.since, job.status_reason = status, at, None
    return True


def _end(job: Job, at: float, reason: str, *, succeeded: bool) -> bool:
    _go(job, "SUCCEEDED" if succeeded else "FAILED", at)
    job.stopped, job.status_reason = at, reason
    return True
