"""What AWS says of a job, by outcome: the words of `statusReason` and of the container's `reason`, with their sources."""

from __future__ import annotations

from typing import get_args

from sandbox.aws.batch.capacity import INVALID, UNDETERMINED
from sandbox.aws.batch.records import Attempt, Blockage, Job, OutcomeName, Play, StartFailure
from sandbox.aws.batch.retries import Failure

# Batch User Guide, 'Jobs stuck in a RUNNABLE status'. The dash of the second is the guide's own.
_BLOCKED: dict[OutcomeName, str] = {
    "no-capacity": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type "
    "[{type}]",
    "service-role": "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.",
    "unsupported-instances": "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment associated with "
    "this job queue has an unsupported instance type configuration.",
    "invalid-environment": INVALID,
    "undetermined": UNDETERMINED,
}
# The same page: what jobStateTimeLimitActions may act on
LIMITED = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED",
)
LIMIT_REACHED = "Canceled by JobStateTimeLimit action due to reason: {reason}"

NOT_STARTED = "Task failed to start"  # spotify/luigi#2808
EXITED = "Essential container in task exited"  # aws-samples/aws-genomics-workflows#142
HOST_LOST = "Host EC2 (instance {instance}) terminated."  # ministryofjustice/modernisation-platform-environments#17291
TIMED_OUT = "Job attempt duration exceeded timeout"  # nf-core and redun know it by these words
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"  # aws/amazon-ecs-agent#1187
DEPENDENCY_FAILED = "Dependent Job failed"  # known by these words to public tools
# botocore: propagateTags, which says that the job FAILS, but not in which words: assumed
TOO_MANY_TAGS = "The total number of combined tags from the job and job definition is over 50."
# aws-samples/aws-modern-application-workshop#88, of ECS; that Batch passes it on as the job's reason is assumed
ROLE = (
    "ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the role being passed has "
    "the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
)
# ECS Developer Guide, 'CannotPullContainer task errors'
IMAGE_MISSING = (
    "CannotPullContainerError: Error response from daemon: manifest for {image} not found: manifest unknown: "
    "Requested image not found"
)
# ECS Developer Guide, 'CannotPullContainer task errors'
DENIED = "AccessDeniedException: User: {user} is not authorized to perform: {action} on resource: {resource}"
IMAGE_DENIED = f"CannotPullECRContainerError: {DENIED}"
# ECS Developer Guide, 'ResourceInitializationError'
_NOT_FETCHED = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
SECRET = f"{_NOT_FETCHED}unable to retrieve secret from asm: "
PARAMETER = f"{_NOT_FETCHED}unable to retrieve secrets from ssm: "
NO_SECRET = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
NO_PARAMETER = "invalid ssm parameters: {name}"
# prakhar1989/docker-curriculum#253, #260
LOG_DRIVER = "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: "
NO_LOG_GROUP = LOG_DRIVER + (
    "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist."
)
LOG_DENIED = LOG_DRIVER + (
    "failed to create Cloudwatch log {what}: AccessDeniedException: User: {user} is not authorized to perform: {action}"
)
_START: dict[OutcomeName, str] = {
    "image-pull": IMAGE_MISSING,
    # ECS Developer Guide, 'CannotPullContainer task errors'
    "image-timeout": 'CannotPullContainerError: Error response from daemon: Get "https://{registry}/v2/": net/http: request '
    "canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
    # ECS Developer Guide, 'Stopped tasks error codes'
    "start-error": "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create "
    'shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "serve": executable file '
    "not found in $PATH: unknown",
    "secret": SECRET + NO_SECRET,
}


def blockage(play: Play, instance_types: tuple[str, ...]) -> str | None:
    """Why a test wants the job to stay RUNNABLE; None where it does not."""
    if play.outcome not in get_args(Blockage):
        return None
    return play.reason or _BLOCKED[play.outcome].format(type=next(iter(instance_types), "m5.xlarge"))


def start_failure(play: Play, job: Job) -> Failure | None:
    """Why a test wants the container not to start; None where it does not."""
    if play.outcome not in get_args(StartFailure):
        return None
    container = job.container
    if play.outcome == "role":
        role = container.get("jobRoleArn") or container.get("executionRoleArn") or "arn:aws:iam::123456789012:role/none"
        return Failure(status_reason=play.reason or ROLE.format(role=role))
    image = container.get("image", "")
    words = _START[play.outcome].replace("{image}", image).replace("{registry}", image.partition("/")[0])
    return Failure(status_reason=NOT_STARTED, reason=play.reason or words)


def ending(play: Play, attempt: Attempt) -> Failure:
    """How an attempt ends that has run for its time; with exit code 0, well."""
    code = play.exit_code
    match play.outcome:
        case "host-lost" | "spot-lost":
            return Failure(status_reason=play.reason or HOST_LOST.format(instance=attempt.instance), exit_code=code)
        case "timeout":
            return timed_out(code)
        case "oom":
            return Failure(status_reason=EXITED, reason=play.reason or OUT_OF_MEMORY, exit_code=137 if code is None else code)
        case "failed":
            return Failure(status_reason=EXITED, reason=play.reason, exit_code=1 if code is None else code)
    return Failure(status_reason=EXITED, reason=play.reason, exit_code=code or 0)


def timed_out(exit_code: int | None = None) -> Failure:
    """Docker's code of a container that was killed, unless it ended by itself on SIGTERM (Batch User Guide, 'Job timeouts')."""
    return Failure(status_reason=TIMED_OUT, exit_code=137 if exit_code is None else exit_code, timed_out=True)
