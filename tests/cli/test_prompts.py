"""How questions are broken into lines: never wider than the terminal, nothing lost, and as Japanese is broken."""

from __future__ import annotations

import unicodedata

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.cli.console import terminal
from aces_action.cli.prompts import agrees, wrapped
from aces_action.language import Text


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("twenty columns or so, and more", ["twenty columns or", "so, and more"]),
        ("a" * 45, ["a" * 20, "a" * 20, "a" * 5]),
        ("リポジトリの名前をそのまま使います。", ["リポジトリの名前をそ", "のまま使います。"]),
        ("名前は次の規則に従うこと。", ["名前は次の規則に従う", "こと。"]),
        ("名前は次の規則に従う。そうです。", ["名前は次の規則に従", "う。そうです。"]),  # no line begins with 。
        ("名前は次の規則に従（う）そうです", ["名前は次の規則に従", "（う）そうです"]),  # and none ends with （
        ("名前はここのリポジトリにする", ["名前はここの", "リポジトリにする"]),  # a word in katakana stays whole
        ("1. something with a number", ["1. something with a", "   number"]),
        ("one\ntwo", ["one", "two"]),
    ],
)
def test_a_line_is_broken_where_a_reader_would(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 20)) == lines


@given(text=st.text(st.sampled_from("ab .,、。（）ァー日本リポジトリ12\n"), max_size=200), width=st.integers(20, 60))
@settings(max_examples=100)
def test_no_line_is_too_wide_and_nothing_is_lost(text: str, width: int) -> None:
    lines = list(wrapped(text, width, indent="  "))
    assert max(columns(line) for line in lines) <= width + 2
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [("y", True), ("はい", True), ("ＹＥＳ", True), ("", False), ("n", False), ("いいえ", False), ("はいはい\nえ?\nｙ", True)],
)
def test_yes_and_no_are_taken_as_they_are_typed_in_japanese(typed: str, agreed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is neither is asked for again: click's own prompt would do that in English."""
    shown: list[str] = []
    answers = iter(typed.split("\n"))
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda *_: next(answers))
    monkeypatch.setattr(click, "echo", lambda text="", **_: shown.append(text))
    person = terminal({"LANG": "ja_JP.UTF-8"}, [])
    assert agrees(Text("Go on?", "続けますか？"), person) is agreed
    assert [line for line in shown if "✗" in line] == ["  ✗ yまたはnを入力してください。"] * typed.count("\n")
