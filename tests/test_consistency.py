"""What is said in several places is the same in all of them: action.yml, both READMEs, the settings and the outputs."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from aces_action import __version__
from aces_action.inputs import INPUTS
from aces_action.output.report import OutputName
from aces_action.problems.catalogue import CATALOGUE
from aces_action.settings import Settings

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.ja.md"]


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return read


def rows(readme: str, first: str) -> list[list[str]]:
    """The cells of the table whose header starts with `first`."""
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return table


def test_every_input_of_the_action_is_a_setting_with_its_description(action: dict[str, Any]) -> None:
    described = {spec.name: spec.description for spec in INPUTS}
    assert list(action["inputs"]) == list(described)
    for name, entry in action["inputs"].items():
        assert entry["description"].startswith(described[name])
        assert entry["required"] is False


def test_action_yml_names_the_variable_and_the_default_of_each_input(action: dict[str, Any]) -> None:
    for spec in INPUTS:
        text = action["inputs"][spec.name]["description"]
        assert spec.variable is None or f"Variable: `{spec.variable}`." in text
        assert spec.default is None or f"Default: `{spec.default}`." in text


def test_every_input_is_a_field_of_the_settings() -> None:
    files = {"frontend_image_path", "smoke_test_path"}  # read before, as parts of the project
    of_a_fleet = {"fleet", "fleet_name", "outcomes_path", "issue"}  # which is no deployment
    at_a_terminal = {"role_accounts"}  # in place of the role that a person does not assume
    assert {spec.setting for spec in INPUTS} == {field.name for field in fields(Settings)} - at_a_terminal | files | of_a_fleet


def test_secrets_are_not_part_of_the_settings_text() -> None:
    hidden = {field.name for field in fields(Settings) if not field.repr}
    assert hidden == {spec.setting for spec in INPUTS if spec.secret}


def test_the_outputs_of_the_action_are_those_of_the_report(action: dict[str, Any]) -> None:
    assert list(action["outputs"]) == list(get_args(OutputName))


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_list_every_input_with_variable_and_default(readme: str) -> None:
    for spec, cells in zip(INPUTS, rows(readme, "input" if readme == "README.md" else "入力"), strict=True):
        default = (
            ("required" if readme == "README.md" else "必須") if spec.required else f"`{spec.default}`" if spec.default else "–"
        )
        assert cells[:3] == [f"`{spec.name}`", f"`{spec.variable}`" if spec.variable else "–", default]


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_list_every_output(action: dict[str, Any], readme: str) -> None:
    assert [cells[0] for cells in rows(readme, "output" if readme == "README.md" else "出力")] == [
        f"`{name}`" for name in action["outputs"]
    ]


def test_the_readmes_have_the_descriptions_word_for_word(action: dict[str, Any]) -> None:
    assert [cells[3] for cells in rows("README.md", "input")] == [spec.description for spec in INPUTS]
    assert [cells[3] for cells in rows("README.ja.md", "入力")] == [spec.description_ja for spec in INPUTS]
    described = {name: entry["description"] for name, entry in action["outputs"].items()}
    assert {cells[0].strip("`"): cells[1] for cells in rows("README.md", "output")} == described


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_name_this_version(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:aces-action@v|\[Version |\[バージョン|# v|`@v)(\d[\d.]*\d)", text)) == {__version__}


def codes_used(source: str) -> set[str]:
    """Codes that a module names: as a string, or by the constant of their kind, but for the list of the catalogue's kinds."""
    tree, found = ast.parse(source), set[str]()
    skipped = {
        name
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in {"KINDS", "__all__"}
        for name in ast.walk(statement)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=code, ctx=ast.Load()) | ast.Attribute(attr=code) | ast.Constant(value=str(code)):
                if re.fullmatch(r"[SCAIMPWEBTRFDX]\d{3}", code) and node not in skipped:
                    found.add(code)
    return found


def test_every_code_in_the_program_is_in_the_catalogue_and_every_code_of_the_catalogue_is_used() -> None:
    used = {code for path in (ROOT / "aces_action").rglob("*.py") for code in codes_used(path.read_text(encoding="utf-8"))}
    for path in (ROOT / "schemas").glob("*.json"):
        used |= set(re.findall(r"\"([SCAIMPWEBTRFDX]\d{3})\"", path.read_text(encoding="utf-8")))
    assert used == set(CATALOGUE)
