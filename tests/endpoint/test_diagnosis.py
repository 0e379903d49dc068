"""Why a roll-out failed: what is concluded from reason, log and alarms, by value; what is read, over HTTP from the sandbox."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from aces_action.aws.clients import Clients
from aces_action.language import EMPTY, Text, same
from aces_action.output.server_log import ServerLog
from aces_action.problems import ActionError, Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.resources.endpoint.diagnosis.diagnose import (
    NOTHING_WRITTEN,
    AlarmState,
    Stream,
    Symptoms,
    conclude,
    diagnose,
    newest_streams,
    read_alarms,
    read_logs,
)
from aces_action.resources.endpoint.diagnosis.facts import Facts
from sandbox.seed import admin_session, make_alarm
from sandbox.server import Sandbox

NOW = datetime(2026, 8, 11, 10, 0, tzinfo=UTC)
FACTS = Facts(region="ap-northeast-1", endpoint_name="plates", instance_types=("ml.m5.large",), alarms=("plates-5xx",))
PING = "The primary container for production variant AllTraffic did not pass the ping health check."
HINT = Text("Look at its log in CloudWatch: /aws/sagemaker/Endpoints/plates.", "CloudWatchでログを確認してください。")
FAILED, ROLLED_BACK, TOO_LONG, REFUSED, MIXED, OTHER = (
    Problem(kind=CATALOGUE[code], message=same(f"What happened ({code})"), hint=HINT)
    for code in ("E001", "E002", "E003", "E005", "E006", "A005")
)
RINGING = AlarmState(name="plates-5xx", state="ALARM", changed=NOW, said="Threshold Crossed: 1 datapoint [9.0]")
QUIET = AlarmState(name="plates-slow", state="OK", changed=None, said="")


def log_of(*lines: str, is_new: bool = True) -> ServerLog:
    return ServerLog(variant="AllTraffic", stream="AllTraffic/i-1", lines=lines, is_new=is_new)


def concluded(problem: Problem, reason: str, facts: Facts, **more: Any) -> Problem:
    return conclude(problem, facts, Symptoms(reason=reason, **more))


class TestConclusions:
    def test_a_cause_that_sagemaker_names_gives_the_problem_its_kind_and_stands_before_what_sagemaker_said(self) -> None:
        told = concluded(FAILED, "Unable to provision requested ML compute capacity", FACTS)
        assert told.code == "ACES-E013"
        assert told.message == Text(
            "No free instance of this type (endpoint plates).", "インスタンスに空きがありません（エンドポイントplates）。"
        )
        assert "ml.m5.large" in told.hint.en
        assert told.hint.en.endswith(f"\n{FAILED.message.en}")

    def test_what_the_log_has_beside_a_cause_that_sagemaker_names_is_not_passed_off_as_that_cause(self) -> None:
        told = concluded(FAILED, "ResourceLimitExceeded", FACTS, logs=[log_of("RuntimeError: something else")])
        assert "RuntimeError" not in told.message.en
        assert told.hint.en.startswith("The server's log: RuntimeError: something else\n")

    def test_a_traceback_says_more_than_a_failed_health_check_and_stands_first(self) -> None:
        told = concluded(FAILED, PING, FACTS, logs=[log_of("Traceback", "ModuleNotFoundError: No module named 'cv2'", "bye")])
        assert told.code == "ACES-E021"
        assert told.message == Text(
            "Server failed while it started: ModuleNotFoundError: No module named 'cv2'",
            "サーバの起動に失敗しました: ModuleNotFoundError: No module named 'cv2'",
        )
        assert told.hint.ja.startswith("イメージにcv2がありません。")
        assert told.hint.ja.endswith(f"\n{FAILED.message.ja}")

    def test_want_of_memory_in_the_log_explains_a_rollback_without_a_reason(self) -> None:
        told = concluded(ROLLED_BACK, "", FACTS, logs=[log_of("loading", "torch.OutOfMemoryError: CUDA out of memory.", "bye")])
        assert told.code == "ACES-E018"
        assert told.message.en == "Server ran out of memory: torch.OutOfMemoryError: CUDA out of memory."

    def test_a_health_check_without_more_in_the_log_stays_one(self) -> None:
        told = concluded(FAILED, PING, FACTS, logs=[log_of("still loading")])
        assert told.code == "ACES-E011"
        assert "The server's log: still loading" in told.hint.en

    def test_a_container_that_does_not_start_is_no_failure_of_sagemakers_where_the_log_says_why(self) -> None:
        reason = "Request to service failed. If failure persists after retry, contact customer support."
        assert concluded(FAILED, reason, FACTS).code == "ACES-E024"
        assert concluded(FAILED, reason, FACTS, logs=[log_of("exec /serve: exec format error")]).code == "ACES-E015"

    def test_what_sagemaker_says_for_certain_is_not_doubted_for_the_log(self) -> None:
        logs = [log_of("MemoryError: while answering")]
        assert concluded(FAILED, "ResourceLimitExceeded", FACTS, logs=logs).code == "ACES-E012"

    def test_lines_of_an_instance_that_served_before_are_no_cause(self) -> None:
        told = concluded(ROLLED_BACK, "", FACTS, logs=[log_of("MemoryError: an old one", is_new=False)])
        assert (told.code, told.hint) == ("ACES-E002", HINT)

    def test_an_alarm_that_rings_explains_a_rollback_for_which_nothing_else_is_given(self) -> None:
        told = concluded(ROLLED_BACK, "", FACTS, alarms=[QUIET, RINGING])
        assert told.code == "ACES-E019"
        assert (
            "Alarm plates-5xx is ALARM since 10:00:00 UTC: Threshold Crossed: 1 datapoint [9.0]\nAlarm plates-slow is OK"
            in told.hint.en
        )
        assert concluded(ROLLED_BACK, "", FACTS, alarms=[QUIET]).code == "ACES-E002"

    def test_an_alarm_that_rings_does_not_explain_a_creation(self) -> None:
        assert concluded(FAILED, "", FACTS, alarms=[RINGING]).code == "ACES-E001"

    def test_an_alarm_that_sagemaker_names_is_told_with_its_state_now(self) -> None:
        told = concluded(ROLLED_BACK, "One or more configured alarm(s) breached", FACTS, alarms=[replace(RINGING, state="OK")])
        assert told.code == "ACES-E019"
        assert "アラームplates-5xxの状態はOKです（19:00:00 JSTから）" in told.hint.ja

    def test_the_last_event_that_tells_is_as_good_as_a_reason(self) -> None:
        events = ["AllTraffic: Creating", "AllTraffic: Creating Insufficient capacity", "AllTraffic: Deleting"]
        assert concluded(ROLLED_BACK, "", FACTS, events=events).code == "ACES-E013"

    def test_a_roll_out_that_takes_too_long_stays_that_and_shows_where_the_server_is(self) -> None:
        told = concluded(TOO_LONG, "", FACTS, logs=[log_of("Downloading shards: 2/5")])
        assert (told.code, told.hint.en) == ("ACES-E003", f"{HINT.en}\nThe server's log: Downloading shards: 2/5")

    def test_after_a_mixed_end_a_run_again_is_what_mends_it(self) -> None:
        told = concluded(MIXED, PING, FACTS)
        assert told.code == "ACES-E011"
        again = "Fix the cause, then run the job again. It updates the endpoint again."
        assert told.hint.en.endswith(f"{again}\n{MIXED.message.en}")

    def test_why_there_is_no_log_is_told_only_where_it_is_missed(self) -> None:
        denied = Text("The log could not be read.", "ログを読み取れませんでした。")
        logs = [ServerLog(variant="", missing=denied)]
        assert denied.en in concluded(FAILED, PING, FACTS, logs=logs).hint.en
        assert denied.ja in concluded(FAILED, "", FACTS, logs=logs).hint.ja
        assert denied.en not in concluded(FAILED, "ResourceLimitExceeded", FACTS, logs=logs).hint.en

    def test_instances_with_a_gpu_that_start_no_container_may_have_the_wrong_driver(self) -> None:
        gpu = replace(FACTS, instance_types=("ml.g5.xlarge",), inference_ami="al2-ami-sagemaker-inference-gpu-2")
        silent = [ServerLog(variant="", missing=NOTHING_WRITTEN)]
        for problem, reason in ((TOO_LONG, ""), (FAILED, PING), (FAILED, "CannotStartContainerError"), (ROLLED_BACK, "")):
            told = concluded(problem, reason, gpu, logs=silent)
            assert "sagemaker.inference_ami_version" in told.hint.en
            assert "535 (CUDA 12.2)" in told.hint.ja
        for facts, logs, reason in (
            (FACTS, silent, PING),
            (gpu, [log_of("still loading")], PING),
            (gpu, silent, "ResourceLimitExceeded"),
            (gpu, [ServerLog(variant="", missing=Text("The log could not be read.", "読み取れませんでした。"))], PING),
        ):
            assert "inference_ami_version" not in concluded(FAILED, reason, facts, logs=logs).hint.en


class TestStreams:
    def stream(self, name: str, created: float, last: float | None = None) -> Stream:
        """Times in minutes since the roll-out began."""
        at = [None if each is None else NOW + timedelta(minutes=each) for each in (created, last)]
        return Stream(name=name, created=at[0] or NOW, last=at[1])

    def test_a_new_instance_goes_before_one_that_still_serves_and_writes_all_the_time(self) -> None:
        old, new = self.stream("AllTraffic/i-old", -60, 9), self.stream("AllTraffic/i-new", 2, 4)
        assert newest_streams([old, new], since=NOW) == [(new, True)]

    def test_new_ones_are_read_the_last_that_wrote_first_also_where_cloudwatch_does_not_know_when(self) -> None:
        old, first, second = (
            self.stream("AllTraffic/i-0", -1, 7),
            self.stream("AllTraffic/i-1", 1, 5),
            self.stream("AllTraffic/i-2", 6),
        )
        assert newest_streams([old, first, second], since=NOW) == [(second, True), (first, True)]

    def test_of_many_new_ones_a_few_are_read(self) -> None:
        streams = [self.stream(f"AllTraffic/i-{number}", number) for number in range(9)]
        assert [each.name for each, _ in newest_streams(streams, since=NOW)] == [
            "AllTraffic/i-8",
            "AllTraffic/i-7",
            "AllTraffic/i-6",
        ]

    def test_each_variant_has_its_own_and_requests_of_an_asynchronous_endpoint_have_none(self) -> None:
        a, b = self.stream("a/i-1", 1), self.stream("b/i-2", -5)
        assert newest_streams([b, a, self.stream("a/i-1/data-log", 3)], since=NOW) == [(a, True), (b, False)]

    def test_no_streams_are_none(self) -> None:
        assert newest_streams([], since=NOW) == []


@pytest.fixture
def control(sandbox: Sandbox) -> Iterator[Callable[..., None]]:
    """`control(service="logs", …)` makes the local AWS misbehave."""

    def add(**rule: Any) -> None:
        requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=rule, timeout=10).raise_for_status()

    yield add
    requests.delete(f"{sandbox.aws_url}/_sandbox/faults", timeout=10).raise_for_status()


@pytest.fixture
def clients(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Clients:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    return Clients(admin_session())


@pytest.fixture
def name() -> str:
    return f"e-{uuid.uuid4().hex[:8]}"


def write(clients: Clients, name: str, stream: str, *messages: str, seconds_ago: float = 0) -> None:
    client, group = clients.logs, f"/aws/sagemaker/Endpoints/{name}"
    if not client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        client.create_log_group(logGroupName=group)
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    at = int((time.time() - seconds_ago) * 1000)
    client.put_log_events(
        logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": at, "message": each} for each in messages]
    )


def as_it_is(text: str) -> str:
    return text


def minute_ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


DENIED = {
    "kind": "error",
    "status": 400,
    "code": "AccessDeniedException",
    "message": "User: x is not authorized to perform: logs:GetLogEvents on resource: y",
    "times": None,
}


class TestReading:
    def test_the_last_lines_of_each_variant_are_read_and_cleaned(self, clients: Clients, name: str) -> None:
        write(clients, name, "AllTraffic/i-1", *(f"line {number}" for number in range(40)), "\x1b[31mpassword=geheim\x1b[0m")
        write(clients, name, "AllTraffic/i-1/data-log", "No request")
        write(clients, name, "Canary/i-2", "Killed")
        first, second = read_logs(clients.logs, name, since=minute_ago(), redact=as_it_is)
        assert (first.variant, first.stream, first.is_new) == ("AllTraffic", "AllTraffic/i-1", True)
        assert first.shown == (*(f"line {number}" for number in range(11, 40)), "password=***")
        assert (second.variant, second.lines) == ("Canary", ("Killed",))

    def test_what_was_written_before_the_roll_out_is_left_out(self, clients: Clients, name: str) -> None:
        write(clients, name, "AllTraffic/i-1", "an old failure", seconds_ago=600)
        (log,) = read_logs(clients.logs, name, since=minute_ago(), redact=as_it_is)
        assert (log.lines, "has written no log" in log.missing.en) == ((), True)

    def test_a_new_stream_is_found_by_its_creation_among_hundreds_that_were_written_later(
        self, clients: Clients, name: str
    ) -> None:
        names = [f"AllTraffic/i-{number:04}" for number in range(201)]
        write(clients, name, names[0], "answered", seconds_ago=-600)
        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(lambda each: write(clients, name, each, "answered", seconds_ago=-600), names[1:]))
        since = datetime.now(UTC)
        write(clients, name, "AllTraffic/i-new", "Killed")
        (log,) = read_logs(clients.logs, name, since=since, redact=as_it_is)
        assert (log.stream, log.is_new, log.lines) == ("AllTraffic/i-new", True, ("Killed",))

    def test_an_endpoint_without_a_log_group_is_told_so(self, clients: Clients, name: str) -> None:
        (log,) = read_logs(clients.logs, name, since=minute_ago(), redact=as_it_is)
        assert "has written no log in CloudWatch" in log.missing.en

    @pytest.mark.parametrize("operation", ["DescribeLogStreams", "GetLogEvents"])
    def test_a_missing_permission_is_named(
        self, clients: Clients, name: str, control: Callable[..., None], operation: str
    ) -> None:
        write(clients, name, "AllTraffic/i-1", "x")
        said = f"User: x is not authorized to perform: logs:{operation} on resource: y"
        control(service="logs", operation=operation, **{**DENIED, "message": said})
        (log,) = read_logs(clients.logs, name, since=minute_ago(), redact=as_it_is)
        assert log.missing.en.endswith(f"lacks logs:{operation}.")
        assert f"logs:{operation}の権限がありません" in log.missing.ja

    @pytest.mark.parametrize("fault", [{"kind": "reset"}, {"kind": "error", "status": 500}, {"kind": "throttle"}])
    def test_an_outage_of_cloudwatch_is_a_word_and_no_failure(
        self, clients: Clients, name: str, control: Callable[..., None], fault: dict[str, Any]
    ) -> None:
        control(service="logs", times=None, **fault)
        (log,) = read_logs(clients.logs, name, since=minute_ago(), redact=as_it_is)
        assert "could not be read" in log.missing.en

    def test_alarms_are_read_with_their_reasons_and_without_a_permission_there_are_none(
        self, sandbox: Sandbox, clients: Clients, name: str, control: Callable[..., None]
    ) -> None:
        make_alarm(sandbox, admin_session(), name)
        clients.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="Threshold Crossed")
        (alarm,) = read_alarms(clients.cloudwatch, [name])
        assert (alarm.name, alarm.state, alarm.said) == (name, "ALARM", "Threshold Crossed")
        control(service="cloudwatch", **{**DENIED, "status": 403, "code": "AccessDenied"})
        assert read_alarms(clients.cloudwatch, [name]) == ()


class TestDiagnoses:
    def test_other_problems_stay_as_they_are_and_nothing_is_asked(self, clients: Clients, control: Callable[..., None]) -> None:
        control(kind="reset", times=None)
        told = diagnose(clients, ActionError([OTHER]), FACTS, since=NOW, redact=as_it_is)
        assert (told.problems, told.logs) == ((OTHER,), ())

    def test_an_outage_of_everything_leaves_the_failure_as_it_was_told(
        self, clients: Clients, name: str, control: Callable[..., None]
    ) -> None:
        control(kind="error", status=403, code="AccessDenied", message="no", times=None)
        facts = replace(FACTS, endpoint_name=name)
        told = diagnose(clients, ActionError([OTHER, ROLLED_BACK]), facts, since=NOW, redact=as_it_is)
        assert [each.code for each in told.problems] == ["ACES-A005", "ACES-E002"]
        assert told.problems[1].message == ROLLED_BACK.message
        assert told.logs[0].missing

    def test_a_refusal_takes_the_kind_of_its_cause_and_the_quota_that_service_quotas_tells(
        self, clients: Clients, sandbox: Sandbox
    ) -> None:
        quota = {"name": "ml.m5.large for endpoint usage", "value": 3}
        requests.post(f"{sandbox.aws_url}/_sandbox/quotas", json=quota, timeout=10).raise_for_status()
        answer: Any = {"Error": {"Code": "ResourceLimitExceeded", "Message": "Too many"}}
        error = ActionError(REFUSED)
        error.__cause__ = ClientError(answer, "CreateEndpoint")
        told = diagnose(clients, error, FACTS, since=NOW, redact=as_it_is)
        requests.delete(f"{sandbox.aws_url}/_sandbox/quotas", timeout=10).raise_for_status()
        assert (told.problems[0].code, told.logs) == ("ACES-E012", ())
        assert "'ml.m5.large for endpoint usage' is 3, which is not enough" in told.problems[0].hint.en

    def test_a_refusal_of_an_unknown_cause_stays_one(self, clients: Clients) -> None:
        answer: Any = {"Error": {"Code": "ValidationException", "Message": "Something else"}}
        error = ActionError(REFUSED)
        error.__cause__ = ClientError(answer, "CreateEndpoint")
        assert diagnose(clients, error, FACTS, since=NOW, redact=as_it_is).problems == (REFUSED,)

    def test_log_and_events_are_handed_on(self, clients: Clients, name: str) -> None:
        write(clients, name, "AllTraffic/i-1", "OSError: [Errno 28] No space left on device")
        facts = replace(FACTS, endpoint_name=name)
        told = diagnose(
            clients, ActionError(ROLLED_BACK), facts, since=datetime.now(UTC), redact=as_it_is, events=["Updating", "InService"]
        )
        assert (told.problems[0].code, told.events) == ("ACES-E022", ("Updating", "InService"))
        assert told.logs[0].missing is EMPTY
