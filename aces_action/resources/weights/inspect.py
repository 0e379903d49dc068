"""Whether SageMaker will be able to unpack an archive of weights, found out in one pass over its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import closing
from typing import Protocol

from aces_action.language import Text, lines, same, sentences
from aces_action.problems import CATALOGUE, Problem
from aces_action.resources.weights.allocator import keep_freed_blocks
from aces_action.resources.weights.errors import ArchiveError
from aces_action.resources.weights.gzip_stream import inflate
from aces_action.resources.weights.limits import LIMITS, Limits
from aces_action.resources.weights.member import FileRun
from aces_action.resources.weights.prefetch import prefetch
from aces_action.resources.weights.rules import EXTRACTION_FAILS, MAX_ENTRIES, Inspector
from aces_action.resources.weights.tar_stream import members
from aces_action.resources.weights.verdict import Policy, Verdict

_CHUNK = 1 << 20
_CHUNKS_AHEAD, _BLOCKS_AHEAD = 4, 2


class ByteSource(Protocol):
    """Where the compressed bytes come from: an open file, standard input, the body of an S3 answer."""

    def read(self, size: int, /) -> bytes: ...


UPLOADED = lines(
    Text(
        "Is it whole on your side? Then upload it again:",
        "手元のファイルは壊れていませんか。壊れていなければ、アップロードしなおしてください:",
    ),
    same("aces-action weights check deploy.tar.gz"),
)
"""What to do about a damaged object in S3: it may be that only the upload was cut off."""
AT_HAND = Text(
    "Did it come from elsewhere? Then fetch it again.", "ダウンロードやコピーで入手したファイルなら、入手しなおしてください。"
)
"""What to do about a damaged file that nobody has uploaded yet."""


def inspect_archive(
    source: ByteSource,
    *,
    name: str,
    policy: Policy = "strict",
    limits: Limits = LIMITS,
    listed: int = MAX_ENTRIES,
    if_damaged: Text = UPLOADED,
) -> Verdict:
    """Reads a .tar.gz once, to its last byte or to the first damage, in constant memory and without a file on disk.

    `policy` 'lenient' only warns of hidden files and of links that stay inside. `listed`: how many files the verdict names.
    `if_damaged`: what to do in case that the archive was whole once.
    Whatever is wrong with the archive is in the verdict; only what `source` itself raises is raised.
    """
    intake = _Intake(source)
    inspector = Inspector(policy, limits, listed)
    damage: ArchiveError | None = None
    with closing(prefetch(intake.inflated(), _BLOCKS_AHEAD)) as blocks:
        try:
            for found in members(blocks, limits):
                if isinstance(found, FileRun):
                    inspector.inspect_run(found)
                else:
                    inspector.inspect(found)
        except ArchiveError as error:
            damage = error
    problems = list(inspector.problems(name, complete=damage is None))
    if damage is not None:
        problems.append(_problem(damage, name, inspector, if_damaged))
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


def _problem(damage: ArchiveError, name: str, inspector: Inspector, if_damaged: Text) -> Problem:
    command = inspector.command(name)
    if damage.hint:
        hint = lines(damage.hint, command) if damage.hint.en.endswith(":") else damage.hint
    elif damage.code == "W012":
        question = Text(
            "Is this the right file? If so, pack only what the server loads:",
            "ファイルは正しいですか。正しければ、サーバが読み込むものだけをまとめてください:",
        )
        hint = lines(question, command)
    else:
        again = Text("If not, pack it again:", "そうでなければ、まとめなおしてください:")
        hint = lines(sentences(EXTRACTION_FAILS, if_damaged), again, command)
    message = Text(f"{name}: {damage.text.en}.", f"{name}: {damage.text.ja}。")
    return Problem(kind=CATALOGUE[damage.code], message=message, hint=hint)
