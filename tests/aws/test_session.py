"""The session of a run against the local AWS: who it is, how long, and what it tries again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from aces_action.aws.answers import UNREADABLE
from aces_action.aws.clients import Clients
from aces_action.aws.errors import explain, may_pass, was_refused
from aces_action.aws.session import ends_within, open_session
from aces_action.language import same
from aces_action.problems import ActionError, Problem
from aces_action.problems.catalogue import CATALOGUE
from sandbox.seed import admin_session, make_roles
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY


class Job:
    """A job with a role: its session, the tokens it asked for, the calls it made again."""

    def __init__(self, sandbox: Sandbox, role_arn: str) -> None:
        self.sandbox = sandbox
        self.tokens: list[str] = []
        self.fails = False
        self.told: list[tuple[str, str, str]] = []
        self.answered: list[str] = []
        self.session = open_session(
            region="ap-northeast-1",
            role_arn=role_arn,
            session_name="aces-action.test.1",
            token=self._token,
            tell=lambda *each: self.told.append(each),
            answered=self.answered.append,
        )
        self.sagemaker: Any = self.session.client("sagemaker")

    def _token(self) -> str:
        if self.fails:
            raise ActionError(Problem(kind=CATALOGUE["A002"], message=same("no token")))
        self.tokens.append(self.sandbox.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com"))
        return self.tokens[-1]

    def look(self) -> None:
        self.sagemaker.list_endpoints()

    def control(self, what: str, **wish: object) -> None:
        requests.post(f"{self.sandbox.aws_url}/_sandbox/{what}", json=wish, timeout=10).raise_for_status()

    def calls(self, operation: str) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = requests.get(f"{self.sandbox.aws_url}/_sandbox/calls", timeout=10).json()
        return [call for call in calls if call["operation"] == operation]


@pytest.fixture(scope="module")
def role_arn(sandbox: Sandbox) -> str:
    return make_roles(sandbox, admin_session(), project="session", env="dev", repository=REPOSITORY)


@pytest.fixture
def job(sandbox: Sandbox, role_arn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10)
    made = Job(sandbox, role_arn)
    yield made
    requests.delete(f"{sandbox.aws_url}/_sandbox/faults", timeout=10)
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10)
    made.control("credentials", lifetime_seconds=None)


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> Callable[..., boto3.Session]:
    """Opens a session with these variables and nothing else of AWS's."""

    def opened(**variables: str) -> boto3.Session:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return open_session(region="ap-northeast-1", role_arn=None, session_name="s", token=str)

    return opened


def test_sts_of_the_region_is_asked_and_not_the_one_in_virginia(no_keys: Callable[..., boto3.Session]) -> None:
    assert no_keys().client("sts").meta.endpoint_url == "https://sts.ap-northeast-1.amazonaws.com"


def test_one_assumption_serves_all_clients(job: Job) -> None:
    job.look()
    s3: Any = job.session.client("s3")
    s3.list_buckets()
    assert len(job.tokens) == len(job.calls("AssumeRoleWithWebIdentity")) == 1


def test_sessions_of_seconds_are_renewed_each_with_a_fresh_token(job: Job) -> None:
    job.control("credentials", lifetime_seconds=3)
    for _ in range(4):
        job.look()
    assert all(call["status"] == 200 for call in job.calls("ListEndpoints"))
    assert len(set(job.tokens)) == len(job.tokens) > 1


def test_credentials_that_aws_takes_for_expired_are_renewed_once_and_the_call_is_made_again(job: Job) -> None:
    job.look()
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="expired", times=1)
    job.look()
    assert [call["status"] for call in job.calls("ListEndpoints")] == [200, 403, 200]
    assert len(job.tokens) == 2
    keys = [call["access_key_id"] for call in job.calls("ListEndpoints")]
    assert keys[0] == keys[1] != keys[2]
    assert job.told == [("sagemaker", "ListEndpoints", "ExpiredTokenException")]
    job.look()
    assert len(job.tokens) == 2


def test_credentials_that_have_ended_by_a_clock_that_is_ahead_are_told_as_that(job: Job) -> None:
    job.control("clock", seconds=-3600)
    try:
        with pytest.raises(ActionError) as raised:
            job.look()
    finally:
        job.control("clock", seconds=0)
    [problem] = raised.value.problems
    assert problem.code == "ACES-A014"
    assert problem.message.en.startswith(
        "The clock here is ahead of AWS's: by it, the credentials that AWS has just given ended at"
    )
    job.look()


def test_credentials_that_stay_expired_are_not_renewed_in_a_loop(job: Job) -> None:
    job.look()
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="expired", times=None)
    with pytest.raises(ClientError, match="ExpiredToken"):
        job.look()
    assert len(job.calls("ListEndpoints")) == 3  # the good one, and two tries
    assert len(job.tokens) == 2


def test_s3s_and_ec2s_own_words_for_expired_credentials_are_known_too(job: Job) -> None:
    for service, operation in (("s3", "ListBuckets"), ("ec2", "DescribeSubnets")):
        job.control("faults", service=service, operation=operation, kind="expired", times=1)
    s3: Any = job.session.client("s3")
    s3.list_buckets()
    ec2: Any = job.session.client("ec2")
    ec2.describe_subnets()
    assert [why for _, _, why in job.told] == ["ExpiredToken", "RequestExpired"]


@pytest.mark.parametrize(("status", "code"), [(403, "AccessDeniedException"), (400, "ValidationException")])
def test_what_aws_refuses_is_never_tried_again(job: Job, status: int, code: str) -> None:
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="error", status=status, code=code, times=None)
    with pytest.raises(ClientError, match=code):
        job.look()
    assert len(job.calls("ListEndpoints")) == 1
    assert job.told == []


