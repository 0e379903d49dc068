"""C: instance types, each by itself and together."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C018 = Kind(
    code="ACES-C018",
    severity="error",
    title=Text("Wrong instance type", "インスタンスタイプが正しくありません"),
    cause=Text(
        "An instance type is not written as AWS writes it, or its family has no such size. SageMaker's begin with `ml.`; "
        "those of Batch are EC2's and do not.",
        "インスタンスタイプの書き方がAWSのものと違うか、そのファミリーにないサイズです。"
        "SageMakerのものは`ml.`で始まり、Batchのもの（EC2のインスタンスタイプ）は`ml.`で始まりません。",
    ),
    fix=Text("Correct it:", "次のように直してください。")
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: g4dn.xlarge"),
    example="SAGEMAKER_INSTANCE_TYPE: 'g4dn.xlarge'\naws_batch_instance_type: ml.m5.xlarge",
)
C020 = Kind(
    code="ACES-C020",
    severity="warning",
    title=Text("Instance type not known", "不明なインスタンスタイプです"),
    cause=Text(
        "The instance type's family is not in the list of AWS's types that this version of the action has: it is misspelt, "
        "or newer than the list.",
        "インスタンスタイプのファミリーが、このバージョンのアクションが持つAWSの一覧にありません。"
        "書き間違いか、一覧より新しいものです。",
    ),
    fix=Text(
        "If it is misspelt, correct it. If AWS has it, nothing needs to be done: the deployment goes on with it.",
        "書き間違いなら直してください。AWSにあるものなら、対応は不要です。そのままデプロイします。",
    ),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4nd.xlarge'",
)
C025 = Kind(
    code="ACES-C025",
    severity="warning",
    title=Text("Instance types that do not go together well", "インスタンスタイプの組み合わせに注意が必要です"),
    cause=Text(
        "Endpoint and Batch jobs run the same image, but on different hardware. An image built for CUDA may not start "
        "without a GPU, or be far slower; one built for CPUs leaves a GPU idle, which is paid for. Two job definitions on "
        "different processors (x86_64 and arm64) need an image that is built for both.",
        "エンドポイントとBatchのジョブは同じイメージを使いますが、ハードウェアが違います。"
        "CUDA向けのイメージは、GPUがないと起動しないか、とても遅くなることがあります。"
        "CPU向けのイメージでは、料金のかかるGPUが使われません。"
        "2つのジョブ定義のプロセッサ（x86_64とarm64）が違う場合は、両方向けにビルドしたイメージが必要です。",
    ),
    fix=Text(
        "Choose instance types of the same kind. If the server copes with both, nothing needs to be done.",
        "同じ種類のインスタンスタイプにしてください。サーバがどちらにも対応しているなら、対応は不要です。",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: g4dn.xlarge"),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: m5.xlarge",
)
C030 = Kind(
    code="ACES-C030",
    severity="error",
    title=Text("Fallback instance types that cannot be used", "代わりのインスタンスタイプが使えません"),
    cause=Text(
        "`sagemaker.instance_pools` are the types that SageMaker takes where it has no free instance of "
        "SAGEMAKER_INSTANCE_TYPE. One of them is there twice, is SAGEMAKER_INSTANCE_TYPE itself, has another processor than "
        "it (SageMaker takes an image for one processor only), or is a burstable type beside `sagemaker.autoscaling`.",
        "`sagemaker.instance_pools`は、SAGEMAKER_INSTANCE_TYPEのインスタンスの空きがないときにSageMakerが使うタイプです。"
        "同じタイプが2回ある、SAGEMAKER_INSTANCE_TYPEと同じである、プロセッサが違う"
        "（SageMakerで使えるのは1種類のプロセッサ用のイメージだけです）、"
        "またはバースト可能なタイプを`sagemaker.autoscaling`と一緒に使っています。",
    ),
    fix=Text(
        "Name other types of the same kind, the best one first:",
        "同じ種類の別のタイプを、優先する順に書いてください。",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.g5.xlarge, ml.g6.xlarge]"),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.c5.xlarge'\nsagemaker:\n  instance_pools: [ml.c5.xlarge, ml.c7g.xlarge]",
)
C031 = Kind(
    code="ACES-C031",
    severity="warning",
    title=Text("Fallback instance types of another kind", "代わりのインスタンスタイプの種類が違います"),
    cause=Text(
        "One of `sagemaker.instance_pools` has a GPU and SAGEMAKER_INSTANCE_TYPE has none, or the other way round, or they "
        "have different accelerators. All of them run the same image and weights: an image built for CUDA may not start "
        "without a GPU, or be far slower, and then only on the day on which AWS has no free instance of the first choice.",
        "`sagemaker.instance_pools`のいずれかとSAGEMAKER_INSTANCE_TYPEで、GPUの有無やアクセラレータの種類が違います。"
        "どれも同じイメージと重みファイルを使います。CUDA向けのイメージは、GPUがないと起動しないか、とても遅くなることがあります。"
        "しかも、第一希望のインスタンスの空きがAWSにない日に初めて起こります。",
    ),
    fix=Text(
        "Choose instance types of the same kind. If the server copes with both, nothing needs to be done.",
        "同じ種類のインスタンスタイプにしてください。サーバがどちらにも対応しているなら、対応は不要です。",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.g5.xlarge]"),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.m5.xlarge]",
)

KINDS = (
    C018,
    C020,
    C025,
    C030,
    C031,
)
