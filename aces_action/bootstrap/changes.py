"""What a change set would do, as rows. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aces_action.language import Text

Effect = Literal["create", "change", "perhaps replace", "replace", "delete", "release"]

BUCKET, REPOSITORY = "AWS::S3::Bucket", "AWS::ECR::Repository"
QUEUE, ENVIRONMENT = "AWS::Batch::JobQueue", "AWS::Batch::ComputeEnvironment"
# Of its properties that may take a new environment, none does: ReplaceComputeEnvironment is false in our template, for which a
# change set says 'Conditional' all the same (CloudFormation's schema: conditionalCreateOnlyProperties; assumed of the change set)
_IN_PLACE = ENVIRONMENT
_ENDS: frozenset[Effect] = frozenset({"perhaps replace", "replace", "delete"})

_MARKS: Mapping[Effect, str] = {
    "create": "+",
    "change": "~",
    "perhaps replace": "±",
    "replace": "±",
    "delete": "-",
    "release": "-",
}
_WORDS: Mapping[Effect, Text] = {
    "create": Text("create", "作成"),
    "change": Text("change", "変更"),
    "perhaps replace": Text("change or replace", "変更または置き換え"),
    "replace": Text("replace", "置き換え"),
    "delete": Text("delete", "削除"),
    "release": Text("keep, out of the stack", "残してスタックから外す"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackChange:
    """One resource of a change set. `name`: what it is called in AWS, empty where AWS names it; `properties` that differ."""

    effect: Effect
    resource: str
    kind: str
    name: str = ""
    properties: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        return _MARKS[self.effect]

    @property
    def word(self) -> Text:
        return _WORDS[self.effect]

    @property
    def leaves_data(self) -> bool:
        """Whether what is in a bucket or repository would be lost or left behind, if there is something in it. What only leaves
        the stack is used as before: a person has said so."""
        return self.kind in {BUCKET, REPOSITORY} and self.effect in _ENDS

    @property
    def ends_jobs(self) -> bool:
        """Whether jobs under way there would be ended (botocore: DeleteJobQueue: 'All jobs in the queue are eventually
        terminated')."""
        return self.kind in {QUEUE, ENVIRONMENT} and self.effect in _ENDS


def read_changes(changes: Iterable[Mapping[str, Any]]) -> tuple[StackChange, ...]:
    """The changes of DescribeChangeSet, deletions last."""
    rows = [_row(each["ResourceChange"]) for each in changes if each.get("Type", "Resource") == "Resource"]
    order: list[Effect] = ["create", "change", "perhaps replace", "replace", "release", "delete"]
    return tuple(sorted(rows, key=lambda row: order.index(row.effect)))


def _row(change: Mapping[str, Any]) -> StackChange:
    targets = [each["Target"] for each in change.get("Details", [])]
    names = [target.get("Name") or target.get("Attribute", "") for target in targets]
    return StackChange(
        effect=_effect(change),
        resource=change["LogicalResourceId"],
        kind=change["ResourceType"],
        name=change.get("PhysicalResourceId") or _name(change),
        properties=tuple(dict.fromkeys(name for name in names if name)),
    )


def _name(change: Mapping[str, Any]) -> str:
    """What the template calls a resource that is to be made (botocore: ResourceChange, AfterContext)."""
    try:
        properties = json.loads(change.get("AfterContext") or "{}").get("Properties", {})
    except (ValueError, AttributeError):
        return ""
    kind = change["ResourceType"].rpartition("::")[2]
    names = (f"{kind}Name", "ManagedPolicyName", "RoleName", "BucketName", "LogGroupName")
    return next((str(properties[name]) for name in names if properties.get(name)), "")


def _effect(change: Mapping[str, Any]) -> Effect:
    match change["Action"]:
        case "Add" | "Import":
            return "create"
        case "Remove":
            return "release" if change.get("PolicyAction") == "Retain" else "delete"
    match change.get("Replacement"):
        case "True":
            return "replace"
        case "Conditional" if change["ResourceType"] != _IN_PLACE:
            return "perhaps replace"
    return "change"
