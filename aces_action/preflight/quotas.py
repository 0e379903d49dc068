"""The account's quotas of the endpoint's instance types, against what runs now and what the roll-out adds to it."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code, is_throttling
from aces_action.aws.quotas import QUOTA_OF_ENDPOINTS, Quota, find_quotas
from aces_action.aws.tags import Owner
from aces_action.language import Text
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.endpoint import EndpointState, endpoint_state
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems import Problem
from aces_action.problems.preflight import P017
from aces_action.problems.preflight import quotas as problems
from aces_action.project.model import EndpointSettings
from aces_action.resources.endpoint.state import read_config, read_endpoint

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_MOST_ENDPOINTS = 100  # that are looked at: two calls each
_SIDE_BY_SIDE = 4  # so many calls are on their way when AWS throttles the first
_WITHOUT_INSTANCES = frozenset({"Failed", "OutOfService", "Deleting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceUsage:
    """Instances of one type under endpoints now. `complete` is false where there are more endpoints than were looked at, or AWS
    asked to be called less often."""

    own: int
    others: int
    complete: bool


def count_usage(client: SageMakerClient, types: Iterable[str], own_endpoint: str) -> dict[str, InstanceUsage]:
    """Counts the instances of each of the types under all endpoints of the region, the newest first.

    What SageMaker is making counts as well: a whole fleet beside the old one. Not for our own endpoint's update, which is waited
    for before ours begins. It ends where AWS throttles: two calls for each endpoint are what many deployments at once can do
    without.
    """
    throttled = threading.Event()

    def variants(config: str) -> list[Mapping[str, Any]]:
        return (read_config(client, config) or {}).get("ProductionVariants", []) if config else []

    def coming(config: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        for each in variants(config):
            counts[_first_type(each)] += each.get("InitialInstanceCount", 0)
        return counts

    def instances(name: str) -> Counter[str]:
        current = read_endpoint(client, name)
        if current is None:
            return Counter()
        if not current.variants:  # none is described before the endpoint is there
            return coming(current.target_config or current.config_name)
        type_of = {each["VariantName"]: _first_type(each) for each in variants(current.config_name)}
        counts: Counter[str] = Counter()
        for variant in current.variants:
            if variant.pools:  # which type those to come will be of is not known yet
                counts.update(dict(variant.pools))
            else:
                counts[type_of.get(variant.name, "")] += max(variant.current_instances, variant.desired_instances)
        updated = current.target_config and current.target_config != current.config_name and name != own_endpoint
        return counts + coming(current.target_config or "") if updated else counts

    def unless_throttled(name: str) -> Counter[str]:
        if throttled.is_set():
            return Counter()
        try:
            return instances(name)
        except ClientError as error:
            if not is_throttling(error_code(error)):
                raise
            throttled.set()
            return Counter()

    names = list(islice(_endpoints(client), _MOST_ENDPOINTS + 1))
    complete, names = len(names) <= _MOST_ENDPOINTS, names[:_MOST_ENDPOINTS]
    with ThreadPoolExecutor(max_workers=_SIDE_BY_SIDE, thread_name_prefix="usage") as pool:
        counts = dict(zip(names, pool.map(unless_throttled, names), strict=True))
    complete = complete and not throttled.is_set()
    own, together = counts.get(own_endpoint, Counter()), sum(counts.values(), Counter())
    return {kind: InstanceUsage(own=own[kind], others=together[kind] - own[kind], complete=complete) for kind in types}


def _first_type(variant: Mapping[str, Any]) -> str:
    """The type of a variant's instances; where it may be one of several, that which SageMaker tries first."""
    pools = variant.get("InstancePools") or [{}]
    return str(variant.get("InstanceType") or min(pools, key=lambda pool: pool.get("Priority", 0)).get("InstanceType", ""))


def _endpoints(client: SageMakerClient) -> Iterator[str]:
    pages = client.get_paginator("list_endpoints").paginate(PaginationConfig={"PageSize": 100})
    for page in pages:
        for each in page["Endpoints"]:
            if each["EndpointStatus"] not in _WITHOUT_INSTANCES:
                yield each["EndpointName"]


def added(settings: EndpointSettings, *, own: int) -> int:
    """How many instances an update has beside the old ones while it lasts.

    A blue/green update makes the whole new fleet before it takes the old one away, whatever part of the traffic it shifts at a
    time; a rolling one makes a batch at a time. A fleet that was scaled up keeps its size.
    """
    fleet = max(settings.instance_count, own)
    rollout = settings.rollout
    if own and rollout and rollout.strategy == "rolling" and rollout.size:
        size = rollout.size.value
        return min(fleet, size if rollout.size.unit == "instances" else math.ceil(fleet * size / 100))
    return fleet


def check_types(
    quotas: QueryResult[dict[str, Quota]],
    usage: QueryResult[dict[str, InstanceUsage]],
    settings: EndpointSettings,
    *,
    exists: bool,
    region: str,
) -> list[Check]:
    """Whether each type of the endpoint is offered, and has room in its quota. No rows where that was not asked.

    `exists`: there is an endpoint. Then a lack is a warning only, until it is known that there is something to update.
    """
    rows = []
    for kind in settings.instance_types:
        rows += check_offered(quotas, kind, first=settings.instance_type, region=region)
        if quotas.value and (quota := quotas.value.get(kind)):
            rows += check_quota(kind, quota, usage, settings, exists=exists, region=region)
        if quotas.problems:
            break  # the others' rows would say the same
    return rows


