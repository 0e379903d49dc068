"""Batch: jobs go from status to status, wait for room, fail, are tried again, and write their logs."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests

from sandbox.aws.batch import Resources, registered
from sandbox.seed import admin_session, push_image
from sandbox.server import Sandbox
from tests.sandbox.conftest import Queue, refusal

Control = Callable[..., Any]
TOO_LARGE = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class TestRoom:
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
        self, empty: Sandbox, session: boto3.Session, instance_types: tuple[str, ...], asked: dict[str, str], reason: str | None
    ) -> None:
        queue = Queue(empty, session, *instance_types)
        queue.register({"resourceRequirements": [{"type": kind, "value": value} for kind, value in asked.items()]})
        described = queue.over(queue.submit())
        if reason is None:
            assert described["status"] == "SUCCEEDED"
        else:
            assert (described["status"], described["statusReason"].split(" - ")[0]) == ("RUNNABLE", reason)

    def test_what_a_job_overrides_counts(self, queue: Queue) -> None:
        queue.register()
        more = {"resourceRequirements": [{"type": "MEMORY", "value": "15564"}]}
        assert queue.over(queue.submit(containerOverrides=more))["status"] == "RUNNABLE"

    def test_a_blocked_job_blocks_those_behind_it_until_it_is_cancelled(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", outcome="no-capacity")
        first, second = queue.submit(), queue.submit()
        described = queue.over(first)
        words = "Service cannot fulfill the capacity requested for instance type [m5.xlarge]"
        assert described["statusReason"] == f"CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - {words}"
        assert (queue.describe(second)["status"], "statusReason" in queue.describe(second)) == ("RUNNABLE", False)
        queue.batch.cancel_job(jobId=first, reason="enough")
        described = queue.describe(first)
        assert (described["status"], described["statusReason"], described["isCancelled"]) == ("FAILED", "enough", True)
        assert queue.over(second)["status"] == "SUCCEEDED"

    def test_a_shortage_may_end(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", outcome="no-capacity", queued_seconds=100)
        job = queue.submit()
        queue.ahead(50)
        assert queue.describe(job)["statusReason"].startswith("CAPACITY:")
        assert queue.over(job)["status"] == "SUCCEEDED"

    def test_a_disabled_environment_leaves_jobs_where_they_are(self, queue: Queue) -> None:
        queue.register()
        queue.batch.update_compute_environment(computeEnvironment="server", state="DISABLED")
        job = queue.submit()
        described = queue.over(job)
        assert (described["status"], described["statusReason"].split(" - ")[0]) == ("RUNNABLE", "UNDETERMINED")
        queue.batch.update_compute_environment(computeEnvironment="server", state="ENABLED")
        queue.describe(job)
        assert queue.over(job)["status"] == "SUCCEEDED"

    def test_a_full_environment_lets_one_in_after_the_other(self, queue: Queue, control: Control) -> None:
        queue.register({"resourceRequirements": [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "1024"}]})
        control("jobs", starting_seconds=100, running_seconds=1000, times=None)
        jobs = [queue.submit() for _ in range(5)]  # 16 vCPUs hold four
        queue.ahead(200)
        assert [queue.describe(job)["status"] for job in jobs] == ["RUNNING"] * 4 + ["RUNNABLE"]
        assert "statusReason" not in queue.describe(jobs[-1])
        queue.ahead(1000)
        assert [queue.describe(job)["status"] for job in jobs] == ["SUCCEEDED"] * 4 + ["STARTING"]

    def test_a_type_that_nobody_has_measured_registers_less_than_ec2_names(self) -> None:
        assert registered("m8g.xlarge") == Resources(vcpus=4, memory=15205, gpus=0)


class TestLife:
    def test_a_job_goes_through_its_states_in_real_time(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", queued_seconds=0.7, starting_seconds=0.7, running_seconds=0.7)
        job, seen = queue.submit(), list[str]()
        end = time.monotonic() + 10
        while (not seen or seen[-1] not in {"SUCCEEDED", "FAILED"}) and time.monotonic() < end:
            status = queue.describe(job)["status"]
            seen += [status] if seen[-1:] != [status] else []
            time.sleep(0.005)
        # who is slow misses the first: it takes 20 ms
        assert [status for status in seen if status != "SUBMITTED"] == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]

    def test_times_exit_code_and_stream_are_told_once_they_are_known(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", queued_seconds=10, starting_seconds=20, running_seconds=30)
        job = queue.submit(tags={"a": "b"})
        new = queue.describe(job)
        assert new["status"] in {"SUBMITTED", "RUNNABLE"}
        assert (new["attempts"], new["tags"]) == ([], {"a": "b"})
        assert {"startedAt", "stoppedAt", "statusReason"} & new.keys() == set()
        queue.ahead(11)
        starting = queue.describe(job)
        assert (starting["status"], "taskArn" in starting["container"], "logStreamName" in starting["container"]) == (
            "STARTING",
            True,
            False,
        )
        queue.ahead(20)
        running = queue.describe(job)
        assert (running["status"], running["container"]["logStreamName"].split("/")[:2]) == ("RUNNING", ["server", "default"])
        ended = queue.over(job)
        assert (ended["status"], ended["statusReason"]) == ("SUCCEEDED", "Essential container in task exited")
        assert ended["stoppedAt"] - ended["startedAt"] == pytest.approx(30000, abs=2)
        assert ended["startedAt"] - ended["createdAt"] == pytest.approx(30020, abs=2)
        [attempt] = ended["attempts"]
        assert attempt["container"]["exitCode"] == ended["container"]["exitCode"] == 0
        assert attempt["container"]["logStreamName"] == running["container"]["logStreamName"]

    @pytest.mark.parametrize(
        ("outcome", "status_reason", "reason", "exit_code"),
        [
            ("failed", "Essential container in task exited", None, 1),
            ("oom", "Essential container in task exited", "OutOfMemoryError: Container killed due to memory usage", 137),
            ("timeout", "Job attempt duration exceeded timeout", None, 137),
            ("image-pull", "Task failed to start", "CannotPullContainerError: Error response from daemon: manifest for", None),
            ("image-timeout", "Task failed to start", "CannotPullContainerError: Error response from daemon: Get", None),
            ("start-error", "Task failed to start", "CannotStartContainerError: Error response from daemon:", None),
            ("secret", "Task failed to start", "ResourceInitializationError: unable to pull secrets", None),
            ("role", "ECS was unable to assume the role 'arn:aws:iam::", None, None),
            ("host-lost", "Host EC2 (instance i-", None, None),
            ("spot-lost", "Host EC2 (instance i-", None, None),
        ],
    )
    def test_a_failure_is_told_in_awss_words(
        self, queue: Queue, control: Control, outcome: str, status_reason: str, reason: str | None, exit_code: int | None
    ) -> None:
        queue.register()
        control("jobs", outcome=outcome)
        described = queue.over(queue.submit())
        [attempt] = described["attempts"]
        assert described["status"] == "FAILED"
        assert described["statusReason"].startswith(status_reason)
        assert attempt["statusReason"] == described["statusReason"]
        assert described["container"].get("exitCode") == attempt["container"].get("exitCode") == exit_code
        assert described["container"].get("reason", "").startswith(reason or "") and (reason is None) == (
            "reason" not in described["container"]
        )

    def test_attempts_go_each_their_own_way(self, queue: Queue, control: Control) -> None:
        rules = [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}]
        queue.register(retryStrategy={"attempts": 5, "evaluateOnExit": rules})
        control("jobs", attempts=[{"outcome": "spot-lost"}, {"outcome": "failed", "exit_code": 3}])
        described = queue.over(queue.submit())
        assert described["status"] == "FAILED"
        assert [each["container"].get("exitCode") for each in described["attempts"]] == [None, 3]
        assert len({each["container"]["logStreamName"] for each in described["attempts"]}) == 2

    def test_a_job_runs_out_of_its_own_time(self, queue: Queue, control: Control) -> None:
        queue.register(timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3})
        control("jobs", running_seconds=120)
        described = queue.over(queue.submit())
        assert (described["statusReason"], len(described["attempts"])) == ("Job attempt duration exceeded timeout", 1)
        assert described["stoppedAt"] - described["startedAt"] == pytest.approx(60000, abs=2)

    def test_a_terminated_job_still_runs_for_a_moment(self, queue: Queue, control: Control) -> None:
        queue.register(retryStrategy={"attempts": 3})
        control("jobs", running_seconds=1000)
        job = queue.submit()
        queue.ahead(10)
        queue.batch.cancel_job(jobId=job, reason="of no use now")
        queue.batch.terminate_job(jobId=job, reason="enough")
        described = queue.describe(job)
        assert (described["status"], described["isTerminated"], described["isCancelled"]) == ("RUNNING", True, False)
        described = queue.over(job)
        assert (described["status"], described["statusReason"], described["container"]["exitCode"]) == ("FAILED", "enough", 137)

    def test_a_job_waits_for_those_that_it_depends_on_and_fails_with_them(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", outcome="failed", running_seconds=100)
        first = queue.submit()
        second = queue.submit(dependsOn=[{"jobId": first}])
        queue.ahead(50)
        assert queue.describe(second)["status"] == "PENDING"
        described = queue.over(second)
        assert (described["status"], described["statusReason"]) == ("FAILED", "Dependent Job failed")

    def test_more_than_fifty_tags_together_fail_the_job(self, queue: Queue) -> None:
        queue.register(tags={f"d{number}": "" for number in range(30)}, propagateTags=True)
        tags = {f"j{number}": "" for number in range(21)}
        assert queue.over(queue.submit(tags=tags))["status"] == "FAILED"
        assert queue.over(queue.submit(tags=tags, propagateTags=False))["status"] == "SUCCEEDED"

    def test_lists_are_by_status_or_by_one_filter(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", outcome="stuck-starting")
        stuck, done = queue.submit(jobName="First"), queue.submit(jobName="second")
        queue.ahead(10)

        def listed(**more: Any) -> list[str]:
            return [each["jobId"] for each in queue.batch.list_jobs(jobQueue="server", **more)["jobSummaryList"]]

        assert (listed(), listed(jobStatus="STARTING"), listed(jobStatus="SUCCEEDED")) == ([], [stuck], [done])
        assert listed(filters=[{"name": "JOB_NAME", "values": ["fi*"]}]) == [stuck]
        assert listed(filters=[{"name": "JOB_DEFINITION", "values": ["server"]}]) == [done, stuck]
        page = queue.batch.list_jobs(jobQueue="server", filters=[{"name": "JOB_DEFINITION", "values": ["server"]}], maxResults=1)
        assert listed(filters=[{"name": "JOB_DEFINITION", "values": ["server"]}], nextToken=page["nextToken"]) == [stuck]


class TestLogs:
    def test_lines_come_one_by_one_and_some_come_late(self, queue: Queue, control: Control) -> None:
        queue.register()
        control(
            "jobs", log=["one", "two", "three"], running_seconds=400, log_delay_seconds=5, queued_seconds=0, starting_seconds=0
        )
        job = queue.submit()
        queue.ahead(201)
        stream = queue.describe(job)["container"]["logStreamName"]
        assert queue.lines(stream) == ["one"]
        queue.ahead(5)
        assert queue.lines(stream) == ["one", "two"]
        queue.ahead(198)
        assert (queue.describe(job)["status"], queue.lines(stream)) == ("SUCCEEDED", ["one", "two", "three"])

    def test_a_group_that_is_not_there_keeps_the_container_from_starting(self, queue: Queue) -> None:
        options = {"awslogs-group": "/mine", "awslogs-stream-prefix": "jobs"}
        queue.register({"logConfiguration": {"logDriver": "awslogs", "options": options}})
        described = queue.over(queue.submit())
        assert described["statusReason"] == "Task failed to start"
        assert described["container"]["reason"].endswith("ResourceNotFoundException: The specified log group does not exist.")
        queue.logs.create_log_group(logGroupName="/mine")
        described = queue.over(queue.submit())
        assert (described["status"], described["container"]["logStreamName"].split("/")[:2]) == ("SUCCEEDED", ["jobs", "default"])

    def test_a_group_is_made_where_that_is_asked_for(self, queue: Queue, control: Control) -> None:
        options = {"awslogs-group": "/mine", "awslogs-create-group": "true"}
        queue.register({"logConfiguration": {"logDriver": "awslogs", "options": options}})
        control("jobs", log=["hello"])
        described = queue.over(queue.submit())
        assert queue.lines(described["container"]["logStreamName"], "/mine") == ["hello"]


class TestPrograms:
    def test_a_program_plays_the_container(self, queue: Queue, control: Control) -> None:
        queue.s3.create_bucket(Bucket="mine", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        source = (
            "import boto3, os; print('job', os.environ['AWS_BATCH_JOB_ID'], os.environ['AWS_BATCH_JOB_ATTEMPT'], flush=True);"
            "boto3.client('s3').put_object(Bucket='mine', Key=os.environ['KEY'], Body=os.environ['AWS_BATCH_JQ_NAME']); exit(7)"
        )
        queue.register({"environment": [{"name": "KEY", "value": "old"}]})
        control("jobs", program=[sys.executable, "-c", source])
        job = queue.submit(containerOverrides={"environment": [{"name": "KEY", "value": "new"}]})
        described = queue.ended(job)
        assert (described["status"], described["container"]["exitCode"]) == ("FAILED", 7)
        assert queue.lines(described["container"]["logStreamName"]) == [f"job {job} 1"]
        assert queue.s3.get_object(Bucket="mine", Key="new")["Body"].read() == b"server"

    def test_a_program_ends_with_its_job(self, queue: Queue, control: Control) -> None:
        queue.register()
        control(
            "jobs", program=[sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"], starting_seconds=0
        )
        job, end = queue.submit(), time.monotonic() + 20
        while (described := queue.describe(job))["status"] != "RUNNING" and time.monotonic() < end:
            time.sleep(0.02)
        queue.batch.terminate_job(jobId=job, reason="enough")
        time.sleep(0.1)
        described = queue.describe(job)
        assert (described["status"], described["container"]["exitCode"]) == ("FAILED", 137)

    def test_a_program_that_is_not_there_fails(self, queue: Queue, control: Control) -> None:
        queue.register()
        control("jobs", program=["/no/such/program"])
        described = queue.over(queue.submit())
        described = queue.over(described["jobId"])
        assert (described["status"], described["container"]["exitCode"]) == ("FAILED", 127)


class TestStart:
    """What the ECS agent fetches for a container, under the execution role."""

    ROLE = "arn:aws:iam::123456789012:role/execution"
    IMAGE = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/server"

    def allow(self, sandbox: Sandbox, session: boto3.Session, *actions: str, service: str = "ecs-tasks") -> None:
        """Makes the execution role, or gives it other permissions."""
        iam: Any = session.client("iam", endpoint_url=sandbox.aws_url)
        trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(RoleName="execution", AssumeRolePolicyDocument=document(trust))
        statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*"}
        iam.put_role_policy(RoleName="execution", PolicyName="p", PolicyDocument=document(statement))

    def test_a_role_that_is_not_there_or_not_for_tasks_fails_the_job(
        self, queue: Queue, sandbox: Sandbox, session: boto3.Session
    ) -> None:
        queue.register({"executionRoleArn": self.ROLE})
        assert f"unable to assume the role '{self.ROLE}'" in queue.over(queue.submit())["statusReason"]
        self.allow(sandbox, session, "logs:*", service="sagemaker")
        assert f"unable to assume the role '{self.ROLE}'" in queue.over(queue.submit())["statusReason"]

    def test_an_image_has_to_be_there_and_allowed(self, queue: Queue, sandbox: Sandbox, session: boto3.Session) -> None:
        self.allow(sandbox, session, "logs:*")
        queue.register({"executionRoleArn": self.ROLE, "image": self.IMAGE})

        def reason() -> str:
            return str(queue.over(queue.submit())["container"].get("reason"))

        assert reason().endswith("is not authorized to perform: ecr:GetAuthorizationToken on resource: *")
        self.allow(sandbox, session, "logs:*", "ecr:GetAuthorizationToken")
        assert "is not authorized to perform: ecr:BatchGetImage" in reason()
        self.allow(sandbox, session, "logs:*", "ecr:*")
        assert "not found: manifest unknown" in reason()
        push_image(sandbox, session, repository="server", tag="latest")
        assert reason() == "None"

    def test_logs_are_written_under_the_execution_role(self, queue: Queue, sandbox: Sandbox, session: boto3.Session) -> None:
        self.allow(sandbox, session, "ecr:*")
        queue.register({"executionRoleArn": self.ROLE})
        assert "create Cloudwatch log stream: AccessDeniedException" in queue.over(queue.submit())["container"]["reason"]
        options = {"awslogs-group": "/mine", "awslogs-create-group": "true"}
        queue.register({"executionRoleArn": self.ROLE, "logConfiguration": {"logDriver": "awslogs", "options": options}})
        assert "create Cloudwatch log group: AccessDeniedException" in queue.over(queue.submit())["container"]["reason"]

    def test_secrets_are_fetched_under_the_execution_role(
        self, queue: Queue, sandbox: Sandbox, session: boto3.Session, control: Control
    ) -> None:
        self.allow(sandbox, session, "logs:*")
        ssm: Any = session.client("ssm", endpoint_url=sandbox.aws_url)
        manager: Any = session.client("secretsmanager", endpoint_url=sandbox.aws_url)
        arn = manager.create_secret(Name="key", SecretString='{"user": "u", "password": "p"}')["ARN"]
        wanted = {"PASSWORD": f"{arn}:password::", "TOKEN": "/server/token"}
        secrets = [{"name": name, "valueFrom": value} for name, value in wanted.items()]
        queue.register({"executionRoleArn": self.ROLE, "secrets": secrets})

        def failed() -> str:
            return str(queue.over(queue.submit())["container"].get("reason"))

        assert "from asm: AccessDeniedException" in failed()
        self.allow(sandbox, session, "logs:*", "secretsmanager:GetSecretValue")
        assert "from ssm: AccessDeniedException" in failed()
        self.allow(sandbox, session, "logs:*", "secretsmanager:GetSecretValue", "ssm:GetParameters")
        assert failed().endswith("from ssm: invalid ssm parameters: /server/token")
        ssm.put_parameter(Name="/server/token", Value="t", Type="SecureString")
        control("jobs", program=[sys.executable, "-c", "import os; print(os.environ['PASSWORD'], len(os.environ['TOKEN']))"])
        described = queue.ended(queue.submit())
        assert queue.lines(described["container"]["logStreamName"])[0].startswith("p ")


class TestControl:
    def test_objects_are_there_once_the_container_has_ended(self, queue: Queue, control: Control) -> None:
        queue.s3.create_bucket(Bucket="answers", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        queue.register()
        control("jobs", writes=[{"bucket": "answers", "key": "a.json", "body": "{}"}])
        queue.over(queue.submit())
        assert json.loads(queue.s3.get_object(Bucket="answers", Key="a.json")["Body"].read()) == {}

    def test_rules_are_for_a_definition_and_are_used_up(self, queue: Queue, control: Control, sandbox: Sandbox) -> None:
        queue.register()
        control("jobs", outcome="failed", definition="another")
        control("jobs", outcome="failed", definition="server")
        assert [queue.over(queue.submit())["status"] for _ in range(2)] == ["FAILED", "SUCCEEDED"]
        [left] = requests.get(f"{sandbox.aws_url}/_sandbox/jobs", timeout=5).json()
        assert left["definition"] == "another"
        requests.delete(f"{sandbox.aws_url}/_sandbox/jobs", timeout=5).raise_for_status()
        assert requests.get(f"{sandbox.aws_url}/_sandbox/jobs", timeout=5).json() == []

    @pytest.mark.parametrize("wish", [{"outcome": "nothing"}, {"mood": "good"}, {"log": "a line"}, {"attempts": []}])
    def test_what_is_not_understood_is_refused(self, sandbox: Sandbox, wish: dict[str, Any]) -> None:
        assert requests.post(f"{sandbox.aws_url}/_sandbox/jobs", json=wish, timeout=5).status_code == 400


class TestRefusals:
    def test_a_job_is_stopped_for_a_reason_and_has_to_be_there(self, queue: Queue) -> None:
        queue.register()
        job = queue.submit()
        for call in (queue.batch.cancel_job, queue.batch.terminate_job):
            assert "reason" in refusal(call, jobId=job, reason="")
            assert "reason" in refusal(call, jobId=job, reason="r" * 1025)
            assert "does not exist" in refusal(call, jobId="none", reason="enough")
        assert queue.over(job)["status"] == "SUCCEEDED"

    def test_another_region_knows_nothing_of_it(self, queue: Queue, sandbox: Sandbox) -> None:
        queue.register()
        job = queue.submit()
        elsewhere: Any = admin_session("us-east-1").client("batch", endpoint_url=sandbox.aws_url)
        queue.ahead(10)
        assert elsewhere.describe_jobs(jobs=[job])["jobs"] == []
        assert queue.describe(job)["status"] == "SUCCEEDED"

    def test_a_definition_or_queue_that_is_not_there_takes_no_jobs(self, queue: Queue) -> None:
        first = queue.register()
        request = {"jobName": "job", "jobQueue": "server", "jobDefinition": first}
        for more, words in (
            ({"jobQueue": "none"}, "JobQueue none not found."),
            ({"jobDefinition": "none"}, "JobDefinition name none does not exist or is not in ACTIVE status"),
            ({"jobDefinition": "server:2"}, "JobDefinition name server:2 does not exist or is not in ACTIVE status"),
            ({"jobDefinition": f"{first}0"}, f"JobDefinition {first}0 not found."),
            ({"jobDefinition": "server:latest"}, "Provided name server:latest is not supported pattern[a-zA-Z_0-9-]{1,128}"),
        ):
            assert refusal(queue.batch.submit_job, **{**request, **more}) == words
        queue.batch.deregister_job_definition(jobDefinition=first)
        assert "does not exist or is not in ACTIVE" in refusal(queue.batch.submit_job, **{**request, "jobDefinition": "server:1"})
        queue.batch.update_job_queue(jobQueue="server", state="DISABLED")
        assert "DISABLED" in refusal(queue.batch.submit_job, **{**request, "jobDefinition": queue.register()})

    def test_a_job_of_a_name_is_of_its_latest_active_revision(self, queue: Queue) -> None:
        arns = [queue.register() for _ in range(3)]
        queue.batch.deregister_job_definition(jobDefinition="server:3")
        names = ("server", "server:1", arns[1], arns[0].rpartition(":")[0])
        found = [queue.describe(queue.submit(jobDefinition=name))["jobDefinition"] for name in names]
        assert found == [arns[1], arns[0], arns[1], arns[1]]
