"""What a user is told to do about a cause: with the names, numbers and commands of their own endpoint."""

from __future__ import annotations

from typing import Any

import pytest

from aces_action.aws.inference_ami import CudaNeeds
from aces_action.resources.endpoint.diagnosis.causes import (
    ACCESS,
    CAPACITY,
    DISK,
    DOWNLOAD,
    MANIFEST,
    MEMORY,
    NETWORK,
    PING,
    PROCESSOR,
    PULL,
    QUOTA,
    START,
    UNPACKING,
)
from aces_action.resources.endpoint.diagnosis.facts import Facts, facts_of
from aces_action.resources.endpoint.diagnosis.remedies import (
    Limit,
    gpu_driver,
    gpu_memory,
    hint,
    limit_in,
    next_sizes,
    quota_hint,
)

GIB = 1 << 30
FACTS = Facts(
    region="ap-northeast-1",
    endpoint_name="plates-dev-algorithm-server",
    instance_types=("ml.g4dn.xlarge",),
    memory=16 * GIB,
    unpacked=20 * GIB,
    weights_uri="s3://plates-dev/shared/weights/releases/9c/deploy.tar.gz",
    image_uri="123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/plates@sha256:1f",
    role_arn="arn:aws:iam::123456789012:role/plates-dev-sagemaker-role",
)
REFUSED = (
    "The account-level service limit 'ml.g4dn.xlarge for endpoint usage' is 2 Instances, with current utilization of 1 Instances "
    "and a request delta of 2 Instances. Please contact AWS support to request an increase for this limit."
)


@pytest.mark.parametrize(
    ("reason", "limit"),
    [
        (REFUSED, Limit(name="ml.g4dn.xlarge for endpoint usage", value="2", used="1", wanted="2")),
        (
            "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances",
            Limit(name="ml.m5.large for endpoint usage", value="0"),
        ),
        ("ResourceLimitExceeded", None),
    ],
)
def test_the_quota_is_read_from_sagemakers_words(reason: str, limit: Limit | None) -> None:
    assert limit_in(reason) == limit


def test_a_quota_is_named_as_service_quotas_names_it_with_its_value_and_the_regions_console() -> None:
    told = hint(QUOTA, REFUSED, FACTS)
    for text in (told.en, told.ja):
        assert "ml.g4dn.xlarge for endpoint usage" in text
        assert "https://ap-northeast-1.console.aws.amazon.com/servicequotas/home/services/sagemaker/quotas" in text
    assert "is 2, 1 are in use and 2 more were asked for" in told.en
    assert "2で、使用中が1、追加の要求が2です" in told.ja


def test_a_quota_that_sagemaker_does_not_tell_is_told_as_service_quotas_does() -> None:
    known = Limit(name="ml.g4dn.xlarge for endpoint usage", value="4")
    assert "for endpoint usage' is 4, which is not enough" in quota_hint("ResourceLimitExceeded", FACTS, known).en
    assert "'ml.g4dn.xlarge for endpoint usage' is used up" in quota_hint("ResourceLimitExceeded", FACTS).en


def test_the_archives_remedy_is_a_command_to_paste() -> None:
    told = hint(UNPACKING, "", FACTS)
    assert f"aces-action weights check {FACTS.weights_uri}\naces-action weights pack" in told.en


def test_the_health_checks_remedy_says_where_the_server_must_answer_and_where_it_does() -> None:
    log = ["Uvicorn running on http://127.0.0.1:5000 (Press CTRL+C to quit)", '10.32.0.2 - "GET /ping HTTP/1.1" 404 Not Found']
    told = hint(PING, "", FACTS, log)
    for expected in ("0.0.0.0:8080", "GET /ping", "POST /invocations", "with 404", "127.0.0.1:5000", "up to 3600 seconds)"):
        assert expected in told.en


@pytest.mark.parametrize(
    "log",
    [
        [],
        ["Listening at: http://0.0.0.0:8080 (12)"],
        ["Listening at: http://127.0.0.1:8000 (12)", "nginx: listening on port 8080"],
        ['"GET /ping HTTP/1.1" 503', '"GET /ping HTTP/1.1" 200'],
    ],
)
def test_nothing_is_said_of_a_server_that_answers_as_it_should(log: list[str]) -> None:
    assert "By its log" not in hint(PING, "", FACTS, log).en


def test_a_health_check_that_times_out_proves_the_port_so_only_time_is_spoken_of() -> None:
    told = hint(PING, "", FACTS, ["Listening at: http://127.0.0.1:8000 (12)", '"GET /ping HTTP/1.1" 504'])
    assert "The server runs, but does not answer GET /ping in time" in told.en
    assert "0.0.0.0:8080" not in told.en
    assert "By its log" not in told.en


def test_a_role_that_sagemaker_cannot_take_on_is_told_apart_from_one_without_rights() -> None:
    reason = 'The execution role ARN "arn:aws:iam::123456789012:role/r" is invalid. Please ensure that the role exists.'
    assert "aws iam get-role --role-name plates-dev-sagemaker-role" in hint(ACCESS, reason, FACTS).en
    assert "s3:GetObject" in hint(ACCESS, "Could not access model data", FACTS).ja


