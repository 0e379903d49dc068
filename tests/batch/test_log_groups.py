"""Log groups of jobs over real HTTP: made before they are needed, changed only where they are ours."""

from __future__ import annotations

import uuid

import pytest

from aces_action.aws.clients import Clients
from aces_action.aws.tags import Owner
from aces_action.problems import ActionError
from aces_action.project.model import JobSettings
from aces_action.resources.batch import LogGroupsPlan, apply_log_groups, desired_log_groups, plan_log_groups
from aces_action.resources.batch.log_groups import JobLogGroup
from sandbox.seed import admin_session
from sandbox.server import Sandbox


class Groups:
    """A name for a log group that nobody has used, and who asks."""

    def __init__(self) -> None:
        project = f"p-{uuid.uuid4().hex[:8]}"
        self.client = Clients(admin_session()).logs
        self.owner = Owner(project=project, env="dev", server=f"{project}-server")
        self.name = f"/aws/batch/{project}"

    def plan(self, days: int | None = None) -> LogGroupsPlan:
        return plan_log_groups(self.client, self.owner, [JobLogGroup(name=self.name, retention_days=days)])

    def deploy(self, days: int | None = None) -> list[str]:
        planned = self.plan(days)
        apply_log_groups(self.client, self.owner, planned)
        return [change.verb for change in planned.changes]

    @property
    def days(self) -> int | None:
        [group] = self.client.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]
        return group.get("retentionInDays")


@pytest.fixture
def groups(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Groups:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    return Groups()


def test_both_jobs_may_write_into_one_group() -> None:
    standard = JobSettings(instance_type="m5.xlarge", log_group="/own", log_retention_days=30)
    longtime = JobSettings(instance_type="m5.xlarge", log_group="/own")
    assert desired_log_groups((standard, longtime, None)) == (JobLogGroup(name="/own", retention_days=30),)
    assert desired_log_groups((JobSettings(instance_type="m5.xlarge"),)) == ()


def test_a_missing_group_is_made_with_its_retention_and_our_tags_and_then_left_alone(groups: Groups) -> None:
    assert groups.deploy(30) == ["create"]
    assert groups.days == 30
    arn = groups.client.describe_log_groups(logGroupNamePrefix=groups.name)["logGroups"][0]["arn"].removesuffix(":*")
    assert groups.client.list_tags_for_resource(resourceArn=arn)["tags"]["aces:managed-by"] == "aces-action"
    assert groups.deploy(30) == groups.deploy(None) == ["nothing"]


def test_another_retention_is_a_change_that_says_so(groups: Groups) -> None:
    groups.deploy()
    assert groups.days is None
    [change] = groups.plan(7).changes
    assert [reason.en for reason in change.reasons] == ["retentionInDays: (not set) -> 7"]
    assert groups.deploy(7) == ["update"]
    assert groups.days == 7


def test_a_group_whose_name_only_begins_alike_is_another_one(groups: Groups) -> None:
    groups.client.create_log_group(logGroupName=f"{groups.name}-other")
    assert [change.verb for change in groups.plan().changes] == ["create"]


def test_somebody_elses_group_may_be_written_into_but_its_retention_stays(groups: Groups) -> None:
    groups.client.create_log_group(logGroupName=groups.name)
    assert groups.deploy() == ["nothing"]
    with pytest.raises(ActionError) as error:
        groups.plan(30)
    [problem] = error.value.problems
    assert problem.code == "ACES-E004"
    assert (
        f"aws logs tag-resource --resource-arn arn:aws:logs:ap-northeast-1:123456789012:log-group:{groups.name} --tags aces:"
        in (problem.hint.en)
    )
    assert groups.days is None


def test_a_group_that_another_run_has_made_since_the_plan_gets_its_retention_only_if_it_is_ours(groups: Groups) -> None:
    mine = groups.plan(30)
    groups.deploy()
    apply_log_groups(groups.client, groups.owner, mine)
    assert groups.days == 30

    other = Groups()
    planned = other.plan(30)
    other.client.create_log_group(logGroupName=other.name)
    with pytest.raises(ActionError, match="was not made by this action"):
        apply_log_groups(other.client, other.owner, planned)
