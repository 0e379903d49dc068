"""The writes to a scalable target and to what hangs on it, whose answer may get lost: botocore sends them again, and AWS refuses
the repetition because the first one went through; and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.consistency import went_through
from aces_action.aws.errors import error_code, error_message, explain, is_general
from aces_action.problems import Problem
from aces_action.problems import autoscaling as problems
from aces_action.resources.autoscaling.spec import key, resource_id
from aces_action.resources.autoscaling.state import SETTINGS, read_target

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_NOT_FOUND = {"ObjectNotFoundException", "ResourceNotFound"}  # Application Auto Scaling's and CloudWatch's (botocore)


def register(
    clients: Clients,
    endpoint_name: str,
    request: Mapping[str, Any],
    tags: Mapping[str, str],
    *,
    takes: Callable[[Mapping[str, str]], bool],
) -> None:
    """Makes a scalable target with these tags. One that is there already, by a lost call or by another run, is changed instead.

    `takes` says by the tags of what is there whether it may be. AWS takes no tags for a target that is there (API reference of
    RegisterScalableTarget: 'To tag an existing scalable target, use the TagResource operation'). Raises ClientError.
    """
    client, whole = clients.application_autoscaling, {**key(endpoint_name), **request}
    try:
        client.register_scalable_target(**whole, Tags=tags)
    except ClientError as error:
        target = read_target(clients, endpoint_name) if "already exists" in error_message(error) else None
        if target is None or not takes(target.tags):
            raise
        client.register_scalable_target(**whole)


def deregister(clients: Clients, endpoint_name: str) -> None:
    """Takes a scalable target away with all that hangs on it. What is gone already is fine. Raises ClientError."""
    try:
        clients.application_autoscaling.deregister_scalable_target(**key(endpoint_name))
    except ClientError as error:
        if not _is_gone(error, lambda: read_target(clients, endpoint_name) is None):
            raise


def put_policy(clients: Clients, endpoint_name: str, name: str, kind: str, settings: Mapping[str, Any]) -> str:
    """Makes or changes a policy; returns its ARN."""
    request: Any = {"PolicyName": name, **key(endpoint_name), "PolicyType": kind, SETTINGS[kind]: settings}
    return clients.application_autoscaling.put_scaling_policy(**request)["PolicyARN"]


def delete_policy(clients: Clients, endpoint_name: str, name: str) -> None:
    """Deletes a policy. What is gone already is fine. Raises ClientError."""
    client, one = clients.application_autoscaling, key(endpoint_name)
    try:
        client.delete_scaling_policy(PolicyName=name, **one)
    except ClientError as error:
        if not _is_gone(error, lambda: not client.describe_scaling_policies(PolicyNames=[name], **one)["ScalingPolicies"]):
            raise


def delete_alarm(clients: Clients, name: str) -> None:
    """Deletes a metric alarm. What is gone already is fine. Raises ClientError."""
    client = clients.cloudwatch
    try:
        client.delete_alarms(AlarmNames=[name])
    except ClientError as error:
        if not _is_gone(error, lambda: not client.describe_alarms(AlarmNames=[name])["MetricAlarms"]):
            raise


def refused(error: ClientError, endpoint_name: str) -> Problem:
    """AWS's refusal: A005 for a missing permission, else E038. Application Auto Scaling checks the caller's permissions for
    SageMaker and CloudWatch as well, and says of those too that the request is not valid."""
    if is_general(error):
        return explain(error, resource=resource_id(endpoint_name))
    operation, code, reason = error.operation_name, error_code(error), error_message(error)
    return problems.refused(endpoint_name, operation=operation, code=code, reason=reason)


def _is_gone(error: ClientError, look: Callable[[], bool]) -> bool:
    """Whether what should be deleted was gone before the call, or by it."""
    return error_code(error) in _NOT_FOUND or went_through(error, look)
