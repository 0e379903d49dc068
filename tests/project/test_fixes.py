"""What is mended where there is exactly one right answer, and that all else in the text stays."""

from __future__ import annotations

import pytest

from aces_action import __version__
from aces_action.inputs import INPUTS
from aces_action.problems.problem import Fix, Problem
from aces_action.project.document import Source
from aces_action.project.fixes import applicable, fixed_text
from aces_action.project.json_reader import read_json
from aces_action.project.similar import certain, meant_by
from aces_action.project.yaml_reader import read_yaml
from tests.project.conftest import EXAMPLES, INFRA, REGISTER, Workspace

KEYS = (
    "title",
    "subtitle",
    "content",
    "type",
    "unit_name",
    "image_key",
    "input_mimes",
    "output_mimes",
    "results_to_show_default",
)


def mended(text: str, *, json: bool = False) -> str:
    """The text after as many rounds as it takes."""
    for _ in range(50):
        source = Source.of("x", text)
        _, problems = (read_json if json else read_yaml)(source)
        after = fixed_text(source, [each.fix for each in problems if each.fix])
        if after == text:
            return text
        text = after
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("context", "content"),
        ("Title", "title"),
        ("TITLE", "title"),
        ("tilte", "title"),
        ("tittle", "title"),
        ("image-key", "image_key"),
        ("imageKey", "image_key"),
        ("results_to_show_defualt", "results_to_show_default"),
        ("result_to_show_defalt", "results_to_show_default"),
        ("input_mime", "input_mimes"),
    ],
)
def test_a_key_that_can_only_mean_one_is_that_one(word: str, meant: str) -> None:
    assert certain(word, KEYS) == meant


@pytest.mark.parametrize("word", ["title", "typ", "name", "put_mimes", "image", "t", "", "x" * 200, "titel2x", "contest_of"])
def test_a_key_that_is_right_or_may_mean_several_or_something_else_is_none(word: str) -> None:
    assert certain(word, KEYS) is None


def test_a_word_between_two_is_neither() -> None:
    assert certain("min_capasity", ("min_capacity", "max_capacity")) == "min_capacity"
    assert certain("mxn_capacity", ("min_capacity", "man_capacity")) is None


def test_no_input_is_taken_for_another() -> None:
    names = [each.name for each in INPUTS]
    for name in names:
        assert certain(name, names) is None
        assert certain(name.replace("-", "_"), names) in {name, None}


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("prd", ("dev", "staging", "production"), "production"),
        ("prod", ("dev", "staging", "production"), "production"),
        ("stg", ("dev", "staging", "production"), "staging"),
        ("develop", ("dev", "staging", "production"), "dev"),
        ("Development", ("dev", "staging", "production"), "dev"),
        ("本番", ("dev", "staging", "production"), "production"),
        ("batch", ("sagemaker", "aws_batch"), "aws_batch"),
        ("AWS Batch", ("sagemaker", "aws_batch"), "aws_batch"),
        ("SageMaker", ("sagemaker", "aws_batch"), "sagemaker"),
        ("files", ("simple", "image", "file"), "file"),
        ("sync", ("realtime", "async"), "realtime"),
        ("asynchronous", ("realtime", "async"), "async"),
        ("x", ("dev", "staging", "production"), None),
        ("zzz", ("simple", "image", "file"), None),
    ],
)
def test_a_choice_is_told_by_what_people_call_it(word: str, known: tuple[str, ...], meant: str | None) -> None:
    assert meant_by(word, known) == meant


