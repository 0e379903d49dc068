"""The doctor of an environment that is promoted to: it looks at the source, and misses no image or archive that nobody pushes."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.seed import ACCOUNT
from tests.cli.test_doctor import Person
from tests.cli.test_doctor import table as table_at_terminal
from tests.doctor.test_in_a_job import below, table
from tests.promotion.conftest import SMOKE_TEST, Environments
from tests.promotion.test_promote import attach_reads, written

OF_ITS_CONTENT = ("Source of the promotion", "Image repository", "Server image", "Weights")
WORKFLOW = """\
on: workflow_dispatch
jobs:
  promote:
    runs-on: ubuntu-24.04
    environment: staging
    permissions: {{id-token: write, contents: read}}
    env:
      ENV: staging
      Project: {project}
      AWS_ROLE_ARN: arn:aws:iam::{account}:role/{project}-staging-github-actions-role
      TENANT_ID: {tenant}
      PLATFORM_URL: {platform}
    steps:
      - uses: actions/checkout@v5
      - uses: aces-inc/aces-action@v0.1.0
        with:
          command: ${{{{ inputs.plan && 'plan' || 'promote' }}}}
          promote-from: dev
{more}"""


def test_where_a_promotion_would_go_well_source_repository_image_and_weights_are_fine(environments: Environments) -> None:
    environments.deploy()
    environments.staging.control("DELETE", "calls")
    ended = environments.promote(command="doctor")
    found = table(ended)
    assert {what: found[what] for what in OF_ITS_CONTENT} == dict.fromkeys(OF_ITS_CONTENT, "fine"), ended.log
    assert (ended.status, ended.outputs["result"]) == (0, "healthy"), ended.log
    assert written(environments.staging) == set()
    assert f"dev  {environments.dev.server}-" in ended.log


def test_a_source_that_never_passed_its_smoke_test_is_the_row_that_fails(environments: Environments) -> None:
    assert environments.dev.run().status == 0
    ended = environments.promote(command="doctor", language="ja")
    assert (ended.status, ended.codes) == (1, ["ACES-M004"]), ended.log
    found = table(ended)
    assert (found["昇格元"], found["サーバのイメージ"], found["重みファイル"]) == ("error", "not checked", "not checked")


def test_a_repository_that_staging_lacks_is_told_before_a_promotion_would_need_it(environments: Environments) -> None:
    environments.deploy()
    environments.staging.client("ecr").delete_repository(repositoryName=environments.staging.server)
    ended = environments.promote(command="doctor")
    found = table(ended)
    assert (ended.codes, found["Image repository"]) == (["ACES-P003"], "error"), ended.log
    assert "ACES-P003" in below(ended, "Image repository")


def workflow(environments: Environments, more: str = "") -> Person:
    """Whoever sits at a terminal with the repository, whose one workflow about staging promotes to it."""
    staging = environments.staging
    text = WORKFLOW.format(
        project=staging.project,
        account=staging.account,
        tenant=staging.tenant_id,
        platform=staging.sandbox.platform_url,
        more=more,
    )
    (staging.workspace / ".github/workflows/promote.yml").write_text(text, encoding="utf-8")
    person = Person(staging)
    person.git("init", "--quiet")
    person.git("remote", "add", "origin", "https://github.com/example-org/number-plate-detection.git")
    return person


def test_at_a_terminal_a_source_with_a_role_of_its_own_is_left_to_a_job(
    make_environments: Callable[..., Environments],
) -> None:
    environments = make_environments(account=ACCOUNT)
    role = f"          promote-from-role: {environments.role}\n          smoke-test-path: {SMOKE_TEST}\n"
    ended = workflow(environments, role).doctor("--env", "staging")
    found = table_at_terminal(ended.out)
    assert found["Source of the promotion"] == "not checked", ended.out
    assert (found["Server image"], found["Weights"]) == ("not checked", "not checked"), ended.out
    assert "ACES-P002" not in ended.out
    assert "ACES-P003" not in ended.out


def test_at_a_terminal_a_source_in_the_same_account_is_read_with_ones_own_credentials(
    make_environments: Callable[..., Environments],
) -> None:
    environments = make_environments(account=ACCOUNT)
    environments.deploy()
    attach_reads(environments)
    ended = workflow(environments).doctor("--env", "staging")
    found = table_at_terminal(ended.out)
    assert {what: found[what] for what in OF_ITS_CONTENT} == dict.fromkeys(OF_ITS_CONTENT, "fine"), ended.out
