"""Walks the headers of a tar stream (POSIX pax and ustar, GNU, v7) to its very end and stops at the first wrong byte.

Own code because `tarfile` takes a damaged later header for the end of the archive and reads a pax header of any size into memory.
It is as fast as C's tools because ordinary files, which most are, are read run by run instead of one by one.
Where tools disagree on what a header means, the archive is refused: which of them SageMaker uses is not documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from struct import Struct
from typing import NamedTuple
from zlib import adler32

from aces_action.language import Text, same
from aces_action.weights.damage import Damaged, shown
from aces_action.weights.limits import LIMITS, Limits
from aces_action.weights.signatures import describe

FILE, HARD_LINK, SYMBOLIC_LINK = b"0", b"1", b"2"
CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO, SPARSE = b"3", b"4", b"5", b"6", b"S"

_BLOCK = 512
_ZEROS = bytes(_BLOCK)
# name, mode, uid, gid, size, mtime, chksum, typeflag, linkname, magic with version, devmajor, devminor, prefix
_HEADER = Struct("100s8s8s8s12s12s8sc100s8s64x8s8s155s12x")
_CHECKSUM = slice(148, 156)
# The same for a run of files: name, mode with uid and gid, size and mtime (each with the byte that ends it), chksum, the rest
_PLAIN = Struct("100s24s11sc11sc8s356s")
_ENDS = frozenset({b"\0", b" "})
_NO_DEVICE = frozenset({b"", b"0000000\x000000000"})
_MAX_LEARNT = 256
_MAX_SIZE = 1 << 50
"""Bytes that no file has: a larger size is a damaged one, a smaller one may be over the limit."""
_PADDING = 1 << 20
_DECIMAL = re.compile(rb"[0-9]{1,20}")
_PAX_LENGTH = re.compile(rb"([1-9][0-9]{0,7}) ")
_PAX_CHARSETS = (b"", b"BINARY", b"ISO-IR 10646 2000 UTF-8")
_PAX_KEYS = frozenset({b"path", b"linkpath", b"size"})
_PAX_SPARSE, _PAX_SPARSE_NAME = b"GNU.sparse.", b"GNU.sparse.name"
_PAX_KINDS = frozenset({b"x", b"X", b"g"})  # X is Solaris's
_LONG_NAME, _LONG_TARGET = b"L", b"K"
_LONG_KINDS = frozenset({_LONG_NAME, _LONG_TARGET})
_REGULAR = frozenset({FILE, b"\0", b"7"})
SETUID_SETGID = 0o6000
_WITHOUT_DATA = frozenset({HARD_LINK, SYMBOLIC_LINK, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, FIFO})


class Member(NamedTuple):
    """One member as it stands in the archive. A NamedTuple, for its speed: archives may have 100,000 of them.

    `number` counts from 1; `offset` is where its first header starts, in bytes of the tar; `path` and `target` are raw bytes.
    `kind` is the type flag, with FILE for all that mean a regular file, DIRECTORY also for v7's file that ends with a slash,
    SPARSE for each of the ways to write a sparse file. `size` is what the archive holds of it, in bytes.
    """

    number: int
    offset: int
    path: bytes
    kind: bytes
    size: int
    target: bytes
    mode: int


class Run(NamedTuple):
    """Files one after the other with nothing odd in their headers: no setuid, no link, no extended header.

    `number` and `offset` are those of the first; `paths` and `sizes` have an item for each file. A path may still be anything.
    """

    number: int
    offset: int
    paths: list[bytes]
    sizes: list[int]

    def members(self) -> Iterator[Member]:
        """Each file as the member that it is, the permission bits left out."""
        offset = self.offset
        for number, (path, size) in enumerate(zip(self.paths, self.sizes, strict=True), self.number):
            yield Member(number, offset, path, FILE, size, b"", 0)
            offset += _BLOCK + size + -size % _BLOCK


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
        """Raises Damaged (W012) if what was read and `more` bytes are more than a tar may have."""
        if self.position + more > self._limit:
            text = Text(
                f"more than {self._limit:,} bytes come out of it, which is the limit",
                f"展開すると上限の{self._limit:,}バイトを超えます",
            )
            raise Damaged("W012", text)

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


def members(blocks: Iterator[bytes], limits: Limits = LIMITS) -> Iterator[Member | Run]:
    """The members of the tar in `blocks`, each as soon as its headers are read; then reads the tar to its very end.

    No bytes at all, or zeros alone, are a tar without members. Raises Damaged: W003 for whatever is not one whole, well-formed
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

    def read(self, tape: _Tape, number: int) -> Run | None:
        """The run that starts here; None if the next header is not one of a plain file. Passes over it."""
        block, start = tape.window()
        end = len(block) - _BLOCK
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
                if (adler32(block[at : at + 148], 0) & 0xFFFF) + known[0] != _number(stated):
                    break
            except ValueError:
                break
            following = at + _BLOCK + size + -size % _BLOCK
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
        return Run(number, offset, paths, sizes)

    def _learn_rest(self, rest: bytes) -> tuple[int, bytes] | None:
        if rest[:2] not in (b"0\0", b"\0\0") or rest[173:189].strip(b"\0") not in _NO_DEVICE:
            return None
        prefix = _text(rest[189:344]) if rest[101:107] == b"ustar\0" else b""
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
        block = tape.take(_BLOCK)
        if block == _ZEROS or not tape.position:
            if records or long_names:
                text = Text(
                    "is missing: there is an extended header for it, then the archive ends",
                    "がありません。拡張ヘッダの後でアーカイブが終わっています",
                )
                raise _wrong(number, offset, text)
            return None
        if not _checksum_fits(block):
            raise _no_header(block, tape.position, number, offset)
        member = _parse(block, number, offset)
        tape.allow(member.size)
        if member.kind in _PAX_KINDS:
            found = _pax_records(_read_extension(tape, member, limits), member)
            (defaults if member.kind == b"g" else records).update(found)
        elif member.kind in _LONG_KINDS:
            long_names[member.kind] = _text(_read_extension(tape, member, limits))
        else:
            break
    if member.kind == SPARSE:
        _skip_sparse_map(tape, block)
    if defaults or records or long_names:
        member = _extended(member, {**defaults, **records}, long_names)
        tape.allow(member.size)
    if member.kind == FILE and member.path.endswith(b"/"):
        if block[156:157] != b"\0":  # the way to write a folder before there was a type for it
            text = Text(
                f"({shown(member.path)}) is a file by its type and a folder by its name: tools disagree on which it is",
                f"（{shown(member.path)}）は種類ではファイル、名前ではフォルダです。ツールによって解釈が異なります",
            )
            raise _wrong(number, offset, text)
        member = member._replace(kind=DIRECTORY)
    return member


