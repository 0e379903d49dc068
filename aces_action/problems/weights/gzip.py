"""W: the gzip layer of an archive."""

from __future__ import annotations

from aces_action.language import Text, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.weights.fault import FAILS_LATE, PACK, Fault
from aces_action.problems.weights.other_files import OtherFile

W001 = Kind(
    code="ACES-W001",
    severity="error",
    title=Text("Not a gzip file", "gzipファイルではありません"),
    cause=sentences(
        Text(
            "The object is named .tar.gz, but is something else: an uncompressed tar, a zip (PyTorch's .pth files are zips "
            "too), an error page that was saved in its place, a Git LFS pointer, or empty. The message says what it looks "
            "like.",
            "名前は.tar.gzですが、中身が別のものです。例: 圧縮されていないtar、zip（PyTorchの.pthもzip）、"
            "代わりに保存されたエラーページ、Git LFSのポインタ、空のファイル。何に見えるかはメッセージに示します。",
        ),
        FAILS_LATE,
    ),
    fix=Text("Pack the folder as one gzip tar and upload that:", "フォルダを1つのtar.gzにまとめて、アップロードしてください。")
    + PACK,
    example="$ file deploy.tar.gz\ndeploy.tar.gz: Zip archive data",
)

W002 = Kind(
    code="ACES-W002",
    severity="error",
    title=Text("Damaged gzip stream", "gzipデータが壊れています"),
    cause=sentences(
        Text(
            "The compressed data is cut off, damaged, does not match its checksum, or is followed by other data: "
            "usually because an upload or download was interrupted.",
            "圧縮データが、途中で切れているか、壊れているか、チェックサムと一致しないか、後ろに別のデータが続いています。"
            "多くは、アップロードやダウンロードの中断が原因です。",
        ),
        FAILS_LATE,
    ),
    fix=Text(
        "Check your own file. If it is intact, upload it again; if not, pack it again.",
        "手元のファイルを確認してください。壊れていなければアップロードし直し、壊れていればまとめ直してください。",
    )
    + snippet("sh", "aces-action weights check deploy.tar.gz"),
    example="$ gzip -t deploy.tar.gz\ngzip: deploy.tar.gz: unexpected end of file",
)

KINDS = (
    W001,
    W002,
)


def _damage(english: str, japanese: str) -> Fault:
    return Fault(kind=W002, text=Text(english, japanese))


def empty() -> Fault:
    return Fault(kind=W001, text=Text("the file is empty (0 bytes)", "ファイルが空です（0バイト）"))


def not_gzip(other: OtherFile) -> Fault:
    """When the file starts with other bytes than a gzip file does."""
    text = Text(f"the file is not a gzip file but {other.name.en}", f"gzipファイルではなく、{other.name.ja}です")
    return Fault(kind=W001, text=text, advice=other.advice, repack=other.repack)


def cut_off(position: int) -> Fault:
    return _damage(f"the gzip stream is cut off after {position:,} bytes", f"gzipストリームが{position:,}バイトで途切れています")


def data_after_end(end: int) -> Fault:
    return _damage(
        f"the gzip data ends at byte {end:,}, but is followed by data that is neither gzip nor zero padding",
        f"gzipデータは{end:,}バイト目で終わっていますが、その後にgzipでもゼロ埋めでもないデータが続いています",
    )


def data_after_padding(position: int) -> Fault:
    return _damage(
        f"the zero padding after the gzip data is followed by other data (before byte {position:,})",
        f"gzipデータの後のゼロ埋めに、別のデータが続いています（{position:,}バイト目より前）",
    )


def unknown_method(start: int, method: int) -> Fault:
    return _damage(
        f"the gzip header at byte {start:,} names compression method {method}; only 8 (deflate) exists",
        f"{start:,}バイト目のgzipヘッダの圧縮方式が{method}です。存在するのは8（deflate）だけです",
    )


def reserved_flags(start: int, flags: int) -> Fault:
    return _damage(
        f"the gzip header at byte {start:,} sets reserved flags ({flags:#04x})",
        f"{start:,}バイト目のgzipヘッダで、予約されたフラグが立っています（{flags:#04x}）",
    )


def wrong_header_checksum(start: int) -> Fault:
    return _damage(
        f"the gzip header at byte {start:,} does not match its checksum",
        f"{start:,}バイト目のgzipヘッダが、そのチェックサムと一致しません",
    )


def endless_text(start: int) -> Fault:
    return _damage(
        f"the name or comment in the gzip header at byte {start:,} does not end",
        f"{start:,}バイト目のgzipヘッダにある名前またはコメントが終わりません",
    )


def damaged_data(position: int) -> Fault:
    return _damage(
        f"the compressed data is damaged shortly before byte {position:,}",
        f"圧縮データが{position:,}バイト目の少し前で壊れています",
    )


def wrong_checksum(end: int) -> Fault:
    return _damage(
        f"the data before byte {end:,} of the gzip file does not match its checksum (CRC32)",
        f"gzipファイルの{end:,}バイト目より前のデータが、そのチェックサム（CRC32）と一致しません",
    )


def wrong_length(end: int) -> Fault:
    return _damage(
        f"the data before byte {end:,} of the gzip file does not have its recorded length (ISIZE)",
        f"gzipファイルの{end:,}バイト目より前のデータの長さが、記録（ISIZE）と一致しません",
    )
