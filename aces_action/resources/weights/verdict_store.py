"""The verdict on weights, stored beside them, so that unchanged weights are never read twice.

Whoever may write beside the weights may write the weights, so a verdict cannot be proof against its own writers. What is
ensured: it is complete, as this program wrote it, about this very upload, and by today's rules. A verdict that was pushed along
with the weights counts only while S3's own checksum of them is the one that it names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from aces_action import __version__
from aces_action.aws.errors import error_code, explain, is_denied, missing_permission
from aces_action.output.verdict import Policy, Verdict, from_json, to_json
from aces_action.problems.problem import Problem
from aces_action.problems.weights import s3 as problems
from aces_action.resources.weights.s3_object import GONE, Checksum, Encryption, S3Object

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.literals import ServerSideEncryptionType

MAX_SIZE = 1 << 20
"""Bytes of a stored verdict; with all files and problems that one may list it has some 200,000."""
SUFFIX = ".verdict.json"
_FORMAT = "aces-action stored verdict 1"
_DIGEST = "aces-sha256"
T = TypeVar("T")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """The copy that nobody overwrites, as it was when it was seen last (seconds since 1970)."""

    key: str
    etag: str
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRecord:
    """What is stored beside the weights: the verdict, its upload and its release. `pushed`: inspected before the upload."""

    weights: S3Object
    verdict: Verdict
    pushed: bool = False
    released: ReleaseRecord | None = None


class EncryptionParameters(TypedDict, total=False):
    """Parameters of S3's operations."""

    ServerSideEncryption: ServerSideEncryptionType
    SSEKMSKeyId: str
    BucketKeyEnabled: bool


def encryption_parameters(encryption: Encryption | None) -> EncryptionParameters:
    """What makes another object be encrypted like this one; nothing where the bucket's own setting will do."""
    if encryption is None:
        return {}
    parameters: EncryptionParameters = {
        "ServerSideEncryption": cast("ServerSideEncryptionType", encryption.algorithm),
        "BucketKeyEnabled": encryption.bucket_key,
    }
    if encryption.key_id:
        parameters["SSEKMSKeyId"] = encryption.key_id
    return parameters


def verdict_key(weights: S3Object) -> str:
    return weights.key + SUFFIX


def read_record(client: S3Client, weights: S3Object, *, debug: Callable[[str], None]) -> VerdictRecord | None:
    """What stands beside the weights, in one request; None where nothing stands or nothing that can be read."""
    where = f"s3://{weights.bucket}/{verdict_key(weights)}"
    try:
        answer = client.get_object(Bucket=weights.bucket, Key=verdict_key(weights))
        with answer["Body"] as body:
            if answer["ContentLength"] > MAX_SIZE:
                debug(f"{where} is not a verdict: it has {answer['ContentLength']:,} bytes")
                return None
            content = body.read()
    except ClientError as error:
        # S3 says 'denied' of what is not there to a role that may not list the bucket
        if error_code(error) not in GONE:
            debug(f"{where} was not read: {error_code(error)}")
        return None
    except (BotoCoreError, ResponseParserError, HTTPError, OSError) as error:
        debug(f"{where} was not read: {error}")
        return None
    if answer["Metadata"].get(_DIGEST) != hashlib.sha256(content).hexdigest():
        debug(f"{where} is not trusted: it is not as aces-action wrote it")
        return None
    record = parse(content)
    if record is None:
        debug(f"{where} is not trusted: it is no verdict of a kind known to this version")
    return record


def write_record(client: S3Client, record: VerdictRecord) -> Problem | None:
    """Stores the record beside its weights. Returns a warning if that is not possible: the run goes on without."""
    weights, content = record.weights, render(record)
    try:
        client.put_object(
            Bucket=weights.bucket,
            Key=verdict_key(weights),
            Body=content,
            ContentType="application/json",
            Metadata={_DIGEST: hashlib.sha256(content).hexdigest()},
            **encryption_parameters(weights.encryption),
        )
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        return _not_kept(weights, error)
    return None


