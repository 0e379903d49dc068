"""A corpus of archives, made by code alone: what must be refused and why, and what must not be refused.

The tests inspect each of them; `benchmarks/weights.py --matrix` asks other tools about the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.weights.builder import (
    ARCHIVE,
    END,
    GNU,
    MODEL,
    V7,
    base256,
    file,
    folder,
    folder_dump,
    gz,
    header,
    link,
    long_name,
    padded,
    pax,
    sparse,
    sparse_pax,
    volume_label,
    with_checksum,
)

TAR = MODEL + END
_LONG = b"models/" + b"long-name/" * 30 + b"net.pth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`code`: of the problem that it must be refused with, None for a sound one. `words`: in the problem's message, or the path
    of the one file of a sound tar, which has `size` bytes."""

    name: str
    archive: bytes
    code: str | None
    words: str = ""
    size: int = 0

    def __str__(self) -> str:
        return self.name


def altered(data: bytes, at: int, value: bytes) -> bytes:
    at %= len(data)
    return data[:at] + value + data[at + len(value) :]


def damaged(archive: bytes, code: str, words: str, *, name: str) -> Sample:
    return Sample(name=name, archive=archive, code=code, words=words)


def member(members: bytes, code: str, words: str, *, name: str) -> Sample:
    return Sample(name=name, archive=gz(MODEL + members + END), code=code, words=words)


def sound(archive: bytes, *, name: str) -> Sample:
    return Sample(name=name, archive=archive, code=None)


def tar(members: bytes, path: str, size: int, *, name: str) -> Sample:
    return Sample(name=name, archive=gz(members + END), code=None, words=path, size=size)


