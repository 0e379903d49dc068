"""The inspected bytes at a key of their own: copied inside S3, named by their SHA-256, never overwritten and never deleted.

The endpoint and the job definitions name that key: whatever happens to the uploaded file, what is live stays, and a rollback
finds its weights.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, TypedDict, cast

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import AWS_ERRORS, error_code, explain
from aces_action.output.verdict import Verdict
from aces_action.problems.problem import ActionError
from aces_action.problems.weights.s3 import replaced
from aces_action.resources.weights.s3_object import REPLACED, Checksum, S3Object, find_head, object_from_head
from aces_action.resources.weights.verdict_store import ReleaseRecord, encryption_parameters

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.literals import AnnotationDirectiveType, ChecksumAlgorithmType, ChecksumTypeType, StorageClassType
    from types_boto3_s3.type_defs import CompletedPartTypeDef, CopyPartResultTypeDef

DIGEST = "aces-sha256"
"""Of the metadata of a release: the SHA-256 of its bytes."""
_MEBIBYTE = 1 << 20
_MAX_PARTS = 10_000
_WHOLE_BY_PARTS = frozenset({"CRC64NVME", "CRC32", "CRC32C"})
"""Algorithms by which S3 can tell the sum of the whole from those of the parts."""
_KEPT_CLASSES = frozenset({"STANDARD", "INTELLIGENT_TIERING"})
"""In the others each start of an instance would cost a retrieval, or hours."""
_SECONDS_LEFT = 4.0  # of the ten that GitHub gives a cancelled run
_CONFLICT = frozenset({*REPLACED, "ConditionalRequestConflict", "NoSuchUpload"})


class Condition(TypedDict, total=False):
    """What S3 is to find at the release's key: nothing, or what was seen there. Parameters of its operations."""

    IfMatch: str
    IfNoneMatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlace:
    """Where a release is or is to be."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


Copy = Callable[[ReleasePlace, Condition], None]
"""Brings the bytes to their place, where S3 finds what the condition says. Raises AWS_ERRORS and ActionError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOptions:
    """`whole`: bytes that one request may copy (CopyObject's limit is 5 GiB); `part`: bytes of one part beyond that. `by`: how,
    if not inside S3."""

    whole: int = 5 << 30
    part: int = 256 << 20
    connections: int = 8
    by: Copy | None = None


COPY_OPTIONS = CopyOptions()


def place_beside(bucket: str, key: str, sha256: str) -> ReleasePlace:
    """Of the weights that are uploaded there: named by the SHA-256 of the bytes, so that nothing else can ever be at it."""
    folder, slash, name = key.rpartition("/")
    return ReleasePlace(bucket=bucket, key=f"{folder}{slash}releases/{sha256}/{name}")


def release_key(weights: S3Object, verdict: Verdict) -> str:
    return place_beside(weights.bucket, weights.key, verdict.sha256).key


def find_release(
    client: S3Client,
    weights: S3Object,
    verdict: Verdict,
    *,
    place: ReleasePlace | None = None,
    clock: Callable[[], float] = time.time,
) -> ReleaseRecord | None:
    """The release of these bytes, at `place` if not beside the weights; None where there is none or something else. One request.

    Raises ActionError.
    """
    found = _found(client, weights, verdict, place or _beside(weights, verdict))
    return _released(found[0], clock) if found and found[1] else None


def create_release(
    client: S3Client,
    weights: S3Object,
    verdict: Verdict,
    *,
    place: ReleasePlace | None = None,
    options: CopyOptions = COPY_OPTIONS,
    clock: Callable[[], float] = time.time,
) -> tuple[ReleaseRecord, bool]:
    """Copies the inspected bytes to their key, encrypted and summed as they are, and looks at the result; says whether it copied.

    Whatever else is at that key is no release of theirs and is replaced. `place`: if not beside the weights. Raises ActionError:
    W011 when the object is no longer the one that was inspected.
    """
    place = place or _beside(weights, verdict)
    there = _found(client, weights, verdict, place)
    if there and there[1]:
        return _released(there[0], clock), False
    condition: Condition = {"IfMatch": there[0].etag} if there else {"IfNoneMatch": "*"}
    failure: ClientError | BotoCoreError | ResponseParserError | None = None
    try:
        if options.by:
            options.by(place, condition)
        elif weights.size <= options.whole:
            _copy_whole(client, weights, verdict, place, condition)
        else:
            _copy_by_parts(client, weights, verdict, place, condition, options)
    except AWS_ERRORS as error:
        failure = error
    # Looked at even after a failure: another run may have made it meanwhile, or the answer alone was lost.
    made = _found(client, weights, verdict, place)
    if made and made[1]:
        return _released(made[0], clock), True
    if failure is None or (isinstance(failure, ClientError) and error_code(failure) in _CONFLICT):
        raise ActionError(replaced(weights.uri)) from failure
    raise ActionError(explain(failure, resource=place.uri)) from failure


def _beside(weights: S3Object, verdict: Verdict) -> ReleasePlace:
    return place_beside(weights.bucket, weights.key, verdict.sha256)


def _found(client: S3Client, weights: S3Object, verdict: Verdict, place: ReleasePlace) -> tuple[S3Object, bool] | None:
    """What is at the release's key, and whether it is the release."""
    head = find_head(client, place.bucket, place.key)
    if head is None:
        return None
    found = object_from_head(head, place.bucket, place.key)
    return found, is_genuine(found, head["Metadata"].get(DIGEST), weights, verdict)


