"""A page in GitHub's Markdown. Here alone its texts are made harmless: secrets go first, then what would be markup.

Of HTML there is what GitHub's sanitiser keeps and Markdown has no word for: details, br, strong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from aces_action.language import Language, Text
from aces_action.output.page.blocks import (
    Block,
    Code,
    CodeBlock,
    Fold,
    Line,
    PageHeading,
    PageLink,
    PageList,
    Paragraph,
    Passage,
    Span,
    SummaryPage,
    Words,
)
from aces_action.output.page.identifiers import short
from aces_action.output.page.wording import text_blocks
from aces_action.sanitiser import markdown, markdown_block, markdown_code, markdown_line, neutralise, shorten

_LONGEST = 4096  # characters of one text
_FENCES = 100  # characters around code at the most
_SHARE = 0.4  # of the room that one section may take: there must be some for those below it
_CODE = re.compile(r"`([^`\n]{1,200})`")
_URL = re.compile(r"https://[\w.-]+(?::\d+)?(?:/[\w.~:/?#@!$&'*+,;=%-]*)?", re.ASCII)
_CUT = Text(
    "Cut here: there is no room for more. The log has everything.", "ここで省略しました（サイズの上限）。全文はログにあります。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWriter:
    """Writes pages in one language. `redact` hides secrets: it sees each text before anything in it is escaped.

    `room`: the size of a page, in characters or in two bytes each, whichever is more.
    """

    language: Language
    redact: Callable[[str], str]
    room: int

    def page(self, page: SummaryPage) -> str:
        """Cut between blocks and items where there is no room, which the last line says: never within markup."""
        head = [f"## {self._line(page.headline)}", *filter(None, [markdown_line(self._line(page.place))])]
        cut = f"_{_CUT.in_(self.language)}_"
        left = self.room - _size("\n\n".join([*head, cut, ""]))
        parts, is_whole = head, True
        for section in page.sections:
            written, whole = self._fitting(section, min(left, int(self.room * _SHARE)))
            parts, left, is_whole = [*parts, *written], left - _size_of(written), is_whole and whole
        return "\n\n".join(parts if is_whole else [*parts, cut]) + "\n"

    def _fitting(self, blocks: Iterable[Block], room: int) -> tuple[list[str], bool]:
        """As many of the first blocks as there is room for, and whether that is all. A heading stands above something."""
        parts: list[str] = []
        ends_in_heading = False
        for block in self._taken_apart(blocks):
            written, whole = self._written(block, room - _size_of(parts) - 2)
            if written:
                parts.append(written)
            if not whole:
                return (parts[:-1] if ends_in_heading and not written else parts), False
            ends_in_heading = isinstance(block, PageHeading)
        return parts, True

    def _taken_apart(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            if isinstance(block, Passage):
                yield from text_blocks(block.text.map(self.redact), self.language)
            else:
                yield block

    def _written(self, block: Block, room: int) -> tuple[str, bool]:
        """The block, or its beginning where there is no room for the whole, and whether it is whole."""
        match block:
            case PageList(items=items):
                kept = _first(map(self._item, items), room)
                if not kept and (lines := _first(map(self._line, items[0]), room - len("- ") - len("<br>") * len(items[0]))):
                    return self._item_of(lines), False
                return "\n".join(kept), len(kept) == len(items)
            case CodeBlock(lines=lines):
                kept = _first(map(self._plain, lines), room - _FENCES)
                whole = len(kept) == len(lines)
                return (markdown_block(kept if whole else [*kept, "…"]) if kept else ""), whole
            case Fold(blocks=blocks):
                parts, whole = self._fitting(blocks, room - _size(self._fold(block, "")))
                return (self._fold(block, "\n\n".join(parts)) if parts else ""), whole
            case PageHeading(text=text):
                written = f"### {self._span(text)}"
            case Paragraph(lines=paragraph):
                written = markdown_line("<br>".join(filter(None, map(self._line, paragraph))))
            case Passage():
                raise AssertionError("a passage is taken apart before")
        return (written, True) if _size(written) <= room else ("", False)

    def _fold(self, fold: Fold, content: str) -> str:
        start = "<details open>" if fold.is_open else "<details>"
        return f"{start}<summary>{markdown(self._safe(fold.title.text))}</summary>\n\n{content}\n\n</details>"

    def _item(self, lines: tuple[Line, ...]) -> str:
        return self._item_of(filter(None, map(self._line, lines)))

    def _item_of(self, lines: Iterable[str]) -> str:
        return f"- {markdown_line('<br>'.join(lines))}"

    def _line(self, line: Line) -> str:
        return "".join(map(self._span, line))

    def _span(self, span: Span) -> str:
        match span:
            case PageLink(label=label, url=url):
                # what hides a part of the address makes it another one
                target = url.replace("&", "&amp;") if _URL.fullmatch(url) and self._safe(url) == url else ""
                return f"[{self._span(label)}]({target})" if target else self._span(label)
            case Code(text=text, brief=brief):
                return markdown_code(self._safe(text, brief=brief))
            case Words(text=text, ours=ours, brief=brief, strong=strong):
                safe = self._safe(text, brief=brief)
                written = _with_code(safe) if ours else markdown(safe)
                return f"<strong>{written}</strong>" if strong and written.strip() else written

    def _safe(self, text: str, *, brief: bool = False) -> str:
        redacted = shorten(self.redact(text), _LONGEST)
        return neutralise(short(redacted) if brief else redacted)

    def _plain(self, line: str) -> str:
        return " ".join(self._safe(line).split("\n"))


def _with_code(text: str) -> str:
    """A sentence of ours, in which `…` is code."""
    parts = _CODE.split(text)  # code is every second one
    return "".join(markdown_code(part) if place % 2 else markdown(part) for place, part in enumerate(parts))


def _first(written: Iterable[str], room: int) -> list[str]:
    kept: list[str] = []
    for text in written:
        room -= _size(text) + 1
        if room < 0:
            break
        kept.append(text)
    return kept


def _size(text: str) -> int:
    return max(len(text), (len(text.encode()) + 1) // 2)


def _size_of(parts: Iterable[str]) -> int:
    return sum(_size(part) + 2 for part in parts)
