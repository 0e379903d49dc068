"""B: AWS Batch."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

B001 = Kind(
    code="ACES-B001",
    severity="error",
    title=Text("Batch refused the job definition", "Batchがジョブ定義を拒否しました"),
    cause=Text(
        "AWS Batch refused to register a revision of the job definition. The message has Batch's own words. The endpoint, "
        "where there is one, has been brought up to date by then; the platform has not been told yet.",
        "AWS Batchが、ジョブ定義のリビジョンの登録を拒否しました。Batchの応答をメッセージに示します。"
        "エンドポイントがある場合、その更新は終わっていますが、ACES Platformへの登録はまだです。",
    ),
    fix=Text(
        "Fix the value that Batch names, mostly one under `batch:` of the infra file, and run the job again.",
        "Batchが示した値（多くはinfraファイルの`batch:`の値）を直して、ジョブを再実行してください。",
    ),
    example=(
        "ACES-B001 Batch refused the job definition number-plate-detection-dev-algorithm-server: ClientException: "
        "Error executing request, Exception : Role is not valid"
    ),
)
B002 = Kind(
    code="ACES-B002",
    severity="error",
    title=Text("Job definition does not fit the instance", "ジョブ定義がインスタンスに収まりません"),
    cause=Text(
        "The infra file asks for more vCPUs, memory or GPUs than the instance type has. Batch would accept the job and leave "
        "it RUNNABLE forever, without an error. The system needs part of an instance's memory: an m5.xlarge has 16,384 MiB, "
        "of which jobs get about 15,300 MiB. The preflight shows how much an instance type has for jobs.",
        "infraファイルのvCPU、メモリ、GPUの指定が、インスタンスタイプで使える量を超えています。"
        "そのままでは、Batchはジョブを受け付けたまま、エラーも出さずに`RUNNABLE`で待ち続けます。"
        "メモリの一部はシステムが使います（m5.xlargeでは16,384MiBのうち、ジョブで使えるのは約15,300MiB）。"
        "指定できる量は、事前確認の表に表示されます。",
    ),
    fix=Text(
        "Lower the value, choose a larger instance type, or leave the line out: then the job has all that the instance can give.",
        "値を小さくするか、より大きいインスタンスタイプを選ぶか、その行を削除してください。"
        "削除すると、インスタンスで使える量のすべてを使います。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.xlarge\nbatch:\n  memory: 15000"),
    example="aws_batch_instance_type: m5.xlarge  # 16384 MiB\nbatch:\n  memory: 16384",
)
KINDS = (B001, B002)

_UNITS = {
    "vcpus": Text("vCPUs", "個のvCPU"),
    "memory": Text("MiB of memory", "MiBのメモリ"),
    "gpus": Text("GPUs", "個のGPU"),
}


def refused(name: str, *, code: str, reason: str) -> Problem:
    """When Batch does not register a revision. `code` and `reason` are AWS's."""
    return Problem(
        kind=B001,
        message=Text(
            f"Batch refused the job definition {name}: {code}: {reason}",
            f"AWS Batchがジョブ定義{name}を拒否しました: {code}: {reason}",
        ),
        hint=Text("Check the settings under batch: in the infra file.", "infraファイルのbatch:の設定を確認してください。"),
    )


def too_large(name: str, setting: str, asked: int, *, available: int, instance_type: str, file: str) -> Problem:
    """When no instance of the type can run the job: Batch would leave it RUNNABLE. `setting`: vcpus, memory or gpus of batch:."""
    unit = _UNITS[setting]
    return Problem(
        kind=B002,
        message=Text(
            f"The job definition {name} asks for {asked:,} {unit.en}, but {instance_type} has {available:,} to give: such a job "
            "would wait forever.",
            f"ジョブ定義{name}は{asked:,}{unit.ja}を要求していますが、{instance_type}で使えるのは{available:,}です。"
            "このままではジョブが開始されません。",
        ),
        hint=Text(
            f"Lower batch.{setting} in the infra file, or leave it out to use the whole instance.",
            f"infraファイルのbatch.{setting}を小さくするか、省略してインスタンスのすべてを使ってください。",
        ),
        file=file,
    )
