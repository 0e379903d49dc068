"""CloudFormation as AWS has it: what it refuses, what it rolls back, and what stands afterwards."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.aws.cloudformation.resources import KINDS, NEW_RESOURCE
from sandbox.seed import admin_session
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG


class Stacks:
    """Stacks of one test, each with a bucket of its name."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = sandbox.aws_url
        self.client: Any = admin_session().client("cloudformation", endpoint_url=self.url, config=CONFIG)
        self.s3: Any = admin_session().client("s3", endpoint_url=self.url, config=CONFIG)
        self.name = f"s-{uuid.uuid4().hex[:8]}"

    def bucket(self, name: str | None = None, **more: Any) -> dict[str, Any]:
        return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name or self.name}, **more}

    def log_group(self, days: object = 7) -> dict[str, Any]:
        return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": self.name, "RetentionInDays": days}}

    def change_set(self, resources: dict[str, Any], *, kind: str = "CREATE", **more: Any) -> dict[str, Any]:
        request = {
            "StackName": self.name,
            "ChangeSetName": f"c-{uuid.uuid4().hex[:8]}",
            "ChangeSetType": kind,
            "TemplateBody": json.dumps({"Resources": resources, **more.pop("template", {})}),
            **more,
        }
        made = self.client.create_change_set(**request)["Id"]
        while (found := self.client.describe_change_set(ChangeSetName=made))["Status"].endswith("_IN_PROGRESS"):
            time.sleep(0.01)
        described: dict[str, Any] = found
        return described

    def execute(self, resources: dict[str, Any], **more: Any) -> str:
        """Its status at the end."""
        made = self.change_set(resources, **more)
        self.client.execute_change_set(ChangeSetName=made["ChangeSetId"])
        return self.end()

    def end(self, name: str | None = None) -> str:
        while (status := self.status(name)).endswith("_IN_PROGRESS"):
            time.sleep(0.02)
        return status

    def status(self, name: str | None = None) -> str:
        [stack] = self.client.describe_stacks(StackName=name or self.name)["Stacks"]
        return str(stack["StackStatus"])

    def events(self) -> list[tuple[str, str]]:
        """From the first on: what became of what."""
        found = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [(each["LogicalResourceId"], each["ResourceStatus"]) for each in reversed(found)]

    def reasons(self) -> str:
        found = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return "\n".join(each.get("ResourceStatusReason") or "" for each in found)

    def buckets(self) -> set[str]:
        return {each["Name"] for each in self.s3.list_buckets()["Buckets"]}

    def fault(self, **rule: Any) -> None:
        requests.post(f"{self.url}/_sandbox/faults", json=rule, timeout=10).raise_for_status()


@pytest.fixture
def stacks(sandbox: Sandbox) -> Iterator[Stacks]:
    yield Stacks(sandbox)
    requests.delete(f"{sandbox.aws_url}/_sandbox/faults", timeout=10)


def refused(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_takes_a_new_resource_is_by_the_schemas_of_aws(kind: str) -> None:
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # here: no other test pays for it

    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    keys = ("createOnlyProperties", "conditionalCreateOnlyProperties")
    assert NEW_RESOURCE[kind] == tuple(
        tuple(sorted(path.removeprefix("/properties/") for path in schema.get(key) or ())) for key in keys
    )


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"TemplateBody": json.dumps({"Resources": {"A": ROLE}, "Description": "x" * 51_200})}, "ValidationError", "51200"),
        ({"TemplateBody": json.dumps({"Resources": {"A": ROLE}})}, "InsufficientCapabilitiesException", "CAPABILITY_NAMED_IAM"),
        ({"TemplateBody": "{}"}, "ValidationError", "At least one Resources member"),
        ({"Parameters": [{"ParameterKey": "Unknown", "ParameterValue": "1"}]}, "ValidationError", "do not exist in the template"),
        ({"ChangeSetType": "UPDATE"}, "ValidationError", "does not exist"),
    ],
)
def test_a_change_set_that_cannot_be_is_refused(stacks: Stacks, change: dict[str, Any], code: str, words: str) -> None:
    request = {
        "StackName": stacks.name,
        "ChangeSetName": "c",
        "ChangeSetType": "CREATE",
        "TemplateBody": json.dumps({"Resources": {"A": stacks.bucket()}}),
    }
    with pytest.raises(ClientError) as caught:
        stacks.client.create_change_set(**request | change)
    assert refused(caught)[0] == code
    assert words in refused(caught)[1]


def test_a_parameter_that_the_template_does_not_take_is_refused(stacks: Stacks) -> None:
    template = {"Parameters": {"Env": {"Type": "String", "AllowedValues": ["dev"]}}}
    for given, words in (([], "must have values"), ([{"ParameterKey": "Env", "ParameterValue": "x"}], "AllowedValues")):
        with pytest.raises(ClientError, match=words):
            stacks.change_set({"A": stacks.bucket()}, template=template, Parameters=given)


