"""A bucket of its own for each test, in the local AWS."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config

from aces_action.language import Text
from aces_action.resources.weights.progress import NoProgress, Progress
from aces_action.resources.weights.s3_object import S3Object, require_object
from sandbox.seed import REGION, admin_session
from sandbox.server import Sandbox
from tests.weights.builder import ARCHIVE

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

KEY = "shared/weights/deploy.tar.gz"
VERDICT_KEY = KEY + ".verdict.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The bucket, and the switches of the server that it is on."""

    client: S3Client
    name: str
    url: str

    @property
    def uri(self) -> str:
        return f"s3://{self.name}/{KEY}"

    def put(self, content: bytes, key: str = KEY, **parameters: Any) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content, **parameters)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def head(self, key: str) -> dict[str, Any]:
        return {**self.client.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")}

    def listing(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def weights(self) -> S3Object:
        return require_object(self.client, self.name, KEY)

    def fault(self, operation: str, **rule: Any) -> None:
        """See sandbox/README.md."""
        body = {"service": "s3", "operation": operation, **rule}
        requests.post(f"{self.url}/_sandbox/faults", json=body, timeout=10).raise_for_status()

    def deny(self, operation: str, action: str) -> None:
        message = f"User: role is not authorized to perform: {action} on resource: {self.name}"
        self.fault(operation, kind="error", status=403, code="AccessDenied", message=message, times=None)

    def no_more_faults(self) -> None:
        requests.delete(f"{self.url}/_sandbox/faults", timeout=10)

    def calls(self) -> list[str]:
        """Operations since the last look, in order."""
        seen = requests.get(f"{self.url}/_sandbox/calls", timeout=10).json()
        requests.delete(f"{self.url}/_sandbox/calls", timeout=10)
        return [call["operation"] for call in seen]


def unwatched(_verb: Text, _total: int) -> Progress:
    return NoProgress()


@pytest.fixture(scope="session")
def s3_client(sandbox: Sandbox) -> S3Client:
    session: boto3.Session = admin_session()
    # one attempt: what is tried again is tried by the code under test, and at once
    config = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
    return session.client("s3", endpoint_url=sandbox.aws_url, config=config)


@pytest.fixture
def bucket(sandbox: Sandbox, s3_client: S3Client) -> Iterator[Bucket]:
    name = f"p-{uuid.uuid4().hex[:8]}-dev"
    s3_client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item]
    made = Bucket(client=s3_client, name=name, url=sandbox.aws_url)
    made.calls()
    yield made
    made.no_more_faults()


@pytest.fixture(scope="session")
def sound() -> bytes:
    """A small archive that is fine."""
    return ARCHIVE


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def quiet(said: list[str]) -> Callable[[str], None]:
    return said.append
