"""docs/preflight.md and the workflow of the examples that comments the plan: they say and do what is so."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

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
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    given = {"Project": job["env"]["Project"], "Env": job["env"]["ENV"], "Repository": "o/r", "WithPlanRole": "true"}
    role = roles(given, account="123456789012", region="ap-northeast-1")["PullRequestRole"]
    assert job["env"]["AWS_ROLE_ARN"] == f"arn:aws:iam::123456789012:role/{role.name}"


@pytest.mark.skipif(shutil.which("jq") is None, reason="GitHub's runners have jq; this machine has not")
@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ([], ["Nothing would change."]),
        ([{"verb": "nothing", "resource": "model", "name": "m", "reasons": []}], ["Nothing would change."]),
        (
            [{"verb": "update", "resource": "endpoint", "name": "a|b", "reasons": ["x: 1 -> 2", "y|z\nw"]}],
            ["| | what | name | why |", "| --- | --- | --- | --- |", "| update | endpoint | `a\\|b` | x: 1 -> 2<br>y\\|z w |"],
        ),
    ],
)
def test_the_comment_has_the_changes_as_a_table(changes: list[dict[str, object]], lines: list[str], tmp_path: Path) -> None:
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    script = job["steps"][-1]["run"]
    assert "${{" not in script  # what the plan says is never a part of the script
    stand_in = tmp_path / "gh"
    stand_in.write_text("#!/bin/sh\nexit 0\n")
    stand_in.chmod(0o755)
    variables = {"Project": "plates", "ENV": "dev", "RESULT": "planned", "FAILURE": "", "RUN_URL": "https://example.com/7"}
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        check=True,
        cwd=tmp_path,
        env={
            "PATH": f"{tmp_path}:/usr/local/bin:/usr/bin:/bin",
            "PULL_REQUEST": "1",
            "GITHUB_REPOSITORY": "o/r",
            "CHANGES": json.dumps(changes),
            **variables,
        },
    )
    comment = (tmp_path / "plan.md").read_text(encoding="utf-8").splitlines()
    assert comment == [
        "### plates (dev): planned ",
        "",
        *lines,
        "",
        "[Preflight, problems and the whole plan](https://example.com/7)",
    ]
