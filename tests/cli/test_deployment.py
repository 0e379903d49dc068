"""Which deployment a verb about a deployed server means, by value; and what becomes of a workflow's words at a terminal."""

from __future__ import annotations

import ast
import re

import pytest

from aces_action.aws.errors import ended
from aces_action.cli.aws import for_a_person, in_a_persons_words
from aces_action.cli.deployment import find_deployment
from aces_action.cli.discovery import Wanted
from aces_action.inputs import COMMANDS
from aces_action.problems import ConfigurationError
from aces_action.resources.endpoint.ownership import not_ours
from tests.cli.conftest import INFRA, ROOT, WORKFLOW, Repository

PROJECT = "number-plate-detection"
ANY = Wanted()


def region(repository: Repository, given: str | None = None) -> str | None:
    return find_deployment(repository.path, ANY, given, verb="status").target.region


def test_a_workflow_that_cannot_be_read_is_the_problem_not_that_nothing_is_known(repository: Repository) -> None:
    repository.replace(WORKFLOW, "\njobs:", "\njobs: [")
    (repository.path / INFRA).unlink()
    with pytest.raises(ConfigurationError, match="ACES-C003"):
        find_deployment(repository.path, ANY, None, verb="stop")


def test_an_infra_file_that_is_not_there_is_named(repository: Repository) -> None:
    with pytest.raises(ConfigurationError, match=r"ACES-C001.*number-plate-detection-production-algorithm-server-infra\.yml"):
        find_deployment(repository.path, Wanted(env="production"), None, verb="stop")


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


@pytest.mark.parametrize(
    ("for_a_job", "at_a_terminal"),
    [
        ("Run the job again: it goes on.", "Run the command again: it goes on."),
        ("原因を取り除いてからジョブを再実行してください。", "原因を取り除いてからコマンドを再実行してください。"),
        ("`command: start` recreates it", "`aces-action start` recreates it"),
        ("Run `command: deploy` first.", "Run the workflow's `command: deploy` first."),
        ("`command: deploy`で、設定し直します。", "ワークフローの`command: deploy`で、設定し直します。"),
        ("先に`command: deploy`を実行してください。", "先にワークフローの`command: deploy`を実行してください。"),
        ("the role of AWS_ROLE_ARN lacks logs:GetLogEvents.", "you lack logs:GetLogEvents."),
        ("Or set a longer wait-timeout.", "Or set a longer --wait-timeout."),
        ("wait-timeoutを長くすることもできます。", "--wait-timeoutを長くすることもできます。"),
        ("a proxy between the runner and AWS", "a proxy between this machine and AWS"),
    ],
)
def test_a_persons_words_are_not_a_workflows(for_a_job: str, at_a_terminal: str) -> None:
    assert in_a_persons_words(for_a_job) == at_a_terminal


def test_keys_that_have_ended_and_what_is_not_ours_come_with_what_a_person_can_do() -> None:
    assert "aws sso login" in for_a_person(ended()).hint.ja
    foreign = for_a_person(not_ours("endpoint", "plates", "arn:aws:sagemaker:x", project="p", env="dev"))
    assert "run the command again:\naws sagemaker add-tags" in foreign.hint.en
    assert "コマンドを再実行してください:\naws" in foreign.hint.ja


def test_no_text_about_what_is_deployed_sends_a_person_to_a_command_that_a_terminal_has_not() -> None:
    package = ROOT / "aces_action"
    files = [file for name in ("resources", "aws", "commands", "deployment") for file in (package / name).rglob("*.py")]
    nodes = [
        node for file in [*files, package / "output/tables.py"] for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    ]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    shown = [in_a_persons_words(text) for text in texts if "`command: " in text]
    assert len(shown) > 15
    for text in shown:
        left = re.sub(r"(the workflow's |ワークフローの)`command: (deploy|register|plan)`", "", text)
        assert not re.search(rf"`command: ({'|'.join(COMMANDS)})`", left), text
