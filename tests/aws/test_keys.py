"""Keys of AWS in the environment that can be none: told before anything is asked, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.aws.keys import KEYS, wrong_keys
from aces_action.aws.session import open_session
from aces_action.configuration import check_configuration
from aces_action.problems import ActionError

GOOD = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE+/==",
}


def test_keys_as_aws_gives_them_are_right() -> None:
    assert wrong_keys(GOOD) == {}


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    ("spoil", "english", "japanese"),
    [
        ("{}\n", "has a line break at its end", "の末尾に改行が入っています"),
        ("{}\r\n", "has a line break at its end", "の末尾に改行が入っています"),
        ("\n{}", "has a line break at its beginning", "の先頭に改行が入っています"),
        ("{} ", "has a blank at its end", "の末尾に空白が入っています"),
        ("{}\u3000", "has a blank at its end", "の末尾に空白が入っています"),
        ("\t{}", "has a blank at its beginning", "の先頭に空白が入っています"),
        ("{}\nx", "has a line break inside", "の途中に改行が入っています"),
        ("{} x", "has a blank inside", "の途中に空白が入っています"),
        ("{}\ufeff", "has a character that is not ASCII", "にASCII以外の文字"),
        ("{}Ａ", "has a character that is not ASCII", "にASCII以外の文字"),
        ("{}\udc83", "has a character that is not ASCII", "にASCII以外の文字"),
        ("{}\x00", "has a control character", "に制御文字が入っています"),
        ('"{}"', "has quotation marks around it", "が引用符で囲まれています"),
        ("\n ", "has nothing in it but white space", "には空白しか入っていません"),
    ],
)
def test_what_is_wrong_with_a_key_is_named_and_never_the_key(name: str, spoil: str, english: str, japanese: str) -> None:
    key = GOOD.get(name, GOOD["AWS_SESSION_TOKEN"])
    [(wrong, problem)] = wrong_keys(GOOD | {name: spoil.format(key)}).items()
    assert (wrong, problem.code) == (name, "ACES-A001")
    assert f"{name} {english}" in problem.message.en
    assert f"{name}{japanese}" in problem.message.ja
    assert key not in f"{problem.message}{problem.hint}"


@given(st.text(max_size=20))
def test_a_key_that_http_would_refuse_is_never_taken_for_one(text: str) -> None:
    wrong = wrong_keys(GOOD | {"AWS_SESSION_TOKEN": text})
    assert bool(wrong) or all("!" <= each <= "~" for each in text)


def test_without_an_access_key_nobody_looks_at_the_others() -> None:
    assert wrong_keys({"AWS_SECRET_ACCESS_KEY": "x\n", "AWS_SESSION_TOKEN": " "}) == {}


def test_a_session_is_not_opened_with_keys_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in (GOOD | {"AWS_SESSION_TOKEN": "token-of-mine\n"}).items():
        monkeypatch.setenv(name, key)
    with pytest.raises(ActionError) as caught:
        open_session(region="ap-northeast-1", role_arn=None, session_name="", token=str)
    assert [problem.code for problem in caught.value.problems] == ["ACES-A001"]
    assert "token-of-mine" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"INPUT_COMMAND": "plan"}, True),
        ({"INPUT_COMMAND": "validate"}, False),  # asks AWS nothing
        ({"INPUT_COMMAND": "plan", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r"}, False),  # the keys are not used
    ],
)
def test_wrong_keys_are_told_with_whatever_else_is_wrong_where_they_are_used(
    tmp_path: Path, more: dict[str, str], told: bool
) -> None:
    environ = GOOD | {"AWS_SECRET_ACCESS_KEY": "x\n"} | more
    codes = [problem.code for problem in check_configuration(environ, tmp_path).problems]
    assert ("ACES-A001" in codes) == told
    assert "ACES-S001" in codes
