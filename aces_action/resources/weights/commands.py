"""The commands on weights at a terminal, by plain arguments: check, push, ls. Nothing is printed here."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from aces_action.output.verdict import Policy, Verdict
from aces_action.problems.problem import ActionError
from aces_action.problems.weights import s3 as problems
from aces_action.problems.weights.fault import IN_S3, ON_DISK
from aces_action.problems.weights.packing import unreadable_file
from aces_action.resources.weights.inspect import inspect_archive
from aces_action.resources.weights.progress import CHECKED, READ
from aces_action.resources.weights.rules import MAX_ENTRIES
from aces_action.system_error import system_reason

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from aces_action.resources.weights.progress import Progress, StartProgress
    from aces_action.resources.weights.push import PushResult

_URI = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*[^/])")
STANDARD_INPUT = "-"
_MANY = 1 << 62
"""Lists all files of an archive."""


def is_s3(place: str) -> bool:
    return place.startswith("s3:")


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of `s3://BUCKET/KEY`. Raises ActionError S002 for anything else."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ActionError(problems.no_uri(uri))
    return match[1], match[2]


def check(
    place: str,
    *,
    policy: Policy,
    client: Callable[[], S3Client],
    start_progress: StartProgress,
    debug: Callable[[str], None],
    every_file: bool = False,
) -> Verdict:
    """The verdict on a file, on standard input ('-'), or on an object in S3 (`s3://…`; `client` is asked for only then).

    A verdict that is kept beside an object counts as in the action; a new one is not kept. `every_file`: the verdict names all
    files, not only the first ones (the archive is read for that, unless the kept verdict names them all). Raises ActionError if
    nothing can be read.
    """
    if not is_s3(place):
        return _check_file(place, policy, start_progress, every_file=every_file)
    from aces_action.resources.weights.fetch import Fetch
    from aces_action.resources.weights.resolve import resolve_weights
    from aces_action.resources.weights.s3_object import require_object
    from aces_action.resources.weights.verdict_store import read_record, reason_to_reject

    bucket, key = split_uri(place)
    s3 = client()
    weights = require_object(s3, bucket, key)
    if not every_file:
        resolved = resolve_weights(s3, weights, policy=policy, keep=False, start_progress=start_progress, debug=debug)
        return resolved.verdict
    kept = read_record(s3, weights, debug=debug)
    if kept and reason_to_reject(kept, weights, policy) is None and kept.verdict.ok and len(kept.verdict.entries) < MAX_ENTRIES:
        return kept.verdict
    with Fetch(s3, weights, progress=start_progress(READ, weights.size)) as source:
        return inspect_archive(source, name=weights.name, policy=policy, listed=_MANY, origin=replace(IN_S3, uri=weights.uri))


def push(
    path: Path,
    uri: str,
    *,
    policy: Policy,
    client: Callable[[], S3Client],
    start_progress: StartProgress,
    debug: Callable[[str], None],
) -> PushResult:
    """Uploads a file that is found good. `uri`: of the object, or of the folder (with a slash at its end) to put it in.

    Raises ActionError: see `push.push`.
    """
    from aces_action.resources.weights.push import Destination
    from aces_action.resources.weights.push import push as upload

    bucket, key = split_uri(uri + path.name if uri.endswith("/") else uri)
    if not key.endswith(".tar.gz"):
        raise ActionError(problems.wrong_suffix(bucket, key))
    place = Destination(client=client(), bucket=bucket, key=key)
    return upload(place, path, policy=policy, start_progress=start_progress, debug=debug)


def _check_file(place: str, policy: Policy, start_progress: StartProgress, *, every_file: bool) -> Verdict:
    with ExitStack() as stack:
        try:
            # not sys.stdin: a thread that waits in its lock would keep a cancelled process from ending
            file: BinaryIO = (
                stack.enter_context(open(0, "rb", buffering=0, closefd=False))
                if place == STANDARD_INPUT
                else stack.enter_context(Path(place).open("rb", buffering=0))
            )
            status = os.fstat(file.fileno())
            source = _Watched(file, start_progress(CHECKED, status.st_size if stat.S_ISREG(status.st_mode) else 0))
            stack.callback(source.progress.finish)
            name = "deploy.tar.gz" if place == STANDARD_INPUT else place
            listed = _MANY if every_file else MAX_ENTRIES
            return inspect_archive(source, name=name, policy=policy, listed=listed, origin=ON_DISK)
        except OSError as error:
            raise ActionError(unreadable_file(place, system_reason(error))) from error


class _Watched:
    def __init__(self, source: BinaryIO, progress: Progress) -> None:
        self._source, self.progress = source, progress

    def read(self, size: int, /) -> bytes:
        block = self._source.read(size)
        self.progress.advance(len(block))
        return block
