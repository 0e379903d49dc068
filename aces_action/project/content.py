"""Content that is another thing than the file should be: recognised by its bytes before anything else is made of it.

Pure functions of a file's name and bytes. Each gives one problem, with what to do about it: whatever a parser would say of such a
file sends its reader the wrong way.
"""

from __future__ import annotations

import base64
import binascii
import re
import shlex

from aces_action.file_type import FileType, file_type
from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems import CATALOGUE, Problem
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

_CHECKOUT = "- uses: actions/checkout@v5\n  with:\n    lfs: true"
_UNPACK = Text("Unpack it and commit the file that is in it.", "展開して、中のファイルをコミットしてください。")
_AS_TEXT = Text(
    "Write it in a text editor and save it as plain UTF-8 text.",
    "テキストエディタで、UTF-8のテキストとして保存してください。",
)
_DOWNLOAD = Text(
    "It was saved in place of the file when a download failed or needed a login. Fetch the file itself and commit that.",
    "ダウンロードの失敗や未ログインで、本来のファイルの代わりに保存されたものです。本来のファイルを取得してコミットしてください。",
)
_NOT_AS_TEXT = Text(
    "Mark pictures as binary in .gitattributes, restore the original picture, and commit both:\n"
    "*.png binary\n*.jpg binary\n*.jpeg binary",
    "画像がバイナリであることを.gitattributesに書き、元の画像に戻して、両方をコミットしてください。\n"
    "*.png binary\n*.jpg binary\n*.jpeg binary",
)
_REMEDIES = {
    "lfs": Text(
        f"Let the checkout step fetch the file itself (on your machine: git lfs pull):\n{_CHECKOUT}",
        f"チェックアウトのステップでファイルそのものを取得してください（手元のPCではgit lfs pull）。\n{_CHECKOUT}",
    ),
    "git-crypt": Text(
        "Unlock the repository in a step before this one: git-crypt unlock.",
        "このステップより前に、git-crypt unlockで復号してください。",
    ),
    "patch": Text("Apply it with git apply, and commit the result.", "git applyで適用し、その結果をコミットしてください。"),
    **dict.fromkeys(("text-png", "text-jpeg"), _NOT_AS_TEXT),
    **dict.fromkeys(("tar", "gzip", "zip", "7z", "rar", "bzip2", "xz", "zstd"), _UNPACK),
    **dict.fromkeys(("html", "s3-error", "not-found"), _DOWNLOAD),
    **dict.fromkeys(("office", "rtf", "pdf"), _AS_TEXT),
}
_SAVE_OR_CONVERT = Text(
    "Save it as UTF-8 in your editor, or convert it:", "エディタでUTF-8で保存し直すか、次のコマンドで変換してください。"
)
_PUT_IT_BACK = Text(
    "Something else was saved under this name: put the file itself back.",
    "別のものがこの名前で保存されています。本来のファイルに戻してください。",
)


def remedy(kind: FileType) -> Text:
    """What to do where a file of this type stands in place of one of the project's."""
    return _REMEDIES.get(kind.key, EMPTY)


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
        return FileType(key="base64", name=Text(f"base64 of {kind.name.en}", f"base64で表した{kind.name.ja}"))
    try:
        text = inner.decode()
    except UnicodeDecodeError:
        return None
    if not _READABLE.search(text) or not all(character.isprintable() or character.isspace() for character in text):
        return None
    return FileType(key="base64", name=Text("base64 of a text", "base64で表したテキスト"))


def link_target(content: bytes) -> str | None:
    """The path, if that is all there is: a symbolic link, as Git writes it where core.symlinks is false."""
    if len(content) > 4096:
        return None
    text = content.decode(errors="replace")
    return text.strip() if _LINK_TARGET.fullmatch(text) and _LIKE_FILE.search(text) else None


def link_remedy(target: str) -> Text:
    return Text(
        f"Git writes a symbolic link like this where it cannot create one (core.symlinks=false, on Windows). Commit a copy of "
        f"{target} instead of the link.",
        "シンボリックリンクを作れない環境（Windowsのcore.symlinks=falseなど）のGitは、リンクをこのように書き出します。"
        f"リンクではなく、{target}のコピーをコミットしてください。",
    )


def decode_base64(name: str) -> Text:
    """How to turn the file into what it holds in base64."""
    file = shlex.quote(name)
    command = f"base64 -d {file} > decoded && mv decoded {file}"
    return Text(f"Decode it and commit the result:\n{command}", f"デコードして、その結果をコミットしてください。\n{command}")


def _foreign(name: str, message: Text, hint: Text, end_column: int = 1) -> Problem:
    kind = CATALOGUE["C033"]
    return Problem(kind=kind, message=message, hint=hint, file=name, line=1, column=1, end_line=1, end_column=end_column)


