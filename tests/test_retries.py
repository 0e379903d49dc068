"""What is tried again over the network, and what the user hears of it."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from aces_action.github.log import Log
from aces_action.language import Text
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.summary import summary
from aces_action.problems import Problem
from aces_action.retries import Outages, network_retry


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


class Heard:
    """An `Outages` with a clock of its own, and what it has told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        self.warnings: list[Problem] = []
        self.informed: list[Text] = []
        self.outages = Outages(self.lines.append, self.warnings.append, self.informed.append, self.clock)

    def retried(self, *times: float, service: str = "sagemaker") -> None:
        for time in times:
            self.clock.time = time
            self.outages.retried(service, "DescribeEndpoint", "InternalFailure")

    def throttled(self, *times: float) -> None:
        for time in times:
            self.clock.time = time
            self.outages.retried("sagemaker", "DescribeEndpoint", "ThrottlingException", throttled=True)


def test_each_repetition_is_one_line_for_debugging() -> None:
    heard = Heard()
    heard.retried(0, 1)
    assert heard.lines == ["tries DescribeEndpoint of sagemaker again: InternalFailure"] * 2
    assert heard.warnings == []


def test_a_long_outage_is_one_warning_however_many_calls_it_hits() -> None:
    heard = Heard()
    heard.retried(0, 1, 3, 7, 12, 13, 20, 40, 60, 90)
    [warning] = heard.warnings
    assert (warning.code, warning.severity) == ("ACES-X003", "warning")
    assert warning.message.en == "sagemaker has not answered properly for 12 s (InternalFailure); it is tried again."
    assert warning.message.ja == "sagemakerから12秒間、正常な応答がありません（InternalFailure）。再試行しています。"


def test_throttling_that_lasts_is_one_line_and_no_warning() -> None:
    heard = Heard()
    heard.throttled(0, 4, 9)
    assert heard.informed == []
    heard.throttled(11, 15, 30)
    [told] = heard.informed
    assert told.en == "AWS asks to slow down (DescribeEndpoint of sagemaker: ThrottlingException); trying again, less often"
    assert "sagemakerのDescribeEndpoint" in told.ja
    assert heard.warnings == []


def test_throttling_after_a_while_of_answers_is_told_again() -> None:
    heard = Heard()
    heard.throttled(0, 12)
    heard.outages.answered("sagemaker")
    heard.throttled(20, 33)
    assert len(heard.informed) == 2


def test_a_later_outage_and_that_of_another_service_are_told_for_themselves() -> None:
    heard = Heard()
    heard.retried(0, 12)
    heard.retried(500, 505)
    assert len(heard.warnings) == 1
    heard.retried(512)
    heard.retried(513, 525, service="s3")
    assert [warning.message.en.partition(" ")[0] for warning in heard.warnings] == ["sagemaker", "sagemaker", "s3"]


def test_a_service_that_lets_each_call_run_into_its_time_out_is_an_outage_too() -> None:
    heard = Heard()
    heard.retried(60, 121, 183, 247, 315)
    [warning] = heard.warnings
    assert warning.message.en.startswith("sagemaker has not answered properly for 61 s")


def test_a_repetition_now_and_then_between_good_answers_is_no_outage() -> None:
    heard = Heard()
    for time in range(0, 600, 30):
        heard.retried(time)
        heard.outages.answered("sagemaker")
    assert heard.warnings == []


def test_a_warning_of_an_outage_is_in_the_log_and_in_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aces_action.retries.LONG", 0.0)
    written, report = StringIO(), Report()
    reporter = Reporter(Log(written, workflow_commands=True, debug=False), report)
    outages = Outages(reporter.debug, reporter.warn, reporter.info)
    outages.retried("sagemaker", "DescribeEndpoint", "InternalFailure")
    assert written.getvalue().count("::ACES-X003") == 1
    assert [problem.code for problem in report.problems] == ["ACES-X003"]
    assert "sagemakerから0秒間、正常な応答がありません" in summary(report, "ja", str)


def test_a_server_that_took_all_of_the_time_is_asked_again_only_by_the_patient() -> None:
    pool = HTTPConnectionPool("127.0.0.1")
    slow = ReadTimeoutError(pool, "/", "too slow")
    told: list[tuple[str, str]] = []
    patient = network_retry(backoff=0, statuses=frozenset({503}), patient=True, tell=lambda *each: told.append(each))
    assert patient.increment("GET", "/", error=slow).total == 2
    with pytest.raises(ReadTimeoutError):
        network_retry(backoff=0, statuses=frozenset({503})).increment("GET", "/", error=slow)
    assert told == [("GET", "ReadTimeoutError")]


@pytest.mark.parametrize(("status", "again"), [(400, False), (401, False), (403, False), (404, False), (422, False), (503, True)])
def test_refusals_are_never_repeated(status: int, again: bool) -> None:
    assert network_retry(backoff=0.5, statuses=frozenset({502, 503, 504})).is_retry("POST", status) is again


def test_pauses_grow_and_vary() -> None:
    def pauses(retry: Any) -> list[float]:
        found = []
        for _ in range(3):
            retry = retry.increment("GET", "/", error=ProtocolError("reset"))
            found.append(retry.get_backoff_time())
        return found

    make: Callable[[], Any] = lambda: network_retry(backoff=0.5, statuses=frozenset())  # noqa: E731
    first, second, third = zip(*(pauses(make()) for _ in range(20)), strict=True)
    assert max(first) == 0  # the first repetition comes at once
    assert 1 <= min(second) <= max(second) <= 1.5
    assert 2 <= min(third) <= max(third) <= 2.5
    assert len(set(third)) > 10
