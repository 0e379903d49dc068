"""Batch: compute environments that run the jobs today, and what will bite later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from aces_action.preflight.compute_environments import Ec2Facts, Environment, read_environment
from aces_action.preflight.environment_health import DiskNeeds
from aces_action.preflight.queues import Queue, check_queue
from aces_action.project.model import JobSettings
from tests.preflight.environments import JOB, LIMITS, MACHINES, environment, judged

GIB = 1 << 30


@pytest.mark.parametrize(
    ("health", "codes"),
    [
        ({"images": ("ECS_AL2",)}, ["ACES-P037"]),
        ({"images": ("ECS_AL2023", "ECS_AL2_NVIDIA")}, ["ACES-P037"]),
        ({"images": ("ECS_AL2",), "image_outdated": True}, ["ACES-P037"]),  # switching brings the newest one, too
        ({"images": ("ECS_AL2023",), "image_outdated": True}, []),  # a note of the row
        ({"strategy": "BEST_FIT"}, ["ACES-P039"]),
        ({"strategy": "BEST_FIT", "service_linked": False}, ["ACES-P039"]),  # a new environment mends both
        ({"service_linked": False}, ["ACES-P040"]),
        ({"images": ("ECS_AL2",), "strategy": "BEST_FIT"}, ["ACES-P037", "ACES-P039"]),
        ({"images": ("ECS_AL2023", "ECS_AL2023_NVIDIA")}, []),
        ({"images": ()}, []),  # another image, or none that is known
        ({"resources": "", "instance_types": (), "images": ("ECS_AL2",), "strategy": "BEST_FIT", "service_linked": False}, []),
    ],
)
def test_what_bites_later_is_a_warning(health: dict[str, Any], codes: list[str]) -> None:
    assert judged(environment(**{"strategy": "BEST_FIT_PROGRESSIVE"} | health)) == codes


def test_a_newer_image_is_a_note_in_the_table_and_no_warning_at_every_deployment() -> None:
    queue = Queue(
        name="q",
        state="ENABLED",
        status="VALID",
        reason="",
        environments=(environment(images=("ECS_AL2023",), image_outdated=True),),
        time_limits=LIMITS,
    )
    row = check_queue("q", queue, JOB, Ec2Facts(machines=MACHINES, zone_of={}, offered={}))[-1]
    assert (row.outcome, row.problems, [kind.code for kind in row.kinds]) == ("fine", (), ["ACES-P038"])
    assert row.fix.en.startswith("Update it; ")


def test_an_environment_that_takes_no_jobs_is_not_warned_of() -> None:
    sick = {"images": ("ECS_AL2",), "strategy": "BEST_FIT"}
    assert judged(environment(state="DISABLED", **sick), environment(name="b")) == []
    assert judged(environment(**sick), environment(name="b")) == ["ACES-P037", "ACES-P039"]
    assert judged(environment(**sick), environment(name="b"), job=replace(JOB, compute_environment="b")) == []


def hints(*environments: Environment) -> list[str]:
    queue = Queue(name="q", state="ENABLED", status="VALID", reason="", environments=environments, time_limits=LIMITS)
    rows = check_queue("q", queue, JOB, Ec2Facts(machines=MACHINES, zone_of={}, offered={}))
    return [problem.hint.en for row in rows for problem in (*row.problems, *row.notes)]


def test_an_image_is_updated_by_one_command_that_says_what_running_jobs_are_left() -> None:
    command = "aws batch update-compute-environment --compute-environment env --compute-resources"
    [hint] = hints(environment(images=("ECS_AL2", "ECS_AL2_NVIDIA"), grace_minutes=120))
    assert hint.splitlines() == [
        "Update it; running jobs get 120 minutes to finish:",
        f"{command} 'ec2Configuration=[{{imageType=ECS_AL2023}},{{imageType=ECS_AL2023_NVIDIA}}]'",
    ]
    assert hints(environment(images=("ECS_AL2023",), image_outdated=True, grace_minutes=0)) == [
        f"Update it; running jobs are stopped at once:\n{command} updateToLatestImageVersion=true"
    ]


@pytest.mark.parametrize("stuck", [{"strategy": "BEST_FIT"}, {"service_linked": False}])
def test_no_command_is_given_that_aws_would_refuse(stuck: dict[str, Any]) -> None:
    image, _strategy = hints(environment(images=("ECS_AL2",), **stuck))
    assert image.startswith("It cannot be updated in place: create a new environment")


def test_no_command_is_given_that_would_leave_the_jobs_without_an_image() -> None:
    [hint] = hints(environment("m5.xlarge", "p3.2xlarge", images=("ECS_AL2", "ECS_AL2_NVIDIA")))
    assert hint == "Use newer instance types first, such as g4dn: Amazon Linux 2023 does not support p3.2xlarge."


@pytest.mark.parametrize(
    ("image", "types", "wanted", "codes"),
    [
        ("ECS_AL2023_NVIDIA", ("p3.2xlarge",), "p3.2xlarge", ["ACES-P041"]),
        ("ECS_AL2023_NVIDIA", ("p3",), "p3.2xlarge", ["ACES-P041"]),
        ("ECS_AL2023_NVIDIA", ("p3.2xlarge", "g4dn.xlarge"), "p3.2xlarge", []),  # which can run it
        ("ECS_AL2023_NVIDIA", ("p3.2xlarge", "m5.xlarge"), "p3.2xlarge", ["ACES-P041"]),
        ("ECS_AL2023_NVIDIA", ("g4dn.xlarge",), "g4dn.xlarge", []),
        ("ECS_AL2023", ("a1.xlarge",), "a1.xlarge", ["ACES-P041"]),
        ("ECS_AL2_NVIDIA", ("p3.2xlarge",), "p3.2xlarge", ["ACES-P037"]),
    ],
)
def test_an_image_that_does_not_support_the_type_is_an_error(
    image: str, types: tuple[str, ...], wanted: str, codes: list[str]
) -> None:
    assert judged(environment(*types, images=(image,)), job=JobSettings(instance_type=wanted)) == codes


@pytest.mark.parametrize(
    ("image", "archive", "default_volume", "codes"),
    [
        (5 * GIB, 10 * GIB, True, []),  # 30 GiB
        (5 * GIB, 10 * GIB + 1, True, ["ACES-P045"]),
        (16 * GIB, 0, True, ["ACES-P045"]),
        (16 * GIB, 16 * GIB, False, []),  # a launch template may say otherwise
    ],
)
def test_a_disk_that_image_and_weights_fill_is_a_warning(
    image: int, archive: int, default_volume: bool, codes: list[str]
) -> None:
    assert judged(environment(default_volume=default_volume), disk=DiskNeeds(image=image, archive=archive)) == codes


# What Batch answers


def described(*images: dict[str, str], answer: Mapping[str, Any] | None = None, **resources: Any) -> Environment:
    """An environment by DescribeComputeEnvironments' answer; what is None is left out."""
    computing = {
        "type": "EC2",
        "maxvCpus": 16,
        "instanceTypes": ["m5.xlarge"],
        "subnets": ["subnet-a"],
        "allocationStrategy": "BEST_FIT_PROGRESSIVE",
        "ec2Configuration": list(images) or None,
    } | resources
    whole: Any = {
        "computeEnvironmentName": "env",
        "computeEnvironmentArn": "arn:aws:batch:ap-northeast-1:123456789012:compute-environment/env",
        "type": "MANAGED",
        "serviceRole": "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
        "computeResources": {name: value for name, value in computing.items() if value is not None},
        **(answer or {}),
    }
    return read_environment(whole)


