"""The fleet file: what is wrong with it, by line, and what GitHub's matrix gets of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from aces_action.fleet.load import DEFAULT_RUNNER, load_fleet
from aces_action.output.fleet import FleetEntry

ROOT = Path(__file__).parents[2]
ROLE = "arn:aws:iam::123456789012:role/plates-dev-github-actions-role"
TENANT = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
ENTRY = f"  - project: plates\n    env: dev\n    aws-role-arn: {ROLE}\n    tenant-id: {TENANT}\n"


def problems_of(tmp_path: Path, text: str) -> list[str]:
    """`code line: message` of each problem."""
    (tmp_path / "fleet.yml").write_text(text, encoding="utf-8")
    fleet, problems = load_fleet(tmp_path, "fleet.yml")
    assert (fleet is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.file == "fleet.yml" and problem.line for problem in problems)
    return [f"{problem.code} {problem.line}: {problem.message.en}" for problem in problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deployments: []\n", "ACES-C004 1: "),
        ("deployment:\n" + ENTRY, "ACES-C011 1: "),
        ("deployments:\n" + ENTRY.replace("env:", "enviroment:"), "ACES-C004 2: "),
        ("deployments:\n" + ENTRY.replace("env: dev", "env: develop"), "ACES-S002 3: ENV (input env) 'develop' is not valid"),
        ("deployments:\n" + ENTRY.replace("plates\n", "Plates_2\n"), "ACES-S002 2: Project (input project) 'Plates_2' is not"),
        ("deployments:\n" + ENTRY.replace(ROLE, "plates-role"), "ACES-S002 4: AWS_ROLE_ARN (input aws-role-arn) 'plates-role'"),
        ("deployments:\n" + ENTRY.replace(ROLE, "<REPLACE_YOUR_ROLE>"), "ACES-C009 4: "),
        ("defaults:\n  tenant-id: aces\ndeployments:\n" + ENTRY, "ACES-S002 2: TENANT_ID (input tenant-id) 'aces' is not"),
        ("deployments:\n" + ENTRY + "    working-directory: ../other\n", "ACES-S002 6: Input working-directory '../other'"),
        ("deployments:\n" + ENTRY + "    repository: https://github.com/o/n\n", "ACES-C004 6: "),
        ("deployments:\n" + ENTRY + "    command: destroy\n", "ACES-C011 6: "),
        ("deployments:\n" + ENTRY + ENTRY, "ACES-F001 6: plates in dev is in the fleet already, at line 2."),
        (
            "deployments:\n" + ENTRY.replace(f"    tenant-id: {TENANT}\n", ""),
            "ACES-S001 2: TENANT_ID (input tenant-id) is not set.",
        ),
        (
            "deployments:\n" + ENTRY.replace("env: dev", "env: staging"),
            "ACES-S001 2: PLATFORM_URL (input platform-url) is not set. ENV is staging, and only dev has a default.",
        ),
        (": :\n", "ACES-C003 1: "),
    ],
)
def test_each_mistake_is_told_at_its_line(tmp_path: Path, text: str, expected: str) -> None:
    [first, *_] = problems_of(tmp_path, text)
    assert first.startswith(expected)


def test_more_deployments_than_github_makes_jobs_of_are_refused_before_any_starts(tmp_path: Path) -> None:
    entries = [ENTRY.replace("plates", f"plates-{number}") for number in range(257)]
    assert problems_of(tmp_path, "deployments:\n" + "".join(entries[:256])) == []
    [found] = problems_of(tmp_path, "deployments:\n" + "".join(entries))
    assert found == "ACES-F002 1026: The fleet has 257 deployments, and GitHub makes at most 256 jobs of it."


def test_a_file_that_is_not_there_or_leads_out_of_the_repository_is_told(tmp_path: Path) -> None:
    (tmp_path / "link.yml").symlink_to("/etc/passwd")
    for name, code in (("fleet.yml", "ACES-C001"), ("link.yml", "ACES-C019")):
        fleet, [problem] = load_fleet(tmp_path, name)
        assert (fleet, problem.code) == (None, code)


def test_defaults_are_in_every_entry_that_does_not_say_otherwise(tmp_path: Path) -> None:
    defaults = "defaults:\n  ref: develop\n  runner: [self-hosted, aces]\n  platform-url: https://platform.example.com\n"
    text = f"{defaults}deployments:\n{ENTRY}    ref: v1\n    environment: plates-dev\n"
    (tmp_path / "fleet.yml").write_text(text + ENTRY.replace("dev\n", "staging\n"), encoding="utf-8")
    fleet, problems = load_fleet(tmp_path, "fleet.yml")
    assert fleet is not None
    assert problems == []
    first, second = fleet.deployments
    assert (first["ref"], first["environment"], first["runner"]) == ("v1", "plates-dev", ["self-hosted", "aces"])
    assert (second["ref"], second["environment"]) == ("develop", "staging")
    assert fleet.entries == (FleetEntry(project="plates", env="dev"), FleetEntry(project="plates", env="staging"))


def test_what_the_matrix_gets_reads_back_as_the_same_fleet(tmp_path: Path) -> None:
    fleet, _ = load_fleet(ROOT / "examples/fleet", ".github/fleet.yml")
    assert fleet is not None
    assert {each["runner"] for each in fleet.deployments} == {DEFAULT_RUNNER}
    again, problems = load_fleet(tmp_path, fleet.as_json())
    assert (again, problems) == (fleet, [])
    (tmp_path / "fleet.json").write_text(fleet.as_json(), encoding="utf-8")
    assert load_fleet(tmp_path, "fleet.json") == (fleet, [])


def test_json_in_the_workflow_is_checked_like_a_file(tmp_path: Path) -> None:
    twice = {"deployments": [{"project": "plates", "env": "dev", "aws-role-arn": ROLE, "tenant-id": TENANT}] * 2}
    fleet, [problem] = load_fleet(tmp_path, json.dumps(twice))
    assert (fleet, problem.code) == (None, "ACES-F001")


def test_the_example_is_a_fleet_of_projects_in_folders_and_of_environments() -> None:
    written = yaml.safe_load((ROOT / "examples/fleet/.github/fleet.yml").read_text(encoding="utf-8"))
    assert len({each["working-directory"] for each in written["deployments"]}) == 2
    assert {each["env"] for each in written["deployments"]} == {"dev", "staging"}
