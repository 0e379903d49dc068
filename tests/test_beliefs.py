"""docs/aws-beliefs.md names files and functions that exist, and says of each belief how sure it is."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cells import cells

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/aws-beliefs.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and "---" not in line
]
BELIEFS = [row for row in ROWS if row[0] != "belief"]


def test_the_page_has_its_beliefs() -> None:
    assert len(BELIEFS) > 50
    assert {len(row) for row in BELIEFS} == {4}


@cells(BELIEFS, named=lambda row: row[0][:50])
def test_each_belief_has_a_degree_and_a_place_that_exists(row: list[str]) -> None:
    assert re.match(r"[DRA]\b", row[1]), row[1]
    for named in re.findall(r"`([\w/.-]+\.(?:py|md))(?:: (\w+))?`", row[2]):
        path, name = named
        [file] = [folder / path for folder in (ROOT / "aces_action", ROOT) if (folder / path).is_file()]
        assert not name or re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")), named
