"""Submits a job once: SubmitJob has no token against doing it twice, so where its answer is lost it is looked for by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from aces_action.aws.errors import (
    AWS_ERRORS,
    EXPIRED,
    error_code,
    error_message,
    explain,
    is_general,
    is_throttling,
    may_pass,
    was_refused,
)
from aces_action.language import Text
from aces_action.problems import ActionError
from aces_action.problems.smoke_test import jobs as problems
from aces_action.sanitiser import one_line
from aces_action.smoke_test.job_model import JobTest

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

_TRIES = 4
_LOOKS = (1.0, 3.0, 6.0)  # seconds before each look for a job that may be there: how soon ListJobs has one is not documented
_SHOWN = 300  # characters of AWS's words
_LEAST_TIMEOUT = 60  # botocore: JobTimeout
# Nothing was sent. What was cut off later may have been done.
_NOT_SENT = (EndpointConnectionError, ConnectTimeoutError)


@dataclass(slots=True, kw_only=True)
class Submission:
    """A job on its way to its id. `sent`: it may be there; `in_doubt`: an answer was lost, so there may be two of its name."""

    test: JobTest
    job_id: str = ""
    sent: bool = False
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """`once`: a client that sends nothing twice by itself; `batch`: one for reading."""

    once: BatchClient
    batch: BatchClient
    sleep: Callable[[float], None] = field(repr=False)
    tell: Callable[[Text], None] = field(repr=False)

    def submit(self, submission: Submission, *, limit: float) -> None:
        """Puts the id into the submission. Raises ActionError: B021 where Batch refuses it, B022 where it cannot be found out
        whether it was done, A005 without the permission."""
        test = submission.test
        request = request_of(test, limit=limit)
        for attempt in range(_TRIES):
            submission.sent = True
            why = ""
            try:
                submission.job_id = self.once.submit_job(**request)["jobId"]
            except AWS_ERRORS as error:
                self._judge(submission, error, is_last=attempt == _TRIES - 1)
                why = error_code(error) if isinstance(error, ClientError) else type(error).__name__
            if submission.job_id:
                return
            self.tell(Text(f"submitting {test.name} again: {why}", f"{test.name}をもう一度送信します: {why}"))
            self.sleep(2.0**attempt)

    def _judge(self, submission: Submission, error: Any, *, is_last: bool) -> None:
        """Finds the job that an unanswered call may have made, or raises where there is no point in another call."""
        test = submission.test
        nothing_sent = isinstance(error, _NOT_SENT)
        if isinstance(error, ClientError):
            code = error_code(error)
            nothing_sent = is_throttling(code)
            if was_refused(error, "SubmitJob") and not (is_general(error) or code in EXPIRED):
                submission.sent = submission.in_doubt
                reason = one_line(f"{code}: {error_message(error)}", _SHOWN)
                raise ActionError(
                    problems.refused(test.request.name, test.target.definition, test.target.queue, reason)
                ) from error
        submission.sent = submission.in_doubt or (may_pass(error) and not nothing_sent)
        if not may_pass(error):
            raise ActionError(explain(error, resource=test.name)) from error
        if not nothing_sent:
            submission.in_doubt = True
            submission.job_id = self._found(test)
        if is_last and not submission.job_id:
            raise ActionError(explain(error, resource=test.name)) from error

    def _found(self, test: JobTest) -> str:
        """The id of the job of this name; empty where there is none after all."""
        for wait in _LOOKS:
            self.sleep(wait)
            try:
                found = jobs_named(self.batch, test)
            except AWS_ERRORS as error:
                why = explain(error, resource=test.target.queue)
                raise ActionError([problems.unclear(test.request.name, test.name, test.target.queue), why]) from error
            if found:
                return found[0]
        return ""


def jobs_named(client: BatchClient, test: JobTest) -> list[str]:
    """The ids of the jobs of this very name, whatever became of them. botocore, ListJobs: the filter takes no account of case."""
    listed = client.list_jobs(jobQueue=test.target.queue, filters=[{"name": "JOB_NAME", "values": [test.name]}])
    return [each["jobId"] for each in listed["jobSummaryList"] if each["jobName"] == test.name]


def request_of(test: JobTest, *, limit: float) -> dict[str, Any]:
    """SubmitJob's request. `limit`: seconds after which nobody waits any more, and the job need not go on if nobody stops it."""
    request, target = test.request, test.target
    given = {"SMOKE_TEST_INPUT_S3_URI": test.input_uri}
    if request.output is not None and "${AWS_BATCH_JOB_ID}" not in request.output:
        given["SMOKE_TEST_OUTPUT_S3_URI"] = test.output_uri("") or ""
    environment = {**{name: _filled(value, given) for name, value in request.environment}, **given}
    overrides: dict[str, Any] = {"environment": [{"name": name, "value": value} for name, value in environment.items()]}
    if request.command:
        overrides["command"] = [_filled(word, given) for word in request.command]
    more: dict[str, Any] = {}
    if request.parameters:
        more["parameters"] = {name: _filled(value, given) for name, value in request.parameters}
    if request.share_identifier:
        more["shareIdentifier"] = request.share_identifier
    longest = max(_LEAST_TIMEOUT, math.ceil(limit))
    return {
        "jobName": test.name,
        "jobQueue": target.queue,
        "jobDefinition": target.definition_arn,
        "containerOverrides": overrides,
        "timeout": {"attemptDurationSeconds": min(longest, target.timeout or longest)},
        "tags": dict(target.tags),
        # botocore, SubmitJob: with more than 50 tags of job and definition together the job fails; ours are not the task's affair
        "propagateTags": False,
        **more,
    }


def _filled(text: str, given: Mapping[str, str]) -> str:
    for name, value in given.items():
        text = text.replace(f"${{{name}}}", value)
    return text
