"""Takes an endpoint of ours away: finds those of a server, and deletes one, whatever state it is in."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.consistency import lost_a_race
from aces_action.aws.errors import explain, is_denied, was_refused
from aces_action.aws.tags import SERVER, Owner
from aces_action.language import Text
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.rollout.telling import Suspended, Teller
from aces_action.resources.endpoint.rollout.watch import Patience, follow, settle, too_long
from aces_action.resources.endpoint.state import SERVING, TRANSIENT, CurrentEndpoint, read_config, read_endpoint, read_tags

if TYPE_CHECKING:
    import boto3
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_sagemaker import SageMakerClient

_TRIES = 3  # somebody else may set the endpoint to work between our look and our call
_BACKLOG_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An endpoint of ours, as the list of endpoints has it."""

    name: str
    arn: str
    status: str


def find_endpoints(client: SageMakerClient, owner: Owner) -> list[Found]:
    """The endpoints of this server, in the order of their names. Raises ClientError where there is no list of them.

    Looked at are names that begin as the convention's do, or as the server's: the role may read the tags of no others.
    """
    base = f"{owner.project}-{owner.env}-"
    prefixes = (base,) if owner.server.startswith(base) else (base, owner.server)
    found = {}
    for prefix in prefixes:
        for page in client.get_paginator("list_endpoints").paginate(NameContains=prefix, PaginationConfig={"PageSize": 100}):
            for each in page["Endpoints"]:
                if each["EndpointName"].startswith(prefix):
                    found[each["EndpointName"]] = Found(
                        name=each["EndpointName"], arn=each["EndpointArn"], status=each["EndpointStatus"]
                    )
    return [found[name] for name in sorted(found) if _is_of(client, owner, found[name])]


def _is_of(client: SageMakerClient, owner: Owner, found: Found) -> bool:
    try:
        tags = read_tags(client, found.arn)
    except ClientError as error:
        # a role for one server may not read another's; one that is just gone has none
        if is_denied(error) or read_endpoint(client, found.name) is None:
            return False
        raise
    # What was adopted by hand may lack the server's tag, as may what was adopted for another server of the project: by name then
    named_so = found.name in {owner.server, f"{owner.server}-async"}
    return owner.owns(tags) and (SERVER in tags or named_so)


def remove(
    session: boto3.Session,
    client: SageMakerClient,
    name: str,
    owner: Owner,
    *,
    patience: Patience,
    tell: Teller,
    taken_off: Suspended = nullcontext,
) -> bool:
    """Deletes the endpoint and waits until it is gone. What is under way ends first. False: there was none.

    `taken_off` is around all that follows once it is certain that the endpoint is ours and about to be deleted.
    Raises ActionError: E003 too long, E004 not ours, E032 still there, and those of `explain`.
    """
    current = _at_rest(client, name, patience, tell)
    if current is None:
        return False
    if not owner.owns(read_tags(client, current.arn)):
        raise ActionError(not_ours("endpoint", name, current.arn, project=owner.project, env=owner.env))
    with taken_off():
        before = _delete(session, client, current, name, patience=patience, tell=tell)
        course = follow(client, name, patience=patience, tell=tell.say, before=before)
        if course.overdue:
            raise ActionError(too_long(name, course))
        tell.ended()
        if course.endpoint is not None:
            raise ActionError(_still_there(name, course.endpoint))
    return True


def _delete(
    session: boto3.Session, client: SageMakerClient, current: CurrentEndpoint, name: str, *, patience: Patience, tell: Teller
) -> CurrentEndpoint | None:
    """DeleteEndpoint, again where somebody else has set the endpoint to work between our look and our call.

    Returns the endpoint as it was before; None where it is gone already.
    """
    from aces_action.resources.endpoint.rollout import writes as sdk

    found: CurrentEndpoint | None = current
    for remaining in reversed(range(_TRIES)):
        if found is None:  # our call got through after all
            break
        tell.say(f"deletes {name}, which is {found.status}")
        tell.started()
        try:
            sdk.delete_endpoint(session, name, lambda: _is_going(client, name))
        except ClientError as error:
            if was_refused(error, error.operation_name):
                tell.ended()
            if not remaining or not lost_a_race(error):
                raise ActionError(explain(error, resource=name)) from error
            found = _at_rest(client, name, patience, tell)
        else:
            break
    return found


def _is_going(client: SageMakerClient, name: str) -> bool:
    current = read_endpoint(client, name)
    return current is None or current.status == "Deleting"


def _at_rest(client: SageMakerClient, name: str, patience: Patience, tell: Teller) -> CurrentEndpoint | None:
    """The endpoint once nothing is under way; None when it is gone."""
    current = read_endpoint(client, name)
    if current is None or current.status not in TRANSIENT:
        return current
    tell.say(f"{name} is {current.status}: waits for that first")
    tell.started()
    current = settle(client, name, patience=patience, tell=tell.say)
    tell.ended()
    return current


def has_work(client: SageMakerClient, metrics: CloudWatchClient, name: str, *, now: datetime) -> bool:
    """Whether requests to an asynchronous endpoint wait or are worked at: at most 10 minutes ago there were some.

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


def _still_there(name: str, current: CurrentEndpoint) -> Problem:
    why = f": {current.failure_reason}" if current.failure_reason else ""
    return Problem(
        kind=CATALOGUE["E032"],
        message=Text(
            f"SageMaker was asked to delete the endpoint {name}, but it is {current.status}{why}",
            f"エンドポイント{name}の削除を依頼しましたが、{current.status}のまま残っています{why}",
        ),
        hint=Text("Run the job again: it deletes what is left.", "ジョブを再実行してください。残っているものを削除します。"),
    )
