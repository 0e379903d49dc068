"""What the calls of Batch need of IAM (Service Authorization Reference). What is not here needs its own action, on all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from moto.batch.models import batch_backends

from sandbox.aws.policy import Need, pass_role, request_tags

if TYPE_CHECKING:
    from sandbox.aws.permissions import Request


def _register(request: Request) -> tuple[Need, ...]:
    definition = request.arn("batch", f"job-definition/{request.parameters['jobDefinitionName']}")
    tags = request_tags(request.parameters.get("tags", {}))
    container = request.parameters.get("containerProperties", {})
    roles = sorted({container[key] for key in ("jobRoleArn", "executionRoleArn") if key in container})
    return (
        Need(action="batch:RegisterJobDefinition", resource=definition, context=tags),
        # the tags are put on the new revision, whose number nobody knows yet
        *([Need(action="batch:TagResource", resource=f"{definition}:1", context=tags)] if tags else []),
        # AWS does not say to which of the two it passes them
        *(pass_role(role, "ecs-tasks.amazonaws.com", "batch.amazonaws.com") for role in roles),
    )


def _submit(request: Request) -> tuple[Need, ...]:
    """On the queue and on the definition, which has no revision where the request names none (aws/aws-sdk-js#4280)."""
    given = request.parameters
    tags = request_tags(given.get("tags", {}))
    arns = [_arn(request, kind, given[name]) for kind, name in (("job-definition", "jobDefinition"), ("job-queue", "jobQueue"))]
    job = request.arn("batch", "job/new")
    return (
        *(Need(action="batch:SubmitJob", resource=arn, context=tags | _resource_tags(request, arn)) for arn in arns),
        *([Need(action="batch:TagResource", resource=job, context=tags)] if tags else []),
    )


def _on_one(kind: str, parameter: str) -> Callable[[Request], tuple[Need, ...]]:
    def needed(request: Request) -> tuple[Need, ...]:
        arn = _arn(request, kind, request.parameters[parameter])
        return (Need(action=f"batch:{request.call.operation}", resource=arn, context=_resource_tags(request, arn)),)

    return needed


def _tags(request: Request) -> tuple[Need, ...]:
    """The ARN is part of the path."""
    arn = unquote(request.call.path).partition("/v1/tags/")[2]
    context = request_tags(request.parameters.get("tags", {})) | _resource_tags(request, arn)
    return (Need(action=f"batch:{request.call.operation}", resource=arn, context=context),)


def _arn(request: Request, kind: str, name: str) -> str:
    return name if name.startswith("arn:") else request.arn("batch", f"{kind}/{name}")


def _resource_tags(request: Request, arn: str) -> dict[str, Any]:
    tags: Mapping[str, str] = batch_backends[request.account][request.region].list_tags_for_resource(arn)
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


def _each(names: Iterable[str], needed: Callable[[Request], tuple[Need, ...]]) -> dict[tuple[str, str], Any]:
    return {("batch", name): needed for name in names}


NEEDS: dict[tuple[str, str], Callable[[Request], tuple[Need, ...]]] = {
    ("batch", "RegisterJobDefinition"): _register,
    ("batch", "SubmitJob"): _submit,
    **_each(("TerminateJob", "CancelJob"), _on_one("job", "jobId")),
    **_each(("DeregisterJobDefinition",), _on_one("job-definition", "jobDefinition")),
    **_each(("UpdateComputeEnvironment", "DeleteComputeEnvironment"), _on_one("compute-environment", "computeEnvironment")),
    **_each(("UpdateJobQueue", "DeleteJobQueue"), _on_one("job-queue", "jobQueue")),
    **_each(("TagResource", "UntagResource", "ListTagsForResource"), _tags),
}
