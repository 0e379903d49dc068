"""The smoke test of jobs on a user's main paths: through the entrypoint, under the role of docs/iam."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from aces_action.aws.tags import SMOKE_TESTED
from tests.conftest import Caller, Ended

PATH = "server/job-test"
# What the container would do: fetch the request, say something and leave an answer
PROGRAM = """
import boto3, json, os
from urllib.parse import urlsplit
s3 = boto3.client("s3")
here, there = urlsplit(os.environ["SMOKE_TEST_INPUT_S3_URI"]), urlsplit(os.environ["SMOKE_TEST_OUTPUT_S3_URI"])
body = s3.get_object(Bucket=here.netloc, Key=here.path[1:])["Body"].read()
print("read", len(body), "bytes", flush=True)
s3.put_object(Bucket=there.netloc, Key=there.path[1:], Body=json.dumps({"results": [len(body)]}))
"""


@pytest.fixture
def alone(caller: Caller) -> Caller:
    """Batch alone, with one request that is a job."""
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    return with_request(caller)


def with_request(caller: Caller, name: str = "text.json", **expected: Any) -> Caller:
    folder = caller.workspace / PATH
    folder.mkdir(exist_ok=True)
    (folder / name).write_text('{"text": "…"}', encoding="utf-8")
    (folder / f"{name}.expect.json").write_text(json.dumps({"batch": "standard", **expected}), encoding="utf-8")
    return caller


def jobs(caller: Caller) -> list[dict[str, Any]]:
    """All jobs of both queues."""
    batch = caller.client("batch")
    listed = [
        each["jobId"]
        for queue in (caller.server, f"{caller.server}-longtime")
        for each in batch.list_jobs(jobQueue=queue, filters=[{"name": "JOB_NAME", "values": ["*"]}])["jobSummaryList"]
    ]
    described: list[dict[str, Any]] = batch.describe_jobs(jobs=listed)["jobs"] if listed else []
    return described


def steps(ended: Ended) -> str:
    return ended.log.partition("::group::Smoke test")[2].partition("::endgroup::")[0]


def test_a_job_that_answers_as_expected_is_listed_and_not_run_again(alone: Caller) -> None:
    schema = {"type": "object", "required": ["results"]}
    with_request(alone, output="answer.json", schema=schema, max_seconds=300)
    alone.control("POST", "jobs", {"definition": alone.server, "starting_seconds": 3, "program": [sys.executable, "-c", PROGRAM]})
    ended = alone.run(smoke_test_path=PATH)
    assert (ended.status, ended.outputs["result"], len(alone.listed())) == (0, "deployed", 1), ended.log
    told = steps(ended)
    for said in ("RUNNING  (STARTING ", "  | read 15 bytes", '{"results": [15]}', "exit code 0  queued "):
        assert said in told, told
    [job] = jobs(alone)
    assert job["jobDefinition"] == ended.outputs["batch-job-definition-arn"]
    assert (job["tags"]["aces:managed-by"], job["tags"]["aces:project"]) == ("aces-action", alone.project)
    assert "Jobs of the smoke test" in ended.summary
    row = next(line for line in ended.summary.splitlines() if "text.json" in line)
    assert row.startswith("- ✅ `server/job-test/text.json` · exit code 0 · queued "), row
    assert f"<br>job `{job['jobId']}`" in row

    again = alone.run(smoke_test_path=PATH)
    assert (again.status, again.outputs["result"], len(jobs(alone))) == (0, "unchanged", 1), again.log
    assert "these revisions have passed these requests before" in again.log


@pytest.mark.parametrize(
    ("status", "rule"),
    [
        ("RUNNABLE", {"outcome": "no-capacity"}),
        ("STARTING", {"outcome": "stuck-starting"}),
        ("RUNNING", {"running_seconds": 600, "log": ["here"]}),
    ],
)
def test_a_job_ends_with_a_run_that_is_cancelled(alone: Caller, status: str, rule: dict[str, Any]) -> None:
    alone.control("POST", "jobs", {"definition": alone.server, **rule})
    started = alone.start(smoke_test_path=PATH)
    deadline, log = time.monotonic() + 60, alone.folder / "log"
    while not (log.exists() and f"text.json  {status}" in log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    began = time.monotonic()
    started.send_signal(signal.SIGTERM)
    ended = alone.end(started)
    assert (ended.status, ended.outputs["result"], alone.listed()) == (143, "cancelled", {}), ended.log
    assert time.monotonic() - began < 7  # GitHub kills it ten seconds after the first signal
    last = ended.log.partition("ACES-X")[2]
    assert re.search(rf"The job {alone.server}-smoke-test-\w+ \([\w-]+\) was terminated\.", last), ended.log
    assert "submitted to queue" in last
    time.sleep(0.2)
    assert [job["status"] for job in jobs(alone)] == ["FAILED"]


def test_a_job_that_fails_fails_the_deploy_with_its_last_lines_and_nothing_is_listed(alone: Caller) -> None:
    log = ["::error::hijack", "\x1b[31mred", "Traceback (most recent call last):", "ValueError: no plate"]
    alone.control("POST", "jobs", {"definition": alone.server, "outcome": "failed", "exit_code": 3, "log": log})
    ended = alone.run(smoke_test_path=PATH)
    assert (ended.status, ended.outputs["result"], alone.listed()) == (1, "failed", {}), ended.log
    assert ended.codes == ["ACES-B035", "ACES-B041"]
    assert ended.outputs["failure-code"] == "ACES-B035"
    assert not [line for line in ended.log.splitlines() if line.lstrip().startswith("::error::")]
    assert "Last lines of the job of server/job-test/text.json" in ended.summary
    assert "ValueError: no plate" in ended.summary
    assert "\n- ❌ `server/job-test/text.json` · exit code 3 · " in ended.summary

    again = alone.run(smoke_test_path=PATH)  # nothing has changed but the program's mood: it is run again
    assert (again.status, len(alone.listed()), len(jobs(alone))) == (0, 1, 2), again.log


def test_a_revision_that_fails_other_requests_than_it_has_passed_is_no_longer_noted_as_tested(alone: Caller) -> None:
    assert alone.run(smoke_test_path=PATH).status == 0
    batch = alone.client("batch")

    def mark() -> str:
        [revision] = batch.describe_job_definitions(jobDefinitionName=alone.server, status="ACTIVE")["jobDefinitions"]
        return str(revision["tags"][SMOKE_TESTED])

    passed = mark()
    with_request(alone, max_seconds=600)
    alone.control("POST", "jobs", {"definition": alone.server, "outcome": "no-capacity"})
    assert alone.run(smoke_test_path=PATH, batch_wait_timeout="2s").codes == ["ACES-B024", "ACES-B041"]
    assert mark() == passed  # that says nothing about the version
    alone.control("POST", "jobs", {"definition": alone.server, "outcome": "failed"})
    assert alone.run(smoke_test_path=PATH).codes == ["ACES-B035", "ACES-B041"]
    assert mark() == "failed"


def test_a_program_that_fails_takes_back_the_endpoint_too(caller: Caller) -> None:
    good = caller.run().outputs["endpoint-config-name"]
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    with_request(caller)
    caller.control("POST", "jobs", {"definition": caller.server, "outcome": "failed"})
    ended = caller.run(smoke_test_path=PATH)
    assert (ended.status, ended.codes) == (1, ["ACES-B035", "ACES-T010"]), ended.log
    assert f"It was rolled back: the endpoint serves {good} again." in ended.log


def test_what_only_keeps_a_job_from_running_takes_nothing_back(caller: Caller) -> None:
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    with_request(caller)
    caller.control("POST", "jobs", {"definition": caller.server, "outcome": "no-capacity"})
    ended = caller.run(smoke_test_path=PATH, batch_wait_timeout="2s")
    assert (ended.status, ended.codes, "rolling" in ended.log) == (1, ["ACES-B024"], False), ended.log
    assert "serves untested and is not listed" in ended.log
    again = caller.run(smoke_test_path=PATH)
    assert (again.status, len(caller.listed())) == (0, 1), again.log


def test_requests_to_the_endpoint_come_first_and_jobs_of_both_definitions_follow(caller: Caller) -> None:
    caller.control("POST", "answers", {"body": "{}", "times": None})
    with_request(caller)
    with_request(caller, "long.json", batch="longtime")
    (caller.workspace / PATH / "ping.json").write_text("{}", encoding="utf-8")
    ended = caller.run(smoke_test_path=PATH, language="ja")
    assert (ended.status, len(caller.listed())) == (0, 1), ended.log
    told = steps(ended) or ended.log
    assert told.index("✓ server/job-test/ping.json") < told.index("✓ server/job-test/long.json")
    assert sorted(job["jobQueue"].rpartition("/")[2] for job in jobs(caller)) == [caller.server, f"{caller.server}-longtime"]
    assert "待機" in ended.summary
    again = caller.run(smoke_test_path=PATH)
    assert (again.outputs["result"], len(jobs(caller))) == ("unchanged", 2), again.log


def test_mistakes_are_found_before_anything_is_deployed_and_shown_at_their_places(make_caller: Callable[..., Caller]) -> None:
    caller = with_request(make_caller(), schema={}, status=200)
    caller.edit(caller.infra_file, "aws_longtime_batch_instance_type:", "# aws_longtime_batch_instance_type:")
    with_request(caller, "b.json", batch="longtime")
    (caller.workspace / PATH / "c.json").write_text("{}", encoding="utf-8")
    (caller.workspace / PATH / "c.json.expect.yml").write_text("output: x.json\n", encoding="utf-8")
    ended = caller.run(command="validate", smoke_test_path=PATH)
    assert (ended.status, sorted(set(ended.codes))) == (2, ["ACES-B020", "ACES-C004"]), ended.log
    for said in ("It is about a request to the endpoint", "The answer of a job is what output names", "say which one by batch"):
        assert said in ended.log


def test_a_pass_that_cannot_be_noted_is_a_warning_and_the_next_run_runs_the_job_again(alone: Caller) -> None:
    said = {
        "status": 403,
        "code": "AccessDeniedException",
        "message": "not authorized to perform: batch:TagResource on resource: x",
    }
    alone.fault(service="batch", operation="TagResource", kind="error", **said)
    ended = alone.run(smoke_test_path=PATH)
    assert (ended.status, ended.outputs["result"], len(alone.listed())) == (0, "deployed", 1), ended.log
    (warning,) = re.findall(r"::warning [^\n]*::ACES-T011[^\n]*", ended.log)
    assert f"The smoke test of {alone.server}:1 passed, but that could not be recorded." in warning
    assert alone.run(smoke_test_path=PATH).outputs["result"] == "unchanged"
    assert len(jobs(alone)) == 2


def test_a_job_that_needs_what_the_role_lacks_names_it(alone: Caller) -> None:
    said = {
        "status": 403,
        "code": "AccessDeniedException",
        "message": "not authorized to perform: batch:SubmitJob on resource: x",
    }
    alone.fault(service="batch", operation="SubmitJob", kind="error", **said)
    ended = alone.run(smoke_test_path=PATH)
    assert (ended.status, ended.codes, alone.listed()) == (1, ["ACES-A005"], {}), ended.log
    assert "lacks batch:SubmitJob" in ended.log
    assert "The jobs are untested" in ended.log
