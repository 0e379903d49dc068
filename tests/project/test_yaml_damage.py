"""YAML that is broken in one line, at every line of real files and in every way people break it: that line is shown, with what is
missing in it. A parser notices most of these lines later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from aces_action.problems import Problem
from aces_action.project.document import Source
from aces_action.project.schema import schema_problems
from aces_action.project.yaml_reader import read_yaml
from aces_action.workflow.steps import read_workflow
from tests.project.conftest import EXAMPLES, INFRA, Workspace
from tests.project.test_mutations import ASYNCHRONOUS, WITH_BATCH

EXAMPLE = EXAMPLES / "number-plate-detection"
INFRA_SCHEMA = "infra.schema.json"
# The file, and the schema that says what YAML finds nothing wrong with; a workflow has none here
FILES: dict[str, tuple[str, str | None]] = {
    "infra": ((EXAMPLE / INFRA).read_text("utf-8"), INFRA_SCHEMA),
    "asynchronous infra": (next((EXAMPLES / "document-summary").rglob("*-infra.yml")).read_text("utf-8"), INFRA_SCHEMA),
    "every key": (WITH_BATCH, INFRA_SCHEMA),
    "every other key": (ASYNCHRONOUS, INFRA_SCHEMA),
    "expectation": ((EXAMPLE / "server/smoke-test/plate.png.expect.yml").read_text("utf-8"), None),
    "deploy": ((EXAMPLE / ".github/workflows/build_on_push_develop.yml").read_text("utf-8"), None),
    "endpoint": ((EXAMPLE / ".github/workflows/endpoint.yml").read_text("utf-8"), None),
}

ENTRY = re.compile(r"(?P<before>\s*(?:- )*)(?P<key>[\w$-]+):(?: (?P<value>[^#\n]*?))?(?P<after>\s+#.*)?")
Damage = Callable[[str, str, str], "str | None"]


def value_only(change: Callable[[str, str], str | None]) -> Damage:
    """What is done to the line of a key that has a value."""
    return lambda before, key, value: before + changed if value and (changed := change(key, value)) is not None else None


def plain_only(change: str) -> Damage:
    """What is put in place of a value that is plain text, without quotes inside."""
    return value_only(
        lambda key, value: None if value[0] in "|>[{&*!" or "'" in value or '"' in value else f"{key}: {change.format(value)}"
    )


def unquoted(key: str, value: str) -> str | None:
    return f"{key}: {value[:-1]}" if value[0] in "'\"" else None


def opened(key: str, value: str) -> str | None:
    return f"{key}: {value[:-1]}" if value[0] in "[{" else None


DAMAGES: dict[str, tuple[Damage, str]] = {
    "no colon": (lambda before, key, value: f"{before}{key} {value}".rstrip(), "A ':' is missing after {key}"),
    "no space after the colon": (value_only(lambda key, value: f"{key}:{value}"), "A space is missing after the ':' of {key}"),
    "=": (value_only(lambda key, value: f"{key} = {value}"), "{key} is followed by '=' instead of ':'"),
    "= without spaces": (value_only(lambda key, value: f"{key}={value}"), "{key} is followed by '=' instead of ':'"),
    "=>": (value_only(lambda key, value: f"{key} => {value}"), "{key} is followed by '=>' instead of ':'"),
    "::": (value_only(lambda key, value: f"{key}::{value}"), "{key} is followed by '::' instead of ':'"),
    "no closing quote": (value_only(unquoted), "quotes that begin here are not closed"),
    "only an opening quote": (plain_only("'{}"), "quotes that begin here are not closed: ' is missing"),
    "only opening quotes": (plain_only('"{}'), 'quotes that begin here are not closed: " is missing'),
    "other quotes at the end": (plain_only("'{}\""), "quotes that begin here are not closed: ' is missing"),
    "quotes in quotes": (plain_only("'it's {}'"), "quotes inside the text"),
    "text after quotes": (plain_only("'{}' x"), "Text after the closing quotes"),
    "no closing bracket": (value_only(opened), "that begins here is not closed"),
    "a bracket too many": (
        value_only(lambda key, value: f"{key}: {value}]" if value[0] == "[" else None),
        "There is one ']' too many",
    ),
    "@": (plain_only("@{}"), "'@' cannot begin a value"),
    "`": (plain_only("`{}`"), "'`' cannot begin a value"),
    "%": (plain_only("%{}"), "'%' cannot begin a value"),
    "*": (plain_only("* {}"), "'*' cannot begin a value"),
    "colon in the text": (plain_only("{}: x"), "A ':' where no key is allowed"),
    "list beside its key": (value_only(lambda key, value: f"{key}: - {value}"), "A list cannot begin on the line of its key"),
}


def damaged(text: str, damage: Damage) -> Iterator[tuple[int, str, str]]:
    """Each line that can be damaged so: its number, its key, and the whole text."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        found = ENTRY.fullmatch(line)
        if found and (broken := damage(found["before"], found["key"], found["value"] or "")) is not None:
            broken += found["after"] or ""
            yield index + 1, found["key"], "\n".join([*lines[:index], broken, *lines[index + 1 :]])


