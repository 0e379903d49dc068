"""What GitHub's token will say of the jobs of a workflow, as far as the workflow tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.doctor.subjects import JobSubjects, subjects_of
from aces_action.workflow.steps import find_steps

ROLE = "arn:aws:iam::123456789012:role/plates-dev-github-actions-role"
JOB = """
jobs:
  deploy:
    runs-on: ubuntu-24.04
{more}
    steps:
      - uses: aces-inc/aces-action@v0.1.0
        with:
          aws-role-arn: {role}
"""


def workflow(folder: Path, on: str, more: str = "", *, role: str = ROLE, name: str = "deploy") -> None:
    (folder / ".github/workflows").mkdir(parents=True, exist_ok=True)
    (folder / f".github/workflows/{name}.yml").write_text(f"on: {on}\n{JOB.format(more=more, role=role)}", encoding="utf-8")


def found(folder: Path) -> list[JobSubjects]:
    return subjects_of(find_steps(folder)[0])


@pytest.mark.parametrize(
    ("on", "more", "contexts", "any_branch"),
    [
        ("push", "", (), True),
        ("workflow_dispatch", "", (), True),
        ("{push: {branches: [develop]}}", "", ("ref:refs/heads/develop",), False),
        ("{push: {branches: develop}}", "", ("ref:refs/heads/develop",), False),
        ("{push: {branches: ['release/**', main]}}", "", ("ref:refs/heads/main",), True),
        ("{push: {tags: ['v*']}}", "", (), True),
        ("pull_request", "", ("pull_request",), False),
        ("[push, pull_request]", "", ("pull_request",), True),
        ("{push: {branches: [develop]}, workflow_dispatch: null}", "", ("ref:refs/heads/develop",), True),
        ("push", "    environment: dev", ("environment:dev",), False),
        ("pull_request", "    environment: {name: dev, url: https://example.com}", ("environment:dev",), False),
        ("push", "    environment: ${{ inputs.env }}", (), True),
    ],
)
def test_environment_comes_first_then_the_event_then_the_branch(
    tmp_path: Path, on: str, more: str, contexts: tuple[str, ...], any_branch: bool
) -> None:
    workflow(tmp_path, on, more)
    assert found(tmp_path) == [JobSubjects(role_arn=ROLE, contexts=contexts, any_branch=any_branch)]


def test_of_jobs_with_an_environment_the_branches_are_known_too(tmp_path: Path) -> None:
    workflow(tmp_path, "{push: {branches: [develop, 'release/**']}, workflow_dispatch: null}", "    environment: dev")
    workflow(tmp_path, "{push: {branches: [main]}}", name="other")
    [jobs] = found(tmp_path)
    assert (jobs.contexts, jobs.refs) == (("environment:dev", "ref:refs/heads/main"), ("refs/heads/develop",))


def test_each_role_has_its_jobs_of_all_workflows(tmp_path: Path) -> None:
    workflow(tmp_path, "{push: {branches: [develop]}}")
    workflow(tmp_path, "{push: {branches: [main]}}", name="other")
    workflow(tmp_path, "pull_request", role=ROLE.replace("github-actions", "aces-plan"), name="plan")
    assert [each.contexts for each in found(tmp_path)] == [
        ("ref:refs/heads/develop", "ref:refs/heads/main"),
        ("pull_request",),
    ]


@pytest.mark.parametrize("role", ["${{ vars.AWS_ROLE_ARN }}", "''", "plates-role"])
def test_a_role_that_is_not_known_has_no_row(tmp_path: Path, role: str) -> None:
    workflow(tmp_path, "push", role=role)
    assert found(tmp_path) == []


def test_of_a_called_workflow_the_callers_events_count(tmp_path: Path) -> None:
    workflow(tmp_path, "workflow_call")
    caller = "on: {push: {branches: [develop]}}\njobs: {call: {uses: ./.github/workflows/deploy.yml}}\n"
    (tmp_path / ".github/workflows/push.yml").write_text(caller, encoding="utf-8")
    assert [each.contexts for each in found(tmp_path)] == [("ref:refs/heads/develop",)]
