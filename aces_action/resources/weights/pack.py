"""Packs an archive of weights that SageMaker unpacks, with all cores: the same files give the same bytes. Inspects as it goes."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aces_action.language import EMPTY, Text
from aces_action.output.verdict import Verdict
from aces_action.problems.problem import ActionError
from aces_action.problems.weights import packing
from aces_action.resources.weights.allocator import keep_freed_blocks
from aces_action.resources.weights.deflate import PIECE, GzipWriter
from aces_action.resources.weights.limits import LIMITS
from aces_action.resources.weights.member import BLOCK, FileRun
from aces_action.resources.weights.rules import Inspector
from aces_action.resources.weights.survey import Item, Survey
from aces_action.resources.weights.tar_stream import members

_STORING_PAYS, _LARGE = 0.9, 100_000_000
_MAX_PLAIN = 100
_NOBODY = b"0000000\0" * 2
_REST = (bytes(100) + b"ustar\x0000").ljust(355, b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackResult:
    """What was written. `tar_size`: bytes before compression; `stored`: those of them that were kept as they are."""

    path: Path
    verdict: Verdict
    tar_size: int
    stored: int


def pack(
    survey: Survey,
    output: Path,
    *,
    store: bool = False,
    cores: int | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> PackResult:
    """Writes the archive, inspecting it as it goes, and puts it in its place once it is whole and sound.

    The bytes depend on the files and on `store` alone: not on times, owners, order on disk or the number of `cores` (None: all).
    `store` keeps what hardly compresses as it is. `progress` hears how many bytes of tar have been made so far.

    Raises ActionError with what `survey` or the finished archive has of errors, or when a file changes meanwhile (W020). Nothing
    is left behind then.
    """
    errors = [problem for problem in survey.problems if problem.severity == "error"]
    if errors:
        raise ActionError(errors)
    keep_freed_blocks()
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb", buffering=0) as target:
            writer = GzipWriter(target, store=store, cores=cores or _cores())
            inspector = Inspector("strict", LIMITS)
            try:
                for seen in members(_passing(tar_pieces(survey.items), writer, progress)):
                    if isinstance(seen, FileRun):
                        inspector.inspect_run(seen)
                    else:
                        inspector.inspect(seen)
            finally:
                writer.close()
        problems = tuple(inspector.problems(output.name, complete=True))
        verdict = Verdict(
            name=output.name,
            size=writer.size,
            unpacked_size=inspector.unpacked_size,
            sha256=writer.sha256.hexdigest(),
            members=inspector.members,
            files=inspector.files,
            entries=tuple(inspector.entries),
            problems=problems,
        )
        if not verdict.ok:
            raise ActionError(problem for problem in problems if problem.severity == "error")
        partial.replace(output)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    return PackResult(path=output, verdict=verdict, tar_size=writer.length, stored=writer.stored)


def advice(packed: PackResult) -> Text:
    """Whether `--store` would pay: when compressing large weights gained next to nothing. Else empty."""
    if packed.stored or packed.tar_size < _LARGE or packed.verdict.size < _STORING_PAYS * packed.tar_size:
        return EMPTY
    gained = f"{100 - 100 * packed.verdict.size / packed.tar_size:.0f}%"
    return Text(
        f"Compressing made the weights only {gained} smaller. With --store they stay that much larger, but are unpacked"
        " two to twenty times as fast (which depends on the tool) whenever an instance starts.",
        f"圧縮しても{gained}しか小さくなっていません。--storeを付けるとその分だけ大きくなりますが、"
        "インスタンス起動時の展開が2〜20倍（ツールによる）速くなります。",
    )


def _cores() -> int:
    """Those that this process may use; macOS does not tell, and gives all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _passing(pieces: Iterator[bytes], writer: GzipWriter, progress: Callable[[int], object]) -> Iterator[bytes]:
    done = 0
    for piece in pieces:
        writer.write(piece)
        yield piece
        done += len(piece)
        progress(done)


def tar_pieces(items: Sequence[Item]) -> Iterator[bytes]:
    """The tar of the items, in pieces of PIECE bytes (the last one shorter)."""
    waiting: list[bytes] = []
    room = PIECE
    for part in _parts(items):
        rest = part
        while len(rest) >= room:
            yield b"".join((*waiting, rest[:room]))
            rest, waiting, room = rest[room:], [], PIECE
        if rest:
            waiting.append(rest)
            room -= len(rest)
    if waiting:
        yield b"".join(waiting)


def _parts(items: Sequence[Item]) -> Iterator[bytes]:
    for item in items:
        yield _header(item)
        if item.size:
            yield from _contents(item)
            yield bytes(-item.size % BLOCK)
    yield bytes(2 * BLOCK)


def _header(item: Item) -> bytes:
    """Whose file it was, and when it was made, is left out: it would make other bytes of the same weights."""
    mode = 0o755 if item.folder or item.executable else 0o644
    name = item.name + "/" * item.folder
    if len(name) <= _MAX_PLAIN and name.isascii() and item.size < 8 << 30:  # the same as below, ten times as fast
        kind = b"5" if item.folder else b"0"
        start = b"%b%07o\0%b%011o\0%011o\0" % (name.encode().ljust(100, b"\0"), mode, _NOBODY, item.size, 0)
        rest = kind + _REST
        return b"%b%06o\0 %b" % (start, sum(start) + 8 * 32 + sum(rest), rest)
    member = tarfile.TarInfo(item.name)
    member.size = item.size
    member.type = tarfile.DIRTYPE if item.folder else tarfile.REGTYPE
    member.mode = mode
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _contents(item: Item) -> Iterator[bytes]:
    left = item.size
    descriptor = os.open(item.source, os.O_RDONLY)
    try:
        while left and (piece := os.read(descriptor, min(left, PIECE))):
            left -= len(piece)
            yield piece
        changed = left or os.read(descriptor, 1)
    finally:
        os.close(descriptor)
    if changed:
        raise ActionError(packing.changed_size(item.name))