@pytest.mark.parametrize(
    ("file", "old", "new", "hint"),
    [
        (REGISTER, '"simple"', '"files"', "Did you mean file?"),
        (REGISTER, '"simple"', '"simpel"', "Did you mean simple?"),
        (INFRA, "ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: batch", "Did you mean aws_batch?"),
        (INFRA, "ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: aws-batch", "Did you mean aws_batch?"),
    ],
)
def test_a_choice_of_a_file_comes_with_what_is_meant(workspace: Workspace, file: str, old: str, new: str, hint: str) -> None:
    workspace.replace(file, old, new)
    (problem, *_) = workspace.problems()
    assert problem.hint.en == hint


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        ('{"a"：1}', '{"a":1}'),
        ('｛"a": [1，2］｝', '{"a": [1,2]}'),
        ('{"a": 1,　"b": 2}', '{"a": 1, "b": 2}'),
        ('{"a":\u00a01 \u200b}', '{"a": 1 }'),
        ('{"a": 1,}', '{"a": 1}'),
        ('{"a": [1, 2,],}', '{"a": [1, 2]}'),
        ('{"a": 1\n "b": 2}', '{"a": 1,\n "b": 2}'),
        ('{"a": True, "b": None, "c": FALSE}', '{"a": true, "b": null, "c": false}'),
        ("{'a': “b”}", '{"a": "b"}'),
        ('{"a": 1}  // stays\n', '{"a": 1}  // stays\n'),
        ('{"a": b}', '{"a": b}'),
        ("{'a\"': 1}", "{'a\"': 1}"),
    ],
)
def test_json_is_mended_where_one_answer_is_right_and_comments_stay(broken: str, right: str) -> None:
    assert mended(broken, json=True) == right


@pytest.mark.parametrize(
    ("broken", "right"),
    [
        ("a：1\nb: 2\n", "a: 1\nb: 2\n"),
        ("a： 1\nb: 2\n", "a: 1\nb: 2\n"),
        ("a:\n  b：1\r\n  c: 2\r\n", "a:\n  b: 1\r\n  c: 2\r\n"),
        ("a: 1\n＃ comment\nb: 2\n", "a: 1\n# comment\nb: 2\n"),
        ("a: 1　\nb: 　2\n", "a: 1\nb: 2\n"),
        ("a:　1\nb: 2\n", "a: 1\nb: 2\n"),
        ("a: 'x：y'  # c：d\n", "a: 'x：y'  # c：d\n"),
        ("a: 朝：昼\n", "a: 朝：昼\n"),
    ],
)
def test_yaml_is_mended_where_one_answer_is_right_and_text_stays(broken: str, right: str) -> None:
    assert mended(broken) == right


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("account_id: '123456789012'", "account_id: 123456789012", "account_id: '123456789012'"),
        ("account_id: '123456789012'", 'account_id: "1234-5678-9012" # c', "account_id: '123456789012' # c"),
        ("account_id: '123456789012'", "account_id: １２３４５６７８９０１２", "account_id: '123456789012'"),
        ("account_id: '123456789012'", "acount_id: '123456789012'", "account_id: '123456789012'"),
        ("aws_batch_instance_type: m5.xlarge", "aws_batch_instance_typ: m5.xlarge", "aws_batch_instance_type: m5.xlarge"),
        ("aws_batch_instance_type: m5.xlarge", "'AWS_BATCH_INSTANCE_TYPE': m5.xlarge", "'aws_batch_instance_type': m5.xlarge"),
        ("aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: m５.xlarge", "aws_batch_instance_type: m5.xlarge"),
        ("ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: “aws_batch”", "ASYNC_COMPONENT_SERVICE: aws_batch"),
    ],
)
def test_the_infra_file_is_mended_where_one_answer_is_right(workspace: Workspace, old: str, new: str, right: str) -> None:
    before = (workspace.path / INFRA).read_text("utf-8")
    workspace.replace(INFRA, old, new)
    assert _mended_infra(workspace) == before.replace(old, right)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("account_id: '123456789012'", "account_id: '12345678901'"),
        ("account_id: '123456789012'", "x: &a 1234-5678-9012\naccount_id: *a"),
        ("ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: batch"),
        ("aws_batch_instance_type: m5.xlarge", "aws_batch_instance_typ: m5.xlarge\naws_batch_instance_tyqe: m5.xlarge"),
        ("aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: m5.xlarge\nAWS_batch_instance_type: m5.large"),
    ],
)
def test_what_may_mean_several_is_left_to_its_author(workspace: Workspace, old: str, new: str) -> None:
    workspace.replace(INFRA, old, new)
    before = (workspace.path / INFRA).read_text("utf-8")
    assert _mended_infra(workspace) == before


