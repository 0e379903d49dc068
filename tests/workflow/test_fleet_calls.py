"""Jobs that call fleet.yml and drift.yml: what GitHub would refuse is told at its place, and a right call gives nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from aces_action import __version__
from aces_action.cli.checking import check
from aces_action.cli.discovery import Selection
from aces_action.problems import Problem
from aces_action.workflow.fleet_calls import REUSABLE, find_fleet_calls, fleet_call_problems
from aces_action.workflow.permissions import LEVELS

ROOT = Path(__file__).resolve().parents[2]
FLEET = f"uses: example-org/aces-action/.github/workflows/fleet.yml@v{__version__}"
DRIFT = FLEET.replace("fleet.yml", "drift.yml")
PERMISSIONS = "permissions: {id-token: write, contents: read, actions: read}"
WITH_ISSUES = "permissions: {id-token: write, contents: read, actions: read, issues: write}"
INHERIT = "secrets: inherit"


def job(*lines: str, head: str = "on: push") -> str:
    return f"{head}\njobs:\n  fleet:\n" + "".join(f"    {line}\n" for line in lines)


def found(tmp_path: Path, workflow: str, entries: list[dict[str, object]] | None = None) -> list[Problem]:
    file = tmp_path / ".github/workflows/x.yml"
    file.parent.mkdir(parents=True)
    file.write_text(workflow, "utf-8")
    return [each for call in find_fleet_calls(tmp_path) for each in fleet_call_problems(call, entries or ())]


RIGHT = {
    "the least": job(FLEET, PERMISSIONS),
    "with all": job(FLEET, PERMISSIONS, "with: {name: night, command: plan, max-parallel: 5, combine: false}", INHERIT),
    "names in other case": job(FLEET, PERMISSIONS, "secrets: {platform_token: x}", "with: {Fleet: .github/fleet.yml}"),
    "permissions of the workflow": job(FLEET, head=f"on: push\n{PERMISSIONS}"),
    "more than it needs": job(DRIFT, "permissions: write-all"),
    "drift": job(DRIFT, WITH_ISSUES, "secrets: {PLATFORM_TOKEN: x, CHECKOUT_TOKEN: y}"),
    "by commit": job(FLEET.replace(f"v{__version__}", f"{'4f' * 20} # v{__version__}"), PERMISSIONS),
    "by major version": job(FLEET.replace(f"v{__version__}", "v0"), PERMISSIONS),
    "called itself, and its caller says what it may": job(FLEET, head="on: workflow_call"),
    "a later version, which may take more": job(FLEET.replace(__version__, "99.0.0"), "with: {soon: x}", "permissions: {}"),
    "another workflow": job("uses: example-org/other/.github/workflows/fleet.yml@main"),
}


@pytest.mark.parametrize("workflow", RIGHT.values(), ids=RIGHT)
def test_a_call_that_is_right_gives_nothing(tmp_path: Path, workflow: str) -> None:
    assert found(tmp_path, workflow) == []


@pytest.mark.parametrize(
    ("workflow", "expected", "said"),
    [
        (job(FLEET, PERMISSIONS, "with: {comand: plan}"), ("ACES-C052", 6), "fleet.yml has no input comand"),
        (job(DRIFT, WITH_ISSUES, "with: {command: plan}"), ("ACES-C052", 6), "drift.yml has no input command"),
        (job(FLEET, PERMISSIONS, "secrets: {TOKEN: x}"), ("ACES-C052", 6), "fleet.yml has no secret TOKEN"),
        (job(FLEET), ("ACES-C052", 3), "without id-token: write, contents: read, actions: read"),
        (job(FLEET, "permissions: read-all"), ("ACES-C052", 5), "without id-token: write:"),
        (job(FLEET, "permissions: {}", head=f"on: push\n{PERMISSIONS}"), ("ACES-C052", 6), "without id-token: write, contents"),
        (job(DRIFT, PERMISSIONS), ("ACES-C052", 5), "without issues: write"),
        (job(DRIFT, WITH_ISSUES.replace("s: write}", "s: read}")), ("ACES-C052", 5), "without issues: write"),
        (job(FLEET.partition("@")[0], PERMISSIONS), ("ACES-C052", 4), "names no version of fleet.yml"),
        (job(FLEET.replace(f"v{__version__}", "main"), PERMISSIONS), ("ACES-C057", 4), "main is neither a version nor a commit"),
        (job(FLEET.replace(f"v{__version__}", "4f2d1c7"), PERMISSIONS), ("ACES-C057", 4), "neither a version nor a commit"),
        (job(FLEET.replace("example-org", "ORG"), PERMISSIONS), ("ACES-C051", 4), "ORG is the placeholder"),
    ],
)
def test_a_call_that_is_wrong_is_told_at_its_place(tmp_path: Path, workflow: str, expected: tuple[str, int], said: str) -> None:
    [problem] = found(tmp_path, workflow)
    assert (problem.code, problem.line) == expected
    assert said in problem.message.en
    assert problem.message.ja
    assert problem.hint.ja


def test_what_a_call_may_give_is_what_is_meant_and_can_be_fixed_at_once(tmp_path: Path) -> None:
    [problem] = found(tmp_path, job(FLEET, PERMISSIONS, "with: {max_parallel: 3}"))
    assert problem.hint.en == "Did you mean max-parallel?"
    assert problem.fix
    [problem] = found(tmp_path / "other", job(FLEET))
    assert "permissions:\n  id-token: write\n  contents: read\n  actions: read" in problem.hint.en


def test_entries_of_other_repositories_need_a_token_that_can_read_them(tmp_path: Path) -> None:
    entries: list[dict[str, object]] = [{"project": "plates"}, {"project": "texts", "repository": "example-org/texts"}]
    [problem] = found(tmp_path, job(FLEET, PERMISSIONS, "secrets: {PLATFORM_TOKEN: x}"), entries)
    assert (problem.code, problem.line) == ("ACES-C053", 6)
    assert "CHECKOUT_TOKEN" in problem.message.en
    assert found(tmp_path / "other", job(FLEET, PERMISSIONS, INHERIT), entries) == []


@pytest.mark.parametrize("file", REUSABLE)
def test_what_the_workflows_take_and_ask_for_is_what_stands_in_them(file: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows" / file).read_text(encoding="utf-8"))
    call = workflow[True]["workflow_call"]  # YAML 1.1 reads `on` so
    assert list(call["inputs"]) == list(REUSABLE[file].inputs)
    assert list(call["secrets"]) == list(REUSABLE[file].secrets)
    assert not any(each.get("required") for each in (*call["inputs"].values(), *call["secrets"].values()))
    asked: dict[str, str] = {}
    for each in workflow["jobs"].values():
        for scope, level in each["permissions"].items():
            asked[scope] = max(level, asked.get(scope, "none"), key=["none", "read", "write"].index)
    assert asked == REUSABLE[file].permissions
    assert LEVELS == ("none", "read", "write")


def test_validate_checks_the_list_that_a_call_names_and_the_call_beside_it(tmp_path: Path) -> None:
    workflow = job(FLEET, "permissions: {}", "with: {fleet: fleets/night.yml}")
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/night.yml").write_text(workflow, "utf-8")
    nothing = Selection(project=None, env=None, config_path=None)
    assert [each.code for each in check(tmp_path, nothing).problems] == ["ACES-C052", "ACES-C001"]
    (tmp_path / "fleets").mkdir()
    (tmp_path / "fleets/night.yml").write_text("deployments: []\n", "utf-8")
    problems = check(tmp_path, nothing).problems
    assert {each.file for each in problems} == {".github/workflows/night.yml", "fleets/night.yml"}