def _skip_data(tape: _Tape, member: Member) -> None:
    if member.kind in _WITHOUT_DATA:
        name = shown(member.path)
        text = Text(
            f"({name}) has {member.size:,} bytes although it is no file: tools disagree on what that means",
            f"（{name}）はファイルではないのに{member.size:,}バイトのデータがあります。ツールによって解釈が異なります",
        )
        raise _wrong(member.number, member.offset, text)
    if not tape.skip(member.size + -member.size % _BLOCK):
        text = Text(
            f"({shown(member.path)}) is cut off: its {member.size:,} bytes are not all there",
            f"（{shown(member.path)}）が途中で切れています。{member.size:,}バイトが揃っていません",
        )
        raise _wrong(member.number, member.offset, text)


def _wrong(number: int, offset: int, text: Text) -> Damaged:
    """`text`: what follows the member's number in a sentence."""
    return Damaged(
        "W003",
        Text(
            f"member {number:,} (byte {offset:,} of the tar) {text.en}",
            f"{number:,}番目のメンバー（tarの{offset:,}バイト目）{text.ja}",
        ),
    )


def _no_header(block: bytes, end: int, number: int, offset: int) -> Damaged:
    """What to say of a block that ends at byte `end` of the tar and is not the header that had to be there."""
    if not block:
        text = Text(
            f"the tar stops at byte {end:,} without an end mark: the rest of the archive is missing",
            f"tarが終端の印なしに{end:,}バイト目で終わっています。アーカイブの残りがありません",
        )
        return Damaged("W003", text)
    if end <= _BLOCK:
        what, hint = describe(block)
        return Damaged(
            "W003",
            Text(f"the gzip file holds no tar but {what.en}", f"gzipファイルの中身がtarではなく、{what.ja}です"),
            hint,
        )
    if len(block) < _BLOCK:
        return _wrong(number, offset, Text("is cut off inside its header", "がヘッダの途中で切れています"))
    text = Text("has a damaged header: its checksum is wrong", "のヘッダが壊れています。チェックサムが一致しません")
    return _wrong(number, offset, text)


