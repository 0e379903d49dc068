"""Which deployment a verb about a deployed server means, by value; and what becomes of a workflow's words at a terminal."""

from __future__ import annotations

import ast
import re

import pytest

from aces_action.cli.discovery import Selection, find_deployment
from aces_action.problems import ConfigurationError
from aces_action.problems.access.credentials import credentials_ended
from aces_action.resources.endpoint.ownership import not_ours
from tests.cli.conftest import INFRA, ROOT, WORKFLOW, Repository

PROJECT = "number-plate-detection"
ANY = Selection()


def region(repository: Repository, given: str | None = None) -> str | None:
    return find_deployment(repository.path, ANY, given, verb="status").target.region


def test_a_workflow_that_cannot_be_read_is_the_problem_not_that_nothing_is_known(repository: Repository) -> None:
    repository.replace(WORKFLOW, "\njobs:", "\njobs: [")
    (repository.path / INFRA).unlink()
    with pytest.raises(ConfigurationError, match="ACES-C003"):
        find_deployment(repository.path, ANY, None, verb="stop")


def test_an_infra_file_that_is_not_there_is_named(repository: Repository) -> None:
    with pytest.raises(ConfigurationError, match=r"ACES-C001.*number-plate-detection-production-algorithm-server-infra\.yml"):
        find_deployment(repository.path, Selection(env="production"), None, verb="stop")


def test_one_server_in_two_regions_is_two_deployments_until_the_region_is_said(repository: Repository) -> None:
    text = (repository.path / WORKFLOW).read_text(encoding="utf-8")
    other = text.replace("ENV: dev", "ENV: dev\n      AWS_REGION: us-west-2")
    (repository.path / ".github/workflows/west.yml").write_text(other, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="number-plate-detection dev us-west-2") as caught:
        region(repository)
    assert "--region REGION" in caught.value.problems[0].hint.en
    assert region(repository, "us-west-2") == "us-west-2"


def test_workflows_of_one_deployment_are_one(repository: Repository) -> None:
    text = (repository.path / WORKFLOW).read_text(encoding="utf-8")
    nightly = text.replace(
        "        with:\n          platform-token", "        with:\n          command: stop\n          platform-token"
    )
    assert nightly != text
    (repository.path / ".github/workflows/nightly.yml").write_text(nightly, encoding="utf-8")
    found = find_deployment(repository.path, ANY, None, verb="status")
    assert (found.target.project, found.target.env, found.names.endpoint) == (PROJECT, "dev", f"{PROJECT}-dev-algorithm-server")
    assert (str(found.server.infra_file).endswith(INFRA), found.server.infra.account_id) == (True, "123456789012")


def test_the_region_is_the_workflows_where_it_says_one_and_the_persons_where_only_a_run_knows(repository: Repository) -> None:
    assert region(repository) == "ap-northeast-1"
    repository.replace(WORKFLOW, "ENV: dev", "ENV: dev\n      AWS_REGION: ${{ vars.AWS_REGION }}")
    assert region(repository) is None
    assert region(repository, "eu-west-1") == "eu-west-1"
    (repository.path / WORKFLOW).unlink()
    assert region(repository) is None


def test_keys_that_have_ended_and_what_is_not_ours_come_with_what_a_person_can_do() -> None:
    assert "aws sso login" in credentials_ended().for_terminal().hint.ja
    foreign = not_ours("endpoint", "plates", "arn:aws:sagemaker:x", project="p", env="dev").for_terminal()
    assert "run the command again:\naws sagemaker add-tags" in foreign.hint.en
    assert "コマンドを再実行してください:\naws" in foreign.hint.ja


# Words of a workflow that mean nothing at a terminal
OF_A_WORKFLOW = re.compile(
    r"(?<!he workflow's )(?<!ワークフローの)`command: |\bjob again|ジョブを再実行"
    r"|(?<![-A-Za-z])wait-timeout|the role of AWS_ROLE_ARN lacks"
)
# What a terminal tells problems from
SHOWN_AT_A_TERMINAL = ("cli", "problems/access/calls.py", "problems/access/connection.py", "problems/access/credentials.py")


def for_workflows_alone(source: str) -> list[str]:
    """The texts of a module with words of a workflow that have no others for a terminal; of its kinds docs/errors tells."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    excused = {inner for node in calls if called(node) == "Kind" or len(node.args) == 3 for inner in ast.walk(node)}
    texts = [node for node in calls if called(node) == "Text" and node not in excused]
    return [said for node in texts if OF_A_WORKFLOW.search(said := written(node))]


def written(node: ast.Call) -> str:
    """The words of a text, without the values in them."""
    parts = [inner.value for inner in ast.walk(node) if isinstance(inner, ast.Constant) and isinstance(inner.value, str)]
    return "".join(parts)


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


@pytest.mark.parametrize("where", SHOWN_AT_A_TERMINAL)
def test_a_text_with_words_of_a_workflow_has_others_for_a_terminal(where: str) -> None:
    path = ROOT / "aces_action" / where
    for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
        assert for_workflows_alone(file.read_text(encoding="utf-8")) == [], file


def test_the_test_of_texts_sees_what_a_workflow_alone_would_say() -> None:
    assert for_workflows_alone('Text("Run the job again.", "x")') == ["Run the job again.x"]
    assert for_workflows_alone('Text("Run the job again.", "x", Text("Run the command again.", "x"))') == []
