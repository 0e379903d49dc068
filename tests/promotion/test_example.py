"""The example's workflow that promotes: right as it stands, and under the roles of docs/iam."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.configuration import check_configuration
from aces_action.workflow.steps import ActionStep, find_steps
from sandbox.iam import roles
from sandbox.seed import REGION

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "number-plate-detection"


@pytest.fixture(scope="module")
def step() -> ActionStep:
    [found] = [each for each in find_steps(EXAMPLE)[0] if each.job == "promote"]
    return found


@pytest.mark.parametrize("command", ["promote", "plan"])
def test_with_either_command_nothing_is_wrong_with_it_but_the_owners_placeholder(step: ActionStep, command: str) -> None:
    found = check_configuration(step.environ() | {"INPUT_COMMAND": command}, EXAMPLE, step)
    assert {problem.code for problem in found.problems} == {"ACES-C051"}
    assert found.origin
    assert (found.values["env"], found.origin.env) == ("staging", "dev")
    assert found.names
    assert found.origin.names.bucket != found.names.bucket


def test_before_a_run_a_command_by_expression_is_taken_to_be_right(step: ActionStep) -> None:
    found = check_configuration(step.environ(), EXAMPLE, step)
    assert {problem.code for problem in found.problems} == {"ACES-C051"}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"INPUT_PROMOTE-FROM": "develop"}, "ACES-S002"),
        ({"INPUT_PROMOTE-FROM": "staging"}, "ACES-S002"),
        ({"INPUT_PROMOTE-FROM": "production"}, "ACES-C001"),  # there is no infra file of it
        ({"INPUT_PROMOTE-FROM-ROLE": "arn:aws:iam::999999999999:role/number-plate-detection-dev-aces-promote-role"}, "ACES-S002"),
    ],
)
def test_before_a_run_a_mistake_is_told_although_the_command_is_an_expression(
    step: ActionStep, wrong: dict[str, str], expected: str
) -> None:
    found = check_configuration(step.environ() | wrong, EXAMPLE, step)
    assert {problem.code for problem in found.problems} == {"ACES-C051", expected}


def test_its_roles_are_those_of_the_template(step: ActionStep) -> None:
    def arn(role: str, env: str, account: str) -> str:
        given = {"Project": "number-plate-detection", "Env": env, "Repository": "o/r", "PromoteTo": "staging"}
        return f"arn:aws:iam::{account}:role/{roles(given, account=account, region=REGION)[role].name}"

    environ = step.environ()
    assert environ["AWS_ROLE_ARN"] == arn("DeployRole", "staging", "210987654321")
    assert environ["INPUT_PROMOTE-FROM-ROLE"] == arn("PromoteRole", "dev", "123456789012")
