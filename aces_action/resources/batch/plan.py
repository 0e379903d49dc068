"""Whether a job definition needs a new revision, and why. Every registration is a new revision, so compare first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aces_action.aws.differences import ABSENT, difference, hidden_difference
from aces_action.aws.tags import Owner, handover, is_ours
from aces_action.changes import Change, Verb, noun
from aces_action.language import Text
from aces_action.problems import ActionError, ownership
from aces_action.resources.batch.canonical import canonical
from aces_action.resources.batch.spec import DesiredJobDefinition

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient

# Fields whose values are shown. Of all others only that they differ: variables, secrets and commands, and what others have
# registered by hand, may be nobody's to read.
_SHOWN = frozenset(
    {
        *("image", "jobRoleArn", "executionRoleArn", "VCPU", "MEMORY", "GPU", "sharedMemorySize", "environment.WEIGHTS_S3_URI"),
        *("environment.NVIDIA_DRIVER_CAPABILITIES", "attempts", "evaluateOnExit", "timeout", "user", "readonlyRootFilesystem"),
        *("propagateTags", "schedulingPriority", "awslogs-group", "logConfiguration.logDriver", "platformCapabilities"),
    }
)
_SHOWN_BELOW = ("ulimits.", "volumes.", "mountPoints.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentJobDefinition:
    """The newest ACTIVE revision of a job definition, with DescribeJobDefinitions' own fields."""

    arn: str
    revision: int
    tags: Mapping[str, str]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """What becomes of one job definition. `arn`: of the revision that stays in use; None: a new one is to be registered.

    `current`: the newest revision as it was read.
    """

    spec: DesiredJobDefinition
    change: Change
    arn: str | None
    current: CurrentJobDefinition | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        return (self.change,)


def plan(client: BatchClient, owner: Owner, spec: DesiredJobDefinition) -> BatchPlan:
    """Reads the newest revision and compares. Raises ActionError (E004) when it was not made by this action."""
    current = read_job_definition(client, spec.name)
    if current and not is_ours(current.tags, project=owner.project, env=owner.env):
        raise ActionError(
            ownership.not_ours(
                noun("job definition"),
                f"{spec.name}:{current.revision}",
                project=owner.project,
                env=owner.env,
                command=handover("batch", current.arn, project=owner.project, env=owner.env),
            )
        )
    change = compare(spec, current)
    return BatchPlan(spec=spec, change=change, arn=current.arn if current and not change.is_change else None, current=current)


def read_job_definition(client: BatchClient, name: str) -> CurrentJobDefinition | None:
    """The newest ACTIVE revision; None when there is none."""
    pages = client.get_paginator("describe_job_definitions").paginate(jobDefinitionName=name, status="ACTIVE")
    found = [definition for page in pages for definition in page["jobDefinitions"] if definition["jobDefinitionName"] == name]
    if not found:
        return None
    newest = max(found, key=lambda definition: definition["revision"])
    return CurrentJobDefinition(
        arn=newest["jobDefinitionArn"], revision=newest["revision"], tags=newest.get("tags", {}), fields=newest
    )


def compare(spec: DesiredJobDefinition, current: CurrentJobDefinition | None) -> Change:
    """Whether to register a revision: where the newest one says something else, field by field.

    The content hash in its tags is not asked: revisions of before, adopted or registered by hand have another one or none, and
    need no new revision if they say the same.
    """
    if current is None:
        reason = Text("there is no active revision", "有効なリビジョンがありません")
        return Change(verb="create", resource="job definition", name=spec.name, reasons=(reason,))
    reasons = tuple(_differences(canonical(current.fields), canonical(spec.request)))
    verb: Verb = "update" if reasons else "nothing"
    return Change(verb=verb, resource="job definition", name=f"{spec.name}:{current.revision}", reasons=reasons)


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Text]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            tell = difference if key in _SHOWN or key.startswith(_SHOWN_BELOW) else hidden_difference
            yield tell(key, old.get(key, ABSENT), new.get(key, ABSENT))
