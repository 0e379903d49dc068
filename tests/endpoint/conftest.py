from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import requests
from botocore.config import Config

from aces_action.aws.tags import Owner
from sandbox.seed import Seeded, admin_session, seed
from sandbox.server import Sandbox
from tests.endpoint.hosted import Hosted


@pytest.fixture(scope="session")
def _prepared(sandbox: Sandbox) -> tuple[Seeded, Owner]:
    """Image and role, which the tests share; and whose they are."""
    project = f"h-{uuid.uuid4().hex[:8]}"
    seeded = seed(sandbox, project=project, env="dev")
    return seeded, Owner(project=project, env="dev", server=seeded.server)


@pytest.fixture
def hosted(sandbox: Sandbox, _prepared: tuple[Seeded, Owner], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    """A server of which there is nothing yet in SageMaker but what a model needs."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)  # for the SDK, which makes its own client of the session
    seeded, owner = _prepared
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    session = admin_session()
    client = session.client("sagemaker", endpoint_url=sandbox.aws_url, config=once)
    for what in ("calls", "hosting"):
        requests.delete(f"{sandbox.aws_url}/_sandbox/{what}", timeout=10)
    yield Hosted(sandbox=sandbox, session=session, client=client, seeded=seeded, owner=owner)
    for what in ("faults", "endpoints", "calls", "hosting"):
        requests.delete(f"{sandbox.aws_url}/_sandbox/{what}", timeout=10)
