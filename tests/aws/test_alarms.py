"""Alarms of every kind, and what is left of them for a role that may not see all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from aces_action.aws.alarms import describe_alarms
from aces_action.preflight.alarms_and_topics import check_alarm
from aces_action.preflight.queries import QueryResult
from aces_action.resources.endpoint.diagnosis.diagnose import read_alarms
from sandbox.seed import ACCOUNT, REGION, admin_session, make_alarm, make_roles
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY

NAMES = ("metric", "composite", "log", "gone")
ALARMS = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"


@pytest.fixture
def alarms(sandbox: Sandbox) -> Iterator[str]:
    """The prefix of the names of one alarm of each kind, of which the metric alarm rings."""
    prefix = f"a{uuid.uuid4().hex[:8]}-"
    cloudwatch: Any = admin_session().client("cloudwatch", endpoint_url=sandbox.aws_url)
    make_alarm(sandbox, admin_session(), f"{prefix}metric")
    cloudwatch.set_alarm_state(AlarmName=f"{prefix}metric", StateValue="ALARM", StateReason="test")
    cloudwatch.put_composite_alarm(AlarmName=f"{prefix}composite", AlarmRule=f"ALARM({prefix}metric)")
    cloudwatch.put_log_alarm(
        AlarmName=f"{prefix}log",
        ScheduledQueryConfiguration={
            "QueryString": "stats count(*)",
            "LogGroupIdentifiers": ["g"],
            "ScheduledQueryRoleARN": f"arn:aws:iam::{ACCOUNT}:role/query",
            "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300},
            "AggregationExpression": "count(*)",
        },
        QueryResultsToEvaluate=1,
        QueryResultsToAlarm=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    yield prefix
    requests.post(f"{sandbox.aws_url}/_sandbox/permissions", json={"enforced": False}, timeout=10)


def under_role(sandbox: Sandbox, resource: str | None) -> Any:
    """CloudWatch for a role that may describe alarms on a resource, or not at all."""
    project = f"p{uuid.uuid4().hex[:8]}"
    role_arn = make_roles(sandbox, admin_session(), project=project, env="dev", repository=REPOSITORY)
    iam: Any = admin_session().client("iam", endpoint_url=sandbox.aws_url)
    role = role_arn.rpartition("/")[2]
    for each in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=each["PolicyArn"])
    if resource:
        statement = {"Sid": "Alarms", "Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=role, PolicyName="alarms", PolicyDocument=document)
    token = sandbox.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com")
    sts: Any = admin_session().client("sts", endpoint_url=sandbox.aws_url)
    keys = sts.assume_role_with_web_identity(RoleArn=role_arn, RoleSessionName="test", WebIdentityToken=token)["Credentials"]
    requests.post(f"{sandbox.aws_url}/_sandbox/permissions", json={"enforced": True}, timeout=10)
    session: Any = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
    return session.client("cloudwatch", endpoint_url=sandbox.aws_url)


def outcomes(found: Any, prefix: str) -> dict[str, list[str]]:
    rows = {name: check_alarm(f"{prefix}{name}", QueryResult(value=found), file="f") for name in NAMES}
    return {name: [problem.code for row in checks for problem in row.problems] for name, checks in rows.items()}


def test_who_may_see_all_alarms_sees_every_kind(sandbox: Sandbox, alarms: str) -> None:
    found = describe_alarms(under_role(sandbox, "*"), [f"{alarms}{name}" for name in NAMES])
    assert (sorted(found.states), found.all_kinds) == ([f"{alarms}composite", f"{alarms}log", f"{alarms}metric"], True)
    assert outcomes(found, alarms) == {"metric": ["ACES-P025"], "composite": [], "log": [], "gone": ["ACES-P024"]}


def test_for_who_may_see_some_alone_metric_alarms_count_and_the_rest_is_not_known(sandbox: Sandbox, alarms: str) -> None:
    client = under_role(sandbox, ALARMS)
    found = describe_alarms(client, [f"{alarms}{name}" for name in NAMES])
    assert found.states == {f"{alarms}metric": "ALARM"}
    assert outcomes(found, alarms) == {
        "metric": ["ACES-P025"],
        "composite": ["ACES-P036"],
        "log": ["ACES-P036"],
        "gone": ["ACES-P036"],
    }
    [row] = check_alarm(f"{alarms}composite", QueryResult(value=found), file="f")
    assert (row.outcome, [problem.severity for problem in row.problems]) == ("not checked", ["warning"])
    # what explains a rollback (E019) is still found
    [ringing] = read_alarms(client, [f"{alarms}{name}" for name in NAMES])
    assert (ringing.name, ringing.state) == (f"{alarms}metric", "ALARM")


def test_who_may_see_none_is_refused(sandbox: Sandbox, alarms: str) -> None:
    client = under_role(sandbox, None)
    with pytest.raises(ClientError, match="cloudwatch:DescribeAlarms"):
        describe_alarms(client, [f"{alarms}metric"])
    assert read_alarms(client, [f"{alarms}metric"]) == ()


def test_a_region_that_does_not_know_log_alarms_tells_the_others(sandbox: Sandbox, alarms: str) -> None:
    fault = {"service": "cloudwatch", "operation": "DescribeAlarms", "kind": "error", "status": 400, "code": "ValidationError"}
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=fault, timeout=10).raise_for_status()
    client: Any = admin_session().client("cloudwatch", endpoint_url=sandbox.aws_url)
    found = describe_alarms(client, [f"{alarms}{name}" for name in NAMES])
    assert (sorted(found.states), found.all_kinds) == ([f"{alarms}composite", f"{alarms}metric"], True)


def test_an_outage_is_no_answer(sandbox: Sandbox, alarms: str) -> None:
    fault = {
        "service": "cloudwatch",
        "operation": "DescribeAlarms",
        "kind": "error",
        "status": 400,
        "code": "InternalServiceFault",
    }
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=fault, timeout=10).raise_for_status()
    client: Any = admin_session().client("cloudwatch", endpoint_url=sandbox.aws_url)
    with pytest.raises(ClientError, match="InternalServiceFault"):
        describe_alarms(client, [f"{alarms}metric"])
