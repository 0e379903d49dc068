"""The weights in S3: found, judged while they stream by, and copied to a key that nobody overwrites."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import error_code, explain
from aces_action.language import Text
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.weights.judge import Verdict, judge

if TYPE_CHECKING:
    from typing import BinaryIO

    from types_boto3_s3 import S3Client

_REPORT_EVERY = 10.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One object in S3, as it was when it was found. `size` in bytes."""

    bucket: str
    key: str
    etag: str
    size: int

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


def locate(client: S3Client, bucket: str, key: str) -> Weights:
    """Looks the archive up. Raises ActionError: P002 when it is not there, A005 without the permission."""
    try:
        head = client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error_code(error) in {"404", "NoSuchKey", "NotFound"}:
            raise ActionError(
                Problem(
                    kind=CATALOGUE["P002"],
                    message=Text(
                        f"There are no weights at s3://{bucket}/{key}.",
                        f"s3://{bucket}/{key}に重みファイルがありません。",
                    ),
                    hint=Text(
                        f"Upload them:\naws s3 cp deploy.tar.gz s3://{bucket}/{key}",
                        f"アップロードしてください:\naws s3 cp deploy.tar.gz s3://{bucket}/{key}",
                    ),
                )
            ) from error
        raise ActionError(explain(error, resource=f"s3://{bucket}/{key}")) from error
    return Weights(bucket=bucket, key=key, etag=head["ETag"], size=head["ContentLength"])


def check(client: S3Client, weights: Weights, *, policy: Literal["strict", "lenient"], tell: Callable[[str], None]) -> Verdict:
    """Judges the archive in one pass over its bytes, in constant memory. A line of progress each ten seconds.

    Raises ActionError: W… what is wrong with the archive, W011 when it was replaced meanwhile, A007 when S3 went away.
    """
    try:
        answer = client.get_object(Bucket=weights.bucket, Key=weights.key, IfMatch=weights.etag)
        source = _Progress(cast("BinaryIO", answer["Body"]), weights.size, tell)
        verdict = judge(cast("BinaryIO", source), name=weights.name, policy=policy)
    except ClientError as error:
        if error_code(error) in {"PreconditionFailed", "412", "NoSuchKey"}:
            raise ActionError(_replaced(weights)) from error
        raise ActionError(explain(error, resource=weights.uri)) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise ActionError(explain(error, resource=weights.uri)) from error
    if not verdict.ok:
        raise ActionError(verdict.problems)
    return verdict


def release_uri(weights: Weights, verdict: Verdict) -> str:
    """Where these very bytes are kept for good: named by their SHA-256, so nothing else can ever be there."""
    return f"s3://{weights.bucket}/{_release_key(weights, verdict)}"


def is_released(client: S3Client, weights: Weights, verdict: Verdict) -> bool:
    """Whether the bytes are at their released key already."""
    try:
        return client.head_object(Bucket=weights.bucket, Key=_release_key(weights, verdict))["ContentLength"] == verdict.size
    except ClientError as error:
        if error_code(error) in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise


def release(client: S3Client, weights: Weights, verdict: Verdict) -> bool:
    """Copies the judged bytes inside S3 to their released key; false when they are there already.

    Raises ActionError W011 when the object is no longer the one that was judged.
    """
    if is_released(client, weights, verdict):
        return False
    try:
        client.copy(
            {"Bucket": weights.bucket, "Key": weights.key},
            weights.bucket,
            _release_key(weights, verdict),
            ExtraArgs={"CopySourceIfMatch": weights.etag},
        )
    except ClientError as error:
        if error_code(error) in {"PreconditionFailed", "412", "NoSuchKey", "404"}:
            raise ActionError(_replaced(weights)) from error
        raise ActionError(explain(error, resource=release_uri(weights, verdict))) from error
    return True


def _release_key(weights: Weights, verdict: Verdict) -> str:
    folder, _, name = weights.key.rpartition("/")
    return f"{folder}/releases/{verdict.sha256}/{name}"


def _replaced(weights: Weights) -> Problem:
    return Problem(
        kind=CATALOGUE["W011"],
        message=Text(
            f"{weights.uri} was replaced while it was being checked.",
            f"{weights.uri}が検査中に置き換えられました。",
        ),
        hint=Text(
            "Run the job again once the upload is complete.",
            "アップロードが完了してから、ジョブを再実行してください。",
        ),
    )


class _Progress:
    """A stream that says how far it is, at most once in ten seconds."""

    def __init__(self, source: BinaryIO, size: int, tell: Callable[[str], None]) -> None:
        self._source, self._size, self._tell = source, size, tell
        self._done, self._next = 0, time.monotonic() + _REPORT_EVERY

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._done += len(block)
        if time.monotonic() >= self._next and self._size:
            self._next = time.monotonic() + _REPORT_EVERY
            self._tell(f"read {self._done / 1e9:.2f} of {self._size / 1e9:.2f} GB")
        return block
