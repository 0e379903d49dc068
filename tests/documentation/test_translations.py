"""Every page for users is there in both languages, and both say the same as far as a program can tell."""

from __future__ import annotations

import re

from aces_action.documentation.site import site_pages
from tests.cells import cells
from tests.documentation.markdown import ROOT, blocks_of

# For who changes the action: in English, as the code is
FOR_DEVELOPERS = {"architecture.md", "aws-beliefs.md", "dependencies.md", "releasing.md", "repository-settings.md"}
ENGLISH = {name: path for path, name in site_pages("en").items()}
JAPANESE = {name: path for path, name in site_pages("ja").items()}
PAIRS = [(ENGLISH[name], JAPANESE[name]) for name in ENGLISH if name in JAPANESE]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def levels(page: str) -> list[str]:
    """The headings of a page, without those that code only looks like."""
    return re.findall(r"^(#+) ", re.sub(r"^ *```.*?^ *```$", "", page, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)


def rows(page: str) -> int:
    return len(re.findall(r"^ *\|", page, re.MULTILINE))


def codes(page: str) -> set[str]:
    return set(re.findall(r"\b[SCAIMPWEBTRDXF]\d{3}\b", page, re.ASCII))


def test_every_page_for_users_is_there_in_both_languages() -> None:
    assert ENGLISH.keys() - JAPANESE.keys() == FOR_DEVELOPERS
    assert JAPANESE.keys() - ENGLISH.keys() == set()


@cells(PAIRS, named=" ".join)
def test_a_page_and_its_counterpart_have_the_same_headings_tables_blocks_and_codes(pair: tuple[str, str]) -> None:
    one, other = map(read, pair)
    assert levels(one) == levels(other)
    assert codes(one) == codes(other)
    assert rows(one) == rows(other)
    assert [block.language for block in blocks_of(one)] == [block.language for block in blocks_of(other)]


@cells(PAIRS, named=" ".join)
def test_a_page_and_its_counterpart_lead_to_each_other(pair: tuple[str, str]) -> None:
    for page, other in (pair, pair[::-1]):
        targets = {((ROOT / page).parent / link).resolve() for link in re.findall(r"\]\(([^)#]+)\)", read(page))}
        assert (ROOT / other) in targets
