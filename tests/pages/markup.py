"""What GitHub would make of a page beside what its writer meant: tags, links, mentions, references, emoji, formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

# Of our own pages: no more than these, and no attribute but that of what cmark makes itself
_TAGS = frozenset(["h2", "h3", "p", "ul", "li", "pre", "code", "strong", "span", "details", "summary", "br", "a", "em"])
_ATTRIBUTES = frozenset({("pre", "lang"), ("a", "href"), ("details", "open")})
_LITERAL = frozenset({"pre", "code"})
# GitHub looks for these in text, not in code, preformatted text or links (GitHub Docs: Autolinked references and URLs, Mentioning
# people and teams, Using emojis, Writing mathematical expressions); wider than GitHub's own rules, which are not published
_FOUND = {
    "mention": re.compile(r"@\w"),
    "issue": re.compile(r"#\d|\bGH-\d", re.IGNORECASE),
    "commit": re.compile(r"(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])", re.IGNORECASE),
    "emoji": re.compile(r":[\w+-]+:"),
    "formula": re.compile(r"[^$]\$|\$[^$]"),
}


def objections(markdown: str, *own: str) -> list[str]:
    """What stands on the page that must not; `own`: how the addresses begin to which it may link."""
    reader = _Reader(own)
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES))
    reader.close()
    return [*reader.found, *(f"not closed: {tag}" for tag in reader.open if tag != "br")]


class _Reader(HTMLParser):
    """Text on either side of a comment or a tag stays apart, as in the tree that GitHub's filters walk through."""

    def __init__(self, own: tuple[str, ...]) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self._own = own

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += self._objections(tag, attrs)
        if tag != "br":
            self.open.append(tag)

    def _objections(self, tag: str, attrs: list[tuple[str, str | None]]) -> Iterator[str]:
        if tag not in _TAGS:
            yield f"tag: {tag}"
        yield from (f"attribute: {tag} {name}" for name, _ in attrs if (tag, name) not in _ATTRIBUTES and name != "lang")
        href = dict(attrs).get("href") or ""
        if tag == "a" and not href.startswith(self._own):
            yield f"link: {href}"
        if tag in {"details", "ul", "h2", "h3"} and {"p", "h2", "h3", "code", "strong"} & set(self.open):
            yield f"{tag} in {self.open}"

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.found.append(f"closed: {tag}")

    def handle_data(self, data: str) -> None:
        if not (_LITERAL | {"a"}) & set(self.open):
            self.found += [f"{what}: {found[0]}" for what, pattern in _FOUND.items() if (found := pattern.search(data))]
