"""Reads what the server's generations and models are used by, and deletes those that are no longer needed.

S3 is left alone: weights stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import AWS_ERRORS, explain, is_denied
from aces_action.aws.tags import Owner
from aces_action.changes import Change, noun
from aces_action.language import Text
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.problems.problem import Problem
from aces_action.project.names import HASH_LENGTH
from aces_action.resources.endpoint.concurrency import run_of
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.history import read_generations
from aces_action.resources.endpoint.lifecycle.prune_decision import EndpointUse, ListedModel, PruneDecision, decide
from aces_action.resources.endpoint.state import TRANSIENT, is_missing, read_config, read_endpoint, read_model, read_tags

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.type_defs import PaginatorConfigTypeDef

    from aces_action.aws.clients import Clients
    from aces_action.output.reporter import Reporter

_READERS = 16  # side by side: two calls for each endpoint of the account
_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeleted:
    """Something that was to go and is still there."""

    decision: PruneDecision
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """How deleting went: what is gone, and what is left and why. What was not tried after that is in neither."""

    gone: tuple[PruneDecision, ...]
    left: tuple[Undeleted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneResult:
    """What was deleted after a deployment, and the warnings about what was not."""

    changes: tuple[Change, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_models(client: SageMakerClient, owner: Owner) -> list[ListedModel]:
    """All models with a name of the server's. Raises ClientError."""
    pattern = re.compile(rf"{re.escape(owner.server)}-[0-9a-f]{{{HASH_LENGTH}}}", re.ASCII)
    pages = client.get_paginator("list_models").paginate(NameContains=f"{owner.server}-", PaginationConfig=_PAGES)
    return [
        ListedModel(name=each["ModelName"], arn=each["ModelArn"], created=each["CreationTime"].astimezone(UTC))
        for page in pages
        for each in page["Models"]
        if pattern.fullmatch(each["ModelName"])
    ]


def owned_models(client: SageMakerClient, owner: Owner, models: Iterable[ListedModel]) -> list[ListedModel]:
    """Those that carry our tags."""
    return [each for each in models if _owns(client, owner, each.arn)]


def read_usage(client: SageMakerClient) -> EndpointUse:
    """What every endpoint of the account uses, whoever made it. Raises ClientError where they may not be listed."""
    pages = client.get_paginator("list_endpoints").paginate(PaginationConfig=_PAGES)
    names = [each["EndpointName"] for page in pages for each in page["Endpoints"]]
    # not as a context manager: that would read all of a large account before a cancelled job may end
    pool = ThreadPoolExecutor(_READERS, thread_name_prefix="usage")
    try:
        found = list(pool.map(lambda name: _used(client, name), names))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return EndpointUse(
        configs={config: name for name, each in zip(names, found, strict=True) for config in each.configs},
        models={model: name for name, each in zip(names, found, strict=True) for model in each.models},
        unclear=tuple(problem for each in found for problem in each.unclear),
    )


def _used(client: SageMakerClient, name: str) -> EndpointUse:
    """What one endpoint uses: of the config that serves, and of the one that it moves to."""
    try:
        current = read_endpoint(client, name)
        if current is None:
            return EndpointUse()
        configs = [each for each in dict.fromkeys((current.config_name, current.target_config)) if each]
        described = [read_config(client, config) for config in configs]
    except AWS_ERRORS as error:
        return EndpointUse(unclear=(explain(error, resource=name),))
    unclear = [problems.uses_unnamed_config(name, current.status)] if current.status == "UpdateRollbackFailed" else []
    unclear += [problems.models_unknown(name, config) for config, found in zip(configs, described, strict=True) if found is None]
    models = {
        variant["ModelName"]: name
        for found in described
        for variants in ("ProductionVariants", "ShadowProductionVariants")
        for variant in (found or {}).get(variants, [])
        if "ModelName" in variant
    }
    return EndpointUse(configs=dict.fromkeys(configs, name), models=models, unclear=tuple(unclear))


def _owns(client: SageMakerClient, owner: Owner, arn: str) -> bool:
    try:
        return owner.owns(read_tags(client, arn))
    except ClientError as error:
        if is_missing(error):
            return False
        raise


def prune(context: EndpointContext, *, endpoints: Sequence[str], keep: int) -> PruneResult:
    """Deletes what is no longer needed, after a deployment that went well. `endpoints`: names of ours.

    Never raises for what AWS answers: what is not deleted today goes another day. All endpoints of the account are read only
    when there is something to delete.
    """
    reporter = context.reporter
    try:
        decisions, unclear = _decisions(context, endpoints, keep=keep)
    except AWS_ERRORS as error:
        return PruneResult(warnings=(problems.kept_all(explain(error), 0),))
    if unclear:
        return PruneResult(warnings=(problems.kept_all(unclear[0], len(unclear) - 1),))
    if not any(each.goes for each in decisions):
        reporter.info(Text("nothing to delete", "削除するものはありません"))
        return PruneResult()
    for each in decisions:
        if not each.goes:
            kind, name, why = noun(each.resource), each.name, each.reason
            reporter.info(Text(f"keeping {kind.en} {name}: {why.en}", f"{kind.ja}{name}は残します。{why.ja}"))
    deleted = delete(context.clients, [each for each in decisions if each.goes], endpoints=endpoints, reporter=reporter)
    return PruneResult(
        changes=tuple(each.change for each in deleted.gone),
        warnings=tuple(
            problems.not_deleted(noun(each.decision.resource), each.decision.name, each.problem) for each in deleted.left
        ),
    )


