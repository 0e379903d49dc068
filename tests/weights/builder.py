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
