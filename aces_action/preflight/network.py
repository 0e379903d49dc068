"""Subnets and security groups that the infra file names: they exist, and belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import CATALOGUE, Problem

if TYPE_CHECKING:
    from types_boto3_ec2 import EC2Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a subnet or security group is. `zone` is empty for a security group."""

    vpc: str
    zone: str = ""


def read_subnets(client: EC2Client, ids: Iterable[str]) -> dict[str, Place]:
    """The subnets by their ids; those that there are not are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    # by a filter: naming an unknown one would fail the whole call
    pages = client.get_paginator("describe_subnets").paginate(Filters=[{"Name": "subnet-id", "Values": wanted}])
    return {
        each["SubnetId"]: Place(vpc=each.get("VpcId", ""), zone=each.get("AvailabilityZone", ""))
        for page in pages
        for each in page["Subnets"]
    }


def read_security_groups(client: EC2Client, ids: Iterable[str]) -> dict[str, Place]:
    """The security groups by their ids; those that there are not are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    pages = client.get_paginator("describe_security_groups").paginate(Filters=[{"Name": "group-id", "Values": wanted}])
    return {each["GroupId"]: Place(vpc=each.get("VpcId", "")) for page in pages for each in page["SecurityGroups"]}


def check_network(
    subnets: tuple[str, ...],
    groups: tuple[str, ...],
    found_subnets: Answer[dict[str, Place]],
    found_groups: Answer[dict[str, Place]],
    *,
    file: str,
) -> list[Check]:
    """The endpoint's network. All of it has to be in one VPC."""
    if not subnets:
        return []
    rows = _there(Text("Subnets", "サブネット"), subnets, found_subnets, "sagemaker.subnets", file)
    rows += _there(Text("Security groups", "セキュリティグループ"), groups, found_groups, "sagemaker.security_group_ids", file)
    vpcs = {place.vpc for each in (found_subnets.value, found_groups.value) for place in (each or {}).values()} - {""}
    if len(vpcs) > 1:
        named = ", ".join(sorted(vpcs))
        problem = Problem(
            kind=CATALOGUE["P026"],
            message=Text(
                f"The subnets and security groups are of several VPCs: {named}.",
                f"サブネットとセキュリティグループが、複数のVPCに属しています: {named}",
            ),
            hint=Text("Choose all of them from one VPC.", "すべて同じVPCのものにしてください。"),
            file=file,
        )
        rows.append(Check(what=same("VPC"), found=same(named), needed=Text("one", "1つ"), problems=(problem,)))
    return rows


def _there(
    what: Text, ids: tuple[str, ...], found: Answer[Mapping[str, Place]] | Answer[dict[str, Place]], key: str, file: str
) -> list[Check]:
    needed = same(", ".join(ids))
    if found.value is None:
        return found.failed(what, needed)
    missing = [each for each in ids if each not in found.value]
    there = same(", ".join(each for each in ids if each in found.value) or "–")
    problems = [
        Problem(
            kind=CATALOGUE["P026"],
            message=Text(
                f"{each} does not exist in this account and region.", f"{each}は、このアカウントとリージョンにありません。"
            ),
            hint=Text(f"Correct {key} in the infra file.", f"infraファイルの{key}を修正してください。"),
            file=file,
        )
        for each in missing
    ]
    return [Check(what=what, found=there, needed=needed, problems=tuple(problems))]
