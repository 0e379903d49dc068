"""Job definitions as a workflow changes them, through entrypoint.py: taken back, cleaned up, brought back, shown, destroyed."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.seed import admin_session, push_image
from tests.conftest import Caller, Ended

pytestmark = pytest.mark.long


@pytest.fixture
def jobs(caller: Caller) -> Iterator[Caller]:
    """A server of AWS Batch alone, with one job definition."""
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    yield caller
    caller.control("DELETE", "faults")
    caller.control("DELETE", "jobs")
    awake(caller)


def image(caller: Caller, content: bytes) -> None:
    push_image(caller.sandbox, admin_session(), repository=caller.server, content=content)


def well(ended: Ended, result: str = "deployed") -> Ended:
    assert (ended.status, ended.outputs["result"]) == (0, result), ended.log
    return ended


def arn(ended: Ended) -> str:
    return ended.outputs["batch-job-definition-arn"]


def revisions(caller: Caller, name: str = "") -> dict[int, str]:
    """Number and status of all."""
    found = caller.client("batch").describe_job_definitions(jobDefinitionName=name or caller.server)["jobDefinitions"]
    return {each["revision"]: each["status"] for each in sorted(found, key=lambda each: each["revision"])}


def active(caller: Caller, name: str = "") -> list[int]:
    return [number for number, status in revisions(caller, name).items() if status == "ACTIVE"]


def digest(caller: Caller, number: int, name: str = "") -> str:
    label = f"{name or caller.server}:{number}"
    [found] = caller.client("batch").describe_job_definitions(jobDefinitions=[label])["jobDefinitions"]
    return str(found["containerProperties"]["image"]).partition("@")[2]


def tags(caller: Caller, number: int) -> dict[str, str]:
    label = f"{caller.server}:{number}"
    [found] = caller.client("batch").describe_job_definitions(jobDefinitions=[label])["jobDefinitions"]
    return dict(found["tags"])


def listed(caller: Caller) -> str:
    (service,) = caller.listed().values()
    return str(service["server"]["async"]["job_definition_arn"]).rpartition("/")[2]


def submit(caller: Caller, definition: str) -> str:
    """A job of somebody's that runs for an hour; to the queue of long-time jobs, since any queue will do."""
    caller.control("POST", "jobs", {"running_seconds": 3600})
    request = {"jobName": "somebodys", "jobQueue": f"{caller.server}-longtime", "jobDefinition": definition}
    job: str = caller.client("batch").submit_job(**request)["jobId"]
    return job


def sleeping(caller: Caller, **fault: Any) -> None:
    """The platform from now on: see sandbox/platform/control.py."""
    url = f"{caller.sandbox.platform_url}/_sandbox/sleep"
    requests.post(url, json={"times": None, **fault}, timeout=10).raise_for_status()


def awake(caller: Caller) -> None:
    requests.delete(f"{caller.sandbox.platform_url}/_sandbox/sleep", timeout=10).raise_for_status()


def test_each_deployment_is_a_generation_and_a_rollback_registers_the_one_before_again_and_lists_it(jobs: Caller) -> None:
    for content in (b"first", b"second", b"third"):
        image(jobs, content)
        last = well(jobs.run())
    assert (active(jobs), listed(jobs)) == ([1, 2, 3], f"{jobs.server}:3")
    back = well(jobs.run(command="rollback"), "rolled-back")
    assert (arn(back).rpartition(":")[2], digest(jobs, 4), listed(jobs)) == ("4", digest(jobs, 2), f"{jobs.server}:4")
    assert digest(jobs, 3) == last.outputs["image-digest"]
    assert ("update", f"{jobs.server}:3") in [(each["verb"], each["name"]) for each in json.loads(back.outputs["changes"])]
    assert f"back to what {jobs.server}:2 said" in back.log
    # further back, and then no more
    well(jobs.run(command="rollback"), "rolled-back")
    assert (digest(jobs, 5), listed(jobs)) == (digest(jobs, 1), f"{jobs.server}:5")
    none = jobs.run(command="rollback")
    assert (none.status, none.codes) == (1, ["ACES-B010"]), none.log
    assert "Nothing was changed." in none.log
    # the content that was rolled back from is deployed again, and can be left again
    again = well(jobs.run())
    assert (digest(jobs, 6), listed(jobs)) == (digest(jobs, 3), f"{jobs.server}:6")
    assert active(jobs) == [5, 6], again.log  # what was given up goes, and one of each content stays
    well(jobs.run(), "unchanged")
    well(jobs.run(command="rollback"), "rolled-back")
    assert digest(jobs, 7) == digest(jobs, 1)


