"""P: SNS topics and CloudWatch alarms of the infra file."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P023 = Kind(
    code="ACES-P023",
    severity="error",
    title=Text("SNS topic not found", "SNSトピックがありません"),
    cause=Text(
        "The infra file names a topic that results of the asynchronous endpoint are announced to, and it does not exist. "
        "CreateEndpointConfig takes it all the same, and nobody would ever hear of a result.",
        "infraファイルで指定した、非同期エンドポイントの結果を通知するトピックがありません。"
        "CreateEndpointConfigは成功しますが、結果の通知が届きません。",
    ),
    fix=Text(
        "Correct the ARN, or make the topic:",
        "ARNを直すか、トピックを作成してください。",
    )
    + snippet("sh", "aws sns create-topic --name inference"),
    example="ACES-P023 There is no SNS topic arn:aws:sns:ap-northeast-1:123456789012:inference.",
)

P024 = Kind(
    code="ACES-P024",
    severity="error",
    title=Text("CloudWatch alarm not found", "CloudWatchアラームがありません"),
    cause=Text(
        "The rollout of the infra file names an alarm that does not exist in the region. UpdateEndpoint would refuse it, "
        "or the update would go on unguarded.",
        "infraファイルのrolloutで指定したアラームが、リージョンにありません。"
        "UpdateEndpointが拒否するか、監視なしで更新されます。",
    ),
    fix=Text(
        "Correct sagemaker.rollout.alarms, or make the alarm. To see which there are:",
        "sagemaker.rollout.alarmsを直すか、アラームを作成してください。どのアラームがあるかは、次のコマンドでわかります。",
    )
    + snippet("sh", "aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmName'"),
    example="ACES-P024 There is no CloudWatch alarm server-5xx.",
)

P025 = Kind(
    code="ACES-P025",
    severity="warning",
    title=Text("Alarm is ringing already", "アラームがすでに発生しています"),
    cause=Text(
        "An alarm that guards the rollout is in the state ALARM before the update begins. SageMaker would roll the "
        "update back at once, whatever the new version is like.",
        "ロールアウトを監視するアラームが、更新を始める前からALARM状態です。"
        "新しいバージョンに問題がなくても、SageMakerはすぐにロールバックします。",
    ),
    fix=Text(
        "See to the cause of the alarm first. If it is the update that mends it, leave the alarm out of "
        "sagemaker.rollout.alarms this time.",
        "先にアラームの原因を取り除いてください。今回の更新がその対処である場合は、"
        "今回だけsagemaker.rollout.alarmsから外してください。",
    ),
    example="ACES-P025 The alarm server-5xx is in the state ALARM now: an update would be rolled back at once.",
)

P036 = Kind(
    code="ACES-P036",
    severity="warning",
    title=Text("Alarm not visible to the role", "ロールから見えないアラームです"),
    cause=Text(
        "CloudWatch shows composite alarms only to a role that may read all alarms: with cloudwatch:DescribeAlarms on "
        'Resource `"*"`. The job\'s role may read only some, and what `sagemaker.rollout.alarms` names is not a '
        "metric alarm: it is a composite one, or does not exist. The deployment continues, even with `preflight: strict`.",
        'CloudWatchの複合アラームは、すべてのアラームを確認できるロール（Resource `"*"`に対するcloudwatch:DescribeAlarms）'
        "にしか表示されません。ジョブのロールの権限は一部のアラームに限られていて、"
        "`sagemaker.rollout.alarms`にある名前のメトリクスアラームはありません。複合アラームか、存在しないアラームです。"
        "デプロイは続けます（`preflight: strict`でも同じです）。",
    ),
    fix=Text(
        "Widen the statement in the role of AWS_ROLE_ARN, as in docs/iam:",
        "AWS_ROLE_ARNのロールのステートメントを、docs/iamのとおりに広げてください。",
    )
    + snippet("json", '{"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}'),
    example=(
        "ACES-P036 The alarm server-health: not checked. It is not a metric alarm, and composite alarms are shown only to "
        'a role with cloudwatch:DescribeAlarms on Resource "*".'
    ),
)

KINDS = (
    P023,
    P024,
    P025,
    P036,
)
