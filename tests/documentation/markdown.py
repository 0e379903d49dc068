"""The pages that people read, and the blocks of code in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code of a page: its language, its text, and where it begins."""

    place: str
    language: str
    text: str


def blocks_of(text: str, name: str = "") -> list[Block]:
    """The fenced blocks of a page, also of those in lists."""
    return [
        Block(
            place=f"{name}:{text.count(chr(10), 0, found.start()) + 1}",
            language=found[2],
            text=re.sub(rf"^{found[1]}", "", found[3], flags=re.MULTILINE),
        )
        for found in re.finditer(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    ]


def all_blocks() -> list[Block]:
    """Those of all pages; one that several pages have is there once."""
    found: dict[tuple[str, str], Block] = {}
    for page in PAGES:
        for block in blocks_of(page.read_text(encoding="utf-8"), str(page.relative_to(ROOT))):
            found.setdefault((block.language, block.text), block)
    return list(found.values())
