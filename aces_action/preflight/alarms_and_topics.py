"""SNS topics that results are announced to, and CloudWatch alarms that guard a roll-out: those named in the infra file exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.alarms import FoundAlarms
from aces_action.aws.errors import error_code
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import CATALOGUE, Problem

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient


def topic_exists(client: SNSClient, arn: str) -> bool:
    try:
        client.get_topic_attributes(TopicArn=arn)
    except ClientError as error:
        if error_code(error) in {"NotFound", "NotFoundException"}:
            return False
        raise
    return True


def check_topic(key: str, arn: str, found: Answer[bool], *, file: str) -> list[Check]:
    """`key`: where the infra file names it."""
    what, needed = Text("SNS topic", "SNSトピック"), same(arn)
    if found.value is None:
        return found.failed(what, needed)
    if found.value:
        return [Check(what=what, found=same(arn.rpartition(":")[2]), needed=needed)]
    problem = Problem(
        kind=CATALOGUE["P023"],
        message=Text(f"There is no SNS topic {arn}.", f"SNSトピック{arn}がありません。"),
        hint=Text(
            f"Correct {key} in the infra file, or make the topic.",
            f"infraファイルの{key}を修正するか、トピックを作成してください。",
        ),
        file=file,
    )
    return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(problem,))]


def check_alarm(name: str, found: Answer[FoundAlarms], *, file: str) -> list[Check]:
    """An alarm that is ringing already would roll an update back at once. One that the role may not see blocks nothing."""
    what, needed = Text(f"Alarm {name}", f"アラーム{name}"), same("OK")
    if found.value is None:
        return found.failed(what, needed)
    state = found.value.states.get(name)
    if state is None and not found.value.all_kinds:
        return [Check(what=what, found=same("–"), needed=needed, problems=(_not_seen(name),))]
    if state is None:
        missing = Problem(
            kind=CATALOGUE["P024"],
            message=Text(f"There is no CloudWatch alarm {name}.", f"CloudWatchアラーム{name}がありません。"),
            hint=Text(
                "Correct sagemaker.rollout.alarms in the infra file, or make the alarm.",
                "infraファイルのsagemaker.rollout.alarmsを修正するか、アラームを作成してください。",
            ),
            file=file,
        )
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(missing,))]
    if state != "ALARM":
        return [Check(what=what, found=same(state), needed=needed)]
    ringing = Problem(
        kind=CATALOGUE["P025"],
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
    return [Check(what=what, found=same(state), needed=needed, problems=(ringing,))]


def _not_seen(name: str) -> Problem:
    return Problem(
        kind=CATALOGUE["P036"],
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
