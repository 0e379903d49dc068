"""What S3 refuses, at every command that asks it: told by what it is, although HEAD's answers have no words."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aces_action.problems import ActionError, Problem
from aces_action.resources.weights import commands
from tests.weights.builder import ARCHIVE, END, MODEL, file, gz
from tests.weights.s3.conftest import KEY, Bucket, unwatched

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MANY_PARTS = gz(MODEL + file(b"models/big.bin", os.urandom(9 << 20)) + END, level=0)
_ONLY_LATER = ("ListMultipartUploads", "PutObject", "CreateMultipartUpload")
# but HeadBucket, by which botocore looks for the right region: S3 tells that to everybody
_OPERATIONS = ("HeadObject", "GetObject", *_ONLY_LATER)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """S3's answer, and what is to be told of it: the code, and words in English and in Japanese."""

    status: int
    code: str
    message: str
    told: str
    words: str
    japanese: str

    def __str__(self) -> str:
        return self.code


REFUSALS = (
    Refused(
        status=404,
        code="NoSuchBucket",
        message="The specified bucket does not exist",
        told="P001",
        words="There is no S3 bucket {bucket}.",
        japanese="バケット{bucket}がありません。",
    ),
    Refused(
        status=403,
        code="AccessDenied",
        message="User: arn:aws:iam::123456789012:user/me is not authorized to perform: s3:ListBucket on resource: x",
        told="A005",
        words="it lacks s3:ListBucket.",
        japanese="s3:ListBucketの権限がありません。",
    ),
    Refused(
        status=301,
        code="PermanentRedirect",
        message="The bucket you are attempting to access must be addressed using the specified endpoint.",
        told="P001",
        words="The S3 bucket {bucket} is in another region, but the request went to ap-northeast-1.",
        japanese="S3バケット{bucket}は別のリージョンにありますが、リクエストの送信先はap-northeast-1です。",
    ),
    Refused(
        status=400,
        code="AuthorizationHeaderMalformed",
        message="The authorization header is malformed; the region 'ap-northeast-1' is wrong; expecting 'us-west-2'",
        told="P001",
        words="The S3 bucket {bucket} is in another region, but the request went to ap-northeast-1.",
        japanese="S3バケット{bucket}は別のリージョンにありますが、リクエストの送信先はap-northeast-1です。",
    ),
    *(
        Refused(
            status=status,
            code=code,
            message="The provided token or key is no good.",
            told="A001",
            words=f"AWS did not accept the credentials for {{operation}} on s3://{{bucket}}/{KEY} ({code}).",
            japanese=f"AWSが{{operation}}（s3://{{bucket}}/{KEY}）の認証情報を受け付けませんでした（{code}）。",
        )
        for status, code in (
            (400, "ExpiredToken"),
            (400, "InvalidToken"),
            (403, "InvalidAccessKeyId"),
            (403, "SignatureDoesNotMatch"),
        )
    ),
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(ARCHIVE)
    return path


@pytest.fixture
def wishes(quiet: Callable[[str], None]) -> dict[str, Any]:
    return {"policy": "strict", "start_progress": unwatched, "debug": quiet}


def refuse(bucket: Bucket, status: int, code: str, message: str, *, operations: tuple[str, ...] = _OPERATIONS) -> None:
    for operation in operations:
        bucket.fault(operation, kind="error", status=status, code=code, message=message, times=None)


def refused(act: Callable[[], object]) -> Problem:
    with pytest.raises(ActionError) as caught:
        act()
    (problem,) = caught.value.problems
    return problem


def check(client: S3Client, uri: str, wishes: dict[str, Any], **more: Any) -> Problem:
    return refused(lambda: commands.check(uri, client=lambda: client, **wishes, **more))


def push(client: S3Client, archive: Path, uri: str, wishes: dict[str, Any]) -> Problem:
    return refused(lambda: commands.push(archive, uri, client=lambda: client, **wishes))


@pytest.mark.parametrize("there", [True, False], ids=["object", "no object"])
@pytest.mark.parametrize("command", ["check", "ls", "push"])
@pytest.mark.parametrize("answer", REFUSALS, ids=str)
def test_what_s3_refuses_is_told_by_what_it_is(
    bucket: Bucket, archive: Path, wishes: dict[str, Any], answer: Refused, command: str, *, there: bool
) -> None:
    if there:
        bucket.put(ARCHIVE)
    refuse(bucket, answer.status, answer.code, answer.message)
    problem = (
        push(bucket.client, archive, bucket.uri, wishes)
        if command == "push"
        else check(bucket.client, bucket.uri, wishes, every_file=command == "ls")
    )
    assert problem.code == f"ACES-{answer.told}"
    for words, text in ((answer.words, problem.message.en), (answer.japanese, problem.message.ja)):
        assert words.format(bucket=bucket.name, operation="GetObject") in text


@pytest.mark.parametrize(
    ("answer", "operation"),
    [
        pytest.param(answer, operation, id=f"{answer}-{operation}")
        for answer in REFUSALS
        for operation in _ONLY_LATER
        if (answer.code, operation) != ("AccessDenied", "ListMultipartUploads")  # which it does without
    ],
)
def test_what_s3_refuses_during_a_push_is_told_by_what_it_is(
    bucket: Bucket, archive: Path, wishes: dict[str, Any], answer: Refused, operation: str
) -> None:
    if operation != "PutObject":  # two parts
        archive.write_bytes(MANY_PARTS)
    refuse(bucket, answer.status, answer.code, answer.message, operations=(operation,))
    problem = push(bucket.client, archive, bucket.uri, wishes)
    assert problem.code == f"ACES-{answer.told}"
    assert answer.words.format(bucket=bucket.name, operation=operation) in problem.message.en
    assert ("Push again" in problem.hint.en.splitlines()[-1]) == (answer.told not in ("P001", "A005"))


def test_a_bucket_that_is_not_there_is_told_before_the_archive_is_read(
    bucket: Bucket, archive: Path, wishes: dict[str, Any]
) -> None:
    archive.write_bytes(b"no archive")
    uri = f"s3://no-{bucket.name}/{KEY}"
    for problem in (push(bucket.client, archive, uri, wishes), check(bucket.client, uri, wishes)):
        assert problem.message.en == f"There is no S3 bucket no-{bucket.name}."
        assert problem.message.ja == f"S3バケットno-{bucket.name}がありません。"
        assert "check the spelling of these" in problem.hint.en
    assert bucket.calls() == ["HeadBucket", "HeadObject", "GetObject"]  # a push asks for the bucket first


def test_a_bucket_that_may_not_be_read_may_be_of_another_account(bucket: Bucket, archive: Path, wishes: dict[str, Any]) -> None:
    refuse(bucket, 403, "AccessDenied", "Access Denied")
    problem = push(bucket.client, archive, bucket.uri, wishes)
    assert f"the bucket {bucket.name} may belong to another AWS account" in problem.hint.en.splitlines()[-1]
    assert f"バケット{bucket.name}が別のAWSアカウントのものかもしれません" in problem.hint.ja.splitlines()[-1]


def test_a_region_that_s3_names_is_told(bucket: Bucket, wishes: dict[str, Any]) -> None:
    refuse(bucket, 400, "IllegalLocationConstraintException", "The us-west-2 location …")
    problem = check(bucket.client, bucket.uri, wishes)
    assert problem.hint.en.splitlines()[1:] == [
        f"aws s3api head-bucket --bucket {bucket.name} --query BucketRegion",
        "S3 said: The us-west-2 location …",
    ]
