"""JSON that is broken in one line, at every line of real files and in every way people break it: one problem, at that line, with
what is missing in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest

from aces_action.problems import Problem
from aces_action.project.document import Source
from aces_action.project.json_reader import read_json
from tests.project.conftest import ALGORITHM, EXAMPLES, REGISTER

NESTED = {
    "plan_id": 1,
    "services": [
        {"name": "a", "algorithms": ["NA", "X"], "mimes": [], "o": {"k": None, "t": True}},
        {"name": "b", "type": "simple", "list": [1, 2, 3]},
    ],
    "last": "x, y",
}
FILES = {
    "register.json": (EXAMPLES / "number-plate-detection" / REGISTER).read_text("utf-8"),
    "another register.json": (EXAMPLES / "document-summary" / REGISTER).read_text("utf-8"),
    "algorithm.json": (EXAMPLES / "document-summary" / ALGORITHM).read_text("utf-8"),
    "nested": json.dumps(NESTED, indent=2),
    "indented by tabs": json.dumps(NESTED, indent="\t"),
}
ENTRY = re.compile(r'(?P<indent>\s*)"(?P<key>[^"]*)":(?P<blank>\s*)(?P<value>.*)')
TEXT = re.compile(r'"(?P<text>[^"]*)"(?P<comma>,?)')
Damage = Callable[[str], "str | None"]


def entry(change: Callable[[str, str], str]) -> Damage:
    """What is made of a key and the rest of its line."""

    def damage(line: str) -> str | None:
        found = ENTRY.fullmatch(line)
        return found["indent"] + change(found["key"], found["value"]) if found else None

    return damage


def text(change: Callable[[str, str], str]) -> Damage:
    """What is made of a value that is text, and its comma."""

    def damage(line: str) -> str | None:
        found = ENTRY.fullmatch(line)
        value = TEXT.fullmatch(found["value"]) if found else None
        return f'{found["indent"]}"{found["key"]}": {change(value["text"], value["comma"])}' if found and value else None

    return damage


def bracket(which: str) -> Damage:
    return lambda line: line.replace(which, "", 1) if which in TEXT.sub("", line) else None


DAMAGES: dict[str, tuple[Damage, str]] = {
    "no comma": (lambda line: line[:-1] if line.endswith(",") else None, "A comma is missing after this"),
    "no colon": (entry(lambda key, value: f'"{key}" {value}'), "':' after the key"),
    "=": (entry(lambda key, value: f'"{key}" = {value}'), "'=' instead of ':'"),
    "::": (entry(lambda key, value: f'"{key}":: {value}'), "'::' instead of ':'"),
    "quotes inside of a text": (text(lambda value, comma: f'"{value} "x""{comma}'), "Quotes inside the text"),
    "no first quote of a key": (entry(lambda key, value: f'{key}": {value}'), "A '\"' is missing before"),
    "no last quote of a key": (entry(lambda key, value: f'"{key}: {value}'), ""),
    "no quotes of a key": (entry(lambda key, value: f"{key}: {value}"), "is not JSON"),
    "no first quote of a text": (text(lambda value, comma: f'{value}"{comma}'), "A '\"' is missing before"),
    "no last quote of a text": (text(lambda value, comma: f'"{value}{comma}'), "not closed on its line"),
    "no quotes of a text": (text(lambda value, comma: f"{value}{comma}"), ""),
    "no {": (bracket("{"), "A '{' is missing"),
    "no [": (bracket("["), "A '[' is missing"),
    "no }": (bracket("}"), "A '}' is missing after this"),
    "no ]": (bracket("]"), "']'"),
}


def damaged(whole: str, damage: Damage) -> Iterator[tuple[int, str, str]]:
    """Each line that can be damaged so: its number, what became of it, and the whole text."""
    lines = whole.split("\n")
    for index, line in enumerate(lines):
        if (broken := damage(line)) is not None:
            yield index + 1, broken, "\n".join([*lines[:index], broken, *lines[index + 1 :]])


def problems_in(whole: str) -> list[Problem]:
    return read_json(Source.of("x.json", whole))[1]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", DAMAGES)
def test_the_line_that_is_damaged_is_the_one_shown_with_what_is_missing(file: str, name: str) -> None:
    damage, words = DAMAGES[name]
    for line, broken, whole in damaged(FILES[file], damage):
        (problem,) = problems_in(whole)
        # of a line that held nothing but the bracket, the one beside it is shown
        assert problem.line == line or (not broken.strip() and problem.line in {line - 1, line + 1}), (problem, broken)
        assert words in problem.message.en, (problem, broken)
        assert problem.message.ja != problem.message.en


@pytest.mark.parametrize("name", ["no first quote of a key", "no }", "no ]", "no {"])
def test_the_line_ends_of_windows_change_nothing(name: str) -> None:
    for _, _, whole in damaged(FILES["nested"], DAMAGES[name][0]):
        assert problems_in(whole.replace("\n", "\r\n")) == problems_in(whole)


def test_other_mistakes_are_told_beside_the_one_that_ended_the_reading() -> None:
    problems = problems_in('{\n  "a": True,\n  "b": "x",\n  c": 1\n}\n')
    assert [(problem.line, problem.message.en) for problem in problems] == [
        (2, "True is not JSON."),
        (4, "A '\"' is missing before c."),
    ]


def test_what_is_missing_is_told_in_japanese_too() -> None:
    def said(whole: str) -> str:
        (problem,) = problems_in(whole)
        return problem.message.ja

    assert said('{\n  a": 1\n}') == 'aの前に「"」がありません。'
    assert said('{\n  "a: 1\n}') == 'aの後に「"」がありません。'
    assert said('{\n  "a": [\n    1,\n    2\n}') == "この後に「]」がありません。"
    assert said('{\n  "a" = 1\n}') == '"a"の後が「:」ではなく「=」になっています。'