class TestTakenBack:
    """A run that registered revisions and does not come to its end."""

    def test_when_the_platform_refuses_the_revisions_before_serve_again(self, jobs: Caller) -> None:
        first = well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="echo", status=422, method="POST")
        failed = jobs.run()
        assert failed.status == 1, failed.log
        assert revisions(jobs) == {1: "ACTIVE", 2: "INACTIVE"}
        assert revisions(jobs, f"{jobs.server}-longtime") == {1: "ACTIVE", 2: "INACTIVE"}
        assert f"deregistered {jobs.server}:2: {jobs.server}:1 serves again" in failed.log
        assert f"job definition {jobs.server}:2 deregistered" in failed.page
        assert (arn(failed), listed(jobs)) == (arn(first), f"{jobs.server}:1")
        awake(jobs)
        well(jobs.run())
        assert (active(jobs), listed(jobs)) == ([1, 3], f"{jobs.server}:3")

    def test_after_a_first_deployment_that_fails_there_is_none(self, jobs: Caller) -> None:
        sleeping(jobs, kind="503", method="GET")
        failed = jobs.run()
        assert failed.status == 1, failed.log
        assert active(jobs) == []
        if revisions(jobs):
            assert "there is no active revision any more" in failed.log
            assert arn(failed) == ""

    @pytest.mark.parametrize("kind", ["lost", "html"])
    def test_a_registration_whose_answer_never_came_is_found_and_taken_back(self, jobs: Caller, kind: str) -> None:
        well(jobs.run())
        image(jobs, b"second")
        more = {"done": True, "status": 502} if kind == "html" else {}
        jobs.fault(service="batch", operation="RegisterJobDefinition", kind=kind, times=None, **more)
        failed = jobs.run()
        assert (failed.status, failed.outputs["result"]) == (1, "failed"), failed.log
        assert len(revisions(jobs)) > 1
        assert active(jobs) == [1]
        assert "Nothing was changed" not in failed.log
        jobs.control("DELETE", "faults")
        well(jobs.run())

    def test_a_revision_that_somebody_uses_already_stays_and_the_command_is_said(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="slow", seconds=2)
        run = jobs.start()
        while active(jobs) == [1]:
            time.sleep(0.05)
        job = submit(jobs, jobs.server)
        sleeping(jobs, kind="echo", status=418)
        failed = jobs.end(run)
        assert (failed.status, active(jobs)) == (1, [1, 2]), failed.log
        assert "title=ACES-B011" in failed.log
        assert f"Job {job} uses it." in failed.log
        assert f"aws batch deregister-job-definition --job-definition {jobs.server}:2" in failed.log
        assert active(jobs, f"{jobs.server}-longtime") == [1]

    def test_what_another_run_has_brought_to_serve_meanwhile_stays(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="slow", seconds=2)
        run = jobs.start()
        while active(jobs, f"{jobs.server}-longtime") == [1]:
            time.sleep(0.05)
        second = f"arn:aws:batch:ap-northeast-1:123456789012:job-definition/{jobs.server}:2"
        jobs.client("batch").tag_resource(resourceArn=second, tags={"aces:served": "2026-05-20T00:00:00.000Z"})
        sleeping(jobs, kind="echo", status=418)
        failed = jobs.end(run)
        assert (failed.status, active(jobs)) == (1, [1, 2]), failed.log
        assert "title=ACES-B011" in failed.log
        assert f"{jobs.server}:2 stays registered" in failed.log
        assert "Another run has brought it to serve." in failed.log
        assert active(jobs, f"{jobs.server}-longtime") == [1]

    def test_a_cancelled_run_takes_them_back_within_seconds(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="slow", seconds=4)
        run = jobs.start()
        while active(jobs, f"{jobs.server}-longtime") == [1]:
            time.sleep(0.05)
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        cut = jobs.end(run)
        assert (cut.status, cut.outputs["result"]) == (130, "cancelled"), cut.log
        assert time.monotonic() - began < 5
        assert (active(jobs), active(jobs, f"{jobs.server}-longtime")) == ([1], [1]), cut.log
        assert f"job definition {jobs.server}:2 deregistered" in cut.log

    def test_a_cancelled_run_that_cannot_take_them_back_says_how(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        jobs.fault(service="batch", operation="DeregisterJobDefinition", kind="slow", seconds=30, times=None)
        sleeping(jobs, kind="slow", seconds=4)
        run = jobs.start()
        while active(jobs, f"{jobs.server}-longtime") == [1]:
            time.sleep(0.05)
        began = time.monotonic()
        run.send_signal(signal.SIGTERM)
        cut = jobs.end(run)
        assert (cut.status, active(jobs)) == (143, [1, 2]), cut.log
        assert time.monotonic() - began < 9.5
        assert f"aws batch deregister-job-definition --job-definition {jobs.server}:2" in cut.log

    def test_what_the_platform_may_have_been_told_of_stays(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="503", method="POST")
        failed = jobs.run()
        assert (failed.status, active(jobs)) == (1, [1, 2]), failed.log
        assert "The platform may have been told of it already." in failed.log
        awake(jobs)
        assert "aces:served" not in tags(jobs, 2)
        well(jobs.run())
        assert listed(jobs) == f"{jobs.server}:2"
        assert "aces:served" in tags(jobs, 2)

    def test_a_deferred_registration_is_no_failure_and_nothing_is_cleaned_up(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="503")
        ended = well(jobs.run(platform="deferred", keep_generations="0"))
        assert (active(jobs), listed_or_none(jobs)) == ([1, 2], None), ended.log
        awake(jobs)
        assert listed(jobs) == f"{jobs.server}:1"
        well(jobs.run(command="register"), "registered")
        assert listed(jobs) == f"{jobs.server}:2"


def listed_or_none(caller: Caller) -> str | None:
    try:
        return listed(caller)
    except (ValueError, KeyError, requests.RequestException):
        return None


class TestCleanUp:
    def test_as_many_as_are_to_be_kept_stay_and_what_a_job_uses(self, jobs: Caller) -> None:
        well(jobs.run())
        job = submit(jobs, f"{jobs.server}:1")
        for content in (b"second", b"third", b"fourth"):
            image(jobs, content)
            ended = well(jobs.run(keep_generations="1"))
        assert active(jobs) == [1, 3, 4], ended.log
        assert f"keeping job definition {jobs.server}:1: job {job} uses it" in ended.log
        assert ("delete", f"{jobs.server}:2") in [(each["verb"], each["name"]) for each in json.loads(ended.outputs["changes"])]
        jobs.client("batch").terminate_job(jobId=job, reason="enough")
        well(jobs.run(keep_generations="0"), "unchanged")
        assert active(jobs) == [1, 3, 4]  # only a run that registers cleans up
        image(jobs, b"fifth")
        well(jobs.run(keep_generations="0"))
        assert active(jobs) == [5]

    @pytest.mark.parametrize("keep", ["0", "5"])
    def test_what_the_run_has_just_listed_stays_whatever_another_registers_meanwhile(self, jobs: Caller, keep: str) -> None:
        well(jobs.run())
        image(jobs, b"second")
        sleeping(jobs, kind="slow", seconds=2)
        run = jobs.start(keep_generations=keep)
        while active(jobs, f"{jobs.server}-longtime") == [1]:
            time.sleep(0.05)
        batch = jobs.client("batch")
        [mine] = batch.describe_job_definitions(jobDefinitions=[f"{jobs.server}:2"])["jobDefinitions"]
        asked = {key: mine[key] for key in ("jobDefinitionName", "type", "containerProperties", "tags")}
        assert batch.register_job_definition(**asked)["revision"] == 3  # the same content, by a run that may yet take it back
        awake(jobs)
        ended = well(jobs.end(run))
        assert listed(jobs) == f"{jobs.server}:2"
        assert active(jobs) == ([2, 3] if keep == "0" else [1, 2, 3]), ended.log

    def test_what_cannot_be_looked_at_counts_as_use(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        jobs.fault(service="batch", operation="ListJobs", kind="error", status=403, code="AccessDeniedException", times=None)
        ended = well(jobs.run(keep_generations="0"))
        assert active(jobs) == [1, 2]
        assert "title=ACES-B013" in ended.log
        assert "may not call ListJobs" in ended.log

    def test_revisions_of_others_and_of_earlier_versions_are_told_apart(self, jobs: Caller) -> None:
        first = well(jobs.run())
        batch = jobs.client("batch")
        batch.untag_resource(resourceArn=arn(first), tagKeys=["aces:registered", "aces:served"])  # as by an earlier version
        image(jobs, b"second")
        well(jobs.run())
        back = well(jobs.run(command="rollback"), "rolled-back")
        assert digest(jobs, 3) == digest(jobs, 1), back.log
        batch.untag_resource(resourceArn=arn(back), tagKeys=["aces:managed-by"])
        refused = jobs.run(command="rollback")
        assert (refused.status, refused.codes) == (1, ["ACES-E004"]), refused.log
        image(jobs, b"third")
        assert jobs.run().codes == ["ACES-E004"]


class TestRollback:
    def test_in_an_emergency_it_needs_neither_the_platform_nor_register_json(self, jobs: Caller) -> None:
        well(jobs.run())
        image(jobs, b"second")
        well(jobs.run())
        jobs.edit("server/algorithms/register.json", '"overflow_mode": 1,', '"overflow_mode": 1')
        back = well(jobs.run(command="rollback"), "rolled-back")
        assert "title=ACES-B012" in back.log
        assert "Run `command: register`: it lists what serves now." in back.log
        assert (listed(jobs), active(jobs)) == (f"{jobs.server}:2", [1, 2, 3])
        jobs.edit("server/algorithms/register.json", '"overflow_mode": 1', '"overflow_mode": 1,')
        well(jobs.run(command="register"), "registered")
        assert listed(jobs) == f"{jobs.server}:3"

    def test_what_is_gone_is_not_brought_back(self, jobs: Caller) -> None:
        first = well(jobs.run())
        image(jobs, b"second")
        well(jobs.run())
        digests = [{"imageDigest": first.outputs["image-digest"]}]
        jobs.client("ecr").batch_delete_image(repositoryName=jobs.server, imageIds=digests)
        back = jobs.run(command="rollback")
        assert (back.status, back.codes) == (1, ["ACES-B016"]), back.log
        assert "Nothing was changed." in back.log

    @pytest.mark.parametrize("write", range(5))
    def test_cut_off_after_any_write_the_same_command_ends_as_if_it_were_not(self, jobs: Caller, write: int) -> None:
        for content in (b"first", b"second", b"third"):
            image(jobs, content)
            well(jobs.run())
        operation, skip = _WRITES[write]
        jobs.fault(service="batch", operation=operation, kind="html", status=200, done=True, skip=skip, times=12)
        cut = jobs.run(command="rollback")
        jobs.control("DELETE", "faults")
        assert cut.status == (0 if write > 3 else 1), cut.log  # the last only notes that it is done
        again = well(jobs.run(command="rollback"), "rolled-back")
        for name in (jobs.server, f"{jobs.server}-longtime"):
            assert digest(jobs, active(jobs, name)[-1], name) == digest(jobs, 2, name), f"{cut.log}\n{again.log}"
        assert listed(jobs) == f"{jobs.server}:{active(jobs)[-1]}"
        well(jobs.run(command="rollback"), "rolled-back")
        assert digest(jobs, active(jobs)[-1]) == digest(jobs, 1)

    def test_the_endpoint_and_its_job_definitions_go_back_together_and_either_alone(self, caller: Caller) -> None:
        image(caller, b"first")
        first = well(caller.run())
        image(caller, b"second")
        second = well(caller.run())  # both
        caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
        third = well(caller.run())  # the endpoint alone
        with caller.infra_file.open("a", encoding="utf-8") as infra:
            infra.write("batch: {attempts: 4}\n")
        well(caller.run())  # the job definitions alone
        configs = [each.outputs["endpoint-config-name"] for each in (first, second, third)]
        assert (len(set(configs)), active(caller)) == (3, [1, 2, 3])

        def back() -> tuple[str, str]:
            ended = well(caller.run(command="rollback"), "rolled-back")
            assert listed(caller) == f"{caller.server}:{active(caller)[-1]}", ended.log
            return serves(caller), digest(caller, active(caller)[-1])

        assert (attempts(caller), serves(caller)) == (4, configs[2])
        assert (back(), attempts(caller)) == ((configs[2], second.outputs["image-digest"]), attempts(caller, 2))
        assert (back(), active(caller)) == ((configs[1], second.outputs["image-digest"]), [1, 2, 3, 4])
        assert back() == (configs[0], first.outputs["image-digest"])
        assert caller.run(command="rollback").codes == ["ACES-E007"]


_WRITES = [("TagResource", 0), ("TagResource", 1), ("RegisterJobDefinition", 0), ("RegisterJobDefinition", 1)]
_WRITES += [("TagResource", 2)]


def serves(caller: Caller) -> str:
    found = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)
    assert found["EndpointStatus"] == "InService"
    return str(found["EndpointConfigName"])


def attempts(caller: Caller, number: int | None = None) -> int:
    label = f"{caller.server}:{number or active(caller)[-1]}"
    [found] = caller.client("batch").describe_job_definitions(jobDefinitions=[label])["jobDefinitions"]
    return int(found["retryStrategy"]["attempts"])


class TestOtherCommands:
    def test_batch_alone_is_planned_stopped_started_shown_and_destroyed(self, jobs: Caller) -> None:
        planned = well(jobs.run(command="plan"), "planned")
        assert revisions(jobs) == {}, planned.log
        nothing = jobs.run(command="rollback")
        assert (nothing.status, nothing.codes) == (1, ["ACES-B010"]), nothing.log
        well(jobs.run())
        for command in ("stop", "start"):
            ended = well(jobs.run(command=command, language="ja"), "unchanged")
            assert "停止や再開は不要です" in ended.log
        jobs.control("POST", "jobs", {"outcome": "failed", "exit_code": 3, "reason": "::error::mine\x1b[31m"})
        batch = jobs.client("batch")
        job = batch.submit_job(jobName="one", jobQueue=jobs.server, jobDefinition=jobs.server)["jobId"]
        jobs.control("POST", "jobs/clock", {"seconds": 3600})
        shown = well(jobs.run(command="status"), "shown")
        status = json.loads(shown.outputs["status"])
        assert (status["stopped"], status["endpoints"]) == (False, [])
        standard = next(each for each in status["job-definitions"] if each["name"] == jobs.server)
        assert standard["queue"]["state"] == "ENABLED"
        assert [(each["revision"], each["serves"]) for each in standard["revisions"]] == [(1, True)]
        assert standard["revisions"][0]["served"]
        [told] = standard["jobs"]
        assert (told["id"], told["status"], told["exit-code"], told["revision"]) == (job, "FAILED", 3, 1)
        assert "\n::error::mine" not in shown.log
        assert "\x1b" not in shown.log + shown.summary + shown.outputs["status"]
        jobs.fault(service="batch", operation="ListJobs", kind="error", status=403, code="AccessDeniedException", times=None)
        without = well(jobs.run(command="status"), "shown")
        assert "The jobs could not be read." in without.log
        jobs.control("DELETE", "faults")
        by_hand = batch.describe_job_definitions(jobDefinitionName=jobs.server, status="ACTIVE")["jobDefinitions"][0]
        given = {key: by_hand[key] for key in ("jobDefinitionName", "type", "containerProperties")}
        other = batch.register_job_definition(**given)["jobDefinitionArn"]
        shown = well(jobs.run(command="status"), "shown")
        assert f"Jobs by this name run on {jobs.server}:2, which this action did not register." in shown.log
        standard = next(each for each in json.loads(shown.outputs["status"])["job-definitions"] if each["name"] == jobs.server)
        assert (standard["foreign-revision"], standard["revisions"][0]["serves"]) == (f"{jobs.server}:2", False)
        batch.deregister_job_definition(jobDefinition=other)

        refused = jobs.run(command="destroy")
        assert refused.codes == ["ACES-E009"]
        running = submit(jobs, jobs.server)
        destroyed = well(jobs.run(command="destroy", confirm="yes"), "destroyed")
        assert (active(jobs), active(jobs, f"{jobs.server}-longtime")) == ([1], [])
        assert f"stays: job {running} uses it" in destroyed.log
        assert "title=ACES-E034" in destroyed.log
        batch.terminate_job(jobId=running, reason="enough")
        jobs.control("POST", "jobs/clock", {"seconds": 3600})
        well(jobs.run(command="destroy", confirm="yes"), "destroyed")
        assert active(jobs) == []
        well(jobs.run(command="destroy", confirm="yes"), "unchanged")
        well(jobs.run())
        none = jobs.run(command="rollback")  # nothing goes back behind a destroy
        assert none.codes == ["ACES-B010"], none.log

    def test_a_failed_smoke_test_takes_the_endpoint_and_the_revisions_back(self, caller: Caller) -> None:
        test = {"smoke_test_path": "server/smoke-test/plate.png"}
        answer = '{"results": [{"label": "plate", "score": 1.0}]}'
        caller.control("POST", "answers", {"body": answer, "times": None})
        first = well(caller.run(**test))
        image(caller, b"second")
        caller.control("DELETE", "answers")
        caller.control("POST", "answers", {"status": 500, "body": "broken", "times": None})
        failed = caller.run(**test)
        caller.control("DELETE", "answers")
        assert failed.status == 1, failed.log
        assert (serves(caller), active(caller)) == (first.outputs["endpoint-config-name"], [1]), failed.log
        assert (arn(failed), listed(caller)) == (arn(first), f"{caller.server}:1")
