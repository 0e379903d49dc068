"""A stand-in for the picture that the platform shows: a framed landscape in grey, as a PNG of about a kilobyte."""

from __future__ import annotations

import struct
import zlib

_PAPER, _FRAME, _SHAPE = 0xF2, 0xC4, 0xA8
_BORDER = 6


def placeholder(width: int = 480, height: int = 270) -> bytes:
    """The picture in grey levels. Nobody mistakes it for the algorithm's own."""
    rows = (bytes(_level(x, y, width, height) for x in range(width)) for y in range(height))
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)  # 0: the row is not filtered
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)  # 8 bits of grey, not interlaced
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _level(x: int, y: int, width: int, height: int) -> int:
    if not (_BORDER <= x < width - _BORDER and _BORDER <= y < height - _BORDER):
        return _FRAME
    sun = (x - width * 0.3) ** 2 + (y - height * 0.32) ** 2 < (height * 0.1) ** 2
    near = y > height * 0.85 - max(0, height * 0.45 - abs(x - width * 0.6))
    far = y > height * 0.85 - max(0, height * 0.25 - abs(x - width * 0.35))
    return _SHAPE if (sun or near or far) and y < height * 0.85 else _PAPER
