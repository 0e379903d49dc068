"""The log groups of jobs that the infra file names: there before a definition that writes into them, kept for as long as it says.

The awslogs driver does not create a group by itself (Batch User Guide, 'Use the awslogs log driver'; `awslogs-create-group` would
need a permission of the execution role), and a job whose group is missing fails to start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.aws.differences import ABSENT, difference
from aces_action.aws.tags import CONTENT_HASH, Owner, handover, is_ours
from aces_action.changes import Change, noun
from aces_action.problems import ActionError, ownership
from aces_action.project.model import JobSettings

if TYPE_CHECKING:
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_logs.type_defs import LogGroupTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLogGroup:
    """A log group as it should be. `retention_days` None: as it is."""

    name: str
    retention_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroupsPlan:
    """What becomes of each log group."""

    changes_by_group: tuple[tuple[JobLogGroup, Change], ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for _, change in self.changes_by_group)


def desired_log_groups(jobs: Iterable[JobSettings | None]) -> tuple[JobLogGroup, ...]:
    """Each once, also where both jobs write into it."""
    days: dict[str, int | None] = {}
    for job in jobs:
        if job and job.log_group:
            days[job.log_group] = job.log_retention_days or days.get(job.log_group)
    return tuple(JobLogGroup(name=name, retention_days=each) for name, each in days.items())


def plan_log_groups(client: CloudWatchLogsClient, owner: Owner, groups: Iterable[JobLogGroup]) -> LogGroupsPlan:
    """Reads and compares. Raises ActionError (E004) when the retention of one that is not ours would have to change."""
    return LogGroupsPlan(changes_by_group=tuple((group, _change(client, owner, group)) for group in groups))


def _change(client: CloudWatchLogsClient, owner: Owner, group: JobLogGroup) -> Change:
    current = _read(client, group.name)
    if current is None:
        return Change(verb="create", resource="log group", name=group.name)
    if group.retention_days is None or current.get("retentionInDays") == group.retention_days:
        return Change(verb="nothing", resource="log group", name=group.name)
    arn = current["arn"].removesuffix(":*")
    if not is_ours(client.list_tags_for_resource(resourceArn=arn)["tags"], project=owner.project, env=owner.env):
        command = handover("logs", arn, project=owner.project, env=owner.env)
        problem = ownership.not_ours(noun("log group"), group.name, project=owner.project, env=owner.env, command=command)
        raise ActionError(problem)
    reason = difference("retentionInDays", current.get("retentionInDays", ABSENT), group.retention_days)
    return Change(verb="update", resource="log group", name=group.name, reasons=(reason,))


def _read(client: CloudWatchLogsClient, name: str) -> LogGroupTypeDef | None:
    pages = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return next((group for page in pages for group in page["logGroups"] if group.get("logGroupName") == name), None)


def apply_log_groups(client: CloudWatchLogsClient, owner: Owner, plan: LogGroupsPlan) -> None:
    """Where there is nothing to change, AWS is not called. Raises ActionError (E004) like the plan, and botocore's errors."""
    for group, planned in plan.changes_by_group:
        change = planned
        if change.verb == "create":
            try:
                client.create_log_group(logGroupName=group.name, tags=_tags(owner))
            except client.exceptions.ResourceAlreadyExistsException:  # another run has made it since
                change = _change(client, owner, group)
        if change.is_change and group.retention_days is not None:
            client.put_retention_policy(logGroupName=group.name, retentionInDays=group.retention_days)


def _tags(owner: Owner) -> dict[str, str]:
    """All but the content hash: a log group has no content that could differ."""
    return {key: value for key, value in owner.tags("").items() if key != CONTENT_HASH}
