"""A repository with several projects: each is deployed from its own folder, and mistakes are shown where they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aces_action.cli.checking import check
from aces_action.cli.discovery import Selection
from aces_action.configuration import Configuration, check_configuration
from tests.conftest import Caller

ROOT = Path(__file__).parents[2]
FOLDER = "projects/number-plate-detection"
INFRA = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"
EVERYTHING = Selection(project=None, env=None, config_path=None)
ENTRY = {
    "project": "number-plate-detection",
    "env": "dev",
    "tenant-id": "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
    "aws-role-arn": "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    "frontend-image-path": "server/algorithms/example_algorithm.png",
    "smoke-test-path": "server/smoke-test",
    "working-directory": FOLDER,
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two projects in folders, with a fleet file and the workflows that call for it."""
    for name in ("number-plate-detection", "document-summary"):
        shutil.copytree(ROOT / "examples" / name / "server", tmp_path / "projects" / name / "server")
    shutil.copytree(ROOT / "examples/fleet/.github", tmp_path / ".github")
    for workflow in (tmp_path / ".github/workflows").iterdir():
        workflow.write_text(workflow.read_text(encoding="utf-8").replace("ORG/", "example-org/"), encoding="utf-8")
    return tmp_path


def configured(repository: Path, **inputs: str) -> Configuration:
    given = ENTRY | {name.replace("_", "-"): value for name, value in inputs.items()}
    return check_configuration({f"INPUT_{name.upper()}": value for name, value in given.items()}, repository)


def test_a_project_in_a_folder_is_found_with_all_its_files(repository: Path) -> None:
    found = configured(repository)
    assert found.problems == ()
    assert found.folder == repository / FOLDER
    assert found.project is not None
    assert str(found.project.infra_file) == f"{FOLDER}/{INFRA}"
    assert len(found.project.requests) == 1
    assert configured(repository, command="stop").server is not None


def test_a_mistake_in_a_file_is_shown_at_its_path_in_the_repository(repository: Path) -> None:
    infra = repository / FOLDER / INFRA
    infra.write_text(infra.read_text(encoding="utf-8").replace("ml.", "mll."), encoding="utf-8")
    for command in ("deploy", "stop"):
        places = {problem.file for problem in configured(repository, command=command).problems}
        assert places == {f"{FOLDER}/{INFRA}"}


@pytest.mark.parametrize(
    ("folder", "code"),
    [("projects/none", "ACES-C001"), ("../outside", "ACES-S002"), ("/etc", "ACES-S002"), ("link", "ACES-C019")],
)
def test_a_folder_that_is_not_there_or_leads_out_is_told_once(repository: Path, folder: str, code: str) -> None:
    (repository / "link").symlink_to("/")
    assert [problem.code for problem in configured(repository, working_directory=folder).problems][:1] == [code]
    if code.startswith("ACES-C"):
        assert len(configured(repository, working_directory=folder).problems) == 1


def test_validate_checks_every_deployment_of_the_fleet_that_is_here(repository: Path) -> None:
    staging = f"{FOLDER}/{INFRA.replace('-dev-', '-staging-')}"
    (repository / staging).unlink()
    found = check(repository, EVERYTHING)
    assert [(each.project, each.env) for each in found.checked] == [
        ("number-plate-detection", "dev"),
        ("number-plate-detection", "staging"),
        ("document-summary", "dev"),
    ]
    missing = [problem for problem in found.problems if problem.code == "ACES-C001"]
    assert [problem.file for problem in missing] == [
        "projects/document-summary/server/algorithms/example_algorithm.png",
        staging,
    ]
    only = check(repository, Selection(project="document-summary", env=None, config_path=None))
    assert [each.project for each in only.checked] == ["document-summary"]


def test_validate_tells_a_mistake_of_the_fleet_and_leaves_out_what_is_in_other_repositories(repository: Path) -> None:
    file = repository / ".github/fleet.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("working-directory: projects/", "repository: org/"), encoding="utf-8")
    assert check(repository, EVERYTHING).checked == ()
    file.write_text(text.replace("env: staging", "env: dev"), encoding="utf-8")
    assert "ACES-F001" in [problem.code for problem in check(repository, EVERYTHING).problems]


def test_validate_asks_for_the_infra_file_of_the_environment_that_an_entry_is_promoted_from(repository: Path) -> None:
    file = repository / ".github/fleet.yml"
    text = file.read_text(encoding="utf-8")
    staging = "    env: staging\n"
    file.write_text(text.replace(staging, f"{staging}    promote-from: dev\n"), encoding="utf-8")
    only = Selection(project="number-plate-detection", env="staging", config_path=None)
    assert check(repository, only).problems == ()
    (repository / FOLDER / INFRA).unlink()
    assert [(each.code, each.file) for each in check(repository, only).problems] == [("ACES-C001", f"{FOLDER}/{INFRA}")]
    file.write_text(text.replace(staging, f"{staging}    promote-from: staging\n"), encoding="utf-8")
    assert [each.code for each in check(repository, only).problems] == ["ACES-S002"]


def test_a_project_in_a_folder_is_planned(caller: Caller) -> None:
    (caller.workspace / "projects").mkdir()
    (caller.workspace / "server").rename(caller.workspace / "projects/server")
    ended = caller.run(command="plan", working_directory="projects")
    assert (ended.status, ended.codes) == (0, [])
    broken = caller.run(command="plan", working_directory="project")
    assert (broken.status, broken.codes) == (2, ["ACES-C001"])
