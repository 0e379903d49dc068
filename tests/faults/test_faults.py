"""A few cells of the matrix, and the rules by which all are judged. The rest: `python -m tests.faults`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.conftest import ROOT, Ended
from tests.faults.injection import KINDS, Call
from tests.faults.judgement import Played, last_words, names, objections
from tests.faults.stories import STORIES

UPDATE = Call(side="aws", service="sagemaker", operation="UpdateEndpoint", number=1, names=("plates", "plates-1f"), status=200)
HEADING = "### What this run has changed"
WORDS = "- update of endpoint plates to plates-1f accepted"
LOG = "::group::SageMaker\nupdates plates to plates-1f\n::endgroup::\n::error title=ACES-X002::The job was cancelled\n{}\n"


def ended(words: str, *, status: int = 130, result: str = "cancelled") -> Ended:
    code = "ACES-X002" if status else ""
    planned = (
        "<details><summary>What was planned: 1 to update</summary>\n\n- update of endpoint plates to plates-1f\n\n</details>"
    )
    summary = f"## ⛔ Cancelled\n\nplates · dev\n\n### What to do\n\n❌ cancelled\n\n{HEADING}\n\n{words}\n\n{planned}\n"
    return Ended(status=status, log=LOG.format(words), outputs={"result": result, "failure-code": code}, summary=summary)


def judged(first: Ended, *, kind: str = "SIGINT-after", after: dict[str, object] | None = None) -> list[str]:
    standing = {"endpoint plates": {"status": "Updating"}} if after is None else after
    played = Played(
        first=first, calls=(UPDATE,), after_first=standing, again=ended("", status=0, result="deployed"), after_again={}
    )
    return objections(STORIES["update"], KINDS[kind], played, uncut={})


def test_a_run_that_names_what_went_through_holds() -> None:
    assert judged(ended(WORDS)) == []


@pytest.mark.parametrize(
    ("first", "kind", "said"),
    [
        (ended("Nothing was changed."), "SIGINT-after", "'nothing was changed' said"),
        (ended("何も変更していません。"), "SIGINT-after", "'nothing was changed' said"),
        (ended("- update of endpoint plates accepted"), "SIGINT-after", "write not named"),
        (ended(WORDS), "lost", "dishonest end"),
        (ended(WORDS, status=1, result="cancelled"), "lost", "dishonest end"),
        (ended(WORDS, status=-9), "lost", "hung"),
        (ended(f"{WORDS}\nACES-X001"), "SIGINT-after", "internal error"),
        (ended(f"{WORDS}\nTraceback (most recent call last):"), "SIGINT-after", "traceback"),
    ],
)
def test_what_a_run_fails_by(first: Ended, kind: str, said: str) -> None:
    assert said in {each.partition(":")[0] for each in judged(first, kind=kind)}


def test_an_endpoint_that_serves_no_more_is_one_that_was_lost() -> None:
    assert judged(ended(WORDS), after={}) == ["live lost: no endpoint serves any more"]


def test_last_words_are_those_below_the_last_error_and_below_their_own_heading() -> None:
    told = last_words(ended(WORDS))
    assert (told["log"].strip(), told["summary"].strip()) == (WORDS, WORDS)


def test_last_words_include_the_names_in_full_and_nothing_that_was_only_planned() -> None:
    full = f"<details><summary>In full</summary>\n\n{WORDS}\n\n</details>"
    told = last_words(ended(f"- update to plates-1…\n\n{full}"))["summary"]
    assert WORDS in told
    assert "planned" not in told


def test_a_summary_without_their_heading_has_no_last_words() -> None:
    silent = Ended(status=1, log=LOG.format(WORDS), outputs={}, summary=f"## ❌ Failed\n\n{WORDS}\n")
    assert last_words(silent)["summary"] == ""
    assert "write not named" in {each.partition(":")[0] for each in judged(replace(ended(WORDS), summary=silent.summary))}


def test_a_write_is_named_by_one_line_with_all_its_names_and_a_word_for_it() -> None:
    assert names(WORDS, UPDATE)
    assert names("- エンドポイントplatesのplates-1fへの更新", UPDATE)
    assert not names("- model plates-1f created\n- tags of endpoint plates set", UPDATE)


@pytest.mark.long
@pytest.mark.parametrize(
    "cells",
    [
        "--story update --place sagemaker:UpdateEndpoint#1 --kind SIGINT-after --kind SIGTERM-before --kind lost",
        "--story rollback --place sagemaker:AddTags#1 --place sagemaker:UpdateEndpoint#1 --kind SIGTERM-after --kind denied",
        "--story batch --place s3:CopyObject#1 --place batch:RegisterJobDefinition#1 --kind SIGINT-after",
    ],
)
def test_cells_of_the_matrix_hold(cells: str) -> None:
    command = [sys.executable, "-m", "tests.faults", *cells.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
