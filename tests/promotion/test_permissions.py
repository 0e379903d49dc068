"""The role for being promoted from is enough, every statement of it is needed, and the message says which one is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sandbox.aws.policy import JSON, listed
from sandbox.iam import Role, roles
from sandbox.seed import ACCOUNT, REGION, SECOND_ACCOUNT, admin_session, make_roles
from tests.conftest import REPOSITORY
from tests.promotion.conftest import Environments

Documents = Mapping[str, JSON]
KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0"
# What the message names without each statement, in the order in which a promotion comes to need them
NEEDED = {
    "EndpointPromote": "sagemaker:DescribeEndpoint",
    "BatchPromote": "batch:DescribeJobDefinitions",
    "ImagePromote": "ecr:BatchGetImage",
    "WeightsPromote": "s3:GetObject",
    "KeyPromote": "kms:Decrypt",
}
# Where the release is gone: S3 tells that to nobody else
TO_SEE_WHAT_IS_GONE = {"WeightsPromoteBucket"}


def statements(documents: Documents) -> list[JSON]:
    return [statement for document in documents.values() for statement in document["Statement"]]


@pytest.fixture
def environments(make_environments: Callable[..., Environments], archive: Path) -> Environments:
    """With a key of dev's own, which encrypts its bucket."""
    made = make_environments()
    dev = made.dev
    make_roles(
        dev.sandbox,
        admin_session(),
        project=dev.project,
        env="dev",
        repository=REPOSITORY,
        PromoteTo="staging",
        KmsKeyArn=KMS_KEY,
    )
    dev.client("s3").put_object(
        Bucket=dev.bucket,
        Key="shared/weights/deploy.tar.gz",
        Body=archive.read_bytes(),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=KMS_KEY,
    )
    return made


def role_of(environments: Environments) -> Role:
    given = {
        "Project": environments.dev.project,
        "Env": "dev",
        "Repository": REPOSITORY,
        "PromoteTo": "staging",
        "KmsKeyArn": KMS_KEY,
    }
    return roles(given, account=ACCOUNT, region=REGION)["PromoteRole"]


def set_permissions(environments: Environments, documents: Documents) -> None:
    """These, and none else, from now on."""
    iam, name = environments.dev.client("iam"), role_of(environments).name
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    for policy_name, document in documents.items():
        iam.put_role_policy(RoleName=name, PolicyName=policy_name, PolicyDocument=json.dumps(document))


def without(documents: Documents, sid: str) -> Documents:
    return {
        name: {**document, "Statement": [each for each in document["Statement"] if each["Sid"] != sid]}
        for name, document in documents.items()
    }


def test_each_statement_is_missed_by_name_and_all_that_is_granted_is_used(environments: Environments) -> None:
    key = environments.deploy().outputs["weights-uri"].removeprefix(f"s3://{environments.dev.bucket}/")
    everything = dict(role_of(environments).managed)
    assert NEEDED.keys() | TO_SEE_WHAT_IS_GONE == {statement["Sid"] for statement in statements(everything)}
    for sid, action in NEEDED.items():
        set_permissions(environments, without(everything, sid))
        ended = environments.promote()
        assert (ended.status, ended.codes, action in ended.log) == (1, ["ACES-A005"], True), f"{sid}\n{ended.log}"
    set_permissions(environments, everything)
    environments.dev.control("POST", "permissions", {"enforced": True})  # forgets what was used
    ended = environments.promote()
    assert ended.status == 0, ended.log
    s3, bucket = environments.dev.client("s3"), environments.dev.bucket
    s3.delete_object(Bucket=bucket, Key=key)
    set_permissions(environments, without(everything, "WeightsPromoteBucket"))
    assert environments.promote().codes == ["ACES-A005"]
    set_permissions(environments, everything)
    assert environments.promote().codes == ["ACES-M006"]

    used = environments.dev.control("GET", "permissions")["used"]
    target = {"Project": environments.dev.project, "Env": "staging", "Repository": REPOSITORY}
    pushes = {
        name: document
        for name, document in roles(target, account=SECOND_ACCOUNT, region=REGION)["DeployRole"].managed.items()
        if name.endswith("-image-push")
    }
    granted = [*statements(everything), *(each for each in statements(pushes) if each["Sid"] == "ImagePush")]
    for element in ("Action", "Resource"):
        unused = {(each["Sid"], value) for each in granted for value in listed(each[element])} - {
            (each["sid"], each[element.lower()]) for each in used
        }
        assert not unused, f"granted and never used: {unused}"
