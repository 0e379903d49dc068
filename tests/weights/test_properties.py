"""Whatever the bytes and however they arrive: a verdict, the right one, in bounded memory; never another exception."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.output.verdict import Verdict
from aces_action.resources.weights.gzip_stream import inflate
from aces_action.resources.weights.inspect import inspect_archive
from aces_action.resources.weights.limits import LIMITS
from tests.weights.builder import ARCHIVE, CHECKSUM, END, MODEL, file, folder, gz, header, long_name, pax, with_checksum

MIB = 1 << 20
quick = settings(max_examples=150, deadline=None)

# composed, as people type them: a decomposed name is sound, but is warned of
names = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0/\\."), min_size=1, max_size=12)
    .map(lambda text: normalize("NFC", text))
    .map(str.encode)
)
contents = st.binary(max_size=1500)


@st.composite
def sound_archives(draw: st.DrawFn) -> bytes:
    """An archive of different files, written in different dialects, in one or several gzip members."""
    tar = b""
    for name in draw(st.lists(names.filter(lambda name: name != b"__MACOSX"), min_size=1, max_size=5, unique=True)):
        path, content = b"m/" + name, draw(contents)
        before = draw(st.sampled_from([b"", pax((b"path", path)), long_name(path), pax((b"mtime", b"1.5"))]))
        tar += before + file(path, content)
    tar += END + bytes(512 * draw(st.integers(0, 20)))
    cuts = sorted(draw(st.lists(st.integers(0, len(tar)), max_size=3)))
    parts = [tar[start:end] for start, end in zip([0, *cuts], [*cuts, len(tar)], strict=True)]
    return b"".join(gz(part, level=draw(st.sampled_from([0, 1, 6]))) for part in parts) + bytes(draw(st.integers(0, 3)))


class _Slow:
    """A source that hands out as much as it likes, though never more than it was asked for."""

    def __init__(self, data: bytes, lengths: Iterator[int]) -> None:
        self._stream = io.BytesIO(data)
        self._lengths = lengths

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, next(self._lengths, size)))


def inspected(archive: bytes) -> Verdict:
    return inspect_archive(io.BytesIO(archive), name="deploy.tar.gz")


def essence(verdict: Verdict) -> Verdict:
    """What does not depend on how the same members were compressed."""
    return replace(verdict, size=0, sha256="")


@quick
@given(sound_archives())
def test_a_sound_archive_is_accepted(archive: bytes) -> None:
    assert inspected(archive).problems == ()


@quick
@given(sound_archives(), st.data())
def test_a_byte_flipped_is_refused_or_changes_nothing(archive: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(archive) - 1))
    flipped = archive[:at] + bytes([archive[at] ^ data.draw(st.integers(1, 255))]) + archive[at + 1 :]
    verdict = inspected(flipped)
    assert not verdict.ok or essence(verdict) == essence(inspected(archive))


@quick
@given(sound_archives(), st.data())
def test_a_cut_is_refused_or_changes_nothing(archive: bytes, data: st.DataObject) -> None:
    verdict = inspected(archive[: data.draw(st.integers(0, len(archive) - 1))])
    assert not verdict.ok or essence(verdict) == essence(inspected(archive))


@quick
@given(sound_archives(), st.lists(st.integers(1, 600), max_size=60))
def test_short_reads_change_nothing(archive: bytes, lengths: list[int]) -> None:
    assert inspect_archive(_Slow(archive, iter(lengths)), name="deploy.tar.gz") == inspected(archive)


@quick
@given(sound_archives(), st.lists(st.integers(1, 30), min_size=1))
def test_chunks_may_end_anywhere(archive: bytes, lengths: list[int]) -> None:
    ends = [end for end in accumulate(lengths * (len(archive) // sum(lengths) + 1)) if end < len(archive)]
    chunks = (archive[start:end] for start, end in zip([0, *ends], [*ends, len(archive)], strict=True))
    assert b"".join(inflate(chunks)) == gzip.decompress(archive)


@quick
@given(
    st.one_of(
        st.binary(max_size=2000), st.binary(max_size=2000).map(gz), st.binary(max_size=600).map(lambda tail: ARCHIVE + tail)
    )
)
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    inspected(data)


@quick
@given(st.lists(st.tuples(st.integers(0, 511), st.binary(min_size=1, max_size=30)), max_size=6), st.binary(max_size=700))
def test_any_header_with_a_right_checksum_gets_a_verdict(changes: list[tuple[int, bytes]], rest: bytes) -> None:
    block = bytearray(header(b"models/net.pth", size=7))
    for at, value in changes:
        block[at : at + len(value)] = value[: 512 - at]
    for policy in ("strict", "lenient"):
        inspect_archive(io.BytesIO(gz(with_checksum(bytes(block)) + rest)), name="deploy.tar.gz", policy=policy)


@quick
@given(st.binary(max_size=300), st.sampled_from([b"x", b"g", b"L", b"K"]))
def test_any_extended_header_gets_a_verdict(content: bytes, kind: bytes) -> None:
    inspected(gz(file(b"x", content, kind=kind) + MODEL + END))


@settings(max_examples=25, deadline=None)
@given(sound_archives())
def test_tar_and_gzip_take_what_is_accepted(archive: bytes) -> None:
    listed = subprocess.run(["tar", "tzf", "-"], input=archive, capture_output=True, check=False)
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) == inspected(archive).members
    assert len(gzip.decompress(archive)) >= inspected(archive).unpacked_size


def test_an_error_of_the_source_is_passed_on_as_it_is() -> None:
    class Broken:
        reads = 0

        def read(self, size: int, /) -> bytes:
            self.reads += 1
            if self.reads == 3:
                raise ConnectionResetError("reset by peer")
            return ARCHIVE[:size]

    with pytest.raises(ConnectionResetError, match="reset by peer"):
        inspect_archive(Broken(), name="deploy.tar.gz")


def test_a_job_that_is_cancelled_does_not_wait_for_a_connection_that_hangs() -> None:
    class Hanging:
        reads = 0

        def read(self, size: int, /) -> bytes:
            self.reads += 1
            if self.reads > 2:
                for_ever.wait()
            return incompressible[:size]

    def cancel(*_: object) -> None:
        raise KeyboardInterrupt

    for_ever = threading.Event()
    incompressible = gz(file(b"net.pth", os.urandom(2 * MIB)), level=0)
    before = signal.signal(signal.SIGALRM, cancel)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            inspect_archive(Hanging(), name="deploy.tar.gz")
    finally:
        signal.signal(signal.SIGALRM, before)
        for_ever.set()
    assert time.monotonic() - started < 4  # seconds


def test_no_thread_is_left_behind() -> None:
    for archive in (ARCHIVE, ARCHIVE + b"junk" + bytes(30 * MIB), gz(b"no tar" + bytes(30 * MIB), level=0)):
        inspected(archive)
    for _ in range(100):
        left = [thread for thread in threading.enumerate() if thread.name == "ahead"]
        if not left:
            return
        time.sleep(0.02)
    pytest.fail(f"{left} still run")


def peak(archive: Iterator[bytes] | bytes) -> tuple[int, Verdict]:
    """The most memory that Python held while it inspected, beyond the archive itself, in bytes."""
    data = archive if isinstance(archive, bytes) else b"".join(archive)
    tracemalloc.start()
    try:
        verdict = inspected(data)
        return tracemalloc.get_traced_memory()[1], verdict
    finally:
        tracemalloc.stop()


def deflated(*blocks: tuple[bytes, int]) -> bytes:
    """A gzip of blocks, each so many times, without holding them."""
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join(compressor.compress(block) for block, times in blocks for _ in range(times)) + compressor.flush()


def test_a_gigabyte_in_a_megabyte_takes_little_memory() -> None:
    size = 300 * MIB
    memory, verdict = peak(deflated((header(b"net.pth", size=size), 1), (bytes(MIB), 300), (END, 1)))
    assert (verdict.ok, verdict.unpacked_size) == (True, size)
    assert memory < 8 * MIB


def test_enormous_extended_headers_take_little_memory() -> None:
    block = header(b"x", kind=b"x", size=7 << 30)
    memory, verdict = peak(deflated((block, 1), (b"9 path=x\n" * 100_000, 100)))
    assert [problem.code for problem in verdict.problems] == ["ACES-W012"]
    assert memory < 8 * MIB


def test_many_global_headers_take_little_memory() -> None:
    headers = b"".join(pax((b"key%d" % number, b"v" * 400), kind=b"g") for number in range(3000))
    memory, verdict = peak(gz(headers + MODEL + END))
    assert verdict.ok
    assert memory < 8 * MIB


def test_many_members_take_little_memory() -> None:
    memory, verdict = peak(gz(b"".join(header(b"models/%06d" % number) for number in range(20_000)) + END))
    assert (verdict.ok, verdict.files) == (True, 20_000)
    assert memory < 12 * MIB


def test_more_files_and_folders_than_can_be_remembered_are_refused() -> None:
    folders = 2000
    deep = (long_name(b"%d/" % number + b"d/" * (folders - 1)) + folder(b"d/") for number in range(LIMITS.paths // folders + 1))
    (problem,) = inspected(gz(b"".join(deep) + END)).problems
    assert problem.code == "ACES-W012"
    assert "more than 500,000 files and folders" in problem.message.en


def test_many_small_gzip_members_are_inspected_quickly() -> None:
    tar = file(b"net.pth", bytes(range(256)) * 8192) + END
    archive = b"".join(gz(tar[at : at + 500]) for at in range(0, len(tar), 500)) + gz(b"") * 50_000
    started = time.process_time()
    assert inspected(archive).ok
    assert time.process_time() - started < 5  # seconds; 0.3 on a slow machine, minutes if a member cost a copy of the chunk


def test_the_checksum_field_of_a_header_is_where_tar_says() -> None:
    assert header(b"x")[CHECKSUM].endswith(b"\0 ")
