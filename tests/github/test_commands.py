"""Workflow commands: what the runner makes of them, and that nothing from outside becomes one."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from aces_action.github.commands import (
    ANNOTATION_LIMIT,
    annotation,
    command,
    escape_data,
    escape_property,
    neutralise,
    problem_text,
    shorten,
)
from aces_action.language import same
from aces_action.problems import CATALOGUE, Problem


def unescape(text: str) -> str:
    """What the runner does to a property; data have the same escapes but for the last two."""
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def starts_a_command(line: str) -> bool:
    """The runner's rule: '::' after white space, or '##[' anywhere (ActionCommand.cs)."""
    return line.lstrip().startswith("::") or "##[" in line


@given(st.text())
@example("100%0A done")
@example("a\r\nb:c,d%")
def test_the_runner_reads_back_what_was_escaped(text: str) -> None:
    assert unescape(escape_property(text)) == text
    assert unescape(escape_data(text)) == text


@given(st.text())
def test_an_escaped_command_is_a_single_line(text: str) -> None:
    line = command("error", text, title=text)
    assert not re.search(r"[\r\n]", line)


PIECES = ["::", "##[", "error", " ", "\n", "\r", "\x1b[2K", "\x1b", "\x00", "\t", "\u2028", ":", "#", "[", "\x85", "\u3000", "a"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
@example("::error::gotcha")
@example("fine\r::add-mask::x")
@example("\x1b[2K::set-output name=a::b")
@example(":\x00:stop-commands::x")
@example("#\x1b[m#[error]x")
def test_text_from_outside_never_starts_a_command(text: str) -> None:
    assert not any(starts_a_command(line) for line in re.split(r"[\r\n]", neutralise(text)))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"])))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    if "::" not in text and "##[" not in text:
        assert neutralise(text) == text


def test_terminal_codes_and_bidirectional_controls_are_removed() -> None:
    assert neutralise("\x1b[31mred\x1b[0m \u202egnp.exe\x07") == "red gnp.exe"


def test_an_annotation_points_to_its_place_and_carries_code_and_hint() -> None:
    problem = Problem(
        kind=CATALOGUE["C005"],
        message="title is 72 bytes long",
        hint="Shorten it.",
        file="server/algorithms/register.json",
        line=7,
        column=22,
        end_line=7,
        end_column=40,
    )
    assert annotation(problem, "en") == (
        "::error file=server/algorithms/register.json,line=7,endLine=7,col=22,endColumn=40,title=ACES-C005 Text too long::"
        "ACES-C005 title is 72 bytes long%0A  server/algorithms/register.json:7:22%0A  Shorten it."
    )


def test_columns_are_left_out_where_a_problem_spans_lines() -> None:
    problem = Problem(kind=CATALOGUE["C002"], message="m", file="a.json", line=1, column=5, end_line=3, end_column=2)
    assert "col=" not in annotation(problem, "en")
    assert "endLine=3" in annotation(problem, "en")


def test_a_file_name_cannot_add_properties_or_end_the_command() -> None:
    problem = Problem(kind=CATALOGUE["C001"], message="m", file="a,line=9::x.json")
    assert annotation(problem, "en").startswith("::error file=a%2Cline=9%3A%3Ax.json,title=")


def test_a_long_annotation_is_cut_at_githubs_limit() -> None:
    text = annotation(Problem(kind=CATALOGUE["X001"], message=same("x" * 10_000)), "en")
    assert len(text.partition("title=")[2].partition("::")[2]) == ANNOTATION_LIMIT
    assert text.endswith("…")


def test_shorten_keeps_what_fits() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"


def test_a_problem_reads_as_code_message_place_and_hint() -> None:
    problem = Problem(kind=CATALOGUE["W004"], message="x -> y is a symbolic link", hint="one\ntwo")
    assert problem_text(problem, "en") == "ACES-W004 x -> y is a symbolic link\n  one\n  two"
