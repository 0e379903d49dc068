"""P: the instance types, and the memory that they have for the weights."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P011 = Kind(
    code="ACES-P011",
    severity="error",
    title=Text("Instance type not known to EC2", "EC2にないインスタンスタイプです"),
    cause=Text(
        "EC2 does not offer an instance type of the infra file for Batch in this region: it is misspelt, or not every "
        "region has it. Jobs would wait for ever.",
        "infraファイルのBatchのインスタンスタイプが、このリージョンのEC2にありません。"
        "名前が誤っているか、このリージョンでは提供されていません。そのままでは、ジョブが開始されません。",
    ),
    fix=Text(
        "Correct `aws_batch_instance_type` or `aws_longtime_batch_instance_type`. To see what the region offers:",
        "`aws_batch_instance_type`または`aws_longtime_batch_instance_type`を直してください。"
        "リージョンで使えるものは、次のコマンドでわかります。",
    )
    + snippet(
        "sh",
        "aws ec2 describe-instance-type-offerings --region ap-northeast-1 \\\n"
        "  --filters 'Name=instance-type,Values=g4dn.*' --query 'InstanceTypeOfferings[].InstanceType'",
    ),
    example="aws_batch_instance_type: m5.xxlarge",
)

P018 = Kind(
    code="ACES-P018",
    severity="warning",
    title=Text("Weights larger than the instance's memory", "重みファイルがインスタンスのメモリより大きい"),
    cause=Text(
        "The archive of the weights is larger than the memory of the instance type, or than the memory of its GPUs. "
        "Unpacked, weights are hardly smaller. A server that loads all of them does not start.",
        "重みファイルのアーカイブが、インスタンスタイプのメモリ、またはGPUのメモリより大きくなっています。"
        "展開した重みが小さくなることはほとんどありません。すべてを読み込むサーバは起動しません。",
    ),
    fix=Text(
        "Choose a larger instance type, or leave out of the archive what the server does not load.",
        "より大きなインスタンスタイプを選ぶか、サーバが読み込まないものをアーカイブから除いてください。",
    ),
    example=(
        "ACES-P018 The archive of the weights has 20,480 MiB, more than the GPU memory of ml.g4dn.xlarge (16,384 "
        "MiB, on its GPUs 16,384 MiB)."
    ),
)

KINDS = (
    P011,
    P018,
)