def problems_in(text: str, schema: str | None) -> list[Problem]:
    document, problems = read_yaml(Source.of("x.yml", text))
    if document and schema and not problems:
        problems = schema_problems(document, schema)
    return problems


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", DAMAGES)
def test_the_line_that_is_damaged_is_the_one_shown_with_what_is_missing(file: str, name: str) -> None:
    text, schema = FILES[file]
    damage, words = DAMAGES[name]
    for line, key, broken in damaged(text, damage):
        for variant in (broken, broken.replace("\n", "\r\n")) if line % 7 == 0 else (broken,):
            problems = problems_in(variant, schema)
            if not problems:
                # the only entry of its mapping or list: to YAML a text like any other, and GitHub says what it does not take
                assert schema is None, broken.split("\n")[line - 1]
                continue
            problem = problems[0]
            assert problem.line == line, (problem, broken.split("\n")[line - 1])
            said = f"{problem.message.en} {problem.hint.en}"
            assert words.format(key=key) in said, (said, broken.split("\n")[line - 1])
            assert problem.message.ja != problem.message.en


def indented(text: str, change: Callable[[str], str | None]) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#") and (changed := change(line)) is not None:
            yield index + 1, "\n".join([*lines[:index], changed, *lines[index + 1 :]])


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda line: f" {line}", id="further in"),
        pytest.param(lambda line: line[1:] if line.startswith(" ") else None, id="further out"),
    ],
)
def test_a_line_that_is_not_indented_like_those_around_it_is_shown(file: str, change: Callable[[str], str | None]) -> None:
    text, _ = FILES[file]
    for line, broken in indented(text, change):
        shown = broken.split("\n")[line - 1]
        for problem in problems_in(broken, None)[:1]:  # the only entry of a mapping may stand anywhere
            assert problem.line == line, (problem, shown)
            assert f"This line is indented by {len(shown) - len(shown.lstrip())} space" in problem.message.en
            assert problem.hint.en.startswith("With ")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("tabs", ["\t", "\t\t", " \t"])
def test_a_tab_in_the_indentation_is_shown_where_it_is(file: str, tabs: str) -> None:
    text, _ = FILES[file]
    for line, broken in indented(text, lambda line: tabs + line.lstrip()):
        (problem,) = problems_in(broken, None)
        assert (problem.line, problem.column) == (line, tabs.index("\t") + 1), broken.split("\n")[line - 1]
        assert problem.message.en == "A tab where YAML needs spaces."


