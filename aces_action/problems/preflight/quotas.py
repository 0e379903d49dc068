"""P: the account's quotas of the endpoint's instance types."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P015 = Kind(
    code="ACES-P015",
    severity="warning",
    title=Text("Instance type may not be offered for endpoints", "エンドポイントで使えない可能性があるインスタンスタイプです"),
    cause=Text(
        "Service Quotas has a quota `… for endpoint usage` for every instance type that SageMaker offers for endpoints "
        "in a region, and none for this one. Only SageMaker knows for certain, so the deployment goes on.",
        "Service Quotasには、"
        "SageMakerがリージョンのエンドポイントに提供するインスタンスタイプごとに、"
        "`… for endpoint usage`というクォータがあります。"
        "このタイプのクォータはありません。確実なことはSageMakerにしかわからないため、デプロイは続けます。",
    ),
    fix=Text(
        "If SageMaker refuses it, choose another SAGEMAKER_INSTANCE_TYPE or fallback type. To see what the region offers:",
        "SageMakerに拒否された場合は、別のSAGEMAKER_INSTANCE_TYPE（または代わりのインスタンスタイプ）にしてください。"
        "リージョンで使えるものは、次のコマンドでわかります。",
    )
    + snippet(
        "sh",
        "aws service-quotas list-aws-default-service-quotas --service-code sagemaker \\\n"
        "  --query \"Quotas[?ends_with(QuotaName, 'for endpoint usage')].QuotaName\"",
    ),
    example="SAGEMAKER_INSTANCE_TYPE: ml.p5.48xlarge",
)

P016 = Kind(
    code="ACES-P016",
    severity="error",
    title=Text("Quota too small", "クォータが足りません"),
    cause=Text(
        "The account may not have so many instances of this type under endpoints. A blue/green update (all at once, "
        "canary, linear) makes the whole new fleet beside the old one, so that it needs twice as many for some minutes; "
        "a rolling one needs one batch more. New accounts often have a quota of 0 for GPU types.",
        "エンドポイントで使えるこのタイプのインスタンス数の上限を超えます。ブルー/グリーンの更新（一括、"
        "カナリア、線形）では、古いものと並べて新しいインスタンスをすべて作るため、"
        "一時的に2倍の数が必要です。ローリングでは1回分だけ多く必要です。新しいアカウントでは、"
        "GPUのタイプのクォータが0のことがよくあります。",
    ),
    fix=Text(
        "Ask for more with the command of the message, or make do with what there is: another instance type, a smaller "
        "count, or for updates a rolling rollout.",
        "メッセージのコマンドで引き上げを申請してください。または、別のインスタンスタイプ、少ない台数、"
        "更新にはローリングを使ってください。",
    )
    + snippet(
        "yaml",
        "SAGEMAKER_INSTANCE_TYPE: ml.g4dn.xlarge\n"
        "aws_batch_instance_type: g4dn.xlarge\n"
        "sagemaker:\n"
        "  instance_count: 4\n"
        "  rollout: {strategy: rolling, size: 1, alarms: [server-5xx]}",
    ),
    example=(
        "ACES-P016 The quota 'ml.g4dn.xlarge for endpoint usage' is 0 in ap-northeast-1, but 1 are needed: 0 in use and 1 new."
    ),
)

P017 = Kind(
    code="ACES-P017",
    severity="warning",
    title=Text("Quota leaves no room for an update", "更新に必要なクォータの余裕がありません"),
    cause=Text(
        "The endpoint runs within the account's quota, but an update needs more instances for some minutes than the "
        "quota leaves. It is a warning while there is nothing to update; as soon as the plan has an update, it is "
        "ACES-P016.",
        "エンドポイントはクォータの範囲内で稼働していますが、更新中に一時的に必要な台数が、"
        "クォータの残りを超えます。更新するものがない間は警告です。計画に更新があると、"
        "ACES-P016になります。",
    ),
    fix=Text(
        "Ask for more with the command of the message before the next change.",
        "次に変更する前に、メッセージのコマンドで引き上げを申請してください。",
    ),
    example=(
        "ACES-P017 The quota 'ml.g4dn.xlarge for endpoint usage' is 1 in ap-northeast-1, but 2 are needed: 1 in use and 1 new."
    ),
)

P031 = Kind(
    code="ACES-P031",
    severity="warning",
    title=Text("No quota for a fallback instance type", "代わりのインスタンスタイプのクォータが足りません"),
    cause=Text(
        "One of `sagemaker.instance_pools` is to stand in where AWS has no free instance of SAGEMAKER_INSTANCE_TYPE, but the "
        "account may not have so many instances of it under endpoints. New accounts often have a quota of 0 for GPU types. "
        "The deployment goes on: SageMaker tries the first choice before.",
        "`sagemaker.instance_pools`のいずれかは、"
        "SAGEMAKER_INSTANCE_TYPEのインスタンスの空きがAWSにないときに代わりに使われますが、"
        "エンドポイントで使えるこのタイプのインスタンス数の上限を超えます。"
        "新しいアカウントでは、GPUのタイプのクォータが0のことがよくあります。"
        "SageMakerは第一希望を先に試すため、デプロイは続けます。",
    ),
    fix=Text(
        "Ask for more with the command of the message, or name a type that the account has.",
        "メッセージのコマンドで引き上げを申請するか、アカウントで使えるタイプにしてください。",
    ),
    example=(
        "ACES-P031 The quota 'ml.g5.xlarge for endpoint usage' is 0 in ap-northeast-1, but 1 are needed: 0 in use and 1 new."
    ),
)

P032 = Kind(
    code="ACES-P032",
    severity="warning",
    title=Text("Quota ends before the autoscaling does", "クォータがオートスケーリングの上限より小さくなっています"),
    cause=Text(
        "`sagemaker.autoscaling` may want more instances than the account may have under endpoints. There is room for the "
        "deployment itself. When the load comes, scaling out fails at the quota, and only AWS's activity log says so.",
        "`sagemaker.autoscaling`の上限まで増やすと、エンドポイントで使えるインスタンス数の上限を超えます。"
        "デプロイそのものはできますが、負荷が増えたときにクォータの上限でスケールアウトが失敗し、そのことはAWSの履歴にしか残りません。",
    ),
    fix=Text(
        "Ask for more with the command of the message, or lower `max_capacity`.",
        "メッセージのコマンドで引き上げを申請するか、`max_capacity`を小さくしてください。",
    ),
    example=(
        "ACES-P032 The autoscaling may want 8 × ml.g4dn.xlarge beside 1 of other endpoints, but the quota "
        "'ml.g4dn.xlarge for endpoint usage' is 4 in ap-northeast-1."
    ),
)

KINDS = (
    P015,
    P016,
    P017,
    P031,
    P032,
)
