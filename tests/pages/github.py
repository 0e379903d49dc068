"""Markdown as GitHub shows it: GitHub's own fork of cmark, what its sanitiser leaves, and its stylesheet.

The stylesheet is github-markdown-css of npm, which is taken from GitHub's pages; `make node_modules` puts it in place.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import cmarkgfm
from cmarkgfm.cmark import Options

from aces_action.language import Language

ROOT: Final = Path(__file__).parents[2]
STYLESHEET: Final = ROOT / "node_modules/github-markdown-css/github-markdown.css"

# What GitHub's pipeline leaves of HTML (gjtorikian/html-pipeline, lib/html_pipeline/sanitization_filter.rb, DEFAULT_CONFIG).
# That GitHub's own list is the same is assumed; of `class` and `style` it takes nothing from us, and it renames each `id`.
_ELEMENTS = frozenset(
    re.findall(
        r"\S+",
        "h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p ol ul li table thead tbody tfoot tr td th "
        "blockquote dl dt dd kbd q samp var hr ruby rt rp s strike summary details caption figure figcaption abbr bdo cite dfn "
        "mark small span time wbr",
    )
)
_ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "abbr align alt aria-describedby aria-hidden aria-label aria-labelledby border cellpadding cellspacing char charoff cite "
        "clear color colspan datetime dir headers height hreflang hspace href lang longdesc nowrap open rowspan rules scope "
        "span src start summary tabindex title valign value width",
    )
)
_WITHOUT_CONTENT = frozenset({"script", "style", "iframe", "textarea", "title", "noembed", "noframes", "xmp", "plaintext"})
_EMPTY = frozenset({"br", "hr", "img", "wbr"})
_PROTOCOLS = ("https:", "http:", "mailto:")
# A list of tasks; the sanitiser runs before GitHub makes boxes of them
_TASK = 'type="checkbox"'


def to_html(markdown: str) -> str:
    """The article's HTML. Raw HTML is let through the parser, but for GFM's forbidden tags, since the sanitiser comes after."""
    return sanitised(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES))


def sanitised(text: str) -> str:
    """What is left of HTML: the elements and attributes above; of others their content stays, if it is no program or style."""
    sanitiser = _Sanitiser()
    sanitiser.feed(text)
    sanitiser.close()
    return "".join(sanitiser.kept)


class _Sanitiser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []
        self._dropped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITHOUT_CONTENT:
            self._dropped += 1
        elif tag == "input" and ("type", "checkbox") in attrs:
            checked = " checked" if ("checked", "") in attrs else ""
            self.kept.append(f"<input {_TASK} disabled{checked}>")
        elif tag in _ELEMENTS and not self._dropped:
            # GitHub's highlighter reads the language of a code block here; as a language of people it would be wrong
            asked = [each for each in attrs if (tag, each[0]) != ("pre", "lang")]
            kept = "".join(_attribute(name, value) for name, value in asked if _is_allowed(name, value))
            self.kept.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _WITHOUT_CONTENT:
            self._dropped = max(0, self._dropped - 1)
        elif tag in _ELEMENTS - _EMPTY and not self._dropped:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.kept.append(html.escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(html.unescape(f"&#{name};"))


def _attribute(name: str, value: str | None) -> str:
    return f" {name}" if value is None else f' {name}="{html.escape(value)}"'


def _is_allowed(name: str, value: str | None) -> bool:
    if name not in _ATTRIBUTES:
        return False
    if name not in {"href", "src", "cite", "longdesc"}:
        return True
    scheme, colon, _ = (value or "").partition(":")
    return not colon or "/" in scheme or "#" in scheme or "?" in scheme or f"{scheme.strip().lower()}:" in _PROTOCOLS


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Around the article: its width in CSS pixels, which is the window's, and the room between its edge and the text."""

    width: int
    padding: int


WIDE = Frame(width=1012, padding=24)
"""The page of a run: GitHub's widest column of text."""
NARROW = Frame(width=390, padding=16)
"""A telephone."""


def document(article: str, frame: Frame, language: Language, *, title: str = "Summary", more_style: str = "") -> str:
    """A page of its own with the article on it. GitHub's pages are English, whatever stands in them (`lang="en"`)."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{html.escape(title)}</title>
<style>
{STYLESHEET.read_text(encoding="utf-8")}
body {{ margin: 0; background: #fff; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0d1117; }} }}
.markdown-body {{ box-sizing: border-box; width: {frame.width}px; max-width: 100%; padding: {frame.padding}px; }}
{more_style}
</style>
</head>
<body><main><article class="markdown-body" data-language="{language}">
{article}
</article></main></body>
</html>
"""
