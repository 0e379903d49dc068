"""An endpoint in the sandbox, made by boto3, and our clients for it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
import requests

from aces_action.aws.clients import Clients
from aces_action.aws.tags import Owner
from aces_action.changes import Change
from aces_action.language import Text
from aces_action.project.model import Autoscaling, EndpointSettings
from aces_action.resources.autoscaling import AutoscalingPlan, CurrentScaling, DesiredScaling, apply, desired, plan, read
from aces_action.resources.autoscaling.apply import bring_about
from aces_action.resources.autoscaling.spec import key
from aces_action.resources.endpoint.state import read_tags
from sandbox.seed import admin_session
from sandbox.server import Sandbox


@dataclass
class Recorder:
    """Keeps what is told of the scaling, in English."""

    said: list[str] = field(default_factory=list)
    left_behind: list[Text] = field(default_factory=list)

    def info(self, text: Text | str) -> None:
        self.said.append(text if isinstance(text, str) else text.en)

    def left(self, what: Text) -> None:
        self.left_behind.append(what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaled:
    """An endpoint with what is told of it. Its name begins with its project's, as the convention has it."""

    clients: Clients
    name: str
    owner: Owner
    reporter: Recorder = field(default_factory=Recorder)

    @property
    def said(self) -> list[str]:
        return self.reporter.said

    @property
    def left(self) -> list[Text]:
        return self.reporter.left_behind

    def wanted(self, least: int = 1, most: int = 4, *, sleeps: bool = False) -> DesiredScaling:
        scaling = Autoscaling(min_capacity=least, max_capacity=most, target_value=5, scale_in_cooldown=300, scale_out_cooldown=60)
        settings = EndpointSettings(instance_type="ml.m5.large", mode="async" if sleeps else "realtime", autoscaling=scaling)
        found = desired(settings, endpoint_name=self.name)
        assert found
        return found

    def plan(self, spec: DesiredScaling | None) -> AutoscalingPlan:
        arn = self.clients.sagemaker.describe_endpoint(EndpointName=self.name)["EndpointArn"]
        return plan(self.clients, self.owner, self.name, spec, read_tags(self.clients.sagemaker, arn))

    def apply(self, spec: DesiredScaling | None) -> tuple[Change, ...]:
        """As a deployment does it, or, for None, as the deletion of an endpoint does."""
        if spec is None:
            return bring_about(self.clients, self.owner, self.name, None, self.reporter)
        return apply(self.clients, self.owner, self.plan(spec), self.reporter).changes

    def read(self) -> CurrentScaling:
        return read(self.clients, self.name)

    def add_policy(self, name: str, *, alarm: str = "") -> str:
        """Somebody else's: target tracking, or a step policy with its alarm. Returns its ARN."""
        settings: dict[str, Any] = {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 60.0,
                "CustomizedMetricSpecification": {"MetricName": "CPUUtilization", "Namespace": "x", "Statistic": "Average"},
            },
        }
        if alarm:
            steps = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}]
            settings = {
                "PolicyType": "StepScaling",
                "StepScalingPolicyConfiguration": {
                    "AdjustmentType": "ChangeInCapacity",
                    "StepAdjustments": steps,
                    "Cooldown": 60,
                },
            }
        client = self.clients.application_autoscaling
        arn = client.put_scaling_policy(PolicyName=name, **key(self.name), **settings)["PolicyARN"]
        if alarm:
            self.clients.cloudwatch.put_metric_alarm(
                AlarmName=alarm,
                MetricName="Load",
                Namespace="x",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=[arn],
            )
        return arn


@pytest.fixture(scope="session")
def _session() -> boto3.Session:
    return admin_session()


@pytest.fixture
def endpoint(sandbox: Sandbox, _session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`endpoint("ml.m5.large", sleeps=True)` makes an endpoint, asynchronous if it is to sleep."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)

    def make(instance_type: str = "ml.m5.large", *, sleeps: bool = False) -> Scaled:
        project = f"p-{uuid.uuid4().hex[:8]}"
        owner = Owner(project=project, env="dev", server=f"{project}-dev")
        clients = Clients(_session)
        make_config(clients, f"{owner.server}-1", instance_type, sleeps=sleeps)
        clients.sagemaker.create_endpoint(EndpointName=owner.server, EndpointConfigName=f"{owner.server}-1")
        for _ in range(2):
            clients.sagemaker.describe_endpoint(EndpointName=owner.server)
        return Scaled(clients=clients, name=owner.server, owner=owner)

    yield make
    for what in ("faults", "hosting"):
        requests.delete(f"{sandbox.aws_url}/_sandbox/{what}", timeout=10).raise_for_status()


def make_config(clients: Clients, name: str, instance_type: str, *, sleeps: bool = False) -> str:
    variant: Any = {"VariantName": "AllTraffic", "InstanceType": instance_type, "InitialInstanceCount": 1}
    more: Any = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://bucket/output"}}} if sleeps else {}
    clients.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **more)
    return name
