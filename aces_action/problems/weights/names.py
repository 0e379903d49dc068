"""W: names and places of members."""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem
from aces_action.problems.weights.fault import PACK, Fault

W009 = Kind(
    code="ACES-W009",
    severity="error",
    title=Text("Duplicate member", "メンバーが重複しています"),
    cause=Text(
        "Two members want the same place: a file that is there twice, of which the later replaces the earlier, or a name "
        "that is both a file and a folder. Which of them the server finds is a matter of chance.",
        "2つのメンバーが同じ場所を指しています。同じファイルが2つある（後のものが前のものを上書きする）か、"
        "同じ名前がファイルでもフォルダでもあります。サーバからどちらが見えるかは決まっていません。",
    ),
    fix=Text(
        "Name each folder once, and none inside of another that is named too. `weights pack` minds that by itself.",
        "各フォルダを1回だけ指定してください。指定したフォルダの中にあるものを、重ねて指定しないでください。"
        "`weights pack`では、重ねて指定しても1回だけ入ります。",
    )
    + PACK,
    example="tar czf deploy.tar.gz ObjectDetection ObjectDetection/models",
)

W010 = Kind(
    code="ACES-W010",
    severity="error",
    title=Text("Member name not usable", "使えない名前のメンバーです"),
    cause=Text(
        "The name of a member cannot be unpacked on Linux as it is meant: not UTF-8, empty, longer than 255 bytes, with a "
        "NUL, or with backslashes, as some tools on Windows write them.",
        "メンバーの名前が、Linuxで意図したとおりに展開できません。UTF-8でない、空である、255バイトを超える、NULを含む、"
        "または（Windowsの一部のツールが書く）バックスラッシュを含む名前です。",
    ),
    fix=Text(
        "Rename the file; `convmv -r -f cp932 -t utf-8 --notest DIR` renames a whole folder from Shift_JIS. Archives made on "
        "Windows: pack the folder on Linux, e.g. in WSL.",
        "ファイル名を変えてください。Shift_JISの名前は、`convmv -r -f cp932 -t utf-8 --notest DIR`で一括で変えられます。"
        "Windowsで作成したアーカイブは、Linux（WSLなど）でまとめ直してください。",
    )
    + PACK,
    example="$ tar tzf deploy.tar.gz\nObjectDetection\\models\\CenterNet.yml",
)

W021 = Kind(
    code="ACES-W021",
    severity="warning",
    title=Text("Decomposed names (NFD) in the archive", "アーカイブにNFD（濁点などが分かれた形）の名前があります"),
    cause=Text(
        "Names of members are in Unicode's decomposed form (NFD), as file systems of macOS may store them: `é` is two "
        "characters there, `e` and a mark. They look the same as typed names (NFC), but Linux compares bytes: a server that "
        "opens the typed name does not find the file.",
        "メンバーの名前が、濁点などを別の文字として持つUnicodeの形式（NFD）です。macOSのファイルシステムは、この形で保存することがあります。"
        "たとえば「ガ」が、「カ」と濁点の2文字になっています。通常の入力（NFC）と見た目は同じですが、Linuxはバイト列で比べるため、"
        "サーバが通常の名前で開いても、ファイルが見つかりません。",
    ),
    fix=Text("Rename the files, then pack again:", "名前を変えてから、まとめ直してください。")
    + snippet("sh", "convmv -r -f utf-8 -t utf-8 --nfc --notest ObjectDetection"),
    example=Text(
        "ACES-W021 deploy.tar.gz has decomposed names (NFD), as macOS writes them: 2. The first is models/ラベル.txt: …",
        "ACES-W021 deploy.tar.gzに、macOSが作るNFD（濁点などが分かれた形）の名前が2件あります。最初はmodels/ラベル.txtで、…",
    ),
)

KINDS = (
    W009,
    W010,
    W021,
)


def twice() -> Fault:
    text = Text(
        "is in the archive twice; the later one would replace the earlier",
        "がアーカイブに2つあります。後のものが前のものを上書きします",
    )
    return Fault(kind=W009, text=text, advice=Text("Name each folder only once.", "各フォルダを1回だけ指定してください。"))


