from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.seed import Seeded
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

CONTENT = b"weights" * 1_000_000  # more than S3's least part


def crc(content: bytes) -> str:
    return b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


@pytest.fixture
def s3(seeded: Seeded, empty: Sandbox, session: boto3.Session) -> Any:
    client: Any = session.client("s3", endpoint_url=empty.aws_url, config=CONFIG)
    client.put_object(Bucket=seeded.bucket, Key="a", Body=CONTENT, ChecksumCRC32=crc(CONTENT))
    return client


def code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


class TestRefused:
    def test_content_that_its_checksum_does_not_fit(self, s3: Any, seeded: Seeded) -> None:
        assert code(s3.put_object, Bucket=seeded.bucket, Key="b", Body=b"x", ChecksumCRC32=crc(b"y")) == "BadDigest"

    def test_a_copy_of_an_object_that_changed(self, s3: Any, seeded: Seeded) -> None:
        copy = {"Bucket": seeded.bucket, "Key": "b", "CopySource": f"{seeded.bucket}/a"}
        assert code(s3.copy_object, **copy, CopySourceIfMatch='"other"') == "PreconditionFailed"

    @pytest.mark.parametrize("condition", [{"IfNoneMatch": "*"}, {"IfMatch": '"other"'}])
    def test_a_copy_onto_an_object_that_should_not_be_there(self, s3: Any, seeded: Seeded, condition: dict[str, str]) -> None:
        s3.put_object(Bucket=seeded.bucket, Key="b", Body=b"x")
        copy = {"Bucket": seeded.bucket, "Key": "b", "CopySource": f"{seeded.bucket}/a"}
        assert code(s3.copy_object, **copy, **condition) == "PreconditionFailed"

    @pytest.mark.parametrize(
        ("change", "wanted"),
        [
            ({"IfMatch": '"other"'}, "PreconditionFailed"),
            ({"IfNoneMatch": "*"}, "PreconditionFailed"),
            ({"ChecksumCRC32": crc(b"x")}, "BadDigest"),
            ({"MpuObjectSize": 1}, "InvalidRequest"),
        ],
    )
    def test_an_upload_by_parts_on_a_condition_that_does_not_hold(
        self, s3: Any, seeded: Seeded, change: dict[str, Any], wanted: str
    ) -> None:
        where = {"Bucket": seeded.bucket, "Key": "a"}
        upload = s3.create_multipart_upload(**where, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")["UploadId"]
        part = {**where, "UploadId": upload, "PartNumber": 1}
        assert code(s3.upload_part, **part, Body=b"x", ChecksumCRC32=crc(b"y")) == "BadDigest"
        etag = s3.upload_part(**part, Body=CONTENT, ChecksumCRC32=crc(CONTENT))["ETag"]
        assert s3.list_parts(**where, UploadId=upload)["Parts"][0]["ChecksumCRC32"] == crc(CONTENT)
        parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        assert code(s3.complete_multipart_upload, **where, UploadId=upload, MultipartUpload=parts, **change) == wanted

    def test_parts_of_an_upload_that_is_gone(self, s3: Any, seeded: Seeded) -> None:
        where = {"Bucket": seeded.bucket, "Key": "a", "UploadId": "gone"}
        assert code(s3.upload_part, **where, PartNumber=1, Body=b"x") == "NoSuchUpload"
        assert code(s3.list_parts, **where) == "NoSuchUpload"


def test_the_sum_of_a_whole_upload_is_told_by_head(s3: Any, seeded: Seeded) -> None:
    head = s3.head_object(Bucket=seeded.bucket, Key="a", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (crc(CONTENT), "FULL_OBJECT")
    assert "ChecksumCRC32" not in s3.head_object(Bucket=seeded.bucket, Key="a")
