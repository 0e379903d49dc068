"""Which revisions jobs under way use, as Batch tells it."""

from __future__ import annotations

from typing import Any

from aces_action.resources.batch.usage import read_use
from tests.conftest import Caller


def test_a_job_is_counted_once_although_it_may_be_seen_in_two_states(caller: Caller) -> None:
    batch = caller.client("batch")
    container = {"image": "i", "resourceRequirements": [{"type": kind, "value": "128"} for kind in ("VCPU", "MEMORY")]}
    definition = {"jobDefinitionName": caller.server, "type": "container", "containerProperties": container}
    arn = batch.register_job_definition(**definition)["jobDefinitionArn"]
    caller.control("POST", "jobs", {"outcome": "no-capacity"})
    job = batch.submit_job(jobName="one", jobQueue=caller.server, jobDefinition=arn)["jobId"]
    try:
        assert list(read_use(batch).of(arn)) == [job]
    finally:
        batch.terminate_job(jobId=job, reason="enough")


def test_queues_of_sagemakers_training_jobs_have_no_jobs_that_use_a_definition(caller: Caller) -> None:
    """ListJobs is not for them (botocore: ListServiceJobs), so a refusal would keep every revision for ever."""
    batch = caller.client("batch")

    def of_training(parsed: dict[str, Any], **_: Any) -> None:
        for queue in parsed["jobQueues"]:
            queue["jobQueueType"] = "SAGEMAKER_TRAINING"

    batch.meta.events.register("after-call.batch.DescribeJobQueues", of_training)
    caller.fault(service="batch", operation="ListJobs", kind="error", status=400, code="ClientException", times=None)
    try:
        assert not read_use(batch).unclear
    finally:
        caller.control("DELETE", "faults")
