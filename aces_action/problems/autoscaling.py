"""E: automatic scaling of the SageMaker endpoint."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

KINDS = (
    Kind(
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
            "not, take `sagemaker.autoscaling` out of the infra file: then it stays as it is.",
            "このアクションで管理してよければ、メッセージにあるコマンドでタグを付けて、ジョブを再実行してください。"
            "そうでなければ、infraファイルから`sagemaker.autoscaling`を外してください。今の設定がそのまま残ります。",
        )
        + snippet(
            "sh",
            "aws application-autoscaling tag-resource --resource-arn <ARN> \\\n"
            "  --tags aces:managed-by=aces-action,aces:project=number-plate-detection,aces:env=dev",
        ),
        example=(
            "ACES-E035 The scalable target endpoint/number-plate-detection-dev-algorithm-server/variant/AllTraffic exists "
            "but was not made by this action for number-plate-detection dev: it is left alone."
        ),
    ),
    Kind(
        code="ACES-E036",
        severity="error",
        title=Text("Others' autoscaling is in the way", "他で設定されたオートスケーリングの解除が必要です"),
        cause=Text(
            "SageMaker changes the instance type of an endpoint, and deletes one, only without a scalable target. This "
            "endpoint has one that this action did not make, or one whose policies are set off by an alarm that it did not "
            "make.",
            "SageMakerでは、スケーラブルターゲットがあるエンドポイントのインスタンスタイプの変更や削除ができません。"
            "このエンドポイントのスケーラブルターゲット、またはそのポリシーを動かすアラームは、"
            "このアクションが作成したものではありません。",
        ),
        fix=Text(
            "Deregister the scalable target, run the job again, and set the autoscaling up anew. Or hand target and alarms "
            "over to the action with the commands in the message: it then takes them off and puts them back.",
            "スケーラブルターゲットを解除してからジョブを再実行し、その後オートスケーリングを設定し直してください。"
            "メッセージにあるコマンドでスケーラブルターゲットとアラームにタグを付けると、このアクションが解除と復元を行います。",
        )
        + snippet(
            "sh",
            "aws application-autoscaling deregister-scalable-target --service-namespace sagemaker \\\n"
            "  --scalable-dimension sagemaker:variant:DesiredInstanceCount \\\n"
            "  --resource-id endpoint/number-plate-detection-dev-algorithm-server/variant/AllTraffic",
        ),
        example=(
            "ACES-E036 The scalable target endpoint/number-plate-detection-dev-algorithm-server/variant/AllTraffic was not "
            "made by this action for number-plate-detection dev: the autoscaling of "
            "number-plate-detection-dev-algorithm-server, which has to be off for this, is left alone."
        ),
    ),
    Kind(
        code="ACES-E037",
        severity="error",
        title=Text("Autoscaling not put back", "オートスケーリングを元に戻せませんでした"),
        cause=Text(
            "For the change of the instance type the autoscaling was taken off, and AWS refused to put part of it back. "
            "The message says what, and why.",
            "インスタンスタイプの変更のためにオートスケーリングを解除しましたが、その一部を元に戻すことをAWSが拒否しました。"
            "対象と理由はメッセージに示します。",
        ),
        fix=Text(
            "Run the job again: it sets up what the infra file says. Scaling policies and scheduled actions that others "
            "made are in the log, each as it was: set them up again from there.",
            "ジョブを再実行してください。infraファイルの内容を設定し直します。"
            "他で設定されたスケーリングポリシーとスケジュールは、解除前の内容がログにあります。"
            "それを使って設定し直してください。",
        ),
        example=(
            "ACES-E037 Not all of the autoscaling of number-plate-detection-dev-algorithm-server could be put back after "
            "the update: 1 failed."
        ),
    ),
    Kind(
        code="ACES-E038",
        severity="error",
        title=Text("Autoscaling refused", "オートスケーリングの設定が拒否されました"),
        cause=Text(
            "Application Auto Scaling or CloudWatch refused a scalable target, a scaling policy or an alarm: an instance "
            "type that is not scaled, a limit of the account, or a permission for SageMaker or CloudWatch that the role "
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
        example=(
            "ACES-E038 AWS refused RegisterScalableTarget for the autoscaling of number-plate-detection-dev-algorithm-server: "
            "ValidationException: The instance type ml.t2.xlarge does not support autoscaling"
        ),
    ),
    Kind(
        code="ACES-E039",
        severity="warning",
        title=Text("Autoscaling not looked at", "オートスケーリングを確認できませんでした"),
        cause=Text(
            "The infra file asks for no autoscaling, and the run could not see whether there is some left that an earlier "
            "one set up: the role lacks a permission, or Application Auto Scaling does not answer.",
            "infraファイルにオートスケーリングの設定がなく、以前の実行で設定したものが残っているかも確認できませんでした。"
            "ロールに権限がないか、Application Auto Scalingから応答がありません。",
        ),
        fix=Text(
            "If the endpoint was never scaled, nothing is amiss. To be rid of the warning, give the role what `docs/iam` has "
            "for it.",
            "一度もオートスケーリングを設定していなければ、問題はありません。"
            "警告を消すには、`docs/iam`にある権限をロールに付けてください。",
        ),
        example=(
            "ACES-E039 Whether autoscaling of number-plate-detection-dev-algorithm-server is left over from before could "
            "not be seen: The role may not call DescribeScalableTargets: it lacks "
            "application-autoscaling:DescribeScalableTargets."
        ),
    ),
)
