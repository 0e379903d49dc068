"""A queue and a job definition in the local AWS, with a clock that only waiting moves: for the tests of jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from aces_action.aws.answers import watch_answers
from aces_action.aws.clients import Clients
from aces_action.language import Text
from aces_action.project.model import JobRequest
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.smoke_test.job_model import JobResult, JobTarget, JobTest, job_name
from aces_action.smoke_test.jobs import JobWatch, run_jobs
from sandbox.seed import admin_session, make_bucket, make_job_queues
from sandbox.server import Sandbox

BUCKET = "jobs-dev"
SERVER = "jobs-dev-algorithm-server"
TAGS = {"aces:managed-by": "aces-action", "aces:project": "jobs", "aces:env": "dev"}


@dataclass(slots=True, kw_only=True)
class Running:
    """`told` are the lines of the log, `left` what a run leaves that is cut off. `interrupt` is called before each wait."""

    url: str
    clients: Clients
    folder: Path
    definition_arn: str
    now: float = 0.0
    told: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    interrupt: Callable[[], None] = field(default=lambda: None)

    def sleep(self, seconds: float) -> None:
        self.interrupt()
        self.now += seconds
        self.control("jobs/clock", seconds=seconds)

    def control(self, what: str, **wish: Any) -> None:
        answer = requests.post(f"{self.url}/_sandbox/{what}", json=wish, timeout=10)
        assert answer.ok, answer.text

    def calls(self, operation: str) -> int:
        made = requests.get(f"{self.url}/_sandbox/calls", timeout=10).json()
        return sum(call["operation"] == operation for call in made)

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, the first that was submitted last."""
        batch: Any = self.clients.batch
        filters = [{"name": "JOB_NAME", "values": ["*"]}]
        listed = [each["jobId"] for each in batch.list_jobs(jobQueue=SERVER, filters=filters)["jobSummaryList"]]
        found: list[dict[str, Any]] = batch.describe_jobs(jobs=listed)["jobs"] if listed else []
        return found

    def test(self, name: str = "plate.png", **expected: Any) -> JobTest:
        file = self.folder / name
        file.write_bytes(b"1")
        more = {"kind": "standard", "content_type": "image/png", **expected}
        request = JobRequest(name=f"smoke/{name}", file=file, size=1, **more)
        target = JobTarget(definition_arn=self.definition_arn, queue=SERVER, timeout=None, tags=TAGS)
        own = job_name(self.definition_arn, name.partition(".")[0])
        folder = f"s3://{BUCKET}/async-inference/{SERVER}/smoke-test/answers/{own}"
        return JobTest(request=request, target=target, name=own, input_uri=f"s3://{BUCKET}/in", folder=folder)

    def run(self, *tests: JobTest, limit: float = 1800, redact: Callable[[str], str] = lambda text: text) -> list[JobResult]:
        policy = WaitPolicy(limit=limit, now=lambda: self.now, sleep=self.sleep)

        def tell(line: Text) -> None:
            self.told.append(line.en)

        def left(text: Text) -> None:
            self.left.append(text.en)

        return run_jobs(JobWatch(clients=self.clients, wait_policy=policy, tell=tell, redact=redact, left=left), tests)


def make_running(sandbox: Sandbox, folder: Path) -> Running:
    """An empty AWS but for a bucket, a queue, and a definition of it."""
    requests.post(f"{sandbox.aws_url}/_sandbox/reset", timeout=10).raise_for_status()
    session = admin_session()
    watch_answers(session._session)  # as the action's own sessions do
    make_bucket(sandbox, session, BUCKET)
    make_job_queues(sandbox, session, SERVER, ("m5.xlarge",))
    clients = Clients(session)
    small: Any = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "1024"}]
    arn = clients.batch.register_job_definition(
        jobDefinitionName=SERVER, type="container", containerProperties={"image": "image", "resourceRequirements": small}
    )["jobDefinitionArn"]
    return Running(url=sandbox.aws_url, clients=clients, folder=folder, definition_arn=arn)


def codes(results: list[JobResult]) -> list[list[str]]:
    return [[problem.code.removeprefix("ACES-") for problem in each.problems] for each in results]
