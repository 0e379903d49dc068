"""Which steps of which workflow use the action, what those give it, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.inputs import INPUTS
from aces_action.project.document import Path as Place
from aces_action.workflow.steps import ActionStep, find_steps, read_workflow
from tests.project.conftest import EXAMPLES

FILE = ".github/workflows/deploy.yml"
HEAD = "jobs:\n  deploy:\n    steps:\n"


def usages(tmp_path: Path, text: str, file: str = FILE) -> tuple[ActionStep, ...]:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    found, problems = read_workflow(tmp_path, file)
    assert problems == []
    return found


def usage(tmp_path: Path, text: str) -> ActionStep:
    (found,) = usages(tmp_path, text)
    return found


def place(found: ActionStep, name: str) -> Place | None:
    return found.place(next(spec for spec in INPUTS if spec.name == name))


@pytest.mark.parametrize(
    "uses",
    [
        "ORG/aces-action@v0.1.0",
        "org/ACES-Action@0123456789abcdef",
        "org/monorepo/actions/aces-action@main",
        "org/aces-action/sub/folder@v1",
        "./.github/actions/aces-action",
        "docker://ghcr.io/org/aces-action:v0.1.0",
        "docker://ghcr.io/org/aces-action@sha256:0123",
        "docker://ghcr.io/org/aces-action",
    ],
)
def test_a_step_that_uses_the_action_is_found_however_it_is_named(tmp_path: Path, uses: str) -> None:
    assert usage(tmp_path, f"{HEAD}      - uses: {uses}\n").path == ("jobs", "deploy", "steps", 0)


@pytest.mark.parametrize(
    "uses",
    [
        "org/my-aces-action@v1",
        "org/aces-action-tools@v1",
        "org/repo@aces-action",
        "docker://ghcr.io/org/aces-action-base:1",
        "./",
    ],
)
def test_other_actions_are_left_alone(tmp_path: Path, uses: str) -> None:
    assert usages(tmp_path, f"{HEAD}      - uses: {uses} # not aces-action\n") == ()


def test_the_guides_variables_are_what_the_runner_would_set() -> None:
    usages = {each.job: each for each in find_steps(EXAMPLES / "number-plate-detection")[0]}
    assert list(usages) == ["deploy", "endpoint", "plan", "promote", "stop"]
    found = usages["deploy"]
    role = "arn:aws:iam::123456789012:role/number-plate-detection-dev-aces-plan-role"
    assert usages["plan"].environ().items() >= (found.environ() | {"AWS_ROLE_ARN": role}).items()
    of_the_endpoint = found.environ().keys() - {"DEPLOY_TAG", "FRONTEND_IMAGE_PATH"}  # it needs neither image nor picture
    for job in ("endpoint", "stop"):
        assert usages[job].environ().items() >= {(name, found.environ()[name]) for name in of_the_endpoint}
    assert found.environ() == {
        "ENV": "dev",
        "Project": "number-plate-detection",
        "DEPLOY_TAG": "deploy",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
        "TENANT_ID": "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
        "FRONTEND_IMAGE_PATH": "server/algorithms/example_algorithm.png",
    }


def test_the_innermost_variable_counts_and_expressions_are_left_out(tmp_path: Path) -> None:
    found = usage(
        tmp_path,
        "env: {A: workflow, B: workflow, C: workflow, D: '${{ vars.D }}'}\n"
        "jobs:\n  x:\n    env: {B: job, C: job}\n    steps:\n"
        "      - uses: org/aces-action@v1\n        env: {C: step}\n"
        "        with: {Tenant-ID: ' x ', project: 'p-${{ github.ref_name }}', language: }\n",
    )
    assert found.environ() == {"A": "workflow", "B": "job", "C": "step", "INPUT_TENANT-ID": "x", "INPUT_LANGUAGE": ""}
    assert found.variables["B"] == ("jobs", "x", "env", "B")


def test_values_that_are_no_text_are_given_as_github_reads_them(tmp_path: Path) -> None:
    found = usage(
        tmp_path, f"env: {{A: 0123, B: yes, C: 1.0, D: , E: 2024-01-01, F: '', G: [a]}}\n{HEAD}    - uses: o/aces-action@v1"
    )
    assert found.environ() == {"A": "123", "B": "yes", "C": "1", "D": "", "E": "2024-01-01", "F": "", "G": ""}


def test_anchors_are_followed_and_placed_at_their_alias(tmp_path: Path) -> None:
    found = usage(tmp_path, f"env: &e {{ENV: dev}}\n{HEAD}    - uses: o/aces-action@v1\n      env: *e\n")
    assert found.environ() == {"ENV": "dev"}
    path = place(found, "env")
    assert path is not None
    assert found.document.line(path) == 6


def test_an_input_that_is_not_empty_is_the_place_before_the_variable(tmp_path: Path) -> None:
    step = f"env: {{ENV: a, Project: b}}\n{HEAD}    - uses: o/aces-action@v1\n      with: {{env: '', project: '${{{{ x }}}}'}}\n"
    found = usage(tmp_path, step)
    assert place(found, "env") == ("env", "ENV")
    assert place(found, "project") == (*found.path, "with", "project")
    assert place(found, "tenant-id") is None


def test_every_step_of_every_job_is_a_usage(tmp_path: Path) -> None:
    found = usages(
        tmp_path,
        "jobs:\n  a:\n    steps:\n      - run: x\n      - uses: o/aces-action@v1\n      - uses: o/aces-action@v1\n"
        "  b:\n    steps:\n      - uses: o/aces-action@v1\n  c:\n    uses: ./.github/workflows/x.yml\n  d: null\n",
    )
    assert [(each.job, each.path[-1]) for each in found] == [("a", 1), ("a", 2), ("b", 0)]


def test_workflows_are_found_by_name_in_order_and_others_are_none_of_our_business(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yml", "c.txt"):
        usages(tmp_path, f"{HEAD}    - uses: o/aces-action@v1", f".github/workflows/{name}")
    (tmp_path / ".github/workflows/broken.yml").write_text("a: [")
    (tmp_path / ".github/workflows/folder.yml").mkdir()
    found, problems = find_steps(tmp_path)
    assert [each.document.source.file for each in found] == [".github/workflows/a.yml", ".github/workflows/b.yaml"]
    assert problems == []


def test_a_broken_workflow_that_speaks_of_the_action_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text(f"{HEAD}    - uses: o/aces-action@v1\n\twith:\n")
    found, problems = find_steps(tmp_path)
    assert found == ()
    assert [(problem.code, problem.file, problem.line) for problem in problems] == [("ACES-C003", FILE, 5)]


def test_a_workflow_with_a_variable_twice_is_told_and_one_with_a_full_width_space_is_not(tmp_path: Path) -> None:
    usages(tmp_path, f"name: 　\n{HEAD}    - uses: o/aces-action@v1")
    (tmp_path / FILE).write_text(f"env:\n  ENV: a\n  ENV: b\n{HEAD}    - uses: o/aces-action@v1")
    found, problems = find_steps(tmp_path)
    assert len(found) == 1
    assert [(problem.code, problem.file, problem.line, problem.column) for problem in problems] == [("ACES-C010", FILE, 3, 3)]


def test_a_repository_without_workflows_has_no_usage(tmp_path: Path) -> None:
    assert find_steps(tmp_path) == ((), [])


@pytest.mark.parametrize(
    "text",
    ["aces-action", "- aces-action", "jobs: [aces-action]", "jobs: {a: {steps: {b: aces-action}}}", "jobs: {a: [aces-action]}"],
)
def test_a_file_of_another_shape_is_no_usage(tmp_path: Path, text: str) -> None:
    assert usages(tmp_path, text) == ()
