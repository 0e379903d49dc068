"""A server in the local AWS without a run of the action for each step: what `endpoint` does, over HTTP, in this process."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from aces_action.aws.clients import Clients
from aces_action.aws.tags import ROLLOUT_SECONDS, SERVED, Owner, as_list, stamp
from aces_action.project.model import EndpointSettings, Rollout
from aces_action.resources import endpoint
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.history import Generation, read_generations
from aces_action.resources.endpoint.spec import DesiredEndpoint, desired
from aces_action.resources.endpoint.state import read_endpoint
from sandbox.seed import Seeded, admin_session, seed, upload_weights
from sandbox.server import Sandbox
from tests.endpoint.hosted import names
from tests.reporting import MemoryReporter

LONG_AGO, LATELY = datetime(2026, 5, 10, 1, tzinfo=UTC), datetime(2026, 5, 11, 2, 30, tzinfo=UTC)
RUN = "https://github.com/example-org/plates/actions/runs"


def _briefly(seconds: float) -> None:
    time.sleep(min(seconds, 0.02))


@pytest.fixture(scope="session")
def ground(sandbox: Sandbox, archive: Path) -> tuple[Seeded, str]:
    """One project's bucket, image and roles for all servers, and where its weights are."""
    project = f"c-{uuid.uuid4().hex[:8]}"
    seeded = seed(sandbox, project=project, env="dev")
    upload_weights(sandbox, archive, project=project, env="dev")
    return seeded, f"s3://{seeded.bucket}/shared/weights/deploy.tar.gz"


@dataclass(kw_only=True)
class Server:
    """One server: `deploy` gives it new content, `context` is how commands change it."""

    sandbox: Sandbox
    clients: Clients
    seeded: Seeded
    weights_uri: str
    owner: Owner
    reporter: MemoryReporter = field(default_factory=MemoryReporter)
    is_async: bool = False

    @property
    def name(self) -> str:
        return f"{self.owner.server}-async" if self.is_async else self.owner.server

    @property
    def session(self) -> boto3.Session:
        return self.clients.session

    @property
    def client(self) -> Any:
        return self.clients.sagemaker

    @property
    def lines(self) -> list[str]:
        return self.reporter.lines

    def context(self, *, run: int = 9, limit: float = 60, **more: Any) -> EndpointContext:
        return EndpointContext(
            clients=self.clients,
            owner=self.by(run),
            endpoint_name=self.name,
            reporter=self.reporter,
            is_async=self.is_async,
            **{"wait_policy": endpoint.WaitPolicy(limit=limit, sleep=_briefly), **more},
        )

    def plan(self, version: str, *, run: int = 9, **content: Any) -> endpoint.EndpointPlan:
        return endpoint.read_plan(self.context(run=run), self.content(version, **content))

    def by(self, run: int) -> Owner:
        return replace(self.owner, run_url=f"{RUN}/{run}", commit=f"{run:040x}")

    def content(self, version: str, *, instances: int = 1, rollout: Rollout | None = None) -> DesiredEndpoint:
        settings = EndpointSettings(
            instance_type="ml.t2.xlarge",
            mode="async" if self.is_async else "realtime",
            environment=(("VERSION", version),),
            instance_count=instances,
            rollout=rollout,
        )
        return desired(
            settings,
            names(endpoint=self.name, server=self.owner.server, bucket=self.seeded.bucket),
            image_uri=f"{self.seeded.image_uri.rpartition(':')[0]}@{self.seeded.image_digest}",
            weights_uri=self.weights_uri,
            role_arn=self.seeded.sagemaker_role_arn,
        )

    def deploy(
        self, version: str, *, run: int = 1, context: EndpointContext | None = None, may_wait: bool = True, **content: Any
    ) -> endpoint.ServingEndpoint:
        context = context or self.context(run=run, may_wait=may_wait)
        return endpoint.apply(context, endpoint.read_plan(context, self.content(version, **content)))

    def put(self, version: str, *, run: int = 1, served: datetime | None = None, **content: Any) -> DesiredEndpoint:
        """A generation as a run before has left it, without the endpoint. `served`: when it began to, as its tags say."""
        wanted, client = self.content(version, **content), self.client
        notes = {SERVED: stamp(served), ROLLOUT_SECONDS: "180"} if served else {}
        tags = as_list(self.by(run).tags(wanted.content_hash))
        client.create_model(ModelName=wanted.model_name, **wanted.model, Tags=tags)
        client.create_endpoint_config(EndpointConfigName=wanted.config_name, **wanted.config, Tags=[*tags, *as_list(notes)])
        return wanted

    def stand(self, **served: datetime) -> None:
        """Generations that have served one after the other; the endpoint serves the last."""
        for run, (version, at) in enumerate(served.items(), start=1):
            last = self.put(version, run=run, served=at)
        tags = as_list(self.by(run).tags(last.content_hash))
        self.client.create_endpoint(EndpointName=self.name, EndpointConfigName=last.config_name, Tags=tags)
        while (current := read_endpoint(self.client, self.name)) is None or current.status != "InService":
            pass

    def config(self, version: str) -> str:
        return self.content(version).config_name

    def version_of(self, config_name: str) -> str:
        return next((each for each in "ABCDE" if self.config(each) == config_name), config_name)

    def serves(self) -> str:
        """The version that serves, with the status where it is not InService; empty where there is no endpoint."""
        current = read_endpoint(self.client, self.name)
        if current is None:
            return ""
        version = self.version_of(current.config_name)
        return version if current.status == "InService" else f"{version} {current.status}"

    def hold(self, status: str, seconds: float | None = 0) -> None:
        """Gives the endpoint a status, until it has been described once; None: for good."""
        self.control("POST", f"endpoints/{self.name}/status", {"status": status, "seconds": seconds})

    def next_rollout(self, **rule: Any) -> None:
        self.control("POST", "endpoints", {"name": self.name, **rule})

    def control(self, method: str, what: str, body: object = None) -> None:
        requests.request(method, f"{self.sandbox.aws_url}/_sandbox/{what}", json=body, timeout=10).raise_for_status()

    def generations(self) -> dict[str, Generation]:
        """By version."""
        return {self.version_of(each.name): each for each in read_generations(self.client, self.owner)}

    def tags(self) -> dict[str, str]:
        """Of the endpoint."""
        current = read_endpoint(self.client, self.name)
        assert current is not None
        return {tag["Key"]: tag["Value"] for tag in self.client.list_tags(ResourceArn=current.arn)["Tags"]}


@pytest.fixture
def make_server(sandbox: Sandbox, ground: tuple[Seeded, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Server]]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    seeded, weights_uri = ground
    clients = Clients(admin_session())
    project = seeded.bucket.removesuffix("-dev")

    def make(**more: Any) -> Server:
        owner = Owner(project=project, env="dev", server=f"{project}-dev-{uuid.uuid4().hex[:6]}")
        return Server(sandbox=sandbox, clients=clients, seeded=seeded, weights_uri=weights_uri, owner=owner, **more)

    yield make
    for what in ("faults", "lags", "endpoints", "calls", "hosting"):
        requests.delete(f"{sandbox.aws_url}/_sandbox/{what}", timeout=10)


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    """A real-time server that has served nothing yet."""
    return make_server()
