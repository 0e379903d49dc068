"""S3: moto's, with conditions kept, checksums verified, and checksums told where AWS tells them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, FakeKey
from moto.s3.responses import S3Response

from sandbox.aws.wire import Refusal

_PART = re.compile(rb"<Part>(.*?)</Part>", re.DOTALL)
_NUMBER, _ETAG = re.compile(rb"<PartNumber>(\d+)</PartNumber>"), re.compile(rb"<ETag>(?:&quot;|\")?([^<&\"]+)")
_CRC32 = "x-amz-checksum-crc32"


class ObjectStore(S3Response):
    """What moto takes without a look: If-Match of copies and of completed uploads, and CRC32 sums that do not fit."""

    def put_object(self) -> Any:
        _verify(self.headers, self.body)
        answer = super().put_object()
        if (given := self.headers.get(_CRC32)) and (key := self._stored()):
            key.checksum_algorithm, key.checksum_value, key.checksum_type = "CRC32", given, "FULL_OBJECT"
        return answer

    def upload_part(self) -> Any:
        self._find_upload()
        _verify(self.headers, self.body)
        return super().upload_part()

    def copy_object(self) -> Any:
        self._check_source()
        self._check_target()
        answer = super().copy_object()
        # A copy by one request has one part, so that the sum of the whole takes the place of the sum of sums.
        key = self._stored()
        if key and key.checksum_value:
            key.checksum_type = "FULL_OBJECT"
            if key.checksum_algorithm == "CRC32":
                key.checksum_value = _crc32(key.value)
        return answer

    def upload_part_copy(self) -> Any:
        self._find_upload()
        self._check_source()
        return super().upload_part_copy()

    def list_parts(self) -> Any:
        """As moto's, and with each part's CRC32 where the upload was begun with that algorithm."""
        upload = self._find_upload()
        after, most = self._get_int_param("part-number-marker", 0), self._get_int_param("max-parts", 1000)
        parts = [upload.parts[number] for number in sorted(upload.parts) if number > after]
        with_sums = upload.metadata.get("x-amz-checksum-algorithm") == "CRC32"
        result = {
            "Bucket": self.bucket_name,
            "Key": upload.key_name,
            "UploadId": upload.id,
            "PartNumberMarker": after,
            "NextPartNumberMarker": parts[:most][-1].name if parts else 0,
            "MaxParts": most,
            "IsTruncated": len(parts) > most,
            "Parts": [
                {
                    "PartNumber": part.name,
                    "LastModified": part.last_modified_ISO8601,
                    "ETag": part.etag,
                    "Size": part.size,
                    "ChecksumCRC32": _crc32(part.value) if with_sums else None,
                }
                for part in parts[:most]
            ],
            "ChecksumAlgorithm": upload.metadata.get("x-amz-checksum-algorithm"),
            "ChecksumType": upload.metadata.get("x-amz-checksum-type"),
        }
        self.data["Action"] = "ListParts"
        return self.serialized(ActionResult(result))

    def head_object(self, bucket_name: str, query: dict[str, Any], key_name: str, headers: Any) -> Any:
        status, answered, body = super().head_object(bucket_name, query, key_name, headers)
        key = self._stored() if status == 200 and headers.get("x-amz-checksum-mode") == "ENABLED" else None
        if key and key.checksum_algorithm:
            composite = key.checksum_type == "COMPOSITE"
            answered[f"x-amz-checksum-{key.checksum_algorithm.lower()}"] = (
                f"{key.checksum_value}-{key.checksum_parts}" if composite else key.checksum_value
            )
            answered["x-amz-checksum-type"] = "COMPOSITE" if composite else "FULL_OBJECT"
        return status, answered, body

    def _key_response_post(self, request: Any, body: bytes, bucket_name: str, query: dict[str, Any], key_name: str) -> Any:
        if query.get("uploadId"):
            # moto takes an upload that was completed already for the same request once more; so does AWS, for a while
            existing = self._stored()
            if not (existing and existing.multipart and existing.multipart.id == query["uploadId"][0]):
                self._check_target()
                self._check_parts(body)
        return super()._key_response_post(request, body, bucket_name, query, key_name)

    def _stored(self) -> FakeKey | None:
        return self.backend.get_object(self.bucket_name, self.parse_key_name())

    def _find_upload(self) -> Any:
        upload = self.backend.get_bucket(self.bucket_name).multiparts.get(self._get_param("uploadId"))
        if upload is None:
            raise Refusal(404, "NoSuchUpload", "The specified upload does not exist. It may have been aborted or completed.")
        return upload

    def _check_source(self) -> None:
        source = urlparse(self.headers["x-amz-copy-source"])
        bucket, key_name = unquote(source.path).lstrip("/").split("/", 1)
        version = parse_qs(source.query).get("versionId", [None])[0]
        key = self.backend.get_object(bucket, key_name, version_id=version)
        wanted = self.headers.get("x-amz-copy-source-if-match")
        if key and wanted and wanted.strip('"') != key.etag.strip('"'):
            raise Refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")

    def _check_target(self) -> None:
        existing, wanted = self._stored(), self.headers.get("If-Match")
        if wanted and existing is None:
            raise Refusal(404, "NoSuchKey", "The specified key does not exist.")
        if (wanted and existing and wanted.strip('"') != existing.etag.strip('"')) or (
            self.headers.get("If-None-Match") == "*" and existing
        ):
            raise Refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")

    def _check_parts(self, body: bytes) -> None:
        upload = self._find_upload()
        content = b""
        for part in _PART.findall(body):
            number, etag = _NUMBER.search(part), _ETAG.search(part)
            found = upload.parts.get(int(number[1])) if number else None
            if found is None or etag is None or found.etag.strip('"') != etag[1].decode():
                raise Refusal(400, "InvalidPart", "One or more of the specified parts could not be found.")
            content += found.value
        _verify(self.headers, content)
        size = self.headers.get("x-amz-mp-object-size")
        if size and int(size) != len(content):
            raise Refusal(400, "InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed.")


def without_bucket_policies(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    """moto overlooks the conditions of a bucket's policy: one that refuses what comes without TLS would refuse everything."""
    return PermissionResult.NEUTRAL


def _crc32(content: bytes) -> str:
    return base64.b64encode(binascii.crc32(content).to_bytes(4, "big")).decode()


def _verify(headers: Any, content: bytes) -> None:
    given = headers.get(_CRC32)
    if given and given != _crc32(content or b""):
        raise Refusal(400, "BadDigest", "The CRC32 you specified did not match the calculated checksum.")
