"""Builds tar and gzip files byte by byte, right or wrong as a test wants it; knows nothing of the code under test."""

from __future__ import annotations

import struct
import zlib

POSIX, GNU, V7 = b"ustar\x0000", b"ustar  \0", bytes(8)
END = bytes(1024)
TYPE_FLAG, CHECKSUM = 156, slice(148, 156)


def octal(value: int, width: int) -> bytes:
    return b"%0*o\0" % (width - 1, value)


def base256(value: int, width: int) -> bytes:
    return b"\x80" + value.to_bytes(width - 1, "big")


def header(
    name: bytes,
    *,
    size: int | bytes = 0,
    kind: bytes = b"0",
    target: bytes = b"",
    mode: int = 0o644,
    mtime: bytes = octal(1_600_000_000, 12),
    magic: bytes = POSIX,
    prefix: bytes = b"",
    signed: bool = False,
) -> bytes:
    """512 bytes with the right checksum. `size` as bytes is put in as it stands."""
    length = size if isinstance(size, bytes) else octal(size, 12)
    numbers = octal(mode, 8) + octal(1000, 8) + octal(1000, 8) + length + mtime
    block = name.ljust(100, b"\0") + numbers + b" " * 8 + kind + target.ljust(100, b"\0")
    block += magic + b"test".ljust(32, b"\0") + b"test".ljust(32, b"\0") + bytes(16) + prefix.ljust(155, b"\0")
    return with_checksum(block.ljust(512, b"\0"), signed=signed)


def with_checksum(block: bytes, *, signed: bool = False) -> bytes:
    blank = block[:148] + b" " * 8 + block[156:]
    total = sum(struct.unpack("512b", blank)) if signed else sum(blank)
    return blank[:148] + b"%06o\0 " % total + blank[156:]


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def file(name: bytes, content: bytes = b"weights", **fields: object) -> bytes:
    return header(name, **{"size": len(content), **fields}) + padded(content)  # type: ignore[arg-type]


def folder(name: bytes) -> bytes:
    return header(name, kind=b"5", mode=0o755)


def link(name: bytes, target: bytes, *, kind: bytes = b"2") -> bytes:
    return header(name, kind=kind, target=target)


def pax(*records: tuple[bytes, bytes], kind: bytes = b"x") -> bytes:
    return file(b"PaxHeaders/x", b"".join(pax_record(key, value) for key, value in records), kind=kind)


def pax_record(key: bytes, value: bytes) -> bytes:
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while length != len(b"%d" % length) + len(rest):
        length += 1
    return b"%d" % length + rest


def long_name(name: bytes, *, kind: bytes = b"L") -> bytes:
    return file(b"././@LongLink", name + b"\0", kind=kind, magic=GNU)


def sparse(name: bytes, stored: bytes = b"weights", *, maps: int = 0, star: bool = False) -> bytes:
    """A sparse file of type S as GNU tar writes it, or star: all of its `stored` bytes, then a hole. `maps`: blocks of map behind
    the header. The same bytes as those of `tar --format=gnu --sparse`, apart from owner and times."""
    block = bytearray(header(name, kind=b"S", size=len(stored), magic=POSIX if star else GNU, mode=0o600))
    place, more = (356, 355) if star else (386, 482)
    block[place : place + 48] = octal(0, 12) + octal(len(stored), 12) + octal(1 << 20, 12) + octal(0, 12)
    block[more] = maps > 0
    size = 452 if star else 483
    block[size : size + 12] = octal(1 << 20, 12)
    if star:
        block[508:512] = b"tar\0"
    further = b"".join(bytes(504) + bytes([left > 1]) + bytes(7) for left in range(maps, 0, -1))
    return with_checksum(bytes(block)) + further + padded(stored)


def sparse_pax(name: bytes, stored: bytes = b"weights", *, version: str = "1.0") -> bytes:
    """The same in the pax formats of GNU tar (0.0, 0.1 and 1.0, which bsdtar writes by itself), of star or of Solaris."""
    length, size = b"%d" % len(stored), b"%d" % (1 << 20)
    if version == "0.0":
        records = [(b"size", size), (b"numblocks", b"1"), (b"offset", b"0"), (b"numbytes", length)]
    elif version == "0.1":
        records = [(b"size", size), (b"numblocks", b"1"), (b"name", name), (b"map", b"0," + length)]
    elif version == "1.0":
        records = [(b"major", b"1"), (b"minor", b"0"), (b"name", name), (b"realsize", size)]
        stored = padded(b"1\n0\n" + length + b"\n") + stored
    else:
        other = {"star": (b"SCHILY.realsize", size), "solaris": (b"SUN.holesdata", b" 0 " + length + b" " + size)}[version]
        return pax(other) + file(name, stored)
    inner = name if version == "0.0" else b"GNUSparseFile.0/" + name
    return pax(*((b"GNU.sparse." + key, value) for key, value in records)) + file(inner, stored)


def volume_label(name: bytes) -> bytes:
    """As `tar --format=gnu --label` writes it: name, time, type and checksum, all else blank."""
    block = bytearray(512)
    block[: len(name)] = name
    block[136:148] = octal(1_600_000_000, 12)
    block[TYPE_FLAG : TYPE_FLAG + 1] = b"V"
    return with_checksum(bytes(block))


def folder_dump(name: bytes, *names: bytes) -> bytes:
    """As `tar --format=gnu --listed-incremental` writes a folder: with a list of what is in it."""
    return file(name, b"".join(b"Y" + each + b"\0" for each in names) + b"\0", kind=b"D", magic=GNU, mode=0o755)


def gz(
    data: bytes,
    *,
    level: int = 6,
    name: bytes | None = None,
    comment: bytes | None = None,
    extra: bytes | None = None,
    header_checksum: bool = False,
    method: int = 8,
    flags: int = 0,
) -> bytes:
    flags |= 0x02 * header_checksum | 0x04 * (extra is not None) | 0x08 * (name is not None) | 0x10 * (comment is not None)
    head = b"\x1f\x8b" + bytes([method, flags]) + bytes(5) + b"\x03"
    if extra is not None:
        head += struct.pack("<H", len(extra)) + extra
    head += b"".join(text + b"\0" for text in (name, comment) if text is not None)
    if header_checksum:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    return head + deflate.compress(data) + deflate.flush() + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


MODEL = folder(b"models/") + file(b"models/net.yml", b"model: net\n") + file(b"models/net.pth", bytes(range(256)) * 5)
"""The members of a small sound archive: three, two of them files with 1,291 bytes together."""

ARCHIVE = gz(MODEL + END)
