"""The weights of a run: the stored verdict on them, or else a new one; and their release."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aces_action.output.verdict import Policy, Verdict
from aces_action.problems.problem import Problem
from aces_action.resources.weights.progress import READ, StartProgress
from aces_action.resources.weights.release import (
    COPY_OPTIONS,
    CopyOptions,
    ReleasePlace,
    create_release,
    find_release,
    place_beside,
    release_key,
)
from aces_action.resources.weights.s3_object import S3Object
from aces_action.resources.weights.verdict_store import VerdictRecord, read_record, reason_to_reject, write_record

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

RELEASE_TRUSTED_FOR = 24 * 3600.0
"""Seconds for which a release that was seen counts as still there, unless something new is to refer to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedWeights:
    """`reused`: the verdict is a stored one; `keep`: verdict and release are stored beside the weights; `copied`: they were
    released just now. `place`: where, if not beside the weights."""

    record: VerdictRecord
    reused: bool
    keep: bool
    copied: bool = False
    place: ReleasePlace | None = None
    warnings: tuple[Problem, ...] = ()

    @property
    def weights(self) -> S3Object:
        return self.record.weights

    @property
    def verdict(self) -> Verdict:
        return self.record.verdict

    @property
    def release_uri(self) -> str:
        return (self.place or place_beside(self.weights.bucket, self.weights.key, self.verdict.sha256)).uri


def resolve_weights(
    client: S3Client,
    weights: S3Object,
    *,
    policy: Policy,
    keep: bool,
    start_progress: StartProgress,
    debug: Callable[[str], None],
) -> ResolvedWeights:
    """The verdict on these weights: the one stored beside them, or else a new one, which is then stored there.

    A refused archive has a verdict, too: ask `verdict.ok`. Unchanged weights cost one request here.
    Raises ActionError: W011 when the weights were replaced meanwhile, A… when S3 did not answer.
    """
    record = read_record(client, weights, debug=debug)
    if record is not None:
        if (reason := reason_to_reject(record, weights, policy)) is None:
            # with the weights as they are now: what the record does not hold (encryption, storage class) the release needs
            return ResolvedWeights(record=replace(record, weights=weights), reused=True, keep=keep)
        debug(f"the verdict beside {weights.uri} is not used: {reason}")
    from aces_action.problems.weights.fault import IN_S3
    from aces_action.resources.weights.fetch import (
        Fetch,  # with all that an archive is taken apart with: a run without new weights
    )
    from aces_action.resources.weights.inspect import inspect_archive  # is the rule, and needs none of it

    with Fetch(client, weights, progress=start_progress(READ, weights.size)) as source:
        verdict = inspect_archive(source, name=weights.name, policy=policy, origin=replace(IN_S3, uri=weights.uri))
    record = VerdictRecord(weights=weights, verdict=verdict)
    warning = write_record(client, record) if keep else None
    return ResolvedWeights(record=record, reused=False, keep=keep and warning is None, warnings=(warning,) if warning else ())


def is_released(client: S3Client, resolved: ResolvedWeights, *, clock: Callable[[], float] = time.time) -> bool:
    """Whether the bytes are at their released key, for the plan: as seen within a day, without a request, else by looking."""
    seen = resolved.record.released
    if (
        seen is not None
        and seen.key == release_key(resolved.weights, resolved.verdict)
        and 0 <= clock() - seen.seen < RELEASE_TRUSTED_FOR
    ):
        return True
    found = find_release(client, resolved.weights, resolved.verdict, place=resolved.place, clock=clock)
    if found and resolved.keep:
        write_record(client, replace(resolved.record, released=found))  # for the next day; whoever may not write looks each time
    return found is not None


def release(
    client: S3Client,
    resolved: ResolvedWeights,
    *,
    options: CopyOptions = COPY_OPTIONS,
    clock: Callable[[], float] = time.time,
) -> ResolvedWeights:
    """Makes sure, by looking, that the bytes are at their released key, before anything refers to it; copies them if need be.

    The result's record tells of the release. Raises ActionError: W011 when the object is no longer
    the one that was inspected.
    """
    released, copied = create_release(
        client, resolved.weights, resolved.verdict, place=resolved.place, options=options, clock=clock
    )
    record = replace(resolved.record, released=released)
    warning = write_record(client, record) if resolved.keep else None
    return replace(resolved, record=record, copied=copied, warnings=(warning,) if warning else ())
