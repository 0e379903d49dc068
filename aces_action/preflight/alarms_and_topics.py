"""SNS topics that results are announced to, and CloudWatch alarms that guard a roll-out: those named in the infra file exist."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.alarms import FoundAlarms, describe_alarms
from aces_action.aws.errors import error_code
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems.preflight import alarms_and_topics as problems

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


def check_topic(key: str, arn: str, found: QueryResult[bool], *, file: str) -> list[Check]:
    """`key`: where the infra file names it."""
    what, needed = Text("SNS topic", "SNSトピック"), same(arn)
    if found.value is None:
        return found.failed(what, needed)
    if found.value:
        return [Check(what=what, found=same(arn.rpartition(":")[2]), needed=needed)]
    problem = problems.topic_missing(arn, key=key, file=file)
    return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(problem,))]


def check_alarm(name: str, found: QueryResult[FoundAlarms], *, file: str) -> list[Check]:
    """An alarm that is ringing already would roll an update back at once. One that the role may not see blocks nothing."""
    what, needed = Text(f"Alarm {name}", f"アラーム{name}"), same("OK")
    if found.value is None:
        return found.failed(what, needed)
    state = found.value.states.get(name)
    if state is None and not found.value.all_kinds:
        return [Check(what=what, found=same("–"), needed=needed, problems=(problems.alarm_not_visible(name),))]
    if state is None:
        missing = problems.alarm_missing(name, file=file)
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(missing,))]
    ringing = (problems.alarm_ringing(name, file=file),) if state == "ALARM" else ()
    return [Check(what=what, found=same(state), needed=needed, problems=ringing)]


def _topics(inputs: PreflightInput) -> dict[str, str]:
    """The topics that the infra file names, with the key under which it does."""
    if (settings := inputs.infra.endpoint) is None:
        return {}
    named = {
        settings.async_success_topic: "sagemaker.async.success_topic",
        settings.async_error_topic: "sagemaker.async.error_topic",
    }
    return {arn: key for arn, key in named.items() if arn}


def _alarms(inputs: PreflightInput) -> tuple[str, ...]:
    settings = inputs.infra.endpoint
    return settings.rollout.alarms if settings and settings.rollout else ()


def _topic(arn: str) -> Query[bool]:
    return Query(
        name=f"topic {arn}",
        prepare=lambda clients: partial(topic_exists, clients.sns, arn),
        optional=Text(f"The SNS topic {arn}", f"SNSトピック{arn}"),
    )


def _alarm_states(inputs: PreflightInput) -> Query[FoundAlarms]:
    return Query(
        name="alarms",
        prepare=lambda clients: partial(describe_alarms, clients.cloudwatch, _alarms(inputs)),
        optional=Text("The alarms of the roll-out", "ロールアウトのアラーム"),
    )


def _queries(inputs: PreflightInput) -> list[Query[Any]]:
    return [*map(_topic, _topics(inputs)), *([_alarm_states(inputs)] if _alarms(inputs) else [])]


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    file, rows = inputs.infra_file, list[Check]()
    for arn, key in _topics(inputs).items():
        rows += check_topic(key, arn, answers.of(_topic(arn)), file=file)
    for name in _alarms(inputs):
        rows += check_alarm(name, answers.of(_alarm_states(inputs)), file=file)
    return rows


CHECK = PreflightCheck(queries=_queries, rows=_rows)
