"""The site that is built of the pages: whole, without anything from elsewhere, and showing what GitHub shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from playwright.sync_api import Browser, expect

from aces_action.documentation.site import build, configuration, site_pages, turned
from aces_action.language import LANGUAGES, Language
from aces_action.origin import BLOB, TREE
from tests.documentation.markdown import ROOT
from tests.shared import made_once

PAGES = {language: site_pages(language) for language in LANGUAGES}
# What GitHub makes of the Markdown in docs/, and the site must, too
STRUCTURE = {
    "h1",
    "h2",
    "h3",
    "h4",
    "li",
    "ol",
    "ul",
    "pre",
    "table",
    "tr",
    "td",
    "th",
    "strong",
    "em",
    "code",
    "img",
    "blockquote",
}
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


@dataclass(kw_only=True)
class Structure:
    """What a page of HTML has: how often which element, where it leads, what it loads, where it can be led to."""

    elements: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self, *, all_is_content: bool) -> None:
        super().__init__()
        self.found, self._content = Structure(), all_is_content

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._content |= tag == "article"
        if self._content:
            self.found.elements[tag] += 1
        self.found.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.found.links.append(given["href"])
        if given.get("rel") not in {"canonical", "alternate"} and (address := given.get(LOADED.get(tag, ""))):
            self.found.loads.append(address)

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._content = False


def read(html: str, *, all_is_content: bool = False) -> Structure:
    reader = _Reader(all_is_content=all_is_content)
    reader.feed(html)
    return reader.found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once for all tests."""
    return made_once(tmp_path_factory, "docs-site", build) / "site"


@pytest.fixture(scope="module")
def built(site: Path) -> dict[Path, Structure]:
    return {page: read(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")}


@pytest.mark.long
def test_every_link_leads_to_a_page_and_a_place_in_it(site: Path, built: dict[Path, Structure]) -> None:
    lost = []
    for page, structure in built.items():
        if page.name == "404.html":  # is shown at any address, so its links begin with the site's own
            continue
        for link in [*structure.links, *structure.loads]:
            path, _, anchor = link.partition("#")
            if re.match(r"\w+:", link):
                continue
            target = (page.parent / path).resolve() if path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (anchor and target in built and unquote(anchor) not in built[target].anchors):
                lost.append(f"{page.relative_to(site)}: {link}")
    assert len(built) > 2 * 250
    assert lost == []


@pytest.mark.long
def test_no_page_loads_anything_from_elsewhere(site: Path, built: dict[Path, Structure]) -> None:
    assert {load for structure in built.values() for load in structure.loads if re.match(r"\w+:|//", load)} == set()
    styles = "".join(file.read_text(encoding="utf-8") for file in site.rglob("*.css"))
    assert re.findall(r"@import[^;]*|url\(['\"]?(?:https?:)?//[^)]*", styles) == []
    # with such an element the theme's script would load a program from a network of others
    assert [page for page in built if re.search(r'class="[^"]*mermaid', page.read_text(encoding="utf-8"))] == []


@pytest.mark.long
def test_a_page_is_on_the_site_as_it_is_on_github(site: Path, built: dict[Path, Structure]) -> None:
    different = {}
    for language in LANGUAGES:
        for page, name in PAGES[language].items():
            text, _ = turned((ROOT / page).read_text(encoding="utf-8"), page, PAGES)
            github = read(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE), all_is_content=True).elements
            there = built[site / language / re.sub(r"(README|index)?\.md$", "", name) / "index.html"].elements
            if found := {tag: (github[tag], there[tag]) for tag in STRUCTURE if github[tag] != there[tag]}:
                different[page] = found
    assert different == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_but_those_of_the_codes_is_in_the_navigation(language: Language) -> None:
    names = PAGES[language]
    listed = {page for section in configuration(language, names)["nav"] for pages in section.values() for page in pages}
    assert listed == {name for name in names.values() if not name.startswith("errors/")}


@pytest.mark.parametrize(
    ("page", "text", "expected"),
    [
        ("docs/weights.md", "[x](errors/w004.md)", "[x](errors/w004.md)"),
        ("docs/weights.md", "[x](errors.md#aces-w004)", "[x](errors.md#aces-w004)"),
        ("docs/weights.md", "[x](#rules)", "[x](#rules)"),
        ("docs/weights.md", "[x](https://example.com/a.md)", "[x](https://example.com/a.md)"),
        ("docs/weights.md", "[x](ja/weights.md#a)", "[x](../ja/weights/#a)"),
        ("docs/ja/weights.md", "[x](../weights.md)", "[x](../en/weights/)"),
        ("docs/ja/weights.md", "[x](../iam/README.ja.md)", "[x](iam/README.md)"),
        ("docs/iam/README.ja.md", "[x](README.md)", "[x](../../en/iam/)"),
        ("docs/iam/README.ja.md", "[x](../ja/errors.md)", "[x](../errors.md)"),
        ("docs/ja/errors/w004.md", "[x](../../errors/w004.md)", "[x](../../en/errors/w004/)"),
        ("docs/ja/index.md", "[x](../index.md)", "[x](../en/)"),
        ("docs/index.md", "[x](../README.md#use-it)", f"[x]({BLOB}/README.md#use-it)"),
        ("docs/validation.md", "[x](../schemas)", f"[x]({TREE}/schemas)"),
        ("docs/ja/weights.md", "`[x](nowhere.md)`", "`[x](nowhere.md)`"),
        ("docs/ja/weights.md", "```text\n[x](nowhere.md)\n```", "```text\n[x](nowhere.md)\n```"),
    ],
)
def test_a_link_is_turned_to_where_it_leads_from_the_site(page: str, text: str, expected: str) -> None:
    assert turned(text, page, PAGES) == (expected, set())


def test_a_picture_comes_along() -> None:
    assert turned("![x](../images/preview-list.png)", "docs/ja/index.md", PAGES) == (
        "![x](images/preview-list.png)",
        {"docs/images/preview-list.png"},
    )


def test_a_link_to_a_file_that_there_is_not_ends_the_build_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"docs/weights\.md: nowhere\.md leads nowhere"):
        turned("[x](nowhere.md)", "docs/weights.md", PAGES)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name of the base class
        """The tests' output has no place for a line per request."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.chromium
@pytest.mark.long
def test_a_reader_finds_a_code_by_japanese_words_and_reads_it_in_either_language(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_url("**/ja/")
    page.wait_for_load_state("networkidle")  # the theme's script listens for keys from then on
    page.keyboard.press("Control+k")
    page.keyboard.type("シンボリックリンク")
    page.get_by_role("option").filter(has_text="ACES-W004").first.click(timeout=60_000)
    page.wait_for_url("**/ja/errors/w004/**")
    page.locator(".md-select button").click()
    page.locator(".md-select").get_by_role("link", name="English").click()
    page.wait_for_url("**/en/errors/w004/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ACES-W004")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert [url for url in asked if not url.startswith(address)] == []
    context.close()


@pytest.mark.chromium
@pytest.mark.long
def test_no_page_is_wider_than_the_window(address: str, browser: Browser) -> None:
    page = browser.new_page()
    for name in ("en/", "ja/", "ja/errors/w004/", "ja/errors/", "ja/reference/infra/", "ja/validation/", "en/command-line/"):
        page.goto(f"{address}/{name}")
        for width in (1012, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    page.close()
