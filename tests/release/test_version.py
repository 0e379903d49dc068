"""Versions, the changelog's sections, and what a pull request changes before a release."""

from __future__ import annotations

import re
from datetime import date

import pytest

from release.changelog import section, unreleased, with_section
from release.preparation import prepared
from release.repository import Repository
from release.version import VERSION_FILE, Version, declared_version, moves_major, parse_version, released_versions
from tests.conftest import ROOT
from tests.release.trees import CHANGELOG, INIT, OPEN, ORIGIN, README, TREE

DAY = date(2026, 12, 24)


@pytest.mark.parametrize("text", ["", "1", "1.2", "v1.2.3", "1.2.3-rc.1", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3\n", "１.2.3"])
def test_what_is_no_plain_version_is_refused(text: str) -> None:
    assert parse_version(text) is None


def test_a_version_knows_its_tags() -> None:
    version = Version(1, 20, 3)
    assert (parse_version("1.20.3"), version.tag, version.moving_tag) == (version, "v1.20.3", "v1")


def test_versions_are_in_the_order_of_their_numbers_and_other_tags_are_none() -> None:
    tags = ["v1.10.0", "v1", "v1.9.9", "nightly", "1.2.3", "v2.0.0-rc.1", "v0.1.0"]
    assert released_versions(tags) == [Version(0, 1, 0), Version(1, 9, 9), Version(1, 10, 0)]


@pytest.mark.parametrize(
    ("tags", "moves"),
    [
        ([], True),
        (["v1.1.9", "v1", "v2.0.0"], True),
        (["v1.2.0"], True),  # made again by a second attempt
        (["v1.2.1"], False),
        (["v1.10.0"], False),
    ],
)
def test_the_tag_of_the_major_version_never_goes_back(tags: list[str], moves: bool) -> None:
    assert moves_major(Version(1, 2, 0), tags) is moves


@pytest.mark.parametrize(
    "text",
    [
        "## [0.2.0]\n\n- All.\n",
        "## 0.2.0 - 2026-12-01\n",
        "## [0.2.0] - soon\n",
        "## [10.2.0] - 2026-12-01\n",
        "## [0.2.01] - 2026-12-01\n",
    ],
)
def test_a_section_without_its_version_or_date_is_none(text: str) -> None:
    assert section(text, Version(0, 2, 0)) is None


def test_a_section_ends_where_the_next_begins() -> None:
    assert section(CHANGELOG, Version(0, 2, 0)) == "### Added\n\n- All."
    assert section(CHANGELOG, Version(0, 1, 0)) == "- First."


def test_all_that_is_unreleased_becomes_the_versions() -> None:
    text = CHANGELOG.replace("[Unreleased]\n", "[Unreleased]\n\n- More.\n", 1)
    made = with_section(text, Version(0, 3, 0), DAY)
    assert (unreleased(text), unreleased(made)) == ("- More.", "")
    assert section(made, Version(0, 3, 0)) == "- More."
    assert section(made, Version(0, 2, 0)) == "### Added\n\n- All."
    assert with_section(made, Version(0, 3, 0), DAY) == made


def test_the_version_is_changed_wherever_it_stands() -> None:
    page = (
        f"[Version 0.2.0](CHANGELOG.md), a tag, `@v0.2.0`, `uses: x # v0.2.0`\n"
        f"[バージョン0.2.0の](x){OPEN}@v0.2.0の\n    rev: v0.2.0\n"
        f"    uses: {OPEN}/.github/workflows/fleet.yml@v0.2.0\n"
    )
    tree = TREE | {"docs/page.md": page, "x.json": f"https://raw.githubusercontent.com/{OPEN}/v0.2.0/schemas/x.json"}
    changed = prepared(tree, Version(0, 3, 0), DAY)
    assert changed == {
        "CHANGELOG.md": CHANGELOG.replace("[Unreleased]\n", "[Unreleased]\n\n## [0.3.0] - 2026-12-24\n"),
        "README.md": README.replace("0.2.0", "0.3.0"),
        "aces_action/__init__.py": INIT.replace("0.2.0", "0.3.0"),
        "docs/page.md": page.replace("0.2.0", "0.3.0"),
        "x.json": tree["x.json"].replace("0.2.0", "0.3.0"),
    }
    assert declared_version(changed["aces_action/__init__.py"]) == "0.3.0"
    assert prepared(tree | changed, Version(0, 3, 0), DAY) == {}


def test_nothing_of_this_repository_names_the_version_before_once_it_is_prepared() -> None:
    tree = Repository(ROOT).texts("HEAD")
    now = parse_version(declared_version(tree[VERSION_FILE]))
    assert now is not None
    named = re.compile(rf"{OPEN}\S*{re.escape(now.tag)}\b")
    assert len([path for path, text in tree.items() if named.search(text)]) > 20
    changed = tree | prepared(tree, Version(now.major, now.minor + 1, 0), DAY)
    left = {path for path, text in changed.items() if named.search(text)}
    assert {path for path in left if not path.startswith(("CHANGELOG.md", "tests/"))} == set()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements/dev.txt", "x==0.2.0 # v0.2.0"),
        (".github/workflows/ci.yml", "- uses: actions/other@0123 # v0.2.0"),
        ("a.py", "- uses: someone/aces-action@v0.2.0"),
        ("a.md", f"{OPEN}@v0.2.0.1, {OPEN}@v10.2.0, {OPEN}@v0.2.01"),
        ("aces_action/origin.py", ORIGIN),
    ],
)
def test_other_versions_stay(path: str, text: str) -> None:
    assert path not in prepared(TREE | {path: text}, Version(0, 3, 0), DAY)
