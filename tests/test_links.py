"""Every link of every page, and every page that the program names, is there: the file, and the heading in it.

Headings get the anchors that github.com gives them. Pages are read by cmark-gfm, GitHub's own parser, so code blocks,
tables and raw HTML are what they are on github.com.
"""

from __future__ import annotations

import ast
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options

from aces_action import __version__
from aces_action.language import LANGUAGES, Language
from aces_action.problems.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent
FOLDERS = (".github", "benchmarks", "docs", "examples", "sandbox")
OURS = "https://github.com/ORG/aces-action"
WORD = frozenset({"Nd", "Nl", "Pc"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# The hosts of others that pages may link to. They are listed, never called: a new one is added by whoever has looked at the page.
HOSTS = frozenset(
    {"aces.kibe.la", "docs.getmoto.org", "docs.github.com", "github.com", "jmespath.org", "keepachangelog.com", "semver.org"}
)


def slug(heading: str) -> str:
    """The anchor that github.com makes of the text of a heading.

    In small letters; letters, marks, digits, connectors (`_`) and hyphens stay, in every script; each blank becomes a hyphen, and
    all else goes. html-pipeline, toc_filter.rb: `PUNCTUATION_REGEXP`, which is what Ruby's `\\p{Word}` leaves out. Of numbers
    that are no digits only those that count as letters (Ⅷ, not ¼) are taken to stay (assumed).
    """
    kept = (
        char
        for char in heading.lower()
        if char in "- " or unicodedata.category(char)[0] in "LM" or unicodedata.category(char) in WORD
    )
    return "".join(kept).replace(" ", "-")


@dataclass(slots=True)
class Link:
    target: str
    text: str = ""


@dataclass(slots=True)
class Page:
    """What a page links to, and what in it can be linked to."""

    links: list[Link] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    missing_alt: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """A page, from cmark's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._heading: list[str] | None = None
        self._link: Link | None = None
        self._seen = Counter[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.page.anchors |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        if tag in HEADINGS:
            self._heading = []
        elif tag == "a" and "href" in attributes:
            self._link = Link(attributes["href"])
            self.page.links.append(self._link)
        elif tag in {"img", "source"}:
            self.page.links += [Link(attributes[name].split()[0]) for name in ("src", "srcset") if attributes.get(name)]
            if tag == "img" and not attributes.get("alt"):
                self.page.missing_alt.append(attributes.get("src", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in HEADINGS and self._heading is not None:
            anchor = slug("".join(self._heading))
            again = self._seen[anchor]
            self._seen[anchor] += 1
            self.page.anchors.add(f"{anchor}-{again}" if again else anchor)
            self._heading = None
        elif tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._heading is not None:
            self._heading.append(data)
        if self._link is not None:
            self._link.text += data


def read_page(markdown: str) -> Page:
    front_matter = re.match(r"---\n.*?\n---\n", markdown, re.DOTALL)  # GitHub shows it as a table
    reader = _Reader()
    reader.feed(github_flavored_markdown_to_html(markdown[front_matter.end() if front_matter else 0 :], Options.CMARK_OPT_UNSAFE))
    reader.close()
    return reader.page


@cache
def names_in(folder: Path) -> frozenset[str]:
    """As they are written: some disks take a name in small letters for one in capitals, GitHub does not."""
    there = folder == ROOT or (folder.name in names_in(folder.parent) and folder.is_dir())
    return frozenset(entry.name for entry in folder.iterdir()) if there else frozenset()


@cache
def page_at(path: Path) -> Page:
    return read_page(path.read_text(encoding="utf-8"))


def dead_reason(target: str, file: Path) -> str:
    """Why a link of the page in `file` leads nowhere; '' if it leads somewhere."""
    if ours := re.match(rf"{OURS}/(?:blob|tree|raw)/([^/#]+)/?", target):
        if ours[1] not in {f"v{__version__}", "main"}:
            return f"no version {ours[1]}"
        target, file = target[ours.end() :] or ".", ROOT / "README.md"
    address = urlsplit(target)
    if address.scheme or address.netloc:
        return "" if address.scheme == "https" and address.hostname in HOSTS else "host not listed"
    path, _, fragment = target.partition("#")
    found = Path(os.path.normpath(file.parent / unquote(path)))
    if not found.is_relative_to(ROOT):
        return "outside of the repository"
    if found != ROOT and found.name not in names_in(found.parent):
        return "no such file"
    if not fragment:
        return ""
    if found.suffix == ".md":
        return "" if unquote(fragment) in page_at(found).anchors else "no such heading"
    lines = re.fullmatch(r"L(\d+)(?:-L(\d+))?", fragment)
    last = len(found.read_text(encoding="utf-8").splitlines()) if lines and found.is_file() else 0
    return "" if lines and int(lines[2] or lines[1]) <= last else "no such line"


def dead_links(page: Page, file: Path) -> list[str]:
    elsewhere = [link.target for link in page.links if not link.target.startswith("#")]
    here = [link.target for link in page.links if link.target.startswith("#") and unquote(link.target[1:]) not in page.anchors]
    return [f"{link}: {reason}" for link in elsewhere if (reason := dead_reason(link, file))] + [
        f"{link}: no such heading" for link in here
    ]


PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/**/*.md")),
        *ROOT.glob("tests/**/README.md"),  # what else is there is what tests compare with
    ]
)


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        # as github.com shows them, on pages that many link to
        ("What's new", "whats-new"),  # actions/checkout, README.md
        ("Checkout V5", "checkout-v5"),
        ("Fetch only the root files", "fetch-only-the-root-files"),
        # the rules one by one
        ("aces-action validate [PATH]", "aces-action-validate-path"),
        ("aces-action status|rollback|stop|start|destroy [PATH]", "aces-action-statusrollbackstopstartdestroy-path"),
        ("validate.py: how long a person or a hook waits", "validatepy-how-long-a-person-or-a-hook-waits"),
        ("snake_case — and a dash – or two", "snake_case--and-a-dash--or-two"),
        ("pack DIR… [-o FILE] [--links follow|refuse]", "pack-dir--o-file---links-followrefuse"),
        ("戻す・状態・削除", "戻す状態削除"),
        ("戻す、停止する、再開する", "戻す停止する再開する"),
        ("エラー（コード別）", "エラーコード別"),
        ("が", "が"),  # in two parts, letter and mark, as macOS writes names
        ("¼ of Ⅷ", "-of-ⅷ"),
    ],
)
def test_a_heading_has_the_anchor_that_github_gives_it(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_the_second_heading_of_the_same_words_gets_a_number() -> None:
    page = read_page("# Weights\n\n## `Weights`\n\n## *Weights*\n\n<h2>By hand</h2>\n\n```md\n# Not a heading\n```\n")
    assert page.anchors == {"weights", "weights-1", "weights-2", "by-hand"}


@pytest.mark.parametrize(
    ("markdown", "reason"),
    [
        ("[a](docs/nothing.md)", "no such file"),
        ("[a](Docs/weights.md)", "no such file"),
        ("[a](docs/Weights.md)", "no such file"),
        ("[a](LICENSE/weights.md)", "no such file"),
        ("[a](../elsewhere/README.md)", "outside of the repository"),
        ("[a](docs/weights.md#nothing)", "no such heading"),
        ("[a](#nothing)", "no such heading"),
        ("[a](docs/command-line.md#aces-action-status…)", "no such heading"),
        ("[a][b]\n\n[b]: docs/nothing.md", "no such file"),
        ("![a](docs/images/nothing.png)", "no such file"),
        ('<img alt="a" src="docs/images/nothing.png">', "no such file"),
        ('<picture><source srcset="docs/images/nothing.png 2x"></picture>', "no such file"),
        ('<a href="docs/nothing.md">a</a>', "no such file"),
        ("| a |\n| --- |\n| [a](docs/nothing.md) |", "no such file"),
        ("[a](LICENSE#L9999)", "no such line"),
        ("[a](LICENSE#section)", "no such line"),
        (f"{OURS}/blob/v{__version__}/docs/nothing.md", "no such file"),
        (f"{OURS}/blob/v{__version__}/docs/weights.md#nothing", "no such heading"),
        (f"{OURS}/blob/v0.0.0/docs/weights.md", "no version v0.0.0"),
        ("[a](https://docs.githb.com/actions)", "host not listed"),
        ("[a](http://github.com/actions/runner)", "host not listed"),
        ("www.example.com", "host not listed"),
    ],
)
def test_a_link_that_leads_nowhere_is_found_with_the_reason(markdown: str, reason: str) -> None:
    (dead,) = dead_links(read_page(markdown), ROOT / "README.md")
    assert dead.endswith(f": {reason}")


@pytest.mark.parametrize(
    "markdown",
    [
        "[a](docs/weights.md#what-is-checked)",
        "[a](docs/ja/weights.md#%E6%A4%9C%E6%9F%BB%E3%81%99%E3%82%8B%E5%86%85%E5%AE%B9)",
        "[a](docs/ja/weights.md#検査する内容)",
        "[a](docs/iam)",
        "[a](LICENSE#L1-L3)",
        "[a](#here)\n\n<a id='here'></a>",
        "`[a](docs/nothing.md)` and\n\n```md\n[a](docs/nothing.md)\n```",
        "---\ntitle: of a page\n---\n\n# Here\n\n[a](#here)",
        f"{OURS}/blob/v{__version__}/docs/weights.md#releases",
        f"{OURS}/issues, {OURS}/tree/main and {OURS}",
        "[a](https://docs.github.com/actions)",
    ],
)
def test_a_link_that_leads_somewhere_is_left_alone(markdown: str) -> None:
    assert dead_links(read_page(markdown), ROOT / "README.md") == []


def test_every_link_of_every_page_leads_somewhere() -> None:
    dead = {path: dead_links(page_at(path), path) for path in PAGES}
    assert {str(path.relative_to(ROOT)): links for path, links in dead.items() if links} == {}


def test_no_link_swallows_the_japanese_behind_it() -> None:
    """GitHub links a bare address up to the next blank, and Japanese has none."""
    links = [(path, link.text) for path in PAGES for link in page_at(path).links if re.match(r"https?:|www\.", link.text)]
    assert [f"{path.relative_to(ROOT)}: {text}" for path, text in links if not text.isascii()] == []


def test_every_picture_says_in_words_what_it_shows() -> None:
    assert {str(path.relative_to(ROOT)): missing for path in PAGES if (missing := page_at(path).missing_alt)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_of_every_code_leads_to_its_page(language: Language) -> None:
    addresses = {code: kind.help_url(language) for code, kind in CATALOGUE.items()}
    assert {code: address for code, address in addresses.items() if not address.startswith(f"{OURS}/blob/")} == {}
    assert {code: reason for code, address in addresses.items() if (reason := dead_reason(address, ROOT / "README.md"))} == {}


def named_in(source: str) -> set[str]:
    """The pages under docs/ and the addresses in our repository that the texts of a module name."""
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return {
        name
        for text in texts
        for name in re.findall(rf"(?:{OURS}/blob/|(?<![\w/.-])docs/)[\w./#-]*[\w]", text, re.ASCII)
        if not name.startswith(OURS) or name.count("/") > OURS.count("/") + 2  # else a version follows, put in at run time
    }


def test_the_texts_of_a_module_name_pages_with_and_without_japanese_around_them() -> None:
    source = (
        '''a = "see docs/iam. Or docs/weights.md, and docs/iamとdocs/infraにあります。"; b = f"{x}docs/a.md"; c = "x/docs/b.md"'''
    )
    assert named_in(source) == {"docs/iam", "docs/weights.md", "docs/infra", "docs/a.md"}


def test_every_page_that_the_program_names_is_there() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("aces_action/**/*.py")}
    named = {name: path for path, source in sources.items() if "docs/" in source or OURS in source for name in named_in(source)}
    assert len(named) > 5
    assert [f"{path}: {name}" for name, path in named.items() if dead_reason(name, ROOT / "README.md")] == []
