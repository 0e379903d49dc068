"""Stacks and change sets as CloudFormation keeps them, and what happens to a stack: in a thread of its own, which takes time.

Of what stands nowhere in AWS's documents the words are those of public reports; sources beside them."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.aws.cloudformation.resources import KINDS, Clients, Made, recreation
from sandbox.aws.cloudformation.template import JSON, Resource, Template, invalid
from sandbox.aws.wire import Refusal

LARGEST_BODY = 51_200  # bytes (botocore: CreateChangeSetInput, TemplateBody)
STACK = "AWS::CloudFormation::Stack"
# elias5000/clouds-aws#9; ansible-collections/amazon.aws#507 knows 'No updates are to be performed.' as well
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
_NOT_YET = "(known after the change)"  # in place of what a resource that is to be made will be called
_FAILURES = (ClientError, BotoCoreError, KeyError, ValueError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A resource of a stack as it stands."""

    resource: Resource
    made: Made


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One change. `old` is None for what is added, `new` for what is removed; `details` by property."""

    action: str
    name: str
    kind: str
    old: Standing | None = None
    new: Resource | None = None
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def replacement(self) -> str:
        words = set(self.details.values())
        return "True" if "Always" in words else "Conditional" if "Conditionally" in words else "False"


@dataclass(slots=True, kw_only=True)
class ChangeSet:
    """`described`: how often. It is being made until it was described once."""

    id: str
    name: str
    template: Template
    values: dict[str, str]
    changes: list[Planned]
    capabilities: list[str]
    created: datetime
    described: int = 0
    execution: str = "AVAILABLE"


@dataclass(slots=True, kw_only=True)
class Stack:
    """`operation`: done by a thread, None where nothing is under way."""

    id: str
    name: str
    region: str
    account: str
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = "User Initiated"
    template: Template | None = None
    values: dict[str, str] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    outputs: list[JSON] = field(default_factory=list)
    tags: list[JSON] = field(default_factory=list)
    capabilities: list[str] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    events: list[JSON] = field(default_factory=list)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime | None = None

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def pseudo(self) -> dict[str, str]:
        return {
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::StackName": self.name,
            "AWS::StackId": self.id,
        }

    def happened(self, name: str, kind: str, status: str, reason: str = "", physical: str = "") -> None:
        """Puts an event on record; of the stack itself, which has that status from then on, under its own name."""
        if kind == STACK:
            self.status, self.reason = status, reason
        self.events.append(
            {
                "StackId": self.id,
                "EventId": str(uuid.uuid4()),
                "StackName": self.name,
                "LogicalResourceId": name,
                "PhysicalResourceId": physical or (self.id if kind == STACK else ""),
                "ResourceType": kind,
                "Timestamp": datetime.now(UTC),
                "ResourceStatus": status,
                "ResourceStatusReason": reason or None,
            }
        )

    def turned(self, status: str, reason: str = "") -> None:
        self.happened(self.name, STACK, status, reason)


class Stacks:
    """All stacks of the account, by region and name; deleted ones by id alone. `answered`: by the requests' tokens."""

    def __init__(self) -> None:
        self._stacks: dict[str, Stack] = {}
        self.answered: dict[str, JSON] = {}
        self._threads: list[threading.Thread] = []

    def reset(self) -> None:
        self._stacks.clear()
        self.answered.clear()

    def find(self, region: str, name: str) -> Stack | None:
        """By name or id. A stack that was deleted only by its id (botocore: DescribeStacksInput)."""
        for stack in self._stacks.values():
            if stack.region == region and (stack.id == name or (stack.name == name and stack.status != "DELETE_COMPLETE")):
                return stack
        return None

    def get(self, region: str, name: str) -> Stack:
        if found := self.find(region, name):
            return found
        raise invalid(f"Stack with id {name} does not exist")

    def all(self, region: str) -> list[Stack]:
        return [each for each in self._stacks.values() if each.region == region and each.status != "DELETE_COMPLETE"]

    def begin(self, region: str, account: str, name: str, tags: list[JSON]) -> Stack:
        stack = Stack(
            id=f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}",
            name=name,
            region=region,
            account=account,
            tags=tags,
        )
        stack.turned("REVIEW_IN_PROGRESS", "User Initiated")
        self._stacks[stack.id] = stack
        return stack

    def forget(self, stack: Stack) -> None:
        stack.turned("DELETE_COMPLETE")

    def run(self, work: Callable[[], None]) -> None:
        """Does what a stack goes through meanwhile."""
        thread = threading.Thread(target=work, name="stack", daemon=True)
        thread.start()
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]


