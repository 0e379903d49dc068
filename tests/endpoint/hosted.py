"""Generations and endpoints in the sandbox, made as earlier runs would have left them: by boto3, with an administrator's keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import requests

from aces_action.aws.clients import Clients
from aces_action.aws.tags import SERVED, Owner, as_list, stamp
from aces_action.project.names import Names
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from sandbox.seed import Seeded
from sandbox.server import Sandbox
from tests.reporting import MemoryReporter

NOW = datetime.now(UTC)


def names(*, endpoint: str, server: str, bucket: str) -> Names:
    """The names of a server that is an endpoint alone."""
    return Names(
        bucket=bucket,
        server=server,
        repository=server,
        weights_key="",
        endpoint=endpoint,
        job=None,
        longtime_job=None,
        job_queue=None,
        longtime_job_queue=None,
        sagemaker_role="",
        batch_job_role="",
        batch_execution_role="",
    )


@dataclass(kw_only=True)
class Hosted:
    """One server's share of the sandbox, and what was reported."""

    sandbox: Sandbox
    session: boto3.Session
    client: Any
    seeded: Seeded
    owner: Owner
    reporter: MemoryReporter = field(default_factory=MemoryReporter)

    @property
    def server(self) -> str:
        return self.owner.server

    def name(self, number: int) -> str:
        return f"{self.server}-{number:010x}"

    def model(self, name: str, *, tags: dict[str, str] | None = None) -> None:
        container = {"Image": self.seeded.image_uri}
        role = self.seeded.sagemaker_role_arn
        own = as_list(self.owner.tags("0") if tags is None else tags)
        self.client.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role, Tags=own)

    def config(self, name: str, *, model: str = "", tags: dict[str, str] | None = None, **more: Any) -> None:
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": model or name,
            "InstanceType": "ml.t2.xlarge",
            "InitialInstanceCount": 1,
        }
        own = as_list(self.owner.tags("0") if tags is None else tags)
        self.client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], Tags=own, **more)

    def generation(self, number: int, *, served: float | None = None, **more: Any) -> str:
        """Model and endpoint config; `served`: so many hours ago."""
        name = self.name(number)
        tags = self.owner.tags("0") | ({} if served is None else {SERVED: stamp(NOW - timedelta(hours=served))})
        self.model(name)
        self.config(name, tags=tags, **more)
        return name

    def endpoint(self, name: str, config: str, *, tags: dict[str, str] | None = None) -> None:
        """One that is InService."""
        own = as_list(self.owner.tags("0") if tags is None else tags)
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=config, Tags=own)
        while self.client.describe_endpoint(EndpointName=name)["EndpointStatus"] != "InService":
            pass

    def names(self, kind: str) -> set[str]:
        """All there are of a kind: Models, EndpointConfigs, Endpoints."""
        operation = {"Models": "list_models", "EndpointConfigs": "list_endpoint_configs", "Endpoints": "list_endpoints"}[kind]
        answer = getattr(self.client, operation)(MaxResults=100)
        return {each[f"{kind.removesuffix('s')}Name"] for each in answer[kind]}

    def control(self, what: str, **wish: object) -> None:
        requests.post(f"{self.sandbox.aws_url}/_sandbox/{what}", json=wish, timeout=10).raise_for_status()

    def calls(self) -> list[str]:
        """The operations called since this was asked last."""
        url = f"{self.sandbox.aws_url}/_sandbox/calls"
        seen = [call["operation"] for call in requests.get(url, timeout=10).json()]
        requests.delete(url, timeout=10)
        return seen

    @property
    def clients(self) -> Clients:
        """With this client of SageMaker, which tries each call once."""
        clients = Clients(self.session)
        clients.sagemaker = self.client
        return clients

    def context(self, **more: Any) -> EndpointContext:
        return EndpointContext(
            clients=self.clients,
            owner=self.owner,
            endpoint_name=self.server,
            reporter=self.reporter,
            **{"wait_policy": WaitPolicy(limit=30, sleep=lambda _seconds: None), **more},
        )
