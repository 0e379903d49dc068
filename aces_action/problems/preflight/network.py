"""P: subnets and security groups."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P026 = Kind(
    code="ACES-P026",
    severity="error",
    title=Text("Subnet or security group not usable", "サブネットまたはセキュリティグループが使えません"),
    cause=Text(
        "A subnet or security group of the infra file does not exist in this account and region, or they are not all of "
        "one VPC. CreateModel would refuse them.",
        "infraファイルのサブネットまたはセキュリティグループが、このアカウントとリージョンにないか、"
        "同じVPCに属していません。CreateModelが拒否します。",
    ),
    fix=Text(
        "Correct sagemaker.subnets and sagemaker.security_group_ids in the infra file. To see what there is:",
        "infraファイルのsagemaker.subnetsとsagemaker.security_group_idsを直してください。"
        "使えるものは、次のコマンドでわかります。",
    )
    + snippet("sh", "aws ec2 describe-subnets --query 'Subnets[].[SubnetId, VpcId, AvailabilityZone]' --output table"),
    example="ACES-P026 subnet-0123456789abcdef0 does not exist in this account and region.",
)

KINDS = (P026,)
