"""W: the tar inside an archive."""

from __future__ import annotations

from aces_action.language import Text, same
from aces_action.problems.kind import Kind
from aces_action.problems.weights.fault import PACK, Fault
from aces_action.problems.weights.other_files import OtherFile

W003 = Kind(
    code="ACES-W003",
    severity="error",
    title=Text("Damaged tar archive", "tarアーカイブが壊れています"),
    cause=Text(
        "The gzip layer is sound, but the tar inside is not: it stops early, has a damaged header, is followed by other "
        "data, or is no tar at all. Tools read such archives differently; some pass over the rest in silence, so that "
        "weights are missing without a word.",
        "gzipの層は正常ですが、中のtarに問題があります。途中で終わっている、ヘッダが壊れている、後ろに別のデータが続いている、"
        "またはtarではありません。ツールによって読み方が異なり、残りを黙って無視するものもあるため、"
        "重みファイルの一部が知らないうちに欠けることがあります。",
    ),
    fix=Text("Pack the folder again, in one go, and upload the result:", "フォルダをまとめ直し、アップロードしてください。")
    + PACK,
    example="cat part1.tar.gz part2.tar.gz > deploy.tar.gz",
)

W012 = Kind(
    code="ACES-W012",
    severity="error",
    title=Text("Archive beyond all limits", "アーカイブが大きすぎます"),
    cause=Text(
        "Something in the archive is far larger than weights ever are: more bytes than any volume of SageMaker holds, more "
        "than 500,000 files and folders, or a header of enormous size. Reading was stopped there, to spare the runner.",
        "アーカイブに、重みファイルとしては考えられないほど大きいものがあります。"
        "SageMakerのどのボリュームにも入らない大きさ、50万を超えるファイルとフォルダ、巨大なヘッダなどです。"
        "ランナーを守るため、そこで読むのを止めました。",
    ),
    fix=Text(
        "Is it the right file? If so, pack only what the server loads: models, not data sets or virtual environments.",
        "正しいファイルか確認してください。正しければ、サーバが読み込むものだけ（データセットや仮想環境ではなく、モデル）を"
        "まとめてください。",
    )
    + PACK,
    example="tar czf deploy.tar.gz datasets .venv ObjectDetection",
)

KINDS = (
    W003,
    W012,
)


def _damage(english: str, japanese: str) -> Fault:
    return Fault(kind=W003, text=Text(english, japanese))


def _beyond_limit(english: str, japanese: str) -> Fault:
    advice = Text(
        "Is this the right file? If so, pack only what the server loads:",
        "ファイルは正しいですか。正しければ、サーバが読み込むものだけをまとめてください:",
    )
    return Fault(kind=W012, text=Text(english, japanese), advice=advice)


def too_large(limit: int) -> Fault:
    return _beyond_limit(
        f"it unpacks to more than the limit of {limit:,} bytes",
        f"展開すると上限の{limit:,}バイトを超えます",
    )


def too_many_paths(limit: int) -> Fault:
    return _beyond_limit(f"it has more than {limit:,} files and folders", f"ファイルとフォルダが{limit:,}個を超えています")


def too_large_extension(offset: int, size: int, limit: int) -> Fault:
    return _beyond_limit(
        f"the extended header at byte {offset:,} of the tar has {size:,} bytes; the limit is {limit:,}",
        f"tarの{offset:,}バイト目の拡張ヘッダが{size:,}バイトあります。上限は{limit:,}バイトです",
    )


def not_tar(other: OtherFile) -> Fault:
    """When something else than a tar was compressed."""
    text = Text(f"the gzip file holds no tar but {other.name.en}", f"gzipファイルの中身がtarではなく、{other.name.ja}です")
    return Fault(kind=W003, text=text, advice=other.advice, repack=other.repack)


def no_end_mark(end: int) -> Fault:
    return _damage(
        f"the tar stops at byte {end:,} without an end mark: the rest of the archive is missing",
        f"tarが終端の印なしに{end:,}バイト目で終わっています。アーカイブの残りがありません",
    )


def cut_off_end_mark(position: int) -> Fault:
    return _damage(
        f"the tar stops at byte {position:,} inside its end mark: the file was cut off",
        f"tarが終端の印の途中、{position:,}バイト目で終わっています。ファイルが途中で切れています",
    )


def single_zero_block(start: int) -> Fault:
    return _damage(
        f"a single block of zeros (byte {start:,} of the tar) is followed by data: it is damaged there",
        f"ゼロのブロックが1つだけあり（tarの{start:,}バイト目）、その後にデータが続いています。そこで壊れています",
    )


