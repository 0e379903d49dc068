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
        headings = 0  # that nothing stands below yet
        for block in self._taken_apart(blocks):
            left = room - _size_of(parts)
            written = self._block(block)
            whole = _size(written) + 2 <= left
            if not whole:
                written = self._part(block, left - 2)
            if written:
                parts.append(written)
            if not whole:
                return (parts[:-headings] if headings and not written else parts), False
            headings = headings + 1 if isinstance(block, PageHeading) else 0
        return parts, True

    def _taken_apart(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            if isinstance(block, Passage):
                yield from text_blocks(block.text.map(self.redact), self.language)
            else:
                yield block

    def _part(self, block: Block, room: int) -> str:
        """The beginning of a block for which there is no room as a whole."""
        match block:
            case PageList(items=items):
                kept = _first((self._item(item) for item in items), room)
                if not kept and (lines := _first(map(self._line, items[0]), room - 10)):
                    kept = [f"- {markdown_line('<br>'.join(lines))}"]
                return "\n".join(kept)
            case CodeBlock(lines=lines):
                kept = _first((self._plain(line) for line in lines), room - 40)  # without what a fence takes
                return markdown_block([*kept, "…"]) if kept else ""
            case Fold(blocks=blocks):
                empty = self._fold(block, "")
                parts, _ = self._fitting(blocks, room - _size(empty))
                return self._fold(block, "\n\n".join(parts)) if parts else ""
        return ""

    def _block(self, block: Block) -> str:
        match block:
            case PageHeading(text=text):
                return f"### {self._span(text)}"
            case Paragraph(lines=lines):
                return self._lines(lines)
            case PageList(items=items):
                return "\n".join(map(self._item, items))
            case CodeBlock(lines=lines):
                return markdown_block(map(self._plain, lines))
            case Passage():
                return "\n\n".join(map(self._block, self._taken_apart([block])))
            case Fold(blocks=blocks):
                return self._fold(block, "\n\n".join(filter(None, map(self._block, blocks))))

    def _fold(self, fold: Fold, content: str) -> str:
        start = "<details open>" if fold.is_open else "<details>"
        return f"{start}<summary>{markdown(self._safe(fold.title.text))}</summary>\n\n{content}\n\n</details>"

    def _item(self, lines: tuple[Line, ...]) -> str:
        return f"- {self._lines(lines)}"

    def _lines(self, lines: tuple[Line, ...]) -> str:
        return markdown_line("<br>".join(filter(None, map(self._line, lines))))

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
        redacted = self.redact(text)
        return shorten(neutralise(short(redacted) if brief else redacted), _LONGEST)

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
