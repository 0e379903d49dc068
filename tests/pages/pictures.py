"""The pictures in docs/images but those of `preview`: `make pictures`.

They are what the tests look at: the same reports, HTML and browser. The same browser and fonts give the same bytes:
Liberation, which stands for Helvetica on Linux, Noto CJK and Noto Color Emoji.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from aces_action.cli.preview.screenshot import find_browser
from aces_action.language import LANGUAGES, Language
from aces_action.output.summary import summary
from tests.pages import pull_request
from tests.pages.endings import endings
from tests.pages.github import NARROW, ROOT, WIDE, Frame, to_html
from tests.pages.looking import Viewer, viewer

FOLDER = ROOT / "docs/images"
CHOSEN = (
    "deployed",
    "promoted",
    "planned",
    "unchanged",
    "registered",
    "deferred",
    "failed-configuration",
    "failed-credentials",
    "failed-preflight",
    "failed-weights",
    "failed-sagemaker",
    "failed-batch",
    "failed-smoke-test",
    "failed-registration",
    "cancelled",
    "rolled-back",
    "stopped",
    "status",
    "fleet",
)
CHOSEN_NARROW = ("deployed", "failed-sagemaker")
_COLOURS = 128
_NOTE = b"Article"  # keyword of the chunk


def names() -> Iterator[tuple[str, str, Language, Frame]]:
    """Each picture of a summary: file, ending, language, frame."""
    for language in LANGUAGES:
        for ending in CHOSEN:
            yield f"summary-{ending}-{language}.png", ending, language, WIDE
        for ending in CHOSEN_NARROW:
            yield f"summary-{ending}-{language}-narrow.png", ending, language, NARROW


def pull_request_name(language: Language) -> str:
    return f"pull-request-{language}.png"


def main(folder: Path = FOLDER) -> int:
    """Writes all of them. Returns 0."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(os.environ))
        for language in LANGUAGES:
            for frame in (WIDE, NARROW):
                with viewer(browser, frame, language) as window:
                    for name, ending, of_language, of_frame in names():
                        if (of_language, of_frame) == (language, frame):
                            (folder / name).write_bytes(picture(window, article_of(ending, language)))
            with viewer(browser, WIDE, language, more_style=pull_request.STYLE) as window:
                article = pull_request.pull_request(language)
                (folder / pull_request_name(language)).write_bytes(picture(window, article))
        browser.close()
    return 0


def article_of(ending: str, language: Language) -> str:
    """The summary of an ending, as GitHub has it on its page: the one of that language, where it has the words of other runs."""
    report = endings().get(f"{ending}-{language}", endings()[ending])
    return to_html(summary(report, language, lambda text: text))


def picture(window: Viewer, article: str) -> bytes:
    """A PNG of the article in so few colours that it is half as large as what the browser makes. It says what it was made of."""
    window.show(article)
    found = window.pixels(_COLOURS)
    indices = base64.b64decode(found["indices"])
    return png(indices, bytes(found["palette"]), width=found["width"], note=mark_of(article))


def mark_of(article: str) -> str:
    """What says which article a picture is of: its elements and texts. Where links lead is not seen, and versions go on."""
    bare = re.sub(r"<(/?\w+)[^>]*>", r"<\1>", article)
    return hashlib.sha256(re.sub(r"v\d+\.\d+\.\d+", "v", bare).encode()).hexdigest()


def png(indices: bytes, palette: bytes, *, width: int, note: str) -> bytes:
    """A PNG by a palette: one byte for each pixel, three for each colour; `note` is a text in it that nobody sees."""
    height = len(indices) // width
    rows = b"".join(b"\0" + indices[start : start + width] for start in range(0, len(indices), width))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"tEXt", _NOTE + b"\0" + note.encode()),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def note_in(picture: bytes) -> str:
    """That note, empty where there is none."""
    found = re.search(re.escape(b"tEXt" + _NOTE + b"\0") + rb"([0-9a-f]{64})", picture)
    return found[1].decode() if found else ""


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


if __name__ == "__main__":
    sys.exit(main())
