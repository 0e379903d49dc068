"""What must be refused because it is not one whole gzip with one whole tar in it, and how that is said."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from dataclasses import replace

import pytest

from aces_action.weights.judge import Verdict, judge
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
    long_name,
    padded,
    pax,
)

TAR = MODEL + END
GIB = 1 << 30


def judged(archive: bytes) -> Verdict:
    return judge(io.BytesIO(archive), name="deploy.tar.gz")


def altered(data: bytes, at: int, value: bytes) -> bytes:
    at %= len(data)
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("archive", "code", "words"),
    [
        pytest.param(b"", "W001", "is empty (0 bytes)", id="empty"),
        pytest.param(TAR, "W001", "a tar that was not compressed", id="plain tar"),
        pytest.param(b"PK\x03\x04" + bytes(100), "W001", "a zip archive", id="zip"),
        pytest.param(b"7z\xbc\xaf\x27\x1c" + bytes(100), "W001", "a 7z archive", id="7z"),
        pytest.param(b"BZh91AY&SY" + bytes(100), "W001", "a bzip2 file", id="bzip2"),
        pytest.param(b"\n<!DOCTYPE html><html>", "W001", "an HTML page", id="HTML"),
        pytest.param(b"<?xml version='1.0'?><Error>", "W001", "an error message of S3", id="S3 error"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\noid", "W001", "a Git LFS pointer", id="Git LFS"),
        pytest.param(b"\x80\x02}q\x00", "W001", "a Python pickle", id="pickle"),
        pytest.param(b"weights", "W001", "starts with the bytes 77 65 69 67 68 74 73", id="text"),
        pytest.param(gz(b"PK\x03\x04" + bytes(1000)), "W003", "holds no tar but a zip archive", id="zip in gzip"),
        pytest.param(gz(gz(TAR)), "W003", "holds no tar but a gzip file", id="gzipped twice"),
        pytest.param(gz(b"hello"), "W003", "holds no tar but something unknown", id="text in gzip"),
        pytest.param(b"\x1f", "W002", "cut off after 1 bytes", id="half a magic number"),
        pytest.param(gz(TAR, method=7), "W002", "compression method 7", id="other method"),
        pytest.param(gz(TAR, flags=0x80), "W002", "reserved flags (0x80)", id="reserved flag"),
        pytest.param(altered(gz(TAR, header_checksum=True), 10, b"\0\0"), "W002", "does not match its checksum", id="FHCRC"),
        pytest.param(gz(TAR, name=b"n" * 70_000), "W002", "does not end", id="endless name"),
        pytest.param(altered(ARCHIVE, -8, b"\0"), "W002", "checksum (CRC32)", id="CRC32"),
        pytest.param(altered(ARCHIVE, -4, b"\1"), "W002", "(ISIZE)", id="ISIZE"),
        pytest.param(altered(ARCHIVE, 10, b"\x07"), "W002", "compressed data is damaged", id="deflate block type"),
        pytest.param(ARCHIVE + b"junk", "W002", "neither gzip nor zero padding", id="junk behind"),
        pytest.param(ARCHIVE + b"\x1f", "W002", "neither gzip nor zero padding", id="half a magic number behind"),
        pytest.param(ARCHIVE + b"\x1f\x8b", "W002", "cut off", id="magic number behind"),
        pytest.param(ARCHIVE + bytes(9) + b"junk", "W002", "follows the zero padding", id="junk behind zeros"),
        pytest.param(ARCHIVE + bytes(9) + gz(b""), "W002", "follows the zero padding", id="gzip behind zeros"),
        pytest.param(gz(b"") + ARCHIVE[:-1], "W002", "cut off", id="second member cut off"),
        pytest.param(ARCHIVE + ARCHIVE, "W003", "a second archive follows", id="second archive"),
        pytest.param(
            gz(TAR + TAR), "W003", f"a second archive follows the end of the tar (at byte {len(TAR):,})", id="second tar"
        ),
        pytest.param(gz(TAR + b"x"), "W003", "other data follows", id="data behind the tar"),
        pytest.param(gz(TAR + bytes(2 << 20) + b"x"), "W003", f"at byte {len(TAR) + (2 << 20):,}", id="data far behind"),
        pytest.param(gz(MODEL), "W003", "without an end mark", id="no end mark"),
        pytest.param(gz(MODEL + bytes(512)), "W003", "inside its end mark", id="half an end mark"),
        pytest.param(gz(MODEL + bytes(512) + TAR), "W003", "single block of zeros", id="lone zero block"),
        pytest.param(gz(MODEL[:-100]), "W003", "member 3 (byte 1,536 of the tar) (models/net.pth) is cut off", id="cut in data"),
        pytest.param(gz(MODEL + header(b"x")[:300]), "W003", "member 4 (byte 3,584 of the tar) is cut off", id="cut in header"),
        pytest.param(
            gz(altered(TAR, 512, b"X")), "W003", "member 2 (byte 512 of the tar) has a damaged header", id="name altered"
        ),
        pytest.param(gz(altered(TAR, 512 + 148, b"x")), "W003", "has a damaged header", id="checksum no number"),
        pytest.param(gz(folder(b"m/") + header(b"x", size=b"0000009\0    ") + END), "W003", "not a number", id="size with a 9"),
        pytest.param(gz(header(b"x", size=b"-1          ") + END), "W003", "not a number", id="signed size"),
        pytest.param(gz(header(b"x", size=b"1_0\0        ") + END), "W003", "not a number", id="underscore in size"),
        pytest.param(gz(header(b"x", mtime=b"yesterday\0  ") + END), "W003", "not a number", id="time no number"),
        pytest.param(gz(header(b"x", size=bytes(12)) + END), "W003", "impossible size (blank)", id="blank size"),
        pytest.param(gz(header(b"x", size=b"\xff" * 12) + END), "W003", "impossible size (-1)", id="negative size"),
        pytest.param(gz(header(b"x", size=base256(1 << 80, 12)) + END), "W003", "impossible size", id="enormous size"),
        pytest.param(gz(pax((b"size", b"9" * 20)) + file(b"x") + END), "W003", "impossible size", id="enormous pax size"),
        pytest.param(gz(pax((b"size", b"-1")) + file(b"x") + END), "W003", "size that is not a number", id="negative pax size"),
        pytest.param(gz(pax((b"hdrcharset", b"SJIS")) + file(b"x") + END), "W003", "character set", id="pax charset"),
        pytest.param(gz(file(b"p", b"9 path=x\n?", kind=b"x") + file(b"x") + END), "W003", "malformed pax", id="pax rest"),
        pytest.param(gz(file(b"p", b"99 path=x\n", kind=b"x") + file(b"x") + END), "W003", "malformed pax", id="pax length"),
        pytest.param(gz(file(b"p", b"3 x", kind=b"x") + file(b"x") + END), "W003", "malformed pax", id="pax without ="),
        pytest.param(gz(file(b"p", b"path=x\n", kind=b"x") + file(b"x") + END), "W003", "malformed pax", id="pax without length"),
        pytest.param(gz(file(b"p", b"1 ", kind=b"x") + file(b"x") + END), "W003", "malformed pax", id="pax shorter than itself"),
        pytest.param(gz(MODEL + pax((b"path", b"x")) + END), "W003", "then the archive ends", id="pax without member"),
        pytest.param(gz(MODEL + long_name(b"x") + END), "W003", "then the archive ends", id="long name without member"),
        pytest.param(gz(MODEL + long_name(b"x")[:700]), "W003", "inside its extended header", id="long name cut off"),
        pytest.param(gz(long_name(b"a") + pax((b"path", b"b")) + file(b"c") + END), "W003", "named twice", id="two names"),
        pytest.param(
            gz(header(b"m/", kind=b"5", size=512) + padded(b"x") + END), "W003", "although it is no file", id="folder with data"
        ),
        pytest.param(gz(header(b"p", kind=b"x", size=2 << 20)), "W012", "the limit is 1,048,576", id="enormous pax header"),
    ],
)
def test_a_damaged_archive_is_refused_in_plain_words(archive: bytes, code: str, words: str) -> None:
    verdict = judged(archive)
    problem = verdict.problems[-1]
    assert problem.code == f"ACES-{code}"
    assert problem.message.en.startswith("deploy.tar.gz: ")
    assert words in problem.message.en
    assert problem.hint.en
    assert not verdict.ok
    assert verdict.sha256 == ""


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        pytest.param(gz(b""), "holds nothing", id="gzip of nothing"),
        pytest.param(gz(END), "holds nothing", id="tar of nothing"),
        pytest.param(gz(bytes(10240)), "holds nothing", id="tar of nothing, padded"),
        pytest.param(gz(pax((b"comment", b"1f"), kind=b"g") + END), "holds nothing", id="global header alone"),
        pytest.param(gz(folder(b"models/") + END), "holds no file", id="folders alone"),
    ],
)
def test_an_archive_without_files_is_refused(archive: bytes, words: str) -> None:
    (problem,) = judged(archive).problems
    assert problem.code == "ACES-W008"
    assert words in problem.message.en
    assert "tar czf deploy.tar.gz" in problem.hint.en


def test_what_was_found_before_the_damage_is_kept() -> None:
    verdict = judged(gz(file(b"models/.DS_Store") + link(b"models/latest", b"v2") + MODEL))
    assert [problem.code for problem in verdict.problems] == ["ACES-W005", "ACES-W004", "ACES-W003"]
    assert "(member 1, byte 0 of the tar)" in verdict.problems[0].message.en
    assert verdict.members == 5


def test_a_damage_is_found_where_it_is_and_nothing_is_read_after_it() -> None:
    stream = io.BytesIO(gz(TAR, method=9) + bytes(10 << 20))
    assert judge(stream, name="deploy.tar.gz").size == 1 << 20
    assert stream.tell() == 1 << 20


@pytest.mark.parametrize(
    "archive", [ARCHIVE, gz(TAR[:900], name=b"a", extra=b"b", header_checksum=True) + gz(TAR[900:], level=0)]
)
def test_an_archive_cut_off_anywhere_is_refused(archive: bytes) -> None:
    for length in range(len(archive)):
        assert not judged(archive[:length]).ok, length


def test_a_tar_cut_off_anywhere_is_refused() -> None:
    for length in range(0, len(TAR), 8):
        assert not judged(gz(TAR[:length])).ok, length


def test_a_bit_flipped_in_the_gzip_is_refused_or_changes_nothing() -> None:
    archive = gz(TAR, name=b"deploy.tar", comment=b"made by hand", extra=b"xx")
    sound = judged(archive)
    refused = 0
    for at in range(len(archive)):
        for bit in range(8):
            flipped = altered(archive, at, bytes([archive[at] ^ 1 << bit]))
            verdict = judged(flipped)
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
        verdict = judged(gz(altered(TAR, at, bytes([TAR[at] ^ 0x02]))))
        assert not verdict.ok or in_checksum_padding, at


def test_a_deflate_stream_that_refers_to_before_its_start_is_refused() -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=TAR)
    body = compressor.compress(TAR) + compressor.flush()
    archive = gz(b"")[:10] + body + struct.pack("<II", zlib.crc32(TAR), len(TAR))
    assert [problem.code for problem in judged(archive).problems] == ["ACES-W002"]


def test_a_gnu_header_of_another_volume_is_named() -> None:
    verdict = judged(gz(header(b"net.pth", kind=b"M", magic=GNU) + END))
    assert "of the unusual type 'M'" in verdict.problems[-1].message.en


def test_a_declared_size_beyond_every_volume_stops_at_once() -> None:
    verdict = judged(gz(header(b"net.pth", size=base256(600 * GIB, 12))))
    assert "impossible size (644,245,094,400)" in verdict.problems[0].message.en


@pytest.mark.parametrize(
    ("archive", "words"),
    [
        pytest.param(b"", "deploy.tar.gz: ファイルが空です (0バイト)。", id="empty"),
        pytest.param(TAR, "deploy.tar.gz: gzipファイルではなく、圧縮されていないtarです。", id="plain tar"),
        pytest.param(
            ARCHIVE[:-1], f"deploy.tar.gz: gzipストリームが{len(ARCHIVE) - 1}バイトで途切れています。", id="cut off gzip"
        ),
        pytest.param(
            gz(MODEL[:-100]),
            "deploy.tar.gz: 3番目のメンバー (tarの1,536バイト目) (models/net.pth) が途中で切れています。"
            "1,280バイトが揃っていません。",
            id="cut off tar",
        ),
    ],
)
def test_a_damage_is_told_in_japanese_too(archive: bytes, words: str) -> None:
    assert judged(archive).problems[-1].message.ja == words
