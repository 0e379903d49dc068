"""A few cells of the matrix, and the rules by which all are judged. The rest: `python -m tests.faults`."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.conftest import ROOT, Ended
from tests.faults.injection import KINDS, Call
from tests.faults.judgement import Picture, Played, last_words, names, objections
from tests.faults.matrix import Cell, Result, apart, groups, matrix
from tests.faults.page import PAGES, pages, unnamed
from tests.faults.stories import STORIES
from tests.faults.surroundings import Lost, Surroundings

UPDATE = Call(side="aws", service="sagemaker", operation="UpdateEndpoint", number=1, names=("plates", "plates-1f"), status=200)
SERVES = {"endpoint plates": {"status": "Updating"}}
SHORT = "--story rollback --place sagemaker:AddTags#1 --place sagemaker:UpdateEndpoint#1 --kind SIGTERM-after --kind denied"
HEADING = "### What this run has changed"
WORDS = "- update of endpoint plates to plates-1f accepted"
LOG = (
    "::group::SageMaker\nupdates plates to plates-1f\n::endgroup::\n"
    "::error title=Cancelled::ACES-X002 The job was cancelled\n{}\n✗ cancelled  plates\n"
)


def ended(words: str, *, status: int = 130, result: str = "cancelled") -> Ended:
    code = "ACES-X002" if status else ""
    planned = (
        "<details><summary>What was planned: 1 to update</summary>\n\n- update of endpoint plates to plates-1f\n\n</details>"
    )
    summary = f"## ⛔ Cancelled\n\nplates · dev\n\n### What to do\n\n❌ cancelled\n\n{HEADING}\n\n{words}\n\n{planned}\n"
    return Ended(status=status, log=LOG.format(words), outputs={"result": result, "failure-code": code}, summary=summary)


def judged(first: Ended, *, kind: str = "SIGINT-after", after: Picture | None = None) -> list[str]:
    standing = SERVES if after is None else after
    again = replace(ended("", status=0), outputs={"result": "unchanged"})
    played = Played(first=first, calls=(UPDATE,), after_first=standing, again=again, after_again={})
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


def test_a_last_run_that_still_writes_is_none_that_changes_nothing() -> None:
    again = replace(ended("", status=0), outputs={"result": "deployed"})
    played = Played(first=ended(WORDS), calls=(UPDATE,), after_first=SERVES, again=again, after_again={}, last=again)
    told = objections(STORIES["update"], KINDS["SIGINT-after"], replace(played, written_last=("sagemaker:AddTags#3",)), uncut={})
    assert told == ["last run changed something: sagemaker:AddTags#3"]
    assert objections(STORIES["update"], KINDS["SIGINT-after"], played, uncut={}) == ["last run is not 'unchanged': deployed"]


def test_a_killed_run_is_judged_by_what_stands_and_by_the_runs_after_it() -> None:
    killed = Ended(status=-9, log="", outputs={}, summary="")
    assert judged(killed, kind="SIGKILL-after") == []
    assert judged(killed, kind="SIGKILL-after", after={}) == ["live lost: no endpoint serves any more"]


@pytest.mark.parametrize("lost", [frozenset[Lost](), frozenset[Lost]({"outputs", "summary"})])
def test_what_cannot_be_written_has_to_be_told(lost: frozenset[Lost]) -> None:
    silent = Ended(status=0, log="✓ deployed  plates\n", outputs={}, summary="")
    told = {each.partition(":")[0] for each in judged_in(Surroundings(name="full", lost=lost), silent)}
    assert told == {"dishonest end"}
    warned = replace(silent, log=f"::warning title=x::ACES-X005 x\n{silent.log}")
    assert (judged_in(Surroundings(name="full", lost=lost), warned) == []) == bool(lost)


def judged_in(surroundings: Surroundings, first: Ended) -> list[str]:
    again = replace(ended("", status=0), outputs={"result": "unchanged"})
    played = Played(first=first, calls=(), after_first=SERVES, again=again, after_again=SERVES)
    return objections(STORIES["update"], KINDS["lost"], played, SERVES, surroundings=surroundings)


def test_faults_of_one_attempt_are_tried_together_but_never_two_at_calls_of_one_operation() -> None:
    places = [f"s3:{name}#{number}" for name in ("CopyObject", "PutObject", "GetObject") for number in (1, 2)]
    cells = [Cell("deploy", place, kind) for place in places for kind in ("lost", "denied")]
    made = list(groups(cells, 8))
    assert sorted(cell for group in made for cell in group) == sorted(cells)
    assert sorted(map(len, made)) == [*[1] * 6, 3, 3]
    for group in made:
        operations = [cell.place.partition("#")[0] for cell in group]
        assert len(operations) == len(set(operations))


@pytest.mark.parametrize(("failed", "alone"), [(True, ["c"]), (False, ["a", "b"])])
def test_what_does_not_pass_together_is_tried_again_without_the_fault_that_the_run_ended_at_or_in_halves(
    failed: bool, alone: list[str]
) -> None:
    cells = [Cell("deploy", place, "lost") for place in "abcd"]
    first, second = apart(cells, ["b", "a", "c"], failed)
    assert [cell.place for cell in first] == alone
    assert sorted([*first, *second]) == cells


def test_what_fails_before_any_fault_is_tried_again_in_halves() -> None:
    cells = [Cell("deploy", place, "lost") for place in "abc"]
    assert apart(cells, [], failed=True) == [cells[:1], cells[1:]]


def test_both_pages_have_every_table_and_a_name_in_them_for_every_kind() -> None:
    calls = [Call(side="aws", service="s3", operation=name, number=1, step="Weights") for name in ("GetObject", "PutObject")]
    cells = [cell for name in ("deploy", "redeploy") for cell in matrix(STORIES[name], calls, ())]
    results = [
        Result(cell=cell, objections=(), status=index % 2, step="Weights", struck=1, seconds=0)
        for index, cell in enumerate(cells)
    ]
    called = dict.fromkeys(("deploy", "redeploy"), ("s3:GetObject", "s3:PutObject"))
    for page in pages(results, called, ROOT).values():
        assert unnamed(called["deploy"], page) == []
        assert unnamed(["s3:DeleteObject"], page) == ["s3:DeleteObject"]
        assert f"**{len(cells)}**" in page


def test_the_page_has_no_cell_that_failed() -> None:
    for path in PAGES.values():
        assert "✗" not in re.sub(r"^\| ✗ \|.*|\| ✗ \|$", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.long
@pytest.mark.parametrize("cells", ["--matrix --together 16 --sample 1", SHORT])
def test_cells_of_the_matrix_hold_and_its_page_names_all_that_a_deployment_calls(cells: str) -> None:
    command = [sys.executable, "-m", "tests.faults", *cells.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
