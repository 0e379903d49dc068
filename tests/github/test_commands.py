"""Workflow commands: what the runner makes of them, and that nothing from outside becomes one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aces_action import __version__
from aces_action.github.commands import ANNOTATION_LIMIT, annotation, command, escape_data, escape_property, problem_text
from aces_action.language import EMPTY, Text, same
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.sanitiser import neutralise, shorten


def problem(code: str, message: str, *, hint: Text = EMPTY, file: str | None = None) -> Problem:
    return Problem(kind=CATALOGUE[code], message=same(message), hint=hint, file=file)


def link(code: str) -> str:
    return CATALOGUE[code].help_url("en")


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


TOO_LONG = Problem(
    kind=CATALOGUE["C005"],
    message=Text("title is 72 bytes long.", "titleが72バイトあります。"),
    hint=Text("Shorten it.", "短くしてください。"),
    file="server/algorithms/register.json",
    line=7,
    column=22,
    end_line=7,
    end_column=40,
)


def message_of(annotated: str) -> str:
    """The text of an annotation as the runner passes it on."""
    return unescape(annotated.partition("title=")[2].partition("::")[2])


def test_an_annotation_points_to_its_place_and_carries_code_hint_and_link() -> None:
    assert annotation(TOO_LONG, "en") == (
        "::error file=server/algorithms/register.json,line=7,endLine=7,col=22,endColumn=40,title=Text too long::"
        "ACES-C005 title is 72 bytes long.%0A  server/algorithms/register.json:7:22%0A  Shorten it.%0A"
        f"  https://github.com/ORG/aces-action/blob/v{__version__}/docs/errors/c005.md"
    )


def test_an_annotation_is_wholly_in_the_chosen_language() -> None:
    assert annotation(TOO_LONG, "ja") == (
        "::error file=server/algorithms/register.json,line=7,endLine=7,col=22,endColumn=40,title=文字列が長すぎます::"
        "ACES-C005 titleが72バイトあります。%0A  server/algorithms/register.json:7:22%0A  短くしてください。%0A"
        f"  https://github.com/ORG/aces-action/blob/v{__version__}/docs/ja/errors/c005.md"
    )


def test_columns_are_left_out_where_a_problem_spans_lines() -> None:
    text = annotation(replace(TOO_LONG, line=1, end_line=3), "en")
    assert "col=" not in text
    assert "endLine=3" in text


def test_a_file_name_cannot_add_properties_or_end_the_command() -> None:
    text = annotation(problem("C001", "m", file="a,line=9::x.json"), "en")
    assert text.startswith("::error file=a%2Cline=9%3A%3Ax.json,title=")


@pytest.mark.parametrize("hint", [EMPTY, same("y" * 10_000)])
def test_a_long_annotation_is_cut_at_githubs_limit_but_keeps_its_link(hint: Text) -> None:
    text = message_of(annotation(problem("X001", "x" * 10_000, hint=hint), "en"))
    assert len(text) == ANNOTATION_LIMIT
    assert text.endswith(f"x…\n  {link('X001')}")


def test_an_annotation_that_just_fits_is_not_cut() -> None:
    room = ANNOTATION_LIMIT - len(f"ACES-X001 \n  {link('X001')}")
    assert message_of(annotation(problem("X001", "x" * room), "en")) == f"ACES-X001 {'x' * room}\n  {link('X001')}"
    assert "…" in annotation(problem("X001", "x" * (room + 1)), "en")


def test_shorten_keeps_what_fits() -> None:
    assert shorten("abc", 3) == "abc"
    assert shorten("abcd", 3) == "ab…"


def test_a_problem_reads_as_code_message_place_hint_and_link() -> None:
    text = problem_text(problem("W004", "x -> y is a symbolic link", hint=same("one\ntwo")), "en")
    assert text == f"ACES-W004 x -> y is a symbolic link\n  one\n  two\n  {link('W004')}"


def test_the_limit_counts_as_the_runner_counts() -> None:
    text = message_of(annotation(problem("X001", "x" + "😀" * 3000), "en"))
    assert ANNOTATION_LIMIT - 1 <= len(text.encode("utf-16-le")) // 2 <= ANNOTATION_LIMIT
    assert text.endswith(f"😀…\n  {link('X001')}")


def test_the_code_stands_once_in_an_annotation_and_where_the_log_shows_it() -> None:
    title, text = annotation(TOO_LONG, "en").partition("title=")[2].split("::", 1)
    assert "ACES" not in title
    assert text.count(TOO_LONG.code) == 1
