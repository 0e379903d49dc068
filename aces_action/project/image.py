"""The picture for the platform's list: is it one, and whole?

Told by its bytes, without decoding it: a PNG by its chunks (PNG specification, 5.3), a JPEG by its segments (ITU-T T.81, B.1).
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path, PurePosixPath

from aces_action.file_type import CONVERTED, CONVERTED_JPEG, file_type
from aces_action.language import Text
from aces_action.problems import content as content_problems
from aces_action.problems.configuration import image as problems
from aces_action.problems.problem import Problem
from aces_action.project.content import decoding_command, encoded_type, link_target, remedy
from aces_action.project.files import read_bytes
from aces_action.project.model import Image

MAX_IMAGE = 5_000_000
_MAX_SIDE = 16_384  # pixels: beyond this browsers refuse to draw
_PURPOSE = Text("the image of FRONTEND_IMAGE_PATH", "FRONTEND_IMAGE_PATHの画像")
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SUFFIXES = {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}
# A JPEG has no signature that tells of converted line ends. Every 256th line feed of what is compressed follows a carriage
# return by chance: all or none of many do only after a conversion.
_CERTAIN_LINES, _MANY_LINES = 16, 1_000


class _DamagedError(Exception):
    """Why it is no whole picture."""

    def __init__(self, damage: Text) -> None:
        self.damage = damage
        super().__init__(damage.en)


def read_image(workspace: Path, file: str) -> Image | Problem:
    """The PNG or JPEG at FRONTEND_IMAGE_PATH (relative to the workspace, at most 5 MB), told by its signature, and whole."""
    content = read_bytes(workspace, file, limit=MAX_IMAGE, purpose=_PURPOSE)
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
        image_type = "PNG" if content.startswith(_PNG) else "JPEG"
        has_no_crlf = image_type == "JPEG" and content.count(b"\n") >= _MANY_LINES and b"\r\n" not in content
        return problems.damaged(str(path), image_type, error.damage, has_no_crlf=has_no_crlf)
    return _other_thing(str(path), content)


def image_name_problems(image: Image) -> list[Problem]:
    """A name that says another type than the bytes: whoever serves the file by its name would call it what it is not."""
    expected = _SUFFIXES[image.media_type]
    if image.path.suffix.lower() in expected:
        return []
    image_type, name = image.media_type.removeprefix("image/").upper(), image.path.with_suffix(expected[0])
    return [problems.other_suffix(str(image.path), image_type, str(name))]


def _has_converted_line_ends(content: bytes) -> bool:
    return content.count(b"\n") == content.count(b"\r\n") >= _CERTAIN_LINES


def _check_side(size: tuple[int, int]) -> None:
    width, height = size
    if not (1 <= width <= _MAX_SIDE and 1 <= height <= _MAX_SIDE):
        raise _DamagedError(problems.wrong_size(width, height, _MAX_SIDE))


def _png_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels. Walks all chunks with their checksums to the last, IEND."""
    position, size, has_data = len(_PNG), (0, 0), False
    while position + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        data_end = position + 8 + length
        if data_end + 4 > len(content):
            break
        if zlib.crc32(content[position + 4 : data_end]) != int.from_bytes(content[data_end : data_end + 4], "big"):
            raise _DamagedError(problems.wrong_checksum(position))
        if position == len(_PNG):
            if kind != b"IHDR" or length != 13:
                raise _DamagedError(problems.NO_SIZE)
            size = struct.unpack_from(">II", content, position + 8)
        has_data = has_data or kind == b"IDAT"
        if kind == b"IEND":
            if not has_data:
                raise _DamagedError(problems.NO_PICTURE)
            return size
        position = data_end + 4
    raise _DamagedError(problems.cut_short(len(content)))


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels. Walks the segments to the picture's data, and demands the end marker after it."""
    position, size = 2, (0, 0)
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            raise _DamagedError(problems.no_segment(position))
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
    raise _DamagedError(problems.cut_short(len(content)))


def _other_thing(name: str, content: bytes) -> Problem:
    """What the file is instead of a picture, and what to do about it."""
    if not content:
        return problems.no_image(name, problems.EMPTY_FILE, problems.SAVE_AGAIN)
    if kind := file_type(content):
        kind = CONVERTED_JPEG if kind.key == "jpeg" else kind
        hint = remedy(kind) or problems.SAVE_AGAIN
        return (problems.converted if kind.key in CONVERTED else problems.no_image)(name, kind.name, hint)
    if kind := encoded_type(content):
        return problems.no_image(name, kind.name, content_problems.decode_base64(decoding_command(name)))
    if target := link_target(content):
        return problems.no_image(name, problems.only_the_path(target), content_problems.copy_instead_of_link(target))
    return problems.no_image(name, None, problems.SAVE_AGAIN)