def plan(stack: Stack, template: Template, values: Mapping[str, str]) -> list[Planned]:
    """What would change, in the order in which it is made. What a resource that is replaced will be called is not known yet."""
    changes: dict[str, Planned] = {}

    def attribute(name: str, which: str) -> str:
        had = stack.standing.get(name)
        if had is None or (name in changes and changes[name].replacement == "True"):
            return f"{_NOT_YET} {name}.{which}"
        return _attribute(had.made, which)

    wanted = template.order(values, stack.pseudo())
    for name in wanted:  # what is replaced has another name for those after it
        resource = template.resource(name, values, stack.pseudo(), attribute)
        had = stack.standing.get(name)
        if resource.kind not in KINDS:
            raise NotImplementedError(resource.kind)
        if had is None:
            changes[name] = Planned(action="Add", name=name, kind=resource.kind, new=resource)
        elif details := recreation(resource.kind, had.resource.properties, resource.properties):
            changes[name] = Planned(action="Modify", name=name, kind=resource.kind, old=had, new=resource, details=details)
    removed = [
        Planned(action="Remove", name=name, kind=had.resource.kind, old=had)
        for name, had in stack.standing.items()
        if name not in wanted
    ]
    return [*changes.values(), *removed]


def _attribute(made: Made, which: str) -> str:
    return made.physical if which == "Ref" else made.attributes[which]


