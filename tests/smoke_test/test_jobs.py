"""Jobs of the smoke test, from their submission to the verdict, against the local AWS: each way in which one can hang or fail."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aces_action.aws.clients import Clients
from aces_action.aws.session import open_session
from aces_action.aws.throttling import LEEWAY
from aces_action.problems import ActionError
from aces_action.project.model import Schema
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.smoke_test.job_log import LIVE_LINES
from aces_action.smoke_test.job_submission import request_of
from aces_action.smoke_test.jobs import JobWatch, run_jobs
from sandbox.server import Sandbox
from tests.smoke_test.job_running import BUCKET, SERVER, TAGS, Running, codes, make_running


@pytest.fixture
def running(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    made = make_running(sandbox, tmp_path)
    yield made
    made.control("reset")


class TestFailures:
    @pytest.mark.parametrize(
        ("rule", "code", "said"),
        [
            ({"outcome": "failed", "exit_code": 3, "log": ["ValueError: no plate"]}, "B035", "failed: ValueError: no plate"),
            ({"outcome": "failed", "exit_code": 127, "log": ["sh: job.py: not found"]}, "B030", "not found"),
            (
                {"outcome": "failed", "log": ["An error occurred (404) when calling the HeadObject operation: Not Found"]},
                "B031",
                "404",
            ),
            ({"outcome": "failed", "exit_code": 137}, "B032", "ran out of memory"),
            ({"outcome": "failed", "log": ["torch.OutOfMemoryError: CUDA out of memory."]}, "B032", "CUDA out of memory"),
            ({"outcome": "failed", "log": ["OSError: [Errno 28] No space left on device"]}, "B033", "No space left"),
            ({"outcome": "failed", "log": ["DataLoader worker (pid 42) is killed by signal: Bus error."]}, "B043", "Bus error"),
            ({"outcome": "oom"}, "B032", "Container killed due to memory usage"),
            ({"outcome": "timeout"}, "B036", "exceeded timeout"),
            ({"outcome": "image-pull"}, "B028", "manifest unknown"),
            ({"outcome": "image-timeout"}, "B028", "Client.Timeout exceeded"),
            ({"outcome": "start-error"}, "B030", "executable file not found"),
            ({"outcome": "secret"}, "B029", "unable to pull secrets"),
            ({"outcome": "role"}, "B029", "unable to assume the role"),
            ({"outcome": "host-lost"}, "B034", "Host EC2 (instance i-"),
            ({"outcome": "spot-lost"}, "B034", "terminated"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_job_that_fails_has_the_code_of_its_cause_and_its_words(
        self, running: Running, rule: dict[str, Any], code: str, said: str
    ) -> None:
        running.control("jobs", **rule)
        results = running.run(running.test())
        assert codes(results) == [[code]]
        [problem] = results[0].problems
        assert said in problem.message.en
        assert problem.message.en.startswith("smoke/plate.png: the job ")
        assert problem.hint.en
        assert "✗ smoke/plate.png" in "\n".join(running.told)

    @pytest.mark.parametrize(
        ("outcome", "code", "seconds"),
        [
            ("no-capacity", "B024", 1800),
            ("service-role", "B026", 100),
            ("unsupported-instances", "B025", 100),
            ("invalid-environment", "B025", 100),
            ("undetermined", "B027", 1800),
            ("stuck-starting", "B027", 1800),
        ],
    )
    def test_a_job_that_hangs_is_ended_in_time_and_what_will_not_pass_is_not_waited_for(
        self, running: Running, outcome: str, code: str, seconds: float
    ) -> None:
        running.control("jobs", outcome=outcome)
        results = running.run(running.test())
        assert codes(results) == [[code]]
        assert seconds - 60 <= running.now <= seconds + 60
        running.sleep(1)
        [job] = running.jobs()
        assert (job["status"], "no longer waited for" in job["statusReason"]) == ("FAILED", True)

    def test_a_job_that_fits_nowhere_is_not_waited_for(self, running: Running) -> None:
        large: Any = [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "99999"}]
        running.definition_arn = running.clients.batch.register_job_definition(
            jobDefinitionName=SERVER, type="container", containerProperties={"image": "image", "resourceRequirements": large}
        )["jobDefinitionArn"]
        results = running.run(running.test())
        assert (codes(results), running.now < 120) == ([["B023"]], True)
        assert "  MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job" in "\n".join(running.told)

    def test_an_environment_that_is_disabled_is_named(self, running: Running) -> None:
        running.clients.batch.update_compute_environment(computeEnvironment=SERVER, state="DISABLED")
        results = running.run(running.test(), limit=300)
        assert codes(results) == [["B025"]]
        assert f"The compute environment {SERVER} is DISABLED" in results[0].problems[0].hint.en

    def test_a_queue_that_is_disabled_takes_no_job(self, running: Running) -> None:
        running.clients.batch.update_job_queue(jobQueue=SERVER, state="DISABLED")
        results = running.run(running.test())
        assert (codes(results), running.calls("DescribeJobs"), running.jobs()) == ([["B021"]], 0, [])
        assert "DISABLED state" in results[0].problems[0].message.en

    def test_a_revision_that_is_gone_takes_no_job(self, running: Running) -> None:
        running.clients.batch.deregister_job_definition(jobDefinition=running.definition_arn)
        assert codes(running.run(running.test())) == [["B021"]]

    def test_a_program_that_hangs_is_terminated_with_its_last_line(self, running: Running) -> None:
        running.control("jobs", running_seconds=900, log=["loading", "waiting for a peer"])
        results = running.run(running.test(max_seconds=720.0), limit=1800)
        assert codes(results) == [["B038"]]
        assert "is still RUNNING after 12 min" in results[0].problems[0].message.en
        assert "waiting for a peer" in results[0].problems[0].hint.en
        running.sleep(1)
        assert running.jobs()[0]["status"] == "FAILED"

    def test_a_job_that_somebody_ends_is_nobodys_fault_here(self, running: Running) -> None:
        running.control("jobs", running_seconds=500)

        def end() -> None:
            if running.now > 60:
                running.clients.batch.terminate_job(jobId=running.jobs()[0]["jobId"], reason="wrong queue")

        running.interrupt = end
        results = running.run(running.test())
        assert codes(results) == [["B037"]]
        assert "wrong queue" in results[0].problems[0].message.en

    def test_a_job_that_the_queue_cancels_has_the_cause_for_which_it_did(self, running: Running) -> None:
        limit: Any = {"reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "state": "RUNNABLE", "maxTimeSeconds": 600}
        limit["action"] = "CANCEL"
        running.clients.batch.update_job_queue(jobQueue=SERVER, jobStateTimeLimitActions=[limit])
        running.control("jobs", outcome="no-capacity")
        results = running.run(running.test())
        assert (codes(results), 600 <= running.now < 700) == ([["B024"]], True)
        assert "jobStateTimeLimitActions" in results[0].problems[0].hint.en

    def test_a_wait_that_aws_throttles_to_the_end_is_over_seconds_after_its_limit_and_the_job_is_ended(
        self, running: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7SANDBOX")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
        session = open_session(region="ap-northeast-1", role_arn=None, session_name="s", token=str)  # as a run's
        running.control("jobs", outcome="no-capacity")
        running.control("faults", operation="DescribeJobs", kind="throttle", times=None)
        nothing: Any = lambda _: None  # noqa: E731
        policy = WaitPolicy(limit=2.0)
        watch = JobWatch(clients=Clients(session), wait_policy=policy, tell=nothing, redact=str, left=nothing)
        began = time.monotonic()
        results = run_jobs(watch, [running.test()])
        assert time.monotonic() - began < 2 + LEEWAY + 3, "some five minutes, if each look has all its attempts"
        assert codes(results) == [["B027"]]
        assert running.calls("TerminateJob") == 1

    def test_a_job_that_cannot_be_ended_is_told_with_the_command(self, running: Running) -> None:
        running.control("jobs", outcome="stuck-starting")
        denied = {"status": 403, "code": "AccessDeniedException", "message": "not authorized to perform: batch:TerminateJob"}
        running.control("faults", operation="TerminateJob", kind="error", times=None, **denied)
        results = running.run(running.test(), limit=60)
        assert codes(results) == [["B027", "B042"]]
        assert f"aws batch terminate-job --job-id {results[0].job_id}" in results[0].problems[1].hint.en


class TestAnswers:
    def leave(self, running: Running, key: str, body: str = '{"results": [1]}') -> None:
        running.control("jobs", writes=[{"bucket": BUCKET, "key": key, "body": body}])

    def test_an_answer_is_judged_by_its_schema(self, running: Running) -> None:
        test = running.test(output="answer.json", schema=Schema(content={"required": ["results"]}))
        self.leave(running, test.folder.removeprefix(f"s3://{BUCKET}/") + "/answer.json")
        results = running.run(test)
        assert codes(results) == [[]]
        assert running.told[-1] == '  {"results": [1]}'

    @pytest.mark.parametrize("body", ['{"plates": 1}', "no plates", ""])
    def test_one_that_does_not_fit_or_is_no_json_is_told(self, running: Running, body: str) -> None:
        self.leave(running, "answers/a", body)
        test = running.test(output=f"s3://{BUCKET}/answers/a", schema=Schema(content={"required": ["results"]}))
        assert codes(running.run(test)) == [["T008"]]

    def test_one_that_is_too_large_to_be_read_whole_is_told(self, running: Running) -> None:
        self.leave(running, "answers/a", json.dumps("x" * (17 << 20)))
        test = running.test(output=f"s3://{BUCKET}/answers/a", schema=Schema(content={"type": "string"}))
        [problem] = running.run(test)[0].problems
        assert "only 16,777,216 were read" in problem.message.en

    def test_one_that_is_missing_is_told(self, running: Running) -> None:
        [problem] = running.run(running.test(output=f"s3://{BUCKET}/answers/a"))[0].problems
        assert (problem.code, f"s3://{BUCKET}/answers/a is not there" in problem.message.en) == ("ACES-B039", True)

    def test_one_from_before_the_job_does_not_count(self, running: Running) -> None:
        running.clients.s3.put_object(Bucket=BUCKET, Key="answers/a", Body=b"{}")
        running.sleep(10)
        [problem] = running.run(running.test(output=f"s3://{BUCKET}/answers/a"))[0].problems
        assert (problem.code, "is older than the job" in problem.message.en) == ("ACES-B039", True)

    def test_one_that_may_not_be_read_names_the_permission(self, running: Running) -> None:
        running.control("faults", operation="GetObject", kind="error", status=403, code="AccessDenied", message="Access Denied")
        assert codes(running.run(running.test(output=f"s3://{BUCKET}/answers/a"))) == [["A005"]]

    def test_the_id_of_the_job_may_be_part_of_the_address(self, running: Running) -> None:
        test = running.test(output=f"s3://{BUCKET}/answers/${{AWS_BATCH_JOB_ID}}.json")
        results = running.run(test)
        assert f"answers/{results[0].job_id}.json is not there" in results[0].problems[0].message.en

    @pytest.mark.parametrize(("code", "expected", "found"), [(2, 2, []), (0, 2, ["B040"]), (3, 2, ["B040"]), (2, 0, ["B035"])])
    def test_an_exit_code_may_be_expected(self, running: Running, code: int, expected: int, found: list[str]) -> None:
        running.control("jobs", outcome="failed" if code else "succeeded", exit_code=code)
        assert codes(running.run(running.test(exit_code=expected))) == [found]

    def test_one_that_was_killed_is_not_one_that_ended_so(self, running: Running) -> None:
        running.control("jobs", outcome="oom")
        assert codes(running.run(running.test(exit_code=137))) == [["B032"]]

    def test_a_job_that_ends_well_but_late_is_told(self, running: Running) -> None:
        running.control("jobs", queued_seconds=100, running_seconds=1)
        [result] = running.run(running.test(max_seconds=100.5))
        assert [problem.code for problem in result.problems] == ["ACES-B038"]


class TestTelling:
    def test_states_are_told_with_their_times_and_so_are_attempts(self, running: Running) -> None:
        running.control("jobs", queued_seconds=180, starting_seconds=60, running_seconds=30)
        [result] = running.run(running.test())
        lines = [line.partition("smoke/plate.png  ")[2] for line in running.told]
        states = [line.split("  ")[0] for line in lines if line]
        assert [state for state in states if state != "SUBMITTED"] == [  # which it is for two hundredths of a second
            f"job {SERVER}-smoke-test-plate ({result.job_id}) of {SERVER}:1 on the queue {SERVER}",
            *("RUNNABLE", "STARTING", "RUNNING"),
            "exit code 0",
        ]
        times = result.times
        assert times.queued == pytest.approx(180, abs=12)
        assert times.starting == pytest.approx(60, abs=12)
        assert times.running == pytest.approx(30, abs=1)
        assert lines[-1].endswith("running 30 s")

    def test_a_long_wait_has_a_line_each_minute(self, running: Running) -> None:
        running.control("jobs", queued_seconds=600)
        running.run(running.test())
        assert sum("1 of 1 jobs have not ended: 1 RUNNABLE" in line for line in running.told) == pytest.approx(9, abs=1)

    def test_all_jobs_are_looked_at_in_one_call(self, running: Running) -> None:
        running.control("jobs", running_seconds=60, times=None)
        results = running.run(*(running.test(f"{number}.png") for number in range(5)))
        assert codes(results) == [[]] * 5
        assert running.calls("DescribeJobs") < 60

    def test_one_job_that_fails_does_not_keep_the_others_from_their_ends(self, running: Running) -> None:
        running.control("jobs", outcome="failed")
        assert codes(running.run(running.test("a.png"), running.test("b.png"))) == [["B035"], []]


class TestLogs:
    def test_lines_come_as_they_are_written_and_those_that_come_late_are_waited_for(self, running: Running) -> None:
        running.control("jobs", outcome="failed", log=["one", "two"], running_seconds=90, log_delay_seconds=5)
        [result] = running.run(running.test())
        assert [line for line in running.told if line.startswith("  | ")] == ["  | one", "  | two"]
        assert result.lines == ("one", "two")

    def test_a_flood_is_cut_and_its_end_is_shown_where_the_job_fails(self, running: Running) -> None:
        running.control("jobs", outcome="failed", log=[f"line {number}" for number in range(1000)], running_seconds=90)
        running.run(running.test())
        lines = [line for line in running.told if line.startswith("  | ")]
        assert (len(lines), lines[-1]) == (LIVE_LINES + 20, "  | line 999")
        assert any("more lines in CloudWatch: /aws/batch/job" in line for line in running.told)

    def test_hostile_lines_are_harmless(self, running: Running) -> None:
        hostile = ["::error::hijack", "\x1b[31mred\x1b[0m", "x" * 5000, "password: s3cr3t-t0k3n", "##[group]x"]
        key = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "-----END PRIVATE KEY-----"]
        running.control("jobs", log=[*hostile, *key], running_seconds=900)
        running.run(running.test(), redact=lambda text: text.replace("s3cr3t-t0k3n", "***"))
        told = "\n".join(running.told)
        assert "\n::error" not in told and "\x1b" not in told and "s3cr3t" not in told and "MIIEvQ" not in told
        assert max(map(len, told.splitlines())) < 300
        assert "red" in told

    def test_a_log_that_may_not_be_read_is_a_word_and_no_failure(self, running: Running) -> None:
        said = {"status": 400, "code": "AccessDeniedException", "message": "not authorized to perform: logs:GetLogEvents on x"}
        running.control("faults", operation="GetLogEvents", kind="error", times=None, **said)
        running.control("jobs", log=["one"], running_seconds=60)
        assert codes(running.run(running.test())) == [[]]
        assert any("lacks logs:GetLogEvents" in line for line in running.told)
        assert running.calls("GetLogEvents") == 1

    def test_a_stream_that_is_not_there_yet_is_waited_for(self, running: Running) -> None:
        said = {"status": 400, "code": "ResourceNotFoundException", "message": "The specified log stream does not exist."}
        running.control("faults", operation="GetLogEvents", kind="error", times=3, **said)
        running.control("jobs", log=["one"], running_seconds=60)
        assert codes(running.run(running.test())) == [[]]
        assert "  | one" in running.told

    def test_a_retry_has_a_log_of_its_own(self, running: Running) -> None:
        rules: Any = {"attempts": 3, "evaluateOnExit": [{"onStatusReason": "Host EC2*", "action": "RETRY"}]}
        small: Any = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "1024"}]
        running.definition_arn = running.clients.batch.register_job_definition(
            jobDefinitionName=SERVER,
            type="container",
            containerProperties={"image": "image", "resourceRequirements": small},
            retryStrategy=rules,
        )["jobDefinitionArn"]
        attempts = [{"outcome": "spot-lost", "log": ["first"]}, {"log": ["second"]}]
        running.control("jobs", attempts=attempts, running_seconds=60, queued_seconds=30, starting_seconds=30)
        [result] = running.run(running.test())
        assert result.passed
        assert [line for line in running.told if line.startswith("  | ")] == ["  | first", "  | second"]
        assert any("attempt 2" in line for line in running.told)
        assert running.told[-1].endswith("2 attempts")


class TestSubmission:
    def test_a_job_is_of_this_very_revision_tagged_and_with_its_input(self, running: Running) -> None:
        expected: dict[str, Any] = {
            "command": ("run", "${SMOKE_TEST_INPUT_S3_URI}"),
            "environment": (("MODE", "${SMOKE_TEST_OUTPUT_S3_URI}"),),
        }
        test = running.test(output="a.json", parameters=(("x", "y"),), share_identifier="smoke", **expected)
        request = request_of(test, limit=90.5)
        assert request == {
            "jobName": f"{SERVER}-smoke-test-plate",
            "jobQueue": SERVER,
            "jobDefinition": running.definition_arn,
            "containerOverrides": {
                "command": ["run", f"s3://{BUCKET}/in"],
                "environment": [
                    {"name": "MODE", "value": f"{test.folder}/a.json"},
                    {"name": "SMOKE_TEST_INPUT_S3_URI", "value": f"s3://{BUCKET}/in"},
                    {"name": "SMOKE_TEST_OUTPUT_S3_URI", "value": f"{test.folder}/a.json"},
                ],
            },
            "parameters": {"x": "y"},
            "shareIdentifier": "smoke",
            "timeout": {"attemptDurationSeconds": 91},
            "tags": TAGS,
            "propagateTags": False,
        }

    @pytest.mark.parametrize("kind", ["lost", "reset", "error", "html", "truncate"])
    def test_an_answer_that_is_lost_never_makes_two_jobs(self, running: Running, kind: str) -> None:
        running.control("faults", operation="SubmitJob", kind=kind)
        results = running.run(running.test())
        assert codes(results) == [[]]
        assert len(running.jobs()) == 1

    def test_without_an_answer_and_without_a_list_nothing_is_submitted_again(self, running: Running) -> None:
        running.control("faults", operation="SubmitJob", kind="lost")
        running.control("faults", operation="ListJobs", kind="error", times=None)
        results = running.run(running.test())
        assert (codes(results), running.calls("SubmitJob")) == ([["B022", "A006"]], 1)
        assert f"values={SERVER}-smoke-test-plate" in results[0].problems[0].hint.en

    def test_throttling_is_waited_out(self, running: Running) -> None:
        running.control("faults", operation="SubmitJob", kind="throttle", times=2)
        running.control("faults", operation="DescribeJobs", kind="throttle", times=12)
        assert codes(running.run(running.test())) == [[]]
        assert len(running.jobs()) == 1

    def test_a_missing_permission_ends_the_run_and_what_was_submitted(self, running: Running) -> None:
        said = {"status": 403, "code": "AccessDeniedException", "message": "not authorized to perform: batch:SubmitJob on x"}
        running.control("jobs", running_seconds=500, times=None)
        running.control("faults", operation="SubmitJob", kind="error", skip=1, **said)
        with pytest.raises(ActionError, match="batch:SubmitJob") as caught:
            running.run(running.test("a.png"), running.test("b.png"))
        running.sleep(1)
        [job] = running.jobs()
        assert job["status"] == "FAILED"
        assert f"The job {SERVER}-smoke-test-a ({job['jobId']}) was terminated." in caught.value.problems[0].hint.en

    def test_a_job_that_may_not_be_looked_at_is_ended(self, running: Running) -> None:
        said = {"status": 403, "code": "AccessDeniedException", "message": "not authorized to perform: batch:DescribeJobs on x"}
        running.control("faults", operation="DescribeJobs", kind="error", **said)
        with pytest.raises(ActionError, match="batch:DescribeJobs"):
            running.run(running.test())
        assert running.calls("TerminateJob") == 1


class TestCancelling:
    @pytest.mark.parametrize(
        ("status", "rule"),
        [
            ("RUNNABLE", {"outcome": "no-capacity"}),
            ("STARTING", {"outcome": "stuck-starting"}),
            ("RUNNING", {"running_seconds": 5000}),
        ],
    )
    def test_a_cancelled_run_ends_its_jobs_in_whatever_state(self, running: Running, status: str, rule: dict[str, Any]) -> None:
        running.control("jobs", **rule)

        def cancel() -> None:
            if any(f"  {status}" in line for line in running.told):
                raise KeyboardInterrupt

        running.interrupt = cancel
        with pytest.raises(KeyboardInterrupt):
            running.run(running.test())
        running.interrupt = lambda: None
        running.sleep(1)
        [job] = running.jobs()
        assert (job["status"], "no longer waited for" in job["statusReason"]) == ("FAILED", True)
        assert running.left == [f"The job {SERVER}-smoke-test-plate ({job['jobId']}) was terminated."]

    def test_one_whose_answer_has_not_come_is_found_and_ended(self, running: Running) -> None:
        running.control("jobs", running_seconds=5000)
        running.control("faults", operation="SubmitJob", kind="lost")

        def cancel() -> None:
            raise KeyboardInterrupt

        running.interrupt = cancel
        with pytest.raises(KeyboardInterrupt):
            running.run(running.test())
        running.interrupt = lambda: None
        running.sleep(1)
        assert [job["status"] for job in running.jobs()] == ["FAILED"]
        assert "was terminated." in running.left[0]

    def test_one_that_may_be_there_is_ended_with_those_that_are(self, running: Running) -> None:
        running.control("jobs", running_seconds=5000, times=2)
        running.control("faults", operation="SubmitJob", kind="lost")
        running.control("faults", operation="ListJobs", kind="error", status=403, code="AccessDeniedException")

        def cancel() -> None:
            if any("  RUNNING" in line for line in running.told):
                raise KeyboardInterrupt

        running.interrupt = cancel
        with pytest.raises(KeyboardInterrupt):
            running.run(running.test("a.png"), running.test("b.png"))
        running.interrupt = lambda: None
        running.sleep(1)
        assert [job["status"] for job in running.jobs()] == ["FAILED", "FAILED"]
        assert len(running.left) == 2

    def test_what_could_not_be_ended_is_said(self, running: Running) -> None:
        running.control("jobs", running_seconds=5000)
        running.control("faults", operation="TerminateJob", kind="error", times=None)

        def cancel() -> None:
            raise KeyboardInterrupt

        running.interrupt = cancel
        with pytest.raises(KeyboardInterrupt):
            running.run(running.test())
        assert "may still run. Terminate it: aws batch terminate-job --job-id" in running.left[0]
