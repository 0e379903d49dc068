"""What Batch answers about jobs, environments and queues. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sandbox.aws.batch.records import JSON, Attempt, Job
from sandbox.aws.wire import Refusal

if TYPE_CHECKING:
    from sandbox.aws.batch.store import Jobs

_MOST = 100
# botocore: ContainerDetail, what it has of the definition
_OF_DEFINITION = (
    "image",
    "jobRoleArn",
    "executionRoleArn",
    "volumes",
    "mountPoints",
    "readonlyRootFilesystem",
    "ulimits",
    "privileged",
    "user",
    "linuxParameters",
    "logConfiguration",
    "secrets",
    "command",
    "environment",
    "resourceRequirements",
)


def job(found: Job) -> JSON:
    """A job as DescribeJobs tells it. What is not known yet is left out."""
    last = found.attempts[-1] if found.attempts else None
    properties = found.container
    container: JSON = {key: properties[key] for key in _OF_DEFINITION if key in properties}
    container["networkInterfaces"] = []
    if last and found.status != "RUNNABLE":
        container |= _container(found, last)
    answer: JSON = {
        "jobArn": found.arn,
        "jobName": found.name,
        "jobId": found.id,
        "jobQueue": found.queue,
        "status": found.status,
        "statusReason": found.status_reason,
        "attempts": [_attempt(found, each) for each in found.attempts if each.stopped is not None],
        "createdAt": _ms(found.created),
        "startedAt": _ms(last.started) if last and found.status != "RUNNABLE" else None,
        "stoppedAt": _ms(found.stopped),
        "retryStrategy": {"evaluateOnExit": [], **found.retries},
        "dependsOn": found.request.get("dependsOn", []),
        "jobDefinition": found.definition.arn,
        "parameters": found.definition.fields.get("parameters", {}) | found.request.get("parameters", {}),
        "container": container,
        "timeout": found.request.get("timeout") or found.definition.fields.get("timeout"),
        "tags": found.tags,
        "propagateTags": found.propagates,
        "platformCapabilities": found.definition.fields.get("platformCapabilities", ["EC2"]),
        "eksAttempts": [],
        "isCancelled": found.cancelled is not None,
        "isTerminated": found.terminated is not None,
    }
    return {key: value for key, value in answer.items() if value is not None}


def summary(found: Job) -> JSON:
    """A job as ListJobs tells it."""
    whole = job(found)
    keys = ("jobArn", "jobId", "jobName", "createdAt", "status", "statusReason", "startedAt", "stoppedAt", "jobDefinition")
    container = {key: whole["container"][key] for key in ("exitCode", "reason") if key in whole["container"]}
    accepted = {key: True for key in ("isCancelled", "isTerminated") if whole[key]}  # botocore: only present when true
    return {key: whole[key] for key in keys if key in whole} | {"container": container} | accepted


def environment(told: JSON, jobs: Jobs) -> JSON:
    """A compute environment as moto tells it, with what moto does not keep."""
    detail = jobs.environments.detail(told["computeEnvironmentArn"])
    answer = {
        **told,
        "status": detail.status,
        "statusReason": detail.reason,
        "containerOrchestrationType": detail.orchestration,
        "uuid": detail.uuid,
        **({"updatePolicy": detail.update_policy} if detail.update_policy else {}),
    }
    resources = told.get("computeResources", {})
    # botocore: Ec2Configuration, batchImageStatus: once it has started instances, and of Batch's own images
    started = any(each.place == told["computeEnvironmentArn"] for job in jobs.jobs.values() for each in job.attempts)
    status = detail.image_status or ("LATEST" if started else None)
    if status and "ec2Configuration" in resources and not (resources.get("imageId") or resources.get("launchTemplate")):
        images = [
            each if "imageIdOverride" in each else {**each, "batchImageStatus": status} for each in resources["ec2Configuration"]
        ]
        answer["computeResources"] = {**resources, "ec2Configuration": images}
    return answer


def queue(told: JSON, jobs: Jobs) -> JSON:
    """A job queue as moto tells it, with what moto does not keep."""
    answer = {
        **told,
        "statusReason": "JobQueue Healthy",
        "jobQueueType": "ECS",
        "jobStateTimeLimitActions": jobs.environments.time_limits(told["jobQueueArn"]),
    }
    return {key: value for key, value in answer.items() if value is not None}


def page(rows: Sequence[JSON], request: JSON, name: str, most: int = _MOST) -> JSON:
    """One page of an answer; a token is where the next one begins."""
    size = min(int(request.get("maxResults") or most), most)
    token = request.get("nextToken") or "0"
    if not token.isdigit():
        raise Refusal(400, "ClientException", "Invalid nextToken")
    begin = int(token)
    more = {"nextToken": str(begin + size)} if begin + size < len(rows) else {}
    return {name: list(rows[begin : begin + size]), **more}


def _attempt(found: Job, attempt: Attempt) -> JSON:
    times = {"startedAt": _ms(attempt.started), "stoppedAt": _ms(attempt.stopped)}
    container = _container(found, attempt) | {"networkInterfaces": []}
    answer: JSON = {"container": container, **times, "statusReason": attempt.status_reason, "taskProperties": []}
    return {key: value for key, value in answer.items() if value is not None}


def _container(found: Job, attempt: Attempt) -> JSON:
    return dict(_known(found, attempt))


def _known(found: Job, attempt: Attempt) -> Iterator[tuple[str, object]]:
    prefix, name = found.arn.rpartition(":job/")[0].replace(":batch:", ":ecs:"), attempt.place.rpartition("/")[2]
    yield "containerInstanceArn", f"{prefix}:container-instance/{name}_Batch/{attempt.instance.removeprefix('i-').ljust(32, '0')}"
    yield "taskArn", f"{prefix}:task/{name}_Batch/{attempt.task}"
    for key, value in (("logStreamName", attempt.log_stream), ("exitCode", attempt.exit_code), ("reason", attempt.reason)):
        if value is not None:
            yield key, value


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)
