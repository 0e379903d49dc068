"""A stack of CloudFormation: as it stands, its change sets, and how a change comes to its end."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message
from aces_action.bootstrap.changes import StackChange, read_changes
from aces_action.bootstrap.template import StackTemplate
from aces_action.language import EMPTY, Text
from aces_action.problems import ActionError
from aces_action.problems import bootstrap as problems
from aces_action.sanitiser import one_line

# It is not among those that the image keeps botocore's description of: nothing is bootstrapped in there
SERVICE = "cloudformation"
STACK = "AWS::CloudFormation::Stack"
StackCondition = Literal["absent", "ready", "busy", "never created", "stuck"]

_READY = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
)
_GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"})
# The words of an empty change set: elias5000/clouds-aws#9, ansible-collections/amazon.aws#507
_NO_CHANGES = re.compile(r"didn't contain changes|No updates are to be performed")
_NOT_AUTHORIZED = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_TAKEN = re.compile(r"already exist|already own it|AlreadyExists", re.IGNORECASE)
# What is said of all that was under way when something else failed
_CANCELLED = re.compile(r"cancell?ed", re.IGNORECASE)
_LONGEST_REASON = 600  # characters
_TRIES = 10  # to discard a change set, within five seconds
_WAYS_OUT: Mapping[str, str] = {
    "CREATE_FAILED": "rollback-stack",
    "UPDATE_FAILED": "rollback-stack",
    "UPDATE_ROLLBACK_FAILED": "continue-update-rollback",
    "ROLLBACK_FAILED": "delete-stack",
    "DELETE_FAILED": "delete-stack",
}


class CloudFormation(Protocol):
    """What is called of boto3's client."""

    def describe_stacks(self, **request: Any) -> Any: ...
    def describe_stack_resources(self, **request: Any) -> Any: ...
    def describe_stack_events(self, **request: Any) -> Any: ...
    def create_change_set(self, **request: Any) -> Any: ...
    def describe_change_set(self, **request: Any) -> Any: ...
    def execute_change_set(self, **request: Any) -> Any: ...
    def delete_change_set(self, **request: Any) -> Any: ...
    def list_change_sets(self, **request: Any) -> Any: ...
    def delete_stack(self, **request: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack as it stands. `status` is empty where there is none; `resources` by logical names."""

    name: str
    id: str = ""
    status: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def condition(self) -> StackCondition:
        """REVIEW_IN_PROGRESS is a stack that has had nothing but change sets (botocore: CreateChangeSetInput, ChangeSetType).

        One whose creation failed without being rolled back holds what was made until then (botocore: RollbackStack), which
        may be in use: CREATE_FAILED is not the same as ROLLBACK_COMPLETE.
        """
        if self.status in {"", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}:
            return "absent"
        if self.status in _READY:
            return "ready"
        if self.status.endswith("_IN_PROGRESS"):
            return "busy"
        return "never created" if self.status == "ROLLBACK_COMPLETE" else "stuck"

    def is_of(self, project: str, env: str, template: StackTemplate) -> bool:
        """Whether it was made from our template for this project and environment, by whatever means.

        Any template may have such parameters, and what ours has not would be deleted.
        """
        named = self.parameters.get("Project") == project and self.parameters.get("Env") == env
        return named and self.resources.keys() <= template.resources


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set that is there. `creates`: the stack is there for its sake alone."""

    id: str
    stack: str
    creates: bool
    changes: tuple[StackChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """Something that happened. `reason` in AWS's words, cleaned."""

    id: str
    resource: str
    kind: str
    status: str
    reason: str


OnEvent = Callable[[StackEvent], None]
Sleep = Callable[[float], None]


def read_stack(client: CloudFormation, name: str) -> Stack:
    try:
        [found] = client.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error_code(error) == "ValidationError" and "does not exist" in error_message(error):
            return Stack(name=name)
        raise
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    return Stack(
        name=name,
        id=found["StackId"],
        status=found["StackStatus"],
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])},
        resources={
            each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
            for each in resources
            if each["ResourceStatus"] not in {"DELETE_COMPLETE", "DELETE_SKIPPED", "CREATE_FAILED"}
        },
        outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
    )


def create_change_set(
    client: CloudFormation, stack: Stack, template: StackTemplate, parameters: Mapping[str, str], sleep: Sleep
) -> ChangeSet:
    """What CloudFormation would change. Nothing is changed yet, but for a new stack in REVIEW_IN_PROGRESS.

    Raises ActionError (I006) where it refuses.
    """
    creates = stack.condition == "absent"
    name = f"aces-action-{random.getrandbits(48):012x}"
    try:
        made = client.create_change_set(
            StackName=stack.name,
            ChangeSetName=name,
            ClientToken=name,  # botocore tries again where the answer got lost
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateBody=template.body,
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(parameters.items())],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    except ClientError as error:
        if error_code(error) == "ValidationError":
            raise ActionError(problems.change_set_refused(stack.name, _cleaned(error_message(error)))) from error
        raise
    change_set = ChangeSet(id=made["Id"], stack=made.get("StackId") or stack.name, creates=creates, changes=())
    try:
        described = _made(client, change_set, sleep)
    except BaseException:
        discard(client, change_set, sleep)
        raise
    reason = described.get("StatusReason") or ""
    if described["Status"] == "FAILED" and not _NO_CHANGES.search(reason):
        discard(client, change_set, sleep)
        raise ActionError(problems.change_set_refused(stack.name, _cleaned(reason)))
    return ChangeSet(id=change_set.id, stack=change_set.stack, creates=creates, changes=read_changes(described["Changes"]))


