"""E: automatic scaling of the SageMaker endpoint."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import Text, lines, sentences
from aces_action.problems.advice import fix_and_run_again, run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

E035 = Kind(
    code="ACES-E035",
    severity="error",
    title=Text("Autoscaling is not ours", "このアクションが設定したオートスケーリングではありません"),
    cause=Text(
        "The infra file asks for autoscaling, but the endpoint has a scalable target already, or there is an alarm of "
        "the name, without the tags by which this action knows its own. It was set up by hand or by another tool, and "
        "is left alone.",
        "infraファイルにオートスケーリングの設定がありますが、"
        "エンドポイントのスケーラブルターゲットか同じ名前のアラームがすでにあり、"
        "このアクションが作成したことを示すタグがありません。手動や別のツールで設定されたものなので、変更しません。",
    ),
    fix=Text(
        "If the action may take it over, give it the tags with the command in the message and run the job again. If "
        "not, remove `sagemaker.autoscaling` from the infra file: then it stays as it is.",
        "このアクションで管理してよければ、メッセージにあるコマンドでタグを付けて、ジョブを再実行してください。"
        "そうでなければ、infraファイルから`sagemaker.autoscaling`を外してください。今の設定がそのまま残ります。",
    )
    + snippet(
        "sh",
        "aws application-autoscaling tag-resource --resource-arn <ARN> \\\n"
        "  --tags aces:managed-by=aces-action,aces:project=number-plate-detection,aces:env=dev",
    ),
    example=Text(
        "ACES-E035 The scalable target endpoint/number-plate-detection-dev-algorithm-server/variant/AllTraffic exists but was "
        "not made by this action for number-plate-detection dev: it is left alone.",
        "ACES-E035 スケーラブルターゲットendpoint/number-plate-detection-dev-algorithm-server/variant/AllTrafficは存在しますが、"
        "このアクションがnumber-plate-detectionのdevのために作ったものではないため、変更しません。",
    ),
)
E036 = Kind(
    code="ACES-E036",
    severity="error",
    title=Text("Others' autoscaling is in the way", "ほかで設定されたオートスケーリングの解除が必要です"),
    cause=Text(
        "SageMaker neither changes the instance type of an endpoint nor deletes it while it has a scalable target. This "
        "endpoint has one that this action did not create, or one whose policies are triggered by an alarm that it did not "
        "create.",
        "SageMakerでは、スケーラブルターゲットがあるエンドポイントのインスタンスタイプの変更や削除ができません。"
        "このエンドポイントのスケーラブルターゲット、またはそのポリシーを動かすアラームは、"
        "このアクションが作成したものではありません。",
    ),
    fix=Text(
        "Deregister the scalable target, run the job again, and set up the autoscaling again. Or hand the target and the "
        "alarms over to the action with the commands in the message: it then removes and restores them itself.",
        "スケーラブルターゲットを解除してからジョブを再実行し、その後オートスケーリングを設定し直してください。"
        "メッセージにあるコマンドでスケーラブルターゲットとアラームにタグを付けると、このアクションが解除と復元を行います。",
    )
    + snippet(
        "sh",
        "aws application-autoscaling deregister-scalable-target --service-namespace sagemaker \\\n"
        "  --scalable-dimension sagemaker:variant:DesiredInstanceCount \\\n"
        "  --resource-id endpoint/number-plate-detection-dev-algorithm-server/variant/AllTraffic",
    ),
    example=Text(
        "ACES-E036 The scalable target endpoint/number-plate-detection-dev-algorithm-server/variant/AllTraffic was not made by "
        "this action for number-plate-detection dev: the autoscaling of number-plate-detection-dev-algorithm-server, which has "
        "to be off for this, is left alone.",
        "ACES-E036 スケーラブルターゲットendpoint/number-plate-detection-dev-algorithm-server/variant/AllTrafficは、"
        "このアクションがnumber-plate-detectionのdevのために作ったものではありません。"
        "この処理の間は解除が必要なnumber-plate-detection-dev-algorithm-serverのオートスケーリングを、変更しません。",
    ),
)
E037 = Kind(
    code="ACES-E037",
    severity="error",
    title=Text("Autoscaling not restored", "オートスケーリングを元に戻せませんでした"),
    cause=Text(
        "The autoscaling was removed for the change of the instance type, and AWS refused to restore part of it. The "
        "message says which part and why.",
        "インスタンスタイプの変更のためにオートスケーリングを解除しましたが、その一部を元に戻すことをAWSが拒否しました。"
        "対象と理由はメッセージに示します。",
    ),
    fix=Text(
        "Run the job again: it sets up what the infra file says, and restores what others have set, which is noted in the "
        "tags of the endpoint. What AWS refuses then, too, has to be created again by hand: the log has the scaling "
        "policies and scheduled actions as they were.",
        "ジョブを再実行してください。infraファイルの内容を設定し直し、"
        "ほかで設定されたもの（エンドポイントのタグに記録してあります）も元に戻します。"
        "それでもAWSが拒否するものは、手動で設定し直してください。"
        "スケーリングポリシーとスケジュールの解除前の内容はログにあります。",
    ),
    example=Text(
        "ACES-E037 Could not restore all of the autoscaling of number-plate-detection-dev-algorithm-server after the update: 1 "
        "part failed.",
        "ACES-E037 更新の後、"
        "number-plate-detection-dev-algorithm-serverのオートスケーリングをすべては元に戻せませんでした（失敗: 1件）。",
    ),
)
E038 = Kind(
    code="ACES-E038",
    severity="error",
    title=Text("Autoscaling refused", "オートスケーリングの設定が拒否されました"),
    cause=Text(
        "Application Auto Scaling or CloudWatch refused a scalable target, a scaling policy or an alarm: an instance "
        "type that cannot be scaled, a limit of the account, or a permission for SageMaker or CloudWatch that the role "
        "lacks.",
        "Application Auto ScalingまたはCloudWatchが、スケーラブルターゲット、スケーリングポリシー、"
        "アラームのいずれかを拒否しました。"
        "例: スケールできないインスタンスタイプ、アカウントの上限、SageMakerやCloudWatchの権限の不足。",
    ),
    fix=Text(
        "The endpoint itself is deployed. Correct `sagemaker.autoscaling` in the infra file, or the role, as AWS's own "
        "words in the message say, and run the job again.",
        "エンドポイント自体はデプロイされています。メッセージにあるAWSの応答に従って、"
        "infraファイルの`sagemaker.autoscaling`かロールを修正し、ジョブを再実行してください。",
    ),
    example=Text(
        "ACES-E038 AWS refused RegisterScalableTarget for the autoscaling of number-plate-detection-dev-algorithm-server: "
        "ValidationException: The instance type ml.t2.xlarge does not support autoscaling",
        "ACES-E038 AWSがnumber-plate-detection-dev-algorithm-serverのオートスケーリングのRegisterScalableTargetを拒否しました: "
        "ValidationException: The instance type ml.t2.xlarge does not support autoscaling",
    ),
)
E039 = Kind(
    code="ACES-E039",
    severity="warning",
    title=Text("Autoscaling not checked", "オートスケーリングを確認できませんでした"),
    cause=Text(
        "The infra file asks for no autoscaling, and the run could not check whether an earlier run left any: the role "
        "lacks a permission, or Application Auto Scaling does not answer.",
        "infraファイルにオートスケーリングの設定がなく、以前の実行で設定したものが残っているかも確認できませんでした。"
        "ロールに権限がないか、Application Auto Scalingから応答がありません。",
    ),
    fix=Text(
        "If the endpoint was never autoscaled, nothing is wrong. To get rid of the warning, give the role the permissions in "
        "`docs/iam`.",
        "一度もオートスケーリングを設定していなければ、問題はありません。"
        "警告を消すには、`docs/iam`にある権限をロールに付けてください。",
    ),
    example=Text(
        "ACES-E039 Could not check whether number-plate-detection-dev-algorithm-server still has autoscaling of an earlier "
        "deployment: The role may not call DescribeScalableTargets: it lacks application-autoscaling:DescribeScalableTargets.",
        "ACES-E039 number-plate-detection-dev-algorithm-serverに以前のオートスケーリングが残っているか確認できませんでした: "
        "ロールはDescribeScalableTargetsを呼び出せません。application-autoscaling:DescribeScalableTargetsの権限がありません。",
    ),
)
KINDS = (E035, E036, E037, E038, E039)


def refused(endpoint_name: str, *, operation: str, code: str, reason: str) -> Problem:
    """When Application Auto Scaling or CloudWatch refuses a write. `code` and `reason` are AWS's."""
    settings = Text(
        "sagemaker.autoscaling in the infra file, or the role's permissions if AWS names one",
        "infraファイルのsagemaker.autoscaling、またはAWSが権限を示している場合はロールの権限",
    )
    return Problem(
        kind=E038,
        message=Text(
            f"AWS refused {operation} for the autoscaling of {endpoint_name}: {code}: {reason}",
            f"AWSが{endpoint_name}のオートスケーリングの{operation}を拒否しました: {code}: {reason}",
        ),
        hint=sentences(
            Text(
                "The endpoint itself is in service; only its autoscaling is not as configured.",
                "エンドポイントは稼働しています。設定どおりでないのはスケーリングだけです。",
            ),
            fix_and_run_again(settings),
        ),
    )