def is_genuine(found: S3Object, digest: str | None, weights: S3Object, verdict: Verdict) -> bool:
    """Whether what is at the release's key is the inspected bytes, as far as S3 can tell without reading them.

    `digest`: what was noted when it was copied; where that is missing, S3's checksums of both must be equal.
    """
    if found.size != verdict.size or weights.size != verdict.size or (digest is not None and digest != verdict.sha256):
        return False
    if found.checksum and found.checksum.compares(weights.checksum):
        return found.checksum == weights.checksum
    return digest is not None


def _released(found: S3Object, clock: Callable[[], float]) -> ReleaseRecord:
    return ReleaseRecord(key=found.key, etag=found.etag, seen=clock())


def storage_class(weights: S3Object) -> StorageClassType:
    return cast("StorageClassType", weights.storage_class if weights.storage_class in _KEPT_CLASSES else "STANDARD")


def _copy_whole(client: S3Client, weights: S3Object, verdict: Verdict, place: ReleasePlace, condition: Condition) -> None:
    """S3 keeps the checksum's algorithm by itself, and encrypts by the bucket's setting unless told otherwise."""
    client.copy_object(
        Bucket=place.bucket,
        Key=place.key,
        CopySource={"Bucket": weights.bucket, "Key": weights.key},
        CopySourceIfMatch=weights.etag,
        ContentType="application/gzip",
        MetadataDirective="REPLACE",
        Metadata={DIGEST: verdict.sha256},
        TaggingDirective="REPLACE",  # to copy tags, the role would need two more permissions
        StorageClass=storage_class(weights),
        **_without_annotations(client),
        **encryption_parameters(weights.encryption),
        **condition,
    )


class _Annotations(TypedDict, total=False):
    AnnotationDirective: AnnotationDirectiveType


def _without_annotations(client: S3Client) -> _Annotations:
    """Annotations are copied unless told otherwise, and to copy them the role would need s3:GetObjectAnnotation and
    s3:PutObjectAnnotation (botocore, CopyObject: AnnotationDirective). A botocore that does not know them cannot say so."""
    members = client.meta.service_model.operation_model("CopyObject").input_shape
    return {"AnnotationDirective": "EXCLUDE"} if members and "AnnotationDirective" in members.members else {}


def _copy_by_parts(
    client: S3Client, weights: S3Object, verdict: Verdict, place: ReleasePlace, condition: Condition, options: CopyOptions
) -> None:
    upload = client.create_multipart_upload(
        Bucket=place.bucket,
        Key=place.key,
        ContentType="application/gzip",
        Metadata={DIGEST: verdict.sha256},
        StorageClass=storage_class(weights),
        **encryption_parameters(weights.encryption),
        **_summed_like(weights.checksum),
    )["UploadId"]

    def copy(number: int) -> CompletedPartTypeDef:
        start, end = spans[number - 1]
        result = client.upload_part_copy(
            Bucket=place.bucket,
            Key=place.key,
            UploadId=upload,
            PartNumber=number,
            CopySource={"Bucket": weights.bucket, "Key": weights.key},
            CopySourceIfMatch=weights.etag,
            CopySourceRange=f"bytes={start}-{end - 1}",
        )["CopyPartResult"]
        return _completed(number, result)

    spans = part_spans(weights.size, options.part)
    pool = ThreadPoolExecutor(max_workers=options.connections, thread_name_prefix="weights release")
    try:
        client.complete_multipart_upload(
            Bucket=place.bucket,
            Key=place.key,
            UploadId=upload,
            MultipartUpload={"Parts": list(pool.map(copy, range(1, len(spans) + 1)))},
            MpuObjectSize=weights.size,
            **condition,
        )
    except BaseException as error:
        # A part that is still under way would outlive the abort; but a cancelled job has no time to wait for it.
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        discard_upload(client, place, upload, in_haste=not isinstance(error, Exception))
        raise
    pool.shutdown()


def discard_upload(client: S3Client, place: ReleasePlace, upload: str, *, in_haste: bool) -> None:
    """Discards the parts of an upload that will not be completed, as far as S3 lets us. `in_haste`: for a cancelled run, which
    has seconds left for its last words, whether S3 answers or not."""

    def discard() -> None:
        with contextlib.suppress(*AWS_ERRORS, ActionError):  # the last: of credentials that cannot be renewed
            client.abort_multipart_upload(Bucket=place.bucket, Key=place.key, UploadId=upload)

    # a daemon: nothing waits for it in the end
    discarding = Thread(target=discard, name="discard upload", daemon=True)
    discarding.start()
    discarding.join(_SECONDS_LEFT if in_haste else None)


def part_spans(size: int, part: int) -> list[tuple[int, int]]:
    """Where the parts begin and end (exclusive): of `part` bytes, or of more where there would be too many."""
    if size > part * _MAX_PARTS:
        part = -(-size // (_MAX_PARTS * _MEBIBYTE)) * _MEBIBYTE
    return [(start, min(start + part, size)) for start in range(0, size, part)]


class _Summed(TypedDict, total=False):
    ChecksumAlgorithm: ChecksumAlgorithmType
    ChecksumType: ChecksumTypeType


def _summed_like(checksum: Checksum | None) -> _Summed:
    if checksum is None:
        return {}
    whole = checksum.type == "FULL_OBJECT" and checksum.algorithm in _WHOLE_BY_PARTS
    return {
        "ChecksumAlgorithm": cast("ChecksumAlgorithmType", checksum.algorithm),
        "ChecksumType": "FULL_OBJECT" if whole else "COMPOSITE",
    }


def _completed(number: int, result: CopyPartResultTypeDef) -> CompletedPartTypeDef:
    """The part as CompleteMultipartUpload wants it named: with each checksum that S3 told of it."""
    sums = {name: value for name, value in result.items() if name.startswith("Checksum") and name != "ChecksumType"}
    return cast("CompletedPartTypeDef", {"PartNumber": number, "ETag": result["ETag"], **sums})
