"""The weights of a promotion: their verdict, and their way from one bucket to another, inside S3 or through this machine."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from isal.isal_zlib import crc32

from aces_action.language import Text
from aces_action.output.verdict import Policy
from aces_action.problems import ActionError
from aces_action.problems import promotion as problems
from aces_action.problems.weights.fault import IN_S3
from aces_action.promotion.source import Promotion
from aces_action.resources.weights.fetch import Fetch
from aces_action.resources.weights.inspect import inspect_archive
from aces_action.resources.weights.progress import READ, StartProgress
from aces_action.resources.weights.release import (
    DIGEST,
    Condition,
    ReleasePlace,
    discard_upload,
    find_release,
    part_spans,
    storage_class,
)
from aces_action.resources.weights.resolve import ResolvedWeights
from aces_action.resources.weights.verdict_store import VerdictRecord, read_record

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

COPIED = Text("copied", "コピー")
_WEIGHTS = Text("archive", "重みファイル")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """`part`: bytes of a part, and of what one request uploads (S3's least is 5 MiB). Twice `connections` parts are in memory at
    most: on their way, and waiting for it."""

    part: int = 16 << 20
    connections: int = 4


STREAM_OPTIONS = StreamOptions()


def resolve_promoted(
    promotion: Promotion,
    place: ReleasePlace,
    *,
    policy: Policy,
    start_progress: StartProgress,
    debug: Callable[[str], None],
) -> ResolvedWeights:
    """The verdict on what is promoted: the one that the source's deployment has stored, unless the archive that people upload
    is another one by now, or the release is to be copied inside S3; then it is read once more. `place`: where it is to be.

    A refused archive has a verdict, too: ask `verdict.ok`. Raises ActionError: M007 where its bytes are not those of its name.
    """
    source, version = promotion.source, promotion.version
    # encrypted as the target's bucket does by itself: the source's key is nobody's here
    weights = replace(promotion.weights, encryption=None)
    uploaded = replace(weights, bucket=source.names.bucket, key=source.names.weights_key)
    record = read_record(source.clients.s3, uploaded, debug=debug)
    verdict = record.verdict if record else None
    known = verdict is not None and verdict.sha256 == version.sha256 and verdict.holds(policy) and verdict.size == weights.size
    if verdict and known and not source.own_credentials:
        # No byte of a copy inside S3 comes by here, and what S3 tells of the source its writers have written
        known = find_release(source.clients.s3, weights, verdict, place=place) is not None
    if verdict is None or not known:
        with Fetch(source.clients.s3, weights, progress=start_progress(READ, weights.size)) as archive:
            verdict = inspect_archive(archive, name=weights.name, policy=policy, origin=replace(IN_S3, uri=weights.uri))
    if verdict.sha256 != version.sha256:
        raise ActionError(problems.other_bytes(_WEIGHTS, weights.uri))
    return ResolvedWeights(record=VerdictRecord(weights=weights, verdict=verdict), reused=known, keep=False, place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamedWeights:
    """A copy through this machine, from where other credentials read. Called as `release` calls a copy.

    In bounded memory, and without a file on disk. The release counts only once all bytes have the SHA-256 of its name: an upload
    that is not that far, whatever ended it, is discarded.
    """

    promotion: Promotion
    client: S3Client
    start_progress: StartProgress
    options: StreamOptions = STREAM_OPTIONS

    def __call__(self, place: ReleasePlace, condition: Condition) -> None:
        """Raises ActionError: M007 for other bytes, W011 where they are replaced meanwhile; AWS_ERRORS."""
        weights = self.promotion.weights
        spans = part_spans(weights.size, self.options.part)
        progress = self.start_progress(COPIED, weights.size)
        with Fetch(self.promotion.source.clients.s3, weights, progress=progress) as archive:
            parts = _Parts(archive, self.promotion.version.sha256, [end - start for start, end in spans], weights.uri)
            if len(spans) == 1:
                self._send_whole(place, condition, parts)
            else:
                self._send_by_parts(place, condition, parts)

    def _send_whole(self, place: ReleasePlace, condition: Condition, parts: _Parts) -> None:
        [content] = parts
        self.client.put_object(
            Bucket=place.bucket,
            Key=place.key,
            Body=content,
            ContentType="application/gzip",
            Metadata={DIGEST: self.promotion.version.sha256},
            StorageClass=storage_class(self.promotion.weights),
            ChecksumCRC32=_base64(parts.whole),
            **condition,
        )

    def _send_by_parts(self, place: ReleasePlace, condition: Condition, parts: _Parts) -> None:
        upload = self.client.create_multipart_upload(
            Bucket=place.bucket,
            Key=place.key,
            ContentType="application/gzip",
            Metadata={DIGEST: self.promotion.version.sha256},
            StorageClass=storage_class(self.promotion.weights),
            ChecksumAlgorithm="CRC32",
            ChecksumType="FULL_OBJECT",
        )["UploadId"]

        def send(number: int, content: bytes) -> CompletedPartTypeDef:
            checksum = _base64(crc32(content))
            answer = self.client.upload_part(
                Bucket=place.bucket,
                Key=place.key,
                UploadId=upload,
                PartNumber=number,
                Body=content,
                ChecksumCRC32=checksum,
            )
            return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumCRC32": checksum}

        pool = ThreadPoolExecutor(max_workers=self.options.connections, thread_name_prefix="weights copy")
        try:
            sent = self._all_sent(pool, send, parts)
            self.client.complete_multipart_upload(
                Bucket=place.bucket,
                Key=place.key,
                UploadId=upload,
                MultipartUpload={"Parts": sent},
                ChecksumCRC32=_base64(parts.whole),
                ChecksumType="FULL_OBJECT",
                MpuObjectSize=self.promotion.weights.size,
                **condition,
            )
        except BaseException as error:
            # A part that is still under way would outlive the abort; but a cancelled job has no time to wait for it.
            pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
            discard_upload(self.client, place, upload, in_haste=not isinstance(error, Exception))
            raise
        pool.shutdown()

    def _all_sent(
        self, pool: ThreadPoolExecutor, send: Callable[[int, bytes], CompletedPartTypeDef], parts: _Parts
    ) -> list[CompletedPartTypeDef]:
        """Every part as S3 has it, side by side. Raises what the first of them raises, before the rest is read."""
        slots = BoundedSemaphore(2 * self.options.connections)
        sending: list[Future[CompletedPartTypeDef]] = []
        for number, content in enumerate(parts, start=1):
            slots.acquire()
            sending.append(pool.submit(send, number, content))
            sending[-1].add_done_callback(lambda _: slots.release())
            for each in sending:
                if each.done():
                    each.result()
        return [each.result() for each in sending]


class _Parts:
    """The bytes of an archive in parts of these lengths. The last one is given out only if all have the SHA-256. `whole`: the
    CRC-32 of all so far."""

    def __init__(self, archive: Fetch, sha256: str, lengths: list[int], uri: str) -> None:
        self._archive, self._sha256, self._lengths, self._uri = archive, sha256, lengths, uri
        self.whole = 0

    def __iter__(self) -> Iterator[bytes]:
        digest, last = hashlib.sha256(), len(self._lengths) - 1
        for number, length in enumerate(self._lengths):
            part = bytearray()
            while len(part) < length and (block := self._archive.read(length - len(part))):
                part += block
            digest.update(part)
            self.whole = crc32(part, self.whole)
            if len(part) != length or (number == last and digest.hexdigest() != self._sha256):
                raise ActionError(problems.other_bytes(_WEIGHTS, self._uri))
            yield bytes(part)


def _base64(checksum: int) -> str:
    return b64encode(checksum.to_bytes(4, "big")).decode()
