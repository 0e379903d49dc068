"""The application in front of moto: names of calls, faults in each protocol, what is not implemented; and ECR's layers."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ResponseStreamingError
from botocore.parsers import ResponseParserError

from sandbox.image import OCI_MANIFEST
from sandbox.seed import ACCOUNT, Seeded, make_bucket, push_image, push_index, seed
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

Control = Callable[..., Any]
# One operation for each protocol.
CALLS: dict[str, Callable[[Any], Any]] = {
    "sagemaker": lambda client: client.list_endpoints(),
    "batch": lambda client: client.describe_job_queues(),
    "iam": lambda client: client.list_roles(),
    "ec2": lambda client: client.describe_subnets(),
    "s3": lambda client: client.list_buckets(),
}


def client(sandbox: Sandbox, session: boto3.Session, service: str, attempts: int = 1) -> Any:
    config = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": attempts}))
    return session.client(service, endpoint_url=sandbox.aws_url, config=config)  # type: ignore[call-overload]


def calls(sandbox: Sandbox) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=5).json()
    return seen


def error(call: Callable[[], Any]) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["ResponseMetadata"]["HTTPStatusCode"], caught.value.response["Error"]["Code"]


# Faults


@pytest.mark.parametrize(
    ("service", "status", "code"),
    [
        ("sagemaker", 400, "ThrottlingException"),
        ("batch", 429, "TooManyRequestsException"),
        ("iam", 400, "Throttling"),
        ("ec2", 503, "RequestLimitExceeded"),
        ("s3", 503, "SlowDown"),
    ],
)
def test_throttling_is_worded_as_the_service_words_it(
    empty: Sandbox, session: boto3.Session, control: Control, service: str, status: int, code: str
) -> None:
    control("faults", kind="throttle", service=service)
    refused = client(empty, session, service)
    assert error(lambda: CALLS[service](refused)) == (status, code)
    CALLS[service](refused)  # once, and no more


@pytest.mark.parametrize("service", CALLS)
def test_an_error_carries_the_status_code_and_message_asked_for(
    empty: Sandbox, session: boto3.Session, control: Control, service: str
) -> None:
    control("faults", kind="error", status=403, code="AccessDeniedException", message="no <identity-based> policy allows it")
    with pytest.raises(ClientError) as caught:
        CALLS[service](client(empty, session, service))
    assert caught.value.response["Error"]["Message"] == "no <identity-based> policy allows it"
    assert error_code(caught.value) == (403, "AccessDeniedException")
    control("faults", kind="error")
    assert error(lambda: CALLS[service](client(empty, session, service)))[0] == 500


def error_code(failure: ClientError) -> tuple[int, str]:
    return failure.response["ResponseMetadata"]["HTTPStatusCode"], failure.response["Error"]["Code"]


def test_a_rule_skips_calls_counts_down_and_names_its_operation(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="throttle", service="sagemaker", operation="ListEndpoints", skip=1, times=2)
    sagemaker = client(empty, session, "sagemaker")
    sagemaker.list_models()
    sagemaker.list_endpoints()
    for _ in range(2):
        assert error(sagemaker.list_endpoints) == (400, "ThrottlingException")
    sagemaker.list_endpoints()
    assert requests.get(f"{empty.aws_url}/_sandbox/faults", timeout=5).json() == []
    assert [call["fault"] for call in calls(empty)] == [None, None, "throttle", "throttle", None]


def test_boto3_gets_over_what_lasts_less_long_than_its_retries(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="throttle", times=1)
    client(empty, session, "sagemaker", attempts=3).list_endpoints()
    assert [call["status"] for call in calls(empty)] == [400, 200]


def test_a_rule_without_an_end_lasts_until_it_is_deleted(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="expired", times=None)
    sts = client(empty, session, "sts")
    for _ in range(3):
        assert error(sts.get_caller_identity) == (403, "ExpiredToken")
    requests.delete(f"{empty.aws_url}/_sandbox/faults", timeout=5)
    sts.get_caller_identity()


def test_a_rule_may_begin_after_another_call(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="throttle", operation="ListModels", after="ListEndpoints")
    sagemaker = client(empty, session, "sagemaker")
    sagemaker.list_models()
    sagemaker.list_endpoints()
    assert error(sagemaker.list_models) == (400, "ThrottlingException")
    sagemaker.list_models()


def test_a_lost_answer_is_lost_after_the_deed(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    make_bucket(empty, session, "number-plate-detection-dev")
    s3 = client(empty, session, "s3")
    control("faults", kind="lost", operation="PutObject")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        s3.put_object(Bucket="number-plate-detection-dev", Key="x", Body=b"x")
    assert s3.get_object(Bucket="number-plate-detection-dev", Key="x")["Body"].read() == b"x"


@pytest.mark.parametrize("done", [False, True])
def test_a_page_of_a_proxy_comes_in_the_place_of_awss_answer(
    empty: Sandbox, session: boto3.Session, control: Control, *, done: bool
) -> None:
    control("faults", kind="html", operation="CreateBucket", done=done)
    place: Any = {"LocationConstraint": "ap-northeast-1"}
    s3 = client(empty, session, "s3")
    with pytest.raises((ClientError, ResponseParserError)):
        s3.create_bucket(Bucket="number-plate-detection-dev", CreateBucketConfiguration=place)
    assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == (["number-plate-detection-dev"] if done else [])


def test_an_empty_answer_has_no_header_of_awss(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="empty", operation="ListEndpoints", status=204)
    answer = client(empty, session, "sagemaker").list_endpoints()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "RequestId" not in answer["ResponseMetadata"]


def test_what_was_written_is_seen_later_where_it_is_asked_for(
    empty: Sandbox, seeded: Seeded, session: boto3.Session, control: Control
) -> None:
    sagemaker = client(empty, session, "sagemaker")
    control("lags", after="CreateModel", operation="CreateEndpointConfig", calls=1)
    control("lags", after="CreateEndpointConfig", operation="CreateEndpoint", seconds=60)
    container = {"Image": seeded.image_uri}
    sagemaker.create_model(ModelName="m", PrimaryContainer=container, ExecutionRoleArn=seeded.sagemaker_role_arn)
    variant = {"VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}

    def configure() -> None:
        sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])

    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker:ap-northeast-1:123456789012:model/m"'):
        configure()
    configure()
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    requests.delete(f"{empty.aws_url}/_sandbox/lags", timeout=5).raise_for_status()
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")


@pytest.mark.parametrize(
    ("words", "code"),
    [("unseen", "ObjectNotFoundException"), ("pending", "ConcurrentUpdateException"), ("denied", "AccessDeniedException")],
)
def test_a_fresh_target_is_refused_in_application_auto_scalings_words(
    empty: Sandbox, session: boto3.Session, control: Control, words: str, code: str
) -> None:
    control("lags", after="DescribeScalableTargets", operation="PutScalingPolicy", calls=1, words=words)
    scaling = client(empty, session, "application-autoscaling")
    scaling.describe_scalable_targets(ServiceNamespace="sagemaker")
    one = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
    assert error(lambda: scaling.put_scaling_policy(PolicyName="p", ResourceId="endpoint/e/variant/v", **one))[1] == code


def test_a_slow_call_is_answered_late(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="slow", seconds=0.3)
    started = time.monotonic()
    client(empty, session, "sts").get_caller_identity()
    assert time.monotonic() - started >= 0.3


def test_a_reset_connection_gives_no_answer(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    control("faults", kind="reset")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        client(empty, session, "sts").get_caller_identity()
    [seen] = calls(empty)
    assert (seen["operation"], seen["status"], seen["fault"]) == ("GetCallerIdentity", 0, "reset")
    control("faults", kind="reset")
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        requests.get(f"{empty.aws_url}/bucket/key", timeout=5)


def test_a_truncated_answer_breaks_off_half_way(empty: Sandbox, session: boto3.Session, control: Control) -> None:
    make_bucket(empty, session, "number-plate-detection-dev")
    s3 = client(empty, session, "s3")
    s3.put_object(Bucket="number-plate-detection-dev", Key="x", Body=b"0123456789" * 1000)
    control("faults", kind="truncate", operation="GetObject")
    answer = s3.get_object(Bucket="number-plate-detection-dev", Key="x")
    assert answer["ContentLength"] == 10_000
    with pytest.raises(ResponseStreamingError):
        answer["Body"].read()


@pytest.mark.parametrize(
    ("route", "wish"),
    [
        ("faults", {"kind": "explode"}),
        ("faults", {"kind": "slow", "second": 1}),
        ("faults", []),
        ("endpoints", {"outcome": "explode"}),
        ("endpoints", {"reason": "without an outcome"}),
        ("endpoints", {"moving_seconds": 1}),
        ("endpoints/server/status", {"status": "Exploding"}),
        ("credentials", {"lifetime_seconds": "long"}),
        ("credentials", {}),
        ("roles", {}),
        ("roles", {"roles": [{"name": "without-policies"}]}),
    ],
)
def test_a_wish_that_is_not_understood_is_400(empty: Sandbox, route: str, wish: object) -> None:
    answer = requests.post(f"{empty.aws_url}/_sandbox/{route}", json=wish, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_the_status_of_an_absent_endpoint_is_404(empty: Sandbox) -> None:
    answer = requests.post(f"{empty.aws_url}/_sandbox/endpoints/absent/status", json={"status": "Failed"}, timeout=5)
    assert answer.status_code == 404


def test_roles_stand_there_changed_the_second_time_and_go_by_their_prefix(empty: Sandbox, session: boto3.Session) -> None:
    iam = client(empty, session, "iam")

    def stand(action: str) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
        service = {"Effect": "Allow", "Principal": {"Service": "batch.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [service]})
        role = {"name": "p-1-role", "trust": trust, "managed": {"p-1-policy": document}, "inline": {"own": document}}
        answer = requests.post(f"{empty.aws_url}/_sandbox/roles", json={"roles": [role], "account": ACCOUNT}, timeout=5)
        assert answer.json() == {"p-1-role": iam.get_role(RoleName="p-1-role")["Role"]["Arn"]}

    for action in ("s3:GetObject", "s3:PutObject"):
        stand(action)
        [attached] = iam.list_attached_role_policies(RoleName="p-1-role")["AttachedPolicies"]
        version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
        managed = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        inline = iam.get_role_policy(RoleName="p-1-role", PolicyName="own")["PolicyDocument"]
        assert [document["Statement"][0]["Action"] for document in (managed, inline)] == [action, action]

    for prefix, left in (("p-2-", ["p-1-role"]), ("p-1-", [])):
        requests.delete(f"{empty.aws_url}/_sandbox/roles", json={"prefixes": [prefix]}, timeout=5).raise_for_status()
        assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == left
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_what_was_wished_is_forgotten_by_one_request_and_the_rest_stays(
    empty: Sandbox, session: boto3.Session, control: Control
) -> None:
    make_bucket(empty, session, "number-plate-detection-dev")
    control("faults", kind="reset")
    control("permissions", enforced=True)
    requests.delete(f"{empty.aws_url}/_sandbox/wishes", timeout=5).raise_for_status()
    assert calls(empty) == []
    assert [each["Name"] for each in client(empty, session, "s3").list_buckets()["Buckets"]] == ["number-plate-detection-dev"]
    assert requests.get(f"{empty.aws_url}/_sandbox/permissions", timeout=5).json() == {"enforced": False, "used": []}


# What moto has not


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("sagemaker", lambda client: client.list_hubs()),
        ("batch", lambda client: client.get_job_queue_snapshot(jobQueue="x")),
        ("iam", lambda client: client.get_context_keys_for_custom_policy(PolicyInputList=["{}"])),
    ],
)
def test_what_is_not_implemented_is_501_and_not_tried_again(
    empty: Sandbox, session: boto3.Session, service: str, call: Callable[[Any], Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        call(client(empty, session, service, attempts=3))
    assert error_code(caught.value) == (501, "NotImplemented")
    [seen] = calls(empty)
    assert f"does not implement {service}:{seen['operation']}" in str(caught.value)


# The record of calls


def test_calls_are_named_as_botocore_names_them(empty: Sandbox, session: boto3.Session) -> None:
    make_bucket(empty, session, "number-plate-detection-dev")
    s3 = client(empty, session, "s3")
    bucket = {"Bucket": "number-plate-detection-dev"}
    s3.put_object(**bucket, Key="a/b c.txt", Body=b"x")
    s3.head_object(**bucket, Key="a/b c.txt")
    s3.get_object(**bucket, Key="a/b c.txt", Range="bytes=0-0")
    s3.list_objects_v2(**bucket)
    s3.get_bucket_location(**bucket)
    s3.copy_object(**bucket, Key="copy", CopySource="number-plate-detection-dev/a/b c.txt")
    upload = s3.create_multipart_upload(**bucket, Key="big")["UploadId"]
    s3.upload_part(**bucket, Key="big", UploadId=upload, PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(**bucket, Key="big", UploadId=upload)
    s3.delete_object(**bucket, Key="copy")
    requests.get(s3.generate_presigned_url("get_object", Params=bucket | {"Key": "a/b c.txt"}), timeout=5).raise_for_status()
    for service, call in CALLS.items():
        call(client(empty, session, service))
    assert error(lambda: s3.get_object(**bucket, Key="absent")) == (404, "NoSuchKey")
    assert [call["operation"] for call in calls(empty) if call["service"] == "s3"] == [
        "CreateBucket",
        "PutObject",
        "HeadObject",
        "GetObject",
        "ListObjectsV2",
        "GetBucketLocation",
        "CopyObject",
        "CreateMultipartUpload",
        "UploadPart",
        "AbortMultipartUpload",
        "DeleteObject",
        "GetObject",
        "ListBuckets",
        "GetObject",
    ]
    assert [(call["service"], call["operation"]) for call in calls(empty)[-6:-2]] == [
        ("sagemaker", "ListEndpoints"),
        ("batch", "DescribeJobQueues"),
        ("iam", "ListRoles"),
        ("ec2", "DescribeSubnets"),
    ]
    assert calls(empty)[-1]["status"] == 404
    assert calls(empty)[1]["path"] == "/number-plate-detection-dev/a/b c.txt"
    requests.delete(f"{empty.aws_url}/_sandbox/calls", timeout=5)
    assert calls(empty) == []


# ECR


def test_a_layer_that_was_not_pushed_cannot_be_downloaded(empty: Sandbox, session: boto3.Session) -> None:
    push_image(empty, session, repository="server")
    ecr = client(empty, session, "ecr")
    absent = "sha256:" + "0" * 64
    assert error(lambda: ecr.get_download_url_for_layer(repositoryName="server", layerDigest=absent)) == (
        400,
        "LayersNotFoundException",
    )
    assert error(lambda: ecr.get_download_url_for_layer(repositoryName="absent", layerDigest=absent)) == (
        400,
        "RepositoryNotFoundException",
    )
    assert requests.get(f"{empty.aws_url}/_sandbox/layers/{absent}", timeout=5).status_code == 404


def test_a_manifest_without_its_layers_is_refused(empty: Sandbox, session: boto3.Session) -> None:
    push_image(empty, session, repository="server")
    manifest = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": {"digest": "sha256:absent"}, "layers": []}
    refused = client(empty, session, "ecr")
    assert error(lambda: refused.put_image(repositoryName="server", imageManifest=json.dumps(manifest))) == (
        400,
        "LayersNotFoundException",
    )


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_the_config_of_a_pushed_image_can_be_downloaded(empty: Sandbox, session: boto3.Session, architecture: str) -> None:
    digest = push_image(empty, session, repository="server", architecture=architecture)
    ecr = client(empty, session, "ecr")
    [image] = ecr.batch_get_image(repositoryName="server", imageIds=[{"imageTag": "deploy"}])["images"]
    assert image["imageId"]["imageDigest"] == digest == "sha256:" + hashlib.sha256(image["imageManifest"].encode()).hexdigest()
    config_digest = json.loads(image["imageManifest"])["config"]["digest"]
    url = ecr.get_download_url_for_layer(repositoryName="server", layerDigest=config_digest)["downloadUrl"]
    config = requests.get(url, timeout=5)
    assert "sha256:" + hashlib.sha256(config.content).hexdigest() == config_digest
    assert (config.json()["architecture"], config.json()["os"]) == (architecture, "linux")


def test_an_image_stays_when_its_tag_moves_on(empty: Sandbox, session: boto3.Session) -> None:
    old = push_image(empty, session, repository="server", content=b"old")
    new = push_image(empty, session, repository="server", content=b"new")
    ecr = client(empty, session, "ecr")
    tags = {
        image["imageDigest"]: image.get("imageTags") for image in ecr.describe_images(repositoryName="server")["imageDetails"]
    }
    assert tags == {old: None, new: ["deploy"]}
    assert push_image(empty, session, repository="server", content=b"old") == old
    [image] = ecr.batch_get_image(repositoryName="server", imageIds=[{"imageTag": "deploy"}])["images"]
    assert image["imageId"]["imageDigest"] == old


def test_an_index_names_the_image_under_it(empty: Sandbox, session: boto3.Session) -> None:
    digest = push_index(empty, session, repository="server")
    ecr = client(empty, session, "ecr")
    [image] = ecr.batch_get_image(repositoryName="server", imageIds=[{"imageDigest": digest}])["images"]
    assert image["imageManifestMediaType"] == "application/vnd.oci.image.index.v1+json"
    child, _attestations = json.loads(image["imageManifest"])["manifests"]
    assert ecr.batch_get_image(repositoryName="server", imageIds=[{"imageDigest": child["digest"]}])["failures"] == []


# Seeding


def test_seeding_twice_is_seeding_once(empty: Sandbox, session: boto3.Session, seeded: Seeded) -> None:
    again = seed(empty, project="number-plate-detection", env="dev")
    assert again == seeded
    queues = client(empty, session, "batch").describe_job_queues()["jobQueues"]
    assert sorted(queue["jobQueueName"] for queue in queues) == [seeded.server, f"{seeded.server}-longtime"]
    location = client(empty, session, "s3").get_bucket_location(Bucket=seeded.bucket)
    assert location["LocationConstraint"] == "ap-northeast-1"


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("sts", "get_caller_identity"),
        ("batch", "describe_job_queues"),
        ("sagemaker", "list_models"),
        ("ecr", "describe_repositories"),
    ],
)
def test_a_request_without_a_signature_is_refused_as_aws_does(sandbox: Sandbox, service: str, operation: str) -> None:
    unsigned = boto3.Session(region_name="ap-northeast-1").client(  # type: ignore[call-overload]
        service, endpoint_url=sandbox.aws_url, config=Config(signature_version=UNSIGNED)
    )
    with pytest.raises(ClientError) as refused:
        getattr(unsigned, operation)()
    assert refused.value.response["Error"]["Code"] == "MissingAuthenticationToken"


@pytest.mark.parametrize("seconds", [600, -600])
def test_aws_has_a_clock_of_its_own_and_refuses_what_another_one_has_signed(
    sandbox: Sandbox, session: boto3.Session, control: Control, seconds: int
) -> None:
    control("clock", seconds=seconds)
    codes = set()
    for service, call in CALLS.items():
        with pytest.raises(ClientError) as refused:
            call(client(sandbox, session, service))
        codes.add(refused.value.response["Error"]["Code"])
        date = parsedate_to_datetime(refused.value.response["ResponseMetadata"]["HTTPHeaders"]["date"])
        assert abs((date - datetime.now(UTC)).total_seconds() - seconds) < 60
    assert codes == {"SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed"}
    control("clock", seconds=0)
    client(sandbox, session, "sts").get_caller_identity()
