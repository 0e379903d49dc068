from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aces_action.problems import ActionError
from aces_action.resources.weights import commands
from tests.weights.builder import ARCHIVE, END, MODEL, file, gz
from tests.weights.s3.conftest import VERDICT_KEY, Bucket, unwatched

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


def no_client() -> S3Client:
    raise AssertionError("A file needs no AWS")


@pytest.fixture
def wishes(quiet: Callable[[str], None]) -> dict[str, Any]:
    return {"policy": "strict", "start_progress": unwatched, "debug": quiet}


@pytest.mark.parametrize("uri", ["s3://", "s3://Bucket/key", "s3://bucket-dev", "s3://bucket-dev/folder/", "s3:bucket/key", "x"])
def test_what_is_no_address_of_an_object_is_refused(uri: str) -> None:
    with pytest.raises(ActionError) as caught:
        commands.split_uri(uri)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message.ja) == ("ACES-S002", f"「{uri}」はS3オブジェクトのURIではありません。")


def test_an_address_is_bucket_and_key() -> None:
    assert commands.split_uri("s3://b-dev/shared/deploy.tar.gz") == ("b-dev", "shared/deploy.tar.gz")


def test_a_file_is_checked_without_aws(tmp_path: Path, wishes: dict[str, Any]) -> None:
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(ARCHIVE)
    assert commands.check(str(path), client=no_client, **wishes).files == 2


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, wishes: dict[str, Any]) -> None:
    with pytest.raises(ActionError) as caught:
        commands.check(str(tmp_path / "missing"), client=no_client, **wishes)
    assert caught.value.problems[0].message.en == f"{tmp_path}/missing cannot be read: No such file or directory."


def test_an_object_is_checked_and_nothing_is_written(bucket: Bucket, wishes: dict[str, Any]) -> None:
    bucket.put(ARCHIVE)
    assert commands.check(bucket.uri, client=lambda: bucket.client, **wishes).ok
    assert VERDICT_KEY not in bucket.listing()


def test_a_list_names_every_file(bucket: Bucket, tmp_path: Path, wishes: dict[str, Any]) -> None:
    many = gz(MODEL + b"".join(file(b"models/part-%03d" % number) for number in range(300)) + END)
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(many)
    bucket.put(many)
    for place in (str(path), bucket.uri):
        assert len(commands.check(place, client=lambda: bucket.client, every_file=True, **wishes).entries) == 302


def test_a_list_of_weights_whose_verdict_names_every_file_reads_none(
    bucket: Bucket, tmp_path: Path, wishes: dict[str, Any]
) -> None:
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(ARCHIVE)
    commands.push(path, bucket.uri, client=lambda: bucket.client, **wishes)
    bucket.calls()
    assert len(commands.check(bucket.uri, client=lambda: bucket.client, every_file=True, **wishes).entries) == 2
    assert bucket.calls() == ["HeadObject", "GetObject"]


def test_a_push_into_a_folder_takes_the_name_of_the_file(bucket: Bucket, tmp_path: Path, wishes: dict[str, Any]) -> None:
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(ARCHIVE)
    pushed = commands.push(path, f"s3://{bucket.name}/shared/weights/", client=lambda: bucket.client, **wishes)
    assert pushed.weights.uri == bucket.uri


def test_a_key_that_sagemaker_does_not_take_is_refused(tmp_path: Path, wishes: dict[str, Any]) -> None:
    with pytest.raises(ActionError) as caught:
        commands.push(tmp_path / "x", "s3://b-dev/weights.tgz", client=no_client, **wishes)
    assert "ends with .tar.gz" in caught.value.problems[0].message.en