def test_a_change_set_that_is_only_looked_at_leaves_a_stack_in_review_until_that_is_deleted(stacks: Stacks) -> None:
    made = stacks.change_set({"A": stacks.bucket()})
    assert [each["ResourceChange"]["Action"] for each in made["Changes"]] == ["Add"]
    assert stacks.status() == "REVIEW_IN_PROGRESS"
    stacks.client.delete_change_set(ChangeSetName=made["ChangeSetId"])
    stacks.client.delete_stack(StackName=made["StackId"])
    with pytest.raises(ClientError, match="does not exist"):
        stacks.status()
    assert stacks.name not in stacks.buckets()


def test_a_stack_is_made_step_by_step_and_the_same_again_changes_nothing(stacks: Stacks) -> None:
    resources = {"A": stacks.bucket(), "B": stacks.log_group()}
    assert stacks.execute(resources) == "CREATE_COMPLETE"
    assert stacks.events()[1:3] == [(stacks.name, "CREATE_IN_PROGRESS"), ("A", "CREATE_IN_PROGRESS")]
    again = stacks.change_set(resources, kind="UPDATE")
    assert (again["Status"], again["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "didn't contain changes" in again["StatusReason"]


def test_a_name_that_is_taken_fails_the_creation_which_is_rolled_back_whole(stacks: Stacks) -> None:
    stacks.s3.create_bucket(Bucket=stacks.name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
    logs: Any = admin_session().client("logs", endpoint_url=stacks.url, config=CONFIG)
    assert stacks.execute({"B": stacks.log_group(), "A": stacks.bucket()}) == "ROLLBACK_COMPLETE"
    assert ("A", "CREATE_FAILED") in stacks.events()
    assert "AlreadyExists" in stacks.reasons()
    assert logs.describe_log_groups(logGroupNamePrefix=stacks.name)["logGroups"] == []
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stacks.change_set({"A": stacks.bucket("other")})


def test_what_a_failed_creation_has_made_goes_unless_it_is_always_retained(stacks: Stacks) -> None:
    for policy, stays in (("RetainExceptOnCreate", False), ("Retain", True)):
        other = Stacks.__new__(Stacks)
        other.__dict__ = {**stacks.__dict__, "name": f"s-{uuid.uuid4().hex[:8]}"}
        other.fault(service="logs", operation="CreateLogGroup", kind="error", status=400, code="InvalidParameterException")
        assert other.execute({"A": other.bucket(DeletionPolicy=policy), "B": other.log_group()}) == "ROLLBACK_COMPLETE"
        assert (other.name in other.buckets()) is stays


def test_an_update_that_fails_brings_back_what_was(stacks: Stacks) -> None:
    logs: Any = admin_session().client("logs", endpoint_url=stacks.url, config=CONFIG)
    assert stacks.execute({"B": stacks.log_group(7)}) == "CREATE_COMPLETE"
    stacks.fault(service="s3", operation="CreateBucket", kind="error", status=403, code="AccessDenied")
    resources = {"B": stacks.log_group(30), "A": stacks.bucket()}
    assert stacks.execute(resources, kind="UPDATE") == "UPDATE_ROLLBACK_COMPLETE"
    [group] = logs.describe_log_groups(logGroupNamePrefix=stacks.name)["logGroups"]
    assert group["retentionInDays"] == 7


def test_what_needs_another_name_is_replaced_and_a_retained_bucket_stays(stacks: Stacks) -> None:
    policies = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    assert stacks.execute({"A": stacks.bucket(**policies)}) == "CREATE_COMPLETE"
    made = stacks.change_set({"A": stacks.bucket(f"{stacks.name}-2", **policies)}, kind="UPDATE")
    [change] = [each["ResourceChange"] for each in made["Changes"]]
    assert (change["Action"], change["Replacement"], change["PolicyAction"]) == ("Modify", "True", "ReplaceAndRetain")
    stacks.client.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert stacks.end() == "UPDATE_COMPLETE"
    assert {stacks.name, f"{stacks.name}-2"} <= stacks.buckets()


def test_a_stack_that_is_busy_takes_no_other_change(stacks: Stacks) -> None:
    stacks.fault(service="s3", operation="CreateBucket", kind="slow", seconds=1)
    made = stacks.change_set({"A": stacks.bucket()})
    stacks.client.execute_change_set(ChangeSetName=made["ChangeSetId"])
    with pytest.raises(ClientError, match="CREATE_IN_PROGRESS state and can not be updated"):
        stacks.change_set({"A": stacks.bucket()}, kind="UPDATE")
    assert stacks.end() == "CREATE_COMPLETE"
