"""Job definitions registered over real HTTP, and what AWS is asked for that."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests

from aces_action.aws.clients import Clients
from aces_action.aws.tags import Owner
from aces_action.problems import ActionError
from aces_action.project.model import JobSettings
from aces_action.resources.batch import BatchPlan, BatchResult, DesiredJobDefinition, Instance, JobContainer, apply, desired, plan
from sandbox.seed import admin_session
from sandbox.server import Sandbox

M5 = Instance(instance_type="m5.xlarge", vcpus=4, memory=16384, gpus=0, architectures=("x86_64",))
NOW = "2026-05-11T02:10:00.000Z"
ROLE = "arn:aws:iam::123456789012:role/job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """A name for a job definition that nobody has used, and who asks."""

    clients: Clients
    owner: Owner
    calls: Callable[[], list[str]]

    def spec(self, *, attempts: int = 1) -> DesiredJobDefinition:
        container = JobContainer(
            image_uri="registry/server@sha256:1", weights_uri="s3://b/w", job_role_arn=ROLE, execution_role_arn=ROLE
        )
        settings = JobSettings(instance_type="m5.xlarge", attempts=attempts)
        return desired(settings, M5, name=self.owner.server, container=container)

    def plan(self, *, attempts: int = 1) -> BatchPlan:
        return plan(self.clients.batch, self.owner, self.spec(attempts=attempts))

    def apply(self, planned: BatchPlan) -> BatchResult:
        return apply(self.clients.batch, self.owner, planned, registered=NOW)


@pytest.fixture
def jobs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    address, project = f"{sandbox.aws_url}/_sandbox/calls", f"p-{uuid.uuid4().hex[:8]}"

    def calls() -> list[str]:
        """Those since it was last asked."""
        seen = [call["operation"] for call in requests.get(address, timeout=10).json()]
        requests.delete(address, timeout=10).raise_for_status()
        return seen

    calls()
    return Jobs(
        clients=Clients(admin_session()), owner=Owner(project=project, env="dev", server=f"{project}-server"), calls=calls
    )


def test_what_is_as_it_should_be_is_described_once_and_no_more(jobs: Jobs) -> None:
    first = jobs.apply(jobs.plan())
    assert (first.is_new, first.arn.rpartition("/")[2]) == (True, f"{jobs.owner.server}:1")
    jobs.calls()
    planned = jobs.plan()
    assert jobs.calls() == ["DescribeJobDefinitions"]
    assert jobs.apply(planned) == BatchResult(arn=first.arn, is_new=False)
    assert jobs.calls() == []


def test_what_another_run_has_registered_since_the_plan_is_not_registered_again(jobs: Jobs) -> None:
    mine, theirs = jobs.plan(), jobs.plan()
    registered = jobs.apply(theirs)
    assert jobs.apply(mine) == BatchResult(arn=registered.arn, is_new=False)
    assert jobs.calls().count("RegisterJobDefinition") == 1


def test_a_change_is_a_new_revision(jobs: Jobs) -> None:
    jobs.apply(jobs.plan())
    assert jobs.apply(jobs.plan(attempts=2)).arn.endswith(":2")


def test_somebody_elses_is_left_alone_with_the_command_that_hands_it_over(jobs: Jobs) -> None:
    planned = jobs.plan()
    arn = jobs.clients.batch.register_job_definition(**jobs.spec().request)["jobDefinitionArn"]
    for act in (jobs.plan, lambda: jobs.apply(planned)):
        with pytest.raises(ActionError) as error:
            act()
        (problem,) = error.value.problems
        assert problem.code == "ACES-E004"
        assert f"The job definition {jobs.owner.server}:1 exists but was not made by this action" in problem.message.en
        assert f"aws batch tag-resource --resource-arn {arn} --tags aces:managed-by=aces-action,aces:project=" in problem.hint.ja
        assert problem.hint.for_terminal().en.startswith("If the action may take it over, give it these tags and run the command")
