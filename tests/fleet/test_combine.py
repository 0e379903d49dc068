"""What becomes of a fleet's outcomes: hostile ones, missing ones, and the order in which a person reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

import pytest

from aces_action.changes import Change
from aces_action.fleet.combine import combine, read_outcomes
from aces_action.fleet.jobs import Job, job_of
from aces_action.language import Text, same
from aces_action.output.fleet import LARGEST_OUTCOME, Ended, RunOutcome, State, outcome_json, read_outcome, state_of
from aces_action.output.report import Outcome, Report
from aces_action.problems.fleet import no_result, too_many
from tests.fleet.results import UPDATE, entry, failed, planned, written

RESULTS = get_args(Outcome)
NOTHING = RunOutcome(result="unchanged")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"failed"',
        b"[" * 100_000,
        b'{"result": "pwned"}',
        b'{"result": ["failed"]}',
        b'{"failure-code": "ACES-A003"}',
        b"\xff\xfe",
        b'{"result": "failed", "failure": "' + b"x" * LARGEST_OUTCOME + b'"}',
    ],
    ids=range(10),
)
def test_what_is_no_outcome_is_none(content: bytes) -> None:
    assert read_outcome(content, RESULTS) is None


def test_of_an_outcome_only_the_form_is_believed() -> None:
    hostile = {
        "result": "failed",
        "failure-code": "[click](https://evil.example.com)",
        "failure": "a\r\n::set-output name=x::y\n" + "z" * 1000,
        "has-changes": "true",
        "by-hand": 1,
        "changes": [{"verb": {}, "name": ["x"], "reasons": [1, "r" * 999, "b", "c", "d"]}, "no row", *([{}] * 99)],
        "more": -5,
        "unknown": {"deep": []},
    }
    found = read_outcome(json.dumps(hostile).encode(), RESULTS)
    assert found is not None
    assert (found.failure_code, found.has_changes, found.by_hand, found.more) == ("", False, False, 0)
    assert "\n" not in found.failure
    assert len(found.failure) == 300
    assert len(found.changes) <= 5
    assert found.changes[0].reasons[0] == ""
    assert len(found.changes[0].reasons[1]) == 200


def test_an_outcome_is_small_whatever_happened_and_reads_back() -> None:
    reasons = tuple(same("理由" * 5000) for _ in range(50))
    changes = [Change(verb="update", resource="endpoint", name="名" * 9000, reasons=reasons, by_hand=reasons[:1])] * 500
    report = Report(result="failed", changes=changes, problems=[no_result("plates", same("x")), too_many(300)])
    text = outcome_json(report, "ja", str, waits=True)
    assert len(text.encode()) <= LARGEST_OUTCOME // 2
    found = read_outcome(text.encode(), RESULTS)
    assert found is not None
    assert (found.failure_code, found.by_hand, found.waits, len(found.changes), found.more) == ("ACES-F002", True, True, 5, 495)
    assert found.failure == too_many(300).message.ja


def test_what_was_changed_by_hand_is_told_first() -> None:
    reasons = tuple(same(f"reason {number}") for number in range(5))
    change = Change(verb="update", resource="endpoint", name="n", reasons=reasons, by_hand=reasons[4:])
    found = read_outcome(outcome_json(Report(changes=[change]), "en", str, waits=False).encode(), RESULTS)
    assert found is not None
    assert (found.by_hand, found.changes[0].reasons) == (True, ("reason 4", "reason 0", "reason 1"))


def test_a_secret_is_hidden_before_anything_is_cut() -> None:
    secret = "s3cr3t-" * 5
    change = Change(verb="update", resource="service", name="n", reasons=(Text(f"{'x' * 180}{secret}", "y"),))
    text = outcome_json(Report(changes=[change]), "en", lambda each: each.replace(secret, "***"), waits=False)
    assert "s3cr3t" not in text


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (failed(), "failed"),
        (RunOutcome(result="cancelled", has_changes=True), "cancelled"),
        (planned(UPDATE, by_hand=True), "by-hand"),
        (planned(UPDATE), "ahead"),
        (planned(), "unchanged"),
        (RunOutcome(result="planned", waits=True), "waiting"),
        (RunOutcome(result="deferred"), "waiting"),
        (RunOutcome(result="deployed", has_changes=True, waits=True), "waiting"),
        (RunOutcome(result="deployed", has_changes=True), "changed"),
        (RunOutcome(result="stopped", has_changes=True), "changed"),
        (NOTHING, "unchanged"),
        (RunOutcome(result="shown"), "unchanged"),
    ],
)
def test_an_outcome_comes_to_one_state(outcome: RunOutcome, state: State) -> None:
    assert state_of(outcome) == state


def test_every_entry_has_a_result_and_the_worst_comes_first() -> None:
    outcomes = {
        entry("good"): NOTHING,
        entry("ahead"): planned(UPDATE),
        entry("hand"): planned(UPDATE, by_hand=True),
        entry("bad"): failed(),
    }
    entries = [*outcomes, entry("lost"), entry("bad", "staging")]
    found = combine(entries, {**outcomes, entry("bad", "staging"): failed()}, jobs=None)
    assert [(each.entry.name, each.state) for each in found] == [
        ("bad dev", "failed"),
        ("bad staging", "failed"),
        ("lost dev", "missing"),
        ("hand dev", "by-hand"),
        ("ahead dev", "ahead"),
        ("good dev", "unchanged"),
    ]


def test_what_is_missing_is_told_with_what_github_knows_of_its_job() -> None:
    jobs = [
        Job(name="nightly / Plan / a dev", url="https://github.com/o/n/actions/runs/1/job/1", ended="cancelled"),
        Job(name="fleet / b dev", url="u", ended="failed"),
        Job(name="one / twice dev", url="u", ended="failed"),
        Job(name="two / twice dev", url="u", ended="failed"),
    ]
    entries = [entry(name) for name in ("a", "b", "never", "twice")]
    found = {each.entry.project: each for each in combine(entries, {}, jobs)}
    assert {name: each.ended for name, each in found.items()} == {
        "a": "cancelled",
        "b": "failed",
        "never": "never started",
        "twice": "unknown",
    }
    assert found["a"].job_url.endswith("/job/1")
    assert {each.ended for each in combine(entries, {}, None)} == {"unknown"}


@pytest.mark.parametrize("ended", ["failed", "cancelled", "skipped"])
def test_a_good_outcome_of_a_job_that_did_not_end_well_is_of_an_earlier_attempt_and_not_believed(ended: Ended) -> None:
    """The artifact of an attempt stays when the next one ends before it leaves another (actions/upload-artifact: overwrite)."""
    jobs = [Job(name="fleet / plates dev", url="u", ended=ended)]
    [found] = combine([entry("plates")], {entry("plates"): planned()}, jobs)
    assert (found.state, found.ended, found.outcome, found.job_url) == ("missing", ended, None, "u")


@pytest.mark.parametrize("ended", ["lost", "running", "unknown"])  # GitHub may be late to tell that a job has ended
def test_a_good_outcome_counts_unless_its_job_is_known_not_to_have_ended_well(ended: Ended) -> None:
    jobs = [Job(name="fleet / plates dev", url="u", ended=ended)]
    assert [each.state for each in combine([entry("plates")], {entry("plates"): planned()}, jobs)] == ["unchanged"]


@pytest.mark.parametrize("ended", ["failed", "cancelled", "lost", "unknown"])
def test_a_bad_outcome_counts_however_its_job_ended(ended: Ended) -> None:
    jobs = [Job(name="fleet / plates dev", url="u", ended=ended)]
    [found] = combine([entry("plates")], {entry("plates"): failed()}, jobs)
    assert (found.state, found.outcome) == ("failed", failed())


def test_a_job_of_a_longer_name_is_another() -> None:
    jobs = [Job(name="fleet / red-plates dev", url="red", ended="failed"), Job(name="plates dev", url="own", ended="failed")]
    assert [getattr(job_of(entry(name), jobs), "url", None) for name in ("plates", "red-plates", "s")] == ["own", "red", None]


def test_outcomes_are_read_by_the_names_of_files_that_are_files(tmp_path: Path) -> None:
    (tmp_path / "plates-dev.json").write_text(written(planned(UPDATE)), encoding="utf-8")
    (tmp_path / "other-dev.json").write_text(written(failed()), encoding="utf-8")  # of no entry
    (tmp_path / "secret.json").write_text(written(failed()), encoding="utf-8")
    (tmp_path / "linked-dev.json").symlink_to("secret.json")
    (tmp_path / "folder-dev.json").mkdir()
    os.mkfifo(tmp_path / "pipe-dev.json")
    (tmp_path / "broken-dev.json").write_bytes(b"{")
    entries = [entry(name) for name in ("plates", "linked", "folder", "pipe", "broken", "absent")]
    assert read_outcomes(tmp_path, entries) == {entry("plates"): planned(UPDATE)}
    assert read_outcomes(tmp_path / "nowhere", entries) == {}