AL2 = {"imageType": "ECS_AL2"}
TEMPLATE = {"launchTemplate": {"launchTemplateName": "larger-disk"}}


@pytest.mark.parametrize(
    ("answer", "images", "default_volume"),
    [
        (described(AL2), ("ECS_AL2",), True),
        (described(AL2 | {"batchImageStatus": "LATEST"}, **TEMPLATE), ("ECS_AL2",), False),
        (described(AL2, **TEMPLATE), (), False),  # the template may name another image
        (described(AL2 | {"imageIdOverride": "ami-1"}), (), False),
        (described(AL2, imageId="ami-1"), (), False),
        (described(), (), True),  # the default, which depends on the day on which it was created
    ],
)
def test_only_an_image_that_nothing_takes_the_place_of_is_known(
    answer: Environment, images: tuple[str, ...], default_volume: bool
) -> None:
    assert (answer.images, answer.default_volume) == (images, default_volume)


def test_an_environment_is_read_with_what_its_updates_depend_on() -> None:
    sound = described(AL2 | {"batchImageStatus": "UPDATE_AVAILABLE"})
    assert (sound.image_outdated, sound.strategy) == (True, "BEST_FIT_PROGRESSIVE")
    assert (sound.service_linked, sound.grace_minutes) == (True, 30)
    assert described(allocationStrategy=None).strategy == "BEST_FIT"
    assert not described(answer={"serviceRole": "arn:aws:iam::123456789012:role/service-role/AWSBatchServiceRole"}).service_linked
    assert described(answer={"updatePolicy": {"jobExecutionTimeoutMinutes": 120}}).grace_minutes == 120
    policy = {"terminateJobsOnUpdate": True, "jobExecutionTimeoutMinutes": 120}
    assert described(answer={"updatePolicy": policy}).grace_minutes == 0


def test_of_an_environment_that_batch_does_not_manage_nothing_more_is_read() -> None:
    own = described(AL2, answer={"type": "UNMANAGED"})
    assert (own.resources, own.images, own.strategy, own.default_volume) == ("", (), "", False)
