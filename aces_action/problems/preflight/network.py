"""P: subnets and security groups."""

from __future__ import annotations

from collections.abc import Iterable

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P026 = Kind(
    code="ACES-P026",
    severity="error",
    title=Text("Subnet or security group not usable", "サブネットまたはセキュリティグループが使えません"),
    cause=Text(
        "A subnet or security group in the infra file does not exist in this account and region, or they are not all "
        "in one VPC. CreateModel would refuse them.",
        "infraファイルのサブネットまたはセキュリティグループが、このアカウントとリージョンにないか、"
        "同じVPCに属していません。CreateModelが拒否します。",
    ),
    fix=Text(
        "Correct sagemaker.subnets and sagemaker.security_group_ids in the infra file. To list what there is:",
        "infraファイルのsagemaker.subnetsとsagemaker.security_group_idsを直してください。使えるものは、"
        "次のコマンドでわかります。",
    )
    + snippet("sh", "aws ec2 describe-subnets --query 'Subnets[].[SubnetId, VpcId, AvailabilityZone]' --output table"),
    example=Text(
        "ACES-P026 subnet-0123456789abcdef0 does not exist in this account and region.",
        "ACES-P026 subnet-0123456789abcdef0は、このアカウントとリージョンにありません。",
    ),
)

KINDS = (P026,)


def not_found(resource_id: str, *, key: str, file: str) -> Problem:
    """When a subnet or security group, which the infra file names under `key`, does not exist."""
    return Problem(
        kind=P026,
        message=Text(
            f"{resource_id} does not exist in this account and region.",
            f"{resource_id}は、このアカウントとリージョンにありません。",
        ),
        hint=Text(f"Correct {key} in the infra file.", f"infraファイルの{key}を修正してください。"),
        file=file,
    )


def several_vpcs(vpcs: Iterable[str], *, file: str) -> Problem:
    """When the subnets and security groups are not all of one VPC."""
    named = ", ".join(vpcs)
    return Problem(
        kind=P026,
        message=Text(
            f"The subnets and security groups are in several VPCs: {named}.",
            f"サブネットとセキュリティグループが、複数のVPCに属しています: {named}",
        ),
        hint=Text("Choose all of them from one VPC.", "すべて同じVPCのものにしてください。"),
        file=file,
    )
