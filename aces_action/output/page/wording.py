"""Texts in the language of a page, as spans and blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aces_action.language import Language, Text
from aces_action.output.page.blocks import Block, Code, CodeBlock, Line, PageLink, PageList, Paragraph, Span, Words

_ITEM = "- "
# AWS's consoles, by partition (botocore: endpoints.json, dnsSuffix; the console's own hosts are assumed)
_CONSOLE = re.compile(
    r"https://(?:[a-z0-9-]+\.)?console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/[\w./?=#&%:-]*"
)


def words(text: Text | str, language: Language, *, brief: bool = False, strong: bool = False) -> Words:
    """A text that is the same in both languages is a quotation, and nothing in it is ours."""
    if isinstance(text, str):
        return Words(text=text, brief=brief, strong=strong)
    return Words(text=text.in_(language), ours=text.en != text.ja, brief=brief, strong=strong)


def dotted(spans: Iterable[Span]) -> Line:
    """The spans with a dot between them."""
    line: list[Span] = []
    for span in spans:
        line += [Words(text=" · "), span] if line else [span]
    return tuple(line)


def paragraph(*lines: Line) -> Paragraph:
    return Paragraph(lines=lines)


def text_blocks(text: Text, language: Language) -> list[Block]:
    """A text of several lines: sentences as sentences, lines with a dash as a list, and commands and files alone as code.

    A line that is the same in both languages needs no translation: it is a command to paste, YAML, or somebody's own words.
    """
    other = set(text.in_("en" if language == "ja" else "ja").splitlines())
    blocks: list[Block] = []
    for line in text.in_(language).splitlines():
        if not line.strip():
            continue
        last = blocks[-1] if blocks else None
        if _CONSOLE.fullmatch(line):
            blocks.append(paragraph((PageLink(label=Words(text=line.partition("?")[0].removeprefix("https://")), url=line),)))
        elif line in other or line.startswith("  "):
            if isinstance(last, CodeBlock):
                blocks[-1] = CodeBlock(lines=(*last.lines, line))
            else:
                blocks.append(CodeBlock(lines=(line,)))
        elif line.startswith(_ITEM):
            item = ((Words(text=line.removeprefix(_ITEM), ours=True),),)
            if isinstance(last, PageList):
                blocks[-1] = PageList(items=(*last.items, item))
            else:
                blocks.append(PageList(items=(item,)))
        else:
            blocks.append(paragraph((Words(text=line, ours=True),)))
    return blocks


def code_or_words(text: str) -> Span:
    """A value as code, a dash where there is none."""
    return Code(text=text) if text else Words(text="–")
