"""The lines of a server's log as they are shown: harmless to runner and terminal, short, without credentials."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from aces_action.output.server_log import LINES, LONGEST, SHOWN, WIDTH, ServerLog, cleaned
from aces_action.sanitiser import ZERO_WIDTH_SPACE


def as_it_is(text: str) -> str:
    return text


@given(st.lists(st.text(max_size=400), max_size=40))
def test_whatever_a_server_writes_comes_out_as_few_short_harmless_lines(messages: list[str]) -> None:
    lines = cleaned(messages, as_it_is)
    shown = ServerLog(variant="a", lines=lines).shown
    assert len(lines) <= LINES
    assert len(shown) <= SHOWN
    for line in (*lines, *shown):
        assert line.strip()
        assert len(line) <= (WIDTH if line in shown else LONGEST + len("***"))
        assert not re.match(r"\s*::", line)
        assert "##[" not in line
        assert not [each for each in line if unicodedata.category(each) in {"Cc", "Cs"}]
        assert not [each for each in line if unicodedata.category(each) == "Cf" and each != ZERO_WIDTH_SPACE]


def test_a_carriage_return_in_a_line_is_part_of_it_and_one_at_its_end_is_not() -> None:
    messages = ["env: python\r: No such file or directory\r\n", "ok\r", "\r", "a\r\r\nb"]
    assert cleaned(messages, as_it_is) == (r"env: python\r: No such file or directory", "ok", "a", "b")


def test_of_a_progress_bar_the_last_state_is_left_with_what_was_written_over_it() -> None:
    bar = "".join(f"\rLoading:  {percent}%|###   | {percent}/100" for percent in range(0, 100, 7))
    assert cleaned([f"{bar}\rKeyError: 'a'"], as_it_is) == ("KeyError: 'a'",)
    assert cleaned([bar], as_it_is) == ("Loading:  98%|###   | 98/100",)


@given(st.lists(st.text(max_size=200), max_size=10))
def test_clean_lines_stay_as_they_are(messages: list[str]) -> None:
    once = cleaned(messages, as_it_is)
    assert cleaned(once, as_it_is) == once


def test_colours_and_other_codes_of_terminals_go() -> None:
    message = "\x1b[31mERROR\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x9b2Jgone\tthere\x07"
    assert cleaned([message], as_it_is) == ("ERROR link gone there",)


def test_commands_for_the_runner_are_no_commands_any_more() -> None:
    lines = cleaned(["::set-output name=x::y", "a ##[error]b", "  ::stop-commands::t\r::error::u"], as_it_is)
    assert lines == (
        f":{ZERO_WIDTH_SPACE}:set-output name=x::y",
        f"a ##{ZERO_WIDTH_SPACE}[error]b",
        rf"  :{ZERO_WIDTH_SPACE}:stop-commands::t\r::error::u",
    )


def test_what_the_run_knows_for_a_secret_is_hidden_before_a_line_is_cut() -> None:
    line = "x" * 190 + " my-own-token"
    (shown,) = cleaned([line], lambda text: text.replace("my-own-token", "***"))
    assert shown == "x" * 190 + " ***"


def test_a_credential_at_the_end_of_a_long_line_is_hidden_before_it_is_cut() -> None:
    (shown,) = cleaned(["x" * 150 + " password=" + "h" * 100], as_it_is)
    assert shown.endswith("password=***")


def test_characters_that_nobody_sees_do_not_help_a_secret_through() -> None:
    (shown,) = cleaned(["AKIA\u200bABCDEFGH\x00IJKLMNOP used"], as_it_is)
    assert shown == "*** used"


def test_of_an_endless_line_the_beginning_is_shown_and_no_half_secret() -> None:
    (shown,) = cleaned(["password=" + "s" * 1_000_000], as_it_is)
    assert shown == "***"
    (whole,) = cleaned(["word " * 400_000], as_it_is)
    assert LONGEST - 5 < len(whole) <= LONGEST
    assert len(ServerLog(variant="a", lines=(whole,)).shown[0]) == WIDTH


def test_a_message_of_several_lines_counts_as_them_and_the_last_ones_stay() -> None:
    lines = cleaned(["first", "\n".join(str(number) for number in range(LINES))], as_it_is)
    assert lines == tuple(str(number) for number in range(LINES))
    assert ServerLog(variant="a", lines=lines).shown == lines[-SHOWN:]


def test_a_private_key_over_several_events_is_hidden() -> None:
    dashes = "-" * 5
    key = [f"{dashes}BEGIN PRIVATE KEY{dashes}", "MIIE" * 16, f"{dashes}END PRIVATE KEY{dashes}"]
    assert cleaned(["start", *key, "end"], as_it_is) == ("start", "***", "***", "end")
