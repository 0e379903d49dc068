"""The wait against the sandbox, over real HTTP: botocore's own answers, errors and times."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from aces_action.resources.endpoint.rollout.outcome import Observation, verdict
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.resources.endpoint.rollout.watch import follow
from aces_action.resources.endpoint.state import read_endpoint
from sandbox.seed import admin_session, make_bucket, make_roles, push_image
from sandbox.server import Sandbox
from tests.endpoint.test_wait import context_of

Control = Callable[..., None]


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return admin_session()


@pytest.fixture
def sagemaker(sandbox: Sandbox, session: boto3.Session) -> Any:
    """A client that tries once: the wait is to try again by itself."""
    once = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
    return session.client("sagemaker", endpoint_url=sandbox.aws_url, config=once)


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    def post(route: str, **wish: object) -> None:
        requests.post(f"{sandbox.aws_url}/_sandbox/{route}", json=wish, timeout=5).raise_for_status()

    return post


@pytest.fixture
def endpoint(sandbox: Sandbox, session: boto3.Session, sagemaker: Any) -> str:
    """An endpoint of two instances in service on config `…-old`, with another config `…-new`."""
    project = f"p-{uuid.uuid4().hex[:8]}"
    make_bucket(sandbox, session, f"{project}-dev")
    make_roles(sandbox, session, project=project, env="dev", repository="example-org/example")
    push_image(sandbox, session, repository=project)
    sagemaker.create_model(
        ModelName=project,
        ExecutionRoleArn=f"arn:aws:iam::123456789012:role/{project}-dev-sagemaker-role",
        PrimaryContainer={"Image": f"123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/{project}:deploy"},
    )
    for name in ("old", "new"):
        variant = {"VariantName": "AllTraffic", "ModelName": project, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2}
        sagemaker.create_endpoint_config(EndpointConfigName=f"{project}-{name}", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=project, EndpointConfigName=f"{project}-old")
    for _ in range(2):
        sagemaker.describe_endpoint(EndpointName=project)
    return project


def rolled_out(sagemaker: Any, name: str, told: list[str], policy: WaitPolicy | None = None) -> Observation:
    before = read_endpoint(sagemaker, name)
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=f"{name}-new")
    context = context_of(sagemaker, policy or WaitPolicy(limit=60), told.append)
    return follow(replace(context, endpoint_name=name), config_name=f"{name}-new", before=before)


def test_throttling_resets_and_failures_of_aws_are_waited_out(sagemaker: Any, endpoint: str, control: Control) -> None:
    for kind in ("throttle", "error", "reset", "truncate"):
        control("faults", service="sagemaker", operation="DescribeEndpoint", kind=kind, after="UpdateEndpoint")
    told: list[str] = []
    quick = WaitPolicy(limit=600, now=lambda: 10 * time.monotonic(), sleep=lambda seconds: time.sleep(seconds / 10))
    observation = rolled_out(sagemaker, endpoint, told, quick)
    assert verdict(observation.endpoint, name=endpoint, config_name=f"{endpoint}-new", observation=observation) is None
    assert len([line for line in told if "AWS does not report" in line]) == 1


def test_a_missing_permission_is_not_waited_out(sagemaker: Any, endpoint: str, control: Control) -> None:
    control(
        "faults",
        service="sagemaker",
        operation="DescribeEndpoint",
        kind="error",
        status=400,
        code="AccessDeniedException",
        message="User is not authorized to perform: sagemaker:DescribeEndpoint",
        after="UpdateEndpoint",
    )
    with pytest.raises(ClientError, match="AccessDeniedException"):
        rolled_out(sagemaker, endpoint, [])


def test_a_silent_rollback_is_a_failure_at_once(sagemaker: Any, endpoint: str, control: Control) -> None:
    control("endpoints", name=endpoint, outcome="rollback-silent")
    observation = rolled_out(sagemaker, endpoint, [])
    problem = verdict(observation.endpoint, name=endpoint, config_name=f"{endpoint}-new", observation=observation)
    assert problem is not None
    assert problem.code == "ACES-E002"
    assert observation.seconds < 15  # its time of change tells it from an update that is not seen yet


def test_the_steps_of_a_roll_out_are_told_as_it_goes(sagemaker: Any, endpoint: str, control: Control) -> None:
    control("endpoints", name=endpoint, outcome="success", updating_seconds=3)
    told: list[str] = []
    observation = rolled_out(sagemaker, endpoint, told)
    assert verdict(observation.endpoint, name=endpoint, config_name=f"{endpoint}-new", observation=observation) is None
    assert "  0:00  Updating  under way since " in told[0]
    assert "AllTraffic: Creating since" in told[0]
    assert "0 of 2 new instances, weight 0 of 1, 2 old at weight 1" in told[0]
    assert observation.endpoint is not None
    assert observation.endpoint.created is not None
    assert observation.origin == f"{endpoint}-old"
