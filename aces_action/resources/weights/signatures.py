"""What a file really is that was given the name of a .tar.gz, or that was found inside a gzip instead of a tar."""

from __future__ import annotations

import re

from aces_action.file_type import file_type
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
_HINTS = {
    "lfs": _FETCH,
    "tar": _COMPRESS,
    "gzip": _TWICE,
    **dict.fromkeys(("zip", "7z", "rar", "bzip2", "xz", "zstd"), _UNPACK),
    **dict.fromkeys(("html", "s3-error", "xml", "not-found"), _LINK),
}
# What such a file often is, where weights are looked for
_OFTEN = {
    "zip": Text(" (PyTorch's .pth and .pt files are zips as well)", "（PyTorchの.pthや.ptもzip）"),
    "hdf5": Text(" (Keras weights are)", "（Kerasの重みなど）"),
    "pickle": Text(" (old PyTorch weights are)", "（古いPyTorchの重みなど）"),
    "lfs": Text(", not the file itself", "（ファイル本体ではない）"),
}
_JSON = re.compile(rb"\s*\{\s*\"")


def describe(head: bytes) -> tuple[Text, Text]:
    """What the file that starts with `head` (512 bytes are enough) is, and what to do about it; the hint may end with a colon,
    for the command that packs a folder to follow."""
    if kind := file_type(head):
        often = _OFTEN.get(kind.key)
        return kind.name + often if often else kind.name, _HINTS.get(kind.key, _PACK)
    if _JSON.match(head):
        return Text("a JSON text", "JSONのテキスト"), _LINK
    if _has_tar_checksum(head):  # tars older than POSIX have no magic number
        return _TAR, _COMPRESS
    start = head[:8].hex(" ")
    return Text(f"something unknown that starts with the bytes {start}", f"{start}のバイト列で始まる不明なもの"), _PACK


def _has_tar_checksum(head: bytes) -> bool:
    stated = head[148:156].strip(b" \0")
    if len(head) < 512 or not stated.isdigit() or stated.strip(b"01234567"):
        return False
    return int(stated, 8) == sum(head[:148]) + 8 * 32 + sum(head[156:512])
