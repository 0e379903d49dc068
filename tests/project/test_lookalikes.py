"""Characters that look like others: said with their number and with what to write, wherever they come in."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.inputs import INPUTS
from aces_action.problems import Problem
from aces_action.project.document import Source
from aces_action.project.json_reader import read_json
from aces_action.project.load import load_project
from aces_action.project.lookalikes import advice, ascii_form, difference, look_the_same, lookalike_problems, plain
from aces_action.project.yaml_reader import read_yaml
from aces_action.settings import read_settings
from tests.project.conftest import EXAMPLES

EXAMPLE = EXAMPLES / "number-plate-detection"
INFRA = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"
REGISTER = "server/algorithms/register.json"
IMAGE = "server/algorithms/example_algorithm.png"
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
FULL_WIDTH = {each: chr(ord(each) + 0xFEE0) for each in PRINTABLE}


def problems_of(workspace: Path, image_path: str = IMAGE) -> list[Problem]:
    _, problems = load_project(
        workspace, project="number-plate-detection", env="dev", config_path=None, image_path=image_path, role_account=None
    )
    return problems


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "workspace"))


def replace(workspace: Path, file: str, old: str, new: str) -> None:
    path = workspace / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@given(st.text(alphabet=PRINTABLE, min_size=1))
def test_full_width_text_is_read_as_what_it_looks_like(text: str) -> None:
    wide = "".join(FULL_WIDTH[each] for each in text)
    assert plain(wide) == text
    assert look_the_same(wide, text)
    assert "U+FF" in advice(wide).en or ascii_form(wide) is None


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    advice(text), difference(text, plain(text), "file")
    assert ascii_form(text) is None or (not text.isascii() and str(ascii_form(text)).isascii())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("'ml.t2.xlarge'", "“ml.t2.xlarge”"),
        ("'ml.t2.xlarge'", "ml。t2。xlarge"),
        ("'ml.t2.xlarge'", "'ml.t２.xlarge'"),
        ("'ml.t2.xlarge'", "'ml.t2\u200b.xlarge'"),
        ("'ml.t2.xlarge'", "'ml.t2.\u00a0xlarge'"),
        ("'ml.t2.xlarge'", "'ml.t2.xlаrge'"),  # a Cyrillic letter
        ("'123456789012'", "’123456789012’"),
        ("'123456789012'", "'１２３４５６７８９０１２'"),
        ("aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: m5．xlarge"),
        ("ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: aws＿batch"),
        ("ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: aws_batch\u2060"),
    ],
)
def test_a_refused_value_that_looks_right_is_explained_in_the_infra_file(workspace: Path, old: str, new: str) -> None:
    replace(workspace, INFRA, old, new)
    problems = problems_of(workspace)
    assert any("U+" in problem.hint.en and "U+" in problem.hint.ja for problem in problems), problems


@pytest.mark.parametrize("key", ["SAGEMAKER_INSTANCE_TYPE", "aws_batch_instance_type"])
def test_a_key_in_full_width_letters_is_told_with_the_one_that_is_meant(workspace: Path, key: str) -> None:
    replace(workspace, INFRA, key + ":", "".join(FULL_WIDTH[each] for each in key) + ":")
    assert any(f'Did you mean "{key}"?' in problem.hint.en for problem in problems_of(workspace))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A: “centernet”", "ACES-C040"),
        ("A: ‘centernet’", "ACES-C040"),
        ("A: center\u200bnet", "ACES-C040"),
        ("A: \u2060centernet", "ACES-C040"),
        ("A: ｃｅｎｔｅｒ", "ACES-C040"),
        ("A: '１２３'", "ACES-C040"),
        ("A: centernet ＃ the model", "ACES-C040"),
        ("A: centernet　＃ the model", "ACES-C040"),
        ("A: centernet # the model", None),
        ("A: 'ナンバープレート ＃1'", None),
        ("A: ナンバープレート検出", None),
        ("A: 全角ＡＢＣも日本語の一部", None),
        ("A: naïve", None),
        ("A: plain", None),
    ],
)
def test_what_is_allowed_and_hardly_meant_is_a_warning(text: str, code: str | None) -> None:
    document, problems = read_yaml(Source.of("infra.yml", text))
    assert document is not None
    assert problems == []
    assert [problem.code for problem in lookalike_problems(document, ())] == ([code] if code else [])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("　　", "ACES-C045"),
        ("\u200b", "ACES-C045"),
        ("ナンバー\u200bプレート", "ACES-C040"),
        ("検出 👩‍🔧", None),
        ("葛\U000e0100飾区", None),
        ("हिंदी", None),
    ],
)
def test_text_for_people_may_be_japanese_and_not_blank(value: str, code: str | None) -> None:
    document, _ = read_json(Source.of("register.json", json.dumps({"title": value}, ensure_ascii=False)))
    assert document is not None
    assert [problem.code for problem in lookalike_problems(document, ())] == ([code] if code else [])


@pytest.mark.parametrize("line", ["＃ コメント", "  ＃コメント", "　＃ コメント: あり"])
def test_a_full_width_sign_begins_no_comment(workspace: Path, line: str) -> None:
    replace(workspace, INFRA, "aws_batch_instance_type:", f"{line}\naws_batch_instance_type:")
    number = (workspace / INFRA).read_text(encoding="utf-8").split("\n").index(line) + 1
    problem = problems_of(workspace)[0]
    assert (problem.code, problem.line) == ("ACES-C003", number)
    assert "＃" in problem.message.ja or "全角" in problem.message.ja


RIGHT = {
    "ENV": "dev",
    "Project": "number-plate",
    "TENANT_ID": "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/number-plate-dev-github-actions-role",
    "AWS_REGION": "ap-northeast-1",
    "DEPLOY_TAG": "deploy",
    "INPUT_COMMAND": "plan",
    "INPUT_WAIT-TIMEOUT": "60m",
    "INPUT_KEEP-GENERATIONS": "5",
    "PLATFORM_TOKEN": "canary0123456789",
    "PLATFORM_URL": "https://platform.example.com",
}


@pytest.mark.parametrize("variable", sorted(RIGHT))
@pytest.mark.parametrize(
    "change",
    [
        lambda text: "".join(FULL_WIDTH[each] for each in text),
        lambda text: f"“{text}”",
        lambda text: text[0] + "\u200b" + text[1:] if len(text) > 1 else text + "\u200b",
        lambda text: text.translate({ord("-"): "‐", ord("."): "。", ord("e"): "е"}) + "\u2060",
    ],
)
def test_a_setting_that_looks_right_is_explained(variable: str, change: Callable[[str], str]) -> None:
    reading = read_settings(RIGHT | {variable: change(RIGHT[variable])})
    [problem] = [finding.problem for finding in reading.findings]
    assert problem.code == "ACES-S002"
    assert "U+" in problem.hint.en
    assert "U+" in problem.hint.ja
    assert "canary" not in problem.message.en + problem.hint.en
    assert any(spec.called.en in problem.message.en for spec in INPUTS)


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_workflow", ["NFC", "NFD"])
def test_a_picture_is_found_whatever_form_its_name_is_written_in(workspace: Path, on_disk: str, in_workflow: str) -> None:
    name = "ナンバープレート.png"
    form = unicodedata.normalize
    folder = workspace / "server/algorithms" / form(on_disk, "ガイド")  # type: ignore[arg-type]
    folder.mkdir()
    (workspace / IMAGE).rename(folder / form(on_disk, name))  # type: ignore[arg-type]
    replace(workspace, REGISTER, "example_algorithm.png", form(in_workflow, name))  # type: ignore[arg-type]
    path = f"server/algorithms/{form(in_workflow, 'ガイド')}/{form(in_workflow, name)}"  # type: ignore[arg-type]
    assert problems_of(workspace, path) == []


def test_names_that_look_the_same_are_told_apart_with_the_command_that_mends_it(workspace: Path) -> None:
    name = "ナンバープレート.png"
    (workspace / IMAGE).rename(workspace / "server/algorithms" / name)
    replace(workspace, REGISTER, "example_algorithm.png", unicodedata.normalize("NFD", name))
    [problem] = problems_of(workspace, f"server/algorithms/{name}")
    assert problem.code == "ACES-C008"
    assert "NFD" in problem.hint.en
    assert f'pathlib.Path("{REGISTER}")' in problem.hint.ja


def test_a_text_that_is_too_long_only_in_decomposed_characters_says_both_counts(workspace: Path) -> None:
    replace(workspace, REGISTER, "ナンバープレート検出", unicodedata.normalize("NFD", "ガギグゲゴバビブ"))
    [problem] = problems_of(workspace)
    assert problem.code == "ACES-C005"
    assert "48 bytes" in problem.message.en
    assert "composed (NFC) it has 24 bytes" in problem.hint.en


def test_a_file_whose_name_only_looks_like_the_one_given_is_explained(workspace: Path) -> None:
    [problem] = problems_of(workspace, "server/algorithms/example＿algorithm.png")[:1]
    assert problem.code == "ACES-C001"
    assert "example_algorithm.png" in problem.hint.en
    assert "U+FF3F" in problem.hint.en
