"""A stack as it stands, by value and against the sandbox."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
import requests
from botocore.client import BaseClient

from aces_action.bootstrap.stack import Stack, Standing, create_change_set, discard, first_failure, follow, read_stack, start
from aces_action.bootstrap.template import StackTemplate
from aces_action.problems import ActionError
from sandbox.seed import admin_session
from sandbox.server import Sandbox

BODY = """
Parameters:
  Name: { Type: String }
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: !Ref Name }
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: !Ref Name }
"""
TEMPLATE = StackTemplate(suffix="x", file="x", body=BODY, parameters=frozenset({"Name"}))


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("", "absent"),
        ("REVIEW_IN_PROGRESS", "absent"),
        ("DELETE_COMPLETE", "absent"),
        ("CREATE_COMPLETE", "ready"),
        ("UPDATE_COMPLETE", "ready"),
        ("UPDATE_ROLLBACK_COMPLETE", "ready"),
        ("CREATE_IN_PROGRESS", "busy"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "busy"),
        ("ROLLBACK_IN_PROGRESS", "busy"),
        ("DELETE_IN_PROGRESS", "busy"),
        ("ROLLBACK_COMPLETE", "never created"),
        ("CREATE_FAILED", "never created"),
        ("ROLLBACK_FAILED", "stuck"),
        ("UPDATE_FAILED", "stuck"),
        ("UPDATE_ROLLBACK_FAILED", "stuck"),
        ("DELETE_FAILED", "stuck"),
    ],
)
def test_every_status_of_cloudformation_means_one_of_five_things(status: str, standing: Standing) -> None:
    assert Stack(name="s", status=status).standing == standing


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    session: Any = admin_session()
    made: BaseClient = session.client("cloudformation", endpoint_url=sandbox.aws_url)
    return made


def fault(sandbox: Sandbox, **rule: Any) -> None:
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=rule, timeout=10).raise_for_status()


def test_a_change_set_that_has_begun_is_not_taken_back_with_its_stack(sandbox: Sandbox, client: Any) -> None:
    """As when the answer to its execution got lost."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    fault(sandbox, service="s3", operation="CreateBucket", kind="slow", seconds=1)
    made = create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, time.sleep)
    known = start(client, made)
    discard(client, made)
    follow(client, made.stack, lambda _: None, time.sleep, known=known)
    stack = read_stack(client, name)
    assert (stack.status, set(stack.resources)) == ("CREATE_COMPLETE", {"Group", "Bucket"})


def test_what_was_cancelled_is_not_the_cause(sandbox: Sandbox, client: Any) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    fault(sandbox, service="logs", operation="CreateLogGroup", kind="error", status=400, code="InvalidParameterException")
    made = create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, time.sleep)
    seen: list[str] = []
    with pytest.raises(ActionError) as caught:
        known = start(client, made)
        follow(client, made.stack, lambda event: seen.append(f"{event.resource} {event.status}"), time.sleep, known=known)
    assert {"Group CREATE_FAILED", "Bucket CREATE_FAILED"} <= set(seen)
    cause = first_failure(client, name)
    assert cause is not None
    assert cause.resource == "Group"
    assert "Group (AWS::Logs::LogGroup) failed first" in caught.value.problems[0].message.en
