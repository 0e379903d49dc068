"""Deletes an endpoint of ours: finds those of a server, and deletes one, whatever state it is in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.consistency import lost_a_race
from aces_action.aws.errors import explain, is_denied, was_refused
from aces_action.aws.tags import SERVER, Owner
from aces_action.language import Text
from aces_action.problems.endpoint.lifecycle import still_there
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.rollout.outcome import too_long
from aces_action.resources.endpoint.rollout.watch import at_rest, follow
from aces_action.resources.endpoint.state import SERVING, CurrentEndpoint, read_config, read_endpoint, read_tags

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_sagemaker import SageMakerClient

_TRIES = 3  # somebody else may set the endpoint to work between our look and our call
_BACKLOG_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEndpoint:
    """An endpoint of ours, as the list of endpoints has it."""

    name: str
    arn: str
    status: str


def find_endpoints(client: SageMakerClient, owner: Owner, *, known: Collection[str] = ()) -> list[ListedEndpoint]:
    """The endpoints of this server, in the order of their names. Raises ClientError where there is no list of them.

    Looked at are names that begin as the convention's do, or as the server's: the role may read the tags of no others. `known`:
    names of endpoints that are known to be this server's, whose tags need not be read again.
    """
    base = f"{owner.project}-{owner.env}-"
    prefixes = (base,) if owner.server.startswith(base) else (base, owner.server)
    listed = {}
    for prefix in prefixes:
        for page in client.get_paginator("list_endpoints").paginate(NameContains=prefix, PaginationConfig={"PageSize": 100}):
            for each in page["Endpoints"]:
                if each["EndpointName"].startswith(prefix):
                    listed[each["EndpointName"]] = ListedEndpoint(
                        name=each["EndpointName"], arn=each["EndpointArn"], status=each["EndpointStatus"]
                    )
    return [listed[name] for name in sorted(listed) if name in known or _is_of(client, owner, listed[name])]


def _is_of(client: SageMakerClient, owner: Owner, listed: ListedEndpoint) -> bool:
    try:
        tags = read_tags(client, listed.arn)
    except ClientError as error:
        # a role for one server may not read another's; one that is just gone has none
        if is_denied(error) or read_endpoint(client, listed.name) is None:
            return False
        raise
    # What was adopted by hand may lack the server's tag, as may what was adopted for another server of the project: by name then
    named_so = listed.name in {owner.server, f"{owner.server}-async"}
    return owner.owns(tags) and (SERVER in tags or named_so)


def remove(context: EndpointContext) -> bool:
    """Deletes the endpoint and waits until it is gone. What is under way ends first. False: there was none.

    Its autoscaling is detached once it is certain that the endpoint is ours and about to be deleted.
    Raises ActionError: E003 too long, E004 not ours, E032 still there, and those of `explain`.
    """
    client, owner, name = context.sagemaker, context.owner, context.endpoint_name
    current = at_rest(context, read_endpoint(client, name))
    if current is None:
        return False
    if not owner.owns(read_tags(client, current.arn)):
        raise ActionError(not_ours("endpoint", name, current.arn, project=owner.project, env=owner.env))
    with context.detached_for_delete():
        before = _delete(context, current)
        observation = follow(context, before=before)
        if observation.overdue:
            raise ActionError(too_long(name, observation))
        context.reporter.settled()
        if (left := observation.endpoint) is not None:
            raise ActionError(still_there(name, left.status, left.failure_reason))
    return True


def _delete(context: EndpointContext, current: CurrentEndpoint) -> CurrentEndpoint | None:
    """DeleteEndpoint, again where somebody else has set the endpoint to work between our look and our call.

    Returns the endpoint as it was before; None where it is gone already.
    """
    from aces_action.resources.endpoint.rollout import writes as sdk

    client, name = context.sagemaker, context.endpoint_name
    found: CurrentEndpoint | None = current
    for remaining in reversed(range(_TRIES)):
        if found is None:  # our call got through after all
            break
        context.reporter.info(
            Text(f"deleting {name}, which is {found.status}", f"{name}を削除します（現在の状態: {found.status}）")
        )
        context.under_way()
        try:
            sdk.delete_endpoint(context.session, name, lambda: _is_going(client, name))
        except ClientError as error:
            if was_refused(error, error.operation_name):
                context.reporter.settled()
            if not remaining or not lost_a_race(error):
                raise ActionError(explain(error, resource=name)) from error
            found = at_rest(context, read_endpoint(client, name))
        else:
            break
    return found


def _is_going(client: SageMakerClient, name: str) -> bool:
    current = read_endpoint(client, name)
    return current is None or current.status == "Deleting"


def has_work(client: SageMakerClient, metrics: CloudWatchClient, name: str, *, now: datetime) -> bool:
    """Whether requests to an asynchronous endpoint wait or are in progress: at most 10 minutes ago there were some.

    A real-time endpoint has none, nor one that serves nobody. Without any figure there is none either: what waits is counted.
    Raises what `AWS_ERRORS` names where CloudWatch may not be asked.
    """
    current = read_endpoint(client, name)
    if current is None or current.status not in SERVING:
        return False
    if "AsyncInferenceConfig" not in (read_config(client, current.config_name) or {"AsyncInferenceConfig": {}}):
        return False
    answer = metrics.get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="ApproximateBacklogSize",  # waiting and worked at (SageMaker guide, 'Monitor asynchronous endpoint')
        Dimensions=[{"Name": "EndpointName", "Value": name}],
        StartTime=now - _BACKLOG_WITHIN,
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )
    return any(each.get("Maximum", 0.0) > 0 for each in answer["Datapoints"])
