"""P: SNS topics and CloudWatch alarms of the infra file."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P023 = Kind(
    code="ACES-P023",
    severity="error",
    title=Text("SNS topic not found", "SNSトピックがありません"),
    cause=Text(
        "The topic in the infra file, for notifications about results of the asynchronous endpoint, does not exist. "
        "CreateEndpointConfig accepts it anyway, and no notification would ever arrive.",
        "infraファイルで指定した、非同期エンドポイントの結果を通知するトピックがありません。"
        "CreateEndpointConfigは成功しますが、結果の通知が届きません。",
    ),
    fix=Text(
        "Correct the ARN, or create the topic:",
        "ARNを直すか、トピックを作成してください。",
    )
    + snippet("sh", "aws sns create-topic --name inference"),
    example=Text(
        "ACES-P023 There is no SNS topic arn:aws:sns:ap-northeast-1:123456789012:inference.",
        "ACES-P023 SNSトピックarn:aws:sns:ap-northeast-1:123456789012:inferenceがありません。",
    ),
)

P024 = Kind(
    code="ACES-P024",
    severity="error",
    title=Text("CloudWatch alarm not found", "CloudWatchアラームがありません"),
    cause=Text(
        "The rollout in the infra file names an alarm that does not exist in the region. UpdateEndpoint would refuse "
        "it, or the update would run unguarded.",
        "infraファイルのrolloutで指定したアラームが、リージョンにありません。UpdateEndpointが拒否するか、"
        "監視なしで更新されます。",
    ),
    fix=Text(
        "Correct sagemaker.rollout.alarms, or create the alarm. To list the existing ones:",
        "sagemaker.rollout.alarmsを直すか、アラームを作成してください。どのアラームがあるかは、次のコマンドでわかります。",
    )
    + snippet("sh", "aws cloudwatch describe-alarms --query 'MetricAlarms[].AlarmName'"),
    example=Text("ACES-P024 There is no CloudWatch alarm server-5xx.", "ACES-P024 CloudWatchアラームserver-5xxがありません。"),
)

P025 = Kind(
    code="ACES-P025",
    severity="warning",
    title=Text("Alarm is ringing already", "アラームがすでに発生しています"),
    cause=Text(
        "An alarm that guards the rollout is in the state ALARM before the update begins. SageMaker would roll back "
        "the update at once, however good the new version is.",
        "ロールアウトを監視するアラームが、更新を始める前からALARM状態です。新しいバージョンに問題がなくても、"
        "SageMakerはすぐにロールバックします。",
    ),
    fix=Text(
        "Resolve the alarm first. If this update is the fix, leave the alarm out of sagemaker.rollout.alarms this time.",
        "先にアラームの原因を取り除いてください。今回の更新がその対処である場合は、"
        "今回だけsagemaker.rollout.alarmsから外してください。",
    ),
    example=Text(
        "ACES-P025 The alarm server-5xx is in the state ALARM now: an update would be rolled back at once.",
        "ACES-P025 アラームserver-5xxは現在ALARM状態です。更新してもすぐにロールバックされます。",
    ),
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
        "`sagemaker.rollout.alarms`にある名前のメトリクスアラームはありません。複合アラームか、"
        "存在しないアラームです。デプロイは続けます（`preflight: strict`でも同じです）。",
    ),
    fix=Text(
        "Widen the statement in the role of AWS_ROLE_ARN, as in docs/iam:",
        "AWS_ROLE_ARNのロールのステートメントを、docs/iamのとおりに広げてください。",
    )
    + snippet("json", '{"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}'),
    example=Text(
        "ACES-P036 The alarm server-health: not checked. It is not a metric alarm, and composite alarms are shown only to a "
        'role with cloudwatch:DescribeAlarms on Resource "*".',
        "ACES-P036 アラームserver-healthを確認できませんでした。メトリクスアラームではなく、複合アラームの確認にはResource "
        '"*"に対するcloudwatch:DescribeAlarmsの権限が必要です。',
    ),
)

KINDS = (
    P023,
    P024,
    P025,
    P036,
)


def topic_missing(arn: str, *, key: str, file: str) -> Problem:
    """When there is no SNS topic that the infra file names under `key`."""
    return Problem(
        kind=P023,
        message=Text(f"There is no SNS topic {arn}.", f"SNSトピック{arn}がありません。"),
        hint=Text(
            f"Correct {key} in the infra file, or create the topic.",
            f"infraファイルの{key}を修正するか、トピックを作成してください。",
        ),
        file=file,
    )


def alarm_missing(name: str, *, file: str) -> Problem:
    """When there is no CloudWatch alarm of that name."""
    return Problem(
        kind=P024,
        message=Text(f"There is no CloudWatch alarm {name}.", f"CloudWatchアラーム{name}がありません。"),
        hint=Text(
            "Correct sagemaker.rollout.alarms in the infra file, or create the alarm.",
            "infraファイルのsagemaker.rollout.alarmsを修正するか、アラームを作成してください。",
        ),
        file=file,
    )


def alarm_ringing(name: str, *, file: str) -> Problem:
    """When an alarm is in ALARM already, before the update begins."""
    return Problem(
        kind=P025,
        message=Text(
            f"The alarm {name} is in the state ALARM now: an update would be rolled back at once.",
            f"アラーム{name}は現在ALARM状態です。更新してもすぐにロールバックされます。",
        ),
        hint=Text(
            "Resolve the alarm first, or leave it out of sagemaker.rollout.alarms for this update.",
            "先に原因を取り除くか、今回の更新ではsagemaker.rollout.alarmsから外してください。",
        ),
        file=file,
    )


def alarm_not_visible(name: str) -> Problem:
    """When the alarm may be a composite one, which the role may not see."""
    return Problem(
        kind=P036,
        message=Text(
            f"The alarm {name}: not checked. It is not a metric alarm, and composite alarms are shown only to a role with "
            'cloudwatch:DescribeAlarms on Resource "*".',
            f"アラーム{name}を確認できませんでした。メトリクスアラームではなく、複合アラームの確認には"
            'Resource "*"に対するcloudwatch:DescribeAlarmsの権限が必要です。',
        ),
        hint=Text(
            'Write Resource "*" where the role of AWS_ROLE_ARN allows cloudwatch:DescribeAlarms, and check the alarm\'s name.',
            "AWS_ROLE_ARNのロールでcloudwatch:DescribeAlarmsを許可しているステートメントのResourceを"
            '"*"にしてください。アラームの名前も確認してください。',
        ),
    )
