"""Settings and files in one go: every problem, those of a setting at its line of the workflow."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from aces_action.configuration import Configuration, check_configuration
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.workflow.steps import read_workflow

ROOT = Path(__file__).parent.parent
WORKFLOW = ".github/workflows/build_on_push_develop.yml"
REGISTER = "server/algorithms/register.json"
TENANT = "TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
STEP = "uses: aces-inc/aces-action@v0.1.0\n        id: deploy\n        with:\n"
RUNNER = {
    "GITHUB_REPOSITORY": "org/plates",
    "GITHUB_WORKFLOW_REF": f"org/plates/{WORKFLOW}@refs/heads/develop",
    "GITHUB_JOB": "deploy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    path: Path

    def replace(self, old: str, new: str, file: str = WORKFLOW) -> None:
        text = (self.path / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def line(self, text: str) -> int:
        """The line of the workflow in which the text stands first."""
        before, found, _ = (self.path / WORKFLOW).read_text(encoding="utf-8").partition(text)
        assert found
        return before.count("\n") + 1

    def in_the_action(self, **variables: str) -> Configuration:
        """As the runner starts the action: what the workflow has, and variables that differ from it."""
        (usage,) = read_workflow(self.path, WORKFLOW)[0]
        return check_configuration({**usage.environ(), **RUNNER, **variables}, self.path)

    def before_a_run(self) -> Configuration:
        (usage,) = read_workflow(self.path, WORKFLOW)[0]
        return check_configuration(usage.environ(), self.path, usage)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    shutil.copytree(
        ROOT / "examples/number-plate-detection", tmp_path / "repository", ignore=shutil.ignore_patterns("*-staging-*")
    )
    made = Repository(path=tmp_path / "repository")
    made.replace("ORG/aces-action", "aces-inc/aces-action")
    return made


def where(problem: Problem) -> tuple[str, str | None, int | None, int | None, int | None]:
    return problem.code, problem.file, problem.line, problem.column, problem.end_column


def test_an_example_is_whole_in_the_action_and_before_a_run(repository: Repository) -> None:
    for configuration in (repository.in_the_action(), repository.before_a_run()):
        assert configuration.problems == ()
        assert configuration.settings is not None
        assert configuration.project is not None
        assert configuration.names is not None
        assert configuration.names.server == "number-plate-detection-dev-algorithm-server"


@pytest.mark.parametrize("command", ["rollback", "stop", "start", "status"])
def test_what_is_about_a_deployed_server_asks_for_no_more_than_the_infra_file(repository: Repository, command: str) -> None:
    repository.replace('"frame",', '"frame"', REGISTER)
    (repository.path / "server/algorithms/algorithm.json").unlink()
    configuration = repository.in_the_action(INPUT_COMMAND=command)
    assert configuration.problems == ()
    assert configuration.project is None
    assert configuration.server is not None
    assert configuration.names is not None
    assert configuration.names.endpoint == "number-plate-detection-dev-algorithm-server"


def test_a_mistake_in_the_infra_file_is_told_whatever_the_command(repository: Repository) -> None:
    file = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"
    repository.replace("ml.t2.xlarge", "t2.xlarge", file)
    configuration = repository.in_the_action(INPUT_COMMAND="rollback")
    assert [problem.file for problem in configuration.problems] == [file]
    assert (configuration.server, configuration.names) == (None, None)


def test_a_wrong_setting_does_not_hide_what_is_wrong_with_the_files(repository: Repository) -> None:
    repository.replace(TENANT, "TENANT_ID: aces")
    repository.replace('"simple"', '"simpel"', REGISTER)
    repository.replace('"frame",', '"frame"', REGISTER)
    configuration = repository.in_the_action()
    assert [problem.code for problem in configuration.problems] == ["ACES-S002", "ACES-C004", "ACES-C002"]
    assert configuration.settings is None
    assert configuration.project is None


@pytest.mark.parametrize("line", ["ENV: dev", "Project: number-plate-detection", TENANT])
def test_files_are_checked_although_project_or_environment_are_not_known(repository: Repository, line: str) -> None:
    repository.replace(f"      {line}\n", "")
    repository.replace('"simple"', '"simpel"', REGISTER)
    assert [problem.code for problem in repository.in_the_action().problems] == ["ACES-S001", "ACES-C004"]


def test_a_placeholder_is_shown_where_it_stands_in_the_workflow(repository: Repository) -> None:
    repository.replace(TENANT, "TENANT_ID: <REPLACE_YOUR_TENANT_ID>")
    repository.replace("::123456789012:", "::<REPLACE_YOUR_AWS_ACOUNT_ID>:")
    problems = repository.in_the_action().problems
    arn = "arn:aws:iam::<REPLACE_YOUR_AWS_ACOUNT_ID>:role/number-plate-detection-dev-github-actions-role"
    assert [where(problem) for problem in problems] == [
        ("ACES-S003", WORKFLOW, repository.line("TENANT_ID"), 18, 42),
        ("ACES-S003", WORKFLOW, repository.line("AWS_ROLE_ARN"), 21, 21 + len(arn)),
    ]
    assert problems[0].message == Text(
        "TENANT_ID (input tenant-id) still has <REPLACE_YOUR_TENANT_ID> from the template.",
        "TENANT_ID（入力tenant-id）に、テンプレートの<REPLACE_YOUR_TENANT_ID>が残っています。",
    )
    assert problems[0].hint.en.startswith("Replace it with your own value: a UUID such as ")


def test_a_placeholder_elsewhere_in_the_job_is_found_too_but_not_one_in_another_job(repository: Repository) -> None:
    repository.replace("group: deploy-number-plate-detection-dev", "group: deploy-<REPLACE_YOUR_PROJECT_NAME>")
    repository.replace("  deploy:\n", "  other:\n    env: {A: <REPLACE_YOUR_ENV>}\n  deploy:\n")
    repository.replace("      DEPLOY_TAG: deploy\n", "      DEPLOY_TAG: deploy\n      OWN: <REPLACE_YOUR_OWN>\n")
    assert [where(problem)[:3] for problem in repository.before_a_run().problems] == [
        ("ACES-C009", WORKFLOW, repository.line("group:")),
        ("ACES-C009", WORKFLOW, repository.line("OWN:")),
    ]


def test_a_wrong_input_is_shown_at_the_steps_with(repository: Repository) -> None:
    repository.replace(STEP, f"{STEP}          wait-timeout: 60\n")
    (problem,) = repository.in_the_action().problems
    assert where(problem) == ("ACES-S002", WORKFLOW, repository.line("wait-timeout:"), 25, 27)
    assert problem.hint.en.startswith("Minutes are written 60m.")


def test_what_is_missing_is_shown_at_the_env_block(repository: Repository) -> None:
    repository.replace(f"      {TENANT}\n", "")
    assert [where(problem) for problem in repository.in_the_action().problems] == [
        ("ACES-S001", WORKFLOW, repository.line("    env:"), 5, 8)
    ]


def test_what_is_missing_in_a_workflow_without_variables_is_shown_at_the_step(repository: Repository) -> None:
    repository.replace(
        "    env:\n      ENV: dev\n      Project: number-plate-detection\n      DEPLOY_TAG: deploy\n", "    env:\n"
    )
    for name in ("AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role", TENANT):
        repository.replace(f"      {name}\n", "")
    repository.replace("      FRONTEND_IMAGE_PATH: server/algorithms/example_algorithm.png", "      OWN: a")
    assert {where(problem)[:3] for problem in repository.in_the_action().problems} == {
        ("ACES-S001", WORKFLOW, repository.line("uses: aces-inc/"))
    }


def test_a_variable_that_is_empty_is_shown_at_itself(repository: Repository) -> None:
    repository.replace(TENANT, "TENANT_ID: ''")
    assert [where(problem) for problem in repository.in_the_action().problems] == [
        ("ACES-S001", WORKFLOW, repository.line("TENANT_ID"), 18, 20)
    ]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("      Project:", "      PROJECT:", "PROJECT"),
        ("      TENANT_ID:", "      TENANT_UUID:", None),
        (STEP, None, "tenant_id"),
    ],
)
def test_a_name_in_another_spelling_is_pointed_at(repository: Repository, old: str, new: str | None, name: str | None) -> None:
    if new is None:
        repository.replace(f"      {TENANT}\n", "")
        new = f"{STEP}          tenant_id: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13\n"
    repository.replace(old, new)
    (problem,) = repository.in_the_action().problems
    assert problem.code == "ACES-S001"
    if name:
        assert problem.hint.en.startswith(f"The workflow has {name} here; the action reads ")
        assert problem.end_column is not None
        assert problem.column is not None
        assert problem.end_column - problem.column == len(name)


def test_what_an_expression_gives_is_not_missed_before_a_run(repository: Repository) -> None:
    repository.replace(TENANT, "TENANT_ID: ${{ vars.TENANT_ID }}")
    configuration = repository.before_a_run()
    assert configuration.problems == ()
    assert configuration.settings is None
    assert configuration.project is not None
    assert configuration.values["tenant_id"] is None


def test_what_an_expression_gives_is_missed_by_a_deploy_but_not_by_validate(repository: Repository) -> None:
    repository.replace(TENANT, "TENANT_ID: ${{ secrets.TENANT_ID }}")
    assert [where(problem) for problem in repository.in_the_action().problems] == [
        ("ACES-S001", WORKFLOW, repository.line("TENANT_ID"), 18, 42)
    ]
    assert repository.in_the_action(INPUT_COMMAND="validate").problems == ()


def test_files_are_checked_although_an_expression_gives_project_and_environment(repository: Repository) -> None:
    repository.replace("ENV: dev", "ENV: ${{ inputs.env }}")
    repository.replace("Project: number-plate-detection", "Project: ${{ vars.PROJECT }}")
    configuration = repository.before_a_run()
    assert configuration.problems == ()
    assert configuration.project is not None
    assert configuration.names is None


def test_a_file_that_is_not_there_is_shown_at_the_setting_that_names_it(repository: Repository) -> None:
    repository.replace("/algorithms/example_algorithm.png", "/algorithms/example_algoritm.png")
    repository.replace(STEP, f"{STEP}          config-path: ./server/infra.yml\n")
    missing = [problem for problem in repository.in_the_action().problems if problem.code == "ACES-C001"]
    assert [where(problem) for problem in missing] == [
        ("ACES-C001", WORKFLOW, repository.line("FRONTEND_IMAGE_PATH"), 28, 66),
        ("ACES-C001", WORKFLOW, repository.line("config-path"), 24, 42),
    ]
    assert missing[0].hint.en == "Did you mean server/algorithms/example_algorithm.png?"


def test_a_value_from_somewhere_else_is_not_pinned_on_the_workflow(repository: Repository) -> None:
    (problem,) = repository.in_the_action(TENANT_ID="aces").problems
    assert (problem.code, problem.file) == ("ACES-S002", None)


@pytest.mark.parametrize(
    "variables",
    [
        {"GITHUB_WORKFLOW_REF": ""},
        {"GITHUB_WORKFLOW_REF": f"other/repository/{WORKFLOW}@refs/heads/main"},
        {"GITHUB_WORKFLOW_REF": "org/plates/.github/workflows/gone.yml@refs/heads/main"},
        {"GITHUB_WORKFLOW_REF": "org/plates/../../x@refs/heads/main"},
        {"GITHUB_JOB": "other"},
    ],
)
def test_without_the_workflow_at_hand_the_problem_has_no_place(repository: Repository, variables: dict[str, str]) -> None:
    repository.replace(TENANT, "TENANT_ID: aces")
    (problem,) = repository.in_the_action(**variables).problems
    assert (problem.code, problem.file, problem.line) == ("ACES-S002", None, None)


def test_of_two_steps_in_a_job_the_one_that_runs_is_shown(repository: Repository) -> None:
    second = "      - uses: aces-inc/aces-action@v0.1.0\n        with:\n          wait-timeout: 90\n          platform-token: x\n"
    text = (repository.path / WORKFLOW).read_text(encoding="utf-8")
    (repository.path / WORKFLOW).write_text(f"{text}{second}", encoding="utf-8")
    usage = read_workflow(repository.path, WORKFLOW)[0][1]
    (problem,) = check_configuration({**usage.environ(), **RUNNER}, repository.path).problems
    assert where(problem) == ("ACES-S002", WORKFLOW, repository.line("wait-timeout:"), 25, 27)


def test_a_secret_is_never_part_of_a_problem_or_of_the_configurations_text(repository: Repository) -> None:
    configuration = repository.in_the_action(PLATFORM_TOKEN="two words", PLATFORM_URL="https://me:hunter2@example.com")
    assert len(configuration.problems) == 2
    assert "two words" not in repr(configuration)
    assert "hunter2" not in repr(configuration)
    token = repository.in_the_action(PLATFORM_TOKEN="f00dfeed")
    assert token.settings is not None
    assert "f00dfeed" not in repr(token)


def test_names_that_aws_refuses_are_told_with_the_rest(repository: Repository) -> None:
    repository.replace("      DEPLOY_TAG: deploy\n", "      DEPLOY_TAG: a b\n")
    configs = repository.path / "server/infra/configs"
    name = "a" * 40
    (configs / "number-plate-detection-dev-algorithm-server-infra.yml").rename(configs / f"{name}-dev-algorithm-server-infra.yml")
    repository.replace("Project: number-plate-detection", f"Project: {name}")
    codes = {problem.code for problem in repository.in_the_action().problems}
    assert codes == {"ACES-S002", "ACES-C016"}
