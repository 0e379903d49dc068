"""Why a job did not do what it should: from what Batch, ECS and the program itself say. Deciding only.

The texts that the patterns stand for are in tests/smoke_test/test_job_causes.py, each with its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aces_action.language import EMPTY, Text
from aces_action.problems import Problem
from aces_action.problems import causes as endpoint_causes
from aces_action.problems.kind import Kind
from aces_action.problems.smoke_test import job_causes as causes
from aces_action.problems.smoke_test.jobs import TestedJob
from aces_action.resources.endpoint.diagnosis.advice import memory_of_gpu, shared_memory
from aces_action.resources.endpoint.diagnosis.causes import cause_in_lines
from aces_action.resources.endpoint.diagnosis.log_statements import notable, statements
from aces_action.sanitiser import one_line
from aces_action.smoke_test.job_model import JobObservation

EXITED = "Essential container in task exited"  # aws-samples/aws-genomics-workflows#142
_SHOWN = 300  # characters of AWS's words in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentState:
    """A compute environment of the job's queue, in DescribeComputeEnvironments' words. `desired` and `most` are vCPUs."""

    name: str
    state: str
    status: str
    reason: str = ""
    desired: int | None = None
    most: int | None = None

    @property
    def trouble(self) -> Text:
        """Why it takes no job; empty where it may."""
        if self.state != "ENABLED":
            return causes.environment_is(self.name, self.state, "")
        if self.status != "VALID":
            return causes.environment_is(self.name, self.status, one_line(self.reason, _SHOWN))
        if self.desired is not None and self.most is not None and self.desired >= self.most:
            return causes.environment_is_full(self.name, self.desired, self.most)
        return EMPTY


_Causes = tuple[tuple[str, Kind, Text], ...]

# Of a RUNNABLE job (botocore: JobDetail, statusReason; Batch User Guide, 'Jobs stuck in a RUNNABLE status')
_BLOCKED: _Causes = (
    (r"^MISCONFIGURATION:(?:JOB_RESOURCE_REQUIREMENT|COMPUTE_ENVIRONMENT_MAX_RESOURCE)", causes.B023, EMPTY),
    (r"^CAPACITY:", causes.B024, EMPTY),
    (r"^MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS", causes.B026, EMPTY),
    (r"^ACTION_REQUIRED\b", causes.B025, EMPTY),
    (r"^MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED", causes.B025, EMPTY),
)
# Reasons that do not pass while nobody changes anything
_HOPELESS = re.compile(r"^(?:MISCONFIGURATION:|ACTION_REQUIRED\b)")
_BY_TIME_LIMIT = re.compile(r"^Canceled by JobStateTimeLimit action due to reason: (?P<reason>.+)", re.DOTALL)
_BY_BATCH = re.compile(r"exceeded timeout|Host EC2 \(")

# Of one that failed: the first that its reasons match counts. ECS Developer Guide, 'Stopped tasks error messages'
_STOPPED: _Causes = (
    (r"Job attempt duration exceeded timeout", causes.B036, EMPTY),
    (r"Host EC2 \(instance \S+\) terminated", causes.B034, EMPTY),
    (r"no space left on device", causes.B033, EMPTY),
    (r"unable to assume the role", causes.B029, EMPTY),
    (r"unable to (?:pull secrets|retrieve secret)|ResourceInitializationError: .*\b(?:secret|ssm|asm)\b", causes.B029, EMPTY),
    (r"CannotPull\w*Error.*(?:no matching manifest|does not match the specified platform)", causes.B028, causes.OTHER_PROCESSOR),
    (
        r"CannotPull\w*Error.*(?:timeout|timed out|deadline exceeded|cancell?ed|no such host|connection re\w+|TLS|dial tcp)",
        causes.B028,
        causes.NO_NETWORK,
    ),
    (
        r"CannotPull\w*Error.*(?:not authorized|AccessDenied|denied|forbidden|\b403\b|no basic auth|unauthorized|ecr:\w+)",
        causes.B028,
        causes.NO_ACCESS,
    ),
    (r"CannotPull\w*Error.*(?:not found|manifest unknown|does not exist|\b404\b)", causes.B028, causes.NOT_FOUND),
    (r"CannotPull\w*Error|ImagePull\w*Error", causes.B028, EMPTY),
    (r"exec format error", causes.B030, causes.OTHER_PROCESSOR),
    (r"logging driver|awslogs|log (?:group|stream)|validate logger args", causes.B030, causes.NO_LOG_GROUP),
    (r"OutOfMemory|OOM[- ]?kill|container killed due to memory", causes.B032, EMPTY),
    (
        r"executable file not found|no such file or directory|CannotStartContainerError.*permission denied",
        causes.B030,
        causes.NO_COMMAND,
    ),
    # of the host's engine: a busy disk, mostly (aws/amazon-ecs-agent#2312, #1440)
    (r"(?:DockerTimeoutError|CannotInspectContainerError|CannotStopContainerError|could not transition to)", causes.B034, EMPTY),
    (r"Cannot(?:Start|Create)\w*Error|ResourceInitializationError|TaskFailedToStart|Task failed to start", causes.B030, EMPTY),
)

# What a program says that cannot read its weights or its input; botocore's and the AWS CLI's words
_MISSING = re.compile(r"\b(?:NoSuchKey|NoSuchBucket)\b|An error occurred \(404\)|The specified (?:key|bucket) does not exist")
_SHARED = re.compile(r"bus error", re.IGNORECASE)
_OF_PROGRAM = {
    endpoint_causes.E018: causes.B032,
    endpoint_causes.E022: causes.B033,
    endpoint_causes.E020: causes.B031,
    endpoint_causes.E023: causes.B031,
    endpoint_causes.E015: causes.B030,
}

_VERSIONS_FAULT = frozenset(
    {*(kind.code for kind in (causes.B030, causes.B032, causes.B033, causes.B035, causes.B036, causes.B043))}
)
_VERSIONS_FAULT |= {"ACES-B038", "ACES-B039", "ACES-B040"}


def is_versions_fault(problem: Problem) -> bool:
    """Whether a job's problem is that of the image or its program: what only kept the job from running says nothing about it."""
    return problem.code in _VERSIONS_FAULT


