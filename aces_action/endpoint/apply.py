"""Brings the endpoint to the desired state and waits until it serves it, or says why it does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, error_message, explain, is_denied
from aces_action.aws.tags import adoption_tags, as_list, is_ours
from aces_action.changes import Change
from aces_action.endpoint.causes import remedy
from aces_action.endpoint.current import TRANSIENT, CurrentEndpoint, read_config, read_endpoint, read_model, read_tags
from aces_action.endpoint.desired import DesiredEndpoint
from aces_action.endpoint.plan import plan
from aces_action.endpoint.wait import Patience, settle, verdict
from aces_action.problems import CATALOGUE, ActionError, Problem

if TYPE_CHECKING:
    import boto3
    from types_boto3_sagemaker import SageMakerClient

_WRITES = frozenset({"CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"})
_APPEARS_WITHIN = 20.0  # seconds for a new endpoint config to be seen by CreateEndpoint (reads are eventually consistent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose resources these are: only those tagged with this project and environment are touched."""

    project: str
    env: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """How `apply` tells what it does: `say` a line for the log, `changed` what is done, `started` that SageMaker is at work."""

    say: Callable[[str], None]
    changed: Callable[[str], None]
    started: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingEndpoint:
    """The endpoint as it serves after the roll-out."""

    name: str
    arn: str
    config_name: str


def read_plan(client: SageMakerClient, desired: DesiredEndpoint, owner: Owner) -> list[Change]:
    """Reads what is there and plans. Raises ActionError (E004) when a resource of that name is not ours."""
    current = read_endpoint(client, desired.endpoint_name)
    live_config = read_config(client, current.config_name) if current and current.config_name else None
    variants = (live_config or {}).get("ProductionVariants") or [{}]
    live_model = read_model(client, variants[0]["ModelName"]) if "ModelName" in variants[0] else None
    model, config = read_model(client, desired.model_name), read_config(client, desired.config_name)
    found = (
        ("endpoint", desired.endpoint_name, current.arn if current else None),
        ("model", desired.model_name, model["ModelArn"] if model else None),
        ("endpoint config", desired.config_name, config["EndpointConfigArn"] if config else None),
    )
    foreign = [
        _not_ours(what, name, arn, owner)
        for what, name, arn in found
        if arn and not is_ours(read_tags(client, arn), project=owner.project, env=owner.env)
    ]
    if foreign:
        raise ActionError(foreign)
    return plan(
        desired,
        current,
        live_model=live_model,
        live_config=live_config,
        model_exists=model is not None,
        config_exists=config is not None,
    )


def apply(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    *,
    patience: Patience,
    tell: Teller,
) -> ServingEndpoint:
    """Creates what is missing, starts the roll-out (or joins one to the same content) and waits for its end.

    Raises ActionError: E001 failed, E002 rolled back, E003 too long, E004 not ours, E005 refused, E006 a mix.
    """
    changes = {change.resource: change for change in read_plan(client, desired, owner)}
    try:
        if any(change.is_change for change in changes.values()):
            _create_parts(session, client, desired, owner, changes, tell)
        current = _roll_out(session, client, desired, owner, patience, tell)
        if changes["endpoint"].is_change:
            client.add_tags(ResourceArn=current.arn, Tags=as_list(owner.tags))  # type: ignore[arg-type]
    except ClientError as error:
        raise ActionError(_refused(error, desired)) from error
    return ServingEndpoint(name=desired.endpoint_name, arn=current.arn, config_name=current.config_name)


def _create_parts(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    changes: Mapping[str, Change],
    tell: Teller,
) -> None:
    from aces_action.endpoint import sdk

    tags = as_list(owner.tags)
    if changes["model"].is_change:
        request = {"ModelName": desired.model_name, **desired.model, "Tags": tags}
        sdk.create_model(session, request, lambda: read_model(client, desired.model_name) is not None)
        tell.changed(f"model {desired.model_name} created")
    if changes["endpoint config"].is_change:
        request = {"EndpointConfigName": desired.config_name, **desired.config, "Tags": tags}
        sdk.create_config(session, request, lambda: read_config(client, desired.config_name) is not None)
        tell.changed(f"endpoint config {desired.config_name} created")


