"""Whether SageMaker will be able to unpack an archive of weights, found out in one pass over its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import closing
from typing import Protocol

from aces_action.output.verdict import Policy, Verdict
from aces_action.problems.weights.fault import IN_S3, Origin, damaged
from aces_action.resources.weights.allocator import keep_freed_blocks
from aces_action.resources.weights.errors import ArchiveError
from aces_action.resources.weights.gzip_stream import inflate
from aces_action.resources.weights.limits import LIMITS, Limits
from aces_action.resources.weights.member import FileRun
from aces_action.resources.weights.prefetch import prefetch
from aces_action.resources.weights.rules import MAX_ENTRIES, Inspector
from aces_action.resources.weights.tar_stream import members

_CHUNK = 1 << 20
_CHUNKS_AHEAD, _BLOCKS_AHEAD = 4, 2


class ByteSource(Protocol):
    """Where the compressed bytes come from: an open file, standard input, the body of an S3 answer."""

    def read(self, size: int, /) -> bytes: ...


def inspect_archive(
    source: ByteSource,
    *,
    name: str,
    policy: Policy = "strict",
    limits: Limits = LIMITS,
    listed: int = MAX_ENTRIES,
    origin: Origin = IN_S3,
) -> Verdict:
    """Reads a .tar.gz once, to its last byte or to the first damage, in constant memory and without a file on disk.

    `policy` 'lenient' only warns of hidden files and of links that stay inside. `listed`: how many files the verdict names.
    `origin`: what to do if the archive was intact once.
    Whatever is wrong with the archive is in the verdict; only what `source` itself raises is raised.
    """
    intake = _Intake(source)
    inspector = Inspector(policy, limits, listed)
    damage: ArchiveError | None = None
    with closing(prefetch(intake.inflated(), _BLOCKS_AHEAD)) as blocks:
        try:
            for seen in members(blocks, limits):
                if isinstance(seen, FileRun):
                    inspector.inspect_run(seen)
                else:
                    inspector.inspect(seen)
        except ArchiveError as error:
            damage = error
    problems = list(inspector.problems(name, complete=damage is None, uri=origin.uri))
    if damage is not None:
        problems.append(damaged(damage.fault, name, origin, inspector.pack_commands(name, origin.uri)))
    return Verdict(
        name=name,
        size=0 if damage else intake.size,
        unpacked_size=inspector.unpacked_size,
        sha256="" if damage else intake.sha256.hexdigest(),
        members=inspector.members,
        files=inspector.files,
        entries=tuple(inspector.entries),
        problems=tuple(problems),
        policy=policy,
    )


class _Intake:
    """Reads the source in whole chunks and hashes each of them. `size` counts the bytes, `sha256` is of all of them."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.size = 0
        self.sha256 = hashlib.sha256()

    def inflated(self) -> Generator[bytes]:
        """What the source inflates to. Closed by the thread that runs it, and so is, in turn, the thread that reads."""
        with closing(prefetch(self._chunks(), _CHUNKS_AHEAD)) as chunks:
            yield from inflate(chunks)

    def _chunks(self) -> Generator[bytes]:
        """Raises what the source raises."""
        while chunk := self._fill():
            if len(chunk) == _CHUNK:
                keep_freed_blocks()
            self.size += len(chunk)
            self.sha256.update(chunk)
            yield chunk

    def _fill(self) -> bytes:
        """A whole chunk, however little the source hands out at a time; less only at its end."""
        chunk = self._source.read(_CHUNK)
        if not chunk or len(chunk) == _CHUNK:
            return chunk
        parts = bytearray(chunk)
        while len(parts) < _CHUNK and (chunk := self._source.read(_CHUNK - len(parts))):
            parts += chunk
        return bytes(parts)
