"""The role of docs/iam is enough for the log groups of jobs, and each statement for them is missed by name."""

from __future__ import annotations

from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError

from aces_action.aws.clients import Clients
from aces_action.aws.errors import explain
from aces_action.aws.tags import Owner
from aces_action.resources.batch import apply_log_groups, plan_log_groups
from aces_action.resources.batch.log_groups import JobLogGroup
from sandbox.aws.policy import listed
from sandbox.iam import TEMPLATE, roles
from sandbox.seed import ACCOUNT, REGION
from tests.autoscaling.test_permissions import set_permissions
from tests.conftest import REPOSITORY, Caller
from tests.end_to_end.test_permissions import TO_LOG, statements, without

# In the order in which they are needed
NEEDED = {
    "BatchLogGroupsRead": "logs:DescribeLogGroups",
    "BatchLogGroupsCreate": "logs:CreateLogGroup",
    "BatchLogGroupsRetention": "logs:PutRetentionPolicy",
}


def test_each_statement_for_log_groups_is_missed_by_name_and_all_that_is_granted_is_used(
    make_caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = make_caller(weights=None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", caller.sandbox.aws_url)
    parameters = {"Project": caller.project, "Env": "dev", "Repository": REPOSITORY}
    role = roles(parameters, account=ACCOUNT, region=REGION)["DeployRole"]
    everything = {name: document for name, document in role.managed.items() if not name.endswith("-image-push")}
    token = caller.sandbox.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com")
    arn = f"arn:aws:iam::{ACCOUNT}:role/{caller.project}-dev-github-actions-role"
    keys = caller.client("sts").assume_role_with_web_identity(RoleArn=arn, RoleSessionName="log", WebIdentityToken=token)[
        "Credentials"
    ]
    logs = Clients(boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)).logs
    owner = Owner(project=caller.project, env="dev", server=caller.server)

    def deploy(days: int, name: str = f"/aws/batch/{caller.server}") -> None:
        apply_log_groups(logs, owner, plan_log_groups(logs, owner, [JobLogGroup(name=name, retention_days=days)]))

    assert NEEDED.keys() == TO_LOG
    for sid, action in NEEDED.items():
        set_permissions(caller, without(everything, sid))
        with pytest.raises(ClientError) as error:
            deploy(30)
        assert action in explain(error.value).message.en, sid
    set_permissions(caller, everything)
    deploy(60)
    with pytest.raises(ClientError, match="logs:CreateLogGroup"):
        deploy(60, "/aws/batch/somebody-else")
    granted = [each for each in statements(everything) if each["Sid"] in NEEDED]
    used = caller.control("GET", "permissions")["used"]
    for element in ("Action", "Resource"):
        unused = {(each["Sid"], value) for each in granted for value in listed(each[element])} - {
            (each["sid"], each[element.lower()]) for each in used
        }
        assert not unused, f"granted in {TEMPLATE.name} and never used: {unused}"
