from __future__ import annotations

import pytest

from aces_action.problems import ActionError
from aces_action.resources.weights.s3_object import Checksum, require_object
from tests.weights.s3.conftest import KEY, Bucket

CRC = Checksum(algorithm="CRC32", type="FULL_OBJECT", value="AAAAAA==")


def test_weights_that_are_not_there_come_with_the_command_that_uploads_them(bucket: Bucket) -> None:
    with pytest.raises(ActionError) as caught:
        require_object(bucket.client, bucket.name, KEY)
    (problem,) = caught.value.problems
    assert problem.code == "ACES-P002"
    assert problem.message.ja == f"s3://{bucket.name}/{KEY}に重みファイルがありません。"
    assert [line for line in problem.hint.ja.splitlines() if line.startswith("a")] == [
        "aces-action weights pack weights -o deploy.tar.gz",
        f"aces-action weights push deploy.tar.gz s3://{bucket.name}/{KEY}",
        f"aws s3 cp deploy.tar.gz s3://{bucket.name}/{KEY}",
    ]


def test_one_request_tells_all_that_there_is_to_know(bucket: Bucket) -> None:
    bucket.put(b"weights", ChecksumAlgorithm="CRC32", StorageClass="INTELLIGENT_TIERING")
    bucket.calls()
    weights = bucket.weights()
    assert bucket.calls() == ["HeadObject"]
    assert (weights.size, weights.version_id, weights.encryption) == (7, None, None)
    assert weights.storage_class == "INTELLIGENT_TIERING"
    assert weights.checksum is not None
    assert weights.checksum.type == "FULL_OBJECT"


def test_a_version_is_known_where_there_are_versions(bucket: Bucket) -> None:
    bucket.client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    bucket.put(b"weights")
    assert bucket.weights().version_id == bucket.head(KEY)["VersionId"]


def test_a_checksum_that_the_role_may_not_see_is_done_without(bucket: Bucket) -> None:
    bucket.put(b"weights", ChecksumAlgorithm="CRC32")
    bucket.fault("HeadObject", kind="error", status=403, code="403")
    assert bucket.weights().checksum is None


def test_a_role_that_may_not_look_is_told_the_permission(bucket: Bucket) -> None:
    bucket.fault("HeadObject", kind="error", status=403, code="403", times=None)
    with pytest.raises(ActionError) as caught:
        bucket.weights()
    assert caught.value.problems[0].code == "ACES-A005"


@pytest.mark.parametrize(
    ("other", "compares"),
    [
        (CRC, True),
        (Checksum(algorithm="CRC32", type="FULL_OBJECT", value="BBBBBB=="), True),
        (Checksum(algorithm="CRC32", type="COMPOSITE", value="BBBBBB==-2"), False),
        (Checksum(algorithm="CRC64NVME", type="FULL_OBJECT", value="BBBBBBBBBBB="), False),
        (None, False),
    ],
)
def test_only_sums_of_the_whole_by_one_algorithm_say_anything(other: Checksum | None, compares: bool) -> None:
    assert CRC.compares(other) is compares