def second_archive(offset: int) -> Fault:
    return _after_end(Text("a second archive", "2つ目のアーカイブ"), offset)


def data_after_end(offset: int) -> Fault:
    return _after_end(Text("other data", "別のデータ"), offset)


def _after_end(what: Text, offset: int) -> Fault:
    return _damage(
        f"{what.en} follows the end of the tar (at byte {offset:,}); tools do not unpack it",
        f"tarの終わりの後に{what.ja}が続いています（{offset:,}バイト目）。展開しても現れません",
    )


# What is wrong with one header. `number` counts members from 1, `offset` is where the member starts in the tar.


def _malformed(number: int, offset: int, english: str, japanese: str) -> Fault:
    """`english` and `japanese`: the rest of a sentence that begins with the member's number."""
    return _damage(
        f"member {number:,} (byte {offset:,} of the tar) {english}",
        f"{number:,}番目のメンバー（tarの{offset:,}バイト目）{japanese}",
    )


def wrong_header_checksum(number: int, offset: int) -> Fault:
    return _malformed(
        number,
        offset,
        "has a damaged header: its checksum is wrong",
        "のヘッダが壊れています。チェックサムが一致しません",
    )


def cut_off_header(number: int, offset: int) -> Fault:
    return _malformed(number, offset, "is cut off inside its header", "がヘッダの途中で切れています")


def cut_off_extension(number: int, offset: int) -> Fault:
    return _malformed(number, offset, "is cut off inside its extended header", "が拡張ヘッダの途中で切れています")


def cut_off_data(number: int, offset: int, name: str, size: int) -> Fault:
    return _malformed(
        number,
        offset,
        f"({name}) is cut off: its {size:,} bytes are not all there",
        f"（{name}）が途中で切れています。{size:,}バイトが揃っていません",
    )


def missing_member(number: int, offset: int) -> Fault:
    return _malformed(
        number,
        offset,
        "is missing: there is an extended header for it, then the archive ends",
        "がありません。拡張ヘッダの後でアーカイブが終わっています",
    )


def file_or_folder(number: int, offset: int, name: str) -> Fault:
    return _malformed(
        number,
        offset,
        f"({name}) is a file by its type and a folder by its name: tools disagree on which it is",
        f"（{name}）は種類ではファイル、名前ではフォルダです。ツールによって解釈が異なります",
    )


def data_without_file(number: int, offset: int, name: str, size: int) -> Fault:
    return _malformed(
        number,
        offset,
        f"({name}) has {size:,} bytes although it is not a file: tools disagree on what that means",
        f"（{name}）はファイルではないのに{size:,}バイトのデータがあります。ツールによって解釈が異なります",
    )


def not_a_number(number: int, offset: int) -> Fault:
    return _malformed(
        number, offset, "has a header with a field that is not a number", "のヘッダに数値でないフィールドがあります"
    )


def impossible_size(number: int, offset: int, size: int | None) -> Fault:
    """`size`: None where the field is blank."""
    stated = Text("blank", "空") if size is None else same(f"{size:,}")
    return _malformed(number, offset, f"has an impossible size ({stated.en})", f"のサイズがあり得ない値です（{stated.ja}）")


def malformed_pax_header(number: int, offset: int) -> Fault:
    return _malformed(number, offset, "has a malformed pax header", "のpaxヘッダの形式が正しくありません")


def empty_pax_field(number: int, offset: int) -> Fault:
    return _malformed(
        number,
        offset,
        "has a pax header with an empty path, linkpath or size: tools disagree on what that means",
        "のpaxヘッダにあるpath、linkpathまたはsizeが空です。ツールによって解釈が異なります",
    )


def pax_size_not_a_number(number: int, offset: int) -> Fault:
    return _malformed(
        number, offset, "has a pax header with a size that is not a number", "のpaxヘッダのsizeが数値ではありません"
    )


def unknown_pax_charset(number: int, offset: int, charset: str) -> Fault:
    return _malformed(
        number,
        offset,
        f"has a pax header in a character set that few tools know ({charset})",
        f"のpaxヘッダの文字コード（{charset}）に対応していないツールがあります",
    )


def two_names(number: int, offset: int) -> Fault:
    return _malformed(
        number,
        offset,
        "is named twice, in a GNU and in a pax header: tools disagree on its name",
        "の名前がGNUのヘッダとpaxのヘッダの両方にあります。どちらが使われるかはツールによって異なります",
    )
