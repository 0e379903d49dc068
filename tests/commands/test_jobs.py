"""Job definitions as a workflow changes them: generations, taken back, cleaned up, brought back, destroyed. Through entrypoint.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

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


def digest(caller: Caller, number: int) -> str:
    [found] = caller.client("batch").describe_job_definitions(jobDefinitions=[f"{caller.server}:{number}"])["jobDefinitions"]
    return str(found["containerProperties"]["image"]).partition("@")[2]


def listed(caller: Caller) -> str:
    (service,) = caller.listed().values()
    return str(service["server"]["async"]["job_definition_arn"]).rpartition("/")[2]


def submit(caller: Caller, definition: str, **more: Any) -> str:
    """A job that goes on for hours."""
    caller.control("POST", "jobs", {"running_seconds": 3600, **more})
    batch = caller.client("batch")
    queue = batch.describe_job_queues()["jobQueues"]
    [own] = [each["jobQueueName"] for each in queue if each["jobQueueName"] == caller.server]
    job: str = batch.submit_job(jobName="somebodys", jobQueue=own, jobDefinition=definition)["jobId"]
    return job


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