def _decisions(
    context: EndpointContext, endpoints: Iterable[str], *, keep: int
) -> tuple[tuple[PruneDecision, ...], tuple[Problem, ...]]:
    """What becomes of each, and what could not be looked at. None where nothing is deleted."""
    client, owner, now = context.sagemaker, context.owner, context.now()
    generations, models = read_generations(client, owner), read_models(client, owner)
    described = [read_endpoint(client, name) for name in endpoints]
    live = {config for each in described if each for config in (each.config_name, each.target_config) if config}

    def judge(candidates: Sequence[ListedModel], usage: EndpointUse) -> tuple[PruneDecision, ...]:
        return decide(generations, candidates, live=live, usage=usage, keep=keep, now=now)

    at_most = judge(models, EndpointUse())
    going = {each.name for each in at_most if each.goes and each.resource == "model"}
    ours = owned_models(client, owner, [each for each in models if each.name in going])
    staying = [each for each in models if each.name not in going]
    if not any(each.goes for each in judge([*staying, *ours], EndpointUse())):
        return (), ()
    usage = read_usage(client)
    decisions = judge([*staying, *ours], usage)
    return decisions, usage.unclear if any(each.goes for each in decisions) else ()


def delete(clients: Clients, decisions: Iterable[PruneDecision], *, endpoints: Sequence[str], reporter: Reporter) -> Deleted:
    """Deletes those that go, endpoint configs before models.

    Looks at `endpoints` again before each, as another run may have set out for it meanwhile, and stops where one is at work;
    what another run has marked since the decision stays. A model stays with any endpoint config that refers to it. What is gone
    already is fine. After a missing permission the rest of that kind is not tried.
    """
    from aces_action.resources.endpoint.rollout import writes as sdk

    client = clients.sagemaker
    gone: list[PruneDecision] = []
    left: list[Undeleted] = []
    denied: set[str] = set()
    referred: set[str] = set()
    kinds = {"endpoint config": (sdk.delete_config, read_config), "model": (sdk.delete_model, read_model)}
    for decision in (each for each in decisions if each.goes):
        obstacle: _Obstacle | None = None
        if decision.resource in denied or (decision.resource == "model" and decision.name in referred):
            referred |= {*decision.models}
            continue
        try:
            obstacle = _in_the_way(client, decision, endpoints)
            if obstacle is None:
                remove, read = kinds[decision.resource]
                remove(clients.session, decision.name, partial(_is_gone, client, read, decision.name))
            problem = obstacle.problem if obstacle else None
        except (*AWS_ERRORS, ValueError) as error:  # ValueError: what the SDK cannot read
            problem = _failed(error, decision)
            if isinstance(error, ClientError) and is_denied(error):
                denied.add(decision.resource)
        if problem is not None:
            left.append(Undeleted(decision=decision, problem=problem))
            referred |= {*decision.models}
            if obstacle is not None and obstacle.for_all:
                break
            continue
        gone.append(decision)
        kind, name, why = noun(decision.resource), decision.name, decision.reason
        reporter.info(Text(f"deleted {kind.en} {name}: {why.en}", f"{kind.ja}{name}を削除しました。{why.ja}"))
    return Deleted(gone=tuple(gone), left=tuple(left))


def _is_gone(client: SageMakerClient, read: Callable[[SageMakerClient, str], object], name: str) -> bool:
    return read(client, name) is None


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Why something must not be deleted now; `for_all`: nor anything else."""

    problem: Problem
    for_all: bool = False


def _in_the_way(client: SageMakerClient, decision: PruneDecision, endpoints: Iterable[str]) -> _Obstacle | None:
    for name in endpoints:
        current = read_endpoint(client, name)
        if current is None:
            continue
        if current.status in TRANSIENT:
            return _Obstacle(problems.changed_meanwhile(name, current.status), for_all=True)
        if decision.name in {current.config_name, current.target_config}:
            return _Obstacle(problems.used_meanwhile(name))
    # last: a run marks an endpoint config right before it updates the endpoint to it
    if decision.resource == "endpoint config" and _run_now(client, decision) != decision.run:
        return _Obstacle(problems.marked_meanwhile())
    return None


def _run_now(client: SageMakerClient, decision: PruneDecision) -> str:
    try:
        return run_of(read_tags(client, decision.arn))
    except ClientError as error:
        if is_missing(error):
            return decision.run
        raise


def _failed(error: Exception, decision: PruneDecision) -> Problem:
    if isinstance(error, ClientError | BotoCoreError | ResponseParserError):
        return explain(error, resource=decision.name)
    return problems.unreadable(f"{type(error).__name__}: {error}")
