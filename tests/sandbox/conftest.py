from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from sandbox.seed import Seeded, admin_session, seed
from sandbox.server import Sandbox

# One attempt: these tests want to see what the sandbox answers, not what botocore makes of it.
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=5)


@pytest.fixture
def empty(sandbox: Sandbox) -> Sandbox:
    """The sandbox of this process, emptied: nothing in AWS, no faults, no calls."""
    requests.post(f"{sandbox.aws_url}/_sandbox/reset", timeout=5).raise_for_status()
    requests.delete(f"{sandbox.oidc_url}/_control", timeout=5).raise_for_status()
    return sandbox


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for all: botocore reads its models once per session."""
    return admin_session()


@pytest.fixture
def seeded(empty: Sandbox) -> Seeded:
    return seed(empty, project="number-plate-detection", env="dev")


@pytest.fixture
def control(sandbox: Sandbox) -> Callable[..., Any]:
    """`control("faults", kind="throttle")` posts to /_sandbox/faults."""

    def post(route: str, **wish: object) -> None:
        answer = requests.post(f"{sandbox.aws_url}/_sandbox/{route}", json=wish, timeout=5)
        assert answer.ok, answer.text

    return post
