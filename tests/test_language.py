"""Texts in English and Japanese: that the two say the same as far as a program can tell."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from aces_action.language import EMPTY, Text, joined, lines, same, sentences
from aces_action.problems.advice import naming
from tests.cells import cells

ROOT = Path(__file__).parent.parent
JAPANESE = re.compile(r"[\u3001-\u30ff\u4e00-\u9fff\uff01-\uff5e]")  # kana, kanji and the full-width signs between them
WORD = re.compile(r"[A-Za-z]{2,}")
# Names and abbreviations that are the same in Japanese, and words of files and APIs that are quoted there alone
NAMES = frozenset({
    "ACES", "ACL", "AMI", "API", "AWS", "CPU", "GPU", "ID", "IP", "JSON", "JST", "PC", "SageMaker", "URL", "VPC",
    "vCPU", "PassRole", "PrivateAlgorithm", "async", "sagemaker", "dev", "gz", "zip", "sub", "claim",
    "permissions", "ref", "push", "fork", "Docker",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One `Text(…, …)` in the program: its two arguments, and where it stands."""

    place: str
    english: ast.expr
    japanese: ast.expr


def pairs(source: str, name: str) -> list[Pair]:
    """Every `Text(…)` of a module in the order of its lines. The two texts are given by position."""
    found = [
        Pair(place=f"{name}:{node.lineno}", english=node.args[0], japanese=node.args[1])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text"
    ]
    return sorted(found, key=lambda pair: pair.english.lineno)


def written(text: ast.expr) -> list[ast.expr] | None:
    """The strings and f-strings that a text is written with; None where it is chosen or made by other means."""
    match text:
        case ast.Constant() | ast.JoinedStr():
            return [text]
        case ast.BinOp(op=ast.Add()):
            left, right = written(text.left), written(text.right)
            return None if left is None or right is None else left + right
    return None


def words(strings: list[ast.expr]) -> str:
    """What a text says itself, without what is interpolated."""
    constants = [each for string in strings for each in ast.iter_child_nodes(string) if isinstance(each, ast.Constant)]
    return "".join(str(each.value) for each in [*(each for each in strings if isinstance(each, ast.Constant)), *constants])


def interpolated(strings: list[ast.expr]) -> list[ast.expr]:
    """The expressions whose values become part of a text."""
    values = [each for string in strings if isinstance(string, ast.JoinedStr) for each in string.values]
    return [each.value for each in values if isinstance(each, ast.FormattedValue)]


def neutral(node: ast.AST) -> str:
    """An expression without what differs between the languages: words, `.en` and `.ja`, a `_ja` at the end of a name."""
    match node:
        case ast.Attribute(attr="en" | "ja"):
            return neutral(node.value)
        case ast.Attribute():
            return f"{neutral(node.value)}.{node.attr.removesuffix('_ja')}"
        case ast.Name():
            return node.id.removesuffix("_ja")
        case ast.Constant():
            return "words" if isinstance(node.value, str) else repr(node.value)
    return f"{type(node).__name__}({', '.join(neutral(each) for each in ast.iter_child_nodes(node))})"


def parts(expression: ast.expr) -> set[str]:
    """An expression and all that it is made of."""
    return {neutral(each) for each in ast.walk(expression) if isinstance(each, ast.expr)}


def lacking(expressions: list[ast.expr], others: list[ast.expr]) -> list[str]:
    """Those that the others have not. A value is also there where it is the key to a word: `what` and `NOUNS[what]`."""
    wholes = {neutral(each) for each in others}
    inside = set[str]().union(*map(parts, others))
    return [ast.unparse(each) for each in expressions if neutral(each) not in inside and not parts(each) & wholes]


def fragments(pair: Pair) -> list[str]:
    """Words of the Japanese text in Latin letters that the English one has not, in one number or the other."""
    constants = (each.value for each in ast.walk(pair.english) if isinstance(each, ast.Constant) and isinstance(each.value, str))
    english = {word.casefold().removesuffix("s") for text in constants for word in WORD.findall(text)}
    japanese = words(written(pair.japanese) or [])
    found = WORD.findall(japanese) if JAPANESE.search(japanese) else []  # else there is no Japanese at all
    return sorted({word for word in found if word not in NAMES and word.casefold().removesuffix("s") not in english})


