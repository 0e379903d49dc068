"""The weights: they are there, and can be read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aces_action.language import Text, same
from aces_action.output.check import Check, not_asked
from aces_action.preflight.bucket import MISSING, bucket_region
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems.preflight import weights as problems
from aces_action.resources.weights.s3_object import S3Object, require_object

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# Storage classes and tiers whose objects have to be restored first (S3 User Guide, 'Restoring an archived object')
_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE", "ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"})
_NO_BUCKET = Text("there is no bucket", "バケットがありません")
_MAY_BE_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWeights:
    """The archive and how S3 keeps it. `tier`: the archive tier that it would have to be restored from, else empty."""

    weights: S3Object
    tier: str
    restoring: bool


def found_weights(inputs: PreflightInput) -> Query[FoundWeights]:
    """The weights as S3 has them."""
    given, place = inputs.given, inputs.weights_place
    return Query(
        name="weights", prepare=lambda clients: partial(find_weights, given.weights_client if given else clients.s3, *place)
    )


def find_weights(client: S3Client, bucket: str, key: str) -> FoundWeights:
    """Looks the weights up. Raises ActionError: P002 when they are not there, A005 without the permission."""
    weights = require_object(client, bucket, key)
    if weights.storage_class not in _MAY_BE_ARCHIVED:  # the one look of `require_object` is enough
        return FoundWeights(weights=weights, tier="", restoring=False)
    tier, restoring = archive_tier(client.head_object(Bucket=bucket, Key=key))
    return FoundWeights(weights=weights, tier=tier, restoring=restoring)


def archive_tier(head: Mapping[str, Any]) -> tuple[str, bool]:
    """By HeadObject's answer: the archive tier that an object is in (empty: it can be read), and whether it is being restored."""
    tier = str(head.get("ArchiveStatus") or head.get("StorageClass") or "")
    if tier not in _ARCHIVES:
        return "", False
    restore = str(head.get("Restore", ""))
    if 'ongoing-request="false"' in restore:
        return "", False
    return tier, "ongoing-request" in restore


def check_weights(found: QueryResult[FoundWeights], *, bucket: str, key: str, without_bucket: bool) -> list[Check]:
    """`without_bucket`: the bucket is not there, which has been said already."""
    what, needed = Text("Weights", "重みファイル"), same(f"s3://{bucket}/{key}")
    if found.value is None:
        return [not_asked(what, _NO_BUCKET)] if without_bucket else found.failed(what, needed)
    if tier := found.value.tier:
        archived = problems.being_restored if found.value.restoring else problems.archived
        return [Check(what=what, found=same(tier), needed=needed, problems=(archived(bucket, key, tier=tier),))]
    size = found.value.weights.size
    return [Check(what=what, found=Text(f"{size:,} bytes", f"{size:,}バイト"), needed=needed)]


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    bucket, key = inputs.weights_place
    return check_weights(
        answers.of(found_weights(inputs)),
        bucket=bucket,
        key=key,
        without_bucket=inputs.given is None and answers.of(bucket_region(inputs)).value == MISSING,
    )


CHECK = PreflightCheck(queries=lambda inputs: [found_weights(inputs)], rows=_rows)
