"""Which revisions and jobs a request asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.aws.batch.definitions import checked_retries, checked_timeout
from sandbox.aws.batch.records import Job, Revision
from sandbox.aws.batch.store import refused


def revisions(every: Iterable[Revision], request: Mapping[str, Any], prefix: str) -> list[Revision]:
    """DescribeJobDefinitions: by `jobDefinitions` (name:revision or ARN) or by the others; the newest first (assumed)."""
    here = [each for each in every if each.arn.startswith(prefix)]
    if named := request.get("jobDefinitions"):
        if request.keys() & {"jobDefinitionName", "status", "maxResults", "nextToken"}:
            raise refused("jobDefinitions cannot be used with other parameters")  # botocore; the words are assumed
        wanted = {prefix + each.removeprefix(prefix) for each in named}
        return [each for each in here if each.arn in wanted]
    found = [
        each
        for each in here
        if request.get("jobDefinitionName") in (None, each.name)
        and request.get("status") in (None, "ACTIVE" if each.active else "INACTIVE")
    ]
    return sorted(found, key=lambda each: (each.name, -each.number))


def jobs(every: Iterable[Job], request: Mapping[str, Any], queue: str | None) -> list[Job]:
    """ListJobs: of a queue, by status (RUNNING) or by one filter, which puts the status out of account."""
    if queue is None:
        given = request.get("jobQueue")
        raise refused(
            f"JobQueue {given} not found." if given else "Exactly one of jobQueue, arrayJobId, multiNodeJobId is wanted"
        )
    here = [each for each in every if each.queue == queue]
    filters = request.get("filters", [])
    if not filters:
        return [each for each in here if each.status == request.get("jobStatus", "RUNNING")]
    if len(filters) > 1:
        raise refused("Only one filter can be used at a time")
    [only] = filters
    found = [each for each in here if any(_passes(each, only["name"], value) for value in only["values"])]
    return sorted(found, key=lambda each: each.created, reverse=True)


def most(request: Mapping[str, Any]) -> int:
    """botocore: ListJobsRequest, maxResults."""
    return 100 if request.get("filters") else 1000


def refusals_of_submission(request: Mapping[str, Any]) -> Iterator[str]:
    """What Batch refuses of a job's own settings; the definition's were checked before."""
    if "arrayProperties" in request or "nodeOverrides" in request:
        raise NotImplementedError("array and multi-node jobs")
    names = [each.get("name", "") for each in request.get("containerOverrides", {}).get("environment", ())]
    yield from checked_retries(request.get("retryStrategy", {}))
    yield from checked_timeout(request)
    yield from (f"Environment variables cannot start with AWS_BATCH: {name}" for name in names if name.startswith("AWS_BATCH"))


def _passes(job: Job, name: str, value: str) -> bool:
    match name:
        case "JOB_NAME":
            return _matches(job.name.lower(), value.lower())
        case "JOB_DEFINITION":
            return job.definition.arn == value if value.startswith("arn:") else _matches(job.definition.name, value)
        case "BEFORE_CREATED_AT":
            return int(job.created * 1000) < int(value)
        case "AFTER_CREATED_AT":
            return int(job.created * 1000) > int(value)
    raise refused(f"Filter {name} is not supported")


def _matches(value: str, pattern: str) -> bool:
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
