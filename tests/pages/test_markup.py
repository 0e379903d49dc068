"""Nothing from outside is markup or a link, wherever on a page it stands: every text of every ending is replaced by it."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.github.files import SUMMARY_LIMIT
from aces_action.language import LANGUAGES, Text, same
from aces_action.ledger import Ledger, Write
from aces_action.output.report import Report
from aces_action.output.summary import plan_output, summary, summary_output
from aces_action.problems import Kind
from aces_action.smoke_test.model import InvocationResult
from tests.pages.endings import endings
from tests.pages.markup import objections

HELP, CONSOLE = "https://github.com/ORG/aces-action/", "https://console.example/"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
_FIXED = frozenset({"result", "verb", "policy", "resource", "code"})  # words of this program

HOSTILE = [
    "</code></pre></summary></details></td></tr></table><h1>x</h1>", "<details open>", "<!-- ", "--> x <b>", "<img src=x>",
    "[a](http://evil.example)", "![a](http://evil.example/a.png)", "](javascript:alert(1))", "[a]: http://evil.example",
    "http://evil.example/a", "https://evil.example", "HTTPS://EVIL.example", "ftp://evil.example", "www.evil.example",
    "WWW.evil.example", "日本語https://evil.example日本語", "me@evil.example", "mailto:me@evil.example", "xmpp:me@evil.example/x",
    "@octocat", "@org/team", "a@b", "org/repo@4f2d1c7b9a3e", "#1", "##12", "GH-1", "gh-12", "org/repo#7", "4f2d1c7", "1234567",
    "4f2d1c7b9a3e5068d1b2c3a4958677f0e1d2c3b4", "-4f2d1c7b-", ":tada:", ":+1:", "a:smile:b", "$x$", "$$x$$", "$`x`$", "[^1]: x",
    "`", "``", "```", "~~~", "````\n", "`a` b `c", "`" * 41, "`" * 90, "`" * 300,
    "| a | b |\n| --- | --- |", "**b**", "__b__",
    "# h", "## h", "- a", "+ a", "* a", "1. a", "2) a", "> a", "---", "===", "***", "___", "    code", "\tcode", "- [x] a",
    "> [!NOTE]", "*i*", "_i_", "~~s~~", "~s~", "\\", "\\\\`", "&lt;b&gt;", "&#64;octocat", "&amp;", "a\nb", "a\n\nb", "a\n# b",
    "a\n---", "a\n===", "\n\n- a", "a  \nb", "::error::x", "", " ", "\u3000", "\u200b", "\u2028x",
]  # fmt: skip


def poisoned(value: Any, text: str, field: str = "") -> Any:
    """The value with the text in the place of each of its texts, but for words that this program chose."""
    match value:
        case str():
            return value if field in _FIXED else text
        case bytes() | Kind() | None | bool():
            return value
        case Text():
            return Text(text, f"{text}。") if value.en != value.ja and text else Text(text, text)
        case Ledger():
            ledger = Ledger()
            ledger.send(Write(done=Text(text, f"{text}。"), asks=Text(text, text))).accept()
            return ledger
        case InvocationResult():
            body = text.encode(errors="replace")
            return dataclasses.replace(value, body=body, size=len(body), content_type=text, variant=text, log_stream=text)
        case list():
            return [poisoned(each, text, field) for each in value]
        case tuple():
            return tuple(poisoned(each, text, field) for each in value)
        case dict():
            # addresses among the outputs are this program's: what is in them may come from outside
            return {name: f"{CONSOLE}{text}" if name.endswith("-url") else poisoned(each, text) for name, each in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        values = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return dataclasses.replace(value, **{name: poisoned(each, text, name) for name, each in values.items()})
    return value


def pages(report: Report, redact: Callable[[str], str] = str) -> list[str]:
    return [write(report, language, redact) for write in (summary, plan_output) for language in LANGUAGES]


def test_the_reader_of_pages_finds_what_github_makes_of_text() -> None:
    found = {hostile for hostile in HOSTILE if objections(f"x {hostile}\n\n{hostile}\n", HELP)}
    assert {"@octocat", "#1", "GH-1", "4f2d1c7", ":tada:", "$x$", "me@evil.example", "www.evil.example", "<img src=x>"} <= found
    assert {"[a](http://evil.example)", "| a | b |\n| --- | --- |", "~~s~~", "&#64;octocat", "> a", "---"} <= found
    assert not found & {"", " ", "a\nb", "\\", "`"}


@cache
def everything() -> tuple[Report, Report]:
    """All that can stand on a page, of a run that failed and of one that did not."""
    made = dataclasses.replace(
        endings()["failed-smoke-test"],
        server_status=endings()["status"].server_status,
        server_logs=endings()["failed-sagemaker"].server_logs,
        events=endings()["failed-sagemaker"].events,
        weights=endings()["failed-weights"].weights,
        checks=endings()["failed-preflight"].checks,
        calls=endings()["deployed"].calls,
        outputs=endings()["deployed"].outputs,
        problems=[*endings()["failed-smoke-test"].problems, *endings()["failed-preflight"].problems],
        under_way=endings()["cancelled"].under_way,
    )
    return made, dataclasses.replace(made, result="deployed", weights=endings()["deployed"].weights)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_from_outside_is_markup_or_a_link_in_any_field(hostile: str) -> None:
    for report in everything():
        for page in pages(poisoned(report, hostile)):
            assert objections(page, HELP, CONSOLE) == []
            assert page.encode("utf-8", "strict")


_ALPHABET = st.sampled_from(
    [*"<>`*_[]()|~@#$:&\\-+=.!/'\"\n\t aw1f0ア。", "www.", "http://", "```", "GH-", "- ", "1. ", "    ", "<!--"]
)


@settings(max_examples=60)
@given(st.lists(_ALPHABET, max_size=30).map("".join))
def test_no_text_of_markdowns_own_characters_is_markup(text: str) -> None:
    for page in pages(poisoned(everything()[0], text)):
        assert objections(page, HELP, CONSOLE) == []


@pytest.mark.parametrize("name", sorted(endings()))
def test_of_our_own_texts_only_what_is_meant_is_markup_or_a_link(name: str) -> None:
    report = endings()[name]
    own = (HELP, "https://github.com/example-org/number-plate-detection/", "https://ap-northeast-1.console.aws.amazon.com/")
    platform = ("https://dev-platform.example.com/", "https://github.com/example-org/number-plate-detection/actions/runs/")
    for page in pages(report):
        assert objections(page, *own, *platform) == []


def test_a_secret_is_on_no_page_whatever_part_of_the_run_says_it() -> None:
    """Whole or cut: a digest that is a secret is hidden before it is shortened."""
    for report in everything():
        for page in pages(poisoned(report, f"before {SECRET} after"), lambda text: text.replace(SECRET, "***")):
            shown = html.unescape(page).replace("<!-- -->", "")
            assert not any(SECRET[at : at + 8] in shown for at in range(len(SECRET) - 7))
            assert "***" in shown


def test_a_secret_of_several_lines_is_hidden_before_a_hint_is_taken_apart() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----"
    (problem, *_), secret = endings()["failed-sagemaker"].problems, f"Look:\n{key}\naws s3 ls"
    report = Report(problems=[dataclasses.replace(problem, hint=same(secret))])
    for page in pages(report, lambda text: text.replace(key, "***")):
        assert "MIIE" not in page
        assert "***\naws s3 ls" in page


@pytest.mark.parametrize("part", ["x" * 4000, "長い説明<記号>" * 600, "`" * 3000, "@a " * 1500])
def test_a_page_keeps_within_its_limits_and_says_where_it_was_cut(part: str) -> None:
    report = poisoned(everything()[0], part)
    report = dataclasses.replace(report, problems=report.problems * 30, changes=report.changes * 30)
    assert len(summary(report, "ja", str).encode()) < SUMMARY_LIMIT
    for write in (summary_output, plan_output):
        page = write(report, "ja", str)
        assert len(page) <= 60_000
        assert len(page.encode()) <= 120_000
        assert objections(page, HELP, CONSOLE) == []
        assert page.rstrip().rpartition("\n\n")[2].startswith("_ここで省略しました")
        assert page.startswith("## ❌ ")
        assert "### 対処方法" in page
        assert "### この実行で変更したもの" in page


def test_a_page_that_is_short_enough_is_whole_in_the_output_too() -> None:
    for report in endings().values():
        assert summary(report, "en", str) == summary_output(report, "en", str)
