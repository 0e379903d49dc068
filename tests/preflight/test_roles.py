"""The server's roles: there, trusting who runs it, and passable."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from aces_action.aws.identity import Identity
from aces_action.preflight.queries import QueryResult
from aces_action.preflight.roles import (
    ABSENT,
    BATCH,
    CONTAINERS,
    SAGEMAKER,
    Role,
    check_role,
    own_arn,
    simulate_passing,
    trusts,
    with_path,
)
from sandbox.seed import admin_session
from sandbox.server import Sandbox

ARN = "arn:aws:iam::123456789012:role/p-dev-sagemaker-role"
ROLE = Role(use="sagemaker", arn=ARN, service=SAGEMAKER)


def policy(**statement: Any) -> dict[str, Any]:
    whole = {"Effect": "Allow", "Principal": {"Service": SAGEMAKER}, "Action": "sts:AssumeRole"} | statement
    return {"Version": "2012-10-17", "Statement": whole}


def codes(trust: dict[str, Any], passing: dict[str, bool] | None = None) -> list[str]:
    check = check_role(ROLE, QueryResult(value=trust), QueryResult(value=passing))
    return [problem.code for problem in check.problems]


@pytest.mark.parametrize(
    "document",
    [
        policy(),
        policy(Principal={"Service": ["ec2.amazonaws.com", SAGEMAKER]}),
        policy(Principal="*"),
        policy(Principal={"Service": "sagemaker.amazonaws.com.cn"}),
        policy(Action=["sts:TagSession", "sts:*"]),
        policy(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        {"Statement": [policy(Principal={"AWS": "arn:aws:iam::123456789012:root"})["Statement"], policy()["Statement"]]},
        {"Statement": [policy()["Statement"], policy(Effect="Deny", Condition={"Bool": {"aws:x": "true"}})["Statement"]]},
    ],
)
def test_a_trust_policy_that_lets_the_service_in_is_fine(document: dict[str, Any]) -> None:
    assert trusts(document, SAGEMAKER)
    assert codes(document) == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Statement": []},
        policy(Principal={"Service": "ecs-tasks.amazonaws.com"}),
        policy(Principal={"Service": "sagemaker-geospatial.amazonaws.com"}),
        policy(Principal={"AWS": "*"}),
        policy(Action="sts:AssumeRoleWithWebIdentity"),
        {"Statement": [policy()["Statement"], policy(Effect="Deny")["Statement"]]},
    ],
)
def test_a_trust_policy_that_does_not_is_found(document: dict[str, Any]) -> None:
    assert not trusts(document, SAGEMAKER)


def test_a_role_that_does_not_trust_the_service_comes_with_the_statement_to_add() -> None:
    check = check_role(ROLE, QueryResult(value=policy(Principal={"Service": "lambda.amazonaws.com"})), QueryResult())
    [problem] = check.problems
    assert problem.code == "ACES-P013"
    assert '"Principal": {"Service": "sagemaker.amazonaws.com"}' in problem.hint.en
    assert problem.message.ja.startswith(
        "サーバを実行するsagemaker.amazonaws.comを、ロールp-dev-sagemaker-roleが信頼していません"
    )


def test_a_role_that_the_job_may_not_pass_on_comes_with_the_statement_to_add() -> None:
    assert codes(policy(), {ARN: True}) == []
    check = check_role(ROLE, QueryResult(value=policy()), QueryResult(value={ARN: False}))
    [problem] = check.problems
    assert problem.code == "ACES-P014"
    assert '"iam:PassedToService": "sagemaker.amazonaws.com"' in problem.hint.en
    assert check.outcome == "error"


@pytest.mark.parametrize(
    ("allowed", "passable"),
    [((CONTAINERS,), True), ((BATCH,), True), ((CONTAINERS, BATCH), True), ((SAGEMAKER,), False), ((), False)],
)
def test_a_jobs_role_may_be_passed_to_ecs_tasks_or_to_batch(sandbox: Sandbox, allowed: tuple[str, ...], passable: bool) -> None:
    iam: Any = admin_session().client("iam", endpoint_url=sandbox.aws_url)
    caller = iam.create_role(RoleName=f"c{uuid.uuid4().hex[:8]}", AssumeRolePolicyDocument=json.dumps(policy()))["Role"]
    arn = "arn:aws:iam::123456789012:role/p-dev-batch-job-role"
    if allowed:
        condition = {"StringEquals": {"iam:PassedToService": list(allowed)}}
        statement = {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": arn, "Condition": condition}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=caller["RoleName"], PolicyName="pass", PolicyDocument=document)
    passing = simulate_passing(iam, caller["Arn"], CONTAINERS, [arn])
    assert passing == {arn: passable}
    job = Role(use="batch job", arn=arn, service=CONTAINERS)
    check = check_role(job, QueryResult(value=policy(Principal={"Service": CONTAINERS})), QueryResult(value=passing))
    assert [problem.code for problem in check.problems] == ([] if passable else ["ACES-P014"])
    if not passable:
        assert f'"iam:PassedToService": ["{CONTAINERS}", "{BATCH}"]' in check.problems[0].hint.en
        assert f"to {CONTAINERS} or {BATCH} (iam:PassRole)" in check.problems[0].message.en


@pytest.mark.parametrize("path", ["/", "/aws-reserved/sso.amazonaws.com/ap-northeast-1/"])
def test_the_role_of_a_session_is_found_whatever_its_path(sandbox: Sandbox, path: str) -> None:
    iam: Any = admin_session().client("iam", endpoint_url=sandbox.aws_url)
    name = f"AWSReservedSSO_{uuid.uuid4().hex[:8]}"
    arn = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(policy()))["Role"]["Arn"]
    session = f"arn:aws:sts::123456789012:assumed-role/{name}/engineer"
    told = own_arn(Identity(account="123456789012", arn=session, partition="aws"), None)
    assert with_path(iam, told) == (None if path == "/" else arn)
    assert simulate_passing(iam, with_path(iam, told) or told, SAGEMAKER, [ARN]) == {ARN: False}


def test_of_a_role_that_there_is_not_and_of_a_user_no_other_name_is_known(sandbox: Sandbox) -> None:
    iam: Any = admin_session().client("iam", endpoint_url=sandbox.aws_url)
    assert with_path(iam, "arn:aws:iam::123456789012:role/gone") is None
    assert with_path(iam, "arn:aws:iam::123456789012:user/ci") is None


def test_a_missing_role_is_one_problem() -> None:
    assert codes(dict(ABSENT), {ARN: False}) == ["ACES-P006"]


@pytest.mark.parametrize(
    ("session", "role_arn", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/deploy/s", None, "arn:aws:iam::123456789012:role/deploy"),
        (
            "arn:aws:sts::123456789012:assumed-role/deploy/s",
            "arn:aws:iam::123456789012:role/team/deploy",
            "arn:aws:iam::123456789012:role/team/deploy",
        ),
        (
            "arn:aws-cn:sts::123456789012:assumed-role/other/s",
            "arn:aws-cn:iam::123456789012:role/deploy",
            "arn:aws-cn:iam::123456789012:role/other",
        ),
        ("arn:aws:iam::123456789012:user/ci", None, "arn:aws:iam::123456789012:user/ci"),
    ],
)
def test_iam_is_asked_about_the_role_behind_a_session(session: str, role_arn: str | None, expected: str) -> None:
    assert own_arn(Identity(account="123456789012", arn=session, partition="aws"), role_arn) == expected
