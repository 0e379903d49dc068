"""A corpus of what servers wrote: each excerpt has the code of its cause, is shown where it tells, and has advice that helps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from aces_action.language import Text, same
from aces_action.output.server_log import WIDTH, ServerLog, cleaned
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.resources.endpoint.diagnosis.causes import cause_in_lines
from aces_action.resources.endpoint.diagnosis.diagnose import Symptoms, conclude
from aces_action.resources.endpoint.diagnosis.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    source: str
    log: tuple[str, ...]
    code: str
    said: str
    advice: str


def excerpts() -> Iterator[Excerpt]:
    text = Path(__file__).with_name("server_words.txt").read_text(encoding="utf-8")
    for entry in text.rstrip().split("\n\n")[1:]:
        head, source, *log = entry.split("\n")
        code, said, advice = (each.strip() for each in head.split("|", 2))
        yield Excerpt(
            source=source.removeprefix("# "),
            log=tuple(line.removeprefix("    ") for line in log),
            code=code,
            said=said,
            advice=advice,
        )


EXCERPTS = list(excerpts())
FAILURES = [each for each in EXCERPTS if each.code != "-"]
LOOK_ALIKES = [each for each in EXCERPTS if each.code == "-"]
PING_OK = '10.32.0.2 - - [11/Aug/2026:16:26:09 +0000] "GET /ping HTTP/1.1" 200 1 "-" "AHC/2.0"'
FACTS = Facts(
    instance_types=("ml.g4dn.xlarge",), memory=16 << 30, weights_uri="s3://plates-dev/deploy.tar.gz", image_uri="plates:deploy"
)
PING = "The primary container for production variant AllTraffic did not pass the ping health check."
FAILED = Problem(kind=CATALOGUE["E001"], message=same("What happened"), hint=Text("Look at its log.", "ログを確認してください。"))


def read(lines: Sequence[str]) -> tuple[str, ...]:
    return cleaned(lines, lambda text: text)


def told(lines: Sequence[str], reason: str = PING) -> Problem:
    return conclude(
        FAILED,
        FACTS,
        Symptoms(reason=reason, logs=[ServerLog(variant="AllTraffic", stream="AllTraffic/i-1", lines=read(lines))]),
    )


@pytest.mark.parametrize("excerpt", FAILURES, ids=lambda each: f"{each.code} {each.source} {each.log[-1][:50]}")
def test_each_excerpt_is_taken_for_its_cause_shown_where_it_tells_and_has_its_advice(excerpt: Excerpt) -> None:
    problem = told(excerpt.log)
    assert problem.code == f"ACES-{excerpt.code}", problem.hint.en
    title, _, shown = problem.message.en.partition(": ")
    assert title == problem.kind.title.en
    assert excerpt.said in shown
    assert len(shown) <= WIDTH
    assert excerpt.advice in problem.hint.en
    assert problem.message.ja == f"{problem.kind.title.ja}: {shown}"


@pytest.mark.parametrize("excerpt", LOOK_ALIKES, ids=lambda each: f"{each.source} {each.log[-1][:50]}")
def test_what_only_looks_like_a_failure_is_no_cause_and_is_not_shown_as_one(excerpt: Excerpt) -> None:
    assert cause_in_lines(read(excerpt.log)) is None
    assert told(excerpt.log, reason="").code == "ACES-E001"


@pytest.mark.parametrize(
    "excerpt", [each for each in FAILURES if each.code != "E011"], ids=lambda each: f"{each.code} {each.log[-1][:60]}"
)
def test_harmless_lines_around_a_failure_change_nothing(excerpt: Excerpt) -> None:
    harmless = [line for each in LOOK_ALIKES if not any("/ping" in line for line in each.log) for line in each.log]
    assert told([*harmless, *excerpt.log]).code == f"ACES-{excerpt.code}"


def test_the_corpus_has_every_kind_and_its_look_alikes() -> None:
    assert {each.code for each in FAILURES} == {"E011", "E015", "E018", "E020", "E021", "E022", "E023"}
    assert min(len(FAILURES) - 50, len(LOOK_ALIKES) - 20) >= 0


def test_of_a_long_line_the_part_that_tells_is_shown() -> None:
    problem = told(["x" * 3000 + " ModuleNotFoundError: No module named 'cv2' " + "y" * 500])
    assert problem.code == "ACES-E021"
    shown = problem.message.en.removeprefix("Server failed while it started: ")
    assert "No module named 'cv2'" in shown
    assert len(shown) == WIDTH


def test_each_log_is_judged_on_its_own_so_that_one_that_answers_does_not_speak_for_another() -> None:
    logs = [
        ServerLog(variant="a", stream="a/i-1", lines=(PING_OK, PING_OK)),
        ServerLog(variant="b", stream="b/i-2", lines=("ModuleNotFoundError: No module named 'cv2'",)),
        ServerLog(variant="c", stream="c/i-3", lines=(PING_OK,)),
    ]
    assert conclude(FAILED, FACTS, Symptoms(reason=PING, logs=logs)).code == "ACES-E021"


def test_a_failure_that_only_warnings_surround_is_shown_without_them() -> None:
    dlerror = next(each.log for each in LOOK_ALIKES if "dlerror" in each.log[0])
    problem = told([*dlerror, "2026-02-20 INFO still loading"])
    assert problem.code == "ACES-E011"
    assert "dlerror" not in problem.hint.en
    assert "still loading" in problem.hint.en
