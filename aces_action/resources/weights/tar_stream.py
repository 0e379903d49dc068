"""Walks the headers of a tar stream (POSIX pax and ustar, GNU, v7) to its very end and stops at the first wrong byte.

Own code because `tarfile` takes a damaged later header for the end of the archive and reads a pax header of any size into memory.
It is as fast as C's tools because ordinary files, which most are, are read run by run instead of one by one.
Where tools disagree on what a header means, the archive is refused: which of them SageMaker uses is not documented.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from zlib import adler32

from aces_action.problems.weights import tar as problems
from aces_action.problems.weights.fault import Fault
from aces_action.resources.weights.errors import ArchiveError, shown
from aces_action.resources.weights.header import (
    CONTINUED,
    LONG_NAME,
    LONG_TARGET,
    checksum_fits,
    extended,
    has_more_map,
    number_in,
    parse_header,
    pax_records,
    text_in,
)
from aces_action.resources.weights.limits import LIMITS, Limits
from aces_action.resources.weights.member import BLOCK, DIRECTORY, FILE, SETUID_SETGID, SPARSE, WITHOUT_DATA, FileRun, Member
from aces_action.resources.weights.signatures import describe

_ZEROS = bytes(BLOCK)
# A header of a run of files: name, mode with uid and gid, size and mtime (each with the byte that ends it), chksum, the rest
_PLAIN = Struct("100s24s11sc11sc8s356s")
_ENDS = frozenset({b"\0", b" "})
_NO_DEVICE = frozenset({b"", b"0000000\x000000000"})
_MAX_LEARNT = 256
_PADDING = 1 << 20
_GLOBAL = b"g"
_PAX_KINDS = frozenset({b"x", b"X", _GLOBAL})  # X is Solaris's
_LONG_KINDS = frozenset({LONG_NAME, LONG_TARGET})


class _Tape:
    """The bytes of the tar, block by block, with the place in them."""

    def __init__(self, blocks: Iterator[bytes], limits: Limits) -> None:
        self._blocks = blocks
        self._limit = limits.unpacked
        self._block = b""
        self._at = 0
        self._start = 0

    @property
    def position(self) -> int:
        return self._start + self._at

    def _turn(self) -> bool:
        """Go on to the next block; False at the end of the tape."""
        self._start += len(self._block)
        self._block = next(self._blocks, b"")
        self._at = 0
        self.allow(0)
        return bool(self._block)

    def allow(self, more: int) -> None:
        """Raises ArchiveError (W012) if what was read and `more` bytes are more than a tar may have."""
        if self.position + more > self._limit:
            raise ArchiveError(problems.too_large(self._limit))

    def window(self) -> tuple[bytes, int]:
        """The block that is at hand, and the place in it. What is read from it is passed over with `skip`."""
        return self._block, self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes, fewer at the end of the tape."""
        piece = self._block[self._at : self._at + count]
        self._at += len(piece)
        while len(piece) < count and self._turn():
            rest = self._block[: count - len(piece)]
            self._at = len(rest)
            piece += rest
        return piece

    def skip(self, count: int) -> bool:
        """Pass over `count` bytes; False if there were fewer."""
        left = count - (len(self._block) - self._at)
        while left > 0:
            if not self._turn():
                return False
            left -= len(self._block)
        self._at = len(self._block) + left
        return True


def members(blocks: Iterator[bytes], limits: Limits = LIMITS) -> Iterator[Member | FileRun]:
    """The members of the tar in `blocks`, each as soon as its headers are read; then reads the tar to its very end.

    No bytes at all, or zeros alone, are a tar without members. Raises ArchiveError: W003 for anything but one whole, well-formed
    archive, W012 beyond `limits`.
    """
    tape = _Tape(blocks, limits)
    defaults: dict[bytes, bytes] = {}
    plain = _PlainFiles()
    number = 1
    while (member := _read_headers(tape, number, defaults, limits)) is not None:
        yield member
        if member.size:
            _skip_data(tape, member)
        number += 1
        if not defaults and (run := plain.read(tape, number)) is not None:
            yield run
            number += len(run.paths)
    if tape.position:
        _read_end(tape)


