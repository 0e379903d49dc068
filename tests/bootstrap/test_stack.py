"""A stack as it stands, by value and against the sandbox."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.client import BaseClient

from aces_action.bootstrap.stack import (
    Stack,
    StackCondition,
    create_change_set,
    discard,
    first_failure,
    follow,
    read_stack,
    start,
    way_out,
)
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
    ("status", "condition"),
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
        ("CREATE_FAILED", "stuck"),  # it holds what was made until then
        ("ROLLBACK_FAILED", "stuck"),
        ("UPDATE_FAILED", "stuck"),
        ("UPDATE_ROLLBACK_FAILED", "stuck"),
        ("DELETE_FAILED", "stuck"),
    ],
)
def test_every_status_of_cloudformation_means_one_of_five_things(status: str, condition: StackCondition) -> None:
    assert Stack(name="s", status=status).condition == condition


def test_only_what_has_nothing_to_lose_is_advised_to_be_deleted() -> None:
    """Of a status that nobody has thought of the events are shown."""
    shape = boto3.client("cloudformation", "us-east-1").meta.service_model.shape_for("StackStatus")
    stuck = {status for status in shape.enum if Stack(name="s", status=status).condition == "stuck"}
    deleted = {status for status in stuck if "delete-stack" in way_out(Stack(name="s", status=status), "us-east-1")}
    assert deleted == {"ROLLBACK_FAILED", "DELETE_FAILED"}
    assert "describe-stack-events" in way_out(Stack(name="s", status="IMPORT_ROLLBACK_FAILED"), "us-east-1")


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Any]:
    session: Any = admin_session()
    made: BaseClient = session.client("cloudformation", endpoint_url=sandbox.aws_url)
    yield made
    requests.delete(f"{sandbox.aws_url}/_sandbox/faults", timeout=10).raise_for_status()


def fault(sandbox: Sandbox, **rule: Any) -> None:
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=rule, timeout=10).raise_for_status()


def test_a_change_set_that_has_begun_is_not_taken_back_with_its_stack(sandbox: Sandbox, client: Any) -> None:
    """As when the answer to its execution got lost."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    fault(sandbox, service="s3", operation="CreateBucket", kind="slow", seconds=1)
    made = create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, time.sleep)
    known = start(client, Stack(name=name), made)
    discard(client, made, time.sleep)
    follow(client, made.stack, lambda _: None, time.sleep, known=known)
    stack = read_stack(client, name)
    assert (stack.status, set(stack.resources)) == ("CREATE_COMPLETE", {"Group", "Bucket"})


def test_what_was_cancelled_is_not_the_cause(sandbox: Sandbox, client: Any) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    fault(sandbox, service="logs", operation="CreateLogGroup", kind="error", status=400, code="InvalidParameterException")
    made = create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, time.sleep)
    seen: list[str] = []
    with pytest.raises(ActionError) as caught:
        known = start(client, Stack(name=name), made)
        follow(client, made.stack, lambda event: seen.append(f"{event.resource} {event.status}"), time.sleep, known=known)
    assert {"Group CREATE_FAILED", "Bucket CREATE_FAILED"} <= set(seen)
    cause = first_failure(client, name)
    assert cause is not None
    assert cause.resource == "Group"
    assert "Group (AWS::Logs::LogGroup) failed first" in caught.value.problems[0].message.en


def made_in_full(client: Any, name: str, parameter: str) -> None:
    made = create_change_set(client, read_stack(client, name), TEMPLATE, {"Name": parameter}, time.sleep)
    known = start(client, Stack(name=name), made)
    follow(client, made.stack, lambda _: None, time.sleep, known=known)


def change_sets(client: Any, name: str) -> int:
    return len(client.list_change_sets(StackName=name)["Summaries"])


def test_a_stack_that_somebody_else_still_decides_on_stays_with_their_change_set(client: Any) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    theirs = create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, time.sleep)
    ours = create_change_set(client, read_stack(client, name), TEMPLATE, {"Name": name}, time.sleep)
    discard(client, ours, time.sleep)
    assert (read_stack(client, name).status, change_sets(client, name)) == ("REVIEW_IN_PROGRESS", 1)
    discard(client, theirs, time.sleep)
    assert read_stack(client, name).status == ""


def test_ctrl_c_while_a_change_set_is_being_made_stays_ctrl_c_and_leaves_nothing(client: Any) -> None:
    name, sleeps = f"s-{uuid.uuid4().hex[:8]}", []

    def interrupted(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, interrupted)
    assert read_stack(client, name).status == ""


@pytest.mark.parametrize("operation", ["DescribeStacks", "DeleteChangeSet", "ListChangeSets", "DeleteStack"])
def test_what_cannot_be_taken_back_hides_nothing(sandbox: Sandbox, client: Any, operation: str) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    made = create_change_set(client, Stack(name=name), TEMPLATE, {"Name": name}, time.sleep)
    fault(sandbox, service="cloudformation", operation=operation, kind="expired", times=None)
    discard(client, made, time.sleep)


@pytest.mark.parametrize("operation", ["CreateChangeSet", "ExecuteChangeSet"])
def test_an_answer_that_gets_lost_is_asked_for_again_and_nothing_is_done_twice(
    sandbox: Sandbox, client: Any, operation: str
) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    fault(sandbox, service="cloudformation", operation=operation, kind="lost")
    made_in_full(client, name, name)
    assert read_stack(client, name).status == "CREATE_COMPLETE"


def test_a_plan_that_something_else_has_overtaken_is_not_carried_out(client: Any) -> None:
    name = f"s-{uuid.uuid4().hex[:8]}"
    made_in_full(client, name, name)
    stale = create_change_set(client, read_stack(client, name), TEMPLATE, {"Name": f"{name}-ours"}, time.sleep)
    made_in_full(client, name, f"{name}-theirs")
    with pytest.raises(ActionError) as caught:
        start(client, read_stack(client, name), stale)
    (problem,) = caught.value.problems
    assert (problem.kind.code, name in problem.message.en) == ("ACES-I004", True)
    assert read_stack(client, name).resources["Bucket"] == f"{name}-theirs"
