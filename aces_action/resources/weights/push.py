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
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, TypedDict

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from isal.isal_zlib import crc32

from aces_action.aws.errors import AWS_ERRORS, error_code, is_denied
from aces_action.language import Text, lines, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.weights.bucket import explain_refusal
from aces_action.resources.weights.inspect import AT_HAND, ByteSource, inspect_archive
from aces_action.resources.weights.progress import Progress, StartProgress
from aces_action.resources.weights.release import part_spans
from aces_action.resources.weights.s3_object import REPLACED, Checksum, S3Object, find_object
from aces_action.resources.weights.verdict import Policy, Verdict
from aces_action.resources.weights.verdict_store import VerdictRecord, read_record, reason_to_reject, write_record

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

_CONFLICT = frozenset({*REPLACED, "ConditionalRequestConflict"})
_CHANGED_ON_THE_WAY = frozenset({"BadDigest", "XAmzContentChecksumMismatch"})
_NOT_BY_ITSELF = frozenset({"ACES-P001", "ACES-A005"})
"""What no second try mends."""
_GO_ON = Text(
    "Push again: parts that are in S3 already are not sent again.",
    "もう一度pushしてください。S3にあるパートは再送されません。",
)


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


class _Condition(TypedDict, total=False):
    IfMatch: str
    IfNoneMatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Archive:
    """A inspected file: where its parts are, and their sums."""

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


def push(
    client: S3Client,
    path: Path,
    bucket: str,
    key: str,
    *,
    policy: Policy,
    start_progress: StartProgress,
    debug: Callable[[str], None],
    options: PushOptions = PUSH_OPTIONS,
) -> PushResult:
    """Inspects the file, uploads it if it is good and not there already, and stores the verdict beside it.

    An interrupted push is taken up where it stopped. Raises ActionError: W… what is wrong with the archive (nothing is sent),
    W016 when somebody else uploaded meanwhile or the file was changed, C019 when the file cannot be read, P001 when there is no
    such bucket (before the file is read), A… for what S3 says.
    """
    before = find_object(client, bucket, key)
    try:
        with path.open("rb") as file:
            archive, verdict = _inspect(file, path.name, policy, start_progress, options)
            if not verdict.ok:
                raise ActionError(verdict.problems)
            if before and _is_there(client, before, verdict, policy, debug):
                return PushResult(weights=before, verdict=verdict, sent=0)
            sent = _upload(client, archive, bucket, key, before, start_progress, debug, options.connections)
    except OSError as error:
        raise ActionError(_unreadable(path, error)) from error
    except AWS_ERRORS as error:
        raise ActionError(_refused(error, bucket, key, client.meta.region_name, path)) from error
    weights = find_object(client, bucket, key)
    ours = Checksum(algorithm="CRC32", type="FULL_OBJECT", value=archive.whole)
    if weights is None or weights.size != archive.size or (weights.checksum or ours) != ours:
        raise ActionError(_somebody_else(f"s3://{bucket}/{key}", path))
    weights = replace(weights, checksum=ours)  # whether it is S3's, too, whoever reads the verdict will see
    warning = write_record(client, VerdictRecord(weights=weights, verdict=verdict, pushed=True))
    return PushResult(weights=weights, verdict=verdict, sent=sent, warnings=(warning,) if warning else ())


def _inspect(
    file: BinaryIO, name: str, policy: Policy, start_progress: StartProgress, options: PushOptions
) -> tuple[_Archive, Verdict]:
    size = os.fstat(file.fileno()).st_size
    spans = part_spans(size, options.part)
    progress = start_progress("checked", size)
    tally = ChecksumReader(file, spans[0][1] if spans else options.part, progress)
    try:
        verdict = inspect_archive(tally, name=name, policy=policy, if_damaged=AT_HAND)
    finally:
        progress.finish()
    archive = _Archive(
        file=file, size=size, spans=spans, sums=[_base64(each) for each in tally.parts], whole=_base64(tally.whole), lock=Lock()
    )
    if verdict.ok and verdict.size != size:
        raise ActionError(_changed(Path(name)))
    return archive, verdict


def _is_there(client: S3Client, before: S3Object, verdict: Verdict, policy: Policy, debug: Callable[[str], None]) -> bool:
    """Whether the object is these very bytes, with a verdict that will be trusted."""
    if before.size != verdict.size:
        return False
    record = read_record(client, before, debug=debug)
    return record is not None and reason_to_reject(record, before, policy) is None and record.verdict.sha256 == verdict.sha256


def _upload(
    client: S3Client,
    archive: _Archive,
    bucket: str,
    key: str,
    before: S3Object | None,
    start_progress: StartProgress,
    debug: Callable[[str], None],
    connections: int,
) -> int:
    """Gives the bytes that were sent. The object is only ever replaced if it is still the one that was there before."""
    condition: _Condition = {"IfMatch": before.etag} if before else {"IfNoneMatch": "*"}
    progress = start_progress("sent", archive.size)
    try:
        if len(archive.spans) == 1:
            client.put_object(
                Bucket=bucket,
                Key=key,
                Body=archive.part(1),
                ContentType="application/gzip",
                ChecksumCRC32=archive.whole,
                **condition,
            )
            progress.advance(archive.size)
            return archive.size
        upload, present = _resumable(client, archive, bucket, key, debug)
        if upload is None:
            upload = client.create_multipart_upload(
                Bucket=bucket, Key=key, ContentType="application/gzip", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT"
            )["UploadId"]
        missing = [number for number in range(1, len(archive.spans) + 1) if number not in present]
        spared = archive.size - sum(_length(archive, number) for number in missing)
        progress.advance(spared)
        etags = {**present, **_send_parts(client, archive, bucket, key, upload, missing, progress, connections)}
        parts: list[CompletedPartTypeDef] = [
            {"PartNumber": number, "ETag": etags[number], "ChecksumCRC32": archive.sums[number - 1]} for number in sorted(etags)
        ]
        client.complete_multipart_upload(
            Bucket=bucket,
            Key=key,
            UploadId=upload,
            MultipartUpload={"Parts": parts},
            ChecksumCRC32=archive.whole,
            ChecksumType="FULL_OBJECT",
            MpuObjectSize=archive.size,
            **condition,
        )
        return archive.size - spared
    except ClientError as error:
        # Completed, but its answer was lost: asked again, S3 no longer knows the upload. The look at the object decides.
        if error_code(error) == "NoSuchUpload" and error.operation_name == "CompleteMultipartUpload":
            return archive.size
        raise
    finally:
        progress.finish()


