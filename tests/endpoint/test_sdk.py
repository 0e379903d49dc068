"""What the SDK's strict models cannot read of an answer keeps nothing from being changed or deleted."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from aces_action.resources.endpoint.rollout import writes as sdk
from aces_action.resources.endpoint.state import read_endpoint
from sandbox.seed import ACCOUNT, REGION
from tests.endpoint.hosted import Hosted


@pytest.fixture
def unreadable() -> boto3.Session:
    """A session to which SageMaker describes everything with something that the SDK's models refuse."""
    session = boto3.Session("AKIAIOSFODNN7SANDBOX", "sandbox", region_name=REGION)  # the administrator's is shared by all tests

    def spoil(parsed: dict[str, Any], **_: Any) -> None:
        parsed["EndpointArn"] = parsed["EndpointConfigArn"] = parsed["ModelArn"] = {"arn": f"arn:aws:{REGION}:{ACCOUNT}"}

    for operation in ("DescribeEndpoint", "DescribeEndpointConfig", "DescribeModel"):
        session.events.register(f"after-call.sagemaker.{operation}", spoil)
    return session


def test_an_update_and_deletions_go_through(hosted: Hosted, unreadable: boto3.Session) -> None:
    name, client = hosted.server, hosted.client
    old, new = hosted.generation(1), hosted.generation(2)
    hosted.endpoint(name, old)

    def moves() -> bool:
        current = read_endpoint(client, name)
        return current is not None and new in {current.target_config, current.config_name}

    sdk.update_endpoint(unreadable, name, new, retained="nothing", rollout=None, started=moves)
    while (current := read_endpoint(client, name)) is None or current.status != "InService":
        pass
    assert current.config_name == new
    sdk.delete_endpoint(unreadable, name, lambda: False)
    while read_endpoint(client, name):
        pass
    sdk.delete_config(unreadable, old, lambda: False)
    sdk.delete_model(unreadable, old, lambda: False)
    assert (hosted.names("EndpointConfigs"), hosted.names("Models")) == ({new}, {new})


def test_what_is_gone_already_is_fine(hosted: Hosted) -> None:
    for delete in (sdk.delete_endpoint, sdk.delete_config, sdk.delete_model):
        delete(hosted.session, f"{hosted.server}-gone", lambda: False)