def _parse(block: bytes, number: int, offset: int) -> Member:
    name, mode, uid, gid, size, mtime, _, kind, target, magic, major, minor, prefix = _HEADER.unpack(block)
    try:
        length, permissions = _number(size), _number(mode)
        for field in (uid, gid, mtime, major, minor):  # the last two are of devices alone, but `tarfile` stops at wrong ones
            _number(field)
    except ValueError:
        text = Text("has a header with a field that is not a number", "のヘッダに数値でないフィールドがあります")
        raise _wrong(number, offset, text) from None
    if length is None or not 0 <= length <= _MAX_SIZE:
        stated = Text("blank", "空") if length is None else same(f"{length:,}")
        text = Text(f"has an impossible size ({stated.en})", f"のサイズがあり得ない値です（{stated.ja}）")
        raise _wrong(number, offset, text)
    path = _text(name)
    if magic.startswith(b"ustar\0") and (folder := _text(prefix)):  # GNU's magic is 'ustar ', and its prefix holds other fields
        path = folder + b"/" + path
    return Member(number, offset, path, FILE if kind in _REGULAR else kind, length, _text(target), permissions or 0)


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _checksum_fits(block: bytes) -> bool:
    """The sum of the header's bytes with the checksum taken for blanks; some old tars summed signed bytes."""
    if len(block) < _BLOCK:
        return False
    try:
        stated = _number(block[_CHECKSUM])
    except ValueError:
        return False
    # The low half of Adler-32 from 0 is the plain sum modulo 65521, which half a header (255 * 256) cannot reach.
    total = (adler32(block[:256], 0) & 0xFFFF) + (adler32(block[256:], 0) & 0xFFFF)
    blanks = 8 * 32 - sum(block[_CHECKSUM])
    return stated == total + blanks or stated == total + blanks - 256 * sum(byte > 127 for byte in block)


@lru_cache(maxsize=4096)
def _number(field: bytes) -> int | None:
    """Octal digits between blanks and NULs (None: there are none), or GNU's base-256. Raises ValueError."""
    if field[0] in (
        0x80,
        0xFF,
    ):  # other first bytes would be numbers that GNU tar reads and `tarfile` does not; no file needs one
        return int.from_bytes(field[1:], "big") - (field[0] == 0xFF) * (1 << 8 * len(field) - 8)
    digits = _text(field.lstrip(b" \0")).rstrip(b" ")
    if digits and not digits.isdigit():  # int() would take signs and underscores as well
        raise ValueError(field)
    return int(digits, 8) if digits else None


def _read_extension(tape: _Tape, member: Member, limits: Limits) -> bytes:
    if member.size > limits.extension:
        text = Text(
            f"the extended header at byte {member.offset:,} of the tar has {member.size:,} bytes; {limits.extension:,} may be",
            f"tarの{member.offset:,}バイト目の拡張ヘッダが{member.size:,}バイトあります。上限は{limits.extension:,}バイトです",
        )
        raise Damaged("W012", text)
    data = tape.take(member.size)
    if len(data) < member.size or not tape.skip(-member.size % _BLOCK):
        text = Text("is cut off inside its extended header", "が拡張ヘッダの途中で切れています")
        raise _wrong(member.number, member.offset, text)
    return data