def _roll_out(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    patience: Patience,
    tell: Teller,
) -> CurrentEndpoint:
    """From whatever state the endpoint is in. What is under way ends first; then the plan is made anew."""
    name, config_name = desired.endpoint_name, desired.config_name
    current = read_endpoint(client, name)
    joined = plan(desired, current)[-1].verb == "attach"
    if current is not None and current.status in TRANSIENT:
        tell.started()
    current = settle(client, name, patience=patience, tell=tell.say) if current else None
    verb = plan(desired, current)[-1].verb
    if joined and verb != "nothing" and (problem := verdict(current, name=name, config_name=config_name)):
        if current is None or current.status != "Failed":
            raise ActionError(problem)
        tell.say(f"the roll-out that was under way failed: {current.failure_reason or 'SageMaker gave no reason'}")
    if verb != "nothing":
        _start(session, client, desired, owner, verb=verb, patience=patience, tell=tell)
        current = settle(client, name, patience=patience, tell=tell.say)
        if problem := verdict(current, name=name, config_name=config_name):
            raise ActionError(problem)
    if current is None:  # verdict has said so already; this tells the type checker
        raise ActionError(Problem(kind=CATALOGUE["E001"], message=f"The endpoint {name} is gone."))
    return current


def _start(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    *,
    verb: str,
    patience: Patience,
    tell: Teller,
) -> None:
    from aces_action.endpoint import sdk

    name, config_name = desired.endpoint_name, desired.config_name
    if verb == "replace":
        tell.say(f"deletes {name}, which can only be made anew")
        sdk.delete_endpoint(session, name)
        tell.changed(f"endpoint {name} deleted, to be made anew")
        settle(client, name, patience=patience, tell=tell.say)
    _until_visible(client, config_name)
    tell.started()  # before the write: a run that is cut off right after it must not say that nothing was changed
    if verb == "update":
        tell.say(f"updates {name} to {config_name}")
        sdk.update_endpoint(
            session,
            name,
            config_name,
            retain_counts=_same_counts(client, name, desired),
            started=lambda: _is_on_the_way(client, name, config_name),
        )
    else:
        tell.say(f"creates {name} with {config_name}")
        request = {"EndpointName": name, "EndpointConfigName": config_name, "Tags": as_list(owner.tags)}
        sdk.create_endpoint(session, request, lambda: read_endpoint(client, name) is not None)


def _is_on_the_way(client: SageMakerClient, name: str, config_name: str) -> bool:
    current = read_endpoint(client, name)
    return current is not None and config_name in {current.target_config, current.config_name}


def _same_counts(client: SageMakerClient, name: str, desired: DesiredEndpoint) -> bool:
    """Whether the infra file asks for as many instances as before: then the count it was scaled to since stays."""
    current = read_endpoint(client, name)
    live = read_config(client, current.config_name) if current else None
    counts = [
        [variant.get("InitialInstanceCount") for variant in (config or {}).get("ProductionVariants", [])]
        for config in (live, desired.config)
    ]
    return counts[0] == counts[1]


def _until_visible(client: SageMakerClient, config_name: str) -> None:
    deadline = time.monotonic() + _APPEARS_WITHIN
    while read_config(client, config_name) is None and time.monotonic() < deadline:
        time.sleep(0.5)


def _not_ours(what: str, name: str, arn: str, owner: Owner) -> Problem:
    return Problem(
        kind=CATALOGUE["E004"],
        message=f"The {what} {name} exists but was not made by this action for {owner.project} {owner.env}: it is left alone.",
        hint=(
            "If it may be taken over, hand it to the action by its tags and run the job again:\n"
            f"aws sagemaker add-tags --resource-arn {arn} --tags {adoption_tags(project=owner.project, env=owner.env)}"
        ),
    )


def _refused(error: ClientError, desired: DesiredEndpoint) -> Problem:
    if is_denied(error) or error.operation_name not in _WRITES:
        return explain(error, resource=desired.endpoint_name)
    message = error_message(error)
    return Problem(
        kind=CATALOGUE["E005"],
        message=f"SageMaker refused {error.operation_name} for {desired.endpoint_name}: {error_code(error)}: {message}",
        hint=remedy(f"{error_code(error)} {message}"),
    )