# Not one whole gzip with one whole tar in it: nobody may unpack these.
DAMAGED = (
    damaged(b"", "W001", "is empty (0 bytes)", name="empty"),
    damaged(TAR, "W001", "a tar that was not compressed", name="plain tar"),
    damaged(header(b"net.pth", magic=V7) + END, "W001", "a tar that was not compressed", name="plain tar older than POSIX"),
    damaged(b"PK\x03\x04" + bytes(100), "W001", "a zip archive", name="zip"),
    damaged(b"7z\xbc\xaf\x27\x1c" + bytes(100), "W001", "a 7z archive", name="7z"),
    damaged(b"BZh91AY&SY" + bytes(100), "W001", "a bzip2 file", name="bzip2"),
    damaged(b"\n<!DOCTYPE html><html>", "W001", "an HTML page", name="HTML"),
    damaged(b"<?xml version='1.0'?><Error>", "W001", "an error message of S3", name="S3 error"),
    damaged(b"version https://git-lfs.github.com/spec/v1\noid", "W001", "a Git LFS pointer", name="Git LFS"),
    damaged(b"\x80\x02}q\x00", "W001", "a Python pickle", name="pickle"),
    damaged(b"weights", "W001", "starts with the bytes 77 65 69 67 68 74 73", name="text"),
    damaged(gz(b"PK\x03\x04" + bytes(1000)), "W003", "holds no tar but a zip archive", name="zip in gzip"),
    damaged(gz(gz(TAR)), "W003", "holds no tar but a gzip file", name="gzipped twice"),
    damaged(gz(b"hello"), "W003", "holds no tar but something unknown", name="text in gzip"),
    damaged(b"\x1f", "W002", "cut off after 1 bytes", name="half a magic number"),
    damaged(gz(TAR, method=7), "W002", "compression method 7", name="other method"),
    damaged(gz(TAR, flags=0x80), "W002", "reserved flags (0x80)", name="reserved flag"),
    damaged(altered(gz(TAR, header_checksum=True), 10, b"\0\0"), "W002", "does not match its checksum", name="FHCRC"),
    damaged(gz(TAR, name=b"n" * 70_000), "W002", "does not end", name="endless name"),
    damaged(altered(ARCHIVE, -8, b"\0"), "W002", "checksum (CRC32)", name="CRC32"),
    damaged(altered(ARCHIVE, -4, b"\1"), "W002", "(ISIZE)", name="ISIZE"),
    damaged(altered(ARCHIVE, 10, b"\x07"), "W002", "compressed data is damaged", name="deflate block type"),
    damaged(ARCHIVE + b"junk", "W002", "neither gzip nor zero padding", name="junk behind"),
    damaged(ARCHIVE + b"\x1f", "W002", "neither gzip nor zero padding", name="half a magic number behind"),
    damaged(ARCHIVE + b"\x1f\x8b", "W002", "cut off", name="magic number behind"),
    damaged(
        ARCHIVE + bytes(9) + b"junk",
        "W002",
        "zero padding after the gzip data",
        name="junk behind zeros",
    ),
    damaged(
        ARCHIVE + bytes(9) + gz(b""),
        "W002",
        "zero padding after the gzip data",
        name="gzip behind zeros",
    ),
    damaged(gz(b"") + ARCHIVE[:-1], "W002", "cut off", name="second member cut off"),
    damaged(ARCHIVE + ARCHIVE, "W003", "a second archive follows", name="second archive"),
    damaged(gz(TAR + TAR), "W003", f"a second archive follows the end of the tar (at byte {len(TAR):,})", name="second tar"),
    damaged(gz(TAR + b"x"), "W003", "other data follows", name="data behind the tar"),
    damaged(gz(TAR + bytes(2 << 20) + b"x"), "W003", f"at byte {len(TAR) + (2 << 20):,}", name="data far behind"),
    damaged(gz(MODEL), "W003", "without an end mark", name="no end mark"),
    damaged(gz(MODEL + bytes(512)), "W003", "inside its end mark", name="half an end mark"),
    damaged(gz(MODEL + bytes(512) + TAR), "W003", "single block of zeros", name="lone zero block"),
    damaged(gz(MODEL[:-100]), "W003", "member 3 (byte 1,536 of the tar) (models/net.pth) is cut off", name="cut in data"),
    damaged(gz(MODEL + header(b"x")[:300]), "W003", "member 4 (byte 3,584 of the tar) is cut off", name="cut in header"),
    damaged(gz(altered(TAR, 512, b"X")), "W003", "member 2 (byte 512 of the tar) has a damaged header", name="name altered"),
    damaged(gz(altered(TAR, 512 + 148, b"x")), "W003", "has a damaged header", name="checksum no number"),
    damaged(gz(folder(b"m/") + header(b"x", size=b"0000009\0    ") + END), "W003", "not a number", name="size with a 9"),
    damaged(gz(header(b"x", size=b"-1          ") + END), "W003", "not a number", name="signed size"),
    damaged(gz(header(b"x", size=b"1_0\0        ") + END), "W003", "not a number", name="underscore in size"),
    damaged(gz(header(b"x", mtime=b"yesterday\0  ") + END), "W003", "not a number", name="time no number"),
    damaged(gz(header(b"x", size=bytes(12)) + END), "W003", "impossible size (blank)", name="blank size"),
    damaged(gz(header(b"x", size=b"\xff" * 12) + END), "W003", "impossible size (-1)", name="negative size"),
    damaged(gz(header(b"x", size=base256(1 << 80, 12)) + END), "W003", "impossible size", name="enormous size"),
    damaged(gz(pax((b"size", b"9" * 20)) + file(b"x") + END), "W003", "impossible size", name="enormous pax size"),
    damaged(gz(pax((b"size", b"-1")) + file(b"x") + END), "W003", "size that is not a number", name="negative pax size"),
    damaged(gz(pax((b"hdrcharset", b"SJIS")) + file(b"x") + END), "W003", "character set", name="pax charset"),
    damaged(
        gz(with_checksum(altered(header(b"x"), 329, b"major")) + END), "W003", "not a number", name="device that is no number"
    ),
    damaged(gz(folder(b"m/") + header(b"m/n/") + END), "W003", "a folder by its name", name="file with a slash"),
    damaged(gz(pax((b"path", b"")) + file(b"x") + END), "W003", "an empty path", name="empty pax path"),
    damaged(gz(file(b"p", b"9 path=x\n?", kind=b"x") + file(b"x") + END), "W003", "malformed pax", name="pax rest"),
    damaged(gz(file(b"p", b"99 path=x\n", kind=b"x") + file(b"x") + END), "W003", "malformed pax", name="pax length"),
    damaged(gz(file(b"p", b"3 x", kind=b"x") + file(b"x") + END), "W003", "malformed pax", name="pax without ="),
    damaged(gz(file(b"p", b"path=x\n", kind=b"x") + file(b"x") + END), "W003", "malformed pax", name="pax without length"),
    damaged(gz(file(b"p", b"1 ", kind=b"x") + file(b"x") + END), "W003", "malformed pax", name="pax shorter than itself"),
    damaged(gz(MODEL + pax((b"path", b"x")) + END), "W003", "then the archive ends", name="pax without member"),
    damaged(gz(MODEL + long_name(b"x") + END), "W003", "then the archive ends", name="long name without member"),
    damaged(gz(MODEL + long_name(b"x")[:700]), "W003", "inside its extended header", name="long name cut off"),
    damaged(gz(long_name(b"a") + pax((b"path", b"b")) + file(b"c") + END), "W003", "named twice", name="two names"),
    damaged(
        gz(header(b"m/", kind=b"5", size=512) + padded(b"x") + END), "W003", "although it is not a file", name="folder with data"
    ),
    damaged(gz(header(b"p", kind=b"x", size=2 << 20)), "W012", "the limit is 1,048,576", name="enormous pax header"),
)