def test_the_time_limits_that_are_set_are_told_and_none_is_asked_for_beyond_the_longest() -> None:
    known = facts(ContainerStartupHealthCheckTimeoutInSeconds=600, ModelDataDownloadTimeoutInSeconds=900)
    assert "now 600" in hint(PING, "", known).en
    assert "現在は900秒" in hint(DOWNLOAD, "", known).ja
    assert "already has the 3600 seconds" in hint(PING, "", facts(ContainerStartupHealthCheckTimeoutInSeconds=3600)).en


def test_want_of_memory_is_told_in_numbers_with_the_next_sizes_of_the_family() -> None:
    told = hint(MEMORY, "", FACTS)
    assert "20.0 GiB unpacked; ml.g4dn.xlarge has 16.0 GiB of memory" in told.en
    assert "The next sizes: ml.g4dn.2xlarge or ml.g4dn.4xlarge." in told.en


def test_want_of_the_gpus_memory_is_not_mended_by_a_larger_size() -> None:
    told = gpu_memory(FACTS)
    assert "The GPU ran out of memory" in told.en
    assert "Each GPU of ml.g4dn.xlarge has 16 GB. With more: g5 (24 GB), g6 (24 GB), g6e (48 GB)." in told.en
    assert "ml.g4dn.2xlarge" not in told.en


@pytest.mark.parametrize(
    ("instance_type", "larger"),
    [
        ("ml.t2.medium", ("ml.t2.large", "ml.t2.xlarge")),
        ("ml.m5.4xlarge", ("ml.m5.12xlarge", "ml.m5.24xlarge")),
        ("ml.g4dn.16xlarge", ()),
        ("ml.nothing.large", ()),
        ("", ()),
    ],
)
def test_the_next_sizes_are_those_that_sagemaker_has(instance_type: str, larger: tuple[str, ...]) -> None:
    assert next_sizes(instance_type) == larger


def test_an_image_for_another_processor_is_to_be_built_for_the_instances() -> None:
    graviton = Facts(instance_types=("ml.c7g.large",))
    assert "--platform linux/amd64" in hint(PROCESSOR, "", FACTS).en
    assert "linux/amd64" not in hint(PROCESSOR, "", graviton).en
    assert "--platform linux/arm64" in hint(PROCESSOR, "", graviton).ja
    assert "oci-mediatypes=false" in hint(MANIFEST, "", FACTS).en


def test_what_the_role_and_the_image_are_is_named() -> None:
    assert FACTS.role_arn in hint(PULL, "", FACTS).en
    assert FACTS.image_uri in hint(PULL, "", FACTS).ja
    assert FACTS.role_arn in hint(ACCESS, "", FACTS).ja
    assert f"{FACTS.image_uri} serve" in hint(START, "", FACTS).en


def test_a_full_disk_and_a_network_are_told_by_what_is_set() -> None:
    assert "now 50)" in hint(DISK, "", facts(VolumeSizeInGB=50)).en
    assert "in no VPC" in hint(NETWORK, "", FACTS).en
    assert "sagemaker.subnets" in hint(NETWORK, "", Facts(instance_types=("ml.m5.large",), in_vpc=True)).en


def test_all_types_of_instance_pools_are_named_where_none_is_free() -> None:
    pools = [{"InstanceType": "ml.g5.xlarge", "Priority": 2}, {"InstanceType": "ml.g4dn.xlarge", "Priority": 1}]
    known = facts_of({"ProductionVariants": [{"InstancePools": pools}]}, {}, endpoint_name="e", region="r")
    assert known.instance_types == ("ml.g4dn.xlarge", "ml.g5.xlarge")
    assert "ml.g4dn.xlarge, ml.g5.xlarge" in hint(CAPACITY, "", known).en


def test_the_facts_are_those_of_the_requests() -> None:
    known = facts_of(
        {
            "ProductionVariants": [{"InstanceType": "ml.g5.xlarge", "VolumeSizeInGB": 50, "InferenceAmiVersion": "ami"}],
            "AsyncInferenceConfig": {},
        },
        {
            "ExecutionRoleArn": "role",
            "PrimaryContainer": {"Image": "i", "ModelDataUrl": "w", "Environment": {"WORKERS": "2"}},
            "VpcConfig": {"Subnets": ["s"]},
        },
        endpoint_name="e",
        region="r",
        rollout={"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]}},
    )
    assert known == Facts(
        region="r",
        endpoint_name="e",
        instance_types=("ml.g5.xlarge",),
        volume=50,
        weights_uri="w",
        image_uri="i",
        role_arn="role",
        environment=(("WORKERS", "2"),),
        inference_ami="ami",
        in_vpc=True,
        is_async=True,
        alarms=("a", "b"),
    )


def facts(**variant: Any) -> Facts:
    return facts_of({"ProductionVariants": [variant]}, {}, endpoint_name="e", region="r")


def test_the_driver_for_the_images_own_cuda_is_named_where_it_is_known() -> None:
    known = Facts(instance_types=("ml.g5.xlarge",), cuda=CudaNeeds(version=(12, 4)))
    assert "The image has CUDA 12.4: set sagemaker.inference_ami_version" in gpu_driver(known).en
    assert "for CUDA 13" in gpu_driver(Facts(instance_types=("ml.g5.xlarge",))).en