def _other_type(name: str, content: bytes, kind: FileType) -> Problem:
    message = Text(f"{name} is {kind.name.en}.", f"{name}の中身は{kind.name.ja}です。")
    if kind.key == "lfs":
        message = Text(
            f"{name} is {kind.name.en}, not the file itself.", f"{name}は{kind.name.ja}で、ファイルの中身がありません。"
        )
    first = content.removeprefix(BOM).partition(b"\n")[0].decode(errors="replace").rstrip("\r")
    return _foreign(name, message, remedy(kind) or _PUT_IT_BACK, len(first) + 1 if first.isprintable() else 1)


def _encoded(name: str, content: bytes) -> Problem | None:
    kind = encoded_type(content)
    if kind is None:
        return None
    message = Text(f"{name} is {kind.name.en}, not the text itself.", f"{name}の中身は{kind.name.ja}です。")
    return _foreign(name, message, decode_base64(name))


def _link_target(source: Source) -> Problem | None:
    target = link_target(source.text.encode())
    if target is None:
        return None
    message = Text(
        f"{source.file} holds nothing but the path {target}: it was a symbolic link.",
        f"{source.file}の中身は{target}というパスだけです。元はシンボリックリンクです。",
    )
    return _foreign(source.file, message, link_remedy(target), len(target) + 1)


def _nul(source: Source) -> Problem | None:
    """NUL in text of one byte a character: what a crash or a full disk leaves, or binary data that begins like text."""
    count = source.text.count("\0")
    if count == 0:
        return None
    at = source.text.index("\0")
    message = Text(
        f"{source.file} has {count:,} NUL characters, the first here: it is damaged, or not a text file.",
        f"{source.file}に{count:,}個のNUL文字があり、最初のものがここです。壊れているか、テキストではありません。",
    )
    return source.problem("C033", (at, at + 1), message, _PUT_IT_BACK)


def _conflict(source: Source) -> Problem | None:
    """What a merge left for a person to decide, at the line where it begins."""
    marks = list(_CONFLICT.finditer(source.text))
    if not marks:
        return None
    first, count = marks[0], len(_OPENS_CONFLICT.findall(source.text))
    message = Text(
        f"{source.file} has an unresolved merge conflict here{f', and {count - 1} more below' if count > 1 else ''}.",
        f"{source.file}のマージのコンフリクトが解決されていません（ここから{f'、ほかに{count - 1}か所' if count > 1 else ''}）。",
    )
    hint = Text(
        "Keep one of the two sides, or what is right of both, and delete the lines with <<<<<<<, ||||||| (if any), "
        "======= and >>>>>>>. To find those that are left:\ngit grep -nE '^(<{7}|>{7}) '",
        "どちらか一方、または両方から正しい内容を残し、<<<<<<<、|||||||（ある場合）、=======、>>>>>>>の行を削除してください。"
        "残りは次のコマンドで探せます。\ngit grep -nE '^(<{7}|>{7}) '",
    )
    return source.problem("C034", first.span(), message, hint)


def _other_encoding(name: str, content: bytes) -> Problem | None:
    """Text that is not UTF-8: which encoding it is, as far as it can be told, and how to change that."""
    for mark, encoding in _OTHER_BOMS:
        if content.startswith(mark):
            return _in_encoding(name, encoding, encoding)
    if b"\0" in content and (codec := next((each for each in _WIDE if _reads_as(content, each)), None)):
        return _in_encoding(name, codec[:6].upper(), codec.replace("-le", "LE").replace("-be", "BE").upper())
    if _JIS.search(content):
        return _in_encoding(name, "ISO-2022-JP", "ISO-2022-JP")
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


def _in_encoding(name: str, encoding: str, iconv: str) -> Problem:
    message = Text(f"{name} is {encoding}, not UTF-8.", f"{name}は{encoding}です。UTF-8で保存してください。")
    return Problem(kind=CATALOGUE["C019"], message=message, hint=lines(_SAVE_OR_CONVERT, _conversion(name, iconv)), file=name)


def _conversion(name: str, iconv: str) -> Text:
    file = shlex.quote(name)
    return same(f"iconv -f {iconv} -t UTF-8 {file} > utf8 && mv utf8 {file}")


def _undecodable(name: str, content: bytes, offset: int) -> Problem:
    """Where the bytes stop being UTF-8. Windows editors in Japan save Shift_JIS, so say what it would read as."""
    before = content[:offset]
    line, column = before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    byte = f"0x{content[offset]:02X}"
    message = Text(
        f"{name} is not UTF-8: the byte {byte} here belongs to no character.",
        f"{name}はUTF-8ではありません。ここにあるバイト{byte}は、どの文字にもなりません。",
    )
    hint = Text("Save it as UTF-8 in your editor.", "エディタでUTF-8で保存し直してください。")
    if encoding := _japanese(content):
        said, iconv = encoding
        reads = Text(f"It reads as {said}.", f"{said}としては読めます。")
        hint = lines(sentences(reads, _SAVE_OR_CONVERT), _conversion(name, iconv))
    kind = CATALOGUE["C019"]
    return Problem(kind=kind, message=message, hint=hint, file=name, line=line, column=column, end_line=line, end_column=column)


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