def check_offered(found: QueryResult[dict[str, Quota]], instance_type: str, *, first: str, region: str) -> list[Check]:
    """Whether SageMaker offers the type for endpoints in the region: there is a quota for each that it does. `first` is the
    endpoint's first choice. A warning alone, since a new type may be there before its quota is."""
    what = Text(f"Instance type {instance_type}", f"インスタンスタイプ{instance_type}")
    needed = Text(f"offered in {region}", f"{region}で利用可能")
    if found.value is None:
        return found.failed(what, needed)
    if instance_type in found.value:
        return [Check(what=what, found=Text("offered", "利用可能"), needed=needed)]
    not_offered = problems.type_not_offered if instance_type == first else problems.fallback_not_offered
    problem = not_offered(f"{instance_type}{QUOTA_OF_ENDPOINTS}", instance_type, region)
    return [Check(what=what, found=Text("no quota", "クォータなし"), needed=needed, problems=(problem,))]


def check_quota(
    kind: str,
    quota: Quota,
    usage: QueryResult[dict[str, InstanceUsage]],
    settings: EndpointSettings,
    *,
    exists: bool,
    region: str,
) -> list[Check]:
    """The quota of one of the endpoint's types, if all that is new is of it. For a fallback type a lack is a warning (P031):
    SageMaker may find what it needs before. So it is where only the autoscaling will want more, later (P032)."""
    what = Text(f"Quota of {kind}", f"{kind}のクォータ")
    counts = usage.value or {}
    now = counts.get(kind) or InstanceUsage(own=0, others=0, complete=False)
    running = now.others + (now.own if exists else 0)
    new = added(settings, own=sum(counts[name].own for name in settings.instance_types if name in counts) if exists else 0)
    total = running + new
    found = Text(f"{quota.value}", f"{quota.value}台")
    needed = Text(f"{total}: {running} in use, {new} new", f"{total}台: 使用中{running}台、新規{new}台")
    if not now.complete:
        needed = Text(f"at least {needed.en}", f"少なくとも{needed.ja}")
    unanswered = usage.problems if kind == settings.instance_type else ()
    if total <= quota.value:
        scaled = _scaled_out(kind, quota, now, settings, region=region)
        return [Check(what=what, found=found, needed=needed, problems=(*scaled, *unanswered))]
    request = _REQUEST.format(code=quota.code, value=total, region=region)
    problem = problems.too_small(f"{kind}{QUOTA_OF_ENDPOINTS}", quota.value, region, running=running, new=new, request=request)
    if kind != settings.instance_type:
        problem = problems.of_fallback(problem)
    elif exists:
        problem = problems.as_warning(problem)
    return [Check(what=what, found=found, needed=needed, problems=(problem, *unanswered))]


def _scaled_out(kind: str, quota: Quota, now: InstanceUsage, settings: EndpointSettings, *, region: str) -> tuple[Problem, ...]:
    """The warning that the quota ends before the autoscaling does. Which of several types will be wanted then nobody knows."""
    most = settings.autoscaling.max_capacity if settings.autoscaling and len(settings.instance_types) == 1 else 0
    if now.others + most <= quota.value:
        return ()
    request = _REQUEST.format(code=quota.code, value=now.others + most, region=region)
    name = f"{kind}{QUOTA_OF_ENDPOINTS}"
    return (problems.ends_before_autoscaling(name, quota.value, region, most=most, others=now.others, request=request),)


_REQUEST = (
    "aws service-quotas request-service-quota-increase --service-code sagemaker "
    "--quota-code {code} --desired-value {value} --region {region}"
)


def once_updated(row: Check) -> Check:
    """A row with an error in place of the warning that an update would not fit: now that there is one."""
    return replace(row, problems=tuple(problems.as_error(each) if each.kind is P017 else each for each in row.problems))


def are_asked_at_once(settings: EndpointSettings | None, state: EndpointState | None, owner: Owner) -> bool:
    """Whether the preflight asks for the quotas. Not for an endpoint of ours that serves: it may well be left as it is, and the
    quotas take more calls than all else, so that waits until the plan starts something."""
    return settings is not None and not (state and state.in_service_for(owner))


def queries(inputs: PreflightInput) -> list[Query[Any]]:
    """What is asked of the endpoint's instance types; nothing without an endpoint."""
    return [_quotas(inputs), _usage(inputs)] if inputs.infra.endpoint else []


def rows(inputs: PreflightInput, answers: Answers, state: EndpointState | None) -> list[Check]:
    """`state`: of the endpoint as it is now."""
    if (settings := inputs.infra.endpoint) is None:
        return []
    exists = state is not None and state.can_be_updated
    return check_types(answers.of(_quotas(inputs)), answers.of(_usage(inputs)), settings, exists=exists, region=inputs.region)


def _quotas(inputs: PreflightInput) -> Query[dict[str, Quota]]:
    types = inputs.endpoint_types
    return Query(
        name="quotas",
        prepare=lambda clients: partial(find_quotas, clients.service_quotas, types),
        optional=Text(f"The quota of {', '.join(types)}", f"{'、'.join(types)}のクォータ"),
    )


def _usage(inputs: PreflightInput) -> Query[dict[str, InstanceUsage]]:
    types, name = inputs.endpoint_types, inputs.names.endpoint or ""
    return Query(
        name="usage",
        prepare=lambda clients: partial(count_usage, clients.sagemaker_brief, types, name),
        optional=Text(f"The use of {', '.join(types)}", f"{'、'.join(types)}の使用数"),
    )


def _follow_ups(inputs: PreflightInput, answers: Answers) -> list[Query[Any]]:
    state = answers.of(endpoint_state(inputs)).value
    return queries(inputs) if are_asked_at_once(inputs.infra.endpoint, state, inputs.owner) else []


CHECK = PreflightCheck(
    follow_ups=_follow_ups,
    rows=lambda inputs, answers: rows(inputs, answers, answers.of(endpoint_state(inputs)).value),
)
