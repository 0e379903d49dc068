"""What SageMaker and servers say when an endpoint fails, and what it is taken for.

The texts of SageMaker are those that people have met and published, with other names in them.
"""

from __future__ import annotations

import pytest

from aces_action.problems import Kind
from aces_action.resources.endpoint.diagnosis.causes import (
    ACCESS,
    ALARM,
    CAPACITY,
    DISK,
    DOWNLOAD,
    MANIFEST,
    MEMORY,
    NETWORK,
    OF_AWS,
    PING,
    PROCESSOR,
    PULL,
    QUOTA,
    START,
    UNPACKING,
    cause_in_lines,
    cause_in_reason,
    remedy,
)

IMAGE = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/plates-dev-algorithm-server:deploy"
URL = "s3://plates-dev/shared/weights/releases/9c1f/deploy.tar.gz"

REASONS: list[tuple[str, Kind]] = [
    (
        (
            f'Failed to extract model data archive for container "container_1" from URL "{URL}". '
            "Please ensure that the object located at the URL is a valid tar.gz archive."
        ),
        UNPACKING,
    ),
    ("Failed to extract model data archive for container", UNPACKING),
    (
        (
            "The primary container for production variant AllTraffic did not pass the ping health check. "
            "Please check CloudWatch logs for this endpoint."
        ),
        PING,
    ),
    (
        (
            "The customer:primary container,hardware:neuron for production variant AllTraffic did not pass the ping health "
            "check. "
            "Please check CloudWatch logs for this endpoint."
        ),
        PING,
    ),
    (
        (
            "ResourceLimitExceeded The account-level service limit 'ml.m4.xlarge for endpoint usage' is 0 Instances, with "
            "current "
            "utilization of 0 Instances and a request delta of 1 Instances. Please contact AWS support to request an increase "
            "for this "
            "limit."
        ),
        QUOTA,
    ),
    ("The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances", QUOTA),
    (
        "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.",
        CAPACITY,
    ),
    ("Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error.", CAPACITY),
    ("Unable to provision requested ML compute capacity", CAPACITY),
    (
        (
            "EC2InsufficientCapacityError: Instance type 'ml.g5.48xlarge' is temporarily unavailable in supported availability "
            "zones "
            "[euw1-az1]. Try again in a few minutes, or try a different instance type."
        ),
        CAPACITY,
    ),
    (
        (
            f"ValidationException Unsupported manifest media type application/vnd.oci.image.index.v1+json for image {IMAGE}. "
            "Ensure that valid manifest media type is used for specified image."
        ),
        MANIFEST,
    ),
    ("exec /opt/program/serve: exec format error", PROCESSOR),
    (
        f"The role 'arn:aws:iam::123456789012:role/test-role' does not have BatchGetImage permission for the image: '{IMAGE}'.",
        PULL,
    ),
    (
        (
            "Please make sure all images included in the model for the production variant AllTraffic exist, and that the "
            "execution role "
            "used to create the model has permissions to access them."
        ),
        PULL,
    ),
    ("ClientError: Cannot pull algorithm container. Either the image does not exist or its permissions are incorrect.", PULL),
    (
        (
            f"The repository of your image {IMAGE} does not grant ecr:GetDownloadUrlForLayer, ecr:BatchGetImage, "
            "ecr:BatchCheckLayerAvailability permission to sagemaker.amazonaws.com service principal."
        ),
        PULL,
    ),
    ("CannotPullContainerError: pull image manifest has been retried 5 time(s)", PULL),
    (f"ValidationException Requested image {IMAGE} not found.", PULL),
    (
        (
            f'Failed to download model data for container "container_1" from URL: "{URL}". Please ensure that there is an object '
            "located at the URL and that the role passed to CreateModel has permissions to download the object."
        ),
        ACCESS,
    ),
    (
        (
            f'ValidationException Could not access model data at {URL}. Please ensure that the role "role" exists and that its '
            'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
            '"sagemaker.amazonaws.com". Also '
            'ensure that the role has "s3:GetObject" permissions and that the object is located in eu-west-1.'
        ),
        ACCESS,
    ),
    (f"Could not find model data at {URL}", ACCESS),
    # bentoml/BentoML#892
    (
        (
            'The execution role ARN "arn:aws:iam::123456789012:role/r" is invalid. Please ensure that the role exists and that '
            'its trust relationship policy allows the action "sts:AssumeRole" for the service principal '
            '"sagemaker.amazonaws.com".'
        ),
        ACCESS,
    ),
    (
        (
            "User: arn:aws:sts::123456789012:assumed-role/x/SageMaker is not authorized to perform: kms:Decrypt on resource: "
            "arn:aws:kms:ap-northeast-1:123456789012:key/1"
        ),
        ACCESS,
    ),
    ("Model data download timed out.", DOWNLOAD),
    ('Timeout while downloading the model data for container "container_1"', DOWNLOAD),
    ("The server ran Out of memory", MEMORY),
    ("OutOfMemoryError: Container killed due to memory usage", MEMORY),
    (
        (
            "The model data archive is too large. Please reduce the size of the model data archive or move to an instance type "
            "with more "
            "memory."
        ),
        DISK,
    ),
    ("write /opt/ml/model/a.bin: no space left on device", DISK),
    ("One or more configured alarm(s) breached", ALARM),
    ("Rolled back because the CloudWatch alarm plates-5xx went into ALARM state", ALARM),
    ("The deployment was rolled back due to an alarm", ALARM),
    (
        (
            "CannotStartContainerError. Please ensure the model container for variant plates starts correctly when invoked with "
            "'docker run <image> serve'"
        ),
        START,
    ),
    (
        (
            "Please ensure that the subnet's route table has a route to an S3 VPC endpoint or a NAT device, and both the "
            "security groups "
            "and the subnet's network ACL allow outbound traffic to S3"
        ),
        NETWORK,
    ),
    (
        "InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.",
        NETWORK,
    ),
    ("There are not enough free addresses in subnet 'subnet-66d3' to satisfy the requested number of instances.", NETWORK),
    ("InvalidParameterValue: There aren't sufficient free Ipv4 addresses or prefixes", NETWORK),
    ("The subnet ID 'subnet-1' does not exist", NETWORK),
    ("Request to service failed. If failure persists after retry, contact customer support.", OF_AWS),
]


