"""The pictures in docs/images: made by `make pictures` or by tests/preview, as the pages are today, and shown somewhere."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

import pytest

from aces_action.language import LANGUAGES, Language
from tests.pages.failures import configuration
from tests.pages.github import ROOT
from tests.pages.pictures import FOLDER, article_of, mark_of, names, note_in, png, pull_request_name
from tests.pages.pull_request import annotation_of, pull_request

OF_PREVIEW = {"preview-detail-dark.png", "preview-list.png"}
LARGEST = 150_000  # bytes: who clones the repository fetches all of them


def made() -> Iterator[tuple[str, str]]:
    """Each picture and its article."""
    for name, ending, language, _ in names():
        yield name, article_of(ending, language)
    for language in LANGUAGES:
        yield pull_request_name(language), pull_request(language)


def test_every_picture_is_made_by_a_program_and_small() -> None:
    found = {file.name: file.stat().st_size for file in FOLDER.iterdir()}
    assert found.keys() == {name for name, _ in made()} | OF_PREVIEW
    assert {name: size for name, size in found.items() if size > LARGEST} == {}


def test_every_picture_shows_what_the_program_writes_today() -> None:
    stale = [name for name, article in made() if note_in((FOLDER / name).read_bytes()) != mark_of(article)]
    assert stale == [], "make pictures"


def test_every_picture_is_shown_on_a_page_and_every_one_that_a_page_shows_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    shown = {name for page in pages for name in re.findall(r"images/([\w.-]+\.png)", page.read_text(encoding="utf-8"))}
    there = {file.name for file in FOLDER.iterdir()}
    assert there - shown == set()
    assert {name for name in shown - there if name.startswith(("summary-", "pull-request-", "preview-"))} == set()


def test_a_changed_text_makes_a_picture_stale_and_a_new_version_or_address_does_not() -> None:
    page = '<p><a href="https://x.example/v0.1.0/a">a</a> v0.1.0</p>'
    assert mark_of(page) == mark_of('<p><a href="https://x.example/v0.2.0/b">a</a> v0.2.0</p>')
    assert mark_of(page) != mark_of(page.replace(">a<", ">b<"))
    assert mark_of(page) != mark_of(page.replace("p>", "td>"))


def test_a_picture_has_its_pixels_and_says_what_it_was_made_of() -> None:
    note = "0f" * 32
    written = png(bytes([0, 1, 1, 0]), bytes([255, 255, 255, 0, 0, 0]), width=2, note=note)
    assert struct.unpack(">8x8xIIBB", written[:26]) == (2, 2, 8, 3)
    content = re.search(rb"IDAT(.*)....\0\0\0\0IEND", written, re.DOTALL)
    assert content
    assert zlib.decompress(content[1]) == b"\0\0\1\0\1\0"
    assert note_in(written) == note
    assert note_in(b"\x89PNG") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_annotation_in_the_picture_is_that_of_the_log(language: Language) -> None:
    for problem in configuration():
        read = annotation_of(problem, language)
        assert (read.file, read.line) == (problem.file, problem.line)
        assert problem.message.in_(language) in read.message
        assert read.message.startswith(f"{problem.code} ")
