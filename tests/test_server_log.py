"""The lines of a server's log as they are shown: harmless to runner and terminal, short, without credentials."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.github.commands import ZERO_WIDTH_SPACE
from aces_action.server_log import LINES, WIDTH, cleaned, notable


def as_it_is(text: str) -> str:
    return text


@given(st.lists(st.text(max_size=400), max_size=40))
def test_whatever_a_server_writes_comes_out_as_few_short_harmless_lines(messages: list[str]) -> None:
    lines = cleaned(messages, as_it_is)
    assert len(lines) <= LINES
    for line in lines:
        assert line.strip()
        assert len(line) <= WIDTH
        assert not re.match(r"\s*::", line)
        assert "##[" not in line
        assert not [each for each in line if unicodedata.category(each) in {"Cc", "Cs"}]
        assert not [each for each in line if unicodedata.category(each) == "Cf" and each != ZERO_WIDTH_SPACE]


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
        f"  :{ZERO_WIDTH_SPACE}:stop-commands::t",
        f":{ZERO_WIDTH_SPACE}:error::u",
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
    (shown,) = cleaned(["word " * 400_000], as_it_is)
    assert len(shown) == WIDTH


def test_a_message_of_several_lines_counts_as_them_and_the_last_ones_stay() -> None:
    lines = cleaned(["first", "\n".join(str(number) for number in range(LINES))], as_it_is)
    assert lines == tuple(str(number) for number in range(LINES))


def test_a_private_key_over_several_events_is_hidden() -> None:
    dashes = "-" * 5
    key = [f"{dashes}BEGIN PRIVATE KEY{dashes}", "MIIE" * 16, f"{dashes}END PRIVATE KEY{dashes}"]
    assert cleaned(["start", *key, "end"], as_it_is) == ("start", "***", "***", "end")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [
                "Traceback (most recent call last):",
                '  File "/opt/program/serve", line 3, in <module>',
                "ModuleNotFoundError: No module named 'cv2'",
                "[INFO] Worker exiting (pid: 7)",
                "gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>",
            ],
            "ModuleNotFoundError: No module named 'cv2'",
        ),
        (
            ["2026-08-11 [ERROR] torch.cuda.OutOfMemoryError: CUDA out of memory.", "bye"],
            "2026-08-11 [ERROR] torch.cuda.OutOfMemoryError: CUDA out of memory.",
        ),
        (["ok", "FATAL: config not found", "bye"], "FATAL: config not found"),
        (["java.lang.IllegalStateException: no model", "\tat com.x.Y(Z.java:1)"], "java.lang.IllegalStateException: no model"),
        (["loading", "still loading", '10.0.0.1 - "GET /ping HTTP/1.1" 404 Not Found'], "still loading"),
        (['"GET /ping HTTP/1.1" 200'], ""),
        ([], ""),
    ],
)
def test_the_line_that_tells_most_is_found(lines: list[str], told: str) -> None:
    assert notable(lines) == told
