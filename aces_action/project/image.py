"""The picture for the platform's list: is it one, and whole?

Told by its bytes, without decoding it: a PNG by its chunks (PNG specification, 5.3), a JPEG by its segments (ITU-T T.81, B.1).
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path, PurePosixPath

from aces_action.file_type import CONVERTED, CONVERTED_JPEG, file_type
from aces_action.language import EMPTY, Text, lines
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.content import decode_base64, encoded_type, link_remedy, link_target, remedy
from aces_action.project.files import read_bytes
from aces_action.project.model import Image

_MAX_IMAGE = 5_000_000
_MAX_SIDE = 16_384  # pixels: beyond this browsers refuse to draw
_PURPOSE = Text("the image of FRONTEND_IMAGE_PATH", "FRONTEND_IMAGE_PATHの画像")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SUFFIXES = {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
_SAVE_AGAIN = Text("Save the picture as PNG or JPEG.", "PNGまたはJPEGで保存してください。")
_EXPORT_AGAIN = Text(
    "Save or export the picture again, look at it, and commit that file.",
    "画像を保存し直し、表示できることを確認してからコミットしてください。",
)
# A JPEG has no signature that tells of converted line ends. Every 256th line feed of what is compressed follows a carriage
# return by chance: all or none of many do only after a conversion.
_CERTAIN_LINES, _MANY_LINES = 16, 1_000
_NO_CRLF = Text(
    "There is no CR LF in it, so its line ends may have been converted. Prevent that in .gitattributes:\n*.jpg binary",
    "CR LFが1つもないため、改行コードが変換された可能性があります。.gitattributesで防げます。\n*.jpg binary",
)


class _DamagedError(Exception):
    """Why it is no whole picture."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


def read_image(workspace: Path, file: str) -> Image | Problem:
    """The PNG or JPEG at FRONTEND_IMAGE_PATH (relative to the workspace, at most 5 MB), told by its signature, and whole."""
    content = read_bytes(workspace, file, limit=_MAX_IMAGE, purpose=_PURPOSE)
    if isinstance(content, Problem):
        return content
    path = PurePosixPath(file)
    try:
        if content.startswith(_PNG):
            _check_side(_png_size(content))
            return Image(path=path, media_type="image/png", content=content)
        if content.startswith(_JPEG) and not _has_converted_line_ends(content):
            _check_side(_jpeg_size(content))
            return Image(path=path, media_type="image/jpeg", content=content)
    except _DamagedError as error:
        kind = "PNG" if content.startswith(_PNG) else "JPEG"
        message = Text(
            f"{path} is not a whole {kind} image: {error.why.en}.", f"{path}は{kind}画像として壊れています。{error.why.ja}。"
        )
        hint = _NO_CRLF if kind == "JPEG" and content.count(b"\n") >= _MANY_LINES and b"\r\n" not in content else EMPTY
        return Problem(kind=CATALOGUE["C008"], message=message, hint=lines(_EXPORT_AGAIN, hint), file=str(path))
    message, hint = _other_thing(str(path), content)
    return Problem(kind=CATALOGUE["C008"], message=message, hint=hint, file=str(path))


def image_name_problems(image: Image) -> list[Problem]:
    """A name that says another type than the bytes: whoever serves the file by its name would call it what it is not."""
    expected = _SUFFIXES[image.media_type]
    if image.path.suffix.lower() in expected:
        return []
    kind, name = image.media_type.removeprefix("image/").upper(), image.path.with_suffix(expected[0])
    message = Text(f"{image.path} is a {kind} image by its content.", f"{image.path}の中身は{kind}画像です。")
    hint = Text(
        f"Call it {name}, also in FRONTEND_IMAGE_PATH and image_key, or save the picture in the type of its name.",
        f"名前を{name}に変えるか（FRONTEND_IMAGE_PATHとimage_keyも変えます）、名前に合う形式で保存し直してください。",
    )
    return [Problem(kind=CATALOGUE["C024"], message=message, hint=hint, file=str(image.path))]


def _has_converted_line_ends(content: bytes) -> bool:
    return content.count(b"\n") == content.count(b"\r\n") >= _CERTAIN_LINES


def _check_side(size: tuple[int, int]) -> None:
    width, height = size
    if not (1 <= width <= _MAX_SIDE and 1 <= height <= _MAX_SIDE):
        raise _DamagedError(
            Text(
                f"it says that it is {width} × {height} pixels, and each side must have 1 to {_MAX_SIDE:,}",
                f"大きさが{width}×{height}ピクセルになっています（縦横とも1から{_MAX_SIDE:,}まで）",
            )
        )


def _cut_short(content: bytes) -> _DamagedError:
    size = len(content)
    return _DamagedError(Text(f"it is cut short after {size:,} bytes", f"{size:,}バイトで途切れています"))


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels. Walks all chunks with their checksums to the last, IEND."""
    position, size, has_data = len(_PNG), (0, 0), False
    while position + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        data_end = position + 8 + length
        if data_end + 4 > len(content):
            break
        if zlib.crc32(content[position + 4 : data_end]) != int.from_bytes(content[data_end : data_end + 4], "big"):
            raise _DamagedError(
                Text(f"a checksum is wrong near byte {position:,}", f"{position:,}バイト目の付近でチェックサムが合いません")
            )
        if position == len(_PNG):
            if kind != b"IHDR" or length != 13:
                raise _DamagedError(Text("it does not begin with its size", "先頭に画像の大きさがありません"))
            size = struct.unpack_from(">II", content, position + 8)
        has_data = has_data or kind == b"IDAT"
        if kind == b"IEND":
            if not has_data:
                raise _DamagedError(Text("there is no picture in it", "画像のデータがありません"))
            return size
        position = data_end + 4
    raise _cut_short(content)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels. Walks the segments to the picture's data, and demands the end marker after it."""
    position, size = 2, (0, 0)
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            raise _DamagedError(
                Text(f"no segment begins at byte {position:,}", f"{position:,}バイト目からセグメントが始まっていません")
            )
        marker = content[position + 1]
        if marker == 0xFF:  # a fill byte before the marker
            position += 1
            continue
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC} and position + 9 <= len(content):  # a frame header
            height, width = struct.unpack_from(">HH", content, position + 5)
            size = (width, height)
        if marker == 0xDA:  # the data follows, in which FF D9 can only be the end
            if content.find(b"\xff\xd9", position + 2 + length) < 0:
                break
            return size
        position += 2 + length
    raise _cut_short(content)


def _other_thing(name: str, content: bytes) -> tuple[Text, Text]:
    """What the file is instead of a picture, and what to do about it."""
    if not content:
        found, hint = Text("empty", "空のファイル"), _SAVE_AGAIN
    elif kind := file_type(content):
        kind = CONVERTED_JPEG if kind.key == "jpeg" else kind
        found, hint = kind.name, remedy(kind) or _SAVE_AGAIN
        if kind.key in CONVERTED:
            return Text(f"{name} is {found.en}.", f"{name}は{found.ja}です。"), hint
    elif kind := encoded_type(content):
        found, hint = kind.name, decode_base64(name)
    elif target := link_target(content):
        found, hint = Text(f"nothing but the path {target}", f"{target}というパスだけ"), link_remedy(target)
    else:
        found, hint = Text("something else", "別の形式のファイル"), _SAVE_AGAIN
    return Text(f"{name} is {found.en}, not a PNG or JPEG image.", f"{name}は{found.ja}です。PNGでもJPEGでもありません。"), hint
