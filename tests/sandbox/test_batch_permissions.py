"""What the calls about jobs need of IAM, and that the role of docs/iam has just that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.aws.policy import listed
from sandbox.seed import Seeded
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY
from tests.sandbox.conftest import SMALL

OURS = {"aces:managed-by": "aces-action", "aces:project": "number-plate-detection", "aces:env": "dev"}
NAME = "number-plate-detection-dev-algorithm-server"
ROLE = "number-plate-detection-dev-github-actions-role"
JOBS = "arn:aws:iam::123456789012:policy/number-plate-detection-dev-aces-jobs"
DEFINITION: dict[str, Any] = {
    "jobDefinitionName": NAME,
    "type": "container",
    "containerProperties": {"image": "image", "resourceRequirements": SMALL},
    "tags": OURS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The seeded role, which the sandbox holds to its policies, and an administrator."""

    url: str
    batch: Any
    logs: Any
    iam: Any
    administrator: Any

    def submit(self, **more: Any) -> str:
        request = {"jobName": "job", "jobQueue": NAME, "jobDefinition": NAME, "tags": OURS, **more}
        job: str = self.batch.submit_job(**request)["jobId"]
        return job

    def stream(self, job: str) -> str:
        """The job's log stream, once it has run."""
        requests.post(f"{self.url}/_sandbox/jobs/clock", json={"seconds": 10}, timeout=5).raise_for_status()
        [described] = self.batch.describe_jobs(jobs=[job])["jobs"]
        name: str = described["container"]["logStreamName"]
        return name

    def read(self, stream: str) -> Any:
        return self.logs.get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)

    def statements(self) -> list[dict[str, Any]]:
        version = self.iam.get_policy(PolicyArn=JOBS)["Policy"]["DefaultVersionId"]
        document = self.iam.get_policy_version(PolicyArn=JOBS, VersionId=version)["PolicyVersion"]["Document"]
        statements: list[dict[str, Any]] = document["Statement"]
        return statements

    def lose(self, sid: str) -> None:
        """From now on the role lacks one statement."""
        statements = [each for each in self.statements() if each["Sid"] != sid]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.iam.create_policy_version(PolicyArn=JOBS, PolicyDocument=document, SetAsDefault=True)


@pytest.fixture
def worker(empty: Sandbox, seeded: Seeded, session: boto3.Session, control: Callable[..., Any]) -> Iterator[Worker]:
    token = empty.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com")
    sts = session.client("sts", endpoint_url=empty.aws_url)
    keys = sts.assume_role_with_web_identity(RoleArn=seeded.role_arn, RoleSessionName="test", WebIdentityToken=token)[
        "Credentials"
    ]
    role: Any = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], session.region_name)
    control("permissions", enforced=True)
    yield Worker(
        url=empty.aws_url,
        batch=role.client("batch", endpoint_url=empty.aws_url),
        logs=role.client("logs", endpoint_url=empty.aws_url),
        iam=session.client("iam", endpoint_url=empty.aws_url),
        administrator=session.client("batch", endpoint_url=empty.aws_url),
    )
    control("permissions", enforced=False)


def denied(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    message: str = caught.value.response["Error"]["Message"]
    return message


def test_all_of_the_policy_is_used_to_run_jobs_and_to_take_a_revision_back(worker: Worker) -> None:
    revision = worker.batch.register_job_definition(**DEFINITION)["jobDefinitionArn"]
    job = worker.submit(jobDefinition=revision)
    worker.batch.list_jobs(jobQueue=NAME)
    worker.read(worker.stream(job))
    worker.batch.terminate_job(jobId=job, reason="enough")
    worker.batch.deregister_job_definition(jobDefinition=revision)
    used = requests.get(f"{worker.url}/_sandbox/permissions", timeout=5).json()["used"]
    for statement in (each for each in worker.statements() if "LogGroups" not in each["Sid"]):  # tests/batch/test_permissions.py
        grants = [each for each in used if each["sid"] == statement["Sid"]]
        assert {each["action"] for each in grants} == set(listed(statement["Action"])), statement["Sid"]
        # log groups of the jobs' own: tests/end_to_end/test_permissions.py
        resources = {each for each in listed(statement["Resource"]) if ":log-group:/aws/batch/number" not in each}
        assert {each["resource"] for each in grants} == resources, statement["Sid"]


@pytest.mark.parametrize(
    ("sid", "action"),
    [
        ("BatchSubmit", "batch:SubmitJob"),
        ("BatchSubmitTags", "batch:TagResource"),
        ("BatchStop", "batch:TerminateJob"),
        ("BatchJobs", "batch:DescribeJobs"),
        ("BatchLogs", "logs:GetLogEvents"),
        ("BatchDeregister", "batch:DeregisterJobDefinition"),
    ],
)
def test_each_statement_is_missed_by_name(worker: Worker, sid: str, action: str) -> None:
    worker.batch.register_job_definition(**DEFINITION)
    job = worker.submit()
    stream = worker.stream(job)
    calls: dict[str, Callable[[], Any]] = {
        "BatchSubmit": worker.submit,
        "BatchSubmitTags": worker.submit,
        "BatchStop": partial(worker.batch.terminate_job, jobId=job, reason="enough"),
        "BatchJobs": partial(worker.batch.describe_jobs, jobs=[job]),
        "BatchLogs": partial(worker.read, stream),
        "BatchDeregister": partial(worker.batch.deregister_job_definition, jobDefinition=f"{NAME}:1"),
    }
    worker.lose(sid)
    assert f"is not authorized to perform: {action}" in denied(calls[sid])


def test_what_is_not_ours_is_out_of_reach(worker: Worker) -> None:
    worker.administrator.register_job_definition(**{**DEFINITION, "tags": {"owner": "others"}})
    worker.administrator.register_job_definition(**{**DEFINITION, "jobDefinitionName": "others"})
    theirs = worker.administrator.submit_job(jobName="job", jobQueue=NAME, jobDefinition="others")["jobId"]
    queue = "arn:aws:batch:ap-northeast-1:123456789012:job-queue/others"
    calls: list[Callable[[], Any]] = [
        partial(worker.submit, tags={}),
        partial(worker.submit, tags={**OURS, "aces:env": "production"}),
        partial(worker.submit, jobDefinition="others"),
        partial(worker.submit, jobQueue=queue),
        partial(worker.batch.terminate_job, jobId=theirs, reason="enough"),
        partial(worker.batch.cancel_job, jobId=theirs, reason="enough"),
        partial(worker.batch.deregister_job_definition, jobDefinition=f"{NAME}:1"),
        partial(worker.batch.deregister_job_definition, jobDefinition="others:1"),
        partial(worker.batch.tag_resource, resourceArn=f"arn:aws:batch:ap-northeast-1:123456789012:job-queue/{NAME}", tags=OURS),
        partial(worker.batch.update_job_queue, jobQueue=NAME, state="DISABLED"),
        partial(worker.read, "others/default/0"),
    ]
    for call in calls:
        assert "is not authorized to perform" in denied(call)
