"""The requests as a part of the configuration: for the terminal's `validate` as for the action, and for who needs them alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aces_action.cli.checking import check
from aces_action.cli.discovery import Selection
from aces_action.configuration import check_configuration
from tests.conftest import ROOT

WORKFLOW = ".github/workflows/build_on_push_develop.yml"
PATH = "server/smoke-test"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The first example, whose workflow asks for its smoke test."""
    shutil.copytree(
        ROOT / "examples/number-plate-detection",
        tmp_path / "workspace",
        ignore=shutil.ignore_patterns("*-staging-*", "promote.yml"),
    )
    for other in (tmp_path / "workspace" / WORKFLOW).parent.iterdir():
        other.write_text(other.read_text(encoding="utf-8").replace("ORG/aces-action", "aces-inc/aces-action"), encoding="utf-8")
    file = tmp_path / "workspace" / WORKFLOW
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace(
            "        with:\n          platform-token",
            f"        with:\n          smoke-test-path: {PATH}\n          platform-token",
        )
    )
    return tmp_path / "workspace"


def test_the_terminals_validate_finds_what_is_wrong_with_the_requests(workspace: Path) -> None:
    assert check(workspace, Selection()).problems == ()
    (workspace / PATH / "plate.png.expect.yml").write_text("state: 200\n")
    (problem,) = check(workspace, Selection()).problems
    assert (problem.code, problem.place) == ("ACES-C011", f"{PATH}/plate.png.expect.yml:1:1")
    assert problem.hint.en == 'Did you mean "status"?'


def test_an_empty_folder_is_shown_at_the_setting_that_names_it(workspace: Path) -> None:
    for file in (workspace / PATH).iterdir():
        file.unlink()
    (problem,) = check(workspace, Selection()).problems
    line = 1 + (workspace / WORKFLOW).read_text(encoding="utf-8").splitlines().index(f"          smoke-test-path: {PATH}")
    assert (problem.code, problem.file, problem.line) == ("ACES-T001", WORKFLOW, line)


@pytest.mark.parametrize("command", ["register", "rollback", "status", "stop", "start", "destroy"])
def test_a_command_that_sends_nothing_does_not_look_at_the_requests(workspace: Path, command: str) -> None:
    environ = {"INPUT_COMMAND": command, "INPUT_SMOKE-TEST-PATH": "lost", "ENV": "dev", "Project": "number-plate-detection"}
    found = check_configuration(environ, workspace)
    assert [problem for problem in found.problems if problem.code != "ACES-S001"] == []
