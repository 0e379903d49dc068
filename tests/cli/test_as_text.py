"""What a person reads."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.cli.formats.result import CheckedDeployment
from aces_action.cli.formats.text import as_text
from aces_action.language import Language, Text
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from tests.cli.samples import HELP, HELP_JA, LINES, MISSING, NOWHERE, PLAN, TITLE, at, findings


def written(
    *problems: Problem, language: Language = "en", width: int = 100, secrets: tuple[str, ...] = (), line: str = ""
) -> str:
    def lines(file: str) -> list[str]:
        return [line] if file == "file" else LINES.get(file, [])

    return as_text(findings(*problems, secrets=secrets), language, lines=lines, width=width, colour=False)


def excerpt(problem: Problem, line: str, *, width: int = 100, secrets: tuple[str, ...] = ()) -> list[str]:
    """The lines between the headline and the help."""
    return written(problem, width=width, secrets=secrets, line=line).split("\n\n")[0].splitlines()[1:-1]


def test_every_problem_is_shown_with_its_line_of_the_file_and_carets() -> None:
    assert (
        written(NOWHERE, MISSING, TITLE, PLAN)
        == f"""\
error ACES-C027: Project unknown.
  {HELP}/c027.md

server/algorithms/日本語 の絵.png: error ACES-C001: example.png does not exist.
  {HELP}/c001.md

server/algorithms/register.json:2:11: error ACES-C005: title is too long.
  2 |     "title": "車の検出",
    |              ^^^^^^^^^^
  Shorten it.
  A Japanese character takes 3 bytes.
  {HELP}/c005.md

server/algorithms/register.json:3:16: warning ACES-C013: plan_id is 2.
  3 |     "plan_id": 2
    |                ^
  {HELP}/c013.md

Checked plates dev, as in .github/workflows/deploy.yml
✗ 3 errors, 1 warning
"""
    )


def test_the_same_in_japanese() -> None:
    assert (
        written(TITLE, language="ja")
        == f"""\
server/algorithms/register.json:2:11: エラー ACES-C005: titleが長すぎます。
  2 |     "title": "車の検出",
    |              ^^^^^^^^^^
  短くしてください。
  日本語は1文字3バイトです。
  {HELP_JA}/c005.md

検証した設定: plates dev（.github/workflows/deploy.yml）
✗ エラー1件
"""
    )


def test_without_problems_it_says_so_and_what_was_looked_at() -> None:
    checked = (
        CheckedDeployment(project="plates", env="dev", workflow=None),
        CheckedDeployment(project=None, env=None, workflow=".github/workflows/deploy.yml"),
    )
    told = as_text(findings(checked=checked), "en", lines=lambda _: [], width=80, colour=False)
    assert told == "Checked plates dev, without a workflow\nChecked .github/workflows/deploy.yml\n✓ No problems\n"
    assert as_text(findings(checked=checked), "ja", lines=lambda _: [], width=80, colour=False).endswith("✓ 問題なし\n")


def test_warnings_alone_are_no_failure() -> None:
    assert written(PLAN).endswith("✓ 1 warning\n")
    assert written(PLAN, language="ja").endswith("✓ 警告1件\n")


def test_the_help_of_a_code_is_named_once() -> None:
    assert written(TITLE, TITLE).count("errors/c005.md") == 1


def test_colour_goes_where_it_is_asked_for_and_nowhere_else() -> None:
    painted = as_text(findings(TITLE), "en", lines=LINES.__getitem__, width=100, colour=True)
    assert "\x1b[31m\x1b[1merror ACES-C005\x1b[0m" in painted
    assert re.sub(r"\x1b\[[\d;]*m", "", painted) == written(TITLE)
    assert "\x1b" not in written(TITLE)


def test_a_secret_in_the_line_is_starred_and_the_carets_stay() -> None:
    assert excerpt(at(1, 8, 15), 'token: "hunter2"', secrets=("hunter2",)) == [
        '  1 | token: "*******"',
        "    |        ^^^^^^^",
    ]


@pytest.mark.parametrize(
    ("line", "column", "end", "shown"),
    [
        ("a\tb", 3, 4, ["  1 | a   b", "    |     ^"]),  # a tab goes to the next tab stop
        ("車\t検", 3, 4, ["  1 | 車  検", "    |     ^^"]),
        ("ｶﾞx", 3, 4, ["  1 | ｶﾞx", "    |   ^"]),  # half-width katakana are narrow
        ("e\N{COMBINING ACUTE ACCENT}x", 3, 4, ["  1 | e\N{COMBINING ACUTE ACCENT}x", "    |  ^"]),
        ("abc\r", 1, 4, ["  1 | abc", "    | ^^^"]),  # the file has CRLF
        ("abc", 4, 4, ["  1 | abc", "    |    ^"]),  # something is missing at the end of the line
        ("abc", 9, 9, ["  1 | abc", "    |    ^"]),  # beyond it, as after an edit since it was read
        ("", 1, 1, ["  1 | ", "    | ^"]),
        ("a\x1b[31mb", 1, 2, ["  1 | a\N{REPLACEMENT CHARACTER}[31mb", "    | ^"]),  # cannot colour the terminal
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b", 3, 4, ["  1 | a\N{REPLACEMENT CHARACTER}b", "    |   ^"]),
        ("x ##[error]y", 1, 2, ["  1 | x ##\N{ZERO WIDTH SPACE}[error]y", "    | ^"]),  # no command to GitHub's runner
    ],
)
def test_carets_stand_under_what_is_meant(line: str, column: int, end: int, shown: list[str]) -> None:
    assert excerpt(at(1, column, end), line) == shown


def test_a_problem_with_a_line_but_no_column_has_no_carets() -> None:
    assert excerpt(at(1), "abc") == ["  1 | abc"]


def test_a_line_that_the_file_does_not_have_any_more_is_left_out() -> None:
    assert excerpt(at(7, 1, 2), "abc") == []


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (
            "102",
            ["  1 | [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 1…", "    |            ^^^"],
        ),
        (
            "250",
            ["  1 | …45, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255…", "    |                          ^^^"],
        ),
        (
            "399",
            ["  1 | …94, 395, 396, 397, 398, 399]", "    |                          ^^^"],
        ),
    ],
)
def test_of_a_long_line_what_is_around_the_problem_is_shown(number: str, shown: list[str]) -> None:
    line = "[" + ", ".join(str(each) for each in range(100, 400)) + "]"
    column = line.index(number) + 1
    assert excerpt(at(1, column, column + 3), line, width=60) == shown


def test_text_from_a_file_cannot_be_a_command_to_githubs_runner() -> None:
    problem = Problem(kind=CATALOGUE["C004"], message=Text("no\n::stop-commands::x", "no"), hint=Text("::error::y", "::error::y"))
    assert not re.search(r"^\s*::", written(problem), re.MULTILINE)


@given(
    line=st.text(st.characters(exclude_characters="\n")),
    column=st.integers(1, 300),
    length=st.integers(0, 300),
    width=st.integers(1, 200),
)
def test_every_line_fits_and_the_carets_are_below_it(line: str, column: int, length: int, width: int) -> None:
    shown, carets = excerpt(at(1, column, column + length), line, width=width)

    def columns(text: str) -> int:
        return sum(
            0 if unicodedata.category(each) in {"Mn", "Me", "Cf"} else 1 + (unicodedata.east_asian_width(each) in "WF")
            for each in text
        )

    assert columns(shown) <= max(width, 46)
    assert columns(carets) <= max(width, 46)
    assert re.fullmatch(r"    \| *\^+", carets)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", shown)
