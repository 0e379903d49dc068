"""P: the instance types, and the memory that they have for the weights."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P011 = Kind(
    code="ACES-P011",
    severity="error",
    title=Text("Instance type not known to EC2", "EC2にないインスタンスタイプです"),
    cause=Text(
        "EC2 does not offer an instance type of the infra file for Batch in this region: it is misspelled, or not "
        "available in this region. Jobs would wait forever.",
        "infraファイルのBatchのインスタンスタイプが、このリージョンのEC2にありません。名前が誤っているか、"
        "このリージョンでは提供されていません。そのままでは、ジョブが開始されません。",
    ),
    fix=Text(
        "Correct `aws_batch_instance_type` or `aws_longtime_batch_instance_type`. To list what the region offers:",
        "`aws_batch_instance_type`または`aws_longtime_batch_instance_type`を直してください。"
        "リージョンで使えるものは、次のコマンドでわかります。",
    )
    + snippet(
        "sh",
        "aws ec2 describe-instance-type-offerings --region ap-northeast-1 \\\n  --filters "
        "'Name=instance-type,Values=g4dn.*' --query 'InstanceTypeOfferings[].InstanceType'",
    ),
    example="aws_batch_instance_type: m5.xxlarge",
)

P018 = Kind(
    code="ACES-P018",
    severity="warning",
    title=Text("Weights larger than the instance's memory", "重みファイルがインスタンスのメモリに収まりません"),
    cause=Text(
        "The weights archive is larger than the memory of the instance type, or of its GPUs. Unpacked weights are "
        "hardly smaller. A server that loads all of them will not start.",
        "重みファイルのアーカイブが、インスタンスタイプのメモリ、またはGPUのメモリより大きくなっています。"
        "展開した重みファイルが小さくなることはほとんどありません。すべてを読み込むサーバは起動しません。",
    ),
    fix=Text(
        "Choose a larger instance type, or leave out of the archive whatever the server does not load.",
        "より大きなインスタンスタイプを選ぶか、サーバが読み込まないものをアーカイブから除いてください。",
    ),
    example=Text(
        "ACES-P018 The weights archive is 20,480 MiB, more than the GPU memory of ml.g4dn.xlarge (16,384 MiB, on its GPUs "
        "16,384 MiB).",
        "ACES-P018 重みファイルは20,480MiBで、ml.g4dn.xlargeのGPUのメモリ（メモリ16,384MiB（GPUは16,384MiB））を超えています。",
    ),
)

KINDS = (
    P011,
    P018,
)


def not_offered(instance_type: str) -> Problem:
    """When EC2 has not the instance type of a job in the region."""
    return Problem(
        kind=P011,
        message=Text(
            f"EC2 does not offer the instance type {instance_type} in this region.",
            f"このリージョンのEC2には、インスタンスタイプ{instance_type}がありません。",
        ),
        hint=Text(
            "Correct aws_batch_instance_type or aws_longtime_batch_instance_type in the infra file (without 'ml.').",
            "infraファイルのaws_batch_instance_typeまたはaws_longtime_batch_instance_typeを修正してください（「ml.」は付けません）。",
        ),
    )


def weights_exceed_memory(instance_type: str, megabytes: int, room: Text) -> Problem:
    """When the archive of the weights is larger than the memory. `room`: all the memory of the instance, in MiB."""
    return _weights_exceed(Text("memory", "メモリ"), instance_type, megabytes, room)


def weights_exceed_gpu_memory(instance_type: str, megabytes: int, room: Text) -> Problem:
    """When it is larger than the memory of the GPUs alone."""
    return _weights_exceed(Text("GPU memory", "GPUのメモリ"), instance_type, megabytes, room)


def _weights_exceed(memory: Text, instance_type: str, megabytes: int, room: Text) -> Problem:
    return Problem(
        kind=P018,
        message=Text(
            f"The weights archive is {megabytes:,} MiB, more than the {memory.en} of {instance_type} ({room.en}).",
            f"重みファイルは{megabytes:,}MiBで、{instance_type}の{memory.ja}（{room.ja}）を超えています。",
        ),
        hint=Text(
            "A server that loads all of it will not start. Choose a larger instance type, or leave out what is not loaded.",
            "すべてを読み込むサーバは起動しません。より大きなインスタンスタイプを選ぶか、読み込まないものを除いてください。",
        ),
    )
