"""docs/validation.md, the list of all rules: every code is in it, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache

from aces_action.problems.catalogue import CATALOGUE
from tests.cells import cells
from tests.project.conftest import EXAMPLES

ROOT = EXAMPLES.parent
PAGE = (ROOT / "docs/validation.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| rule", "| property"))
]


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@cells(ROWS, named=lambda row: row[0][:40])
def test_every_rule_names_a_test_that_exists(row: list[str]) -> None:
    match = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[-1])
    assert match, row[-1]
    assert match[2] in _tests(match[1])


def _code(row: list[str]) -> str:
    match = re.fullmatch(r"\[(\w+)\]\(errors/(\w+)\.md\)", row[1])
    assert match and match[2] == match[1].lower(), row[1]
    return match[1]


OF_FILES = {"B003", "B004", "T001", "T002", "T003", "T004", "T005"}  # the others of these areas are of what AWS answers


def test_every_code_of_files_and_settings_is_in_the_table_and_no_other() -> None:
    codes = {_code(row) for row in ROWS if len(row) == 4}
    assert codes == {code for code in CATALOGUE if code[0] in "CS" or code in OF_FILES}


@cells([row for row in ROWS if len(row) == 4], named=lambda row: row[0][:40])
def test_what_is_a_warning_is_set_in_italics(row: list[str]) -> None:
    assert row[0].startswith("*") == (CATALOGUE[_code(row)].severity == "warning")