def faults(source: str, name: str = "x.py") -> list[str]:
    """What is wrong with the texts of a module, in the order of its lines."""
    found = []
    for pair in pairs(source, name):
        english, japanese = written(pair.english), written(pair.japanese)
        if english is None or japanese is None:
            continue
        if ast.dump(pair.english) == ast.dump(pair.japanese):
            if words(english):
                found.append(f"{pair.place}: both are the same, so it is same({ast.unparse(pair.english)})")
            continue
        values, others = interpolated(english), interpolated(japanese)
        found += [f"{pair.place}: only the English text has {each}" for each in lacking(values, others)]
        found += [f"{pair.place}: only the Japanese text has {each}" for each in lacking(others, values)]
        found += [f"{pair.place}: the Japanese text has the English word {word}" for word in fragments(pair)]
        composed = any(isinstance(node, ast.Attribute) and node.attr == "ja" for value in others for node in ast.walk(value))
        if WORD.search(words(english)) and not composed and not JAPANESE.search(words(japanese)):
            found.append(f"{pair.place}: there is no Japanese in {ast.unparse(pair.japanese)}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        'Text("It is gone.", "ありません。")',
        'Text(f"{name} is gone.", f"{name}がありません。")',
        'Text(f"{what.en} of {name!r}", f"{name}の{what.ja}")',
        'Text(f"{name}: {size:,} bytes", f"{size:,}バイト（{name}）" "です。")',
        'Text(f" on {name}", f"（{name}）")',
        'Text(f"{name}: {description}", f"{name}: {description_ja}")',
        'Text(f"The {what} is gone.", f"{NOUNS[what]}がありません。")',
        """Text(f"{'; '.join(each.en for each in found)}.", f"{'、'.join(each.ja for each in found)}。")""",
        """Text(f"is {'on' if switch else 'off'}", f"{'オン' if switch else 'オフ'}です")""",
        'Text("In " + place, "場所: " + place)',
        'Text(f"{text.en}: {name}", f"{text.ja}: {name}")',
        'Text("", "の値")',
    ],
)
def test_texts_that_say_the_same_are_fine(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('Text(f"{name} is gone.", "ありません。")', ["x.py:1: only the English text has name"]),
        ('Text("It is gone.", f"{name}がありません。")', ["x.py:1: only the Japanese text has name"]),
        (
            'Text(f"{one} is gone.", f"{two}がありません。")',
            ["x.py:1: only the English text has one", "x.py:1: only the Japanese text has two"],
        ),
        (
            'Text(f"{what.en} is gone.", f"{which.ja}がありません。")',
            ["x.py:1: only the English text has what.en", "x.py:1: only the Japanese text has which.ja"],
        ),
        (
            'Text(f"{self.name} is gone.", f"{self.size}バイトあります。")',
            ["x.py:1: only the English text has self.name", "x.py:1: only the Japanese text has self.size"],
        ),
        ('Text("It is gone.", "It is gone.")', ["x.py:1: both are the same, so it is same('It is gone.')"]),
        ('Text("It is gone.", "Oops.")', ["x.py:1: there is no Japanese in 'Oops.'"]),
        ('Text("It is gone.", "goneです。")', []),
        (
            'Text(f"{name} has gone.", f"{name}はmissingです。")',
            ["x.py:1: the Japanese text has the English word missing"],
        ),
        ('x = 1\n\nText(f"{name} is gone.", f"{name}")', ["x.py:3: there is no Japanese in f'{name}'"]),
    ],
)
def test_texts_that_say_different_things_are_found(source: str, expected: list[str]) -> None:
    assert faults(source) == expected


@cells(sorted((ROOT / "aces_action").rglob("*.py")), named=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_the_program_says_the_same_in_both_languages(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))) == []


def test_a_text_is_shown_in_the_language_that_was_chosen() -> None:
    text = Text("It is gone.", "ありません。")
    assert (text.in_("en"), text.in_("ja")) == ("It is gone.", "ありません。")
    assert same("make docs").in_("ja") == "make docs"


def test_texts_are_put_together_in_both_languages() -> None:
    one, two = Text("One.", "一つ。"), Text("Two.", "二つ。")
    assert one + two == Text("One.Two.", "一つ。二つ。")
    assert lines(one, EMPTY, two) == Text("One.\nTwo.", "一つ。\n二つ。")
    assert sentences(one, EMPTY, two) == Text("One. Two.", "一つ。二つ。")
    assert joined(", ", [one, EMPTY, two]) == Text("One., Two.", "一つ。, 二つ。")
    assert one.map(str.upper) == Text("ONE.", "一つ。")


def test_an_empty_text_counts_as_nothing() -> None:
    assert not EMPTY
    assert not sentences(EMPTY, EMPTY)
    assert Text("a", "あ")


def test_what_is_put_together_keeps_its_words_for_a_terminal() -> None:
    again = Text("Run the job again.", "ジョブを再実行", Text("Run the command again.", "コマンドを再実行"))
    assert sentences(Text("So.", "そう。"), again).for_terminal() == Text("So. Run the command again.", "そう。コマンドを再実行")
    assert (again + again).for_terminal() == Text("Run the command again." * 2, "コマンドを再実行" * 2)
    assert lines(EMPTY, Text("a", "b")).for_terminal() == Text("a", "b")
    assert again.map(str.upper).for_terminal().en == "RUN THE COMMAND AGAIN."


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("deploy", Text("Run `aces-action deploy`.", "`aces-action deploy`を実行")),
        ("register", Text("Run the workflow's `command: register`.", "ワークフローの`command: register`を実行")),
    ],
)
def test_a_command_is_named_as_a_terminal_calls_it_where_it_has_it(command: str, expected: Text) -> None:
    told = naming(command, "Run {command}.", "{command}を実行")
    assert (told.en, told.ja) == (f"Run `command: {command}`.", f"`command: {command}`を実行")
    assert told.for_terminal() == expected