class _PlainFiles:
    """Reads runs of plain files, as far as they are in the tape's window with their data.

    Whatever is not quite ordinary ends the run and is left to `_read_headers`, which alone knows what is wrong or allowed. The
    parts of a header that an archive repeats in each are looked at once: `_rests` has what follows the checksum, with its sum and
    the prefix of the path, `_owners` the modes and ids.
    """

    def __init__(self) -> None:
        self._rests: dict[bytes, tuple[int, bytes]] = {}
        self._owners: set[bytes] = set()

    def read(self, tape: _Tape, number: int) -> FileRun | None:
        """The run that starts here; None if the next header is not one of a plain file. Passes over it."""
        block, start = tape.window()
        end = len(block) - BLOCK
        at = start
        paths: list[bytes] = []
        sizes: list[int] = []
        unpack, rests, owners, last_mtime = _PLAIN.unpack_from, self._rests, self._owners, b""
        while at <= end:
            name, owner, digits, ends, mtime, mtime_ends, stated, rest = unpack(block, at)
            known = rests.get(rest) or self._learn_rest(rest)
            if known is None or not (owner in owners or self._learn_owner(owner)):
                break
            if mtime != last_mtime:
                if not _is_octal(mtime):
                    break
                last_mtime = mtime
            if ends not in _ENDS or mtime_ends not in _ENDS or not digits.isdigit():
                break
            try:
                size = int(digits, 8)
                # The low half of Adler-32 from 0 is the plain sum modulo 65521, which 148 bytes cannot reach.
                if (adler32(block[at : at + 148], 0) & 0xFFFF) + known[0] != number_in(stated):
                    break
            except ValueError:
                break
            following = at + BLOCK + size + -size % BLOCK
            path = name.partition(b"\0")[0]
            if following > len(block) or not path or path.endswith(b"/"):
                break
            paths.append(known[1] + path if known[1] else path)
            sizes.append(size)
            at = following
        if not paths:
            return None
        offset = tape.position
        tape.skip(at - start)
        return FileRun(number, offset, paths, sizes)

    def _learn_rest(self, rest: bytes) -> tuple[int, bytes] | None:
        if rest[:2] not in (b"0\0", b"\0\0") or rest[173:189].strip(b"\0") not in _NO_DEVICE:
            return None
        prefix = text_in(rest[189:344]) if rest[101:107] == b"ustar\0" else b""
        known = (sum(rest) + 8 * 32, prefix + b"/" if prefix else b"")
        if len(self._rests) < _MAX_LEARNT:
            self._rests[rest] = known
        return known

    def _learn_owner(self, owner: bytes) -> bool:
        fields = owner[:8], owner[8:16], owner[16:]
        plain = all(_is_octal(field[:7]) and field[7:] in _ENDS for field in fields)
        plain = plain and not int(fields[0][:7], 8) & SETUID_SETGID
        if plain and len(self._owners) < _MAX_LEARNT:
            self._owners.add(owner)
        return plain


def _is_octal(digits: bytes) -> bool:
    return not digits.strip(b"01234567")


def _read_headers(tape: _Tape, number: int, defaults: dict[bytes, bytes], limits: Limits) -> Member | None:
    """The next member, from all headers that belong to it; None at the end. `defaults` gathers pax's global records."""
    offset = tape.position
    records: dict[bytes, bytes] = {}
    long_names: dict[bytes, bytes] = {}
    while True:
        block = tape.take(BLOCK)
        if block == _ZEROS or not tape.position:
            if records or long_names:
                raise ArchiveError(problems.missing_member(number, offset))
            return None
        if not checksum_fits(block):
            raise ArchiveError(_not_a_header(block, tape.position, number, offset))
        member = parse_header(block, number, offset)
        tape.allow(member.size)
        if member.kind in _PAX_KINDS:
            found = pax_records(_read_extension(tape, member, limits), member)
            if CONTINUED in found:  # GNU tar says so in a global header, but of the next member alone
                records[CONTINUED] = found.pop(CONTINUED)
            (defaults if member.kind == _GLOBAL else records).update(found)
        elif member.kind in _LONG_KINDS:
            long_names[member.kind] = text_in(_read_extension(tape, member, limits))
        else:
            break
    if member.kind == SPARSE:
        _skip_sparse_map(tape, block)
    if defaults or records or long_names:
        member = extended(member, {**defaults, **records}, long_names)
        tape.allow(member.size)
    if member.kind == FILE and member.path.endswith(b"/"):
        if block[156:157] != b"\0":  # the way to write a folder before there was a type for it
            raise ArchiveError(problems.file_or_folder(number, offset, shown(member.path)))
        member = member._replace(kind=DIRECTORY)
    return member


def _skip_data(tape: _Tape, member: Member) -> None:
    if member.kind in WITHOUT_DATA:
        fault = problems.data_without_file(member.number, member.offset, shown(member.path), member.size)
        raise ArchiveError(fault)
    if not tape.skip(member.size + -member.size % BLOCK):
        raise ArchiveError(problems.cut_off_data(member.number, member.offset, shown(member.path), member.size))


def _not_a_header(block: bytes, end: int, number: int, offset: int) -> Fault:
    """What is wrong with a block that ends at byte `end` of the tar, in the place of a header."""
    if not block:
        return problems.no_end_mark(end)
    if end <= BLOCK:
        return problems.not_tar(describe(block))
    if len(block) < BLOCK:
        return problems.cut_off_header(number, offset)
    return problems.wrong_header_checksum(number, offset)


def _read_extension(tape: _Tape, member: Member, limits: Limits) -> bytes:
    if member.size > limits.extension:
        raise ArchiveError(problems.too_large_extension(member.offset, member.size, limits.extension))
    data = tape.take(member.size)
    if len(data) < member.size or not tape.skip(-member.size % BLOCK):
        raise ArchiveError(problems.cut_off_extension(member.number, member.offset))
    return data


def _skip_sparse_map(tape: _Tape, block: bytes) -> None:
    """What follows the header of a sparse file of type S: blocks of its map, of which byte 504 says that one more follows."""
    more = has_more_map(block)
    while more:
        block = tape.take(BLOCK)
        more = len(block) == BLOCK and bool(block[504])


def _read_end(tape: _Tape) -> None:
    """After the first block of zeros: one more, then zeros alone, as tar pads its records."""
    end = tape.position
    second = tape.take(BLOCK)
    if len(second) < BLOCK:
        raise ArchiveError(problems.cut_off_end_mark(tape.position))
    if second != _ZEROS:
        raise ArchiveError(problems.single_zero_block(end - BLOCK))
    while block := tape.take(_PADDING):
        if block != bytes(len(block)):
            offset = tape.position - len(block.lstrip(b"\0"))
            is_archive = block.lstrip(b"\0")[257:262] == b"ustar"
            raise ArchiveError(problems.second_archive(offset) if is_archive else problems.data_after_end(offset))
