"""Whether a job definition needs a new revision, and why. Every registration is a new revision, so compare first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aces_action.aws.differences import ABSENT, difference, hidden_difference
from aces_action.aws.tags import CONTENT_HASH, Owner, handover, is_ours
from aces_action.changes import Change, noun
from aces_action.language import Text
from aces_action.problems import ActionError, ownership
from aces_action.resources.batch.spec import DesiredJobDefinition

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentJobDefinition:
    """The newest ACTIVE revision of a job definition, with DescribeJobDefinitions' own fields."""

    arn: str
    revision: int
    tags: Mapping[str, str]
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """What becomes of one job definition. `arn`: of the revision that stays in use; None: a new one is to be registered."""

    spec: DesiredJobDefinition
    change: Change
    arn: str | None

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
    return BatchPlan(spec=spec, change=change, arn=current.arn if current and not change.is_change else None)


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
    """Whether to register a revision. Revisions never change, so the content hash in the tags is proof enough."""
    if current is None:
        reason = Text("there is no active revision", "有効なリビジョンがありません")
        return Change(verb="create", resource="job definition", name=spec.name, reasons=(reason,))
    name = f"{spec.name}:{current.revision}"
    if current.tags.get(CONTENT_HASH) == spec.content_hash:
        return Change(verb="nothing", resource="job definition", name=name)
    reasons = (*_differences(current.fields, spec.request),) or (
        Text("it was registered with other settings", "異なる設定で登録されています"),
    )
    return Change(verb="update", resource="job definition", name=name, reasons=reasons)


def _differences(current: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[Text]:
    old, new = _comparable(current), _comparable(spec)
    for key in sorted({*old, *new}):
        if old.get(key) == new.get(key):
            continue
        if key.startswith("environment.") and key != "environment.WEIGHTS_S3_URI":
            yield hidden_difference(key, old.get(key, ABSENT), new.get(key, ABSENT))
        else:
            yield difference(key, old.get(key, ABSENT), new.get(key, ABSENT))


def _comparable(definition: Mapping[str, Any]) -> dict[str, str]:
    """The fields that a definition of ours can differ in, flat: 'VCPU', 'MEMORY', 'environment.NAME', 'image' …"""
    container = definition.get("containerProperties", {})
    flat = {key: container.get(key) for key in ("image", "jobRoleArn", "executionRoleArn")}
    flat |= {each["type"]: each["value"] for each in container.get("resourceRequirements", [])}
    flat |= {f"environment.{each['name']}": each["value"] for each in container.get("environment", [])}
    flat["attempts"] = definition.get("retryStrategy", {}).get("attempts")
    flat["timeout"] = definition.get("timeout", {}).get("attemptDurationSeconds")
    return {key: str(value) for key, value in flat.items() if value is not None}
