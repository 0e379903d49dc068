"""What a page is made of, whatever it is written in. Nothing in a text is markup; `markdown` alone escapes.

A line is made of spans, a block of lines. There are no tables: at 390 pixels a list is still one, and no cell gets narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Text. `ours`: a sentence of this program's, in which `…` is code. `brief`: long identifiers in it are shortened."""

    text: str
    ours: bool = False
    brief: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A name or a value, as it is; `brief` as in `Words`."""

    text: str
    brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A way to `url`, which is no link unless it is plain https."""

    label: Words | Code
    url: str


Span = Words | Code | PageLink
Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHeading:
    text: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text of several lines, sentences and commands together. It is taken apart when secrets are gone: one may have lines."""

    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PageList:
    """Each item is a few lines."""

    items: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeBlock:
    """Lines as they are: a command to paste, or what a server wrote."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What is shown when its title is clicked."""

    title: Words
    blocks: tuple[Block, ...]
    is_open: bool = False


Block = PageHeading | Paragraph | Passage | PageList | CodeBlock | Fold


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPage:
    """A page in the order in which a tired person reads it. `headline`: what happened; `place`: project, environment, commit.

    Each section is a few blocks: `advice` (what is wrong and what to do), `extent` (what a run that did not come to its end has
    changed), `changes`, `findings` (what a command was asked for), `answers` (of the smoke test), `links`, `details`.
    """

    headline: Line
    place: Line
    advice: tuple[Block, ...] = ()
    extent: tuple[Block, ...] = ()
    changes: tuple[Block, ...] = ()
    findings: tuple[Block, ...] = ()
    answers: tuple[Block, ...] = ()
    links: tuple[Block, ...] = ()
    details: tuple[Block, ...] = ()

    @property
    def sections(self) -> tuple[tuple[Block, ...], ...]:
        return (self.advice, self.extent, self.changes, self.findings, self.answers, self.links, self.details)
