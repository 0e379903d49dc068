"""Brings the endpoint to the desired state and waits until it serves it, or says why it does not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.parsers import ResponseParserError

from aces_action.aws.consistency import lost_a_race
from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain, is_general, was_refused
from aces_action.aws.tags import CONTENT_HASH, Owner, as_list
from aces_action.deployment.changes import Change
from aces_action.language import Text, sentences
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.endpoint.concurrency import begun_by, claim, is_foreign, refuse_others
from aces_action.resources.endpoint.diagnosis.causes import remedy
from aces_action.resources.endpoint.drift import Live, config_gone, drift, same_counts, sleeps
from aces_action.resources.endpoint.history import mark_served, was_good
from aces_action.resources.endpoint.lifecycle.delete import remove
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.plan import plan, tags_change
from aces_action.resources.endpoint.rollout.telling import Suspended, Teller
from aces_action.resources.endpoint.rollout.watch import Course, Patience, follow, too_long, verdict
from aces_action.resources.endpoint.spec import DesiredEndpoint
from aces_action.resources.endpoint.state import (
    SERVING,
    TRANSIENT,
    CurrentEndpoint,
    read_config,
    read_endpoint,
    read_live_config,
    read_model,
    read_tagged,
    read_tags,
)

if TYPE_CHECKING:
    import boto3
    from types_boto3_sagemaker import SageMakerClient

    from aces_action.resources.endpoint.rollout.writes import Retained

_WRITES = frozenset({"CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"})
_TRIES = 3  # somebody else may be quicker between our look and our call
_A_MOMENT = 1.0  # seconds for their write to be seen
_MISSING_CONFIG = re.compile(r'Could not find endpoint configuration "[^"]*endpoint-config/([^"/]+)"', re.ASCII)
_APPEARS_WITHIN = 20.0  # seconds for what was made to be seen: SageMaker's reads are eventually consistent


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingEndpoint:
    """The endpoint as it serves after the roll-out. `pools`: instances of each type, where it may run on several; else none."""

    name: str
    arn: str
    config_name: str
    pools: tuple[tuple[str, int], ...] = ()


def read_plan(client: SageMakerClient, desired: DesiredEndpoint, owner: Owner) -> list[Change]:
    """Reads what is there and plans. Raises ActionError (E004) when a resource of that name is not ours."""
    tagged = read_tagged(client, desired.endpoint_name)
    current = tagged[0] if tagged else None
    live_config = read_live_config(client, current.config_name) if current and current.config_name else None
    variants = (live_config or {}).get("ProductionVariants") or [{}]
    live_model = read_model(client, variants[0]["ModelName"]) if "ModelName" in variants[0] else None
    model, config = read_model(client, desired.model_name), read_config(client, desired.config_name)
    found = (
        ("endpoint", desired.endpoint_name, current.arn if current else None),
        ("model", desired.model_name, model["ModelArn"] if model else None),
        ("endpoint config", desired.config_name, config["EndpointConfigArn"] if config else None),
    )
    tags = {what: read_tags(client, arn) for what, _, arn in found if arn and what != "endpoint"}
    if tagged:
        tags["endpoint"] = tagged[1]
    foreign = [
        not_ours(what, name, arn, project=owner.project, env=owner.env)
        for what, name, arn in found
        if arn and not owner.owns(tags[what])
    ]
    if foreign:
        raise ActionError(foreign)
    changes = plan(
        desired,
        current,
        live_model=live_model,
        live_config=live_config,
        model_exists=model is not None,
        config_exists=config is not None,
        drift=_beside_us(client, desired, current, tags, live_config, owner) if current else (),
    )
    at_rest = current is not None and current.status in SERVING and current.leads_to == current.config_name
    if current is not None and at_rest and live_config is None and changes[-1].verb == "update":
        raise ActionError(config_gone(desired.endpoint_name, current.config_name))
    noted = was_good(tags.get("endpoint config", {}))
    stale = tags_change(desired, changes[-1], tags.get("endpoint", {}).get(CONTENT_HASH), noted=noted)
    return [*changes, stale] if stale else changes


def _beside_us(
    client: SageMakerClient,
    desired: DesiredEndpoint,
    current: CurrentEndpoint,
    tags: Mapping[str, Mapping[str, str]],
    live_config: Mapping[str, Any] | None,
    owner: Owner,
) -> list[Text]:
    """What others have changed of the endpoint, and what they are changing now."""
    config_tags = tags.get("endpoint config", {})
    if current.config_name != desired.config_name:
        config_tags = read_tags(client, live_config["EndpointConfigArn"]) if live_config else {}
    live = Live(endpoint_tags=tags["endpoint"], config=live_config, config_tags=config_tags)
    stays = desired.autoscaled or current.config_name == desired.config_name or same_counts(live_config, desired.config)
    told = list(drift(current, live, owner, wanted=desired.config_name, keeps_counts=stays))
    begun = begun_by(client, current, tags["endpoint"])
    if is_foreign(current, begun, owner.run_url):
        told.append(_somebody_elses(current, begun))
    return told


def _somebody_elses(current: CurrentEndpoint, begun: str) -> Text:
    to = current.target_config or current.config_name
    by = Text(f" by {begun}", f"（実行元: {begun}）") if begun else Text(" by somebody else", "（実行元は不明）")
    return Text(f"{current.status} to {to} was begun{by.en}", f"{to}への{current.status}が進行中です{by.ja}")


def _now() -> datetime:
    return datetime.now(UTC)


def apply(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    *,
    patience: Patience,
    tell: Teller,
    usual: float | None = None,
    may_wait: bool = True,
    suspended: Suspended = nullcontext,
    today: Callable[[], datetime] = _now,
) -> ServingEndpoint:
    """Creates what is missing, starts the roll-out (or joins one to the same content) and waits for its end.

    Then notes on endpoint and endpoint config what serves since when. `usual`: seconds that a roll-out took before; `may_wait`:
    for a roll-out that somebody else has begun; `suspended` takes the autoscaling off meanwhile, where the roll-out changes the
    instance type or makes the endpoint anew; `today`: the time of the note.

    Raises ActionError: E001 failed, E002 rolled back, E003 too long, E004 not ours, E005 refused, E006 a mix, P028 somebody
    else's is under way.
    """
    patience, tries = patience.begun(), _TRIES
    while True:
        tries -= 1
        changes = {change.resource: change for change in read_plan(client, desired, owner)}
        try:
            if not may_wait:  # again, right before anything is changed: the preflight's look was minutes ago
                refuse_others(client, [desired.endpoint_name], owner)
            if any(changes[part].is_change for part in ("model", "endpoint config", "endpoint")):
                _create_parts(session, client, desired, owner, changes)
            current, seconds = _roll_out(
                session, client, desired, owner, patience, tell, usual=usual, may_wait=may_wait, suspended=suspended
            )
            break
        except ClientError as error:
            if not tries or not lost_a_race(error):
                raise ActionError(_refused(error, desired)) from error
            # What is there now is looked at as at the start: ours with this content is taken for written, what is under way is
            # waited for or refused, what is not ours stops the run
            tell.say(f"another run was quicker ({error_message(error)}): looks again")
            patience.sleep(_A_MOMENT)
    name, config_name = desired.endpoint_name, current.config_name
    rolled_out = changes["endpoint"].is_change or seconds is not None
    if rolled_out or "endpoint tags" in changes:
        try:
            # the config first: an endpoint whose tags name its content serves what is noted as serving
            config_arn = current.arn.rpartition(":")[0] + f":endpoint-config/{config_name}"
            mark_served(client, config_arn, at=today(), seconds=seconds)
            client.add_tags(ResourceArn=current.arn, Tags=as_list(owner.tags(desired.content_hash)))  # type: ignore[arg-type]
        except AWS_ERRORS as error:
            raise ActionError(_untagged(error, name, config_name)) from error
    pools = tuple(pool for variant in current.variants for pool in variant.pools)
    return ServingEndpoint(name=name, arn=current.arn, config_name=config_name, pools=pools)


def _create_parts(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    changes: Mapping[str, Change],
) -> None:
    from aces_action.resources.endpoint.rollout import writes as sdk

    tags = as_list(owner.tags(desired.content_hash))
    if changes["model"].is_change:
        request = {"ModelName": desired.model_name, **desired.model, "Tags": tags}
        sdk.create_model(session, request, lambda: read_model(client, desired.model_name) is not None)
    if changes["endpoint config"].is_change:
        request = {"EndpointConfigName": desired.config_name, **desired.config, "Tags": tags}
        sdk.create_config(session, request, lambda: read_config(client, desired.config_name) is not None)


def _roll_out(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    patience: Patience,
    tell: Teller,
    *,
    usual: float | None,
    may_wait: bool,
    suspended: Suspended,
) -> tuple[CurrentEndpoint, float | None]:
    """From whatever state the endpoint is in. What is under way ends first; then the plan is made anew.

    Returns what serves, and the seconds of the roll-out if this run has begun one.
    """
    name, config_name = desired.endpoint_name, desired.config_name
    patience = replace(patience.begun(), usual=usual)
    if not may_wait:
        refuse_others(client, [name], owner)
    current, seconds = read_endpoint(client, name), None
    joined = plan(desired, current)[-1].verb == "attach"
    if current is not None and current.status in TRANSIENT:
        tell.started()
    course = Course()
    if current is not None:
        course = follow(client, name, config_name=config_name if joined else None, patience=patience, tell=tell.say)
    if course.overdue:
        raise ActionError(too_long(name, course))
    current = course.endpoint
    tell.ended()
    verb = plan(desired, current)[-1].verb
    if joined and verb != "nothing" and (problem := verdict(current, name=name, config_name=config_name, course=course)):
        if current is None or current.status != "Failed":
            raise _went_wrong(problem, course)
        tell.say(f"the roll-out that was under way failed: {current.failure_reason or 'SageMaker gave no reason'}")
    if verb != "nothing":
        before = current if verb == "update" else None
        with suspended() if _is_off_meanwhile(client, verb, desired) else nullcontext():
            if verb == "replace":
                tell.say(f"deletes {name}, which can only be made anew")
                remove(session, client, name, owner, patience=patience, tell=tell)
            started = _start(session, client, desired, owner, verb=verb, patience=patience, tell=tell)
            course = follow(client, name, config_name=config_name, before=before, patience=patience, tell=tell.say)
            current, seconds = course.endpoint, patience.now() - started
            if not course.overdue:
                tell.ended()
            if problem := verdict(current, name=name, config_name=config_name, course=course):
                raise _went_wrong(problem, course)
    if current is None:  # verdict has said so already; this tells the type checker
        gone = Text(f"The endpoint {name} is gone.", f"エンドポイント{name}がありません。")
        raise ActionError(Problem(kind=CATALOGUE["E001"], message=gone))
    return current, seconds


def _went_wrong(problem: Problem, course: Course) -> ActionError:
    return ActionError(problem, events=course.messages)


def _start(
    session: boto3.Session,
    client: SageMakerClient,
    desired: DesiredEndpoint,
    owner: Owner,
    *,
    verb: str,
    patience: Patience,
    tell: Teller,
) -> float:
    """Sets SageMaker to work. Returns when, by the clock of `patience`."""
    from aces_action.resources.endpoint.rollout import writes as sdk

    name, config_name = desired.endpoint_name, desired.config_name
    _until(lambda: read_config(client, config_name) is not None)
    if verb == "update":
        tell.say(f"updates {name} to {config_name}")
        retained = _retained(client, desired)
        claim(client, config_name, owner)
        started = patience.now()
        with _at_work("UpdateEndpoint", tell):
            sdk.update_endpoint(
                session,
                name,
                config_name,
                retained=retained,
                rollout=desired.rollout,
                started=lambda: _is_on_the_way(client, name, config_name),
            )
    else:
        tell.say(f"creates {name} with {config_name}")
        started = patience.now()
        # without the content's hash: until the roll-out has gone well and is noted, the tags must not say that it serves this
        request = {"EndpointName": name, "EndpointConfigName": config_name, "Tags": as_list(owner.tags(""))}
        with _at_work("CreateEndpoint", tell):
            sdk.create_endpoint(session, request, lambda: _is_on_the_way(client, name, config_name))
        _until(lambda: read_endpoint(client, name) is not None)
    return started


@contextmanager
def _at_work(operation: str, tell: Teller) -> Iterator[None]:
    """Around the write that sets SageMaker to work: told before it, so that a run which is cut off right after it does not say
    that nothing was changed, and withdrawn when SageMaker refused the write."""
    tell.started()
    try:
        yield
    except ClientError as error:
        if was_refused(error, operation):
            tell.ended()
        raise
    except (ParamValidationError, ValueError):  # botocore's and the SDK's own refusals: the request was never sent
        tell.ended()
        raise


def _is_on_the_way(client: SageMakerClient, name: str, config_name: str) -> bool:
    current = read_endpoint(client, name)
    return current is not None and config_name in {current.target_config, current.config_name}


def _is_off_meanwhile(client: SageMakerClient, verb: str, desired: DesiredEndpoint) -> bool:
    """Whether AWS does this only to what is not scaled (Developer Guide, 'Update endpoints that use auto scaling')."""
    if verb != "update":
        return verb == "replace"
    current = read_endpoint(client, desired.endpoint_name)
    live = read_config(client, current.config_name) if current else None
    new = _instances(desired.config)
    return any(new.get(name) != instances for name, instances in _instances(live or {}).items())


def _instances(config: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What each variant of an endpoint config runs on."""
    variants = config.get("ProductionVariants", ())
    return {each["VariantName"]: (each.get("InstanceType"), each.get("InstancePools")) for each in variants}


