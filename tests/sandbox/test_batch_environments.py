"""Compute environments and job queues in the sandbox: what may be changed, what is told, and limits on stuck jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox
from tests.sandbox.conftest import Queue, refusal

Control = Callable[..., Any]


def environment(queue: Queue, name: str = "server") -> dict[str, Any]:
    [found] = queue.batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    told: dict[str, Any] = found
    return told


def update(queue: Queue, **resources: Any) -> Callable[[], Any]:
    def call() -> Any:
        return queue.batch.update_compute_environment(computeEnvironment="server", computeResources=resources)

    return call


def new(queue: Queue, **resources: Any) -> dict[str, Any]:
    """A request for another environment like this one."""
    old = environment(queue)["computeResources"]
    kept = {key: value for key, value in old.items() if key not in {"desiredvCpus", "ec2Configuration"}}
    return {"computeEnvironmentName": "new", "type": "MANAGED", "computeResources": {**kept, **resources}}


class TestEnvironments:
    def test_one_is_told_with_what_batch_has_added(self, queue: Queue) -> None:
        told = environment(queue)
        assert (told["status"], told["containerOrchestrationType"]) == ("VALID", "ECS")
        assert told["serviceRole"].endswith("role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch")
        assert told["computeResources"]["allocationStrategy"] == "BEST_FIT_PROGRESSIVE"
        assert told["computeResources"]["ec2Configuration"] == [{"imageType": "ECS_AL2023"}]
        queue.register()
        queue.over(queue.submit())
        [image] = environment(queue)["computeResources"]["ec2Configuration"]
        assert image["batchImageStatus"] == "LATEST"  # it has started an instance

    def test_one_of_gpus_alone_has_the_image_for_them(self, queue: Queue) -> None:
        queue.batch.create_compute_environment(**new(queue, instanceTypes=["g4dn"]))
        assert environment(queue, "new")["computeResources"]["ec2Configuration"] == [{"imageType": "ECS_AL2023_NVIDIA"}]

    def test_bundles_of_batch_are_known_and_amazon_linux_2_is_over(self, queue: Queue) -> None:
        queue.batch.create_compute_environment(**new(queue, instanceTypes=["default_arm64"]))
        assert environment(queue, "new")["computeResources"]["instanceTypes"] == ["default_arm64"]
        request = new(queue, ec2Configuration=[{"imageType": "ECS_AL2"}])
        assert "ECS_AL2 is no longer supported" in refusal(queue.batch.create_compute_environment, **request)
        assert "does not exist" in refusal(queue.batch.create_compute_environment, **new(queue, instanceTypes=["m99"]))

    def test_what_stands_since_long_is_set_up_by_control(self, queue: Queue, control: Control, sandbox: Sandbox) -> None:
        resources = {"ec2Configuration": [{"imageType": "ECS_AL2"}], "allocationStrategy": None}
        control(
            "environments", name="server", image_status="UPDATE_AVAILABLE", resources=resources, status="INVALID", reason="gone"
        )
        told = environment(queue)
        assert (told["status"], told["statusReason"]) == ("INVALID", "gone")
        assert told["computeResources"]["ec2Configuration"] == [{"imageType": "ECS_AL2", "batchImageStatus": "UPDATE_AVAILABLE"}]
        assert "allocationStrategy" not in told["computeResources"]
        queue.register()
        assert queue.over(queue.submit())["statusReason"] == "ACTION_REQUIRED - CE(s) associated with the job queue are invalid."
        url = f"{sandbox.aws_url}/_sandbox/environments"
        assert requests.post(url, json={"name": "none"}, timeout=5).status_code == 404
        assert requests.post(url, json={"name": "server", "mood": "good"}, timeout=5).status_code == 400

    def test_one_is_updated_in_place(self, queue: Queue) -> None:
        policy = {"terminateJobsOnUpdate": False, "jobExecutionTimeoutMinutes": 60}
        update(queue, maxvCpus=32, instanceTypes=["m5.2xlarge"])()
        queue.batch.update_compute_environment(computeEnvironment="server", updatePolicy=policy)
        told = environment(queue)
        assert (told["computeResources"]["maxvCpus"], told["computeResources"]["instanceTypes"]) == (32, ["m5.2xlarge"])
        assert told["updatePolicy"] == policy

    def test_without_the_linked_role_or_with_best_fit_only_its_size_is_changed(self, queue: Queue, control: Control) -> None:
        control("environments", name="server", resources={"allocationStrategy": None})
        assert "BEST_FIT" in refusal(update(queue, instanceTypes=["c5"]))
        control("environments", name="server", service_role="arn:aws:iam::123456789012:role/own")
        assert "can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role" in refusal(
            update(queue, instanceTypes=["c5"])
        )
        update(queue, minvCpus=1, maxvCpus=8)()
        linked = "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        request = {"computeEnvironment": "server", "serviceRole": linked}
        assert "each other's place" in refusal(queue.batch.update_compute_environment, **request)

    def test_one_in_use_is_not_deleted(self, queue: Queue) -> None:
        delete = queue.batch.delete_compute_environment
        assert "state must be disabled" in refusal(delete, computeEnvironment="server")
        queue.batch.update_compute_environment(computeEnvironment="server", state="DISABLED")
        assert refusal(delete, computeEnvironment="server") == "Cannot delete, found existing JobQueue relationship"
        queue.batch.update_job_queue(jobQueue="server", state="DISABLED")
        queue.batch.delete_job_queue(jobQueue="server")
        delete(computeEnvironment="server")
        assert queue.batch.describe_compute_environments(computeEnvironments=["server"])["computeEnvironments"] == []

    def test_there_are_at_most_fifty_of_each(self, queue: Queue) -> None:
        request = new(queue)
        for number in range(48):
            queue.batch.create_compute_environment(**{**request, "computeEnvironmentName": f"new{number}"})
        assert "limit" in refusal(queue.batch.create_compute_environment, **request)
        order = [{"order": 1, "computeEnvironment": "server"}]
        for number in range(48):
            queue.batch.create_job_queue(jobQueueName=f"new{number}", priority=1, computeEnvironmentOrder=order)
        assert "limit" in refusal(queue.batch.create_job_queue, jobQueueName="new", priority=1, computeEnvironmentOrder=order)


class TestLimits:
    def limit(self, queue: Queue, **more: Any) -> None:
        action = {
            "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
            "state": "RUNNABLE",
            "maxTimeSeconds": 600,
            "action": "CANCEL",
        }
        queue.batch.update_job_queue(jobQueue="server", jobStateTimeLimitActions=[{**action, **more}])

    @pytest.mark.parametrize(
        "more", [{"maxTimeSeconds": 599}, {"maxTimeSeconds": 86401}, {"reason": "UNDETERMINED"}, {"action": "TERMINATE"}]
    )
    def test_a_limit_that_batch_does_not_know_is_refused(self, queue: Queue, more: dict[str, Any]) -> None:
        assert refusal(self.limit, queue=queue, **more)

    def test_a_job_that_is_stuck_for_longer_is_cancelled_and_the_next_one_runs(self, queue: Queue) -> None:
        self.limit(queue)
        queue.register()
        large = {"resourceRequirements": [{"type": "MEMORY", "value": "999999"}]}
        stuck, next_one = queue.submit(containerOverrides=large), queue.submit()
        queue.ahead(599)
        assert [queue.describe(job)["status"] for job in (stuck, next_one)] == ["RUNNABLE", "RUNNABLE"]
        queue.ahead(10)
        described = queue.describe(stuck)
        assert (described["status"], described["attempts"]) == ("FAILED", [])
        assert described["statusReason"] == (
            "Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
        )
        assert queue.over(next_one)["status"] == "SUCCEEDED"

    def test_a_limit_for_another_reason_does_nothing(self, queue: Queue) -> None:
        self.limit(queue, reason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")
        queue.register()
        large = {"resourceRequirements": [{"type": "MEMORY", "value": "999999"}]}
        assert queue.over(queue.submit(containerOverrides=large))["status"] == "RUNNABLE"

    def test_a_queue_tells_its_limits(self, queue: Queue) -> None:
        self.limit(queue)
        [told] = queue.batch.describe_job_queues(jobQueues=["server"])["jobQueues"]
        assert [each["maxTimeSeconds"] for each in told["jobStateTimeLimitActions"]] == [600]
        assert (told["statusReason"], told["jobQueueType"]) == ("JobQueue Healthy", "ECS")
