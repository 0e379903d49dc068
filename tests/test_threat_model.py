"""The threat model names tests and code that exist, the same in both languages; and what no other test shows of its claims."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aces_action.documentation.pages import ROOT
from tests.cells import cells

PAGES = {
    language: (ROOT / path).read_text("utf-8")
    for language, path in (("en", "docs/threat-model.md"), ("ja", "docs/ja/threat-model.md"))
}
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples").glob("*/.github/workflows/*.yml"))


def table(page: str, columns: int) -> dict[str, list[str]]:
    """The numbered rows of the table with so many columns beside the number."""
    rows = [re.split(r" \| ", line.removeprefix("| ").removesuffix(" |")) for line in page.splitlines() if line.startswith("| ")]
    numbered = [(re.sub(r"<a id=\"t\d+\"></a>", "", number), cells) for number, *cells in rows if len(cells) == columns]
    return {number: cells for number, cells in numbered if number.isdecimal()}


EVIDENCE = table(PAGES["en"], 2)
TESTS = [test for _, tests in EVIDENCE.values() for test in re.findall(r"`([\w/.]+::\w+)`", tests)]
PLACES = [place for code, _ in EVIDENCE.values() for place in re.findall(r"`([^`]+)`", code) if re.search(r"[/.]", place)]


@cache
def names_in(file: Path) -> frozenset[str]:
    """The functions and classes of a module, also those in classes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))


def test_every_threat_says_what_stops_it_and_what_is_left_and_has_its_evidence() -> None:
    for page in PAGES.values():
        threats = table(page, 3)
        assert list(threats) == list(EVIDENCE) == [str(number) for number in range(1, len(threats) + 1)]
        assert all(len(cell) > 10 for cells in threats.values() for cell in cells)
        assert re.findall(r"<a id=\"t(\d+)\"></a>\1 ", page) == list(threats)
    assert len(EVIDENCE) > 15


def test_both_languages_name_the_same_evidence() -> None:
    assert table(PAGES["ja"], 2) == EVIDENCE


@cells(dict.fromkeys(TESTS), named=str)
def test_every_test_that_is_named_is_there(test: str) -> None:
    file, name = test.split("::")
    assert name in names_in(ROOT / "tests" / file)


def test_no_threat_is_without_a_test() -> None:
    assert [number for number, (_, tests) in EVIDENCE.items() if "::test_" not in tests] == []


@cells(dict.fromkeys(PLACES), named=str)
def test_every_place_that_is_named_is_there(place: str) -> None:
    path, _, name = place.partition(": ")
    found = [
        file for folder in (ROOT, ROOT / "aces_action", ROOT / "aces_action/resources/weights") for file in folder.glob(path)
    ]
    assert found
    assert not name or any(re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")) for file in found)


def jobs_of(files: list[Path]) -> list[tuple[str, dict[str, Any]]]:
    read = [(file, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    return [(f"{file.name}: {name}", job) for file, workflow in read for name, job in workflow["jobs"].items()]


def test_a_job_of_the_examples_has_no_right_that_its_steps_do_not_use() -> None:
    fleet, drift = (f"ORG/aces-action/.github/workflows/{name}.yml@" for name in ("fleet", "drift"))
    used = {
        "contents: read": ("actions/checkout@", fleet, drift),
        "id-token: write": ("ORG/aces-action@", fleet, drift),
        "actions: read": (fleet, drift),
        "issues: write": (drift,),
        "pull-requests: write": ("marocchino/sticky-pull-request-comment@",),
    }
    jobs = jobs_of(EXAMPLES)
    assert jobs
    for name, job in jobs:
        steps = [job.get("uses", ""), *(step.get("uses", "") for step in job.get("steps", ()))]
        for right in (f"{scope}: {level}" for scope, level in job["permissions"].items()):
            assert any(step.startswith(used[right]) for step in steps), f"{name} has {right}"
        for step in job.get("steps", ()):
            assert "checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False, name
    assert {json.dumps(yaml.safe_load(file.read_text("utf-8"))["permissions"]) for file in [*EXAMPLES, *WORKFLOWS]} == {"{}"}


def test_no_workflow_of_ours_restores_a_cache() -> None:
    """What any branch's run may have put there: GitHub docs, 'Dependency caching reference'."""
    for name, job in jobs_of(WORKFLOWS):
        for step in job.get("steps", ()):
            given = step.get("with") or {}
            assert not step.get("uses", "").startswith("actions/cache"), name
            assert [key for key in given if key.startswith("cache") and given[key] not in {False, ""}] == [], name


@pytest.mark.parametrize("file", ["Dockerfile", "Makefile"])
def test_packages_are_installed_by_their_hashes_and_nothing_of_them_runs_then(file: str) -> None:
    text = re.sub(r"\\\n\s*", "", (ROOT / file).read_text(encoding="utf-8"))
    installs = re.findall(r"-m pip [^\n;&]* install --[^\n;&]*", text)
    assert installs
    for install in installs:
        assert [option for option in ("--require-hashes", "--only-binary :all:", "--no-deps") if option not in install] == []


def test_python_itself_heeds_no_variable_of_its_own(tmp_path: Path) -> None:
    """As the image starts it; that the image does is a test of the container."""
    [entrypoint] = re.findall(r"^ENTRYPOINT (\[.*\])$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    flags = json.loads(entrypoint)[1:-1]
    for module in ("json", "sitecustomize", "usercustomize"):
        (tmp_path / f"{module}.py").write_text("print('TAKEN OVER')")
    hostile = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "json.py"),
        "PYTHONUSERBASE": str(tmp_path),
        "PYTHONWARNINGS": "error::json.Warning",
        "PYTHONBREAKPOINT": "json.loads",
        "PYTHONINSPECT": "1",
    }
    ended = subprocess.run(
        [sys.executable, *flags, "-c", "import json; print(json.__file__)"],
        env=hostile,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "TAKEN OVER" not in ended.stdout + ended.stderr
    assert not ended.stdout.startswith(str(tmp_path))
