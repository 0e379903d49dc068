"""What SageMaker has of an endpoint and of what it should serve, read once for the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aces_action.aws.tags import Owner
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.concurrency import started_by
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.spec import DesiredEndpoint
from aces_action.resources.endpoint.state import (
    TRANSIENT,
    CurrentEndpoint,
    EndpointReading,
    read_config,
    read_live_config,
    read_model,
    read_tags,
    read_with_config,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSnapshot:
    """`tags` and `started_by` are the endpoint's; `live_…` what it serves now. `model_exists` and `config_exists`: the desired
    ones are there; `config_tags` are the desired config's."""

    current: CurrentEndpoint | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    started_by: str = ""
    live_config: Mapping[str, Any] | None = None
    live_config_tags: Mapping[str, str] = field(default_factory=dict)
    live_model: Mapping[str, Any] | None = None
    model_exists: bool = False
    config_exists: bool = False
    config_tags: Mapping[str, str] = field(default_factory=dict)


def read_snapshot(context: EndpointContext, desired: DesiredEndpoint, reading: EndpointReading | None = None) -> EndpointSnapshot:
    """`reading`: an earlier look, which saves one where the endpoint was at rest. What serves already is not read twice.

    Raises ActionError (E004) where the endpoint, the desired model or the desired config is not ours, or ClientError.
    """
    client, owner, name = context.sagemaker, context.owner, context.endpoint_name
    reading = _settled(reading) or read_with_config(client, name)
    current, live_config = reading.current, reading.config
    if current and current.config_name and live_config is None:  # one look does not tell that it was deleted
        live_config = read_live_config(client, current.config_name)
    live_tags = read_tags(client, live_config["EndpointConfigArn"]) if live_config else {}
    variants = (live_config or {}).get("ProductionVariants") or [{}]
    serving_model = variants[0].get("ModelName", "")
    live_model = read_model(client, serving_model) if serving_model else None
    model = live_model if serving_model == desired.model_name else read_model(client, desired.model_name)
    if current and current.config_name == desired.config_name:
        config, config_tags = live_config, live_tags
    else:
        config = read_config(client, desired.config_name)
        config_tags = read_tags(client, config["EndpointConfigArn"]) if config else {}
    resources = (
        ("endpoint", name, current.arn if current else "", reading.tags),
        ("model", desired.model_name, model["ModelArn"], read_tags(client, model["ModelArn"])) if model else None,
        ("endpoint config", desired.config_name, config["EndpointConfigArn"] if config else "", config_tags),
    )
    _check_owner(owner, [each for each in resources if each and each[2]])
    return EndpointSnapshot(
        current=current,
        tags=reading.tags,
        started_by=started_by(client, current, reading.tags) if current else "",
        live_config=live_config,
        live_config_tags=live_tags,
        live_model=live_model,
        model_exists=model is not None,
        config_exists=config is not None,
        config_tags=config_tags,
    )


def _settled(reading: EndpointReading | None) -> EndpointReading | None:
    """An earlier look, if nothing has to be expected to have changed since."""
    current = reading.current if reading else None
    return reading if current is not None and current.status not in TRANSIENT else None


def _check_owner(owner: Owner, resources: list[tuple[str, str, str, Mapping[str, str]]]) -> None:
    foreign = [
        not_ours(resource, name, arn, project=owner.project, env=owner.env)
        for resource, name, arn, tags in resources
        if not owner.owns(tags)
    ]
    if foreign:
        raise ActionError(foreign)
