"""What Batch says of a job, read: its end, its log, and how long it queued, started and ran."""

from __future__ import annotations

from typing import Any

import pytest

from aces_action.smoke_test.job_model import JobObservation, JobTimes, job_name, observation_of, times_of, times_text

OF_ATTEMPT = {"exitCode": 3, "reason": "why", "logStreamName": "d/default/1"}


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"status": "SUBMITTED"}, JobObservation(status="SUBMITTED")),
        (
            {"status": "FAILED", "attempts": [{"container": OF_ATTEMPT, "statusReason": "s"}]},
            JobObservation(status="FAILED", status_reason="s", reason="why", exit_code=3, log_stream="d/default/1", attempts=1),
        ),
        (
            {
                "status": "RUNNING",
                "container": {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/g"}}},
            },
            JobObservation(status="RUNNING", log_group="/g"),
        ),
        (
            {"status": "RUNNING", "container": {"logConfiguration": {"logDriver": "json-file"}}},
            JobObservation(status="RUNNING", log_group=None),
        ),
        ({"status": "RUNNABLE", "container": None, "attempts": None}, JobObservation(status="RUNNABLE")),
        ({"status": "FAILED", "isTerminated": True}, JobObservation(status="FAILED", was_terminated=True)),
    ],
)
def test_what_is_missing_is_not_there_and_the_last_attempt_stands_in(job: dict[str, Any], expected: JobObservation) -> None:
    assert observation_of(job) == expected


@pytest.mark.parametrize(
    ("seen", "queued_until", "expected"),
    [
        (None, None, JobTimes()),
        ((100.0, None, None), None, JobTimes()),
        ((100.0, None, None), 30.0, JobTimes(queued=30.0)),
        ((100.0, None, 150.0), None, JobTimes(queued=50.0)),  # cancelled while it waited
        ((100.0, None, 150.0), 30.0, JobTimes(queued=30.0, starting=20.0)),  # its container did not start
        ((100.0, 150.0, None), 30.0, JobTimes(queued=30.0, starting=20.0)),
        ((100.0, 150.0, 160.0), 30.0, JobTimes(queued=30.0, starting=20.0, running=10.0)),
        ((100.0, 150.0, 160.0), None, JobTimes(queued=50.0, running=10.0)),
        ((100.0, 150.0, 160.0), 70.0, JobTimes(queued=50.0, starting=0.0, running=10.0)),  # seen late
        ((100.0, 150.0, 140.0), 30.0, JobTimes(queued=30.0, starting=20.0, running=0.0)),
    ],
)
def test_times_are_as_far_as_a_job_came(
    seen: tuple[float, float | None, float | None] | None, queued_until: float | None, expected: JobTimes
) -> None:
    observed = JobObservation(status="FAILED", created=seen[0], started=seen[1], stopped=seen[2]) if seen else None
    assert times_of(observed, queued_until=queued_until) == expected


def test_times_are_told_in_both_languages() -> None:
    told = times_text(JobTimes(queued=192.0, starting=51.0, running=12.0))
    assert (told.en, told.ja) == ("queued 3 min 12 s, starting 51 s, running 12 s", "待機3分12秒、起動51秒、実行12秒")
    assert times_text(JobTimes()).en == ""


@pytest.mark.parametrize("name", ["d", "x" * 128])
def test_a_jobs_name_is_one_that_batch_takes(name: str) -> None:
    made = job_name(f"arn:aws:batch:ap-northeast-1:123456789012:job-definition/{name}:7", "1f2e3d4c")
    assert made == f"{name[:100]}-smoke-test-1f2e3d4c"
    assert len(made) <= 128