_KEEP_ONE = Text("Keep one of the two.", "どちらか一方だけを残してください。")


def file_is_folder() -> Fault:
    text = Text("is a file, but also a folder of other members", "はファイルですが、ほかのメンバーのフォルダでもあります")
    return Fault(kind=W009, text=text, advice=_KEEP_ONE)


def folder_is_file(folder: str) -> Fault:
    text = Text(
        f"needs a folder {folder}, which is a file or link in this archive",
        f"にはフォルダ {folder} が必要ですが、このアーカイブではファイルかリンクです",
    )
    return Fault(kind=W009, text=text, advice=_KEEP_ONE)


_RENAME = Text("Rename it.", "名前を変えてください。")


def impossible_name() -> Fault:
    text = Text("has a name that is empty, too long or holds a NUL", "の名前が空か、長すぎるか、NULを含んでいます")
    return Fault(kind=W010, text=text, advice=_RENAME)


def backslash() -> Fault:
    text = Text(
        "has a backslash in its name: a Windows path, which Linux does not split",
        "の名前にバックスラッシュがあります。Windowsのパスで、Linuxでは区切りになりません",
    )
    return Fault(kind=W010, text=text, advice=Text("Pack it on Linux.", "Linuxでまとめてください。"))


def long_component(limit: int) -> Fault:
    text = Text(f"has a name of more than {limit} bytes", f"の名前が{limit}バイトを超えています")
    return Fault(kind=W010, text=text, advice=_RENAME)


def nameless() -> Fault:
    return Fault(kind=W010, text=Text("is a file without a name", "は名前のないファイルです"), advice=_RENAME)


def not_utf8() -> Fault:
    return Fault(kind=W010, text=Text("has a name that is not UTF-8", "の名前がUTF-8ではありません"), advice=_RENAME)


def other_charset(title: str, codec: str) -> Fault:
    """`title`: the character set as people know it; `codec`: as convmv and bsdtar do."""
    return Fault(
        kind=W010,
        text=Text(f"has a name that is not UTF-8 but probably {title}", f"の名前がUTF-8ではありません。おそらく{title}です"),
        advice=Text(
            f"Rename the files before you pack (convmv -r -f {codec} -t utf-8 --notest DIR). If you only have the archive, "
            f"bsdtar -xf ARCHIVE --options hdrcharset={codec} unpacks it with the right names.",
            f"まとめる前に名前を変えてください（convmv -r -f {codec} -t utf-8 --notest DIR）。アーカイブしかない場合は、"
            f"bsdtar -xf ARCHIVE --options hdrcharset={codec} で、正しい名前で展開できます。",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecomposedNames:
    """`first`: one of the `count` names, of `stored` bytes in the archive and of `typed` bytes as people type it."""

    count: int
    first: str
    stored: int
    typed: int


def decomposed(archive: str, names: DecomposedNames) -> Problem:
    """When names hold a letter and its mark, or a kana and its voicing, as two characters each."""
    return Problem(
        kind=W021,
        message=Text(
            f"{archive} has decomposed names (NFD), as macOS writes them: {names.count:,}. The first is {names.first}: "
            f"{names.stored:,} bytes, where the name as it is typed (NFC) has {names.typed:,}.",
            f"{archive}に、macOSが作るNFD（濁点などが分かれた形）の名前が{names.count:,}件あります。最初は{names.first}"
            f"で、{names.stored:,}バイトです。通常の入力（NFC）では{names.typed:,}バイトです。",
        ),
        hint=Text(
            "They look the same, but on Linux a server that opens the typed name does not find the file. Rename them before "
            "you pack: convmv -r -f utf-8 -t utf-8 --nfc --notest DIR",
            "見た目は同じですが、Linuxのサーバが通常の名前で開いても、ファイルが見つかりません。"
            "まとめる前に名前を変えてください: convmv -r -f utf-8 -t utf-8 --nfc --notest DIR",
        ),
    )
