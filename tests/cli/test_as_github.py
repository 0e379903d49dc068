"""What GitHub's runner reads."""

from __future__ import annotations

from aces_action.cli.formats.github import as_github
from aces_action.problems.catalogue import CATALOGUE
from tests.cli.samples import HELP, PLAN, TITLE, at, findings


def test_problems_are_the_annotations_of_the_action_errors_first() -> None:
    register = "server/algorithms/register.json"
    title = (
        f"::error file={register},line=2,endLine=2,col=11,endColumn=17,title=Text too long"
        f"::ACES-C005 title is too long.%0A  {register}:2:11%0A  Shorten it."
        f"%0A  A Japanese character takes 3 bytes.%0A  {HELP}/c005.md"
    )
    plan = (
        f"::warning file={register},line=3,endLine=3,col=16,endColumn=17,title={CATALOGUE['C013'].title.en}"
        f"::ACES-C013 plan_id is 2.%0A  {register}:3:16%0A  {HELP}/c013.md"
    )
    assert as_github(findings(PLAN, TITLE), "en").splitlines() == [title, plan, "1 error, 1 warning"]


def test_what_github_would_drop_is_written_as_plain_lines() -> None:
    lines = as_github(findings(*(at(number) for number in range(1, 13))), "en").splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert [line for line in lines if line.startswith("✗ ")] == ["✗ ACES-C004 Wrong."] * 2


def test_without_problems_there_is_no_annotation() -> None:
    assert as_github(findings(), "en") == "No problems\n"