def _send_parts(
    client: S3Client,
    archive: _Archive,
    bucket: str,
    key: str,
    upload: str,
    numbers: Iterable[int],
    progress: Progress,
    connections: int,
) -> dict[int, str]:
    """Uploads the parts side by side; gives their ETags. The parts that got through stay, whatever becomes of the others."""

    def send(number: int) -> tuple[int, str]:
        answer = client.upload_part(
            Bucket=bucket,
            Key=key,
            UploadId=upload,
            PartNumber=number,
            Body=archive.part(number),
            ChecksumCRC32=archive.sums[number - 1],
        )
        progress.advance(_length(archive, number))
        return number, answer["ETag"]

    pool = ThreadPoolExecutor(max_workers=connections, thread_name_prefix="weights push")
    try:
        sent = dict(pool.map(send, numbers))
    except BaseException as error:
        # What is under way may still get through, and counts for the next push; but a cancelled push does not wait for it.
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    pool.shutdown()
    return sent


def _resumable(
    client: S3Client, archive: _Archive, bucket: str, key: str, debug: Callable[[str], None]
) -> tuple[str | None, Mapping[int, str]]:
    """An upload of this key that was not finished and holds parts of this file, and the ETags of those parts by number.

    Which file it was begun with does not matter: a part counts if its place, length and CRC-32 are those of ours.
    """
    best: tuple[str | None, dict[int, str]] = (None, {})
    try:
        pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=key)
        for found in (each for page in pages for each in page.get("Uploads", ())):
            if found["Key"] != key or found.get("ChecksumAlgorithm") != "CRC32" or found.get("ChecksumType") != "FULL_OBJECT":
                continue
            fitting = _fitting(client, archive, bucket, key, found["UploadId"])
            if len(fitting) > len(best[1]):
                best = found["UploadId"], fitting
    except ClientError as error:
        if not is_denied(error) and error_code(error) != "NoSuchUpload":
            raise
        debug(f"unfinished uploads were not looked for: {error_code(error)} on {error.operation_name}")
    return best


def _fitting(client: S3Client, archive: _Archive, bucket: str, key: str, upload: str) -> dict[int, str]:
    parts = client.get_paginator("list_parts").paginate(Bucket=bucket, Key=key, UploadId=upload)
    return {
        part["PartNumber"]: part["ETag"]
        for page in parts
        for part in page.get("Parts", ())
        if part["PartNumber"] <= len(archive.spans)
        and part["Size"] == _length(archive, part["PartNumber"])
        and part.get("ChecksumCRC32") == archive.sums[part["PartNumber"] - 1]
    }


def _length(archive: _Archive, number: int) -> int:
    start, end = archive.spans[number - 1]
    return end - start


def _base64(checksum: int) -> str:
    return b64encode(checksum.to_bytes(4, "big")).decode()


def _refused(error: ClientError | BotoCoreError | ResponseParserError, bucket: str, key: str, region: str, path: Path) -> Problem:
    if isinstance(error, ClientError) and error_code(error) in _CONFLICT:
        return _somebody_else(f"s3://{bucket}/{key}", path)
    if isinstance(error, ClientError) and error_code(error) in _CHANGED_ON_THE_WAY:
        return _changed(path)
    problem = explain_refusal(error, bucket, key, region)
    if problem.code in _NOT_BY_ITSELF:
        return problem
    return Problem(kind=problem.kind, message=problem.message, hint=lines(problem.hint, _GO_ON))


def _somebody_else(uri: str, path: Path) -> Problem:
    """Rendered when the object at the key is another one than at the start of the push."""
    look = Text("Look at what is there now:", "現在のファイルを確認してください:")
    again = Text("If yours is to replace it:", "置き換えてよければ、もう一度pushしてください:")
    return Problem(
        kind=CATALOGUE["W016"],
        message=Text(
            f"Somebody else changed {uri} while {path.name} was on its way; what they uploaded is there now.",
            f"{path.name}のアップロード中に{uri}がほかから変更されました。現在あるのは、そちらのファイルです。",
        ),
        hint=lines(
            look,
            same(f"aces-action weights check {uri}"),
            again,
            same(f"aces-action weights push {path} {uri}"),
        ),
    )


def _changed(path: Path) -> Problem:
    """Rendered when S3 got other bytes than were inspected."""
    return Problem(
        kind=CATALOGUE["W016"],
        message=Text(
            f"{path.name} was changed after it had been checked; what is in S3 was not replaced.",
            f"{path.name}が検査の後で変更されたため、S3のファイルは置き換えませんでした。",
        ),
        hint=Text(
            "Push again once nothing writes to it any more.",
            "ファイルへの書き込みが終わってから、もう一度pushしてください。",
        ),
    )


def _unreadable(path: Path, error: OSError) -> Problem:
    why = error.strerror or str(error)
    return Problem(
        kind=CATALOGUE["C019"],
        message=Text(f"{path} cannot be read: {why}.", f"{path}を読み込めません: {why}。"),
    )
