"""Whether a job that has ended did what its request expects: its exit code, and what it left in S3."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, explain
from aces_action.durations import duration_text
from aces_action.problems import Problem
from aces_action.problems.smoke_test import jobs as problems
from aces_action.problems.smoke_test.jobs import TestedJob
from aces_action.smoke_test.job_diagnosis import EXITED, last_words, why_failed
from aces_action.smoke_test.job_model import JobObservation, JobTest
from aces_action.smoke_test.judge import content_problems
from aces_action.smoke_test.model import InvocationResult
from aces_action.smoke_test.send import MOST_READ

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_TO_THE_SECOND = 1.0  # S3 tells times in whole seconds, Batch in milliseconds


def judge_job(
    s3: S3Client, test: JobTest, job: TestedJob, seen: JobObservation, lines: Sequence[str]
) -> tuple[InvocationResult | None, list[Problem]]:
    """The answer of a job that has ended, where it must have one, and all that is not as expected."""
    wrong = exit_problem(test, job, seen, lines)
    if wrong:
        return None, [wrong]
    answer, found = _answer(s3, test, job, seen)
    limit = test.request.max_seconds
    if limit is not None and seen.created is not None and seen.stopped is not None and seen.stopped - seen.created > limit:
        found.append(problems.too_slow(job, duration_text(seen.stopped - seen.created), duration_text(limit)))
    return answer, found


def exit_problem(test: JobTest, job: TestedJob, seen: JobObservation, lines: Sequence[str]) -> Problem | None:
    """What is wrong with how it ended. Pure."""
    expected = test.request.exit_code
    by_itself = seen.status == "SUCCEEDED" or (seen.exit_code is not None and not seen.reason and seen.status_reason == EXITED)
    code = seen.exit_code or 0
    if by_itself and code == expected:
        return None
    if by_itself and expected:
        return problems.other_exit_code(job, code, expected=expected, said=last_words(lines))
    return why_failed(seen, job, lines)


def _answer(s3: S3Client, test: JobTest, job: TestedJob, seen: JobObservation) -> tuple[InvocationResult | None, list[Problem]]:
    uri = test.output_uri(job.job_id)
    if uri is None:
        return None, []
    parts = urlsplit(uri)
    try:
        found = s3.get_object(Bucket=parts.netloc, Key=uri.removeprefix(f"s3://{parts.netloc}/"))
        with closing(found["Body"]) as stream:
            body = stream.read(MOST_READ)
    except AWS_ERRORS as error:
        if isinstance(error, ClientError) and error_code(error) in {"NoSuchKey", "404"}:
            return None, [problems.no_output(job, uri, is_old=False)]
        return None, [replace(explain(error, resource=uri), file=job.request)]
    # in a folder of its own, or under the job's id, nothing can be of before; and clocks may differ
    shared = uri == test.request.output
    if shared and seen.created is not None and found["LastModified"].timestamp() < seen.created - _TO_THE_SECOND:
        return None, [problems.no_output(job, uri, is_old=True)]
    answer = InvocationResult(status=None, content_type=found.get("ContentType", ""), body=body, size=found["ContentLength"])
    return answer, content_problems(test.request, answer)
