"""Subnets and security groups that the infra file names: they exist, and belong together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems.preflight import network as problems
from aces_action.project.model import EndpointSettings

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedResource:
    """A subnet or security group by its VPC and availability zone, which is empty for a security group."""

    vpc: str
    zone: str = ""


def read_subnets(client: EC2Client, ids: Iterable[str]) -> dict[str, PlacedResource]:
    """The subnets by their ids; those that there are not are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    # by a filter: naming an unknown one would fail the whole call
    pages = client.get_paginator("describe_subnets").paginate(Filters=[{"Name": "subnet-id", "Values": wanted}])
    return {
        each["SubnetId"]: PlacedResource(vpc=each.get("VpcId", ""), zone=each.get("AvailabilityZone", ""))
        for page in pages
        for each in page["Subnets"]
    }


def read_security_groups(client: EC2Client, ids: Iterable[str]) -> dict[str, PlacedResource]:
    """The security groups by their ids; those that there are not are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    pages = client.get_paginator("describe_security_groups").paginate(Filters=[{"Name": "group-id", "Values": wanted}])
    return {each["GroupId"]: PlacedResource(vpc=each.get("VpcId", "")) for page in pages for each in page["SecurityGroups"]}


def check_network(
    settings: EndpointSettings,
    subnets: QueryResult[dict[str, PlacedResource]],
    groups: QueryResult[dict[str, PlacedResource]],
    *,
    file: str,
) -> list[Check]:
    """The endpoint's network. All of it has to be in one VPC."""
    rows = _existing(Text("Subnets", "サブネット"), settings.subnets, subnets, key="sagemaker.subnets", file=file)
    rows += _existing(
        Text("Security groups", "セキュリティグループ"),
        settings.security_group_ids,
        groups,
        key="sagemaker.security_group_ids",
        file=file,
    )
    vpcs = sorted({place.vpc for found in (subnets.value, groups.value) for place in (found or {}).values()} - {""})
    if len(vpcs) > 1:
        problem = problems.several_vpcs(vpcs, file=file)
        rows.append(Check(what=same("VPC"), found=same(", ".join(vpcs)), needed=Text("one", "1つ"), problems=(problem,)))
    return rows


def _existing(
    what: Text, ids: tuple[str, ...], found: QueryResult[dict[str, PlacedResource]], *, key: str, file: str
) -> list[Check]:
    needed, known = same(", ".join(ids)), found.value
    if known is None:
        return found.failed(what, needed)
    existing = same(", ".join(name for name in ids if name in known) or "–")
    missing = tuple(problems.not_found(name, key=key, file=file) for name in ids if name not in known)
    return [Check(what=what, found=existing, needed=needed, problems=missing)]


def _subnets(settings: EndpointSettings) -> Query[dict[str, PlacedResource]]:
    return Query(
        name="subnets",
        prepare=lambda clients: partial(read_subnets, clients.ec2, settings.subnets),
        optional=Text("The subnets", "サブネット"),
    )


def _groups(settings: EndpointSettings) -> Query[dict[str, PlacedResource]]:
    return Query(
        name="security groups",
        prepare=lambda clients: partial(read_security_groups, clients.ec2, settings.security_group_ids),
        optional=Text("The security groups", "セキュリティグループ"),
    )


def _queries(inputs: PreflightInput) -> list[Query[Any]]:
    settings = inputs.infra.endpoint
    return [_subnets(settings), _groups(settings)] if settings and settings.subnets else []


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    settings = inputs.infra.endpoint
    if settings is None or not settings.subnets:
        return []
    return check_network(settings, answers.of(_subnets(settings)), answers.of(_groups(settings)), file=inputs.infra_file)


CHECK = PreflightCheck(queries=_queries, rows=_rows)