def test_a_dash_without_its_space_is_shown() -> None:
    for count in (2, 3, 5):
        for broken in range(1, count):
            entries = [f"  -{'' if index == broken else ' '}entry{index}" for index in range(count)]
            (problem,) = problems_in("\n".join(["list:", *entries, "next: 1"]), None)
            assert (problem.line, problem.message.en) == (broken + 2, "A space is missing after the '-'.")
            assert problem.hint.en == f"Write - entry{broken}"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("instance_pools:\n  -ml.m5.large\n", 2, "A space is missing after the '-'"),
        ("provision_timeout=600\n", 1, "provision_timeout is followed by '='"),
        ("rollout:size\n", 1, "A space is missing after the ':' of rollout"),
        ("rollout\n", 1, "A ':' is missing after rollout"),
    ],
)
def test_text_where_keys_or_a_list_should_be_is_told_what_it_lacks(text: str, line: int, words: str) -> None:
    nested = "SAGEMAKER_INSTANCE_TYPE: ml.m5.xlarge\nsagemaker:\n" + "".join(f"  {each}\n" for each in text.splitlines())
    (problem,) = problems_in(nested, INFRA_SCHEMA)
    assert (problem.code, problem.line) == ("ACES-C004", line + 2)
    assert words in problem.hint.en


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("command: stop", "command stop", "A ':' is missing after command"),
        ("command: stop", "command:stop", "A space is missing after the ':' of command"),
        ("command: stop", "command=stop", "command is followed by '='"),
        (
            "- uses: ORG/aces-action@v0.1.0\n        with:\n          command: stop\n",
            "- uses ORG/aces-action@v0.1.0\n",
            "missing after uses",
        ),
        (
            "- uses: ORG/aces-action@v0.1.0\n        with:\n          command: stop\n",
            "- uses:ORG/aces-action@v0.1.0\n",
            "':' of uses",
        ),
    ],
)
def test_an_entry_of_the_actions_step_that_yaml_takes_for_text_is_told(
    workspace: Workspace, right: str, wrong: str, words: str
) -> None:
    file = ".github/workflows/stop_at_night.yml"
    line = workspace.text(file)[: workspace.text(file).index(right)].count("\n") + 1
    workspace.replace(file, right, wrong)
    _, (problem,) = read_workflow(workspace.path, file)
    assert (problem.code, problem.line) == ("ACES-C003", line)
    assert words in problem.message.en


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("b: y}}\nc: [1](2)\nd: 1", (2, 4), "After '[' a list was expected"),
        ("a: {b: 1,\n  c: 2\n  d: 3}\nb: 1", (2, 3), "A comma is missing"),
        ("a:\n  - b\n - c\n", (3, 1), "indented by 1 space,"),
        ("a:\n  b: 1\nfree text here\nc: 1", (3, 1), "A ':' is missing after free"),
        ("a: 1\n「メモ」, x\nb: 1", (2, 1), "neither 'key: value'"),
        ('a: "C:\\data"\nb: 1', (1, 7), "does not know this backslash escape"),
        ("a: &\nb: 1", (1, 4), "'&' cannot begin a value"),
        ("a: |text\nb: 1", (1, 4), "'|' cannot begin a value"),
        ("cron: * 0 * *", (1, 7), "'*' cannot begin a value"),
        ("a: [1, 2\n\n\n\nb:\n  - 3", (1, 4), "The '[' that begins here is not closed"),
        ("a: {b: 1\nc: {d: 2\ne: 3", (1, 4), "The '{' that begins here is not closed"),
        ("'a: 1\nb: 2\n'c': 3", (1, 1), "quotes that begin here are not closed"),
        ("a: ['x, 'y']\nb: 1", (1, 5), "quotes that begin here are not closed"),
        ("a: 'x # comment\nb: 'y'\n", (1, 4), "quotes that begin here are not closed"),
        ("a 1\nb 2\nc: 3", (1, 1), "A ':' is missing after a"),
        ("a: x: y\nb c\nd: 1", (1, 5), "A ':' where no key is allowed"),
    ],
)
def test_other_mistakes_are_shown_where_they_began(text: str, place: tuple[int, int], words: str) -> None:
    problem = problems_in(text, None)[0]
    assert (problem.line, problem.column) == place, problem
    assert words in problem.message.en


def test_what_is_missing_is_told_in_japanese_too() -> None:
    def said(text: str) -> tuple[str, str]:
        (problem,) = problems_in(text, None)
        return problem.message.ja, problem.hint.ja

    assert said("a 1\nb: 2") == ("aの後に「:」がありません。", "a: 1と書いてください。")
    assert said("a: 1\nb:2\nc: 3") == ("bの「:」の後に半角スペースがありません。", "b: 2と書いてください。")
    assert said("a: 1\nb = 2\nc: 3") == ("bの後が「:」ではなく「=」になっています。", "b: 2と書いてください。")
    assert said("- a\n-b\n- c") == ("「-」の後に半角スペースがありません。", "- bと書いてください。")
    assert said("a: 'b\nc: 'd'") == ("ここで始まる引用符が閉じられていません（'がありません）。", "'b'と書いてください。")