def is_hopeless(seen: JobObservation) -> bool:
    """Whether a job waits for what will not come by itself."""
    return seen.is_waiting and _HOPELESS.search(seen.status_reason) is not None


def why_stuck(seen: JobObservation, job: TestedJob, after: Text, environments: Sequence[EnvironmentState]) -> Problem:
    """Why a job does not run. `after`: how long it was waited for; `environments`: those of its queue, where they are known."""
    said = one_line(seen.status_reason, _SHOWN)
    if seen.is_waiting:
        for pattern, kind, advice in _BLOCKED:
            if re.search(pattern, seen.status_reason):
                found = [each.trouble for each in environments if each.trouble] if kind is causes.B025 else []
                return causes.job_failed(kind, job, said, *found, *([advice] if advice else ()))
        troubles = [each.trouble for each in environments]
        if troubles and all(troubles):
            return causes.job_failed(causes.B025, job, "", *troubles, causes.still(seen.status, after, said))
    return causes.job_failed(causes.B027, job, "", causes.still(seen.status, after, said), causes.plain_fix(causes.B027))


def why_failed(seen: JobObservation, job: TestedJob, lines: Sequence[str]) -> Problem:
    """Why a job is FAILED. `lines` are the last of its log, cleaned."""
    limited = _BY_TIME_LIMIT.search(seen.status_reason)
    if limited:
        kind = next((kind for pattern, kind, _ in _BLOCKED if re.search(pattern, limited["reason"])), causes.B027)
        return causes.job_failed(kind, job, one_line(seen.status_reason, _SHOWN), causes.BY_TIME_LIMIT, causes.plain_fix(kind))
    if seen.was_terminated and not _BY_BATCH.search(seen.status_reason):
        return causes.job_failed(causes.B037, job, one_line(seen.status_reason, _SHOWN))
    words = [each for each in (seen.reason, seen.status_reason) if each and each != EXITED]
    for pattern, kind, advice in _STOPPED:
        said = next((each for each in words if re.search(pattern, each, re.IGNORECASE)), None)
        if said is not None:
            return causes.job_failed(kind, job, one_line(said, _SHOWN), *([advice] if advice else ()))
    return _of_program(seen, job, lines)


def _of_program(seen: JobObservation, job: TestedJob, lines: Sequence[str]) -> Problem:
    """It ended by itself, or was killed: what it wrote tells why."""
    said = last_words(lines)
    code = causes.exit_code_text(seen.exit_code) if seen.exit_code is not None else EMPTY
    missing = next((line for line in reversed(lines) if _MISSING.search(line)), None)
    evidence = cause_in_lines(lines)
    if evidence and (kind := _OF_PROGRAM.get(evidence.kind)):
        more = causes.GPU_MEMORY if evidence.advice is memory_of_gpu else causes.plain_fix(kind)
        return causes.job_failed(kind, job, evidence.said, more, code)
    shared = next((line for line in reversed(lines) if _SHARED.search(line)), None)
    if shared or (evidence and evidence.advice is shared_memory):
        return causes.job_failed(causes.B043, job, one_line(shared or said, _SHOWN), causes.plain_fix(causes.B043), code)
    if missing:
        return causes.job_failed(causes.B031, job, one_line(missing, _SHOWN), causes.plain_fix(causes.B031), code)
    if seen.exit_code == 137:
        return causes.job_failed(causes.B032, job, said, causes.PROBABLY_MEMORY, causes.plain_fix(causes.B032))
    if seen.exit_code == 139:
        return causes.job_failed(causes.B035, job, said, causes.CRASHED, code)
    if seen.exit_code is None:
        reason = one_line(seen.reason or seen.status_reason, _SHOWN)
        return causes.job_failed(causes.B034 if seen.started else causes.B030, job, reason)
    if seen.exit_code in (126, 127):  # the shell's: not executable, not found
        return causes.job_failed(causes.B030, job, said, causes.NO_COMMAND, code)
    return causes.job_failed(causes.B035, job, said, code, causes.plain_fix(causes.B035))


def last_words(lines: Sequence[str]) -> str:
    """The statement of a log that tells most."""
    return notable(statements(lines))
