"""A few projects that deploy at once at rates much harsher than AWS's: all end, and asking again makes nothing worse.
`benchmarks/fleet.py` plays 120 at AWS's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.throttling.fleet import Fleet, fleet_of
from tests.throttling.judgement import amplification, operations, storm

_PROJECTS = 6
_TIMES_FASTER = 8.0
# Of SageMaker, IAM and Batch a call a second or two, so that six projects are throttled as hundreds are at AWS's rates
_HARSH = (
    {"service": "sagemaker", "operations": ["DescribeEndpoint"], "per_second": 1.5, "burst": 3},
    {"service": "sagemaker", "per_second": 2, "burst": 3},
    {"service": "iam", "per_second": 1, "burst": 3},
    {"service": "batch", "per_second": 1, "burst": 2},
    {"service": "service-quotas", "per_second": 1, "burst": 2},
)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with fleet_of(_PROJECTS, folder, slow_motion=1 / _TIMES_FASTER, rollout=4, rates=_HARSH) as made:
        yield made


@pytest.mark.long
def test_all_projects_of_a_throttled_account_end_without_a_retry_storm(fleet: Fleet) -> None:
    ended = fleet.deploy(timeout=60)
    calls = fleet.take_calls()
    assert [(run.status, run.errors) for run in ended] == [(0, ())] * _PROJECTS, "\n".join(run.log for run in ended)
    assert "sagemaker:DescribeEndpoint" in {row.name for row in operations(calls) if row.throttled}
    assert amplification(calls) < 3  # of these rates, which leave the calls no choice
    assert not any("Rate exceeded" in run.log for run in ended)


def _call(at: float, *, fault: str | None = None, attempt: int = 1, invocation: str = "", operation: str = "ListTags") -> Any:
    return {
        "service": "sagemaker",
        "operation": operation,
        "fault": fault,
        "attempt": attempt,
        "invocation": invocation or f"{operation}{at}",
        "at": at,
    }


def test_a_fleet_that_asks_ever_more_often_while_it_is_throttled_is_a_storm() -> None:
    calls = [_call(10 * at**0.5, fault="throttle" if at % 2 else None) for at in range(100)]
    assert storm(calls) == ["2.00 attempts for each call that was answered", "more and more attempts"]


def test_a_fleet_that_is_throttled_evenly_or_less_and_less_is_none() -> None:
    evenly = [_call(float(at), fault="throttle" if at % 4 == 0 else None) for at in range(200)]
    assert storm(evenly) == []
    assert storm([_call(at * at / 100, fault="throttle" if at % 4 == 0 else None) for at in range(200)]) == []


def test_calls_of_what_is_not_throttled_may_grow_in_number() -> None:
    even = [_call(float(at), fault="throttle" if at % 4 == 0 else None) for at in range(100)]
    more = [_call(10 * at**0.5, operation="HeadObject") for at in range(100)]
    assert storm([*even, *more]) == []


def test_a_few_attempts_say_nothing_of_their_growth() -> None:
    assert storm([_call(0, fault="throttle"), *(_call(9 + at / 10) for at in range(10)), _call(10, fault="throttle")]) == []


def test_a_call_lasts_from_its_first_attempt_to_its_last() -> None:
    calls = [
        _call(10, fault="throttle", invocation="a"),
        _call(12, fault="throttle", attempt=2, invocation="a"),
        _call(30, attempt=3, invocation="a"),
        _call(30.5, invocation="b"),
    ]
    [row] = operations(calls, slow_motion=2)
    assert (row.attempts, row.throttled, row.most_for_one, row.longest, row.peak) == (4, 2, 3, 10, 2)
    assert amplification(calls) == 2


def test_where_nothing_is_answered_there_is_no_end_of_attempts() -> None:
    assert amplification([_call(1, fault="throttle")]) == float("inf")