def _retained(client: SageMakerClient, desired: DesiredEndpoint) -> Retained:
    """What an update leaves as the endpoint was scaled to: autoscaling has the say over it, or the infra file asks for as many
    instances as before. Of one that sleeps the count does not stay: autoscaling takes it down again.

    Raises ActionError (E041): the config that serves was deleted meanwhile.
    """
    current = read_endpoint(client, desired.endpoint_name)
    live = read_live_config(client, current.config_name) if current else None
    if current is not None and live is None:
        raise ActionError(config_gone(desired.endpoint_name, current.config_name))
    if not desired.autoscaled and not same_counts(live, desired.config):
        return "nothing"
    return "weights" if current is not None and sleeps(current) else "weights and counts"


def _until(seen: Callable[[], bool]) -> None:
    """Until SageMaker shows what was just written. If it never does, the next call says so better than we could."""
    deadline = time.monotonic() + _APPEARS_WITHIN
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.5)


def _refused(error: ClientError, desired: DesiredEndpoint) -> Problem:
    name, operation = desired.endpoint_name, error.operation_name
    missing = _MISSING_CONFIG.search(error_message(error))
    if operation == "UpdateEndpoint" and missing and missing[1] != desired.config_name:
        return config_gone(name, missing[1])
    if is_general(error) or operation not in _WRITES:
        return explain(error, resource=name)
    code, said = error_code(error), error_message(error)
    return Problem(
        kind=CATALOGUE["E005"],
        message=Text(
            f"SageMaker refused {operation} for {name}: {code}: {said}",
            f"SageMakerが{name}の{operation}を拒否しました: {code}: {said}",
        ),
        hint=remedy(f"{code} {said}"),
    )


def _untagged(error: BotoCoreError | ClientError | ResponseParserError, name: str, config_name: str) -> Problem:
    """The roll-out went well; botocore has tried AddTags again by itself where that could help."""
    problem = explain(error, resource=name)
    serves = Text(
        f"The endpoint serves {config_name}; only its tags are not up to date. A run again sets them.",
        f"エンドポイントは{config_name}で稼働しています。タグだけが更新されていません。再実行するとタグを設定します。",
    )
    return replace(problem, hint=sentences(serves, problem.hint))
