"""The account's quotas of SageMaker endpoints by instance type, as Service Quotas names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.problems import ActionError
from aces_action.problems.preflight import quotas as problems

if TYPE_CHECKING:
    from types_boto3_service_quotas import ServiceQuotasClient
    from types_boto3_service_quotas.type_defs import PaginatorConfigTypeDef

QUOTA_OF_ENDPOINTS = " for endpoint usage"  # what a quota's name has behind the instance type
_SERVICE = "sagemaker"
_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many instances of a type all endpoints of the account may have in the region."""

    code: str
    value: int


def find_quota(client: ServiceQuotasClient, instance_type: str) -> Quota | None:
    """The quota of endpoints of one type, as `find_quotas`; None where there is none."""
    return find_quotas(client, (instance_type,)).get(instance_type)


def find_quotas(client: ServiceQuotasClient, types: Collection[str]) -> dict[str, Quota]:
    """The quotas of endpoints by type: the account's values, else AWS's defaults. Ends as soon as all are found.

    A type that SageMaker does not offer for endpoints in the region is left out. Raises ActionError as `pick` does.
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
    return pick(quotas, types)


def pick(quotas: Iterable[tuple[str, Quota]], types: Collection[str]) -> dict[str, Quota]:
    """The first quota of each type by its name, which is the only way from an instance type to it.

    Raises ActionError (P010) where no quota is named as they are today: then nothing follows from a missing one.
    """
    named_so = False
    found: dict[str, Quota] = {}
    for name, quota in quotas:
        named_so |= name.endswith(QUOTA_OF_ENDPOINTS)
        if (kind := name.removesuffix(QUOTA_OF_ENDPOINTS)) != name and kind in types:
            found.setdefault(kind, quota)
            if len(found) == len(set(types)):
                return found
    if not named_so:
        raise ActionError(problems.none_is_for_endpoints(types, f"…{QUOTA_OF_ENDPOINTS}"))
    return found