@pytest.mark.parametrize(("reason", "kind"), REASONS, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_sagemakers_words_are_taken_for_their_cause(reason: str, kind: Kind) -> None:
    found = cause_in_reason(reason)
    assert found is not None
    assert found.code == kind.code


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "Something else.",
        "The endpoint plates-dev-algorithm-server is Failed",
        "Variant moved to arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint/fire-alarm-state-exec-format-error",
        's3://oom-out-of-memory/health-check-failed/deploy.tar.gz and "ping health check"',
    ],
)
def test_of_an_unknown_reason_nothing_is_claimed_whatever_the_names_in_it(reason: str) -> None:
    assert cause_in_reason(reason) is None
    assert not remedy(reason)


@pytest.mark.parametrize(("reason", "_kind"), REASONS, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_a_known_reason_has_its_remedy_in_both_languages_where_nothing_else_is_known(reason: str, _kind: Kind) -> None:
    told = remedy(reason)
    assert told.en
    assert told.ja
    assert "None" not in told.en + told.ja


PING_OK = '10.32.0.2 - - [11/Aug/2026:16:26:09 +0000] "GET /ping HTTP/1.1" 200 1 "-" "AHC/2.0"'
PYTHON = ["Traceback (most recent call last):", '  File "/opt/program/serve", line 3, in <module>', "    import cv2"]


@pytest.mark.parametrize(
    ("log", "kind", "line"),
    [
        (["exec /opt/program/serve: exec format error"], PROCESSOR, "exec /opt/program/serve: exec format error"),
        (
            [*PYTHON, "ModuleNotFoundError: No module named 'cv2'"],
            START,
            "ModuleNotFoundError: No module named 'cv2'",
        ),
        (
            ["[1] [INFO] Loading", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.", "shutting down"],
            MEMORY,
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        ),
        (["loading", "Killed"], MEMORY, "Killed"),
        (["[WARNING] Worker with pid 17 was terminated due to signal 9"], MEMORY, None),
        (["[ERROR] Worker (pid:2977) was sent SIGKILL! Perhaps out of memory?"], MEMORY, None),
        (["terminate called after throwing an instance of 'std::bad_alloc'"], MEMORY, None),
        (["numpy.core._exceptions._ArrayMemoryError: Unable to allocate 12.3 GiB for an array"], MEMORY, None),
        (["RuntimeError: [enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"], MEMORY, None),
        (["Container exited with code 137"], MEMORY, None),
        (["Load model failed: model, error: Worker died."], MEMORY, None),
        (["ValueError: bad config", "Load model failed: model, error: Worker died."], START, "ValueError: bad config"),
        (["OSError: [Errno 28] No space left on device: '/tmp/x'"], DISK, None),
        (
            [
                (
                    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: "
                    "Access Denied"
                )
            ],
            ACCESS,
            None,
        ),
        (
            ['botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://s3.amazonaws.com/"'],
            NETWORK,
            None,
        ),
        (['exec: "serve": executable file not found in $PATH'], START, None),
        (["python: error while loading shared libraries: libGL.so.1: cannot open shared object file"], START, None),
        ([PING_OK, PING_OK.replace(" 200 1", " 404 22")], PING, PING_OK.replace(" 200 1", " 404 22")),
        (
            [
                (
                    "2026/08/11 16:26:09 [error] 22#22: *193 upstream timed out (110: Connection timed out) while reading "
                    "response header "
                    'from upstream, client: 10.32.0.2, request: "GET /ping HTTP/1.1"'
                )
            ],
            PING,
            None,
        ),
    ],
    ids=lambda value: value[-1][:40] if isinstance(value, list) else "",
)
def test_a_servers_words_are_taken_for_their_cause_with_the_line_that_shows_it(
    log: list[str], kind: Kind, line: str | None
) -> None:
    found = cause_in_lines(log)
    assert found is not None
    assert found.kind.code == kind.code
    assert found.said == (line or log[-1])


def test_a_worker_that_gunicorn_kills_because_it_is_slow_is_no_want_of_memory() -> None:
    log = [
        "[CRITICAL] WORKER TIMEOUT (pid:2976)",
        "[ERROR] Worker (pid:2976) was sent SIGKILL! Perhaps out of memory?",
    ]
    found = cause_in_lines(log)
    assert found is not None
    assert found.kind.code == PING.code


@pytest.mark.parametrize(
    "log", [[], [PING_OK], ["Listening at: http://0.0.0.0:8080 (12)", "No GPUs detected (normal if no gpus)"]]
)
def test_a_server_that_says_nothing_wrong_gives_no_cause(log: list[str]) -> None:
    assert cause_in_lines(log) is None