def not_checked(endpoint_name: str, why: Problem) -> Problem:
    """When no autoscaling is wanted, and AWS did not tell whether an earlier deployment left some. `why` is AWS's answer."""
    start = Text(
        f"Could not check whether {endpoint_name} still has autoscaling of an earlier deployment: ",
        f"{endpoint_name}に以前のオートスケーリングが残っているか確認できませんでした: ",
    )
    return Problem(kind=E039, message=start + why.message, hint=why.hint)


def not_restored(endpoint_name: str, failures: Sequence[Text]) -> Problem:
    """When parts of a detached autoscaling could not be put back. Each failure names the part and the reason."""
    count = len(failures)
    return Problem(
        kind=E037,
        message=Text(
            f"Could not restore all of the autoscaling of {endpoint_name} after the update: "
            f"{count} {'part' if count == 1 else 'parts'} failed.",
            f"更新の後、{endpoint_name}のオートスケーリングをすべては元に戻せませんでした（失敗: {count}件）。",
        ),
        hint=lines(
            sentences(
                run_again(
                    Text(
                        "It sets up what the infra file says, and tries once more to restore what others have set.",
                        "infraファイルの内容を設定し直し、ほかで設定されたものも、もう一度元に戻します。",
                    )
                ),
                Text(
                    "What AWS refuses then, too, is for them to create again; the log has the settings.",
                    "それでもAWSが拒否するものは、設定した側で戻してください。解除した設定はログにあります。",
                ),
            ),
            *failures,
        ),
    )