def test_throttling_and_broken_connections_are_tried_again_and_told_with_the_reason(job: Job) -> None:
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="throttle", times=1)
    job.look()
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="reset", times=1)
    job.look()
    assert [(call, why) for _, call, why in job.told] == [
        ("ListEndpoints", "ThrottlingException"),
        ("ListEndpoints", "ConnectionClosedError"),
    ]


def test_good_answers_are_told_by_the_name_that_repetitions_have(job: Job) -> None:
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="throttle", times=1)
    job.look()
    assert [service for service, _, _ in job.told] == ["sagemaker"]
    assert job.answered == ["sts", "sagemaker"]
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="error", status=400, code="ValidationException")
    with pytest.raises(ClientError):
        job.look()
    assert job.answered == ["sts", "sagemaker"]


def test_every_client_has_time_outs_and_jittered_retries(job: Job) -> None:
    config = job.sagemaker.meta.config
    assert (config.connect_timeout, config.read_timeout) == (10, 60)
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", 7)


def until(minutes: float) -> dict[str, str]:
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7SANDBOX",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_SESSION_TOKEN": "token",
        "AWS_CREDENTIAL_EXPIRATION": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_keys_that_end_before_the_wait_are_known_where_their_end_is(no_keys: Callable[..., boto3.Session]) -> None:
    assert ends_within(no_keys(**until(30)), 3600)
    assert not ends_within(no_keys(**until(90)), 3600)
    lasting = until(30)
    del lasting["AWS_CREDENTIAL_EXPIRATION"]
    assert not ends_within(no_keys(**lasting), 3600)


def test_keys_that_have_ended_are_told_as_such_and_aws_is_not_asked(no_keys: Callable[..., boto3.Session]) -> None:
    session = no_keys(**until(-1))
    assert ends_within(session, 0)
    with pytest.raises(ActionError) as raised:
        session.client("sts").get_caller_identity()
    [problem] = raised.value.problems
    assert problem.code == "ACES-A001"
    assert problem.message.en == "The AWS credentials in the environment have expired (AWS_CREDENTIAL_EXPIRATION)."


def test_as_long_as_credentials_are_good_they_are_used_where_github_gives_no_token_for_new_ones(job: Job) -> None:
    job.control("credentials", lifetime_seconds=300)  # botocore wants new ones by now
    job.look()
    job.fails = True
    job.look()
    assert [call["status"] for call in job.calls("ListEndpoints")] == [200, 200]
    job.fails = False
    job.look()
    assert len(job.calls("AssumeRoleWithWebIdentity")) == 2


def test_a_role_that_is_refused_in_the_middle_of_a_run_is_told_with_the_tokens_claims(job: Job) -> None:
    job.control("credentials", lifetime_seconds=1)
    job.look()
    said = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    refusal = {"kind": "error", "status": 403, "code": "AccessDenied", "message": said}
    job.control("faults", service="sts", operation="AssumeRoleWithWebIdentity", **refusal)
    time.sleep(1)
    with pytest.raises(ActionError) as raised:
        job.look()
    [problem] = raised.value.problems
    assert problem.code == "ACES-A003"
    assert said in problem.message.en
    assert f"sub: repo:{REPOSITORY}:" in problem.hint.en
    assert job.tokens[-1] not in problem.hint.en


def test_sts_that_could_not_reach_github_is_asked_again(job: Job) -> None:
    unreached = {"kind": "error", "status": 400, "code": "IDPCommunicationError", "times": 2}
    job.control("faults", service="sts", operation="AssumeRoleWithWebIdentity", **unreached)
    job.look()
    assert [call["status"] for call in job.calls("AssumeRoleWithWebIdentity")] == [400, 400, 200]


def test_a_role_that_renews_itself_never_ends(job: Job) -> None:
    assert not ends_within(job.session, 6 * 3600)


@pytest.mark.parametrize("kind", ["html", "empty", "truncate"])
def test_such_an_answer_is_asked_for_again_and_told(job: Job, kind: str) -> None:
    job.look()
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind=kind, times=2)
    job.look()
    assert len(job.calls("ListEndpoints")) == 4
    assert job.told == [("sagemaker", "ListEndpoints", UNREADABLE)] * 2


def test_one_that_stays_is_an_outage_with_the_call_and_the_page_named(job: Job) -> None:
    job.control("faults", service="sagemaker", operation="ListEndpoints", kind="html", status=403, times=None)
    with pytest.raises(ClientError) as raised:
        job.look()
    assert len(job.calls("ListEndpoints")) == 7
    assert may_pass(raised.value)
    assert not was_refused(raised.value, "ListEndpoints")
    problem = explain(raised.value, resource="plates")
    assert problem.code == "ACES-A007"
    assert problem.message.en.startswith(
        "The answer to ListEndpoints on plates is not from AWS, or incomplete: HTTP 403 text/html, 102 bytes: <html>"
    )
    assert problem.message.ja.startswith(
        "ListEndpoints（plates）の呼び出しで受け取った応答は、AWSのものではないか、途中で切れています: HTTP 403 text/html, 102"
    )


def test_a_client_that_asks_once_asks_once(job: Job) -> None:
    runtime = Clients(job.session).sagemaker_runtime
    job.control("faults", service="sagemaker-runtime", operation="InvokeEndpoint", kind="html", times=None)
    with pytest.raises(ClientError, match=UNREADABLE):
        runtime.invoke_endpoint(EndpointName="plates", Body=b"{}")
    assert len(job.calls("InvokeEndpoint")) == 1