def _mended_infra(workspace: Workspace) -> str:
    for _ in range(9):
        text = (workspace.path / INFRA).read_text("utf-8")
        found = [each for each in workspace.problems() if each.fix and each.file == INFRA]
        after = fixed_text(Source.of(INFRA, text), [each.fix for each in found if each.fix])
        if after == text:
            break
        workspace.write(INFRA, after)
    return text


def test_fixes_that_touch_wait_for_another_round_and_the_same_fix_counts_once() -> None:
    source = Source.of("x", "abc\ndef\n")
    first, touching, later = source.fix((0, 2), "X"), source.fix((2, 3), "Y"), source.fix((5, 5), "!")
    assert applicable(source, [later, touching, first, first]) == [((0, 2), "X"), ((5, 5), "!")]
    assert fixed_text(source, [later, touching, first, first]) == "Xc\nd!ef\n"
    assert fixed_text(source, []) == source.text


def test_a_fix_over_lines_is_placed_at_both_ends() -> None:
    source = Source.of("x", "abc\r\nde\nf")
    assert source.fix((1, 7), "") == Fix(line=1, column=2, end_line=2, end_column=3, new="")
    assert fixed_text(source, [source.fix((1, 7), "")]) == "a\nf"


def test_a_problem_without_one_right_answer_has_no_fix(workspace: Workspace) -> None:
    workspace.replace(REGISTER, '"type": "simple"', '"type": "simpel"')
    problem: Problem = workspace.problems()[0]
    assert problem.fix is None


@pytest.fixture
def with_lines(workspace: Workspace) -> Workspace:
    """The example's files as they are, with their `$schema` lines."""
    for file in (REGISTER, INFRA):
        workspace.write(file, (EXAMPLES / "number-plate-detection" / file).read_bytes())
    return workspace


ADDRESS = f"https://raw.githubusercontent.com/ORG/aces-action/v{__version__}/schemas/"


@pytest.mark.parametrize(
    ("file", "own", "named"),
    [
        (REGISTER, "register", "algorithm"),
        (REGISTER, "register", "infra"),
        (REGISTER, "register", "regster"),
        (INFRA, "infra", "register"),
        (INFRA, "infra", "infar"),
    ],
)
def test_the_schema_line_of_another_file_is_a_warning_and_mended(with_lines: Workspace, file: str, own: str, named: str) -> None:
    before = (with_lines.path / file).read_text("utf-8")
    with_lines.replace(file, f"{own}.schema.json", f"{named}.schema.json")
    (problem,) = with_lines.problems()
    assert (problem.code, problem.severity) == ("ACES-C054", "warning")
    assert problem.hint.en == f"This file's schema is {own}.schema.json."
    assert problem.fix is not None
    text = (with_lines.path / file).read_text("utf-8")
    assert fixed_text(Source.of(file, text), [problem.fix]) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (REGISTER, f"{ADDRESS}register.schema.json", "./own.json"),
        (REGISTER, f"{ADDRESS}register.schema.json", "../schemas/register.schema.json"),
        (REGISTER, f'"$schema": "{ADDRESS}register.schema.json",\n    ', ""),
        (INFRA, f"# yaml-language-server: $schema={ADDRESS}infra.schema.json\n", ""),
        (INFRA, f"# yaml-language-server: $schema={ADDRESS}infra.schema.json\n", "# see register.schema.json\n"),
        (INFRA, f"{ADDRESS}infra.schema.json", "https://example.com/own.schema.json"),
    ],
)
def test_other_schema_lines_and_none_are_left_alone(with_lines: Workspace, file: str, old: str, new: str) -> None:
    with_lines.replace(file, old, new)
    assert with_lines.problems() == []
