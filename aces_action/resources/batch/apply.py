"""Registers the revision that the plan asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, error_message, explain, is_general
from aces_action.aws.tags import REGISTERED, Owner
from aces_action.problems import ActionError
from aces_action.problems import batch as problems
from aces_action.resources.batch.history import serves_as_noted
from aces_action.resources.batch.plan import BatchPlan
from aces_action.resources.batch.plan import plan as plan_again

if TYPE_CHECKING:
    from types_boto3_batch import BatchClient


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """The ARN of the revision to use, with its number, and whether this run registered it.

    `is_noted`: its tags say that it serves. `tags`: as they were found, of one that is not new.
    """

    arn: str
    is_new: bool
    is_noted: bool = False
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)


def apply(client: BatchClient, owner: Owner, plan: BatchPlan, *, registered: str) -> BatchResult:
    """Registers a revision where the newest one differs; where it does not, AWS is not called.

    `registered`: when that is, as it stands in a tag. By it the run finds again what it has registered, also where the answer was
    lost. What has to change is read again right before: every registration is a new revision, and a roll-out may have taken an
    hour.
    Raises ActionError: B001 when Batch refuses it, A005 without the permission, E004 when the name is not ours.
    """
    if plan.arn is None:
        plan = plan_again(client, owner, plan.spec)
    if plan.arn is not None:
        tags = plan.current.tags if plan.current else {}
        noted = plan.current is not None and serves_as_noted(tags)
        return BatchResult(arn=plan.arn, is_new=False, is_noted=noted, tags=tags)
    spec = plan.spec
    try:
        answer = client.register_job_definition(**spec.request, tags={**owner.tags(spec.content_hash), REGISTERED: registered})
    except ClientError as error:
        if is_general(error):
            raise ActionError(explain(error, resource=spec.name)) from error
        raise ActionError(problems.refused(spec.name, code=error_code(error), reason=error_message(error))) from error
    return BatchResult(arn=answer["jobDefinitionArn"], is_new=True)
