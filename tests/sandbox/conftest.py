from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.seed import Seeded, admin_session, make_job_queues, seed
from sandbox.server import Sandbox

# One attempt: these tests want to see what the sandbox answers, not what botocore makes of it.
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=5)

SMALL = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "1024"}]


class Queue:
    """A queue `server` with one environment, and a definition of that name."""

    def __init__(self, sandbox: Sandbox, session: boto3.Session, *instance_types: str) -> None:
        make_job_queues(sandbox, session, "server", instance_types or ("m5.xlarge",))
        self.batch: Any = session.client("batch", endpoint_url=sandbox.aws_url, config=CONFIG)
        self.logs: Any = session.client("logs", endpoint_url=sandbox.aws_url, config=CONFIG)
        self.s3: Any = session.client("s3", endpoint_url=sandbox.aws_url, config=CONFIG)
        self._url = sandbox.aws_url

    def register(self, container: dict[str, Any] | None = None, **more: Any) -> str:
        properties = {"image": "image", "resourceRequirements": SMALL, **(container or {})}
        request = {"jobDefinitionName": "server", "type": "container", "containerProperties": properties, **more}
        arn: str = self.batch.register_job_definition(**request)["jobDefinitionArn"]
        return arn

    def submit(self, **more: Any) -> str:
        request = {"jobName": "job", "jobQueue": "server", "jobDefinition": "server", **more}
        job: str = self.batch.submit_job(**request)["jobId"]
        return job

    def describe(self, job: str) -> dict[str, Any]:
        [described] = self.batch.describe_jobs(jobs=[job])["jobs"]
        found: dict[str, Any] = described
        return found

    def ahead(self, seconds: float) -> None:
        requests.post(f"{self._url}/_sandbox/jobs/clock", json={"seconds": seconds}, timeout=5).raise_for_status()

    def over(self, job: str) -> dict[str, Any]:
        """Once it is over, or stuck: an hour later."""
        self.ahead(3600)
        return self.describe(job)

    def ended(self, job: str) -> dict[str, Any]:
        """Once it is over, in real time."""
        end = time.monotonic() + 30
        while (described := self.describe(job))["status"] not in {"SUCCEEDED", "FAILED"} and time.monotonic() < end:
            time.sleep(0.02)
        return described

    def lines(self, stream: str, group: str = "/aws/batch/job") -> list[str]:
        found = self.logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
        return [event["message"] for event in found["events"]]


def refusal(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    assert error["Code"] == "ClientException"
    message: str = error["Message"]
    return message


@pytest.fixture
def empty(sandbox: Sandbox) -> Sandbox:
    """The sandbox of this process, emptied: nothing in AWS, no faults, no calls."""
    requests.post(f"{sandbox.aws_url}/_sandbox/reset", timeout=5).raise_for_status()
    requests.delete(f"{sandbox.oidc_url}/_control", timeout=5).raise_for_status()
    return sandbox


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all: botocore reads its models once per session."""
    return admin_session()


@pytest.fixture
def seeded(empty: Sandbox) -> Seeded:
    return seed(empty, project="number-plate-detection", env="dev")


@pytest.fixture
def control(sandbox: Sandbox) -> Callable[..., Any]:
    """`control("faults", kind="throttle")` posts to /_sandbox/faults."""

    def post(route: str, **wish: object) -> None:
        answer = requests.post(f"{sandbox.aws_url}/_sandbox/{route}", json=wish, timeout=5)
        assert answer.ok, answer.text

    return post


@pytest.fixture
def queue(empty: Sandbox, session: boto3.Session) -> Queue:
    return Queue(empty, session)
