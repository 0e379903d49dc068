"""What a repository says of itself: its remote, and its workflows' branch, environment and role."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from aces_action.bootstrap.repository import (
    as_in_tokens,
    branch_of,
    deploying,
    environment_of,
    github_repository,
    plans_under,
    role_of,
)
from aces_action.workflow.steps import ActionStep, find_steps

WORKFLOW = """
on:
{on}
jobs:
  deploy:
    runs-on: ubuntu-24.04
{environment}
    env:
      AWS_ROLE_ARN: {role}
    steps:
      - uses: aces-inc/aces-action@v0.1.0
        with:
          command: {command}
"""
ROLE = "arn:aws:iam::123456789012:role/team/plates-dev-github-actions-role"
PUSH = "  push:\n    branches: [main]"


def steps(folder: Path, *workflows: dict[str, str]) -> tuple[ActionStep, ...]:
    target = folder / ".github/workflows"
    target.mkdir(parents=True)
    usual = {"on": PUSH, "environment": "", "role": ROLE, "command": "deploy"}
    for number, each in enumerate(workflows):
        (target / f"{number}.yml").write_text(WORKFLOW.format(**{**usual, **each}), encoding="utf-8")
    return find_steps(folder)[0]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:corp/plates.git", "corp/plates"),
        ("https://github.com/corp/plates", "corp/plates"),
        ("https://token@github.com/corp/plates.js.git", "corp/plates.js"),
        ("ssh://git@github.com/corp/plates.git", "corp/plates"),
        ("git@gitlab.com:corp/plates.git", None),
        ("https://github.com.evil.example/corp/plates", None),
        ("/srv/git/plates.git", None),
    ],
)
def test_the_remote_tells_the_repository_on_github(tmp_path: Path, url: str, name: str | None) -> None:
    for command in (["init", "-q"], ["remote", "add", "origin", url]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert github_repository(tmp_path) == name


def test_a_folder_without_git_tells_none(tmp_path: Path) -> None:
    assert github_repository(tmp_path) is None
    assert github_repository(tmp_path / "missing") is None


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("2026-08-01T00:00:00Z\tcorp@1/plates@2", "corp@1/plates@2"),
        ("2026-07-15T00:00:00Z\tcorp@1/plates@2", "corp@1/plates@2"),
        ("2026-07-14T23:59:59Z\tcorp@1/plates@2", "corp/plates"),
        ("2026-07-14T23:59:59Z\tCorp@1/Plates@2", "Corp/Plates"),  # as its tokens have it
        ("2020-01-01T00:00:00Z\tcorp@1/number-plates@2", "corp/number-plates"),  # renamed
        ("2026-08-01T00:00:00Z\tcorp@1/plates@2; rm", None),
        ("Not Found", None),
        ("", None),
    ],
)
def test_a_repository_of_today_is_named_with_its_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, name: str | None
) -> None:
    """By what GitHub's own program says, where it is there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert as_in_tokens("corp/plates") is None
    program = tmp_path / "gh"
    asked = "api repos/corp/plates --hostname github.com --jq"  # whatever GH_HOST says
    program.write_text(f"#!/bin/sh\n[ \"$1 $2 $3 $4 $5\" = '{asked}' ] && printf '%s\\n' '{answer}'\n", encoding="utf-8")
    program.chmod(0o755)
    assert as_in_tokens("corp/plates") == name


@pytest.mark.parametrize(
    ("on", "branch"),
    [
        (PUSH, "main"),
        ("  push:\n    branches: main", "main"),
        ("  push:\n    branches: [main, develop]", None),
        ("  push:\n    branches: ['release/**']", None),
        ("  push:", None),
        ("  workflow_dispatch:", None),
    ],
)
def test_the_branch_is_the_one_whose_pushes_deploy(tmp_path: Path, on: str, branch: str | None) -> None:
    assert branch_of(steps(tmp_path, {"on": on})) == branch


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ("", ""),
        ("    environment: dev", "dev"),
        ("    environment:\n      name: dev", "dev"),
        ("    environment: ${{ inputs.env }}", None),
    ],
)
def test_the_environment_is_that_of_the_job(tmp_path: Path, environment: str, name: str | None) -> None:
    assert environment_of(steps(tmp_path, {"environment": environment})) == name


def test_only_what_deploys_decides(tmp_path: Path) -> None:
    both = steps(
        tmp_path, {}, {"command": "stop", "on": "  push:\n    branches: [night]", "environment": "    environment: night"}
    )
    assert (branch_of(deploying(both)), environment_of(deploying(both))) == ("main", "")
    assert (branch_of(both), environment_of(both)) == (None, None)


def test_the_role_is_the_one_that_all_name(tmp_path: Path) -> None:
    found = steps(tmp_path, {}, {"role": "arn:aws:iam::123456789012:role/plates-dev-aces-plan-role", "command": "plan"})
    assert role_of(deploying(found)) == ROLE
    assert role_of(found) is None
    assert plans_under(found, "plates-dev-aces-plan-role")
    assert not plans_under(deploying(found), "plates-dev-aces-plan-role")