@dataclass(slots=True, kw_only=True)
class Operation:
    """A change set that is carried out, or a stack that is deleted. `lock` is held for what is put on record alone."""

    stack: Stack
    clients: Clients
    lock: threading.RLock
    stopping: threading.Event

    def execute(self, change_set: ChangeSet) -> None:
        """CREATE_ or UPDATE_IN_PROGRESS until its end."""
        stack = self.stack
        verb = "UPDATE" if stack.template else "CREATE"
        before = dict(stack.standing)
        undo: list[Callable[[], None]] = []
        failed = self._apply(change_set, undo)
        if not failed:
            with self.lock:
                stack.template, stack.values = change_set.template, change_set.values
                stack.outputs = stack.template.outputs(stack.values, stack.pseudo(), self._attribute)
                if verb == "UPDATE":
                    stack.turned("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            self._remove(self._superseded(before), replaced=True)
            with self.lock:
                stack.turned(f"{verb}_COMPLETE")
            return
        names = ", ".join(failed)
        if verb == "CREATE":
            self._record_stack(
                "ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to create: [{names}]. Rollback requested by user."
            )
            left = self._remove(reversed(stack.standing.values()), created=True)
            self._record_stack("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE")
            return
        self._record_stack("UPDATE_ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to update: [{names}].")
        try:
            for each in reversed(undo):
                each()
        except _FAILURES as error:
            self._record_stack("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{names}]. {error}")
            return
        self._record_stack("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        new = [each for name, each in stack.standing.items() if name not in before or before[name].made != each.made]
        self._remove(reversed(new), created=True)
        with self.lock:
            stack.standing = before
            stack.turned("UPDATE_ROLLBACK_COMPLETE")

    def delete(self) -> None:
        """DELETE_IN_PROGRESS until its end."""
        failed = self._remove(reversed(self.stack.standing.values()))
        with self.lock:
            if failed:
                reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]."
                self.stack.turned("DELETE_FAILED", reason)
            else:
                self.stack.turned("DELETE_COMPLETE")

    def _apply(self, change_set: ChangeSet, undo: list[Callable[[], None]]) -> list[str]:
        """Makes and changes everything, in waves: what is under way when something fails is cancelled. Returns what failed."""
        changes = {each.name: each for each in change_set.changes if each.action != "Remove"}
        for wave in self._waves(change_set, set(changes)):
            for name in wave:
                verb = "UPDATE" if changes[name].old else "CREATE"
                self._record(changes[name], f"{verb}_IN_PROGRESS")
            failed: list[str] = []
            for name in wave:
                change = changes[name]
                verb = "UPDATE" if change.old else "CREATE"
                if failed:
                    # what AWS says of all that was under way (aws/serverless-application-model#1873)
                    self._record(change, f"{verb}_FAILED", f"Resource {'update' if change.old else 'creation'} cancelled")
                    continue
                try:
                    self._apply_one(change, change_set, undo)
                except _FAILURES as error:
                    failed.append(name)
                    self._record(change, f"{verb}_FAILED", _words(error))
            if failed or self.stopping.is_set():
                return failed or ["–"]
        return []

    def _waves(self, change_set: ChangeSet, names: set[str]) -> Iterator[list[str]]:
        order = change_set.template.order(change_set.values, self.stack.pseudo())
        needs = {name: each & names for name, each in order.items() if name in names}
        done: set[str] = set()
        while wave := [name for name in needs if name not in done and needs[name] <= done]:
            yield wave
            done.update(wave)

    def _apply_one(self, change: Planned, change_set: ChangeSet, undo: list[Callable[[], None]]) -> None:
        template, values = change_set.template, change_set.values
        resource = template.resource(change.name, values, self.stack.pseudo(), self._attribute)
        kind, old = KINDS[resource.kind], change.old
        if old is None or change.replacement == "True":
            # a name that CloudFormation gives: the stack's, the resource's, and something of chance
            name = f"{self.stack.name}-{change.name}-{uuid.uuid4().hex[:12].upper()}"
            if old:
                # the words: convox/rack#2941
                _refuse_same_name(resource, old)
                self._record(change, "UPDATE_IN_PROGRESS", "Requested update requires the creation of a new physical resource")
            made = kind.create(self.clients, name, resource.properties)
            if not old:
                self._record(change, "CREATE_IN_PROGRESS", "Resource creation Initiated", made.physical)
        else:
            made = old.made
            kind.update(self.clients, made, old.resource.properties, resource.properties)
            undo.append(lambda: kind.update(self.clients, made, resource.properties, old.resource.properties))
        with self.lock:
            self.stack.standing[change.name] = Standing(resource=resource, made=made)
        self._record(change, f"{'UPDATE' if old else 'CREATE'}_COMPLETE", physical=made.physical)

    def _superseded(self, before: Mapping[str, Standing]) -> list[Standing]:
        """What is left over once an update is done: removed from the template, or replaced."""
        template, values = self.stack.template, self.stack.values
        wanted = template.order(values, self.stack.pseudo()) if template else {}
        return [
            had
            for name, had in reversed(list(before.items()))
            if name not in wanted or self.stack.standing[name].made.physical != had.made.physical
        ]

    def _remove(self, gone: Iterable[Standing], *, created: bool = False, replaced: bool = False) -> list[str]:
        """Deletes what its policy lets go. `created`: what a failed operation has made. Returns what could not be deleted."""
        failed = []
        for had in list(gone):
            resource, name = had.resource, had.resource.name
            still = replaced and self.stack.standing.get(name) is not None and self.stack.standing[name].made != had.made
            policy = resource.replace_policy if still else resource.deletion_policy
            keeps = policy == "Retain" or (policy == "RetainExceptOnCreate" and not created)
            removal = Planned(action="Remove", name=name, kind=resource.kind, old=had)
            if keeps:
                self._record(removal, "DELETE_SKIPPED", physical=had.made.physical)
            else:
                self._record(removal, "DELETE_IN_PROGRESS", physical=had.made.physical)
                try:
                    KINDS[resource.kind].delete(self.clients, had.made, resource.properties)
                except _FAILURES as error:
                    failed.append(name)
                    self._record(removal, "DELETE_FAILED", _words(error), had.made.physical)
                    continue
                self._record(removal, "DELETE_COMPLETE", physical=had.made.physical)
            if not still:
                with self.lock:
                    self.stack.standing.pop(name, None)
        return failed

    def _attribute(self, name: str, which: str) -> str:
        had = self.stack.standing.get(name)
        return _attribute(had.made, which) if had else f"{_NOT_YET} {name}.{which}"

    def _record(self, change: Planned, status: str, reason: str = "", physical: str = "") -> None:
        with self.lock:
            known = physical or (change.old.made.physical if change.old else "")
            self.stack.happened(change.name, change.kind, status, reason, known)

    def _record_stack(self, status: str, reason: str = "") -> None:
        with self.lock:
            self.stack.turned(status, reason)


def _refuse_same_name(resource: Resource, old: Standing) -> None:
    """A resource with a name of its own cannot be replaced under the same name."""
    for key in ("ComputeEnvironmentName", "JobQueueName", "BucketName", "RepositoryName", "RoleName", "LogGroupName"):
        name = resource.properties.get(key)
        if name and name == old.resource.properties.get(key):
            raise ValueError(
                f"CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {name} and "
                "update the stack again."
            )


def _words(error: BaseException) -> str:
    """As resource handlers put it (assumed of the codes; aws/aws-cli#4826 has an older form of a missing permission)."""
    if not isinstance(error, ClientError):
        return str(error)
    code, said = error.response["Error"]["Code"], error.response["Error"]["Message"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    kind = "AlreadyExists" if "lready" in code else "AccessDenied" if "Denied" in code else "GeneralServiceException"
    message = f"{said} (Status Code: {status}, Request ID: {uuid.UUID(int=0)})"
    return f'Resource handler returned message: "{message}" (RequestToken: {uuid.UUID(int=0)}, HandlerErrorCode: {kind})'


def refuse_capabilities(template: Template, given: Iterable[str]) -> None:
    needed = template.needs_named_iam()
    if needed and needed not in given and not (needed == "CAPABILITY_IAM" and "CAPABILITY_NAMED_IAM" in given):
        raise Refusal(400, "InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")


def refuse_status(stack: Stack) -> None:
    """What may not be changed as it stands: rails-lambda/lamby#132 has the words."""
    changeable = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}
    if stack.status not in changeable:
        raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def shown(change: Planned, *, values: bool) -> JSON:
    """As DescribeChangeSet tells it. `values`: what properties will be is told too (botocore: IncludePropertyValues)."""
    told: JSON = {
        "Action": change.action,
        "LogicalResourceId": change.name,
        "ResourceType": change.kind,
        "PhysicalResourceId": change.old.made.physical if change.old else None,
        "Scope": [],
        "Details": [],
    }
    if values and change.new:
        told["AfterContext"] = json.dumps({"Properties": change.new.properties})
    if change.old and change.action == "Remove":
        told["PolicyAction"] = "Delete" if change.old.resource.deletion_policy == "Delete" else "Retain"
    if change.old and change.replacement == "True":
        told["PolicyAction"] = f"ReplaceAnd{change.old.resource.replace_policy}"
    if change.action == "Modify":
        told["Replacement"] = change.replacement
        told["Scope"] = ["Properties"]
        told["Details"] = [
            {
                "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": word},
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
            for name, word in change.details.items()
        ]
    return {"Type": "Resource", "ResourceChange": told}


def properties_of(stack: Stack) -> Mapping[str, Any]:
    """The stack as DescribeStacks tells it."""
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in stack.values.items()],
        "Capabilities": stack.capabilities,
        "Outputs": stack.outputs,
        "Tags": stack.tags,
        "DisableRollback": False,
        "RollbackConfiguration": {},
        "NotificationARNs": [],
        "EnableTerminationProtection": False,
    }
