"""What is under way with an endpoint: by which run it was started, and whether that is another than this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from aces_action.aws.errors import AWS_ERRORS
from aces_action.aws.tags import ROLLOUT_RUN, RUN_URL, Owner, as_list
from aces_action.problems.endpoint.state import another_rollout
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.history import run_in
from aces_action.resources.endpoint.state import TRANSIENT, CurrentEndpoint, read_config, read_tagged, read_tags

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient


def run_of(config_tags: Mapping[str, str]) -> str:
    """The run that last started a roll-out to an endpoint config with these tags; empty where they do not tell."""
    return run_in(config_tags.get(ROLLOUT_RUN, "")) or config_tags.get(RUN_URL, "")


def started_by(client: SageMakerClient, current: CurrentEndpoint, tags: Mapping[str, str]) -> str:
    """The run that started what is under way, else the one that the endpoint's `tags` name. Raises ClientError."""
    # an endpoint gets its own new tags only after an update; who began one is told by the config that it leads to
    if current.status in TRANSIENT and (target := current.target_config) and target != current.config_name:
        config = read_config(client, target)
        return run_of(read_tags(client, config["EndpointConfigArn"])) if config else ""
    return tags.get(RUN_URL, "")


def pending_since(client: SageMakerClient, endpoint_name: str) -> datetime | None:
    """When the roll-out that is under way began; None where there is none, or where SageMaker does not say."""
    try:
        pending = client.describe_endpoint(EndpointName=endpoint_name).get("PendingDeploymentSummary") or {}
    except AWS_ERRORS:
        return None
    return pending.get("StartTime")


def started_elsewhere(current: CurrentEndpoint, by: str, run_url: str) -> bool:
    """Whether somebody else is at work on it: not AWS's maintenance or scaling, nor an earlier attempt of this very run."""
    of_aws = current.status in {"SystemUpdating", "RollingBack"}
    return current.status in TRANSIENT and not of_aws and not (by and by == run_url)


def refuse_others(client: SageMakerClient, names: Iterable[str], owner: Owner) -> None:
    """Raises ActionError (P028) while somebody else is at work on one of these endpoints, or ClientError."""
    for name in names:
        if (tagged := read_tagged(client, name)) is None:
            continue
        current, tags = tagged
        by = started_by(client, current, tags)
        if started_elsewhere(current, by, owner.run_url):
            raise ActionError(another_rollout(name, current.status, by, may_wait=False))


def mark_rollout_run(client: SageMakerClient, config_name: str, owner: Owner) -> None:
    """Notes on an endpoint config of ours that this run is about to roll it out, where an earlier one has made it.

    Only so can another run tell, while the update is under way, whose it is. Raises ClientError.
    """
    config = read_config(client, config_name) if owner.run_url else None
    if config is None:
        return
    arn = config["EndpointConfigArn"]
    if run_of(read_tags(client, arn)) != owner.run_url:
        client.add_tags(ResourceArn=arn, Tags=as_list({ROLLOUT_RUN: owner.run_url[:256]}))  # type: ignore[arg-type]