# Whole archives of which the last member must be refused.
MEMBERS = (
    member(link(b"m/latest", b"../v2"), "W004", "m/latest -> ../v2 is a symbolic link", name="symbolic link"),
    member(link(b"m/b", b"models/net.pth", kind=b"1"), "W004", "m/b -> models/net.pth is a hard link", name="hard link"),
    member(pax((b"linkpath", b"v" * 150)) + link(b"m", b"v"), "W004", "v" * 150, name="pax link target"),
    member(long_name(b"v" * 150, kind=b"K") + link(b"m", b"v"), "W004", "v" * 150, name="GNU long link target"),
    member(header(b"m/null", kind=b"3"), "W007", "m/null is a device", name="character device"),
    member(header(b"m/sda", kind=b"4"), "W007", "m/sda is a device", name="block device"),
    member(header(b"m/pipe", kind=b"6"), "W007", "m/pipe is a named pipe", name="FIFO"),
    member(header(b"net", kind=b"S", magic=GNU), "W007", "net is a sparse file", name="old GNU sparse"),
    member(pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.name", b"net")) + file(b"x"), "W007", "net is a sparse", name="sparse"),
    member(sparse(b"net", maps=3), "W007", "net is a sparse file", name="GNU sparse with three blocks of map"),
    member(sparse(b"net", maps=2, star=True), "W007", "net is a sparse file", name="star's sparse of type S"),
    member(sparse_pax(b"net", version="0.0"), "W007", "net is a sparse file", name="GNU sparse 0.0"),
    member(sparse_pax(b"net", version="0.1"), "W007", "net is a sparse file", name="GNU sparse 0.1"),
    member(sparse_pax(b"net"), "W007", "net is a sparse file", name="GNU sparse 1.0, as bsdtar writes it"),
    member(sparse_pax(b"net", version="star"), "W007", "net is a sparse file", name="star's sparse in pax"),
    member(sparse_pax(b"net", version="solaris"), "W007", "net is a sparse file", name="Solaris's sparse"),
    member(volume_label(b"v1 / June"), "W007", "v1 / June is a volume label, not a file", name="volume label"),
    member(volume_label(b"../.v1"), "W007", "../.v1 is a volume label, not a file", name="volume label like a path"),
    member(folder_dump(b"models/", b"net.pth"), "W007", "models/ is a folder of an incremental backup", name="incremental"),
    member(folder_dump(b"./"), "W007", "./ is a folder of an incremental backup", name="incremental of '.'"),
    member(file(b"net", kind=b"M", magic=GNU), "W007", "net is only the rest of a file", name="GNU continuation"),
    member(
        pax((b"GNU.volume.filename", b"net"), (b"GNU.volume.offset", b"512"), kind=b"g") + file(b"m/GNUFileParts/net.2"),
        "W007",
        "net is only the rest of a file",
        name="pax continuation",
    ),
    member(file(b"././@LongNames", kind=b"N", magic=GNU), "W007", "an old list of long file names", name="old GNU names"),
    member(file(b"models/net.pth", kind=b"A"), "W007", "models/net.pth is an access control list", name="Solaris ACL"),
    member(file(b"models/net.pth", kind=b"E"), "W007", "models/net.pth is an access control list", name="Solaris attributes"),
    member(file(b"m/a", kind=b"a"), "W007", "m/a has the unusual type 'a'", name="unknown type"),
    member(file(b"m/a", kind=b"\xe9"), "W007", "m/a has the unusual type '0xe9'", name="type that is no letter"),
    member(header(b"m/null", kind=b"3", size=bytes(12)), "W007", "m/null is a device", name="device with a blank size"),
    member(file(b"/opt/ml/net.pth"), "W006", "/opt/ml/net.pth has an absolute path", name="absolute"),
    member(file(b"../net.pth"), "W006", "../net.pth leaves the folder", name="parent"),
    member(file(b"m/../../net.pth"), "W006", "leaves the folder", name="parent inside"),
    member(folder(b"m/.."), "W006", "leaves the folder", name="parent at the end"),
    member(file(b""), "W010", "'' has a name that is empty", name="no name"),
    member(file(b"./."), "W010", "./. is a file without a name", name="dot for a name"),
    member(file(b"\x8f\x64.pth"), "W010", "重.pth has a name that is not UTF-8 but probably CP932", name="Shift_JIS name"),
    member(
        file("m/重み.pth".encode("euc-jp")), "W010", "m/重み.pth has a name that is not UTF-8 but probably EUC-JP", name="EUC"
    ),
    member(file("Größe.pth".encode("latin-1")), "W010", "Größe.pth has a name that is not UTF-8 but probably W", name="Latin-1"),
    member(
        pax((b"hdrcharset", b"BINARY"), (b"path", "モデル表.pth".encode("cp932"))) + file(b"x"),
        "W010",
        "モデル表.pth has a name that is not UTF-8 but probably CP932",
        name="Shift_JIS name of bsdtar",
    ),
    member(file("重み".encode()[:-1]), "W010", "重\\xe3\\x81 has a name that is not UTF-8 (", name="UTF-8 cut off"),
    member(pax((b"path", b"a\0b")) + file(b"x"), "W010", "holds a NUL", name="NUL in a pax path"),
    member(file(b"m\\net.pth"), "W010", "m\\net.pth has a backslash", name="Windows path"),
    member(long_name(b"n" * 256) + file(b"n"), "W010", "more than 255 bytes", name="long component"),
    member(long_name(b"n/" * 2500 + b"n") + file(b"n"), "W010", "too long", name="long path"),
    member(file(b"m/.DS_Store"), "W005", "m/.DS_Store is hidden ('.DS_Store')", name=".DS_Store"),
    member(file(b"m/._net.pth"), "W005", "is a leftover of macOS ('._net.pth')", name="AppleDouble"),
    member(file(b"__MACOSX/net.pth"), "W005", "is a leftover of macOS ('__MACOSX')", name="__MACOSX"),
    member(file(b".git/config"), "W005", "is hidden ('.git')", name=".git"),
    member(folder(b"m/.cache/"), "W005", "is hidden ('.cache')", name="hidden folder"),
    member(file(b"models/net.pth"), "W009", "models/net.pth is in the archive twice", name="duplicate"),
    member(file(b"./models//net.pth"), "W009", "is in the archive twice", name="duplicate, written otherwise"),
    member(file(b"models/net.pth/x"), "W009", "needs a folder models/net.pth", name="file as a folder"),
    member(folder(b"models/net.pth/"), "W009", "needs a folder models/net.pth", name="folder over a file"),
    member(file(b"models"), "W009", "models is a file, but also a folder", name="file over a folder"),
)

# Every way of writing a sound gzip that a tool in use takes.
SOUND_GZIPS = (
    sound(gz(TAR, level=0), name="stored blocks"),
    sound(gz(TAR, level=9, name=b"deploy.tar"), name="file name"),
    sound(gz(TAR, name=b"n" * 300, comment=b"made by hand", extra=b"RA\x02\x00ok"), name="all header fields"),
    sound(gz(TAR, extra=b""), name="empty extra field"),
    sound(gz(TAR, extra=b"x" * 65535), name="largest extra field"),
    sound(gz(TAR, header_checksum=True), name="header checksum"),
    sound(gz(TAR, name=b"a", comment=b"b", extra=b"c", header_checksum=True), name="header checksum over all fields"),
    sound(gz(TAR, flags=1), name="text flag"),
    sound(gz(TAR[:700]) + gz(TAR[700:]), name="two gzip members"),
    sound(b"".join(gz(TAR[at : at + 100]) for at in range(0, len(TAR), 100)), name="many gzip members"),
    sound(gz(b"") + gz(TAR) + gz(b"") + gz(b""), name="empty gzip members"),
    sound(gz(TAR) + bytes(1), name="one zero behind"),
    sound(gz(TAR) + bytes(3_000_000), name="many zeros behind"),
    sound(gz(TAR + bytes(10240)), name="tar padded to its record size"),
    sound(gz(TAR + bytes(3 << 20)), name="tar padded with megabytes of zeros"),
    sound(gz(TAR + bytes(100)), name="tar padded to an odd length"),
)

# Every way of writing a tar with one file, its path and its size.
SOUND_TARS = (
    tar(file(b"net.pth", kind=b"\0", magic=V7), "net.pth", 7, name="v7"),
    tar(file(b"net.pth", magic=GNU), "net.pth", 7, name="old GNU"),
    tar(file(b"net.pth", kind=b"7"), "net.pth", 7, name="contiguous file"),
    tar(file(b"n" * 100), "n" * 100, 7, name="name that fills its field"),
    tar(file(b"net.pth", prefix=b"models/a"), "models/a/net.pth", 7, name="ustar prefix"),
    tar(file(b"net.pth", prefix=b"1234567\0", magic=GNU), "net.pth", 7, name="no prefix in GNU's format"),
    tar(file(b"net.pth", size=base256(7, 12)), "net.pth", 7, name="base-256 size"),
    tar(file(b"net.pth", mtime=b"\xff" * 12), "net.pth", 7, name="base-256 time before 1970"),
    tar(file(b"net.pth", mtime=bytes(12)), "net.pth", 7, name="blank time"),
    tar(file(b"net.pth", size=b"          7 "), "net.pth", 7, name="size with blanks"),
    tar(file("重み.pth".encode()), "重み.pth", 7, name="Japanese name"),
    tar(file("重み.pth".encode(), signed=True), "重み.pth", 7, name="checksum of signed bytes"),
    tar(file(b"net.pth", b""), "net.pth", 0, name="empty file"),
    tar(long_name(_LONG) + file(_LONG[:100], magic=GNU), _LONG.decode(), 7, name="GNU long name"),
    tar(pax((b"path", _LONG)) + file(_LONG[:100]), _LONG.decode(), 7, name="pax path"),
    tar(pax((b"path", _LONG), kind=b"X") + file(_LONG[:100]), _LONG.decode(), 7, name="Solaris pax"),
    tar(pax((b"size", b"7")) + file(b"net.pth", size=0), "net.pth", 7, name="pax size"),
    tar(pax((b"mtime", b"1.5"), (b"path", b"a"), (b"path", b"c")) + file(b"b"), "c", 7, name="pax path said twice"),
    tar(pax((b"hdrcharset", b"BINARY"), (b"path", b"net")) + file(b"x"), "net", 7, name="pax hdrcharset"),
    tar(pax((b"comment", b"1f2e3d"), kind=b"g") + file(b"net.pth"), "net.pth", 7, name="pax global header"),
    tar(folder(b"/") + file(b"net.pth"), "net.pth", 7, name="the SDK's root"),
    tar(folder(b"") + folder(b"//") + folder(b".") + folder(b"/./") + file(b"net.pth"), "net.pth", 7, name="other roots"),
    tar(header(b"/", kind=b"\0", magic=V7) + file(b"net.pth"), "net.pth", 7, name="root by its slash"),
    tar(header(b"m/", kind=b"5", size=b" " * 12) + file(b"m/net.pth"), "m/net.pth", 7, name="folder with a blank size"),
    tar(pax((b"GNU.volume.label", b"v1"), kind=b"g") + file(b"net.pth"), "net.pth", 7, name="volume label in pax"),
    tar(pax((b"GNU.dumpdir", b"Ynet.pth\0\0")) + folder(b"m/") + file(b"m/n"), "m/n", 7, name="incremental in pax"),
    tar(pax((b"SCHILY.realsize", b"7")) + file(b"net.pth"), "net.pth", 7, name="star's size of a plain file"),
    tar(pax((b"LIBARCHIVE.xattr.a", b"eA"), (b"x", b"")) + file(b"net.pth"), "net.pth", 7, name="unknown pax keys"),
    tar(folder(b"./") + folder(b"./m") + file(b"./m/net.pth"), "./m/net.pth", 7, name="packed from '.'"),
    tar(folder(b"m/") + folder(b"m/") + file(b"m/net.pth"), "m/net.pth", 7, name="folder named twice"),
    tar(header(b"m/", kind=b"\0", magic=V7) + file(b"m/net.pth"), "m/net.pth", 7, name="folder by its slash"),
)
