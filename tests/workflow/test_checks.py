"""What a workflow says and the action does not get."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.inputs import INPUTS
from aces_action.problems.configuration.serving import C012
from aces_action.project.document import Source
from aces_action.project.environment import environment_problems
from aces_action.project.yaml_reader import read_yaml
from aces_action.workflow.checks import workflow_problems
from aces_action.workflow.steps import read_workflow
from aces_action.workflow.values import handed_over

FILE = ".github/workflows/deploy.yml"


def found(tmp_path: Path, *, env: str = "", step_env: str = "", inputs: str = "") -> list[tuple[str, int, str]]:
    """Code, line and hint of each problem of a workflow with these lines. `env`: of the job."""
    lines = ["jobs:", "  deploy:", "    env:", f"      {env or 'ENV: dev'}", "    steps:", "      - uses: org/aces-action@v1"]
    lines += ["        env:", f"          {step_env}"] if step_env else []
    lines += ["        with:", f"          {inputs}"] if inputs else []
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    [usage], problems = read_workflow(tmp_path, FILE)
    assert problems == []
    return [(problem.code, problem.line or 0, problem.hint.en) for problem in workflow_problems(usage)]


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("1.10", "1.1"),
        ("0123", "123"),
        ("012345678901", "12345678901"),
        ("123456789012", "123456789012"),
        ("12e4567", "Infinity"),
        ("-12e4567", "-Infinity"),
        ("1e3", "1000"),
        ("1e20", "1E+20"),
        ("1234567890123456789", "1.23456789012346E+18"),
        ("0x1F", "31"),
        ("0xFFFFFFFF", "-1"),
        ("0x1F1F1F1F1F", "0x1F1F1F1F1F"),  # GitHub refuses the whole file
        ("0o17", "15"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0.680", "0.68"),
        (".inf", "Infinity"),
        (".nan", "NaN"),
        ("True", "true"),
        ("~", ""),
        ("null", ""),
        ("yes", "yes"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.2.3", "1.2.3"),
        ("v1.10", "v1.10"),
        ("2026-11-29", "2026-11-29"),
        ("0b11", "0b11"),
        ("deploy", "deploy"),
        ("1e", "1e"),
        ("٣", "٣"),
    ],
)
def test_the_runner_hands_over_a_number_and_not_what_is_written(written: str, arrives: str) -> None:
    assert handed_over(written) == arrives


@given(st.text() | st.from_regex(r"[-+]?[0-9]{0,20}\.?[0-9]{0,20}([eE][-+]?[0-9]{1,4})?", fullmatch=True))
def test_what_is_handed_over_stays_what_it_is(written: str) -> None:
    once = handed_over(written)
    assert handed_over(once) in {once, ""} or once in {"null", "~"}


@pytest.mark.parametrize("tag", ["1.10", "0123", "12e4567", "0x1F", "0o17", "1e3", "0.680"])
def test_a_tag_that_github_reads_as_a_number_is_an_error_with_its_quotes(tmp_path: Path, tag: str) -> None:
    assert found(tmp_path, env=f"DEPLOY_TAG: {tag}") == [("ACES-C041", 4, f"Quote it: DEPLOY_TAG: '{tag}'")]


@pytest.mark.parametrize("tag", ["'1.10'", '"0123"', "v1.10", "1.1", "123", "deploy", "${{ github.sha }}", "1.10-rc"])
def test_a_tag_that_arrives_as_it_is_written_is_fine(tmp_path: Path, tag: str) -> None:
    assert found(tmp_path, env=f"DEPLOY_TAG: {tag}") == []


def test_an_input_is_handed_over_in_the_same_way(tmp_path: Path) -> None:
    assert found(tmp_path, inputs="deploy-tag: 2.50") == [("ACES-C041", 8, "Quote it: deploy-tag: '2.50'")]
    assert found(tmp_path / "bool", inputs="rollback-on-failure: True") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((spec.name.replace("-", "_"), spec.name) for spec in INPUTS if "-" in spec.name),
        *((spec.name.replace("-", ""), spec.name) for spec in INPUTS if "-" in spec.name),
        ("weight-policy", "weights-policy"),
        ("tennant-id", "tenant-id"),
        ("comand", "command"),
        ("role-to-assume", "aws-role-arn"),
        ("region", "aws-region"),
        ("token", "platform-token"),
        ("environment", "env"),
        ("timeout", "wait-timeout"),
    ],
)
def test_an_input_that_there_is_not_is_told_with_the_one_that_is_meant(tmp_path: Path, written: str, meant: str) -> None:
    assert found(tmp_path, inputs=f"{written}: ${{{{ vars.X }}}}") == [("ACES-C042", 8, f"Did you mean {meant}?")]


@pytest.mark.parametrize("name", ["args", "entrypoint"])
def test_what_every_docker_action_takes_is_no_input_of_ours(tmp_path: Path, name: str) -> None:
    assert found(tmp_path, inputs=f"{name}: x") == []


def test_an_input_like_no_other_is_told_with_those_there_are(tmp_path: Path) -> None:
    [(code, line, hint)] = found(tmp_path, inputs="zzz: 1")
    assert (code, line, "weights-policy" in hint) == ("ACES-C042", 8, True)


@pytest.mark.parametrize(
    ("written", "meant"), [("PROJECT", "Project"), ("env", "ENV"), ("Tenant_ID", "TENANT_ID"), ("PLATFORM-URL", "PLATFORM_URL")]
)
def test_a_variable_of_the_step_in_other_letters_is_an_error(tmp_path: Path, written: str, meant: str) -> None:
    assert found(tmp_path, env="OTHER: x", step_env=f"{written}: x") == [("ACES-C042", 8, f"Did you mean {meant}?")]


@pytest.mark.parametrize(("written", "meant"), [("deploy_tag", "DEPLOY_TAG"), ("aws_region", "AWS_REGION")])
def test_a_variable_of_the_job_in_other_letters_may_be_for_other_steps_and_is_a_warning(
    tmp_path: Path, written: str, meant: str
) -> None:
    (problem,) = found(tmp_path, env=f"{written}: x")
    assert problem == ("ACES-C012", 4, f"Did you mean {meant}? If it is for other steps, leave it as it is.")
    assert C012.severity == "warning"


def test_a_variable_of_the_workflow_in_other_letters_is_a_warning_as_well(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("env:\n  deploy_tag: v1\njobs:\n  a:\n    steps:\n      - uses: org/aces-action@v1\n")
    [step], problems = read_workflow(tmp_path, FILE)
    assert problems == []
    assert [(problem.kind, problem.line) for problem in workflow_problems(step)] == [(C012, 2)]


def test_a_variable_for_other_steps_is_none_of_our_business_where_the_input_is_given(tmp_path: Path) -> None:
    assert found(tmp_path, env="PROJECT: plates", inputs="project: plates") == []


@pytest.mark.parametrize("nothing", ["~", "null", ""])
def test_an_input_that_is_set_to_nothing_is_no_number(tmp_path: Path, nothing: str) -> None:
    assert found(tmp_path, inputs=f"smoke-test-path: {nothing}") == []


def test_other_variables_are_none_of_our_business(tmp_path: Path) -> None:
    assert found(tmp_path, env="AWS_REGIONS: ${HOME}") == []


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("${GITHUB_SHA}", "${{ github.sha }}"),
        ("$GITHUB_WORKSPACE/image.png", "${{ github.workspace }}"),
        ("${TAG:-latest}", "${{ env.TAG }}"),
        ("$(git rev-parse HEAD)", "GitHub expands"),
        ("'{{ github.sha }}'", "An expression is written"),
        ("$ {{ github.sha }}", "An expression is written"),
        ("'${{ github.sha }'", "An expression is written"),
    ],
)
def test_what_nothing_expands_is_told_with_githubs_way_of_writing_it(tmp_path: Path, value: str, hint: str) -> None:
    [(code, line, told)] = found(tmp_path, env=f"DEPLOY_TAG: {value}")
    assert (code, line) == ("ACES-C043", 4)
    assert hint in told


@pytest.mark.parametrize("value", ["${{ github.sha }}", "${{ env.A }}-${{ env.B }}", "a$", "100$", "p$1", "'$'"])
def test_what_is_an_expression_or_a_mere_sign_is_left_alone(tmp_path: Path, value: str) -> None:
    assert found(tmp_path, env=f"DEPLOY_TAG: {value}") == []


def test_a_containers_variable_that_nothing_expands_is_a_warning() -> None:
    text = (
        "sagemaker:\n  environment:\n    PATH: ${PATH}:/opt/bin\n    A: $5\nbatch:\n  environment:\n    B: $HOME/x\n"
        "  longtime:\n    environment:\n      C: $(nproc)\n"
    )
    document, _ = read_yaml(Source.of("infra.yml", text))
    assert document is not None
    problems = list(environment_problems(document))
    assert [(problem.code, problem.severity, problem.line) for problem in problems] == [
        ("ACES-C044", "warning", 3),
        ("ACES-C044", "warning", 7),
        ("ACES-C044", "warning", 10),
    ]