def _pax_records(data: bytes, member: Member) -> dict[bytes, bytes]:
    """The records of a pax header that change what a member is; the others (times, attributes) are only checked for form."""
    records = {}
    at = 0
    while at < len(data):
        length = _PAX_LENGTH.match(data, at)
        end = at + int(length[1]) if length else 0
        key, equals, value = data[length.end() : end - 1].partition(b"=") if length else (b"", b"", b"")
        if not key or not equals or end > len(data) or data[end - 1] != 0x0A:
            raise _wrong(member.number, member.offset, Text("has a malformed pax header", "のpaxヘッダの形式が正しくありません"))
        if key in _PAX_KEYS and not value:
            text = Text(
                "has a pax header with an empty path, linkpath or size: tools disagree on what that means",
                "のpaxヘッダにあるpath、linkpathまたはsizeが空です。ツールによって解釈が異なります",
            )
            raise _wrong(member.number, member.offset, text)
        if key == b"size" and not _DECIMAL.fullmatch(value):
            text = Text("has a pax header with a size that is not a number", "のpaxヘッダのsizeが数値ではありません")
            raise _wrong(member.number, member.offset, text)
        if key == b"hdrcharset" and value not in _PAX_CHARSETS:
            text = Text("has a pax header in an unknown character set", "のpaxヘッダの文字コードが不明です")
            raise _wrong(member.number, member.offset, text)
        if key in _PAX_KEYS or key.startswith(_PAX_SPARSE):
            records[_PAX_SPARSE if key.startswith(_PAX_SPARSE) and key != _PAX_SPARSE_NAME else key] = value
        at = end
    return records


def _extended(member: Member, records: dict[bytes, bytes], long_names: dict[bytes, bytes]) -> Member:
    """The member as its extended headers say."""
    path, target = records.get(b"path"), records.get(b"linkpath")
    if (path and _LONG_NAME in long_names) or (target and _LONG_TARGET in long_names):
        text = Text(
            "is named twice, in a GNU and in a pax header: tools disagree on its name",
            "の名前がGNUのヘッダとpaxのヘッダの両方にあります。どちらが使われるかはツールによって異なります",
        )
        raise _wrong(member.number, member.offset, text)
    size = int(records.get(b"size") or member.size)
    if size > _MAX_SIZE:
        text = Text(f"has an impossible size ({size:,})", f"のサイズがあり得ない値です（{size:,}）")
        raise _wrong(member.number, member.offset, text)
    return member._replace(
        path=records.get(_PAX_SPARSE_NAME) or path or long_names.get(_LONG_NAME) or member.path,
        target=target or long_names.get(_LONG_TARGET) or member.target,
        size=size,
        kind=SPARSE if _PAX_SPARSE in records else member.kind,
    )


def _skip_sparse_map(tape: _Tape, block: bytes) -> None:
    """Old GNU sparse files: byte 482 of the header, then byte 504 of each block of the map, says that one more follows."""
    more = block[482]
    while more:
        block = tape.take(_BLOCK)
        more = len(block) == _BLOCK and block[504]


def _read_end(tape: _Tape) -> None:
    """After the first block of zeros: one more, then zeros alone, as tar pads its records."""
    end = tape.position
    second = tape.take(_BLOCK)
    if len(second) < _BLOCK:
        text = Text(
            f"the tar stops at byte {tape.position:,} inside its end mark: the file was cut off",
            f"tarが終端の印の途中、{tape.position:,}バイト目で終わっています。ファイルが途中で切れています",
        )
        raise Damaged("W003", text)
    if second != _ZEROS:
        text = Text(
            f"a single block of zeros (byte {end - _BLOCK:,} of the tar) is followed by data: it is damaged there",
            f"ゼロのブロックが1つだけあり（tarの{end - _BLOCK:,}バイト目）、その後にデータが続いています。そこで壊れています",
        )
        raise Damaged("W003", text)
    while block := tape.take(_PADDING):
        if block != bytes(len(block)):
            offset = tape.position - len(block.lstrip(b"\0"))
            second_archive = block.lstrip(b"\0")[257:262] == b"ustar"
            what = Text("a second archive", "2つ目のアーカイブ") if second_archive else Text("other data", "別のデータ")
            text = Text(
                f"{what.en} follows the end of the tar (at byte {offset:,}); whoever unpacks it does not see that",
                f"tarの終わりの後に{what.ja}が続いています（{offset:,}バイト目）。展開しても現れません",
            )
            raise Damaged("W003", text)
