"""Batch: whether a queue and its compute environments can run the jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aces_action.preflight.compute_environments import Ec2Facts, holds
from aces_action.preflight.queues import FoundQueues, Queue, check_interruptions, check_number, check_queue
from aces_action.problems.preflight.queue_limits import JobStateTimeLimit
from aces_action.project.model import JobSettings
from tests.preflight.environments import JOB, LIMITS, MACHINES, environment, judged


@pytest.mark.parametrize(
    ("types", "wanted", "there"),
    [
        (("m5.xlarge",), "m5.xlarge", True),
        (("m5",), "m5.xlarge", True),
        (("c5", "m5"), "m5.xlarge", True),
        (("optimal",), "m6i.xlarge", True),
        (("optimal",), "c7i.metal-24xl", True),
        (("optimal",), "m5.xlarge", False),  # it meant m4, c4 and r4, later m5, c5 and r5
        (("optimal",), "g4dn.xlarge", False),
        (("optimal",), "m6g.xlarge", False),
        (("default_arm64",), "m6g.xlarge", True),
        (("default_x86_64",), "r6i.xlarge", True),
        (("m5a",), "m5.xlarge", False),
        ((), "m5.xlarge", False),
    ],
)
def test_an_environment_has_a_type_by_name_by_family_or_by_batchs_own_choice(
    types: tuple[str, ...], wanted: str, there: bool
) -> None:
    assert holds(types, wanted) is there


def test_a_queue_with_a_fitting_environment_is_fine() -> None:
    assert judged(environment()) == []


def test_a_queue_that_is_not_there_is_told_once() -> None:
    rows = check_queue("q", None, JOB, Ec2Facts(machines=MACHINES, zone_of={}, offered={}))
    [problem] = [problem for row in rows for problem in row.problems]
    assert problem.code == "ACES-P019"
    assert problem.message.ja == "ジョブキューqがありません。ACES Platformがジョブを送信できません。"


@pytest.mark.parametrize(
    "queue", [{"state": "DISABLED"}, {"status": "INVALID", "reason": "its environment is gone"}, {"status": "DELETING"}]
)
def test_a_queue_that_takes_no_jobs_is_found(queue: dict[str, str]) -> None:
    assert judged(environment(), queue=queue) == ["ACES-P019"]


def test_a_queue_without_environments_is_found() -> None:
    assert judged() == ["ACES-P020"]


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "DISABLED"},
        {"status": "INVALID", "reason": "CLIENT_ERROR - the role is gone"},
        {"resources": "FARGATE", "instance_types": ()},
        {"resources": "FARGATE_SPOT", "instance_types": ()},
        {"resources": "ECS_MANAGED_INSTANCES", "instance_types": ()},
        {"on_kubernetes": True},
    ],
)
def test_an_environment_that_runs_nothing_is_found(broken: dict[str, Any]) -> None:
    assert judged(environment(**broken)) == ["ACES-P020"]
    assert judged(environment(**broken), environment()) == []  # the other one runs the jobs


def test_an_environment_that_batch_does_not_manage_is_left_alone() -> None:
    assert judged(environment(resources="", instance_types=(), max_vcpus=0, subnets=())) == []


def test_too_few_vcpus_in_all_are_found() -> None:
    assert judged(environment(max_vcpus=2)) == ["ACES-P021"]
    assert judged(environment(max_vcpus=2), job=replace(JOB, vcpus=2)) == []


@pytest.mark.parametrize("types", [("m5.2xlarge",), ("m5.large", "m5.2xlarge"), ("c5",), ("c6i.4xlarge",), ("optimal",)])
def test_another_type_that_may_run_the_job_is_a_warning(types: tuple[str, ...]) -> None:
    assert judged(environment(*types)) == ["ACES-P022"]


@pytest.mark.parametrize("types", [("m5.large",), ("m6g.2xlarge",), ("c6g",), ("default_arm64",), ("g5",)])
def test_types_of_which_none_can_run_the_job_are_an_error(types: tuple[str, ...]) -> None:
    assert judged(environment(*types)) == ["ACES-P021"]


def test_a_gpu_job_does_not_run_where_there_are_no_gpus() -> None:
    job = JobSettings(instance_type="g4dn.xlarge")
    assert judged(environment("m5.2xlarge"), job=job) == ["ACES-P021"]
    assert judged(environment("optimal"), job=job) == ["ACES-P021"]
    assert judged(environment("g4dn"), job=job) == []


def test_a_small_job_runs_on_a_small_instance_too() -> None:
    assert judged(environment("m5.large"), job=replace(JOB, vcpus=1, memory=2048)) == ["ACES-P022"]


def test_the_environment_of_the_infra_file_has_to_be_the_queues() -> None:
    assert judged(environment(), job=replace(JOB, compute_environment="env")) == []
    assert judged(environment(), job=replace(JOB, compute_environment=environment().arn)) == []
    assert judged(environment(), job=replace(JOB, compute_environment="other")) == ["ACES-P020"]
    assert judged(environment(state="DISABLED"), environment(name="b"), job=replace(JOB, compute_environment="env")) == [
        "ACES-P020"
    ]


def test_subnets_in_zones_without_the_type_are_found() -> None:
    assert judged(environment(), zone="1c", offered="1a") == ["ACES-P021"]
    assert judged(environment("m5.xlarge", "m5.2xlarge"), zone="1c", offered="1a") == []
    assert judged(environment(), zone="", offered="1a") == []
    assert judged(environment(), zone="1c", offered="") == []


@pytest.mark.parametrize("limits", [(), LIMITS[:1], LIMITS[1:]])
def test_a_queue_that_a_job_can_block_forever_is_a_warning(limits: tuple[JobStateTimeLimit, ...]) -> None:
    assert judged(environment(), queue={"time_limits": limits}) == ["ACES-P043"]
    assert judged(environment(), queue={"time_limits": limits, "state": "DISABLED"}) == ["ACES-P019"]


def test_the_command_for_a_time_limit_keeps_those_that_there_are() -> None:
    waits = JobStateTimeLimit(reason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", seconds=14400)
    queue = Queue(name="q", state="ENABLED", status="VALID", reason="", environments=(), time_limits=(waits, LIMITS[1]))
    row, _environments = check_queue("q", queue, JOB, Ec2Facts(machines=MACHINES, zone_of={}, offered={}))
    assert row.problems[0].hint.en.splitlines()[1] == (
        "aws batch update-job-queue --job-queue q --job-state-time-limit-actions"
        " reason=CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY,state=RUNNABLE,maxTimeSeconds=14400,action=CANCEL"
        " reason=MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE,state=RUNNABLE,maxTimeSeconds=600,action=CANCEL"
        " reason=MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT,state=RUNNABLE,maxTimeSeconds=3600,action=CANCEL"
    )


@pytest.mark.parametrize(
    ("environments", "codes"),
    [
        ([{"resources": "SPOT"}], ["ACES-P042"]),
        ([{"resources": "SPOT"}, {"resources": "EC2"}], ["ACES-P042"]),
        ([{"resources": "EC2"}, {"resources": "SPOT"}], []),
        ([{"resources": "EC2", "state": "DISABLED"}, {"resources": "SPOT"}], ["ACES-P042"]),
        ([{"resources": "SPOT", "state": "DISABLED"}, {"resources": "EC2"}], []),
        ([], []),
    ],
)
def test_long_time_jobs_on_spot_instances_first_are_a_warning(environments: list[dict[str, str]], codes: list[str]) -> None:
    whole = tuple(environment(**each) for each in environments)
    queue = Queue(name="q", state="ENABLED", status="VALID", reason="", environments=whole)
    assert [problem.code for row in check_interruptions(queue, JOB) for problem in row.problems] == codes


@pytest.mark.parametrize(("queues", "environments", "warned"), [(44, 44, False), (45, 2, True), (2, 45, True), (50, 50, True)])
def test_an_account_that_can_have_only_a_few_more_queues_is_warned_of(queues: int, environments: int, warned: bool) -> None:
    rows = check_number(FoundQueues(by_name={}, queues=queues, environments=environments))
    assert [problem.code for row in rows for problem in row.problems] == ["ACES-P044"] * warned
