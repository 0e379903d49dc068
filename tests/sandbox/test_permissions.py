from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.policy import Grant, Need, grants, matches
from sandbox.seed import Seeded
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY

ALLOW = {"Sid": "It", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::bucket/folder/*"}
GET = Need(action="s3:GetObject", resource="arn:aws:s3:::bucket/folder/key")


def policy(*statements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Version": "2012-10-17", "Statement": list(statements)}]


class TestLanguage:
    def test_a_grant_names_statement_action_and_resource(self) -> None:
        assert grants(policy(ALLOW), GET) == (Grant("It", "s3:Get*", "arn:aws:s3:::bucket/folder/*"),)

    def test_actions_have_no_case_and_resources_have(self) -> None:
        assert grants(policy({**ALLOW, "Action": "S3:getobject"}), GET)
        assert not grants(policy({**ALLOW, "Resource": "arn:aws:s3:::BUCKET/folder/*"}), GET)

    @pytest.mark.parametrize("resource", ["arn:aws:s3:::bucket/folder", "arn:aws:s3:::bucket/folder2/key", "arn:aws:s3:::bucket"])
    def test_another_resource_is_not_granted(self, resource: str) -> None:
        assert not grants(policy(ALLOW), Need(action="s3:GetObject", resource=resource))

    def test_brackets_are_no_wildcards(self) -> None:
        assert not grants(policy({**ALLOW, "Resource": "arn:aws:s3:::bucket/[f]older/*"}), GET)

    @given(value=st.text("ab\n", max_size=6), pattern=st.text("ab*?", max_size=6))
    def test_a_star_is_any_characters_and_a_question_mark_one(self, value: str, pattern: str) -> None:
        written_out = pattern.replace("*", ".*").replace("?", ".")
        assert matches(value, pattern) == (re.fullmatch(written_out, value, re.DOTALL) is not None)

    def test_a_denial_wins(self) -> None:
        assert not grants(policy(ALLOW, {**ALLOW, "Effect": "Deny", "Resource": "*"}), GET)

    def test_a_condition_on_a_key_that_aws_does_not_set_does_not_hold(self) -> None:
        statement = {**ALLOW, "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}
        assert not grants(policy(statement), GET)
        assert grants(policy(statement), Need(action=GET.action, resource=GET.resource, context={"aws:ResourceTag/team": "a"}))

    def test_all_keys_of_a_condition_must_hold_and_one_of_each_keys_values(self) -> None:
        statement = {**ALLOW, "Condition": {"StringEquals": {"a:One": ["1", "2"], "a:Two": "2"}}}
        need = Need(action=GET.action, resource=GET.resource, context={"a:one": "2", "a:two": "2"})
        assert grants(policy(statement), need)
        assert not grants(policy(statement), Need(action=GET.action, resource=GET.resource, context={"a:one": "2", "a:two": "1"}))

    @pytest.mark.parametrize(
        ("unknown", "named"),
        [
            ({"NotAction": "s3:*"}, "NotAction in a permission policy"),
            ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, "The condition operator IpAddress"),
        ],
        ids=["element", "operator"],
    )
    def test_what_it_does_not_know_is_no_answer(self, unknown: dict[str, Any], named: str) -> None:
        with pytest.raises(NotImplementedError, match=f"^{named}$"):
            grants(policy({**ALLOW, **unknown}), GET)


@pytest.fixture
def client(empty: Sandbox, seeded: Seeded, session: boto3.Session, control: Callable[..., Any]) -> Iterator[Callable[[str], Any]]:
    """Clients under the seeded role, in a sandbox that holds it to its policies."""
    token = empty.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com")
    sts = session.client("sts", endpoint_url=empty.aws_url)
    answer = sts.assume_role_with_web_identity(RoleArn=seeded.role_arn, RoleSessionName="test", WebIdentityToken=token)
    keys = answer["Credentials"]
    under_role: Any = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], session.region_name)
    control("permissions", enforced=True)
    yield lambda service: under_role.client(service, endpoint_url=empty.aws_url)
    control("permissions", enforced=False)


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


class TestOverHttp:
    def test_each_protocol_refuses_in_its_own_words_and_names_the_permission(self, client: Callable[[str], Any]) -> None:
        thing = {"Bucket": "number-plate-detection-dev", "Key": "x"}
        for service, operation, arguments, code, permission in (
            ("sagemaker", "list_training_jobs", {}, "AccessDeniedException", "sagemaker:ListTrainingJobs"),
            ("ecr", "delete_repository", {"repositoryName": "others"}, "AccessDeniedException", "ecr:DeleteRepository"),
            ("batch", "list_scheduling_policies", {}, "AccessDeniedException", "batch:ListSchedulingPolicies"),
            ("iam", "list_roles", {}, "AccessDenied", "iam:ListRoles"),
            ("ec2", "describe_instances", {}, "UnauthorizedOperation", "ec2:DescribeInstances"),
            ("s3", "delete_object", thing, "AccessDenied", "s3:DeleteObject"),
        ):
            found, message = refused(partial(getattr(client(service), operation), **arguments))
            assert (found, f"is not authorized to perform: {permission}" in message) == (code, True), message

    def test_a_missing_object_is_not_found_for_whom_may_list_and_forbidden_for_others(
        self, empty: Sandbox, client: Callable[[str], Any], session: boto3.Session
    ) -> None:
        missing = {"Bucket": "number-plate-detection-dev", "Key": "shared/weights/none.tar.gz"}
        assert refused(partial(client("s3").head_object, **missing))[0] == "404"
        iam = session.client("iam", endpoint_url=empty.aws_url)
        role = "number-plate-detection-dev-github-actions-role"
        for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role, PolicyArn=each["PolicyArn"])
        assert refused(partial(client("s3").head_object, **missing))[0] == "403"

    def test_an_object_under_a_key_of_its_own_shows_its_head_and_not_its_checksum_to_who_may_not_decrypt(
        self, empty: Sandbox, client: Callable[[str], Any], session: boto3.Session
    ) -> None:
        there = {"Bucket": "number-plate-detection-dev", "Key": "shared/weights/encrypted"}
        key = "arn:aws:kms:ap-northeast-1:123456789012:key/0"
        administrator: Any = session.client("s3", endpoint_url=empty.aws_url)
        administrator.put_object(**there, Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        s3 = client("s3")
        assert s3.head_object(**there)["SSEKMSKeyId"] == key
        assert refused(partial(s3.head_object, **there, ChecksumMode="ENABLED"))[0] == "403"
        assert f"kms:Decrypt on resource: {key}" in refused(partial(s3.get_object, **there))[1]

    def test_a_key_is_asked_for_that_the_request_names_or_the_bucket_or_the_upload(
        self, empty: Sandbox, client: Callable[[str], Any], session: boto3.Session
    ) -> None:
        bucket, folder = "number-plate-detection-dev", "shared/weights/releases"
        administrator: Any = session.client("s3", endpoint_url=empty.aws_url)
        s3 = client("s3")
        put = partial(s3.put_object, Bucket=bucket, Key=f"{folder}/put", Body=b"x")
        named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "0"}
        assert (
            "kms:GenerateDataKey on resource: arn:aws:kms:ap-northeast-1:123456789012:key/0" in refused(partial(put, **named))[1]
        )
        upload = administrator.create_multipart_upload(Bucket=bucket, Key=f"{folder}/parts", **named)["UploadId"]
        part = partial(s3.upload_part, Bucket=bucket, Key=f"{folder}/parts", UploadId=upload, PartNumber=1, Body=b"x")
        assert "kms:GenerateDataKey" in refused(part)[1]
        put()
        rule: Any = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "0"}}
        administrator.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        assert "kms:GenerateDataKey" in refused(put)[1]
        put(ServerSideEncryption="AES256")

    @pytest.mark.usefixtures("client")
    def test_an_administrators_keys_may_do_everything(self, empty: Sandbox, session: boto3.Session) -> None:
        assert session.client("sagemaker", endpoint_url=empty.aws_url).list_endpoints()["Endpoints"] == []

    def test_what_was_used_is_told_until_it_is_asked_for_anew(
        self, empty: Sandbox, client: Callable[[str], Any], control: Callable[..., Any]
    ) -> None:
        client("s3").head_bucket(Bucket="number-plate-detection-dev")
        grant = {"sid": "WeightsBucket", "action": "s3:ListBucket", "resource": "arn:aws:s3:::number-plate-detection-dev"}
        told = requests.get(f"{empty.aws_url}/_sandbox/permissions", timeout=5).json()
        assert told == {"enforced": True, "used": [grant]}
        control("permissions", enforced=True)
        assert requests.get(f"{empty.aws_url}/_sandbox/permissions", timeout=5).json()["used"] == []

    @pytest.mark.parametrize(
        ("service", "taken"), [("ecs-tasks.amazonaws.com", 1), ("batch.amazonaws.com", 1), ("sagemaker.amazonaws.com", 0)]
    )
    def test_a_jobs_role_is_passed_to_ecs_tasks_or_to_batch(
        self, empty: Sandbox, client: Callable[[str], Any], session: boto3.Session, service: str, taken: int
    ) -> None:
        iam: Any = session.client("iam", endpoint_url=empty.aws_url)
        role = "number-plate-detection-dev-github-actions-role"
        for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=role, PolicyArn=each["PolicyArn"])
        passed: dict[str, Any] = {"Action": "iam:PassRole", "Condition": {"StringEquals": {"iam:PassedToService": service}}}
        allowed = [
            {**ALLOW, "Action": "batch:RegisterJobDefinition", "Resource": "*"},
            {**ALLOW, **passed, "Sid": "Pass", "Resource": "*"},
        ]
        iam.put_role_policy(RoleName=role, PolicyName="jobs", PolicyDocument=json.dumps(policy(*allowed)[0]))
        job = "arn:aws:iam::123456789012:role/number-plate-detection-dev-batch-job-role"
        container = {"image": "server", "vcpus": 1, "memory": 512, "jobRoleArn": job}
        register = partial(
            client("batch").register_job_definition, jobDefinitionName="j", type="container", containerProperties=container
        )
        if taken:
            assert register()["revision"] == 1
        else:
            assert "iam:PassRole" in refused(register)[1]
