"""What must be refused because it is not one whole gzip with one whole tar in it, and how that is said."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from dataclasses import replace

import pytest

from aces_action.output.verdict import Verdict
from aces_action.resources.weights.inspect import inspect_archive
from tests.weights.builder import (
    ARCHIVE,
    END,
    GNU,
    MODEL,
    base256,
    file,
    folder,
    gz,
    header,
    link,
    pax,
)
from tests.weights.corpus import DAMAGED, Sample, altered

TAR = MODEL + END
GIB = 1 << 30


def inspected(archive: bytes) -> Verdict:
    return inspect_archive(io.BytesIO(archive), name="deploy.tar.gz")


@pytest.mark.parametrize("sample", DAMAGED, ids=str)
def test_a_damaged_archive_is_refused_in_plain_words(sample: Sample) -> None:
    verdict = inspected(sample.archive)
    problem = verdict.problems[-1]
    assert problem.code == f"ACES-{sample.code}"
    assert problem.message.en.startswith("deploy.tar.gz: ")
    assert sample.words in problem.message.en
    assert problem.hint.en
    assert not verdict.ok
    assert verdict.sha256 == ""


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        pytest.param(gz(b""), "is empty", id="gzip of nothing"),
        pytest.param(gz(END), "is empty", id="tar of nothing"),
        pytest.param(gz(bytes(10240)), "is empty", id="tar of nothing, padded"),
        pytest.param(gz(pax((b"comment", b"1f"), kind=b"g") + END), "is empty", id="global header alone"),
        pytest.param(gz(folder(b"models/") + END), "contains no files", id="folders alone"),
    ],
)
def test_an_archive_without_files_is_refused(archive: bytes, words: str) -> None:
    (problem,) = inspected(archive).problems
    assert problem.code == "ACES-W008"
    assert words in problem.message.en
    assert "tar czf deploy.tar.gz" in problem.hint.en


def test_what_was_found_before_the_damage_is_kept() -> None:
    verdict = inspected(gz(file(b"models/.DS_Store") + link(b"models/latest", b"v2") + MODEL))
    assert [problem.code for problem in verdict.problems] == ["ACES-W005", "ACES-W004", "ACES-W003"]
    assert "(member 1, byte 0 of the tar)" in verdict.problems[0].message.en
    assert verdict.members == 5


def test_a_damage_is_found_where_it_is_and_little_is_read_after_it() -> None:
    stream = io.BytesIO(gz(TAR, method=9) + bytes(50 << 20))
    assert inspect_archive(stream, name="deploy.tar.gz").size == 0
    assert stream.tell() < 10 << 20


@pytest.mark.parametrize(
    "archive", [ARCHIVE, gz(TAR[:900], name=b"a", extra=b"b", header_checksum=True) + gz(TAR[900:], level=0)]
)
def test_an_archive_cut_off_anywhere_is_refused(archive: bytes) -> None:
    for length in range(len(archive)):
        assert not inspected(archive[:length]).ok, length


def test_a_tar_cut_off_anywhere_is_refused() -> None:
    for length in range(0, len(TAR), 8):
        assert not inspected(gz(TAR[:length])).ok, length


def test_a_bit_flipped_in_the_gzip_is_refused_or_changes_nothing() -> None:
    archive = gz(TAR, name=b"deploy.tar", comment=b"made by hand", extra=b"xx")
    sound = inspected(archive)
    refused = 0
    for at in range(len(archive)):
        for bit in range(8):
            flipped = altered(archive, at, bytes([archive[at] ^ 1 << bit]))
            verdict = inspected(flipped)
            refused += not verdict.ok
            if verdict.ok:
                assert replace(verdict, sha256=sound.sha256) == sound, (at, bit)
                assert verdict.sha256 == hashlib.sha256(flipped).hexdigest()
    # The others are in names and times of the gzip header, or make deflate say the same in another way.
    assert refused > 0.85 * 8 * (len(archive) - 38)


def test_a_bit_flipped_in_a_header_or_the_end_of_the_tar_is_refused() -> None:
    headers = [*range(512), *range(512, 1024), *range(1536, 2048)]
    for at in [*headers, *range(len(MODEL), len(TAR))]:
        in_checksum_padding = at % 512 in (154, 155)
        verdict = inspected(gz(altered(TAR, at, bytes([TAR[at] ^ 0x02]))))
        assert not verdict.ok or in_checksum_padding, at


def test_a_deflate_stream_that_refers_to_before_its_start_is_refused() -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=TAR)
    body = compressor.compress(TAR) + compressor.flush()
    archive = gz(b"")[:10] + body + struct.pack("<II", zlib.crc32(TAR), len(TAR))
    assert [problem.code for problem in inspected(archive).problems] == ["ACES-W002"]


def test_a_gnu_header_of_another_volume_is_named() -> None:
    verdict = inspected(gz(header(b"net.pth", kind=b"M", magic=GNU) + END))
    assert "is only the rest of a file that begins in another archive" in verdict.problems[-1].message.en


def test_a_declared_size_beyond_every_volume_stops_at_once() -> None:
    for members in (header(b"net.pth", size=base256(600 * GIB, 12)), pax((b"size", b"%d" % (600 * GIB))) + file(b"net.pth")):
        (problem,) = inspected(gz(members)).problems
        assert problem.code == "ACES-W012"
        assert "more than the limit of 549,755,813,888 bytes" in problem.message.en


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        pytest.param(b"", "deploy.tar.gz: ファイルが空です（0バイト）。", id="empty"),
        pytest.param(TAR, "deploy.tar.gz: gzipファイルではなく、圧縮されていないtarです。", id="plain tar"),
        pytest.param(
            ARCHIVE[:-1], f"deploy.tar.gz: gzipストリームが{len(ARCHIVE) - 1}バイトで途切れています。", id="cut off gzip"
        ),
        pytest.param(
            gz(MODEL[:-100]),
            "deploy.tar.gz: 3番目のメンバー（tarの1,536バイト目）（models/net.pth）が途中で切れています。"
            "1,280バイトが揃っていません。",
            id="cut off tar",
        ),
    ],
)
def test_a_damage_is_told_in_japanese_too(archive: bytes, words: str) -> None:
    assert inspected(archive).problems[-1].message.ja == words