def _made(client: CloudFormation, change_set: ChangeSet, sleep: Sleep) -> dict[str, Any]:
    """The change set with all its pages, once it is made."""
    for attempt in count():
        described: dict[str, Any] = client.describe_change_set(ChangeSetName=change_set.id, IncludePropertyValues=True)
        if not described["Status"].endswith(("_PENDING", "_IN_PROGRESS")):
            break
        sleep(_pause(attempt))
    page = described
    while token := page.get("NextToken"):
        page = client.describe_change_set(ChangeSetName=change_set.id, IncludePropertyValues=True, NextToken=token)
        described["Changes"] += page["Changes"]
    return described


def discard(client: CloudFormation, change_set: ChangeSet, sleep: Sleep) -> None:
    """Takes back a change set that was only looked at, and the stack that was there for its sake.

    What cannot be taken back does no harm: nothing that AWS answers here hides what went wrong before.
    """
    with suppress(*AWS_ERRORS):
        for attempt in range(_TRIES):
            [found] = client.describe_stacks(StackName=change_set.stack)["Stacks"]
            if found["StackStatus"].endswith("_IN_PROGRESS") and found["StackStatus"] != "REVIEW_IN_PROGRESS":
                return  # it is being carried out: the answer to that got lost, or somebody else has done it
            try:
                client.delete_change_set(ChangeSetName=change_set.id)
            except ClientError as error:
                # while it is being made (botocore: InvalidChangeSetStatusException)
                if not error_code(error).startswith("InvalidChangeSetStatus"):
                    raise
                sleep(_pause(attempt))
            else:
                _discard_stack(client, change_set)
                return


def _discard_stack(client: CloudFormation, change_set: ChangeSet) -> None:
    """A stack that has had nothing but change sets, unless somebody has one more to decide on, which would go with it."""
    if not change_set.creates:
        return
    [found] = client.describe_stacks(StackName=change_set.stack)["Stacks"]
    if found["StackStatus"] == "REVIEW_IN_PROGRESS" and not client.list_change_sets(StackName=change_set.stack)["Summaries"]:
        client.delete_stack(StackName=change_set.stack)


def start(client: CloudFormation, stack: Stack, change_set: ChangeSet) -> frozenset[str]:
    """Has it carried out. Returns the events that there were before, for `follow`.

    Raises ActionError (I004) where the stack was changed since, with which its change sets end (botocore: ExecuteChangeSet).
    """
    known = frozenset(event.id for event in _events(client, change_set.stack))
    try:
        client.execute_change_set(ChangeSetName=change_set.id, ClientRequestToken=change_set.id.rpartition("/")[2])
    except ClientError as error:
        if error_code(error).startswith(("InvalidChangeSetStatus", "ChangeSetNotFound")):
            raise ActionError(problems.plan_out_of_date(stack.name)) from error
        raise
    return known


def delete(client: CloudFormation, stack: Stack, on_event: OnEvent, sleep: Sleep) -> None:
    """Deletes a stack whose creation has failed, and follows that to its end."""
    known = {event.id for event in _events(client, stack.id)}
    client.delete_stack(StackName=stack.id)
    follow(client, stack.id, on_event, sleep, known=known)


def follow(client: CloudFormation, stack: str, on_event: OnEvent, sleep: Sleep, *, known: Iterable[str] = ()) -> None:
    """Tells what happens to a stack until its change is at an end. `known`: events that have been told.

    Raises ActionError (I005) where it ends otherwise than well.
    """
    seen = set(known)
    for attempt in count():
        [found] = client.describe_stacks(StackName=stack)["Stacks"]
        status: str = found["StackStatus"]
        for event in reversed(list(_events(client, stack))):  # after the status: none of its last ones is missed
            if event.id not in seen:
                seen.add(event.id)
                on_event(event)
        if not status.endswith("_IN_PROGRESS"):
            break
        sleep(_pause(attempt))
    if status not in _GOOD:
        cause = first_failure(client, stack)
        raise ActionError(problems.stack_failed(found["StackName"], status, told_cause(cause), _advice(cause)))


def first_failure(client: CloudFormation, stack: str) -> StackEvent | None:
    """What failed first in a stack's last change; what was cancelled for its sake does not count."""
    failure = None
    for event in _events(client, stack):
        if event.status.endswith("_FAILED") and event.kind != STACK and not _CANCELLED.search(event.reason):
            failure = event
        if event.kind == STACK and event.status in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}:
            break
    return failure


def told_cause(failure: StackEvent | None) -> Text:
    return problems.first_cause(failure.resource, failure.kind, failure.reason) if failure else EMPTY


def _advice(failure: StackEvent | None) -> Text:
    reason = failure.reason if failure else ""
    if lacking := _NOT_AUTHORIZED.search(reason):
        return problems.missing_permission(lacking[1])
    return problems.NAME_TAKEN if _TAKEN.search(reason) else EMPTY


def way_out(stack: Stack, region: str) -> str:
    """The command that gets a stack out of where a failed change has left it (CloudFormation User Guide, 'Troubleshooting')."""
    verb = _WAYS_OUT.get(stack.status, "describe-stack-events")
    return f"aws cloudformation {verb} --stack-name {stack.name} --region {region}"


def _events(client: CloudFormation, stack: str) -> Iterator[StackEvent]:
    """From the newest on."""
    token: dict[str, str] = {}
    while True:
        page = client.describe_stack_events(StackName=stack, **token)
        for each in page["StackEvents"]:
            yield StackEvent(
                id=each["EventId"],
                resource=each["LogicalResourceId"],
                kind=each["ResourceType"],
                status=each["ResourceStatus"],
                reason=_cleaned(each.get("ResourceStatusReason") or ""),
            )
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _cleaned(words: str) -> str:
    return one_line(words, _LONGEST_REASON)


def _pause(attempt: int) -> float:
    """Seconds: short at first, since much is quick."""
    return min(0.2 * 1.2**attempt, 3.0)
