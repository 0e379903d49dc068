"""The weights: they are there, and can be read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import CATALOGUE, Problem
from aces_action.resources.weights.s3_object import S3Object, require_object

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# Storage classes and tiers whose objects have to be restored first (S3 User Guide, 'Restoring an archived object')
_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE", "ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"})
_MAY_SLEEP = frozenset({"GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWeights:
    """The archive and how S3 keeps it. `asleep`: the archive tier that it would have to be restored from, else empty."""

    weights: S3Object
    asleep: str
    restoring: bool


def find_weights(client: S3Client, bucket: str, key: str) -> FoundWeights:
    """Looks the weights up. Raises ActionError: P002 when they are not there, A005 without the permission."""
    weights = require_object(client, bucket, key)
    if weights.storage_class not in _MAY_SLEEP:  # the one look of `require_object` is enough
        return FoundWeights(weights=weights, asleep="", restoring=False)
    asleep, restoring = sleep(client.head_object(Bucket=bucket, Key=key))
    return FoundWeights(weights=weights, asleep=asleep, restoring=restoring)


def sleep(head: Mapping[str, Any]) -> tuple[str, bool]:
    """By HeadObject's answer: the archive that an object sleeps in (empty: it can be read), and whether it is being restored."""
    tier = str(head.get("ArchiveStatus") or head.get("StorageClass") or "")
    if tier not in _ARCHIVES:
        return "", False
    restore = str(head.get("Restore", ""))
    if 'ongoing-request="false"' in restore:
        return "", False
    return tier, "ongoing-request" in restore


def check_weights(found: Answer[FoundWeights], *, bucket: str, key: str, without_bucket: bool) -> list[Check]:
    """`without_bucket`: the bucket is not there, which has been said already."""
    what, needed = Text("Weights", "重みファイル"), same(f"s3://{bucket}/{key}")
    if found.value is None:
        return [] if without_bucket else found.failed(what, needed)
    size = Text(f"{found.value.weights.size:,} bytes", f"{found.value.weights.size:,}バイト")
    if not found.value.asleep:
        return [Check(what=what, found=size, needed=needed)]
    tier = found.value.asleep
    now = (
        Text("It is being restored: run the job again when that is done.", "復元中です。完了してからジョブを再実行してください。")
        if found.value.restoring
        else Text(
            f"Upload them again, or restore them (hours):\n{_RESTORE.format(bucket=bucket, key=key)}",
            f"もう一度アップロードするか、復元してください（数時間かかります）:\n{_RESTORE.format(bucket=bucket, key=key)}",
        )
    )
    problem = Problem(
        kind=CATALOGUE["P012"],
        message=Text(
            f"The weights at s3://{bucket}/{key} are archived ({tier}) and cannot be read.",
            f"s3://{bucket}/{key}の重みファイルはアーカイブ（{tier}）にあり、読み取れません。",
        ),
        hint=now,
    )
    return [Check(what=what, found=same(tier), needed=needed, problems=(problem,))]


_RESTORE = "aws s3api restore-object --bucket {bucket} --key {key} --restore-request Days=7"
