"""docs/preflight.md and the workflow of the examples that comments the plan: they say and do what is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from aces_action.problems.catalogue import CATALOGUE
from sandbox.iam import roles

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/preflight.md").read_text(encoding="utf-8")
WORKFLOW = ROOT / "examples/number-plate-detection/.github/workflows/plan_on_pull_request.yml"


def test_the_page_names_every_code_of_the_preflight_and_only_codes_that_there_are() -> None:
    named = set(re.findall(r"\b[A-Z]\d{3}\b", PAGE))
    assert {code for code in CATALOGUE if code.startswith("P")} <= named <= set(CATALOGUE)


def test_the_tests_that_the_page_names_are_there() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    written = {name.rstrip("…") for name in re.findall(r"::(test_\w+…?)", PAGE)}
    assert written
    assert [name for name in written if f"def {name}" not in sources] == []
    modules = re.findall(r"`(test_\w+)(?:::|`)", PAGE)
    assert [name for name in modules if not list((ROOT / "tests").rglob(f"{name}.py"))] == []


def test_the_plan_runs_under_the_role_that_docs_iam_makes_for_pull_requests() -> None:
    job = jobs()["plan"]
    given = {"Project": job["env"]["Project"], "Env": job["env"]["ENV"], "Repository": "o/r", "WithPlanRole": "true"}
    role = roles(given, account="123456789012", region="ap-northeast-1")["PullRequestRole"]
    assert job["env"]["AWS_ROLE_ARN"] == f"arn:aws:iam::123456789012:role/{role.name}"


def jobs() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return found


def test_neither_job_runs_for_a_fork() -> None:
    for job in jobs().values():
        assert "github.event.pull_request.head.repo.full_name == github.repository" in job["if"]


def test_who_runs_the_pull_requests_own_files_has_neither_aws_nor_a_secret() -> None:
    card = jobs()["card"]
    assert card["permissions"] == {"contents": "read"}
    assert "secrets." not in json.dumps(card)
    assert "github.token" not in json.dumps(card)


def test_no_script_has_a_text_from_outside_in_it() -> None:
    scripts = [step["run"] for job in jobs().values() for step in job["steps"] if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_the_comment_is_the_output_of_the_plan_and_one_of_its_kind() -> None:
    comment = jobs()["plan"]["steps"][-1]
    assert "run" not in comment
    assert comment["with"]["message"].startswith("${{ steps.plan.outputs.plan ||")
    assert "number-plate-detection in dev" in comment["with"]["header"]  # another project's plan is another comment


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=develop"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(("file", "shown"), [("server/algorithms/register.json", True), ("server/app/server.py", False)])
def test_the_picture_is_taken_where_the_pull_request_changes_the_card(file: str, shown: bool, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    for name in ("server/algorithms/register.json", "server/app/server.py"):
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text("before", encoding="utf-8")
    git(workspace, "init")
    git(workspace, "add", ".")
    git(workspace, "commit", "-m", "before")
    git(workspace, "checkout", "-b", "topic")
    (workspace / file).write_text("after", encoding="utf-8")
    git(workspace, "commit", "-am", "after")
    git(workspace, "checkout", "develop")
    git(workspace, "merge", "--no-ff", "topic")  # as GitHub's refs/pull/N/merge is
    [script] = [step["run"] for step in jobs()["card"]["steps"] if step.get("id") == "changes"]
    output = tmp_path / "output"
    output.touch()
    environ = {**os.environ, "GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", "-e", "-c", script], cwd=workspace, env=environ, check=True)
    assert output.read_text(encoding="utf-8") == ("card=true\n" if shown else "")
