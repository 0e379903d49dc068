"""What becomes of calls that AWS throttles for longer than botocore waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from aces_action.aws.clients import Clients
from aces_action.aws.errors import explain
from aces_action.aws.session import open_session
from aces_action.aws.throttling import ATTEMPTS, at_most, next_pause, pause
from aces_action.deployment.context import open_clients
from aces_action.github.run import read_run
from sandbox.server import Sandbox
from tests.reporting import MemoryReporter


@pytest.fixture
def clients(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Of a session that does not sleep."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7SANDBOX")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    requests.delete(f"{sandbox.aws_url}/_sandbox/wishes", timeout=10).raise_for_status()
    yield Clients(open_session(region="ap-northeast-1", role_arn=None, session_name="s", token=str))
    requests.delete(f"{sandbox.aws_url}/_sandbox/wishes", timeout=10).raise_for_status()


@pytest.fixture
def throttle(sandbox: Sandbox) -> Callable[..., None]:
    def wish(**rule: Any) -> None:
        requests.post(f"{sandbox.aws_url}/_sandbox/faults", json={"kind": "throttle", **rule}, timeout=10).raise_for_status()

    return wish


def attempts(sandbox: Sandbox) -> list[int]:
    return [call["attempt"] for call in requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).json()]


def test_a_call_that_is_throttled_to_the_end_says_to_run_fewer_at_a_time(
    sandbox: Sandbox, clients: Clients, throttle: Callable[..., None]
) -> None:
    throttle(times=None)
    with pytest.raises(ClientError) as caught:
        clients.sagemaker.describe_endpoint(EndpointName="plates")
    assert len(attempts(sandbox)) == ATTEMPTS
    problem = explain(caught.value, resource="plates")
    assert problem.code == "ACES-A015"
    assert (
        problem.message.en
        == "AWS throttled DescribeEndpoint on plates, and did so until the end: ThrottlingException: Rate exceeded"
    )
    assert "max-parallel" in problem.hint.en
    assert "max-parallel" in problem.hint.ja


def test_what_goes_through_after_more_attempts_than_botocores_is_no_error(
    sandbox: Sandbox, clients: Clients, throttle: Callable[..., None]
) -> None:
    throttle(times=ATTEMPTS - 1)
    clients.sagemaker.list_endpoints()
    assert attempts(sandbox) == list(range(1, ATTEMPTS + 1))


@pytest.mark.parametrize("service", ["batch", "ec2", "ecr", "iam", "s3"])
def test_each_services_own_words_for_throttling_are_known(
    sandbox: Sandbox, clients: Clients, throttle: Callable[..., None], service: str
) -> None:
    throttle(times=10)
    client: Any = getattr(clients, service)
    ask = {
        "batch": "describe_job_queues",
        "ec2": "describe_subnets",
        "ecr": "describe_repositories",
        "iam": "list_roles",
        "s3": "list_buckets",
    }
    getattr(client, ask[service])()
    assert attempts(sandbox) == list(range(1, 12))


def test_a_failure_of_awss_own_is_not_repeated_as_long(sandbox: Sandbox, clients: Clients) -> None:
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json={"kind": "error", "times": None}, timeout=10).raise_for_status()
    with pytest.raises(ClientError):
        clients.sagemaker.list_endpoints()
    assert len(attempts(sandbox)) == 7


def test_who_wants_to_be_brief_stays_brief(sandbox: Sandbox, clients: Clients, throttle: Callable[..., None]) -> None:
    throttle(times=None)
    with pytest.raises(ClientError):
        clients.service_quotas.list_service_quotas(ServiceCode="sagemaker")
    assert attempts(sandbox) == [1, 2]


def test_a_client_whose_other_calls_have_spent_botocores_tokens_is_let_through_all_the_same(
    sandbox: Sandbox, clients: Clients, throttle: Callable[..., None]
) -> None:
    for _ in range(6):  # 23 attempts again take 115 tokens of 500, and give back 5
        throttle(times=ATTEMPTS - 1)
        clients.sagemaker.list_endpoints()
    assert len(attempts(sandbox)) == 6 * ATTEMPTS


@pytest.mark.usefixtures("clients")
def test_the_log_of_a_run_says_that_aws_asks_to_slow_down_and_no_warning(
    throttle: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aces_action.retries.LONG", 0.0)
    throttle(times=3)
    said: list[str] = []
    reporter = MemoryReporter(heard=said.append)
    open_clients("ap-northeast-1", None, read_run({}), reporter).sagemaker.list_endpoints()
    assert said == ["AWS asks to slow down (ListEndpoints of sagemaker: ThrottlingException); trying again, less often"]


def test_pauses_grow_to_twenty_seconds_and_are_never_short() -> None:
    assert [pause(number, lambda: 0.0) for number in (1, 2, 3, 6, 20)] == [1, 2, 4, 10, 10]
    assert [pause(number, lambda: 1.0) for number in (1, 2, 20)] == [2, 4, 20]
    assert 240 < sum(pause(number, lambda: 0.5) for number in range(1, ATTEMPTS)) < 330


def test_no_attempt_comes_after_the_end_of_a_wait() -> None:
    assert next_pause(1, math.inf, lambda: 1.0) == 2
    assert next_pause(3, 8.0, lambda: 1.0) == 8
    assert next_pause(3, 7.9, lambda: 1.0) is None
    assert next_pause(1, 0.0, lambda: 0.0) is None
    assert next_pause(1, -300.0) is None
    assert next_pause(ATTEMPTS, math.inf) is None


def test_a_throttled_look_ends_with_its_wait_and_later_calls_have_all_their_attempts(
    sandbox: Sandbox, clients: Clients, throttle: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0.0

    def sleep(seconds: float) -> None:
        nonlocal clock
        clock += seconds

    began = time.monotonic()
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: began + clock)
    throttle(times=None)
    with pytest.raises(ClientError) as caught, at_most(60):
        clients.batch.describe_jobs(jobs=["1"])
    assert explain(caught.value, resource="plates").code == "ACES-A015"
    assert 30 < clock <= 60
    assert len(attempts(sandbox)) < 12
    with pytest.raises(ClientError):
        clients.batch.describe_jobs(jobs=["1"])
    assert len(attempts(sandbox)) > ATTEMPTS


def test_throttled_calls_pause_as_we_say_and_others_as_botocore_does(
    clients: Clients, throttle: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    throttle(times=3)
    clients.sagemaker.list_endpoints()
    assert [low <= each <= 2 * low for low, each in zip((1, 2, 4), slept, strict=True)] == [True] * 3
    slept.clear()
    throttle(kind="error", times=2)
    clients.sagemaker.list_endpoints()
    assert all(each <= 0.1 for each in slept)
