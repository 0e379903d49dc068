"""docs/sagemaker.md has the table of test_statuses.py, and every cause of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aces_action.problems.catalogue import CATALOGUE
from aces_action.problems.causes import KINDS as CAUSES
from tests.commands.test_statuses import COMMANDS, TABLE

ROOT = Path(__file__).parents[2]


def outcome(cell: str) -> str:
    """What serves in the end by a cell's words, or the code of the error; 'nothing' where there is no endpoint."""
    named: list[str] = re.findall(r"E\d{3}|\b[ABC]\b", cell, re.ASCII)
    return named[-1] if named else "nothing"


@pytest.mark.parametrize("page", ["docs/sagemaker.md", "docs/ja/sagemaker.md"])
def test_the_page_says_of_each_command_and_status_what_the_tests_hold_it_to(page: str) -> None:
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    [head] = [number for number, line in enumerate(lines) if "| `deploy` | `rollback` | `stop` | `start` |" in line]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[head + 2 : head + 2 + len(TABLE)]]
    names = {"なし": "not there"}
    told = {names.get(status, status): [outcome(cell) for cell in cells] for status, *cells in rows}
    assert told == {status: [cell.split()[0] for cell in cells[: len(COMMANDS)]] for status, cells in TABLE.items()}


@pytest.mark.parametrize("page", ["docs/sagemaker.md", "docs/ja/sagemaker.md"])
def test_the_page_has_every_known_cause_and_only_codes_that_there_are(page: str) -> None:
    named = set(re.findall(r"(?<![\w-])(?:ACES-)?([EPT]\d{3})(?!\d)", (ROOT / page).read_text(encoding="utf-8"), re.ASCII))
    assert {kind.code.removeprefix("ACES-") for kind in CAUSES} <= named <= set(CATALOGUE)
