"""Members that are neither files, folders nor links: what each is, and how the archive is made without it.

What SageMaker makes of them is not documented. GNU tar, libarchive's bsdtar and Python's tarfile differ on nearly all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.language import Text
from aces_action.resources.weights.member import (
    BLOCK_DEVICE,
    CHARACTER_DEVICE,
    CONTINUATION,
    FIFO,
    FOLDER_DUMP,
    OLD_LONG_NAMES,
    SOLARIS_ACL,
    SOLARIS_ATTRIBUTES,
    SPARSE,
    VOLUME_LABEL,
)

LEAVE_OUT = Text("Leave it out.", "含めないでください。")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusualKind:
    """`what`: follows the member's name in a sentence; `advice`: sentences."""

    what: Text
    advice: Text


_DEVICE = UnusualKind(what=Text("is a device", "はデバイスファイルです"), advice=LEAVE_OUT)
_SOLARIS = UnusualKind(
    what=Text(
        "is an access control list or attribute of another member, as Solaris's tar stores it; other tools make a file of it",
        "は、Solarisのtarが保存した、別のメンバーのACLまたは拡張属性です。ほかのツールではファイルとして展開されます",
    ),
    advice=Text("Make the archive again without the options p and @.", "オプションpと@を付けずに、まとめなおしてください。"),
)
_KINDS = {
    CHARACTER_DEVICE: _DEVICE,
    BLOCK_DEVICE: _DEVICE,
    FIFO: UnusualKind(what=Text("is a named pipe (FIFO)", "は名前付きパイプ（FIFO）です"), advice=LEAVE_OUT),
    # bsdtar looks for holes by itself; --no-read-sparse came with 3.6 (libarchive#1614), macOS 15 still has 3.5.3, and of its
    # formats only pax, the default, can hold a sparse file
    SPARSE: UnusualKind(
        what=Text(
            "is a sparse file, stored without its holes, which not every tool can unpack",
            "はスパースファイル（空の領域を省いて保存したファイル）です。展開できないツールがあります",
        ),
        advice=Text(
            "The file itself is fine. Make the archive again without --sparse (-S) if that was GNU tar; with --no-read-sparse if "
            "it was bsdtar, the tar of macOS (before 3.6: with --format ustar).",
            "ファイル自体に問題はありません。GNU tarなら--sparse（-S）を付けずに、bsdtar（macOSのtar）なら--no-read-sparse"
            "（3.6より前では--format ustar）を付けて、まとめなおしてください。",
        ),
    ),
    VOLUME_LABEL: UnusualKind(
        what=Text(
            "is a volume label and no file, although some tools make one of it",
            "はボリュームラベルで、ファイルではありません。ファイルとして展開するツールもあります",
        ),
        advice=Text(
            "Make the archive again without the option --label (-V).",
            "オプション--label（-V）を付けずに、まとめなおしてください。",
        ),
    ),
    FOLDER_DUMP: UnusualKind(
        what=Text(
            "is a folder of an incremental backup, which not every tool can unpack",
            "は増分バックアップのフォルダです。展開できないツールがあります",
        ),
        advice=Text(
            "Make the archive again without the options --listed-incremental (-g) and --incremental (-G).",
            "オプション--listed-incremental（-g）と--incremental（-G）を付けずに、まとめなおしてください。",
        ),
    ),
    CONTINUATION: UnusualKind(
        what=Text(
            "is only the rest of a file that begins in another archive", "は、別のアーカイブから続くファイルの残りの部分です"
        ),
        advice=Text(
            "Make one archive of it all, without the option --multi-volume (-M).",
            "オプション--multi-volume（-M）を付けずに、全体を1つのアーカイブにまとめてください。",
        ),
    ),
    OLD_LONG_NAMES: UnusualKind(
        what=Text(
            "is an old list of long file names, of GNU tar, which current tools do not read",
            "は、古いGNU tarが書いた長いファイル名の一覧です。現在のツールは読み取りません",
        ),
        advice=Text("Make the archive again with a current version of tar.", "新しいtarで、まとめなおしてください。"),
    ),
    SOLARIS_ACL: _SOLARIS,
    SOLARIS_ATTRIBUTES: _SOLARIS,
}


def unusual_kind(kind: bytes) -> UnusualKind:
    """`kind`: any type flag, known or not."""
    known = _KINDS.get(kind)
    if known:
        return known
    flag = kind.decode() if kind.isalnum() else f"0x{kind.hex()}"
    return UnusualKind(
        what=Text(
            f"is of the unusual type '{flag}'; most tools take it for a file",
            f"は特殊な種類「{flag}」です。多くのツールではファイルとして扱われます",
        ),
        advice=Text("Make the archive again with another tool.", "別のツールで、まとめなおしてください。"),
    )
