"""Colours: where they are shown, around what, and that none of another's comes through."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.colour import MarkedLine, is_wanted, painted, with_painted_marks
from aces_action.github.log import Log
from aces_action.language import same
from aces_action.main import run
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from tests.conftest import plain

OURS = re.compile(r"\x1b\[(?:31|32|33|36|90|0)m")


def written(*, colour: bool, workflow_commands: bool = True) -> tuple[Log, io.StringIO]:
    stream = io.StringIO()
    return Log(stream, workflow_commands=workflow_commands, debug=True, colour=colour), stream


@pytest.mark.parametrize(
    ("environ", "shows", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "0"}, True, False),  # any value counts
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm-256color"}, True, True),
        ({"TERM": "xterm-256color"}, False, False),
    ],
)
def test_colours_are_where_they_are_shown_and_not_refused(environ: dict[str, str], shows: bool, wanted: bool) -> None:
    assert is_wanted(environ, shows=shows) is wanted


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({"GITHUB_ACTIONS": "true"}, True),  # which is no terminal
        ({"GITHUB_ACTIONS": "true", "NO_COLOR": "yes"}, False),
        ({"GITHUB_ACTIONS": "true", "TERM": "dumb"}, False),
        ({}, False),  # a pipe, a file
    ],
)
def test_the_log_of_a_job_is_in_colour(variables: dict[str, str], coloured: bool) -> None:
    log = io.StringIO()
    run({"INPUT_COMMAND": "validate", **variables}, log)
    assert ("\x1b[31m✗\x1b[0m" in log.getvalue(), "\x1b" in log.getvalue()) == (coloured, coloured)


def test_marks_have_their_colours_and_the_words_none() -> None:
    assert with_painted_marks("✓ Weights  7.1 s\n✗ failed\n! look\n  ✓ inside\n!important") == (
        "\x1b[32m✓\x1b[0m Weights  7.1 s\n\x1b[31m✗\x1b[0m failed\n\x1b[33m!\x1b[0m look\n  ✓ inside\n!important"
    )


def test_no_colour_goes_over_the_end_of_a_line() -> None:
    assert painted("one\n\ntwo", "grey") == "\x1b[90mone\x1b[0m\n\n\x1b[90mtwo\x1b[0m"


def test_nothing_that_is_taken_for_a_command_has_a_colour_in_it() -> None:
    log, stream = written(colour=True)
    log.mask("✓ secret")
    log.group("✓ Weights")
    log.debug("✗ why")
    log.problems([Problem(kind=CATALOGUE["C005"], message=same("✗ too long"))])
    log.end_group()
    assert "\x1b" not in stream.getvalue()


PIECES = [
    "\x1b[31m",
    "\x1b[0m",
    "\x1b[",
    "\x9b32m",
    "31m",
    "\x1b",
    "✓ ",
    "✗ ",
    "! ",
    "+ ",
    "\n",
    "\r",
    "::error::",
    "a",
    "\x1b[2K",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_of_text_from_outside_no_code_of_a_terminal_is_left_but_our_own(text: str) -> None:
    log, stream = written(colour=True)
    log.info(text)
    log.line(MarkedLine(hue="grey", text=text))
    log.line(MarkedLine(mark="+", hue="green", text=text))
    rest = OURS.sub("", stream.getvalue())
    assert "\x1b" not in rest
    assert "\x9b" not in rest
    assert not any(line.lstrip().startswith("::") for line in rest.splitlines())


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_without_its_colours_a_log_is_the_log_without_colours(text: str) -> None:
    (coloured, one), (uncoloured, other) = written(colour=True), written(colour=False)
    for log in (coloured, uncoloured):
        log.info(text)
        log.line(MarkedLine(mark="-/+", hue="red", text=text))
    assert plain(one.getvalue()) == other.getvalue()


def test_at_a_terminal_titles_and_details_have_a_colour_too() -> None:
    log, stream = written(colour=True, workflow_commands=False)
    log.group("Weights")
    log.debug("why")
    assert stream.getvalue() == "\x1b[36m▶\x1b[0m Weights\n\x1b[90m  · why\x1b[0m\n"
