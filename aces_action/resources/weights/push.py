"""Uploads weights that passed the inspection, so that S3 itself vouches for each byte, and stores the verdict beside them.

Each part is sent with the CRC-32 computed while the file was inspected, and the whole with its own: S3 refuses any other bytes.
Of the checksums that S3 knows, CRC-32 of the full object alone costs nothing here: S3 knows SHA-256 only as a sum of sums, and
CRC-64/NVME needs a library of its own.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import SEEK_SET, BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, TypedDict

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from isal.isal_zlib import crc32

from aces_action.aws.errors import AWS_ERRORS, error_code, is_denied
from aces_action.language import lines
from aces_action.output.verdict import Policy, Verdict
from aces_action.problems.problem import ActionError, Problem
from aces_action.problems.weights import push as problems
from aces_action.problems.weights.fault import ON_DISK
from aces_action.problems.weights.packing import no_archive, unreadable_file
from aces_action.problems.weights.s3 import no_bucket
from aces_action.resources.weights.bucket import explain_refusal
from aces_action.resources.weights.inspect import ByteSource, inspect_archive
from aces_action.resources.weights.progress import ASSEMBLING, CHECKED, SENT, Progress, StartProgress
from aces_action.resources.weights.release import part_spans
from aces_action.resources.weights.s3_object import REPLACED, Checksum, S3Object, find_object
from aces_action.resources.weights.verdict_store import VerdictRecord, read_record, reason_to_reject, write_record
from aces_action.system_error import system_reason

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

_CONFLICT = frozenset({*REPLACED, "ConditionalRequestConflict"})
_CHANGED_ON_THE_WAY = frozenset({"BadDigest", "XAmzContentChecksumMismatch"})
_NO_USE_TO_REPEAT = frozenset({"ACES-P001", "ACES-A005"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """`part`: bytes of a part and of what one request uploads (S3's least is 5 MiB); each connection holds one in memory."""

    part: int = 8 << 20
    connections: int = 8


PUSH_OPTIONS = PushOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class PushResult:
    """What is in S3 now. `sent`: bytes that had to go over the wire, 0 when the very same weights were there."""

    weights: S3Object
    verdict: Verdict
    sent: int
    warnings: tuple[Problem, ...] = ()


class ChecksumReader:
    """A source that sums up each part, and all of it, while it is read."""

    def __init__(self, source: ByteSource, part: int, progress: Progress) -> None:
        self._source, self._part, self._progress = source, part, progress
        self._room = part
        self.parts: list[int] = []
        self.whole = 0

    def read(self, size: int, /) -> bytes:
        block = self._source.read(size)
        self._progress.advance(len(block))
        self.whole = crc32(block, self.whole)
        rest = memoryview(block)
        while rest:
            if self._room == self._part:
                self.parts.append(0)
            piece = rest[: self._room]
            self.parts[-1] = crc32(piece, self.parts[-1])
            self._room = self._room - len(piece) or self._part
            rest = rest[len(piece) :]
        return block


class PartReader(BytesIO):
    """A part on its way, which tells of each block that is sent: told only of whole parts, the last few would stand still for
    long. A block that has to be sent again, after a broken connection say, is taken back first. What is read to be signed (over
    plain HTTP, botocore's SigV4Auth.payload) is not sent by that.
    """

    def __init__(self, part: bytes, progress: Progress) -> None:
        super().__init__(part)
        self._progress, self._counted = progress, 0
        self.is_signed = True

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        if self.is_signed:
            self._count(self.tell())
        return block

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        place = super().seek(offset, whence)
        if place < self._counted:
            self._count(place)
        return place

    def _count(self, place: int) -> None:
        self._progress.advance(place - self._counted)
        self._counted = place


def _before_signing(request: AWSRequest, **_: object) -> None:
    if isinstance(request.data, PartReader):
        request.data.is_signed = False


def _after_signing(request: AWSRequest, **_: object) -> None:
    if isinstance(request.data, PartReader):
        request.data.is_signed = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the weights go."""

    client: S3Client
    bucket: str
    key: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def find(self) -> S3Object | None:
        return find_object(self.client, self.bucket, self.key)

    def require_bucket(self) -> None:
        """Raises ActionError (P001) where S3 says that there is no such bucket. Whoever may not ask that (s3:ListBucket) is told
        by the requests that follow."""
        try:
            self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error_code(error) in {"404", "NoSuchBucket"}:
                raise ActionError(no_bucket(self.bucket)) from error


class _Condition(TypedDict, total=False):
    IfMatch: str
    IfNoneMatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """An inspected file: where its parts are, and their sums."""

    file: BinaryIO
    size: int
    spans: list[tuple[int, int]]
    sums: list[str]
    whole: str
    lock: Lock

    def part(self, number: int) -> bytes:
        start, end = self.spans[number - 1]
        with self.lock:
            self.file.seek(start)
            return self.file.read(end - start)

    def length(self, number: int) -> int:
        start, end = self.spans[number - 1]
        return end - start


def push(
    destination: Destination,
    path: Path,
    *,
    policy: Policy,
    start_progress: StartProgress,
    debug: Callable[[str], None],
    options: PushOptions = PUSH_OPTIONS,
) -> PushResult:
    """Inspects the file, uploads it if it is good and not there already, and stores the verdict beside it.

    An interrupted push is resumed. Raises ActionError: W… for what is wrong with the archive (nothing is sent), W016 when
    somebody else uploaded meanwhile or the file was changed, C019 when the file cannot be read, P001 when there is no such bucket
    (before the file is read), A… when S3 refuses.
    """
    destination.client.meta.events.register_first("request-created.s3", _before_signing)
    destination.client.meta.events.register_last("request-created.s3", _after_signing)
    destination.require_bucket()
    before = destination.find()
    try:
        with path.open("rb") as file:
            archive, verdict = _inspect(file, path.name, policy, start_progress, options.part)
            if not verdict.ok:
                raise ActionError(verdict.problems)
            if before and _is_there(destination.client, before, verdict, policy, debug):
                return PushResult(weights=before, verdict=verdict, sent=0)
            progress = start_progress(SENT, archive.size)
            upload = _Upload(
                destination=destination, archive=archive, progress=progress, debug=debug, connections=options.connections
            )
            try:
                sent = upload.send(before)
            finally:
                progress.finish()
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise ActionError(no_archive(str(path))) from error
        raise ActionError(unreadable_file(str(path), system_reason(error))) from error
    except AWS_ERRORS as error:
        raise ActionError(_refused(error, destination, path)) from error
    weights = destination.find()
    ours = Checksum(algorithm="CRC32", type="FULL_OBJECT", value=archive.whole)
    if weights is None or weights.size != archive.size or (weights.checksum or ours) != ours:
        raise ActionError(problems.somebody_else(str(path), path.name, destination.uri))
    weights = replace(weights, checksum=ours)  # whether it is S3's, too, will show when the verdict is read
    warning = write_record(destination.client, VerdictRecord(weights=weights, verdict=verdict, pushed=True))
    return PushResult(weights=weights, verdict=verdict, sent=sent, warnings=(warning,) if warning else ())


def _inspect(file: BinaryIO, name: str, policy: Policy, start_progress: StartProgress, part: int) -> tuple[_Archive, Verdict]:
    size = os.fstat(file.fileno()).st_size
    spans = part_spans(size, part)
    progress = start_progress(CHECKED, size)
    reader = ChecksumReader(file, spans[0][1] if spans else part, progress)
    try:
        verdict = inspect_archive(reader, name=name, policy=policy, origin=ON_DISK)
    finally:
        progress.finish()
    archive = _Archive(
        file=file,
        size=size,
        spans=spans,
        sums=[_base64(each) for each in reader.parts],
        whole=_base64(reader.whole),
        lock=Lock(),
    )
    if verdict.ok and verdict.size != size:
        raise ActionError(problems.changed(name))
    return archive, verdict


def _is_there(client: S3Client, before: S3Object, verdict: Verdict, policy: Policy, debug: Callable[[str], None]) -> bool:
    """Whether the object is these very bytes, with a verdict that will be trusted."""
    if before.size != verdict.size:
        return False
    record = read_record(client, before, debug=debug)
    return record is not None and reason_to_reject(record, before, policy) is None and record.verdict.sha256 == verdict.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class _Upload:
    destination: Destination
    archive: _Archive
    progress: Progress
    debug: Callable[[str], None]
    connections: int

    def send(self, before: S3Object | None) -> int:
        """Returns the bytes that were sent. The object is only replaced if it is still the one that was there before."""
        condition: _Condition = {"IfMatch": before.etag} if before else {"IfNoneMatch": "*"}
        if len(self.archive.spans) == 1:
            return self._send_whole(condition)
        try:
            return self._send_by_parts(condition)
        except ClientError as error:
            # Completed, but its answer was lost: asked again, S3 no longer knows the upload. A look at the object decides.
            if error_code(error) == "NoSuchUpload" and error.operation_name == "CompleteMultipartUpload":
                return self.archive.size
            raise

    def _send_whole(self, condition: _Condition) -> int:
        self.destination.client.put_object(
            Bucket=self.destination.bucket,
            Key=self.destination.key,
            Body=PartReader(self.archive.part(1), self.progress),
            ContentType="application/gzip",
            ChecksumCRC32=self.archive.whole,
            **condition,
        )
        return self.archive.size

    def _send_by_parts(self, condition: _Condition) -> int:
        client, archive = self.destination.client, self.archive
        upload, present = self._resumable()
        if upload is None:
            upload = client.create_multipart_upload(
                Bucket=self.destination.bucket,
                Key=self.destination.key,
                ContentType="application/gzip",
                ChecksumAlgorithm="CRC32",
                ChecksumType="FULL_OBJECT",
            )["UploadId"]
        missing = [number for number in range(1, len(archive.spans) + 1) if number not in present]
        to_send = sum(map(archive.length, missing))
        self.progress.advance(archive.size - to_send)
        etags = {**present, **self._send_parts(upload, missing)}
        parts: list[CompletedPartTypeDef] = [
            {"PartNumber": number, "ETag": etags[number], "ChecksumCRC32": archive.sums[number - 1]} for number in sorted(etags)
        ]
        self.progress.wait_for(ASSEMBLING)
        client.complete_multipart_upload(
            Bucket=self.destination.bucket,
            Key=self.destination.key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},
            ChecksumCRC32=archive.whole,
            ChecksumType="FULL_OBJECT",
            MpuObjectSize=archive.size,
            **condition,
        )
        return to_send

    def _send_parts(self, upload: str, numbers: Iterable[int]) -> dict[int, str]:
        """Uploads the parts side by side; returns their ETags. The parts that got through stay, even if others fail."""

        def send(number: int) -> tuple[int, str]:
            answer = self.destination.client.upload_part(
                Bucket=self.destination.bucket,
                Key=self.destination.key,
                UploadId=upload,
                PartNumber=number,
                Body=PartReader(self.archive.part(number), self.progress),
                ChecksumCRC32=self.archive.sums[number - 1],
            )
            return number, answer["ETag"]

        pool = ThreadPoolExecutor(max_workers=self.connections, thread_name_prefix="weights push")
        try:
            sent = dict(pool.map(send, numbers))
        except BaseException as error:
            # Parts on their way may still get through, and count for the next push; but a cancelled push does not wait for them.
            pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
            raise
        pool.shutdown()
        return sent

    def _resumable(self) -> tuple[str | None, Mapping[int, str]]:
        """An unfinished upload of this key that holds parts of this file, and the ETags of those parts by number.

        It may have been begun with another file: a part counts if its place, length and CRC-32 are those of ours.
        """
        best: tuple[str | None, dict[int, str]] = (None, {})
        key = self.destination.key
        try:
            paginator = self.destination.client.get_paginator("list_multipart_uploads")
            pages = paginator.paginate(Bucket=self.destination.bucket, Prefix=key)
            for found in (each for page in pages for each in page.get("Uploads", ())):
                if found["Key"] != key or found.get("ChecksumAlgorithm") != "CRC32" or found.get("ChecksumType") != "FULL_OBJECT":
                    continue
                fitting = self._fitting_parts(found["UploadId"])
                if len(fitting) > len(best[1]):
                    best = found["UploadId"], fitting
        except ClientError as error:
            if not is_denied(error) and error_code(error) != "NoSuchUpload":
                raise
            self.debug(f"unfinished uploads were not looked for: {error_code(error)} on {error.operation_name}")
        return best

    def _fitting_parts(self, upload: str) -> dict[int, str]:
        archive = self.archive
        parts = self.destination.client.get_paginator("list_parts").paginate(
            Bucket=self.destination.bucket, Key=self.destination.key, UploadId=upload
        )
        return {
            part["PartNumber"]: part["ETag"]
            for page in parts
            for part in page.get("Parts", ())
            if part["PartNumber"] <= len(archive.spans)
            and part["Size"] == archive.length(part["PartNumber"])
            and part.get("ChecksumCRC32") == archive.sums[part["PartNumber"] - 1]
        }


def _base64(checksum: int) -> str:
    return b64encode(checksum.to_bytes(4, "big")).decode()


def _refused(error: ClientError | BotoCoreError | ResponseParserError, destination: Destination, path: Path) -> Problem:
    if isinstance(error, ClientError) and error_code(error) in _CONFLICT:
        return problems.somebody_else(str(path), path.name, destination.uri)
    if isinstance(error, ClientError) and error_code(error) in _CHANGED_ON_THE_WAY:
        return problems.changed(path.name)
    problem = explain_refusal(error, destination.bucket, destination.key, destination.client.meta.region_name)
    if problem.code in _NO_USE_TO_REPEAT:
        return problem
    return replace(problem, hint=lines(problem.hint, problems.PUSH_AGAIN))
