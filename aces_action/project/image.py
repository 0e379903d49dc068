"""The picture for the platform's list: is it one?"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from aces_action.problems import CATALOGUE, Problem
from aces_action.project.files import read_bytes
from aces_action.project.model import Image

_MAX_IMAGE = 5_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_OTHERS = {
    b"GIF8": "a GIF image",
    b"BM": "a BMP image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"%PDF": "a PDF document",
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML file",
    b"<!DOC": "an HTML page",
}


def read_image(workspace: Path, file: str) -> Image | Problem:
    """The PNG or JPEG at FRONTEND_IMAGE_PATH (relative to the workspace, at most 5 MB), told by its signature."""
    content = read_bytes(workspace, file, limit=_MAX_IMAGE, purpose="the image of FRONTEND_IMAGE_PATH")
    if isinstance(content, Problem):
        return content
    path = PurePosixPath(file)
    if content.startswith(_PNG):
        return Image(path=path, media_type="image/png", content=content)
    if content.startswith(_JPEG):
        return Image(path=path, media_type="image/jpeg", content=content)
    message, hint = f"{path} is {_looks_like(content)}, not a PNG or JPEG image.", "Save the picture as PNG or JPEG."
    if content.startswith(_LFS_POINTER):
        hint = "Let the checkout step fetch the picture itself:\n- uses: actions/checkout@v5\n  with:\n    lfs: true"
    return Problem(kind=CATALOGUE["C008"], message=message, hint=hint, file=str(path))


def _looks_like(content: bytes) -> str:
    if not content:
        return "empty"
    if content.startswith(_LFS_POINTER):
        return "a Git LFS pointer"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "a WebP image"
    return next((name for signature, name in _OTHERS.items() if content.startswith(signature)), "something else")
