"""Batch: a job runs where an instance of its queue's environments can hold it, and waits for ever where none can."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from sandbox.aws.batch import Resources, registered
from sandbox.seed import make_job_queues
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

TOO_LARGE = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"


@pytest.mark.parametrize(
    ("instance_types", "asked", "reason"),
    [
        (("m5.xlarge",), {"VCPU": "4", "MEMORY": "15484"}, None),
        (("m5.xlarge",), {"VCPU": "4", "MEMORY": "15485"}, TOO_LARGE),
        (("m5.xlarge",), {"VCPU": "4", "MEMORY": "15564"}, TOO_LARGE),  # 95 % of what EC2 names
        (("m5.xlarge",), {"VCPU": "5", "MEMORY": "1024"}, TOO_LARGE),
        (("m5.xlarge",), {"VCPU": "1", "MEMORY": "1024", "GPU": "1"}, TOO_LARGE),
        (("g4dn.xlarge",), {"VCPU": "1", "MEMORY": "1024", "GPU": "1"}, None),
        (("m5.large", "m5.2xlarge"), {"VCPU": "4", "MEMORY": "15564"}, None),
        (("m5",), {"VCPU": "4", "MEMORY": "15564"}, None),
        (("optimal",), {"VCPU": "4", "MEMORY": "15564"}, None),
        (("optimal",), {"VCPU": "1", "MEMORY": "1024", "GPU": "1"}, TOO_LARGE),
        (("m5",), {"VCPU": "17", "MEMORY": "1024"}, "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"),
    ],
)
def test_a_job_that_no_instance_can_hold_stays_runnable_with_awss_reason(
    empty: Sandbox, session: boto3.Session, instance_types: tuple[str, ...], asked: dict[str, str], reason: str | None
) -> None:
    make_job_queues(empty, session, "server", instance_types)
    batch = session.client("batch", endpoint_url=empty.aws_url, config=CONFIG)
    needs: list[Any] = [{"type": kind, "value": value} for kind, value in asked.items()]
    batch.register_job_definition(
        jobDefinitionName="server",
        type="container",
        containerProperties={"image": "image", "resourceRequirements": needs},
    )
    job = batch.submit_job(jobName="job", jobQueue="server", jobDefinition="server")["jobId"]
    [described] = batch.describe_jobs(jobs=[job])["jobs"]
    if reason is None:
        assert (described["status"], "statusReason" in described) == ("SUCCEEDED", False)
    else:
        assert (described["status"], described["statusReason"].split(" - ")[0]) == ("RUNNABLE", reason)


@pytest.mark.usefixtures("seeded")
def test_what_a_job_overrides_counts(sandbox: Sandbox, session: boto3.Session) -> None:
    batch = session.client("batch", endpoint_url=sandbox.aws_url, config=CONFIG)
    batch.register_job_definition(
        jobDefinitionName="small",
        type="container",
        containerProperties={
            "image": "image",
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "1024"}],
        },
    )
    queue = batch.describe_job_queues()["jobQueues"][0]["jobQueueName"]
    job = batch.submit_job(
        jobName="job",
        jobQueue=queue,
        jobDefinition="small",
        containerOverrides={"resourceRequirements": [{"type": "MEMORY", "value": "15564"}]},
    )["jobId"]
    assert batch.describe_jobs(jobs=[job])["jobs"][0]["status"] == "RUNNABLE"


def test_a_type_that_nobody_has_measured_registers_less_than_ec2_names() -> None:
    assert registered("m8g.xlarge") == Resources(vcpus=4, memory=15205, gpus=0)
