"""Writes one gzip member with all cores: pieces are compressed each by itself, in an order that no timing changes."""

from __future__ import annotations

import hashlib
import struct
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from isal import isal_zlib

PIECE = 1 << 20
"""Bytes that are compressed at a time. Part of what makes the bytes of an archive: to change it changes every archive."""
_LEVEL = 1
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no time, no system: the same everywhere
_LAST_BLOCK = b"\x03\x00"  # an empty one that says it is the last
_MAX_STORED = 0xFFFF
_SAMPLE = 1 << 16
_HARDLY = 0.85
"""Of its size is what a sample must shrink to, to be worth compressing when storing is allowed."""


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class GzipWriter:
    """`size` and `sha256` are those of the bytes written so far; `length` is what they hold, `stored` what of it was not."""

    def __init__(self, target: Sink, *, store: bool, cores: int) -> None:
        self.size = 0
        self.stored = 0
        self.sha256 = hashlib.sha256()
        self._target = target
        self._store = store
        self._pool = ThreadPoolExecutor(max_workers=cores, thread_name_prefix="deflate")
        self._ahead = 2 * cores + 1
        self._under_way: deque[Future[bytes]] = deque()
        self._checksum = 0
        self.length = 0
        self._put(_HEADER)

    def write(self, piece: bytes) -> None:
        """Takes the next PIECE bytes; fewer only at the very end. Waits while enough pieces are under way."""
        self._checksum = isal_zlib.crc32(piece, self._checksum)
        self.length += len(piece)
        if self._store and not shrinks(piece):
            self.stored += len(piece)
            self._under_way.append(self._pool.submit(stored, piece))
        else:
            self._under_way.append(self._pool.submit(compressed, piece))
        while len(self._under_way) > self._ahead:
            self._put(self._under_way.popleft().result())

    def close(self) -> None:
        """Writes what is under way and the trailer. `target` is left open."""
        with self._pool:
            while self._under_way:
                self._put(self._under_way.popleft().result())
        self._put(_LAST_BLOCK + struct.pack("<II", self._checksum, self.length & 0xFFFFFFFF))

    def _put(self, data: bytes) -> None:
        self._target.write(data)
        self.sha256.update(data)
        self.size += len(data)


def compressed(piece: bytes) -> bytes:
    """Deflate blocks that end at a byte and refer to nothing before them."""
    compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, -15)
    return compressor.compress(piece) + compressor.flush(isal_zlib.Z_FULL_FLUSH)


def stored(piece: bytes) -> bytes:
    """Deflate blocks that hold the bytes as they are."""
    parts = (piece[at : at + _MAX_STORED] for at in range(0, len(piece), _MAX_STORED))
    return b"".join(struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF) + part for part in parts)


def shrinks(piece: bytes) -> bool:
    """Whether a sample from the middle of the piece gets much smaller."""
    middle = max(0, (len(piece) - _SAMPLE) // 2)
    sample = piece[middle : middle + _SAMPLE]
    return len(compressed(sample)) < _HARDLY * len(sample)
