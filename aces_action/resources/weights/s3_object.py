"""An object in S3 as one request found it: what tells it from any other upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, is_denied
from aces_action.problems.problem import ActionError
from aces_action.problems.weights import s3 as problems
from aces_action.resources.weights.bucket import explain_refusal, with_reason

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import HeadObjectOutputTypeDef

GONE = frozenset({"404", "NoSuchKey", "NotFound"})
REPLACED = frozenset({"412", "PreconditionFailed", *GONE})
"""Codes of S3's answer to a request with If-Match when the object is no longer the one that was found."""

_ALGORITHMS = ("CRC64NVME", "CRC32", "CRC32C", "SHA256", "SHA1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """S3's own checksum of an object. `value`: as S3 gives it, in base64; of type COMPOSITE it is a sum of the parts' sums."""

    algorithm: str
    type: Literal["FULL_OBJECT", "COMPOSITE"]
    value: str

    def compares(self, other: Checksum | None) -> bool:
        """Whether equal contents have to have equal sums here."""
        return other is not None and self.algorithm == other.algorithm and self.type == other.type == "FULL_OBJECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """Encryption by KMS, as S3's parameters of the same names say it."""

    algorithm: str
    key_id: str | None
    bucket_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Object:
    """One object in S3, as it was when it was found. `size` in bytes.

    `version_id`: None in a bucket without versions. `encryption`: None where it is not by KMS.
    """

    bucket: str
    key: str
    etag: str
    size: int
    version_id: str | None = None
    checksum: Checksum | None = None
    encryption: Encryption | None = None
    storage_class: str = "STANDARD"

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


def require_object(client: S3Client, bucket: str, key: str) -> S3Object:
    """The weights at this place, in one request. Raises ActionError: P002 when there are none, A005, P001…"""
    found = find_object(client, bucket, key)
    if found is None:
        raise ActionError(problems.no_weights(f"s3://{bucket}/{key}"))
    return found


def find_object(client: S3Client, bucket: str, key: str) -> S3Object | None:
    """The object, or None if there is none. Raises ActionError for every other answer: P001 when there is no such bucket."""
    try:
        return object_from_head(_head(client, bucket, key), bucket, key)
    except ClientError as error:
        answer = with_reason(client, error, bucket, key)
        if error_code(error) in GONE and error_code(answer) != "NoSuchBucket":
            return None
        raise ActionError(explain_refusal(answer, bucket, key, client.meta.region_name)) from error


def find_head(client: S3Client, bucket: str, key: str) -> HeadObjectOutputTypeDef | None:
    """The answer on an object of a bucket that is there, or None if there is no such object."""
    try:
        return _head(client, bucket, key)
    except ClientError as error:
        if error_code(error) in GONE:
            return None
        answer = with_reason(client, error, bucket, key)
        raise ActionError(explain_refusal(answer, bucket, key, client.meta.region_name)) from error


def _head(client: S3Client, bucket: str, key: str) -> HeadObjectOutputTypeDef:
    try:
        return client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if not is_denied(error):
            raise
    # S3 asks for kms:Decrypt before it tells the checksum of an encrypted object, but not before it tells the rest.
    return client.head_object(Bucket=bucket, Key=key)


def object_from_head(head: HeadObjectOutputTypeDef, bucket: str, key: str) -> S3Object:
    """What the answer to HeadObject says of the object."""
    version = head.get("VersionId")
    algorithm = head.get("ServerSideEncryption", "")
    encrypted = algorithm.startswith("aws:kms")
    return S3Object(
        bucket=bucket,
        key=key,
        etag=head["ETag"],
        size=head["ContentLength"],
        version_id=None if version == "null" else version,
        checksum=_checksum(cast("Mapping[str, object]", head)),
        encryption=Encryption(algorithm=algorithm, key_id=head.get("SSEKMSKeyId"), bucket_key=head.get("BucketKeyEnabled", False))
        if encrypted
        else None,
        storage_class=head.get("StorageClass", "STANDARD"),
    )


def _checksum(head: Mapping[str, object]) -> Checksum | None:
    for algorithm in _ALGORITHMS:
        if value := head.get(f"Checksum{algorithm}"):
            composite = head.get("ChecksumType", "") == "COMPOSITE" or "-" in str(value)
            return Checksum(algorithm=algorithm, type="COMPOSITE" if composite else "FULL_OBJECT", value=str(value))
    return None
