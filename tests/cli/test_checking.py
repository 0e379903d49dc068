"""Which deployments of a repository are checked, and with which project and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.cli.checking import check
from aces_action.cli.discovery import Selection
from aces_action.cli.formats.result import CheckedDeployment
from tests.cli.conftest import INFRA, REGISTER, WORKFLOW, Repository

PROJECT = "number-plate-detection"
ANY = Selection()


def names(repository: Repository, wanted: Selection = ANY) -> list[tuple[str | None, str | None, str | None]]:
    return [(each.project, each.env, each.workflow) for each in check(repository.path, wanted).checked]


def codes(repository: Repository, wanted: Selection = ANY) -> list[str]:
    return [problem.code for problem in check(repository.path, wanted).problems]


def add_workflow(repository: Repository, env: str) -> None:
    folder = repository.path / ".github/workflows"
    text = (repository.path / WORKFLOW).read_text(encoding="utf-8")
    text = text.replace("ENV: dev", f"ENV: {env}\n      PLATFORM_URL: https://api.example.com")
    (folder / f"{env}.yml").write_text(text.replace("-dev-github-actions-role", f"-{env}-github-actions-role"))


def add_infra(repository: Repository, env: str, project: str = PROJECT) -> None:
    content = (repository.path / INFRA).read_text(encoding="utf-8")
    (repository.path / INFRA).with_name(f"{project}-{env}-algorithm-server-infra.yml").write_text(content, encoding="utf-8")


def remove_workflows(repository: Repository) -> None:
    for path in (repository.path / ".github/workflows").iterdir():
        path.unlink()


def test_an_empty_folder_says_that_nothing_tells_what_to_check(tmp_path: Path) -> None:
    findings = check(tmp_path, Selection())
    assert findings.checked == ()
    (problem,) = findings.problems
    assert (problem.code, problem.file) == ("ACES-C027", None)
    assert "aces-action validate --project NAME --env dev" in problem.hint.en
    assert problem.message.ja.startswith("プロジェクトと環境がわかりません。")


def test_a_workflow_that_cannot_be_read_is_the_problem_not_that_nothing_is_known(repository: Repository) -> None:
    repository.replace(WORKFLOW, "\njobs:", "\njobs: [")
    (repository.path / INFRA).unlink()
    assert codes(repository) == ["ACES-C003"]


def test_project_and_environment_are_the_workflows(repository: Repository) -> None:
    assert names(repository) == [(PROJECT, "dev", WORKFLOW)]
    assert codes(repository) == []


def test_every_workflow_is_checked_and_what_both_find_is_said_once(repository: Repository) -> None:
    add_workflow(repository, "staging")
    add_infra(repository, "staging")
    repository.replace(REGISTER, '"type": "simple"', '"type": "simpel"')
    assert names(repository) == [(PROJECT, "dev", WORKFLOW), (PROJECT, "staging", ".github/workflows/staging.yml")]
    assert codes(repository) == ["ACES-C004"]


def test_a_missing_address_of_the_platform_is_found_before_the_deploy(repository: Repository) -> None:
    repository.replace(WORKFLOW, "ENV: dev", "ENV: production")
    repository.replace(WORKFLOW, "-dev-github-actions-role", "-production-github-actions-role")
    add_infra(repository, "production")
    assert codes(repository) == ["ACES-S001"]


def test_problems_are_in_the_order_of_files_and_lines(repository: Repository) -> None:
    repository.replace(WORKFLOW, "TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", "TENANT_ID: aces")
    repository.replace(REGISTER, '"type": "simple"', '"type": "simpel"')
    repository.replace(REGISTER, '"plan_id": 1', '"plan_id": 2')
    places = [(problem.file or "", problem.line or 0) for problem in check(repository.path, ANY).problems]
    assert [file for file, _ in places] == [WORKFLOW, REGISTER, REGISTER]
    assert places == sorted(places)


def test_a_flag_chooses_the_workflow_that_it_means(repository: Repository) -> None:
    add_workflow(repository, "staging")
    add_infra(repository, "staging")
    assert names(repository, Selection(env="staging")) == [(PROJECT, "staging", ".github/workflows/staging.yml")]


def test_a_flag_for_which_there_is_no_workflow_checks_the_files_alone(repository: Repository) -> None:
    add_infra(repository, "production")
    assert names(repository, Selection(env="production")) == [(PROJECT, "production", None)]
    assert codes(repository, Selection(env="production")) == []
    assert codes(repository, Selection(env="staging")) == ["ACES-C001"]


def test_a_flag_takes_the_place_of_a_wrong_variable(repository: Repository) -> None:
    repository.replace(WORKFLOW, "ENV: dev", "ENV: development")
    assert codes(repository) == ["ACES-S002"]
    assert names(repository, Selection(env="dev")) == [(PROJECT, "dev", WORKFLOW)]
    assert codes(repository, Selection(env="dev")) == []


def test_an_expression_is_taken_for_each_environment_that_has_an_infra_file(repository: Repository) -> None:
    repository.replace(WORKFLOW, "ENV: dev", "ENV: ${{ inputs.env }}")
    repository.replace(WORKFLOW, "TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", "TENANT_ID: ${{ vars.TENANT_ID }}")
    repository.replace(WORKFLOW, "DEPLOY_TAG: deploy", "PLATFORM_URL: ${{ vars.PLATFORM_URL }}")
    add_infra(repository, "production")
    add_infra(repository, "staging", project="another-project")
    assert names(repository) == [(PROJECT, "dev", WORKFLOW), (PROJECT, "production", WORKFLOW)]
    assert codes(repository) == []
    assert names(repository, Selection(env="dev")) == [(PROJECT, "dev", WORKFLOW)]


def test_an_expression_without_any_infra_file_is_a_problem_at_its_place(repository: Repository) -> None:
    repository.replace(WORKFLOW, "ENV: dev", "ENV: ${{ inputs.env }}")
    (repository.path / INFRA).unlink()
    (problem,) = check(repository.path, ANY).problems
    assert (problem.code, problem.place) == ("ACES-C027", f"{WORKFLOW}:29:12")
    assert problem.message.ja.startswith("ENV（入力env）が式で指定されていますが")


@pytest.mark.parametrize("project", [PROJECT, "plates-dev", "staging-production"])
@pytest.mark.parametrize("env", ["dev", "staging", "production"])
def test_without_a_workflow_the_infra_files_name_tells(repository: Repository, project: str, env: str) -> None:
    remove_workflows(repository)
    (repository.path / INFRA).rename((repository.path / INFRA).with_name(f"{project}-{env}-algorithm-server-infra.yml"))
    assert names(repository) == [(project, env, None)]
    assert codes(repository) == []


def test_without_a_workflow_each_infra_file_is_checked_or_that_of_the_flags(repository: Repository) -> None:
    remove_workflows(repository)
    add_infra(repository, "staging")
    assert names(repository) == [(PROJECT, "dev", None), (PROJECT, "staging", None)]
    assert names(repository, Selection(env="dev")) == [(PROJECT, "dev", None)]
    assert codes(repository, Selection(project="other")) == ["ACES-C027"]


def test_an_infra_file_with_another_name_is_checked_where_it_is_given(repository: Repository) -> None:
    remove_workflows(repository)
    (repository.path / INFRA).rename(repository.path / "infra.yml")
    repository.replace("infra.yml", "'123456789012'", "'12'")
    assert codes(repository, Selection(config_path="infra.yml")) == ["ACES-C014"]
    assert names(repository, Selection(config_path="infra.yml", env="dev")) == [(None, "dev", None)]


def test_another_repositorys_workflow_files_do_not_matter(repository: Repository) -> None:
    (repository.path / ".github/workflows/lint.yml").write_text("on: [push\njobs: {")
    assert codes(repository) == []


def test_a_secret_written_into_a_workflow_is_known_as_one(repository: Repository) -> None:
    repository.replace(WORKFLOW, "${{ secrets.PLATFORM_TOKEN }}", "hunter2 hunter2")
    findings = check(repository.path, ANY)
    assert [problem.code for problem in findings.problems] == ["ACES-S002"]
    assert findings.secrets == ("hunter2 hunter2",)


def test_the_same_deployment_is_named_once(repository: Repository) -> None:
    text = (repository.path / WORKFLOW).read_text(encoding="utf-8")
    step = text[text.index("      - uses: aces-inc/aces-action") :]
    (repository.path / WORKFLOW).write_text(text + step, encoding="utf-8")
    assert check(repository.path, ANY).checked == (CheckedDeployment(project=PROJECT, env="dev", workflow=WORKFLOW),)
