"""What is wrong with a page, by the boxes that a browser has made of it. Pure: each judgement takes a page and gives words.

Lengths in CSS pixels. What may scroll by itself: code blocks, and on a narrow window tables too, as GitHub's stylesheet has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from aces_action.output.tables import columns_of

FOLD = 720
"""What a laptop shows of a page before anybody scrolls, below GitHub's own head (assumed)."""
_ROUNDING = 1.5
_NARROWEST = 4  # em of a cell whose text may take more than two lines
_SHORT = 14  # columns of a text that must not break
_ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")  # RFC 3986: no other character stands in a URL
_SENTENCE = re.compile(r"[ぁ-ん]{2}.*[。:：、]|\b[a-z]+ [a-z]+ [a-z]+ [a-z]+\b.*[.:]$")
_SCROLLS = frozenset({"auto", "scroll"})
_CUTS = frozenset({"hidden", "clip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An element. `inside`: the names of those around it; `lines`: how many its text takes; `content`: how wide what is in it
    is, `room`: how wide it is inside. `own`: the text that is in no element within."""

    tag: str
    text: str = ""
    own: str = ""
    inside: tuple[str, ...] = ()
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    content: float = 0.0
    room: float = 0.0
    overflow: str = "visible"
    font_size: float = 16.0
    lines: int = 0
    href: str = ""
    loaded: bool = True

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def is_seen(self) -> bool:
        return self.width > 0 and self.bottom > self.top

    @property
    def overflows(self) -> bool:
        return self.room > 0 and self.content > self.room + _ROUNDING

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 60 else f"{self.text[:59]}…"
        return f"<{self.tag}> {shown!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`width`: of the window; `content`: of all that is on it; `edge`: where the article's text must end on the right."""

    width: int
    content: float
    edge: float
    boxes: tuple[Box, ...]

    def named(self, *tags: str) -> Iterator[Box]:
        return (box for box in self.boxes if box.tag in tags and box.is_seen)

    @property
    def is_narrow(self) -> bool:
        return self.width < 768  # where GitHub's pages become those of a telephone


def overflowing(page: Page) -> list[str]:
    """What is wider than there is room for, but for what may scroll by itself."""
    found = [f"the page is {page.content:g} px wide in a window of {page.width} px"] if page.content > page.width else []
    may_scroll = {"pre", "table"} if page.is_narrow else {"pre"}
    for box in page.boxes:
        if not box.is_seen:
            continue
        if box.overflow in _SCROLLS and box.overflows and box.tag not in may_scroll:
            found.append(f"{box} scrolls: {box.content:g} px in {box.room:g} px")
        elif box.right > page.edge + _ROUNDING and not may_scroll & set(box.inside):
            found.append(f"{box} ends at {box.right:g} px, the text at {page.edge:g} px")
    return found


def cut_off(page: Page) -> list[str]:
    """Text that nobody sees: clipped, or a sentence in a code block that must be scrolled to be read."""
    found = [f"{box} is clipped" for box in page.boxes if box.is_seen and box.overflow in _CUTS and box.overflows]
    for box in page.named("pre"):
        if not box.overflows or not box.text:
            continue
        lines = box.text.splitlines()
        fits = max(map(columns_of, lines)) * box.room / box.content
        found += [f"a sentence in a code block is cut: {line!r}" for line in lines if columns_of(line) > fits and _is_prose(line)]
    return found


def _is_prose(line: str) -> bool:
    return bool(_SENTENCE.search(line.strip()))


def narrow_cells(page: Page) -> list[str]:
    """Cells in which a text runs down a column of a few letters."""
    return [
        f"{box}: {box.lines} lines in {box.width / box.font_size:.1f} em"
        for box in page.named("td", "th")
        if box.lines > 2 and box.width < _NARROWEST * box.font_size
    ]


def broken_cells(page: Page) -> list[str]:
    """Short cells whose text breaks although the window is wide."""
    if page.is_narrow:
        return []
    return [
        f"{box} breaks into {box.lines} lines"
        for box in page.named("td", "th")
        if box.lines > 1 and "\n" not in box.text and columns_of(box.text) <= _SHORT
    ]


def glued_links(page: Page) -> list[str]:
    """Links that have swallowed what stands beside an address."""
    found = []
    for box in page.named("a"):
        looks_like_address = box.text.startswith(("http://", "https://", "www."))
        if looks_like_address and not _ADDRESS.fullmatch(box.text):
            found.append(f"{box} is more than an address")
        path = urlsplit(box.href)
        if not box.href.isascii() or not unquote(path.netloc + path.query).isascii():
            found.append(f"{box} leads to {box.href}")
        elif re.search(r"[、。，．（）「」]", unquote(path.path + path.fragment)):
            found.append(f"{box} leads to {unquote(box.href)}")
    return found


def unintended_links(page: Page, is_intended: Callable[[str], bool]) -> list[str]:
    """Links that nobody meant to make."""
    return [f"{box} leads to {box.href}" for box in page.named("a") if not box.href.startswith("#") and not is_intended(box.href)]


def missing_headline(page: Page) -> list[str]:
    """The first thing on the page is how the run ended."""
    headings = [box for box in page.boxes if re.fullmatch("h[1-6]", box.tag)]
    if not headings:
        return ["there is no heading"]
    return [f"{headings[0]} ends at {headings[0].bottom:g} px"] if headings[0].bottom > FOLD / 3 else []


def rows_above_the_fold(page: Page) -> int:
    """How many rows of tables somebody sees without scrolling."""
    return sum(1 for box in page.named("tr") if box.top < FOLD)


def is_above_the_fold(page: Page, word: str) -> bool:
    """Whether somebody reads the word without scrolling."""
    return any(box.is_seen and word in box.own and box.bottom <= FOLD for box in page.boxes)


def disordered_headings(page: Page) -> list[str]:
    """Headings that skip a level: whoever has them read aloud goes by these."""
    levels = [(int(box.tag[1]), box) for box in page.boxes if re.fullmatch("h[1-6]", box.tag)]
    return [
        f"{box} comes after a heading of level {before}" for (before, _), (level, box) in pairwise(levels) if level > before + 1
    ]


def missing_images(page: Page) -> list[str]:
    return [f"{box.href} was not loaded" for box in page.boxes if box.tag == "img" and not box.loaded]
