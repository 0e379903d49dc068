"""What a file really is that was given the name of a .tar.gz, or that was found inside a gzip instead of a tar."""

from __future__ import annotations

import re

from aces_action.language import Text

_PACK = Text("Pack the folder as one gzip tar and upload that:", "フォルダを1つのtar.gzにまとめて、アップロードしてください:")
_UNPACK = Text(
    "Unpack it, then pack the folder as one gzip tar and upload that:",
    "展開してから、フォルダを1つのtar.gzにまとめて、アップロードしてください:",
)
_LINK = Text(
    "It came from a failed download. Fetch the real file, look at it with `tar tzf`, and upload that.",
    "ダウンロードの失敗で保存されたものです。本来のファイルを取得し、`tar tzf`で中身を確認してから、アップロードしてください。",
)
_TAR = Text("a tar that was not compressed", "圧縮されていないtar")
_COMPRESS = Text(
    "Compress it and upload the result:\ngzip -k deploy.tar",
    "圧縮して、その結果をアップロードしてください:\ngzip -k deploy.tar",
)
_TWICE = Text(
    "It was compressed twice. Take one layer off and upload the result:\ngunzip -c < FILE > deploy.tar.gz",
    "二重に圧縮されています。1回だけ展開して、その結果をアップロードしてください:\ngunzip -c < FILE > deploy.tar.gz",
)
_FETCH = Text(
    "Fetch the real file and upload that:\ngit lfs pull",
    "本来のファイルを取得して、アップロードしてください:\ngit lfs pull",
)

# (what the first bytes look like, what it is, what to do); the first match counts.
_SIGNATURES: tuple[tuple[re.Pattern[bytes], Text, Text], ...] = (
    (re.compile(rb"(?s).{257}ustar"), _TAR, _COMPRESS),
    (re.compile(rb"\x1f\x8b"), Text("a gzip file", "gzipファイル"), _TWICE),
    (
        re.compile(rb"PK\x03\x04|PK\x05\x06"),
        Text("a zip archive (PyTorch's .pth and .pt files are zips as well)", "zipアーカイブ（PyTorchの.pthや.ptもzip）"),
        _UNPACK,
    ),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), Text("a 7z archive", "7zアーカイブ"), _UNPACK),
    (re.compile(rb"Rar!\x1a\x07"), Text("a RAR archive", "RARアーカイブ"), _UNPACK),
    (re.compile(rb"BZh[1-9]"), Text("a bzip2 file", "bzip2ファイル"), _UNPACK),
    (re.compile(rb"\xfd7zXZ\x00"), Text("an xz file", "xzファイル"), _UNPACK),
    (re.compile(rb"\x28\xb5\x2f\xfd"), Text("a Zstandard file", "Zstandardファイル"), _UNPACK),
    (re.compile(rb"\x89HDF\r\n\x1a\n"), Text("an HDF5 file (Keras weights are)", "HDF5ファイル（Kerasの重みなど）"), _PACK),
    (
        re.compile(rb"\x80[\x02-\x05]"),
        Text("a Python pickle (old PyTorch weights are)", "Pythonのpickle（古いPyTorchの重みなど）"),
        _PACK,
    ),
    (
        re.compile(rb"version https://git-lfs\.github\.com/spec/"),
        Text("a Git LFS pointer, not the file itself", "Git LFSのポインタ（ファイル本体ではない）"),
        _FETCH,
    ),
    (
        re.compile(rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)"),
        Text("an HTML page, probably an error page", "HTMLのページ（おそらくエラーページ）"),
        _LINK,
    ),
    (
        re.compile(rb"(\xef\xbb\xbf)?\s*<\?xml|<Error>"),
        Text("an XML text, probably an error message of S3", "XMLのテキスト（おそらくS3のエラーメッセージ）"),
        _LINK,
    ),
    (re.compile(rb"\s*\{\s*\""), Text("a JSON text", "JSONのテキスト"), _LINK),
)


def describe(head: bytes) -> tuple[Text, Text]:
    """What the file that starts with `head` (512 bytes are enough) is, and what to do about it; the hint may end with a colon,
    for the command that packs a folder to follow."""
    for pattern, what, hint in _SIGNATURES:
        if pattern.match(head):
            return what, hint
    if _has_tar_checksum(head):  # tars older than POSIX have no magic number
        return _TAR, _COMPRESS
    start = head[:8].hex(" ")
    return Text(f"something unknown that starts with the bytes {start}", f"{start}のバイト列で始まる不明なもの"), _PACK


def _has_tar_checksum(head: bytes) -> bool:
    stated = head[148:156].strip(b" \0")
    if len(head) < 512 or not stated.isdigit() or stated.strip(b"01234567"):
        return False
    return int(stated, 8) == sum(head[:148]) + 8 * 32 + sum(head[156:512])
