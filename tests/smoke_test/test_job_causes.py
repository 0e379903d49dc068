"""Why jobs fail, by the words of Batch, ECS, Docker and programs as they are seen in the world: each with its source."""

from __future__ import annotations

import pytest

from aces_action.language import same
from aces_action.problems.smoke_test.jobs import TestedJob
from aces_action.smoke_test.job_diagnosis import EXITED, EnvironmentState, is_hopeless, is_versions_fault, why_failed, why_stuck
from aces_action.smoke_test.job_model import JobObservation

JOB = TestedJob(
    request="smoke/plate.png", name="job", job_id="1", definition="d:1", queue="q", image="123456789012.dkr.ecr/x", job_role="r"
)
_PULL, _START = "CannotPullContainerError: ", "CannotStartContainerError: Error response from daemon: "
_RUNC = "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
_DRIVER = "failed to initialize logging driver: "

# The container's reason, or where there is none the status's; code; a part of the hint that goes by it
STOPPED = [
    # ECS Developer Guide, 'CannotPullContainer task errors'
    (
        f"{_PULL}Error response from daemon: manifest for x:y not found: manifest unknown: Requested image not found",
        "B028",
        "lifecycle",
    ),
    (f"{_PULL}pull image manifest has been retried 5 time(s): failed to resolve ref x: x: not found", "B028", "Push it again"),
    (
        f"{_PULL}Error response from daemon: pull access denied for x, repository does not exist or may require 'docker login'",
        "B028",
        "ecr:",
    ),
    (
        f"{_PULL}failed to resolve ref x: pulling from host x failed with status code [manifests deploy]: 403 Forbidden",
        "B028",
        "execution role",
    ),
    (
        f"{_PULL}User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: ecr:GetAuthorizationToken",
        "B028",
        "ecr:BatchGetImage",
    ),
    (
        f"{_PULL}Error response from daemon: Get https://x/v2/: net/http: request canceled while waiting for connection",
        "B028",
        "NAT",
    ),
    # ActionIQ/terraform-aws-retool-ecs-fargate#20
    (
        f'{_PULL}failed to do request: Head "https://x/manifests/2": dial tcp 34.205.13.154:443: i/o timeout',
        "B028",
        "VPC endpoints",
    ),
    (f"{_PULL}no matching manifest for linux/arm64/v8 in the manifest list entries", "B028", "another processor"),
    ("CannotPullECRContainerError: AccessDeniedException", "B028", "ecr:BatchGetImage"),
    # nextflow-io/nextflow#5099
    (f"{_PULL}write /var/lib/docker/tmp/GetImageBlob887491687: no space left on device", "B033", "volume"),
    (f"{_PULL}failed to register layer: write /usr/local/bin/ripples-fast: no space left on device", "B033", "volume"),
    # nextflow-io/nextflow#5657, broadinstitute/cromwell#4604
    (
        f'{_START}{_RUNC}unable to start container process: exec: "/usr/local/bin/_entrypoint.sh": stat /usr/loca',
        "B030",
        "",
    ),
    (
        f'{_START}{_RUNC}starting container process caused "exec: \\"x\\": executable file not found in $PATH"',
        "B030",
        "ENTRYPOINT",
    ),
    # seqeralabs/nf-tower#305, prakhar1989/docker-curriculum#253
    (f"{_START}{_DRIVER}failed to create Cloudwatch log stream: RequestError: send request failed", "B030", "log group"),
    (
        f"{_START}{_DRIVER}failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group",
        "B030",
        "log group",
    ),
    # globaldothealth/list#2662, ECS Developer Guide, 'ResourceInitializationError'
    (
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed",
        "B029",
        "ecs-tasks",
    ),
    # aws/amazon-ecs-agent#1187
    ("OutOfMemoryError: Container killed due to memory usage", "B032", "larger instance type"),
    # aws/amazon-ecs-agent#2312, #1440
    ("CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s", "B034", "again"),
    ("DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s", "B034", "again"),
]
STATUS = [
    ("Host EC2 (instance i-0123456789abcdef0) terminated.", "B034"),
    ("Job attempt duration exceeded timeout", "B036"),
    ("Task failed to start", "B030"),
    # aws-samples/aws-modern-application-workshop#88
    ("ECS was unable to assume the role 'arn:aws:iam::123456789012:role/x' that was provided for this task.", "B029"),
    # Batch User Guide, 'Jobs stuck in a RUNNABLE status'
    ("Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "B024"),
    ("Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", "B023"),
    ("Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", "B023"),
]
# What programs write last, with the exit code
PROGRAMS = [
    # ryerkerk/aws-batch-python-tutorial#1, aws-batch-arch-for-protein-folding#18
    ("standard_init_linux.go:228: exec user process caused: no such file or directory", 1, "B035"),
    ("exec /bin/bash: exec format error", 1, "B030"),
    ("/bin/bash: /var/scratch/fetch_and_run.sh: Is a directory", 126, "B030"),
    # boto/boto3, aws/aws-cli
    ("botocore.exceptions.ClientError: An error occurred (404) when calling the HeadObject operation: Not Found", 1, "B031"),
    ("botocore.errorfactory.NoSuchKey: An error occurred (NoSuchKey) when calling the GetObject operation", 1, "B031"),
    ("fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden", 1, "B031"),
    ("botocore.exceptions.NoCredentialsError: Unable to locate credentials", 1, "B031"),
    ('botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://x.s3.amazonaws.com/"', 1, "B031"),
    # pytorch/pytorch#16943, #5040
    ("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", 1, "B032"),
    ("MemoryError", 1, "B032"),
    (
        "RuntimeError: DataLoader worker (pid 23) is killed by signal: Bus error. It is possible that dataloader's workers",
        1,
        "B043",
    ),
    ("ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).", 1, "B043"),
    ("OSError: [Errno 28] No space left on device: '/tmp/x'", 1, "B033"),
    ("", 137, "B032"),
    ("", 139, "B035"),
    ("ValueError: the body must be a PNG or JPEG image", 1, "B035"),
    ("", 2, "B035"),
]
BLOCKED = [
    (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type [x]",
        "B024",
        False,
    ),
    ("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet", "B023", True),
    ("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher", "B023", True),
    ("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS – Batch service role has a permission issue.", "B026", True),
    ("MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED - Your compute environment has an unsupported", "B025", True),
    ("ACTION_REQUIRED - CE(s) associated with the job queue are invalid.", "B025", True),
    ("UNDETERMINED - Batch job is blocked, root cause is undetermined.", "B027", False),
    ("", "B027", False),
]


@pytest.mark.parametrize(("reason", "code", "hint"), STOPPED)
def test_a_container_that_does_not_run_is_explained_by_ecss_words(reason: str, code: str, hint: str) -> None:
    status = EXITED if code in {"B032", "B034"} else "Task failed to start"
    found = why_failed(JobObservation(status="FAILED", status_reason=status, reason=reason, exit_code=None), JOB, ())
    assert (found.code, hint in found.hint.en) == (f"ACES-{code}", True), found
    assert reason[:60] in found.message.en


@pytest.mark.parametrize(("status_reason", "code"), STATUS)
def test_a_job_that_failed_is_explained_by_batchs_words(status_reason: str, code: str) -> None:
    found = why_failed(JobObservation(status="FAILED", status_reason=status_reason, exit_code=None), JOB, ())
    assert (found.code, status_reason in found.message.en) == (f"ACES-{code}", True)


@pytest.mark.parametrize(("line", "exit_code", "code"), PROGRAMS)
def test_a_program_that_fails_is_explained_by_what_it_wrote(line: str, exit_code: int, code: str) -> None:
    lines = ("starting", line) if line else ()
    found = why_failed(JobObservation(status="FAILED", status_reason=EXITED, exit_code=exit_code), JOB, lines)
    assert found.code == f"ACES-{code}"
    assert line[:50] in found.message.en


@pytest.mark.parametrize(("reason", "code", "hopeless"), BLOCKED)
def test_a_job_that_waits_in_vain_is_explained_by_batchs_words(reason: str, code: str, hopeless: bool) -> None:
    seen = JobObservation(status="RUNNABLE", status_reason=reason)
    found = why_stuck(seen, JOB, same("30 min 00 s"), ())
    assert (found.code, is_hopeless(seen), is_versions_fault(found)) == (f"ACES-{code}", hopeless, False)


@pytest.mark.parametrize(
    ("environments", "code", "said"),
    [
        ([("ENABLED", "VALID", 16, 16)], "B025", "is full: 16 of 16 vCPUs"),
        ([("DISABLED", "VALID", 0, 16)], "B025", "is DISABLED"),
        ([("ENABLED", "INVALID", 0, 16)], "B025", "is INVALID: gone"),
        ([("ENABLED", "VALID", 4, 16)], "B027", "still RUNNABLE"),
        ([("DISABLED", "VALID", 0, 16), ("ENABLED", "VALID", 4, 16)], "B027", "still RUNNABLE"),
        ([], "B027", "still RUNNABLE"),
    ],
)
def test_a_job_that_waits_without_a_reason_is_explained_by_its_environments(
    environments: list[tuple[str, str, int, int]], code: str, said: str
) -> None:
    known = [
        EnvironmentState(name="e", state=state, status=status, reason="gone", desired=desired, most=most)
        for state, status, desired, most in environments
    ]
    found = why_stuck(JobObservation(status="RUNNABLE"), JOB, same("30 min 00 s"), known)
    assert (found.code, said in found.hint.en) == (f"ACES-{code}", True), found.hint.en


def test_a_time_out_is_batchs_own_whoever_is_said_to_have_ended_it() -> None:
    seen = JobObservation(status="FAILED", status_reason="Job attempt duration exceeded timeout", was_terminated=True)
    assert why_failed(seen, JOB, ()).code == "ACES-B036"


def test_nothing_of_awss_words_is_more_than_a_line() -> None:
    seen = JobObservation(
        status="FAILED", status_reason="Task failed to start", reason=f"{_PULL}::error::x\n::error::{'y' * 999}"
    )
    found = why_failed(seen, JOB, ())
    assert "\n" not in found.message.en
    assert len(found.message.en) < 450
