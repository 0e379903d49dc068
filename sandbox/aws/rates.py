"""How many calls AWS takes: token buckets, each for an account, a region and an operation or a group of them.

What AWS publishes has its source; the rest is assumed, with care: lower than what is published of others. That there are such
rates is reported: aws/sagemaker-python-sdk#1204 (DescribeEndpoint every 5 s in several tests), datahub-project/datahub#6357
(SageMaker's Describe…), nccgroup/PMapper#1 (IAM's simulation, after 183 calls in a row), Netflix/metaflow#138 (Batch).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.aws.accounts import account_of_key
from sandbox.aws.wire import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A bucket of `burst` tokens that gets `per_second` more. A call takes one, and is throttled where there is none.

    `operations` of the `service`; none: all that no other rate names. Each has a bucket of its own, unless they are `shared`.
    `source`: where AWS says so; empty where it is assumed.
    """

    service: str
    per_second: float
    burst: float
    operations: tuple[str, ...] = ()
    shared: bool = False
    source: str = ""


_SERVICE_QUOTAS = "Service Quotas User Guide, 'Service quotas for Service Quotas'"
_ECR = "Amazon ECR User Guide, 'Amazon ECR service quotas'"
_BATCH = "AWS Batch User Guide, 'AWS Batch service quotas'"
_S3 = "Amazon S3 User Guide, 'Best practices design patterns: optimizing Amazon S3 performance'"

RATES = (
    # 100 and 20 of DescribeHosts are what AWS gives as an example; half of it is assumed for calls without filters or pages
    Rate(service="ec2", per_second=10, burst=50),
    Rate(service="service-quotas", operations=("ListServiceQuotas",), per_second=10, burst=20, source=_SERVICE_QUOTAS),
    Rate(service="service-quotas", operations=("ListAWSDefaultServiceQuotas",), per_second=10, burst=20, source=_SERVICE_QUOTAS),
    Rate(service="service-quotas", per_second=5, burst=10, source=_SERVICE_QUOTAS),
    Rate(service="ecr", operations=("BatchGetImage",), per_second=2000, burst=2000, source=_ECR),
    Rate(service="ecr", operations=("GetDownloadUrlForLayer",), per_second=3000, burst=3000, source=_ECR),
    Rate(service="ecr", per_second=20, burst=40),
    Rate(service="batch", operations=("SubmitJob",), per_second=50, burst=50, source=_BATCH),
    Rate(service="batch", per_second=10, burst=20),
    # All together
    Rate(service="sts", shared=True, per_second=100, burst=100),
    Rate(service="s3", per_second=3500, burst=3500, source=_S3),  # of writes; 5,500 of reads, which nobody comes near
    Rate(service="iam", operations=("SimulatePrincipalPolicy",), per_second=5, burst=100),
    Rate(service="iam", per_second=20, burst=100),
    Rate(service="sagemaker", operations=("DescribeEndpoint",), per_second=20, burst=40),
    Rate(service="sagemaker", per_second=10, burst=20),
    Rate(service="application-autoscaling", per_second=10, burst=20),
    Rate(service="cloudwatch", per_second=9, burst=9),
    Rate(service="logs", per_second=5, burst=5),
    Rate(service="sns", per_second=30, burst=30),
)

_Key = tuple[str, ...]


class Throttle:
    """The buckets of one server, full at first. In slow motion a second of AWS takes `slow_motion` seconds."""

    def __init__(
        self, rates: Sequence[Rate] = RATES, *, slow_motion: float = 1.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        if slow_motion <= 0:
            raise ValueError("slow_motion is at most 0")
        self.rates, self._slow_motion, self._now = tuple(rates), slow_motion, now
        self._left: dict[_Key, tuple[float, float]] = {}  # tokens, and when they were counted

    def lets_pass(self, call: Call) -> bool:
        """Takes a token, if there is one."""
        rate = self._rate(call)
        if rate is None:
            return True
        key, now = _bucket(call, rate), self._now()
        tokens, counted = self._left.get(key, (rate.burst, now))
        tokens = min(rate.burst, tokens + (now - counted) * rate.per_second / self._slow_motion)
        self._left[key] = (max(tokens - 1, 0) if tokens >= 1 else tokens, now)
        return tokens >= 1

    def _rate(self, call: Call) -> Rate | None:
        rates = [rate for rate in self.rates if rate.service == call.service]
        named = next((rate for rate in rates if call.operation in rate.operations), None)
        return named or next((rate for rate in rates if not rate.operations), None)


def _bucket(call: Call, rate: Rate) -> _Key:
    account = account_of_key(call.access_key_id) if call.access_key_id else ""
    what = "" if rate.shared else call.operation
    if call.service == "s3":  # for each partition of a bucket: taken for the bucket, which is less
        what = call.path.split("/")[1]
    return account, call.region, call.service, *rate.operations[:1], what
