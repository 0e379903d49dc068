"""CloudFormation's calls. What is not here is not implemented: moto's stacks are none of ours."""

from __future__ import annotations

import functools
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.aws.cloudformation.resources import Clients
from sandbox.aws.cloudformation.stacks import (
    LARGEST_BODY,
    NO_CHANGES,
    ChangeSet,
    Operation,
    Stack,
    plan,
    properties_of,
    refuse_capabilities,
    refuse_status,
    shown,
)
from sandbox.aws.cloudformation.template import JSON, Template, invalid, read_template
from sandbox.aws.state import State, state_of
from sandbox.aws.wire import CREDENTIAL, Refusal

_OPERATIONS = frozenset(
    {
        "CreateChangeSet",
        "CreateStack",
        "DeleteChangeSet",
        "DeleteStack",
        "DescribeChangeSet",
        "DescribeStackEvents",
        "DescribeStackResources",
        "DescribeStacks",
        "ExecuteChangeSet",
        "GetTemplateSummary",
        "ListChangeSets",
    }
)


@functools.cache  # a client takes as long as ten calls
def _client(service: str, url: str, region: str, key: str) -> Any:
    session: Any = boto3.Session(key, "of-cloudformation", region_name=region)
    return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))


class CloudFormation(CloudFormationResponse):
    """Change sets, stacks and their events."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER: dict[str, Any] = {}  # noqa: RUF012  as moto has it: ours need none

    def call_action(self) -> Any:
        if (action := self._get_action()) not in _OPERATIONS:
            raise NotImplementedError(f"cloudformation {action}")
        with self._state.lock:
            return super().call_action()

    @property
    def _state(self) -> State:
        return state_of(self.normalized_request)

    # Change sets

    def create_change_set(self) -> ActionResult:
        stacks, name, kind = self._state.stacks, self._get_param("StackName"), self._get_param("ChangeSetType", "UPDATE")
        token = self._get_param("ClientToken")
        if token in stacks.answered:
            return ActionResult(stacks.answered[token])
        stack = stacks.find(self.region, name)
        if kind == "CREATE" and stack and stack.status != "REVIEW_IN_PROGRESS":
            refuse_status(stack)
            raise invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet [{self._wanted_name}].")
        if kind == "UPDATE" and (stack is None or stack.status == "REVIEW_IN_PROGRESS"):
            raise invalid(f"Stack [{name}] does not exist")
        if stack:
            refuse_status(stack)
        template = self._template(stack)
        values = template.values(self._values(stack))
        refuse_capabilities(template, self._get_param("Capabilities", []))
        if stack and self._wanted_name in stack.change_sets:
            raise Refusal(400, "AlreadyExistsException", f"ChangeSet {self._wanted_name} already exists")  # assumed
        stack = stack or stacks.begin(self.region, self.current_account, name, self._get_param("Tags", []))
        made = ChangeSet(
            id=f"arn:aws:cloudformation:{self.region}:{self.current_account}:changeSet/{self._wanted_name}/{uuid.uuid4()}",
            name=self._wanted_name,
            template=template,
            values=values,
            changes=plan(stack, template, values),
            capabilities=self._get_param("Capabilities", []),
            created=datetime.now(UTC),
        )
        stack.change_sets[made.name] = made
        answer = {"Id": made.id, "StackId": stack.id}
        if token:
            stacks.answered[token] = answer
        return ActionResult(answer)

    def describe_change_set(self) -> ActionResult:
        stack, found = self._find_change_set()
        found.described += 1
        ready, empty = found.described > 1, not found.changes
        status = "CREATE_IN_PROGRESS" if not ready else "FAILED" if empty else "CREATE_COMPLETE"
        return ActionResult(
            {
                "ChangeSetName": found.name,
                "ChangeSetId": found.id,
                "StackId": stack.id,
                "StackName": stack.name,
                "CreationTime": found.created,
                "Status": status,
                "StatusReason": NO_CHANGES if status == "FAILED" else None,
                "ExecutionStatus": found.execution if ready and not empty else "UNAVAILABLE",
                "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in found.values.items()],
                "Capabilities": found.capabilities,
                "Changes": [shown(each, values=bool(self._get_param("IncludePropertyValues"))) for each in found.changes]
                if ready
                else [],
            }
        )

    def delete_change_set(self) -> ActionResult:
        stack, found = self._find_change_set()
        if found.execution == "EXECUTE_IN_PROGRESS":
            raise Refusal(400, "InvalidChangeSetStatus", f"ChangeSet {found.name} is being executed")
        if found.described < 2:  # it is being made (botocore: InvalidChangeSetStatusException; the words: assumed)
            found.described += 1
            raise Refusal(400, "InvalidChangeSetStatus", f"ChangeSet [{found.id}] is in CREATE_IN_PROGRESS")
        del stack.change_sets[found.name]
        return EmptyResult()

    def execute_change_set(self) -> ActionResult:
        stacks, token = self._state.stacks, self._get_param("ClientRequestToken")
        if token in stacks.answered:
            return EmptyResult()
        stack, found = self._find_change_set()
        if found.described < 2 or not found.changes or found.execution != "AVAILABLE":
            status = "AVAILABLE" if found.changes else "FAILED"
            words = f"ChangeSet [{found.id}] cannot be executed in its current status of [{status}]"
            raise Refusal(400, "InvalidChangeSetStatus", words)
        refuse_status(stack)
        self._execute(stack, found)
        if token:
            stacks.answered[token] = {}
        return EmptyResult()

    def list_change_sets(self) -> ActionResult:
        stack = self._state.stacks.get(self.region, self._get_param("StackName"))
        told = [
            {"StackId": stack.id, "StackName": stack.name, "ChangeSetId": each.id, "ChangeSetName": each.name}
            for each in stack.change_sets.values()
        ]
        return ActionResult({"Summaries": told})

    def _execute(self, stack: Stack, change_set: ChangeSet) -> None:
        # botocore: ExecuteChangeSet: the stack's other change sets go with it
        change_set.execution = "EXECUTE_IN_PROGRESS"
        stack.change_sets.clear()
        stack.capabilities = change_set.capabilities
        stack.turned("UPDATE_IN_PROGRESS" if stack.template else "CREATE_IN_PROGRESS", "User Initiated")
        stack.updated = datetime.now(UTC) if stack.template else None
        stack.values = stack.values or change_set.values  # a creation's are told, also once it has failed
        operation = self._operation(stack)
        self._state.stacks.run(lambda: operation.execute(change_set))

    # Stacks

    def create_stack(self) -> ActionResult:
        """By a change set that is executed at once."""
        stacks, name = self._state.stacks, self._get_param("StackName")
        if stacks.find(self.region, name):
            raise Refusal(400, "AlreadyExistsException", f"Stack [{name}] already exists")
        template = self._template(None)
        values, capabilities = template.values(self._values(None)), self._get_param("Capabilities", [])
        refuse_capabilities(template, capabilities)
        stack = stacks.begin(self.region, self.current_account, name, self._get_param("Tags", []))
        made = ChangeSet(
            id=str(uuid.uuid4()),
            name="create",
            template=template,
            values=values,
            changes=plan(stack, template, values),
            capabilities=capabilities,
            created=datetime.now(UTC),
        )
        self._execute(stack, made)
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        stack = self._state.stacks.find(self.region, self._get_param("StackName"))
        if stack is None or stack.status == "DELETE_COMPLETE":
            return EmptyResult()  # botocore: DeleteStack says nothing of a stack that is not there
        if stack.busy:
            raise invalid(f"Stack [{stack.name}] cannot be deleted while in status {stack.status}")
        if stack.status == "REVIEW_IN_PROGRESS":
            self._state.stacks.forget(stack)
            return EmptyResult()
        stack.turned("DELETE_IN_PROGRESS", "User Initiated")
        operation = self._operation(stack)
        self._state.stacks.run(operation.delete)
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        stacks, name = self._state.stacks, self._get_param("StackName")
        found = [stacks.get(self.region, name)] if name else stacks.all(self.region)
        return ActionResult({"Stacks": [properties_of(each) for each in found]})

    def describe_stack_events(self) -> ActionResult:
        stack = self._state.stacks.find(self.region, self._get_param("StackName"))
        if stack is None:  # its own words: cloudtools/stacker#683
            raise invalid(f"Stack [{self._get_param('StackName')}] does not exist")
        return ActionResult({"StackEvents": stack.events[::-1]})

    def describe_stack_resources(self) -> ActionResult:
        stack = self._state.stacks.get(self.region, self._get_param("StackName"))
        return ActionResult(
            {
                "StackResources": [
                    {
                        "StackName": stack.name,
                        "StackId": stack.id,
                        "LogicalResourceId": name,
                        "PhysicalResourceId": each.made.physical,
                        "ResourceType": each.resource.kind,
                        "Timestamp": stack.updated or stack.created,
                        "ResourceStatus": "CREATE_COMPLETE",
                    }
                    for name, each in stack.standing.items()
                ]
            }
        )

    def get_template_summary(self) -> ActionResult:
        """What `aws cloudformation deploy` asks for before it makes a change set."""
        stack = self._state.stacks.get(self.region, self._get_param("StackName")) if self._get_param("StackName") else None
        template = stack.template if stack and stack.template else self._template(None)
        told = [
            {"ParameterKey": name, "ParameterType": spec["Type"], "DefaultValue": spec.get("Default")}
            for name, spec in template.content.get("Parameters", {}).items()
        ]
        return ActionResult({"Parameters": told})

    # What they share

    @property
    def _wanted_name(self) -> str:
        return str(self._get_param("ChangeSetName"))

    def _find_change_set(self) -> tuple[Stack, ChangeSet]:
        """By its name and that of its stack, or by its ARN alone."""
        wanted = self._wanted_name
        name = self._get_param("StackName")
        stacks = [self._state.stacks.get(self.region, name)] if name else self._state.stacks.all(self.region)
        for stack in stacks:
            for each in stack.change_sets.values():
                if wanted in {each.name, each.id}:
                    return stack, each
        raise Refusal(404, "ChangeSetNotFound", f"ChangeSet [{wanted}] does not exist")

    def _template(self, stack: Stack | None) -> Template:
        if self._get_param("UsePreviousTemplate") and stack and stack.template:
            return stack.template
        body = self._get_param("TemplateBody")
        if not body:
            raise NotImplementedError("a template in S3")
        if len(body.encode()) > LARGEST_BODY:
            raise invalid(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
                f"Member must have length less than or equal to {LARGEST_BODY}"
            )
        return read_template(body)

    def _values(self, stack: Stack | None) -> dict[str, str]:
        given: list[JSON] = self._get_param("Parameters", [])
        had = stack.values if stack else {}
        return {
            each["ParameterKey"]: had[each["ParameterKey"]] if each.get("UsePreviousValue") else each["ParameterValue"]
            for each in given
        }

    def _operation(self, stack: Stack) -> Operation:
        """As whoever asks for it: CloudFormation has no permissions of its own (User Guide, 'CloudFormation service role')."""
        url, region = self.normalized_request.host_url.rstrip("/"), self.region
        credential = CREDENTIAL.search(self.normalized_request.headers.get("Authorization", ""))
        key = credential["key"] if credential else ""

        def clients(service: str) -> Any:
            return _client(service, url, region, key)

        made: Clients = clients
        state = self._state
        return Operation(stack=stack, clients=made, lock=state.lock, stopping=state.stopping)
