"""C: the picture for the platform's list."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, lines
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C008 = Kind(
    code="ACES-C008",
    severity="error",
    title=Text("Image not usable", "イメージ画像が使えません"),
    cause=Text(
        "The file of FRONTEND_IMAGE_PATH is not a whole PNG or JPEG image, whatever its name says, or `image_key` in "
        "register.json is another name than that of the file.",
        "FRONTEND_IMAGE_PATHのファイルが、名前にかかわらず、完全なPNGまたはJPEGの画像ではありません。"
        "または、register.jsonの`image_key`がそのファイル名と違います。",
    ),
    fix=Text(
        "Save the picture as PNG or JPEG (renaming a file does not convert it) and write its file name, "
        "without folders, as `image_key`. If the message speaks of Git LFS, let the checkout fetch the file:",
        "画像をPNGまたはJPEGで保存してください（名前を変えるだけでは変換されません）。"
        "`image_key`には、フォルダを除いたファイル名を書いてください。"
        "Git LFSと表示されたときは、チェックアウトでファイルを取得してください。",
    )
    + snippet("yaml", "- uses: actions/checkout@v5\n  with:\n    lfs: true"),
    example='FRONTEND_IMAGE_PATH: server/algorithms/example_algorithm.png\n\n"image_key": "number_plate.png"',
)
C024 = Kind(
    code="ACES-C024",
    severity="warning",
    title=Text("File name does not fit the image's type", "画像の種類と拡張子が一致しません"),
    cause=Text(
        "The image is a PNG named as JPEG, or the other way round, or its name has another ending. The platform is told the "
        "real type, but browsers and people may go by the name.",
        "PNG画像にJPEGの拡張子が付いているか、その逆か、別の拡張子が付いています。"
        "ACES Platformには実際の種類を伝えますが、ブラウザや人は名前で判断することがあります。",
    ),
    fix=Text(
        "Rename the file, and with it `image_key` and FRONTEND_IMAGE_PATH:",
        "ファイル名を、`image_key`とFRONTEND_IMAGE_PATHも合わせて変えてください。",
    )
    + snippet("sh", "git mv server/algorithms/example_algorithm.png server/algorithms/example_algorithm.jpg"),
    example="$ file server/algorithms/example_algorithm.png\nserver/algorithms/example_algorithm.png: JPEG image data",
)

KINDS = (
    C008,
    C024,
)

SAVE_AGAIN = Text("Save the picture as PNG or JPEG.", "PNGまたはJPEGで保存してください。")
_EXPORT_AGAIN = Text(
    "Save or export the picture again, look at it, and commit that file.",
    "画像を保存し直し、表示できることを確認してからコミットしてください。",
)
_NO_CRLF = Text(
    "There is no CR LF in it, so its line ends may have been converted. Prevent that in .gitattributes:\n*.jpg binary",
    "CR LFが1つもないため、改行コードが変換された可能性があります。.gitattributesで防げます。\n*.jpg binary",
)

# What is damaged, completing 'is not a whole image: …'
EMPTY_FILE = Text("empty", "空のファイル")
NO_SIZE = Text("it does not begin with its size", "先頭に画像の大きさがありません")
NO_PICTURE = Text("there is no picture in it", "画像のデータがありません")


def wrong_size(width: int, height: int, most: int) -> Text:
    return Text(
        f"it says that it is {width} × {height} pixels, and each side must have 1 to {most:,}",
        f"大きさが{width}×{height}ピクセルになっています（縦横とも1から{most:,}まで）",
    )


def cut_short(size: int) -> Text:
    return Text(f"it is cut short after {size:,} bytes", f"{size:,}バイトで途切れています")


def wrong_checksum(position: int) -> Text:
    return Text(f"a checksum is wrong near byte {position:,}", f"{position:,}バイト目の付近でチェックサムが合いません")


def no_segment(position: int) -> Text:
    return Text(f"no segment begins at byte {position:,}", f"{position:,}バイト目からセグメントが始まっていません")


def damaged(file: str, image_type: str, damage: Text, *, has_no_crlf: bool) -> Problem:
    """When the picture of FRONTEND_IMAGE_PATH is not whole. `has_no_crlf`: its line ends may have been converted."""
    return Problem(
        kind=C008,
        message=Text(
            f"{file} is not a whole {image_type} image: {damage.en}.",
            f"{file}は{image_type}画像として壊れています。{damage.ja}。",
        ),
        hint=lines(_EXPORT_AGAIN, _NO_CRLF if has_no_crlf else EMPTY),
        file=file,
    )


def converted(file: str, what: Text, hint: Text) -> Problem:
    """When the picture was converted as if it were text."""
    return Problem(kind=C008, message=Text(f"{file} is {what.en}.", f"{file}は{what.ja}です。"), hint=hint, file=file)


def no_image(file: str, what: Text | None, hint: Text) -> Problem:
    """When the file of FRONTEND_IMAGE_PATH is something else; None: nobody can tell what."""
    what = what or Text("something else", "別の形式のファイル")
    return Problem(
        kind=C008,
        message=Text(f"{file} is {what.en}, not a PNG or JPEG image.", f"{file}は{what.ja}です。PNGでもJPEGでもありません。"),
        hint=hint,
        file=file,
    )


def only_the_path(target: str) -> Text:
    return Text(f"nothing but the path {target}", f"{target}というパスだけ")


def other_suffix(file: str, image_type: str, name: str) -> Problem:
    """When the file's name is that of another type. `name`: the one that fits."""
    return Problem(
        kind=C024,
        message=Text(f"{file} is a {image_type} image by its content.", f"{file}の中身は{image_type}画像です。"),
        hint=Text(
            f"Call it {name}, also in FRONTEND_IMAGE_PATH and image_key, or save the picture in the type of its name.",
            f"名前を{name}に変えるか（FRONTEND_IMAGE_PATHとimage_keyも変えます）、名前に合う形式で保存し直してください。",
        ),
        file=file,
    )


def other_image_key(place: str, key: str, image: str, difference: Text) -> Problem:
    """When image_key is not the file's name. `difference`: why two names that look the same are not."""
    return Problem(
        kind=C008,
        message=Text(
            f'{place} is "{key}", but the file of FRONTEND_IMAGE_PATH is "{image}".',
            f"{place}は「{key}」ですが、FRONTEND_IMAGE_PATHのファイルは「{image}」です。",
        ),
        hint=difference
        or Text(
            f'Write "image_key": "{image}", or change FRONTEND_IMAGE_PATH.',
            f'"image_key": "{image}"と書くか、FRONTEND_IMAGE_PATHを変更してください。',
        ),
    )
