"""Files that are not what their name says: what each is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFile:
    """`name`: a noun with its article; `advice` and `repack`: as of a `Fault`."""

    name: Text
    advice: Text
    repack: bool = True


_PACK = Text("Pack the folder as one gzip tar and upload that:", "フォルダを1つのtar.gzにまとめて、アップロードしてください:")


def plain(name: Text) -> OtherFile:
    """A file that might be one of the weights."""
    return OtherFile(name=name, advice=_PACK)


def archive(name: Text) -> OtherFile:
    """An archive of another format."""
    advice = Text(
        "Unpack it, then pack the folder as one gzip tar and upload that:",
        "展開してから、フォルダを1つのtar.gzにまとめて、アップロードしてください:",
    )
    return OtherFile(name=name, advice=advice)


def error_page(name: Text) -> OtherFile:
    """What a server sent in place of the file."""
    advice = Text(
        "It came from a failed download. Fetch the real file, look at it with `tar tzf`, and upload that.",
        "ダウンロードの失敗で保存されたものです。本来のファイルを取得し、`tar tzf`で中身を確認してから、"
        "アップロードしてください。",
    )
    return OtherFile(name=name, advice=advice, repack=False)


def json() -> OtherFile:
    return error_page(Text("a JSON text", "JSONのテキスト"))


def tar(name: Text) -> OtherFile:
    advice = Text(
        "Compress it and upload the result:\ngzip -k deploy.tar",
        "圧縮して、その結果をアップロードしてください:\ngzip -k deploy.tar",
    )
    return OtherFile(name=name, advice=advice, repack=False)


def old_tar() -> OtherFile:
    return tar(Text("a tar that was not compressed", "圧縮されていないtar"))


def gzip(name: Text) -> OtherFile:
    advice = Text(
        "It was compressed twice. Take one layer off and upload the result:\ngunzip -c < FILE > deploy.tar.gz",
        "二重に圧縮されています。1回だけ展開して、その結果をアップロードしてください:\ngunzip -c < FILE > deploy.tar.gz",
    )
    return OtherFile(name=name, advice=advice, repack=False)


def lfs_pointer(name: Text) -> OtherFile:
    advice = Text(
        "Fetch the real file and upload that:\ngit lfs pull",
        "本来のファイルを取得して、アップロードしてください:\ngit lfs pull",
    )
    return OtherFile(name=name + Text(", not the file itself", "（ファイル本体ではない）"), advice=advice, repack=False)


def zip_archive(name: Text) -> OtherFile:
    return archive(name + Text(" (PyTorch's .pth and .pt files are zips as well)", "（PyTorchの.pthや.ptもzip）"))


def hdf5(name: Text) -> OtherFile:
    return plain(name + Text(" (Keras weights are)", "（Kerasの重みなど）"))


def pickle(name: Text) -> OtherFile:
    return plain(name + Text(" (old PyTorch weights are)", "（古いPyTorchの重みなど）"))


def unknown(start: str) -> OtherFile:
    """`start`: its first bytes in hexadecimal digits."""
    return plain(Text(f"something unknown that starts with the bytes {start}", f"{start}のバイト列で始まる不明なもの"))
