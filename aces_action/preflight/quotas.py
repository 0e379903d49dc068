"""The account's quota of the endpoint's instance type, against what runs now and what the roll-out adds to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from aces_action.checks import Check
from aces_action.endpoint.current import read_config, read_endpoint
from aces_action.language import Text
from aces_action.preflight.questions import Answer
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import EndpointSettings

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_service_quotas import ServiceQuotasClient
    from types_boto3_service_quotas.type_defs import PaginatorConfigTypeDef

_SERVICE = "sagemaker"
_USAGE = " for endpoint usage"
_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}
_MOST_ENDPOINTS = 100  # that are looked at: two calls each
_WITHOUT_INSTANCES = frozenset({"Failed", "OutOfService", "Deleting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many instances of a type all endpoints of the account may have in the region."""

    code: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Instances of one type under endpoints now. `complete` is false where there are more endpoints than were looked at."""

    own: int
    others: int
    complete: bool


def find_quota(client: ServiceQuotasClient, instance_type: str) -> Quota | None:
    """The quota of endpoints of this type: the account's value, else AWS's default. Ends as soon as it is found.

    None: SageMaker knows no endpoints of this type in the region. Raises ActionError as `pick` does.
    """
    listings = (
        client.get_paginator("list_service_quotas").paginate(ServiceCode=_SERVICE, PaginationConfig=_PAGES),
        client.get_paginator("list_aws_default_service_quotas").paginate(ServiceCode=_SERVICE, PaginationConfig=_PAGES),
    )
    quotas = (
        (each["QuotaName"], Quota(code=each["QuotaCode"], value=int(each["Value"])))
        for listing in listings
        for page in listing
        for each in page["Quotas"]
    )
    return pick(quotas, instance_type)


def pick(quotas: Iterable[tuple[str, Quota]], instance_type: str) -> Quota | None:
    """The quota by its name, which is the only way from an instance type to it; None where there is none.

    Raises ActionError (P010) where no quota is named as they are today: then nothing follows from a missing one.
    """
    named_so = False
    for name, quota in quotas:
        named_so |= name.endswith(_USAGE)
        if name == f"{instance_type}{_USAGE}":
            return quota
    if not named_so:
        raise ActionError(
            Problem(
                kind=CATALOGUE["P010"],
                message=Text(
                    f"The quota of {instance_type}: not checked, there is no quota '…{_USAGE}' at all.",
                    f"{instance_type}のクォータを確認できませんでした。「…{_USAGE}」というクォータが1つもありません。",
                ),
            )
        )
    return None


def count_usage(client: SageMakerClient, instance_type: str, own_endpoint: str) -> Usage:
    """Counts the instances of a type under all endpoints of the region, the newest first.

    What SageMaker is making counts as well: a whole fleet beside the old one. Not for our own endpoint's update, which is waited
    for before ours begins.
    """

    def types(config: str) -> dict[str, tuple[str, int]]:
        variants = (read_config(client, config) or {}).get("ProductionVariants", []) if config else []
        return {each["VariantName"]: (each.get("InstanceType", ""), each.get("InitialInstanceCount", 0)) for each in variants}

    def coming(config: str) -> int:
        return sum(count for kind, count in types(config).values() if kind == instance_type)

    def instances(name: str) -> int:
        current = read_endpoint(client, name)
        if current is None:
            return 0
        if not current.variants:  # none is described before the endpoint is there
            return coming(current.target_config or current.config_name)
        known = types(current.config_name)
        running = sum(
            max(variant.current_instances, variant.desired_instances)
            for variant in current.variants
            if known.get(variant.name, ("", 0))[0] == instance_type
        )
        updated = current.target_config and current.target_config != current.config_name and name != own_endpoint
        return running + (coming(current.target_config or "") if updated else 0)

    names = list(islice(_endpoints(client), _MOST_ENDPOINTS + 1))
    complete, names = len(names) <= _MOST_ENDPOINTS, names[:_MOST_ENDPOINTS]
    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="usage") as pool:
        counts = dict(zip(names, pool.map(instances, names), strict=True))
    own = counts.get(own_endpoint, 0)
    return Usage(own=own, others=sum(counts.values()) - own, complete=complete)


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


def check_offered(found: Answer[Quota | None], instance_type: str, *, region: str) -> list[Check]:
    """Whether SageMaker offers the type for endpoints in the region: there is a quota for each that it does."""
    what = Text(f"Instance type {instance_type}", f"インスタンスタイプ{instance_type}")
    needed = Text(f"offered in {region}", f"{region}で利用可能")
    if found.problems:
        return found.failed(what, needed)
    if found.value is not None:
        return [Check(what=what, found=Text("offered", "利用可能"), needed=needed)]
    problem = Problem(
        kind=CATALOGUE["P015"],
        message=Text(
            f"SageMaker does not offer {instance_type} for endpoints in {region}.",
            f"SageMakerは、{region}のエンドポイントに{instance_type}を提供していません。",
        ),
        hint=Text(
            "Choose another SAGEMAKER_INSTANCE_TYPE, or another AWS_REGION.",
            "別のSAGEMAKER_INSTANCE_TYPE、または別のAWS_REGIONにしてください。",
        ),
    )
    return [Check(what=what, found=Text("not offered", "なし"), needed=needed, problems=(problem,))]


def check_quota(quota: Quota, usage: Answer[Usage], settings: EndpointSettings, *, exists: bool, region: str) -> list[Check]:
    """`exists`: there is an endpoint. Then it is a warning only, until it is known that there is something to update."""
    kind = settings.instance_type
    what = Text(f"Quota of {kind}", f"{kind}のクォータ")
    now = usage.value or Usage(own=0, others=0, complete=False)
    running = now.others + (now.own if exists else 0)
    new = added(settings, own=now.own if exists else 0)
    wanted = running + new
    found = Text(f"{quota.value}", f"{quota.value}台")
    needed = Text(f"{wanted}: {running} in use, {new} new", f"{wanted}台: 使用中{running}台、新規{new}台")
    if not now.complete:
        needed = Text(f"at least {needed.en}", f"少なくとも{needed.ja}")
    if wanted <= quota.value:
        return [Check(what=what, found=found, needed=needed, problems=usage.problems)]
    request = _REQUEST.format(code=quota.code, value=wanted, region=region)
    problem = Problem(
        kind=CATALOGUE["P017" if exists else "P016"],
        message=Text(
            f"The quota '{kind}{_USAGE}' is {quota.value} in {region}, but {wanted} are needed: {running} in use and {new} new.",
            f"クォータ「{kind}{_USAGE}」は{region}で{quota.value}台ですが、{wanted}台必要です（使用中{running}台、新規{new}台）。",
        ),
        hint=Text(
            f"Ask for more (minutes to days):\n{request}", f"引き上げを申請してください（数分から数日かかります）:\n{request}"
        ),
    )
    return [Check(what=what, found=found, needed=needed, problems=(problem, *usage.problems))]


def in_earnest(problem: Problem) -> Problem:
    """The warning that an update would not fit into the quota, once there is an update."""
    return replace(problem, kind=CATALOGUE["P016"])


_REQUEST = (
    "aws service-quotas request-service-quota-increase --service-code sagemaker "
    "--quota-code {code} --desired-value {value} --region {region}"
)
