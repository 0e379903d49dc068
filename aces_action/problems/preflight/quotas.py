"""P: the account's quotas of the endpoint's instance types."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from aces_action.language import Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.preflight.not_checked import P010
from aces_action.problems.problem import Problem

P015 = Kind(
    code="ACES-P015",
    severity="warning",
    title=Text("Instance type may not be offered for endpoints", "エンドポイントで使えない可能性があるインスタンスタイプです"),
    cause=Text(
        "Service Quotas has a quota `… for endpoint usage` for every instance type that SageMaker offers for "
        "endpoints in a region, and none for this one. Only SageMaker knows for certain, so the deployment continues.",
        "Service Quotasには、SageMakerがリージョンのエンドポイントに提供するインスタンスタイプごとに、"
        "`… for endpoint usage`というクォータがあります。このタイプのクォータはありません。"
        "確実なことはSageMakerにしかわからないため、デプロイは続けます。",
    ),
    fix=Text(
        "If SageMaker refuses it, choose another SAGEMAKER_INSTANCE_TYPE or fallback type. To list what the region offers:",
        "SageMakerに拒否された場合は、別のSAGEMAKER_INSTANCE_TYPE（または代わりのインスタンスタイプ）にしてください。"
        "リージョンで使えるものは、次のコマンドでわかります。",
    )
    + snippet(
        "sh",
        "aws service-quotas list-aws-default-service-quotas --service-code sagemaker \\\n  --query "
        "\"Quotas[?ends_with(QuotaName, 'for endpoint usage')].QuotaName\"",
    ),
    example="SAGEMAKER_INSTANCE_TYPE: ml.p5.48xlarge",
)

P016 = Kind(
    code="ACES-P016",
    severity="error",
    title=Text("Quota too small", "クォータが足りません"),
    cause=Text(
        "The account may not run that many instances of this type for endpoints. A blue/green update (all at once, "
        "canary, linear) creates the whole new fleet beside the old one, so it needs twice as many instances for a "
        "few minutes. A rolling update needs one more batch. New accounts often have a quota of 0 for GPU types.",
        "エンドポイントで使えるこのタイプのインスタンス数の上限を超えます。ブルー/グリーンの更新（一括、カナリア、"
        "線形）では、古いものと並べて新しいインスタンスをすべて作るため、一時的に2倍の数が必要です。"
        "ローリングでは1回分だけ多く必要です。新しいアカウントでは、GPUのタイプのクォータが0のことがよくあります。",
    ),
    fix=Text(
        "Request an increase with the command in the message. Or use another instance type, fewer instances, or, for "
        "updates, a rolling rollout.",
        "メッセージのコマンドで引き上げを申請してください。または、別のインスタンスタイプ、少ない台数、"
        "更新にはローリングを使ってください。",
    )
    + snippet(
        "yaml",
        "SAGEMAKER_INSTANCE_TYPE: ml.g4dn.xlarge\naws_batch_instance_type: g4dn.xlarge\nsagemaker:\n  "
        "instance_count: 4\n  rollout: {strategy: rolling, size: 1, alarms: [server-5xx]}",
    ),
    example=Text(
        "ACES-P016 The quota 'ml.g4dn.xlarge for endpoint usage' is 0 in ap-northeast-1, but the deployment needs 1: 0 in use, "
        "1 new.",
        "ACES-P016 クォータ「ml.g4dn.xlarge for endpoint usage」はap-northeast-1で0台ですが、1台必要です（使用中0台、新規1台）。",
    ),
)

P017 = Kind(
    code="ACES-P017",
    severity="warning",
    title=Text("Quota too small for an update", "更新に必要なクォータの余裕がありません"),
    cause=Text(
        "The endpoint runs within the account's quota, but an update needs more instances for a few minutes than the "
        "quota allows. This is a warning as long as there is nothing to update. If the plan has an update, it is "
        "ACES-P016.",
        "エンドポイントはクォータの範囲内で稼働していますが、更新中に一時的に必要な台数が、クォータの残りを超えます。"
        "更新するものがない間は警告です。計画に更新があると、ACES-P016になります。",
    ),
    fix=Text(
        "Request an increase with the command in the message before the next change.",
        "次に変更する前に、メッセージのコマンドで引き上げを申請してください。",
    ),
    example=Text(
        "ACES-P017 The quota 'ml.g4dn.xlarge for endpoint usage' is 1 in ap-northeast-1, but the deployment needs 2: 1 in use, "
        "1 new.",
        "ACES-P017 クォータ「ml.g4dn.xlarge for endpoint usage」はap-northeast-1で1台ですが、2台必要です（使用中1台、新規1台）。",
    ),
)

P031 = Kind(
    code="ACES-P031",
    severity="warning",
    title=Text("No quota for a fallback instance type", "代わりのインスタンスタイプのクォータが足りません"),
    cause=Text(
        "One of `sagemaker.instance_pools` is the fallback when AWS has no free instance of SAGEMAKER_INSTANCE_TYPE, "
        "but the account may not run that many instances of it for endpoints. New accounts often have a quota of 0 "
        "for GPU types. The deployment continues: SageMaker tries the first choice first.",
        "`sagemaker.instance_pools`のいずれかは、"
        "SAGEMAKER_INSTANCE_TYPEのインスタンスの空きがAWSにないときに代わりに使われますが、"
        "エンドポイントで使えるこのタイプのインスタンス数の上限を超えます。新しいアカウントでは、"
        "GPUのタイプのクォータが0のことがよくあります。SageMakerは第一希望を先に試すため、デプロイは続けます。",
    ),
    fix=Text(
        "Request an increase with the command in the message, or choose a type that the account may use.",
        "メッセージのコマンドで引き上げを申請するか、アカウントで使えるタイプにしてください。",
    ),
    example=Text(
        "ACES-P031 The quota 'ml.g5.xlarge for endpoint usage' is 0 in ap-northeast-1, but the deployment needs 1: 0 in use, 1 "
        "new.",
        "ACES-P031 クォータ「ml.g5.xlarge for endpoint usage」はap-northeast-1で0台ですが、1台必要です（使用中0台、新規1台）。",
    ),
)

P032 = Kind(
    code="ACES-P032",
    severity="warning",
    title=Text("Quota below the autoscaling limit", "クォータがオートスケーリングの上限より小さくなっています"),
    cause=Text(
        "`sagemaker.autoscaling` may want more instances than the account may run for endpoints. The deployment "
        "itself fits. Under load, scaling out will fail at the quota, and only AWS's activity log will say so.",
        "`sagemaker.autoscaling`の上限まで増やすと、エンドポイントで使えるインスタンス数の上限を超えます。"
        "デプロイそのものはできますが、負荷が増えたときにクォータの上限でスケールアウトが失敗し、"
        "そのことはAWSの履歴にしか残りません。",
    ),
    fix=Text(
        "Request an increase with the command in the message, or lower `max_capacity`.",
        "メッセージのコマンドで引き上げを申請するか、`max_capacity`を小さくしてください。",
    ),
    example=Text(
        "ACES-P032 Autoscaling may want 8 × ml.g4dn.xlarge beside 1 of other endpoints, but the quota 'ml.g4dn.xlarge for "
        "endpoint usage' is 4 in ap-northeast-1.",
        "ACES-P032 オートスケーリングはml.g4dn.xlargeを8台まで増やしますが（ほかのエンドポイントの1台とは別）、"
        "クォータ「ml.g4dn.xlarge for endpoint usage」はap-northeast-1で4台です。",
    ),
)

KINDS = (
    P015,
    P016,
    P017,
    P031,
    P032,
)


def none_is_for_endpoints(instance_types: Collection[str], quota_name: str) -> Problem:
    """When Service Quotas no longer names the quotas of endpoints as it did. `quota_name`: as they are named today."""
    wanted = Text(", ".join(instance_types), "、".join(instance_types))
    return Problem(
        kind=P010,
        message=Text(
            f"The quota of {wanted.en}: not checked, there is no quota '{quota_name}' at all.",
            f"{wanted.ja}のクォータを確認できませんでした。「{quota_name}」というクォータが1つもありません。",
        ),
    )


def type_not_offered(quota_name: str, instance_type: str, region: str) -> Problem:
    """When there is no quota for SAGEMAKER_INSTANCE_TYPE: SageMaker may not offer it in the region."""
    hint = Text(
        "If SageMaker refuses it, choose another SAGEMAKER_INSTANCE_TYPE or AWS_REGION.",
        "SageMakerに拒否された場合は、別のSAGEMAKER_INSTANCE_TYPEまたはAWS_REGIONにしてください。",
    )
    return _not_offered(quota_name, instance_type, region, hint)


def fallback_not_offered(quota_name: str, instance_type: str, region: str) -> Problem:
    """The same for a type of sagemaker.instance_pools."""
    hint = Text(
        "If SageMaker refuses it, delete it from sagemaker.instance_pools or choose another one.",
        "SageMakerに拒否された場合は、sagemaker.instance_poolsから削除するか、別のタイプにしてください。",
    )
    return _not_offered(quota_name, instance_type, region, hint)


def _not_offered(quota_name: str, instance_type: str, region: str, hint: Text) -> Problem:
    return Problem(
        kind=P015,
        message=Text(
            f"SageMaker may not offer {instance_type} for endpoints in {region}: there is no quota '{quota_name}'.",
            f"SageMakerは、{region}のエンドポイントに{instance_type}を提供していない可能性があります。"
            f"クォータ「{quota_name}」がありません。",
        ),
        hint=hint,
    )


def too_small(quota_name: str, quota: int, region: str, *, running: int, new: int, request: str) -> Problem:
    """When the instances that are running and those that would be added exceed the quota. `request`: the command for more."""
    needed = running + new
    return Problem(
        kind=P016,
        message=Text(
            f"The quota '{quota_name}' is {quota} in {region}, but the deployment needs {needed}: {running} in use, {new} new.",
            f"クォータ「{quota_name}」は{region}で{quota}台ですが、{needed}台必要です（使用中{running}台、新規{new}台）。",
        ),
        hint=lines(
            Text("Request an increase (takes minutes to days):", "引き上げを申請してください（数分から数日かかります）:"),
            same(request),
        ),
    )


def as_warning(problem: Problem) -> Problem:
    """That the quota is too small for an update, while nothing is known to be updated."""
    return replace(problem, kind=P017)


def as_error(problem: Problem) -> Problem:
    """The same once there is an update."""
    return replace(problem, kind=P016)


def of_fallback(problem: Problem) -> Problem:
    """That the quota of a fallback type is too small: SageMaker tries the first choice before."""
    return replace(problem, kind=P031)


def ends_before_autoscaling(quota_name: str, quota: int, region: str, *, most: int, others: int, request: str) -> Problem:
    """When the autoscaling's `most` instances, beside those of `others`, will not fit one day."""
    kind = quota_name.partition(" ")[0]
    beside = (
        Text(f" beside {others} of other endpoints", f"（ほかのエンドポイントの{others}台とは別）") if others else Text("", "")
    )
    return Problem(
        kind=P032,
        message=Text(
            f"Autoscaling may want {most} × {kind}{beside.en}, but the quota '{quota_name}' is {quota} in {region}.",
            f"オートスケーリングは{kind}を{most}台まで増やしますが{beside.ja}、"
            f"クォータ「{quota_name}」は{region}で{quota}台です。",
        ),
        hint=lines(
            Text("Request an increase, or lower `max_capacity`:", "引き上げを申請するか、`max_capacity`を小さくしてください:"),
            same(request),
        ),
    )
