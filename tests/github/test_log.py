"""The job log as the runner receives it."""

from __future__ import annotations

import io

import pytest

from aces_action.github.log import ANNOTATIONS_PER_STEP, Log
from aces_action.language import EMPTY, Language, Text, same
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE


def written(*, workflow_commands: bool = True, debug: bool = False, language: Language = "en") -> tuple[Log, io.StringIO]:
    stream = io.StringIO()
    return Log(stream, workflow_commands=workflow_commands, debug=debug, language=language), stream


def problem(code: str, message: str, *, hint: Text = EMPTY) -> Problem:
    return Problem(kind=CATALOGUE[code], message=same(message), hint=hint)


def unescaped(text: str) -> str:
    """What is left to see of workflow commands."""
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def test_a_secret_is_masked_line_by_line_and_never_printed_again() -> None:
    log, stream = written()
    log.mask("first-line\nsecond-line\n\n")
    log.info("token first-line and second-line")
    log.group("second-line")
    log.debug("first-line")
    assert stream.getvalue() == "::add-mask::first-line\n::add-mask::second-line\ntoken *** and ***\n::group::***\n"


def test_a_secret_that_contains_another_is_hidden_whole() -> None:
    log, stream = written()
    log.mask("abcd")
    log.mask("abcdefgh")
    log.info("see abcdefgh")
    assert stream.getvalue().endswith("see ***\n")


def test_a_mask_with_percent_signs_is_escaped_for_the_runner() -> None:
    log, stream = written()
    log.mask("50%0Aoff")
    assert stream.getvalue() == "::add-mask::50%250Aoff\n"


@pytest.mark.parametrize("secret", ["s3cr3t-value", "50%off", "a_b*c&d", "two::colons", "##[x]"])
def test_a_secret_in_a_problem_is_hidden_whatever_it_is_made_of(secret: str) -> None:
    log, stream = written()
    log.mask(secret)
    log.problems([problem("R001", f"the platform said {secret}", hint=same(f"curl -d {secret}"))])
    shown = stream.getvalue().split("\n", 1)[1]
    assert secret not in unescaped(shown)
    assert shown.count("***") == 2


def test_debug_lines_appear_only_when_asked_for() -> None:
    log, stream = written(debug=True)
    log.debug("details")
    quiet, silence = written()
    quiet.debug("details")
    assert stream.getvalue() == "::debug::details\n"
    assert silence.getvalue() == ""


def test_beyond_ten_annotations_the_rest_are_plain_lines_and_none_is_lost() -> None:
    log, stream = written()
    log.problems(problem("C004", f"number {count}") for count in range(ANNOTATIONS_PER_STEP + 3))
    lines = stream.getvalue().splitlines()
    assert sum(line.startswith("::error") for line in lines) == ANNOTATIONS_PER_STEP
    plain = [line for line in lines if line.startswith("✗")]
    assert plain == ["✗ ACES-C004 number 10", "✗ ACES-C004 number 11", "✗ ACES-C004 number 12"]


def test_the_log_says_how_many_problems_have_no_annotation() -> None:
    log, stream = written()
    log.problems(problem("C004", "m") for _ in range(ANNOTATIONS_PER_STEP + 3))
    log.problems([problem("C012", "m")])
    told = [line for line in stream.getvalue().splitlines() if line.startswith("Not shown")]
    assert told == [
        "Not shown as annotations: 3 (GitHub takes 10 errors and 10 warnings of a step). All are listed above.",
    ]


def test_the_number_without_annotation_is_said_in_japanese_too() -> None:
    log, stream = written(language="ja")
    log.problems(problem("C004", "m") for _ in range(ANNOTATIONS_PER_STEP + 1))
    assert stream.getvalue().splitlines()[-1] == (
        "アノテーションになっていない問題: 1件（GitHubの上限は、1ステップにつきエラー10件と警告10件です）。"
        "すべての問題は、上に表示しています。"
    )


def test_errors_come_before_warnings() -> None:
    log, stream = written()
    log.problems([problem("C012", "later"), problem("C004", "first")])
    assert [line[:9] for line in stream.getvalue().splitlines()] == ["::error t", "::warning"]


def test_at_a_terminal_there_are_no_workflow_commands() -> None:
    log, stream = written(workflow_commands=False, debug=True)
    log.mask("secret-word")
    log.group("Weights")
    log.debug("why")
    log.end_group()
    log.problems([problem("W008", "nothing inside", hint=same("make it again"))])
    assert stream.getvalue() == (
        "▶ Weights\n  · why\n✗ ACES-W008 nothing inside\n  make it again\n" + f"  {CATALOGUE['W008'].help_url('en')}\n"
    )


def test_at_a_terminal_nothing_is_said_of_annotations() -> None:
    log, stream = written(workflow_commands=False)
    log.problems(problem("C004", "m") for _ in range(ANNOTATIONS_PER_STEP + 3))
    assert "annotations" not in stream.getvalue()
