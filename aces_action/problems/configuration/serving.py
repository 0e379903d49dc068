"""C: settings of the infra file together: whether they are one of the ways to serve."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C012 = Kind(
    code="ACES-C012",
    severity="warning",
    title=Text("Setting without effect", "効果のない設定です"),
    cause=Text(
        "A setting is valid, but nothing uses it in this combination: `input_mimes` with another type than `file`, settings "
        "of Batch where SageMaker runs the asynchronous API, settings for an endpoint that is not deployed.",
        "設定の値は正しいのですが、この組み合わせでは使われません。例: `file`以外の`type`での`input_mimes`、"
        "非同期APIをSageMakerで実行するときのBatchの設定、デプロイしないエンドポイントの設定。",
    ),
    fix=Text(
        "Delete it, or change the setting that the message names so that it takes effect.",
        "削除するか、メッセージが示す設定を変えて、効果があるようにしてください。",
    ),
    example='"type": "simple",\n"input_mimes": ["application/zip"]',
)
C017 = Kind(
    code="ACES-C017",
    severity="error",
    title=Text("Nothing to deploy", "デプロイするものがありません"),
    cause=Text(
        "The infra file names no instance type that would be used: neither an endpoint nor a Batch job would come of it. "
        "Under `ASYNC_COMPONENT_SERVICE: sagemaker` only SAGEMAKER_INSTANCE_TYPE counts.",
        "infraファイルに、使われるインスタンスタイプがありません。エンドポイントもBatchのジョブもデプロイされません。"
        "`ASYNC_COMPONENT_SERVICE: sagemaker`では、SAGEMAKER_INSTANCE_TYPEだけが使われます。",
    ),
    fix=Text("Say what to deploy; for both APIs:", "デプロイするものを書いてください。同期APIと非同期APIの両方なら:")
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\naws_batch_instance_type: m5.xlarge"),
    example="ASYNC_COMPONENT_SERVICE: sagemaker\naws_batch_instance_type: m5.xlarge",
)
C021 = Kind(
    code="ACES-C021",
    severity="error",
    title=Text("Settings that cannot go together", "組み合わせられない設定です"),
    cause=Text(
        "Two settings exclude each other, or one needs another that is missing: each is valid alone, but AWS would refuse "
        "them together, or they contradict one another.",
        "2つの設定が両立しないか、一方に必要な他方がありません。"
        "それぞれは正しい値ですが、組み合わせるとAWSに拒否されるか、互いに矛盾します。",
    ),
    fix=Text(
        "Change or delete one of them; the message says which are possible. For an asynchronous endpoint:",
        "どちらかを変えるか、削除してください。可能な組み合わせはメッセージに示します。非同期のエンドポイントなら:",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nASYNC_COMPONENT_SERVICE: sagemaker"),
    example="ASYNC_COMPONENT_SERVICE: aws_batch\nSAGEMAKER_INFERENCE_MODE: async",
)

KINDS = (
    C012,
    C017,
    C021,
)
