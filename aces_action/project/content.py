"""Content that is another thing than the file should be: recognised by its bytes before anything else is made of it.

Pure functions of a file's name and bytes. Each gives one problem, with what to do about it: whatever a parser would say of such a
file sends its reader the wrong way.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from dataclasses import replace

from aces_action.file_type import FileType, file_type
from aces_action.language import EMPTY, Text
from aces_action.problems import content as problems
from aces_action.problems.configuration import files as file_problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Source

BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = ((b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_EIGHT_BITS = (("cp932", "Shift_JIS", "CP932"), ("euc_jp", "EUC-JP", "EUC-JP"))  # Python's name, the user's, iconv's
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")  # katakana; EUC-JP that is read as Shift_JIS has little else
_JIS = re.compile(rb"\x1b\$[@B]")  # what ISO-2022-JP begins two-byte characters with: all of it is ASCII, so UTF-8 too
# git-merge(1): at the first column, seven times the sign unless conflict-marker-size says otherwise; a label after a blank. The
# ======= alone is no mark: it underlines headings.
_CONFLICT = re.compile(r"^(?:<{7,}|\|{7,}|>{7,})(?:[ \t].*)?\r?$", re.MULTILINE)
_OPENS_CONFLICT = re.compile(r"^<{7,}(?:[ \t].*)?\r?$", re.MULTILINE)
# What Git writes in place of a symbolic link where it cannot make one: the target, mostly without a line feed
_LINK_TARGET = re.compile(r"[^\s{}\[\]\"',:;|<>*?#&!%@`=]+\r?\n?")
_LIKE_FILE = re.compile(r"[/\\]|\.(?:json|ya?ml|png|jpe?g)\s*$", re.IGNORECASE)
_BASE64 = re.compile(rb"(?:data:[\w/+.-]*;base64,)?([A-Za-z0-9+/\s]{16,}={0,2})\s*")
_READABLE = re.compile(r"[{\[:\n]")


def remedy(kind: FileType) -> Text:
    """What to do where a file of this type stands in place of one of the project's."""
    return problems.REMEDIES.get(kind.key, EMPTY)


def foreign_text(name: str, content: bytes) -> Problem | None:
    """Why these bytes, the whole file, are no JSON or YAML that is worth to be parsed; None for plain text in UTF-8."""
    if kind := file_type(content):
        return _other_type(name, content, kind)
    if problem := _other_encoding(name, content):
        return problem
    source = Source.of(name, content.removeprefix(BOM).decode())
    return _conflict(source) or _encoded(name, content) or _link_target(source) or _nul(source)


def encoded_type(content: bytes) -> FileType | None:
    """The type of what is written here in base64; None if it is no base64, or of what cannot be told."""
    written = _BASE64.fullmatch(content.removeprefix(BOM).strip())
    if written is None:
        return None
    letters = b"".join(written[1].split())
    try:
        inner = base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except binascii.Error:
        return None
    if kind := file_type(inner):
        return FileType(key="base64", name=problems.base64_of(kind.name))
    try:
        text = inner.decode()
    except UnicodeDecodeError:
        return None
    if not _READABLE.search(text) or not all(character.isprintable() or character.isspace() for character in text):
        return None
    return FileType(key="base64", name=problems.base64_of(None))


def link_target(content: bytes) -> str | None:
    """The path, if that is all there is: a symbolic link, as Git writes it where core.symlinks is false."""
    if len(content) > 4096:
        return None
    text = content.decode(errors="replace")
    return text.strip() if _LINK_TARGET.fullmatch(text) and _LIKE_FILE.search(text) else None


def _other_type(name: str, content: bytes, kind: FileType) -> Problem:
    first = content.removeprefix(BOM).partition(b"\n")[0].decode(errors="replace").rstrip("\r")
    return _on_first_line(problems.other_type(name, kind), len(first) if first.isprintable() else 0)


def _encoded(name: str, content: bytes) -> Problem | None:
    kind = encoded_type(content)
    return _on_first_line(problems.encoded(name, kind, decoding_command(name))) if kind else None


def _link_target(source: Source) -> Problem | None:
    target = link_target(source.text.encode())
    return _on_first_line(problems.only_a_path(source.file, target), len(target)) if target else None


def _nul(source: Source) -> Problem | None:
    """NUL in text of one byte a character: what a crash or a full disk leaves, or binary data that begins like text."""
    count = source.text.count("\0")
    if count == 0:
        return None
    at = source.text.index("\0")
    return source.at((at, at + 1), problems.has_nul(source.file, count))


def _conflict(source: Source) -> Problem | None:
    """What a merge left for a person to decide, at the line where it begins."""
    first = _CONFLICT.search(source.text)
    if first is None:
        return None
    return source.at(first.span(), problems.merge_conflict(source.file, len(_OPENS_CONFLICT.findall(source.text))))


def _other_encoding(name: str, content: bytes) -> Problem | None:
    """Text that is not UTF-8: which encoding it is, as far as it can be told, and how to change that."""
    for mark, encoding in _OTHER_BOMS:
        if content.startswith(mark):
            return file_problems.other_encoding(name, encoding, _conversion_command(name, encoding))
    if b"\0" in content and (codec := next((wide for wide in _WIDE if _reads_as(content, wide)), None)):
        iconv = codec.replace("-le", "LE").replace("-be", "BE").upper()
        return file_problems.other_encoding(name, codec[:6].upper(), _conversion_command(name, iconv))
    if _JIS.search(content):
        return file_problems.other_encoding(name, "ISO-2022-JP", _conversion_command(name, "ISO-2022-JP"))
    try:
        content.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        return _undecodable(name, content.removeprefix(BOM), error.start)
    return None


def _reads_as(content: bytes, codec: str) -> bool:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n\u3000" for character in text)


def _undecodable(name: str, content: bytes, offset: int) -> Problem:
    """Where the bytes stop being UTF-8. Windows editors in Japan save Shift_JIS, so say what it would read as."""
    before = content[:offset]
    line, column = before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    encoding, iconv = _japanese(content) or (None, "")
    problem = file_problems.not_utf8(name, content[offset], encoding, _conversion_command(name, iconv))
    return replace(problem, line=line, column=column, end_line=line, end_column=column)


def _japanese(content: bytes) -> tuple[str, str] | None:
    """Which of the old Japanese encodings it is, to the user and to iconv. Where both would do: the one in which less of it is
    half-width katakana, since EUC-JP is little else to who takes it for Shift_JIS."""
    readings: dict[tuple[str, str], int] = {}
    for codec, said, iconv in _EIGHT_BITS:
        try:
            readings[said, iconv] = len(_HALF_WIDTH.findall(content.decode(codec)))
        except UnicodeDecodeError:
            continue
    return min(readings, key=readings.__getitem__, default=None)


def decoding_command(name: str) -> str:
    """The command that turns the file into what it holds in base64."""
    file = shlex.quote(name)
    return f"base64 -d {file} > decoded && mv decoded {file}"


def _on_first_line(problem: Problem, length: int = 0) -> Problem:
    """The problem, at so many characters of the file's first line."""
    return replace(problem, line=1, column=1, end_line=1, end_column=length + 1)


def _conversion_command(name: str, iconv: str) -> str:
    file = shlex.quote(name)
    return f"iconv -f {iconv} -t UTF-8 {file} > utf8 && mv utf8 {file}"
