"""Two accounts in one sandbox: what is whose, and that neither reaches the other's."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.seed import ACCOUNT, REGION, SECOND_ACCOUNT, admin_session, make_bucket, make_roles, push_image
from sandbox.server import REPOSITORY, Sandbox
from tests.sandbox.conftest import CONFIG
from tests.sandbox.test_sts import assume


def client(sandbox: Sandbox, service: str, account: str) -> Any:
    session: Any = admin_session(REGION, account)
    return session.client(service, endpoint_url=sandbox.aws_url, config=CONFIG)


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize("account", [ACCOUNT, SECOND_ACCOUNT])
def test_the_key_decides_whose_account_it_is(empty: Sandbox, account: str) -> None:
    assert client(empty, "sts", account).get_caller_identity()["Account"] == account


def test_another_accounts_bucket_is_denied_and_its_name_is_taken(empty: Sandbox) -> None:
    make_bucket(empty, admin_session(), "plates-dev")
    other = client(empty, "s3", SECOND_ACCOUNT)
    with pytest.raises(ClientError) as denied:
        other.list_objects_v2(Bucket="plates-dev")
    assert code(denied) == "AccessDenied"
    with pytest.raises(ClientError) as denied:
        other.put_object(Bucket="plates-dev", Key="x", Body=b"")
    assert code(denied) == "AccessDenied"
    with pytest.raises(ClientError):  # BucketAlreadyExists in AWS; moto says AccessDenied
        other.create_bucket(Bucket="plates-dev", CreateBucketConfiguration={"LocationConstraint": REGION})


def test_images_and_roles_of_one_account_are_not_there_for_the_other(empty: Sandbox) -> None:
    push_image(empty, admin_session(), repository="plates")
    with pytest.raises(ClientError) as missing:
        client(empty, "ecr", SECOND_ACCOUNT).batch_get_image(repositoryName="plates", imageIds=[{"imageTag": "deploy"}])
    assert code(missing) == "RepositoryNotFoundException"
    make_roles(empty, admin_session(), project="plates", env="dev", repository=REPOSITORY)
    with pytest.raises(ClientError) as missing:
        client(empty, "iam", SECOND_ACCOUNT).get_role(RoleName="plates-dev-github-actions-role")
    assert code(missing) == "NoSuchEntity"


def test_a_layer_of_another_repository_is_none_of_an_image_here(empty: Sandbox) -> None:
    push_image(empty, admin_session(), repository="plates")
    other = client(empty, "ecr", SECOND_ACCOUNT)
    other.create_repository(repositoryName="plates")
    found = client(empty, "ecr", ACCOUNT).batch_get_image(repositoryName="plates", imageIds=[{"imageTag": "deploy"}])["images"][0]
    with pytest.raises(ClientError) as refused:
        other.put_image(repositoryName="plates", imageManifest=found["imageManifest"], imageTag="deploy")
    assert code(refused) == "LayersNotFoundException"


def test_the_role_that_was_assumed_leads_to_its_account_and_no_further(empty: Sandbox) -> None:
    own = admin_session(account=SECOND_ACCOUNT)
    make_bucket(empty, admin_session(), "plates-dev")
    make_bucket(empty, own, "plates-staging")
    role = make_roles(empty, own, project="plates", env="staging", repository=REPOSITORY, account=SECOND_ACCOUNT)
    token = empty.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com", environment="staging")
    given = assume(empty, role, token)
    assumed: Any = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=REGION)
    assert assumed.client("sts", endpoint_url=empty.aws_url).get_caller_identity()["Account"] == SECOND_ACCOUNT
    s3 = assumed.client("s3", endpoint_url=empty.aws_url, config=CONFIG)
    s3.list_objects_v2(Bucket="plates-staging")
    with pytest.raises(ClientError) as denied:
        s3.list_objects_v2(Bucket="plates-dev")
    assert code(denied) == "AccessDenied"
    with pytest.raises(ClientError) as refused:  # the first account does not know GitHub's tokens
        assume(empty, role.replace(SECOND_ACCOUNT, ACCOUNT), token)
    assert code(refused) == "InvalidIdentityToken"
