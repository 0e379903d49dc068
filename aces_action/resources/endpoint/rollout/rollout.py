"""Brings the endpoint to the planned state and waits until it serves it, or says why it does not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

from aces_action.aws.consistency import lost_a_race
from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain, is_general, was_refused
from aces_action.aws.tags import as_list
from aces_action.language import Text, same
from aces_action.problems.endpoint import rollout as problems
from aces_action.problems.endpoint.state import config_gone
from aces_action.problems.problem import ActionError, Problem
from aces_action.resources.endpoint.concurrency import mark_rollout_run, refuse_others
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.drift import same_counts, sleeps
from aces_action.resources.endpoint.history import mark_served
from aces_action.resources.endpoint.lifecycle.delete import remove
from aces_action.resources.endpoint.plan import EndpointPlan, endpoint_change, read_plan
from aces_action.resources.endpoint.rollout.outcome import Observation, too_long, under_way, verdict
from aces_action.resources.endpoint.rollout.watch import follow
from aces_action.resources.endpoint.spec import DesiredEndpoint
from aces_action.resources.endpoint.state import (
    TRANSIENT,
    CurrentEndpoint,
    read_config,
    read_endpoint,
    read_live_config,
    read_model,
)

if TYPE_CHECKING:
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


def apply(context: EndpointContext, plan: EndpointPlan, *, usual: float | None = None) -> ServingEndpoint:
    """Creates what is missing, starts the roll-out (or joins one to the same content) and waits for its end.

    Then notes on endpoint and endpoint config what serves since when. Nothing is called where nothing changes. What the plan has
    read is read again only before a write, since it may have changed, and where a race was lost. `usual`: seconds that a
    roll-out took before.

    Raises ActionError: E001 failed, E002 rolled back, E003 too long, E004 not ours, E005 refused, E006 a mix, P028 somebody
    else's is under way.
    """
    current = plan.current
    seconds: float | None = None
    if current is None or plan.has_changes or under_way(current):
        context = context.waiting(usual)
        current, seconds, plan = _bring_about(context, plan)
    if seconds is not None or plan.changes_of("endpoint") or plan.changes_of("endpoint tags"):
        _note(context, plan.spec, current, seconds)
    pools = tuple(pool for variant in current.variants for pool in variant.pools)
    return ServingEndpoint(name=context.endpoint_name, arn=current.arn, config_name=current.config_name, pools=pools)


def _bring_about(context: EndpointContext, plan: EndpointPlan) -> tuple[CurrentEndpoint, float | None, EndpointPlan]:
    """What serves at the end, the seconds of the roll-out if this run has started one, and the plan that led to it."""
    for remaining in reversed(range(_TRIES)):
        try:
            if not context.may_wait:  # again, right before anything is changed: the preflight's look was minutes ago
                refuse_others(context.sagemaker, [context.endpoint_name], context.owner)
            _create_parts(context, plan)
            return *_roll_out(context, plan), plan
        except ClientError as error:
            if not remaining or not lost_a_race(error):
                raise ActionError(_refused(error, plan.spec)) from error
            # What is there now is looked at as at the start: ours with this content is taken for written, what is under way is
            # waited for or refused, what is not ours stops the run
            said = error_message(error)
            context.reporter.info(
                Text(f"another run was faster ({said}): checking again", f"別の実行が先に変更しました（{said}）。確認し直します")
            )
            context.wait_policy.sleep(_A_MOMENT)
            plan = read_plan(context, plan.spec)
    raise AssertionError("the last try returns or raises")


def _note(context: EndpointContext, spec: DesiredEndpoint, current: CurrentEndpoint, seconds: float | None) -> None:
    """Notes what serves since when. The config first: an endpoint whose tags name its content serves what is noted as serving."""
    client, config_arn = context.sagemaker, current.arn.rpartition(":")[0] + f":endpoint-config/{current.config_name}"
    try:
        mark_served(client, config_arn, at=context.now(), seconds=seconds)
        owner = replace(context.owner, promoted_from="")  # of the config, for good: the endpoint will serve others
        client.add_tags(ResourceArn=current.arn, Tags=as_list(owner.tags(spec.content_hash)))  # type: ignore[arg-type]
    except AWS_ERRORS as error:
        # botocore has tried AddTags again by itself where that could help
        raise ActionError(problems.not_tagged(explain(error, resource=context.endpoint_name), current.config_name)) from error


def _create_parts(context: EndpointContext, plan: EndpointPlan) -> None:
    spec, client = plan.spec, context.sagemaker
    tags = as_list(context.owner.tags(spec.content_hash))
    if plan.changes_of("model"):
        from aces_action.resources.endpoint.rollout import writes as sdk

        request = {"ModelName": spec.model_name, **spec.model, "Tags": tags}
        sdk.create_model(context.session, request, lambda: read_model(client, spec.model_name) is not None)
    if plan.changes_of("endpoint config"):
        from aces_action.resources.endpoint.rollout import writes as sdk

        request = {"EndpointConfigName": spec.config_name, **spec.config, "Tags": tags}
        sdk.create_config(context.session, request, lambda: read_config(client, spec.config_name) is not None)


def _roll_out(context: EndpointContext, plan: EndpointPlan) -> tuple[CurrentEndpoint, float | None]:
    """From whatever state the endpoint is in. What is under way ends first; then it is decided again what to do.

    Returns what serves, and the seconds of the roll-out if this run has started one.
    """
    spec, name = plan.spec, context.endpoint_name
    if not context.may_wait:
        refuse_others(context.sagemaker, [name], context.owner)
    current = _at_rest(context, spec, _look_again(context, plan))
    verb = endpoint_change(spec, current).verb
    if verb == "nothing" and current is not None:
        return current, None
    if verb != "update" or current is None:
        with context.detached_for_update() if verb == "replace" else nullcontext() as tags:
            if verb == "replace":
                context.reporter.info(
                    Text(f"deleting {name}, which can only be recreated", f"{name}を削除します（作り直すしかないため）")
                )
                remove(replace(context, detached_for_delete=nullcontext))
            return _watched(context, spec, None, partial(_create, context, spec, tags or {}))
    live = _live_config(context, current)
    with context.detached_for_update() if _changes_instances(live, spec) else nullcontext():
        return _watched(context, spec, current, partial(_update, context, spec, retained(current, live, spec)))


def _at_rest(context: EndpointContext, spec: DesiredEndpoint, current: CurrentEndpoint | None) -> CurrentEndpoint | None:
    """The endpoint when what is under way has ended. Raises ActionError where that was a roll-out to `spec`, and failed."""
    if current is None or not under_way(current):
        return current
    name, joined = context.endpoint_name, endpoint_change(spec, current).verb == "attach"
    if current.status in TRANSIENT:
        context.under_way()
    observation = follow(context, config_name=spec.config_name if joined else None)
    if observation.overdue:
        raise ActionError(too_long(name, observation))
    context.reporter.settled()
    current = observation.endpoint
    problem = verdict(current, name=name, config_name=spec.config_name, observation=observation) if joined else None
    if problem and endpoint_change(spec, current).verb != "nothing":
        if current is None or current.status != "Failed":
            raise _went_wrong(problem, observation)
        why = same(current.failure_reason) or Text("SageMaker gave no reason", "SageMakerは理由を示していません")
        context.reporter.info(
            Text(f"the roll-out that was under way failed: {why.en}", f"進行中だったデプロイが失敗しました: {why.ja}")
        )
    return current


def _look_again(context: EndpointContext, plan: EndpointPlan) -> CurrentEndpoint | None:
    """The endpoint right before it is changed. One that is another than the plan has seen has to be ours, too."""
    current, planned = read_endpoint(context.sagemaker, context.endpoint_name), plan.current
    if current is not None and (planned is None or planned.created != current.created):
        read_plan(context, plan.spec)
    return current


def _watched(
    context: EndpointContext, spec: DesiredEndpoint, before: CurrentEndpoint | None, start: Callable[[], None]
) -> tuple[CurrentEndpoint, float]:
    """Sets SageMaker to work and waits for the end. Returns what serves then, and after how many seconds.

    `before`: what serves until then, where this is an update. Raises ActionError for any other end.
    """
    name, config_name = context.endpoint_name, spec.config_name
    _until(lambda: read_config(context.sagemaker, config_name) is not None)
    started = context.wait_policy.now()
    start()
    observation = follow(context, config_name=config_name, before=before)
    current, seconds = observation.endpoint, context.wait_policy.now() - started
    if not observation.overdue:
        context.reporter.settled()
    problem = verdict(current, name=name, config_name=config_name, observation=observation)
    if problem or current is None:  # None is a problem, too: this tells the type checker
        raise _went_wrong(problem or problems.gone(name), observation)
    return current, seconds


def _went_wrong(problem: Problem, observation: Observation) -> ActionError:
    return ActionError(problem, events=observation.messages)


def _create(context: EndpointContext, spec: DesiredEndpoint, tags: Mapping[str, str]) -> None:
    from aces_action.resources.endpoint.rollout import writes as sdk

    client, name, config_name = context.sagemaker, context.endpoint_name, spec.config_name
    context.reporter.info(Text(f"creating {name} with {config_name}", f"{name}を{config_name}で作成します"))
    # without the content's hash: until the roll-out has gone well and is noted, the tags must not say that it serves this
    request = {"EndpointName": name, "EndpointConfigName": config_name, "Tags": as_list(context.owner.tags("") | dict(tags))}
    with _at_work("CreateEndpoint", context):
        sdk.create_endpoint(context.session, request, lambda: _is_on_the_way(client, name, config_name))
    _until(lambda: read_endpoint(client, name) is not None)


def _update(context: EndpointContext, spec: DesiredEndpoint, retained: Retained) -> None:
    from aces_action.resources.endpoint.rollout import writes as sdk

    client, name, config_name = context.sagemaker, context.endpoint_name, spec.config_name
    context.reporter.info(Text(f"updating {name} to {config_name}", f"{name}を{config_name}に更新します"))
    mark_rollout_run(client, config_name, context.owner)
    with _at_work("UpdateEndpoint", context):
        sdk.update_endpoint(
            context.session,
            name,
            config_name,
            retained=retained,
            rollout=spec.rollout,
            started=lambda: _is_on_the_way(client, name, config_name),
        )


def _live_config(context: EndpointContext, current: CurrentEndpoint) -> Mapping[str, Any]:
    """The config that serves, right before the update. Raises ActionError (E041): it was deleted meanwhile."""
    live = read_live_config(context.sagemaker, current.config_name)
    if live is None:
        raise ActionError(config_gone(context.endpoint_name, current.config_name))
    return live


@contextmanager
def _at_work(operation: str, context: EndpointContext) -> Iterator[None]:
    """Around the write that sets SageMaker to work: told before it, so that a run which is cut off right after it does not say
    that nothing was changed, and withdrawn when SageMaker refused the write."""
    context.under_way()
    try:
        yield
    except ClientError as error:
        if was_refused(error, operation):
            context.reporter.settled()
        raise
    except (ParamValidationError, ValueError):  # botocore's and the SDK's own refusals: the request was never sent
        context.reporter.settled()
        raise


def _is_on_the_way(client: SageMakerClient, name: str, config_name: str) -> bool:
    current = read_endpoint(client, name)
    return current is not None and config_name in {current.target_config, current.config_name}


def _changes_instances(live: Mapping[str, Any], spec: DesiredEndpoint) -> bool:
    """Whether AWS does this update only to what is not scaled (Developer Guide, 'Update endpoints that use auto scaling')."""
    new = _instances(spec.config)
    return any(new.get(name) != instances for name, instances in _instances(live).items())


def _instances(config: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """What each variant of an endpoint config runs on."""
    variants = config.get("ProductionVariants", ())
    return {each["VariantName"]: (each.get("InstanceType"), each.get("InstancePools")) for each in variants}


def retained(current: CurrentEndpoint, live: Mapping[str, Any], spec: DesiredEndpoint) -> Retained:
    """What an update leaves as the endpoint was scaled to: autoscaling has the say over it, or the infra file asks for as many
    instances as before. Of one that sleeps the count does not stay: autoscaling takes it down again."""
    if not spec.autoscaled and not same_counts(live, spec.config):
        return "nothing"
    return "weights" if sleeps(current) else "weights and counts"


def _until(seen: Callable[[], bool]) -> None:
    """Until SageMaker shows what was just written. If it never does, the next call says so better than we could."""
    deadline = time.monotonic() + _APPEARS_WITHIN
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.5)


def _refused(error: ClientError, spec: DesiredEndpoint) -> Problem:
    name, operation = spec.endpoint_name, error.operation_name
    missing = _MISSING_CONFIG.search(error_message(error))
    if operation == "UpdateEndpoint" and missing and missing[1] != spec.config_name:
        return config_gone(name, missing[1])
    if is_general(error) or operation not in _WRITES:
        return explain(error, resource=name)
    code, said = error_code(error), error_message(error)
    from aces_action.resources.endpoint.diagnosis.causes import remedy  # with its patterns: what goes well needs none of it

    return problems.refused(name, operation, f"{code}: {said}", remedy(f"{code} {said}"))
