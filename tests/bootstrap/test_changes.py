"""A change set as rows, by value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aces_action.bootstrap.changes import Effect, read_changes

BUCKET, QUEUE, ENVIRONMENT = "AWS::S3::Bucket", "AWS::Batch::JobQueue", "AWS::Batch::ComputeEnvironment"


def change(kind: str, action: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Resource", "ResourceChange": {"Action": action, "LogicalResourceId": "A", "ResourceType": kind, **more}}


@pytest.mark.parametrize(
    ("told", "effect", "leaves_data"),
    [
        (change(BUCKET, "Add"), "create", False),
        (change(BUCKET, "Modify", Replacement="False"), "change", False),
        (change(BUCKET, "Modify", Replacement="True"), "replace", True),
        (change(BUCKET, "Modify", Replacement="Conditional"), "perhaps replace", True),
        (change(BUCKET, "Remove", PolicyAction="Retain"), "release", False),
        (change(BUCKET, "Remove", PolicyAction="Delete"), "delete", True),
        (change(BUCKET, "Remove"), "delete", True),
        (change(QUEUE, "Modify", Replacement="True"), "replace", False),
        (change(ENVIRONMENT, "Modify", Replacement="Conditional"), "change", False),
        (change(ENVIRONMENT, "Modify", Replacement="True"), "replace", False),
        (change(QUEUE, "Dynamic"), "change", False),
    ],
)
def test_what_becomes_of_a_resource(told: dict[str, Any], effect: Effect, leaves_data: bool) -> None:
    (row,) = read_changes([told])
    assert (row.effect, row.leaves_data) == (effect, leaves_data)


@pytest.mark.parametrize("kind", [QUEUE, ENVIRONMENT])
def test_jobs_end_with_their_queue_and_their_environment_and_not_with_a_change_in_place(kind: str) -> None:
    told = [change(kind, "Add"), change(kind, "Modify", Replacement="False"), change(kind, "Remove")]
    told.append(change(kind, "Modify", Replacement="True"))
    assert {row.effect: row.ends_jobs for row in read_changes(told)} == {
        "create": False, "change": False, "delete": True, "replace": True,
    }  # fmt: skip


def test_a_new_resource_has_the_name_that_the_template_gives() -> None:
    context = json.dumps({"Properties": {"BucketName": "plates-dev"}})
    names = [
        read_changes([change(BUCKET, "Add", AfterContext=each)])[0].name for each in (context, "", "no JSON", '["Properties"]')
    ]
    assert names == ["plates-dev", "", "", ""]


def test_what_differs_is_named_once_and_deletions_come_last() -> None:
    details = [{"Target": {"Attribute": "Properties", "Name": "Tags"}}, {"Target": {"Attribute": "Properties", "Name": "Tags"}}]
    details.append({"Target": {"Attribute": "Metadata"}})
    rows = read_changes([change(QUEUE, "Remove"), change(BUCKET, "Modify", Replacement="False", Details=details)])
    assert [row.effect for row in rows] == ["change", "delete"]
    assert rows[0].properties == ("Tags", "Metadata")
