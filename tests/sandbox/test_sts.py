"""Credentials by web identity, from the OIDC endpoint to an expired call, over real HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.oidc import Issuer
from sandbox.seed import Seeded, make_roles
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

REPOSITORY = "example-org/number-plate-detection"
Control = Callable[..., Any]


@pytest.fixture
def role_arn(empty: Sandbox, session: boto3.Session) -> str:
    return make_roles(empty, session, project="number-plate-detection", env="dev", repository=REPOSITORY)


def ask_github(sandbox: Sandbox, *, repository: str = REPOSITORY, audience: str = "sts.amazonaws.com") -> str:
    answer = requests.get(
        f"{sandbox.issuer.request_url(repository)}&audience={audience}",
        headers={"Authorization": f"bearer {sandbox.oidc_request_token}"},
        timeout=5,
    )
    assert answer.status_code == 200
    return str(answer.json()["value"])


def assume(sandbox: Sandbox, role_arn: str, token: str, **more: Any) -> dict[str, Any]:
    """The credentials, asked for without any."""
    unsigned = CONFIG.merge(Config(signature_version=UNSIGNED))
    sts = boto3.Session(region_name="ap-northeast-1").client("sts", endpoint_url=sandbox.aws_url, config=unsigned)
    answer = sts.assume_role_with_web_identity(RoleArn=role_arn, RoleSessionName="job", WebIdentityToken=token, **more)
    credentials: dict[str, Any] = dict(answer["Credentials"])
    return credentials


def refused(sandbox: Sandbox, role_arn: str, token: str, **more: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        assume(sandbox, role_arn, token, **more)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def as_role(sandbox: Sandbox, session: boto3.Session) -> Callable[[dict[str, Any], str], Any]:
    """A client of a service with credentials of a role."""

    def client(credentials: dict[str, Any], service: str) -> Any:
        return session.client(  # type: ignore[call-overload]
            service,
            endpoint_url=sandbox.aws_url,
            config=CONFIG,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )

    return client


# The OIDC endpoint


def test_a_request_without_the_job_s_token_is_refused(sandbox: Sandbox) -> None:
    assert requests.get(sandbox.oidc_request_url, timeout=5).status_code == 401
    wrong = requests.get(sandbox.oidc_request_url, headers={"Authorization": "bearer wrong"}, timeout=5)
    assert wrong.status_code == 403


def test_the_endpoint_fails_as_often_as_asked(empty: Sandbox) -> None:
    requests.post(f"{empty.oidc_url}/_control", json={"fail": 2, "status": 503}, timeout=5).raise_for_status()
    statuses = [requests.get(empty.oidc_request_url, timeout=5).status_code for _ in range(3)]
    assert statuses == [503, 503, 401]
    assert requests.post(f"{empty.oidc_url}/_control", json={"unknown": 1}, timeout=5).status_code == 400


def test_discovery_leads_to_the_key_that_signs(sandbox: Sandbox) -> None:
    discovery = requests.get(f"{sandbox.oidc_url}/.well-known/openid-configuration", timeout=5).json()
    assert discovery["issuer"] == sandbox.oidc_url
    [key] = requests.get(discovery["jwks_uri"], timeout=5).json()["keys"]
    assert key["kid"] == sandbox.issuer.key.kid
    assert "d" not in key


def test_a_token_has_github_s_claims(sandbox: Sandbox) -> None:
    claims = sandbox.issuer.verify(ask_github(sandbox))
    assert (claims["sub"], claims["environment"]) == (f"repo:{REPOSITORY}:environment:dev", "dev")
    without = sandbox.issuer.verify(sandbox.issuer.token(repository=REPOSITORY, audience="a", environment=""))
    assert (without["sub"], "environment" in without) == (f"repo:{REPOSITORY}:ref:refs/heads/develop", False)
    assert (claims["iss"], claims["aud"], claims["repository"]) == (sandbox.oidc_url, "sts.amazonaws.com", REPOSITORY)
    assert claims["exp"] - claims["iat"] == 300


# AssumeRoleWithWebIdentity


@pytest.mark.parametrize("token", ["", "aa.bb.cc", "not a token"])
def test_what_is_no_token_is_refused(sandbox: Sandbox, role_arn: str, token: str) -> None:
    code, _ = refused(sandbox, role_arn, token or "x" * 4)
    assert code == "InvalidIdentityToken"


def test_a_token_of_another_issuer_is_refused(sandbox: Sandbox, role_arn: str) -> None:
    forged = Issuer(url=sandbox.oidc_url).token(repository=REPOSITORY, audience="sts.amazonaws.com")
    assert refused(sandbox, role_arn, forged)[0] == "InvalidIdentityToken"


def test_an_expired_token_is_refused(sandbox: Sandbox, role_arn: str) -> None:
    expired = sandbox.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com", lifetime=-1)
    code, text = refused(sandbox, role_arn, expired)
    assert code == "ExpiredTokenException"
    assert text.startswith("Token expired")


def test_a_token_for_another_audience_is_refused(sandbox: Sandbox, role_arn: str) -> None:
    token = ask_github(sandbox, audience="https://example.com")
    assert refused(sandbox, role_arn, token) == ("InvalidIdentityToken", "Incorrect token audience")


def test_an_account_without_the_provider_refuses(empty: Sandbox) -> None:
    code, text = refused(empty, "arn:aws:iam::123456789012:role/any", ask_github(empty))
    assert (code, text) == ("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {empty.oidc_url}")


def test_a_missing_role_and_a_role_for_another_repository_are_refused_alike(sandbox: Sandbox, role_arn: str) -> None:
    denied = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    assert refused(sandbox, "arn:aws:iam::123456789012:role/absent", ask_github(sandbox)) == denied
    assert refused(sandbox, role_arn, ask_github(sandbox, repository="example-org/other")) == denied
    sagemaker_role = "arn:aws:iam::123456789012:role/number-plate-detection-dev-sagemaker-role"
    assert refused(sandbox, sagemaker_role, ask_github(sandbox)) == denied


@pytest.mark.parametrize(("seconds", "text"), [(899, "not between"), (3601, "exceeds the MaxSessionDuration")])
def test_a_duration_that_aws_does_not_grant_is_refused(sandbox: Sandbox, role_arn: str, seconds: int, text: str) -> None:
    # 899 is refused by botocore's own model of the minimum, so it is sent past it.
    body = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role_arn,
        "RoleSessionName": "job",
        "WebIdentityToken": ask_github(sandbox),
        "DurationSeconds": str(seconds),
    }
    answer = requests.post(sandbox.aws_url, data=body, timeout=5)
    assert answer.status_code == 400
    assert text in answer.text


def test_the_caller_is_the_assumed_role(sandbox: Sandbox, role_arn: str, as_role: Callable[..., Any]) -> None:
    credentials = assume(sandbox, role_arn, ask_github(sandbox), DurationSeconds=900)
    assert 890 < credentials["Expiration"].timestamp() - time.time() <= 900
    identity = as_role(credentials, "sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert identity["Arn"] == "arn:aws:sts::123456789012:assumed-role/number-plate-detection-dev-github-actions-role/job"


def test_expired_credentials_are_refused_by_every_service_in_its_own_words(
    empty: Sandbox, seeded: Seeded, control: Control, as_role: Callable[..., Any]
) -> None:
    control("credentials", lifetime_seconds=0)
    credentials = assume(empty, seeded.role_arn, ask_github(empty))
    calls: dict[str, tuple[Callable[[Any], Any], int, str]] = {
        "sts": (lambda client: client.get_caller_identity(), 403, "ExpiredToken"),
        "sagemaker": (lambda client: client.list_endpoints(), 403, "ExpiredTokenException"),
        "ecr": (lambda client: client.describe_repositories(), 403, "ExpiredTokenException"),
        "batch": (lambda client: client.describe_job_queues(), 403, "ExpiredTokenException"),
        "iam": (lambda client: client.list_roles(), 403, "ExpiredToken"),
        "s3": (lambda client: client.list_objects_v2(Bucket=seeded.bucket), 400, "ExpiredToken"),
        "ec2": (lambda client: client.describe_subnets(), 400, "RequestExpired"),
    }
    for service, (call, status, code) in calls.items():
        with pytest.raises(ClientError) as caught:
            call(as_role(credentials, service))
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    with pytest.raises(ClientError) as caught:
        as_role(credentials, "s3").head_object(Bucket=seeded.bucket, Key="x")
    assert caught.value.response["Error"]["Code"] == "400"  # HEAD has no body


def test_new_credentials_live_when_the_old_ones_are_gone(
    empty: Sandbox, role_arn: str, control: Control, as_role: Callable[..., Any]
) -> None:
    control("credentials", lifetime_seconds=0)
    old = assume(empty, role_arn, ask_github(empty))
    control("credentials", lifetime_seconds=None)
    new = assume(empty, role_arn, ask_github(empty))
    assert as_role(new, "sts").get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError, match="ExpiredToken"):
        as_role(old, "sts").get_caller_identity()


def test_the_claims_of_tokens_can_be_replaced(sandbox: Sandbox, role_arn: str) -> None:
    claims = {"claims": {"sub": "repo:example-org/fork:pull_request"}}
    requests.post(f"{sandbox.oidc_url}/_control", json=claims, timeout=5).raise_for_status()
    assert refused(sandbox, role_arn, ask_github(sandbox))[0] == "AccessDenied"


def test_an_unknown_condition_operator_is_said_and_not_guessed(sandbox: Sandbox, session: boto3.Session, role_arn: str) -> None:
    provider = f"arn:aws:iam::123456789012:oidc-provider/{sandbox.issuer.host}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"NumericEquals": {f"{sandbox.issuer.host}:run_id": "1"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam = session.client("iam", endpoint_url=sandbox.aws_url)
    iam.update_assume_role_policy(RoleName=role_arn.rpartition("/")[2], PolicyDocument=policy)
    code, text = refused(sandbox, role_arn, ask_github(sandbox))
    assert code == "NotImplemented"
    assert "NumericEquals" in text
