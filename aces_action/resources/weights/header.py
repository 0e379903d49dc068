"""The fields of one tar header, and the records of an extended one. What a field means depends on the type of the member."""

from __future__ import annotations

import re
from functools import lru_cache
from struct import Struct
from zlib import adler32

from aces_action.problems.weights import tar as problems
from aces_action.resources.weights.errors import ArchiveError, shown
from aces_action.resources.weights.member import BLOCK, CONTINUATION, FILE, SPARSE, VOLUME_LABEL, WITHOUT_DATA, Member

# name, mode, uid, gid, size, mtime, chksum, typeflag, linkname, magic with version, devmajor, devminor, prefix
_HEADER = Struct("100s8s8s8s12s12s8sc100s8s64x8s8s155s12x")
_CHECKSUM = slice(148, 156)
_MAX_SIZE = 1 << 50
"""Bytes that no file has: a larger size is a damaged one, a smaller one may be over the limit."""
_REGULAR = frozenset({FILE, b"\0", b"7"})
_MAY_BE_BLANK = WITHOUT_DATA | {VOLUME_LABEL}  # a size; GNU tar leaves that of a label blank

_DECIMAL = re.compile(rb"[0-9]{1,20}")
_RECORD_LENGTH = re.compile(rb"([1-9][0-9]{0,7}) ")
_CHARSETS = (b"", b"BINARY", b"ISO-IR 10646 2000 UTF-8")
_KEYS = frozenset({b"path", b"linkpath", b"size"})
# Each writer of sparse files has its own records: GNU tar and bsdtar, star, Solaris
_GNU_SPARSE, SPARSE_NAME = b"GNU.sparse.", b"GNU.sparse.name"
_STAR_SIZE, _STAR_KIND, _SOLARIS_HOLES = b"SCHILY.realsize", b"SCHILY.filetype", b"SUN.holesdata"
CONTINUED = b"GNU.volume.filename"
"""In a global header: the next member is the rest of this file, of which the start is in another archive."""
LONG_NAME, LONG_TARGET = b"L", b"K"


def parse_header(block: bytes, number: int, offset: int) -> Member:
    """The member that this header alone describes. Raises ArchiveError W003 for what no tool writes into a header of its type."""
    name, mode, uid, gid, size, mtime, _, kind, target, magic, major, minor, prefix = _HEADER.unpack(block)
    try:
        length, permissions = number_in(size), number_in(mode)
        for field in (uid, gid, mtime, major, minor):  # the last two are of devices alone, but `tarfile` stops at wrong ones
            number_in(field)
    except ValueError:
        raise ArchiveError(problems.not_a_number(number, offset)) from None
    if length is None and kind in _MAY_BE_BLANK:
        length = 0
    if length is None or not 0 <= length <= _MAX_SIZE:
        raise ArchiveError(problems.impossible_size(number, offset, length))
    path = text_in(name)
    if magic.startswith(b"ustar\0") and (folder := text_in(prefix)):  # GNU's magic is 'ustar ', its prefix holds other fields
        path = folder + b"/" + path
    return Member(number, offset, path, FILE if kind in _REGULAR else kind, length, text_in(target), permissions or 0)


def text_in(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def checksum_fits(block: bytes) -> bool:
    """The sum of the header's bytes with the checksum taken for blanks; some old tars summed signed bytes."""
    if len(block) < BLOCK:
        return False
    try:
        stated = number_in(block[_CHECKSUM])
    except ValueError:
        return False
    # The low half of Adler-32 from 0 is the plain sum modulo 65521, which half a header (255 * 256) cannot reach.
    total = (adler32(block[:256], 0) & 0xFFFF) + (adler32(block[256:], 0) & 0xFFFF)
    blanks = 8 * 32 - sum(block[_CHECKSUM])
    return stated == total + blanks or stated == total + blanks - 256 * sum(byte > 127 for byte in block)


@lru_cache(maxsize=4096)
def number_in(field: bytes) -> int | None:
    """Octal digits between blanks and NULs (None: there are none), or GNU's base-256. Raises ValueError."""
    if field[0] in (
        0x80,
        0xFF,
    ):  # other first bytes would be numbers that GNU tar reads and `tarfile` does not; no file needs one
        return int.from_bytes(field[1:], "big") - (field[0] == 0xFF) * (1 << 8 * len(field) - 8)
    digits = text_in(field.lstrip(b" \0")).rstrip(b" ")
    if digits and not digits.isdigit():  # int() would take signs and underscores as well
        raise ValueError(field)
    return int(digits, 8) if digits else None


def has_more_map(block: bytes) -> bool:
    """Whether the map of a sparse file of type S goes on behind its header.

    GNU tar says so at byte 482, star (with 'tar' at the end of the header) at byte 355: oldgnu_header, star_in_header in tar.h.
    """
    return bool(block[355] if block[508:] == b"tar\0" else block[482])


def pax_records(data: bytes, member: Member) -> dict[bytes, bytes]:
    """The records of a pax header that change what a member is; the others (times, attributes) are only checked for form."""
    records = {}
    at = 0
    while at < len(data):
        length = _RECORD_LENGTH.match(data, at)
        end = at + int(length[1]) if length else 0
        key, equals, value = data[length.end() : end - 1].partition(b"=") if length else (b"", b"", b"")
        if not key or not equals or end > len(data) or data[end - 1] != 0x0A:
            raise ArchiveError(problems.malformed_pax_header(member.number, member.offset))
        if key in _KEYS and not value:
            raise ArchiveError(problems.empty_pax_field(member.number, member.offset))
        if key == b"size" and not _DECIMAL.fullmatch(value):
            raise ArchiveError(problems.pax_size_not_a_number(member.number, member.offset))
        if key == b"hdrcharset" and value not in _CHARSETS:
            raise ArchiveError(problems.unknown_pax_charset(member.number, member.offset, shown(value)))
        if key in _KEYS or key in (SPARSE_NAME, CONTINUED, _STAR_SIZE):
            records[key] = value
        elif key.startswith(_GNU_SPARSE) or key == _SOLARIS_HOLES or (key, value) == (_STAR_KIND, b"sparse"):
            records[_GNU_SPARSE] = value
        at = end
    return records


def extended(member: Member, records: dict[bytes, bytes], long_names: dict[bytes, bytes]) -> Member:
    """The member as its extended headers say."""
    path, target = records.get(b"path"), records.get(b"linkpath")
    if (path and LONG_NAME in long_names) or (target and LONG_TARGET in long_names):
        raise ArchiveError(problems.two_names(member.number, member.offset))
    size = int(records.get(b"size") or member.size)
    if size > _MAX_SIZE:
        raise ArchiveError(problems.impossible_size(member.number, member.offset, size))
    kind = member.kind
    if kind == FILE and CONTINUED in records:
        kind = CONTINUATION
    elif kind == FILE and (_GNU_SPARSE in records or records.get(_STAR_SIZE, b"%d" % size) != b"%d" % size):
        kind = SPARSE
    return member._replace(
        path=records.get(CONTINUED) or records.get(SPARSE_NAME) or path or long_names.get(LONG_NAME) or member.path,
        target=target or long_names.get(LONG_TARGET) or member.target,
        size=size,
        kind=kind,
    )
