"""The sandbox throttles as AWS does: by token buckets for an account, a region and an operation."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.aws.accounts import ACCOUNT, SECOND_ACCOUNT, administrators_key
from sandbox.aws.rates import RATES, Rate, Throttle
from sandbox.aws.wire import Call
from sandbox.server import Sandbox


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def call(operation: str, *, service: str = "sagemaker", region: str = "ap-northeast-1", path: str = "/", key: str = "") -> Call:
    return Call(service=service, operation=operation, protocol="json", method="POST", path=path, access_key_id=key, region=region)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def throttle(clock: Clock, *rates: Rate, slow_motion: float = 1.0) -> Throttle:
    return Throttle(rates or (Rate(service="sagemaker", per_second=2, burst=3),), slow_motion=slow_motion, now=clock)


def taken(buckets: Throttle, what: Call, times: int) -> int:
    return sum(buckets.lets_pass(what) for _ in range(times))


def test_a_burst_passes_and_then_what_comes_in_a_second(clock: Clock) -> None:
    buckets = throttle(clock)
    assert taken(buckets, call("ListTags"), 10) == 3
    clock.time = 1
    assert taken(buckets, call("ListTags"), 10) == 2
    clock.time = 100
    assert taken(buckets, call("ListTags"), 10) == 3  # never more than the bucket holds


def test_what_is_throttled_takes_no_token(clock: Clock) -> None:
    buckets = throttle(clock)
    taken(buckets, call("ListTags"), 100)
    clock.time = 0.5
    assert taken(buckets, call("ListTags"), 1) == 1


def test_each_operation_and_each_region_has_its_own_bucket(clock: Clock) -> None:
    buckets = throttle(clock)
    for each in (call("ListTags"), call("AddTags"), call("ListTags", region="us-east-1")):
        assert taken(buckets, each, 10) == 3


def test_each_account_has_its_own_bucket(clock: Clock) -> None:
    buckets = throttle(clock)
    for account in (ACCOUNT, SECOND_ACCOUNT):
        assert taken(buckets, call("ListTags", key=administrators_key(account)), 10) == 3


def test_operations_that_share_a_bucket_empty_it_together(clock: Clock) -> None:
    buckets = throttle(clock, Rate(service="sts", per_second=1, burst=3, shared=True))
    assert taken(buckets, call("AssumeRole", service="sts"), 2) == 2
    assert taken(buckets, call("GetCallerIdentity", service="sts"), 10) == 1


def test_the_rate_of_an_operation_comes_before_that_of_its_service(clock: Clock) -> None:
    buckets = throttle(
        clock, Rate(service="iam", per_second=1, burst=9), Rate(service="iam", operations=("GetRole",), per_second=1, burst=2)
    )
    assert taken(buckets, call("GetRole", service="iam"), 20) == 2
    assert taken(buckets, call("GetPolicy", service="iam"), 20) == 9


def test_buckets_of_s3_do_not_share_a_rate(clock: Clock) -> None:
    buckets = throttle(clock, Rate(service="s3", per_second=1, burst=2))
    assert taken(buckets, call("GetObject", service="s3", path="/one/key"), 9) == 2
    assert taken(buckets, call("PutObject", service="s3", path="/one/key"), 9) == 0
    assert taken(buckets, call("GetObject", service="s3", path="/other/key"), 9) == 2


def test_in_slow_motion_a_bucket_fills_slowly_and_holds_as_much(clock: Clock) -> None:
    buckets = throttle(clock, slow_motion=10)
    assert taken(buckets, call("ListTags"), 9) == 3
    clock.time = 10
    assert taken(buckets, call("ListTags"), 9) == 2


def test_a_service_without_a_rate_is_never_throttled(clock: Clock) -> None:
    assert taken(throttle(clock), call("Publish", service="sns"), 500) == 500


def test_every_rate_says_where_it_is_from_or_is_counted_as_assumed() -> None:
    assert {rate.service for rate in RATES if rate.source} == {"service-quotas", "ecr", "batch", "s3"}


@pytest.fixture
def rates(sandbox: Sandbox) -> Iterator[str]:
    url = f"{sandbox.aws_url}/_sandbox/rates"
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=5).raise_for_status()
    yield url
    requests.delete(url, timeout=5).raise_for_status()
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=5).raise_for_status()


_WORDS = [
    ("sagemaker", "list_endpoints", {}, "ThrottlingException", 400),
    ("batch", "describe_job_queues", {}, "TooManyRequestsException", 429),
    ("iam", "list_roles", {}, "Throttling", 400),
    ("ec2", "describe_subnets", {}, "RequestLimitExceeded", 503),
    ("s3", "list_buckets", {}, "SlowDown", 503),
    ("service-quotas", "list_service_quotas", {"ServiceCode": "sagemaker"}, "TooManyRequestsException", 400),
]


@pytest.mark.parametrize(("service", "method", "asked", "code", "status"), _WORDS)
def test_each_service_throttles_in_its_own_words(
    sandbox: Sandbox, rates: str, service: str, method: str, asked: dict[str, str], code: str, status: int
) -> None:
    wish = {"rates": [{"service": service, "per_second": 0.001, "burst": 1}]}
    requests.post(rates, json=wish, timeout=5).raise_for_status()
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    session = boto3.Session("AKIAIOSFODNN7SANDBOX", "sandbox", region_name="ap-northeast-1")
    client = session.client(service, endpoint_url=sandbox.aws_url, config=once)  # type: ignore[call-overload]
    getattr(client, method)(**asked)
    with pytest.raises(ClientError) as caught:
        getattr(client, method)(**asked)
    assert caught.value.response["Error"]["Code"] == code
    metadata = caught.value.response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == status
    assert not {"retry-after", "x-amz-retry-after"} & metadata["HTTPHeaders"].keys()
    seen = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=5).json()
    assert [each["fault"] for each in seen] == [None, "throttle"]


def test_awss_rates_are_listed_while_they_hold(rates: str) -> None:
    assert requests.get(rates, timeout=5).json() == []
    requests.post(rates, json={"slow_motion": 2}, timeout=5).raise_for_status()
    assert len(requests.get(rates, timeout=5).json()) == len(RATES)


@pytest.mark.parametrize("wish", [{"slow_motion": 0}, {"scale": 2}, {"rates": [{"service": "s3"}]}])
def test_what_is_no_rate_is_refused(rates: str, wish: dict[str, object]) -> None:
    assert requests.post(rates, json=wish, timeout=5).status_code == 400
