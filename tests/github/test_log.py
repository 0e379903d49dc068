"""The job log as the runner receives it."""

from __future__ import annotations

import io

from aces_action.github.log import ANNOTATIONS_PER_STEP, Log
from aces_action.problems import CATALOGUE, Problem


def written(*, workflow_commands: bool = True, debug: bool = False) -> tuple[Log, io.StringIO]:
    stream = io.StringIO()
    return Log(stream, workflow_commands=workflow_commands, debug=debug), stream


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


def test_a_secret_in_a_problem_is_hidden_too() -> None:
    log, stream = written()
    log.mask("s3cr3t-value")
    log.problems([Problem(kind=CATALOGUE["R001"], message="the platform said s3cr3t-value")])
    assert "s3cr3t-value" not in stream.getvalue().split("\n", 1)[1]


def test_debug_lines_appear_only_when_asked_for() -> None:
    log, stream = written(debug=True)
    log.debug("details")
    quiet, silence = written()
    quiet.debug("details")
    assert stream.getvalue() == "::debug::details\n"
    assert silence.getvalue() == ""


def test_beyond_ten_annotations_the_rest_are_plain_lines_and_none_is_lost() -> None:
    log, stream = written()
    log.problems(Problem(kind=CATALOGUE["C004"], message=f"number {count}") for count in range(ANNOTATIONS_PER_STEP + 3))
    lines = stream.getvalue().splitlines()
    assert sum(line.startswith("::error") for line in lines) == ANNOTATIONS_PER_STEP
    assert lines[-3:] == ["✗ ACES-C004 number 10", "✗ ACES-C004 number 11", "✗ ACES-C004 number 12"]


def test_errors_come_before_warnings() -> None:
    log, stream = written()
    log.problems([Problem(kind=CATALOGUE["C012"], message="later"), Problem(kind=CATALOGUE["C004"], message="first")])
    assert [line[:9] for line in stream.getvalue().splitlines()] == ["::error t", "::warning"]


def test_at_a_terminal_there_are_no_workflow_commands() -> None:
    log, stream = written(workflow_commands=False, debug=True)
    log.mask("secret-word")
    log.group("Weights")
    log.debug("why")
    log.end_group()
    log.problems([Problem(kind=CATALOGUE["W008"], message="nothing inside", hint="make it again")])
    assert stream.getvalue() == "▶ Weights\n  · why\n✗ ACES-W008 nothing inside\n  make it again\n"