def _not_kept(weights: S3Object, error: ClientError | BotoCoreError | ResponseParserError) -> Problem:
    if isinstance(error, ClientError) and is_denied(error):
        why = problems.lacks(missing_permission(error, "s3"))
    else:
        why = explain(error).message
    return problems.not_kept(f"s3://{weights.bucket}/{verdict_key(weights)}", why)


def reason_to_reject(record: VerdictRecord, weights: S3Object, policy: Policy) -> str | None:
    """Why the record says nothing about the weights as they are now; None when it does."""
    then, verdict = record.weights, record.verdict
    if (then.bucket, then.key) != (weights.bucket, weights.key):
        return "it is of another object"
    if (then.etag, then.size) != (weights.etag, weights.size):
        return "the weights were uploaded again"
    if then.version_id != weights.version_id:
        return "it is of another version of the weights"
    if record.pushed and (weights.checksum is None or weights.checksum != then.checksum):
        return "S3's checksum of the weights is not the one that was pushed"
    if weights.checksum and then.checksum and weights.checksum != then.checksum:
        return "S3's checksum of the weights is another one"
    if verdict.ok and (verdict.size != weights.size or not _SHA256.fullmatch(verdict.sha256)):
        return "it contradicts itself"
    if not verdict.holds(policy):
        return "it was inspected by other rules"
    return None


def render(record: VerdictRecord) -> bytes:
    """The record as JSON in UTF-8."""
    weights, released = record.weights, record.released
    checksum = weights.checksum
    document = {
        "format": _FORMAT,
        "checker": f"aces-action {__version__}",
        "weights": {
            "bucket": weights.bucket,
            "key": weights.key,
            "etag": weights.etag,
            "version_id": weights.version_id,
            "size": weights.size,
            "checksum": checksum and {"algorithm": checksum.algorithm, "type": checksum.type, "value": checksum.value},
        },
        "pushed": record.pushed,
        "released": released and {"key": released.key, "etag": released.etag, "seen": released.seen},
        "verdict": json.loads(to_json(record.verdict)),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def parse(content: bytes) -> VerdictRecord | None:
    """The record that `render` wrote; None when it is anything else, or of another format."""
    try:
        document = _mapping(json.loads(content))
        if document["format"] != _FORMAT:
            return None
        verdict = from_json(json.dumps(document["verdict"]))
        if verdict is None:
            return None
        released = document["released"]
        return VerdictRecord(
            weights=_weights(_mapping(document["weights"])),
            verdict=verdict,
            pushed=_typed(bool, document["pushed"]),
            released=None if released is None else _released(_mapping(released)),
        )
    except (ValueError, KeyError, RecursionError):
        return None


def _weights(found: Mapping[str, object]) -> S3Object:
    version, checksum = found["version_id"], found["checksum"]
    return S3Object(
        bucket=_typed(str, found["bucket"]),
        key=_typed(str, found["key"]),
        etag=_typed(str, found["etag"]),
        size=_typed(int, found["size"]),
        version_id=None if version is None else _typed(str, version),
        checksum=None if checksum is None else _checksum(_mapping(checksum)),
    )


def _checksum(found: Mapping[str, object]) -> Checksum:
    return Checksum(
        algorithm=_typed(str, found["algorithm"]),
        type="FULL_OBJECT" if found["type"] == "FULL_OBJECT" else "COMPOSITE",
        value=_typed(str, found["value"]),
    )


def _released(found: Mapping[str, object]) -> ReleaseRecord:
    return ReleaseRecord(key=_typed(str, found["key"]), etag=_typed(str, found["etag"]), seen=_typed(float, found["seen"]))


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", _typed(dict, value))


def _typed(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise ValueError(value)  # noqa: TRY004 - `parse` takes it for a malformed document, as it does the other errors
    return value
