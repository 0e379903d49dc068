"""The endings themselves: all there are, and nothing real in them."""

from __future__ import annotations

import re
from collections import Counter
from typing import get_args

from aces_action.output.report import Outcome, Report
from tests.pages.endings import endings


def everything(report: Report) -> str:
    return " ".join(repr(getattr(report, name)) for name in Report.__dataclass_fields__) + report.writes.last_words().en


def test_every_outcome_of_a_run_has_an_ending_and_a_failure_one_for_each_step() -> None:
    reports = endings()
    assert {report.result for report in reports.values()} == set(get_args(Outcome))
    failed_at = {report.steps[-1].name.en for report in reports.values() if report.steps and report.steps[-1].result == "failed"}
    steps = {"Configuration", "Credentials", "Preflight", "Weights", "SageMaker", "Batch", "Smoke test", "Registration"}
    assert failed_at == steps


def test_no_ending_names_an_account_that_may_be_somebodys() -> None:
    for name, report in endings().items():
        accounts = set(re.findall(r"(?<![0-9a-f.-])\d{12}(?![0-9a-f-])", everything(report)))
        assert accounts <= {"123456789012"}, name


def test_the_endings_are_as_full_as_those_of_a_real_project() -> None:
    reports = endings()
    assert Counter(check.outcome for check in reports["deployed"].checks) == {"fine": 20}
    assert Counter(change.is_change for change in reports["deployed"].changes) == {True: 3, False: 5}
    assert Counter(check.outcome for check in reports["failed-preflight"].checks) == {"fine": 15, "error": 3, "warning": 2}
    problems = reports["failed-configuration"].problems
    assert len(problems) == 12
    assert all(problem.file and problem.line and problem.column for problem in problems)
    status = reports["status"].server_status
    assert status
    assert (len(status.endpoints), len(status.generations), len(status.job_definitions)) == (2, 6, 2)
