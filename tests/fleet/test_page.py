"""The page of a fleet: whole for as many deployments as GitHub makes jobs of, whatever stands in their outcomes."""

from __future__ import annotations

import re

import pytest

from aces_action.fleet.combine import combine
from aces_action.fleet.jobs import Job
from aces_action.github.files import SUMMARY_LIMIT
from aces_action.language import LANGUAGES, Language
from aces_action.output.fleet import BAD, Ended, OutcomeChange, RunOutcome, read_outcome, state_of
from aces_action.output.report import Report
from aces_action.output.summary import fleet_output, summary
from aces_action.problems.fleet import MOST
from tests.fleet.results import entry, written

HOSTILE = "<script>alert(1)</script> @everyone #1 [x](https://evil.example.com) ``` | ::error::x 削除 " * 9
ROW = OutcomeChange(verb=HOSTILE, resource=HOSTILE, name=HOSTILE, reasons=(HOSTILE,) * 3)
WORST = {
    "failed": RunOutcome(result="failed", failure_code="ACES-A003", failure=HOSTILE),
    "missing": None,
    "by-hand": RunOutcome(result="planned", has_changes=True, by_hand=True, changes=(ROW,) * 5, more=9999),
    "ahead": RunOutcome(result="planned", has_changes=True, changes=(ROW,) * 5, more=9999),
    "changed": RunOutcome(result="deployed", has_changes=True, changes=(ROW,) * 5),
    "unchanged": RunOutcome(result="unchanged", failure=HOSTILE),
}

CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


def fleet_of(outcome: RunOutcome | None) -> Report:
    """As many of them as there can be, with the longest names, each with its job."""
    entries = [entry(f"project-{number:032}", "production") for number in range(MOST)]
    read = read_outcome(written(outcome).encode(), [outcome.result]) if outcome else None
    assert (read is None) == (outcome is None)
    url = "https://github.com/organization-with-a-name-of-39-characters/repository/actions/runs/12345678901/job/"
    ended: Ended = "lost" if read and state_of(read) not in BAD else "failed"  # a job that went well
    jobs = [Job(name=f"a / b / {each.name}", url=f"{url}{number:011}", ended=ended) for number, each in enumerate(entries)]
    return Report(result="combined", title="fleet", fleet=combine(entries, dict.fromkeys(entries, read) if read else {}, jobs))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", WORST)
def test_no_entry_is_left_out_of_the_summary(state: str, language: Language) -> None:
    report = fleet_of(WORST[state])
    assert {each.state for each in report.fleet} == {state}
    page = summary(report, language, str)
    assert len(page.encode()) < SUMMARY_LIMIT // 2
    shown = re.findall(r"\[project-\d{32} production\]\(https://github\.com/", page.replace("<!-- -->", ""))
    assert len(set(shown)) == len(shown) == MOST
    assert "Cut here" not in page
    assert "サイズの上限" not in page


@pytest.mark.parametrize("state", WORST)
def test_a_text_from_an_outcome_is_neither_markup_nor_a_mention_nor_a_link(state: str) -> None:
    written = summary(fleet_of(WORST[state]), "en", str)
    page = "\n".join(CODE.sub("", line) for line in dict.fromkeys(written.splitlines()[:60]))
    assert "<script" not in page
    assert "@everyone" not in page
    assert "](https://evil" not in page
    assert not re.search(r"^::", page, re.MULTILINE)


def test_what_has_no_room_in_an_issue_is_said_to_be_missing() -> None:
    report = fleet_of(WORST["by-hand"])
    page = fleet_output(report, "en", str)
    assert len(page) < 60_000
    assert page.rstrip().endswith("_Cut here: there is no room for more. The log has everything._")
    assert "256 changed by hand" in page.splitlines()[0]
