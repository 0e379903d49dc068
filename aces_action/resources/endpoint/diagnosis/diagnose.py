"""Why a roll-out failed: SageMaker's reason, the server's last lines and the alarms, put together into one explained problem.

What cannot be read here is a word beside the failure that is explained, never a failure of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.alarms import describe_alarms
from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, is_denied, missing_permission
from aces_action.aws.quotas import find_quota
from aces_action.durations import time_of_day
from aces_action.language import EMPTY, Text, lines
from aces_action.output.server_log import LINES, ServerLog, cleaned
from aces_action.problems.endpoint.rollout import E001, E002, E003, E005, E006, UPDATES_AGAIN, caused_by
from aces_action.problems.kind import Kind
from aces_action.problems.problem import ActionError, Problem
from aces_action.project.instance_types import accelerator
from aces_action.resources.endpoint.diagnosis.advice import Advice
from aces_action.resources.endpoint.diagnosis.causes import (
    ALARM,
    OF_AWS,
    QUOTA,
    START,
    SYMPTOMS,
    Evidence,
    cause_in_lines,
    cause_in_reason,
)
from aces_action.resources.endpoint.diagnosis.facts import Facts
from aces_action.resources.endpoint.diagnosis.log_statements import notable, statements
from aces_action.resources.endpoint.diagnosis.remedies import Limit, gpu_driver, hint, limit_in, quota_hint
from aces_action.resources.endpoint.state import read_endpoint

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_sagemaker import SageMakerClient

T = TypeVar("T")
_AwsError = BotoCoreError | ClientError | ResponseParserError

_GROUP = "/aws/sagemaker/Endpoints/"
_OF_REQUESTS = "/data-log"  # an asynchronous endpoint's second stream of an instance: what became of requests
_STREAM_PAGES = 4  # of 50, those written last first: an endpoint that scales leaves a stream for each instance it ever had
_NAME_PAGES = 20  # of 50, where those were not all; CloudWatch answers 25 such requests a second
_STREAMS = 3  # of a variant's new instances that are read
_EVENT_PAGES = 3  # CloudWatch may answer with fewer events than there are, or with none, and a token to go on
_EARLIER = timedelta(seconds=30)  # the runner's clock may be that much ahead of AWS's


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The problems as they are to be told, and what they follow from. `events`: what SageMaker went through on the way."""

    problems: tuple[Problem, ...]
    logs: tuple[ServerLog, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmState:
    """A CloudWatch alarm that guards roll-outs. `changed`: when it came into its state; `said` is CloudWatch's reason for it."""

    name: str
    state: str
    changed: datetime | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A log stream, `<variant>/<instance id>`. `last` is when it was last written, where CloudWatch knows already."""

    name: str
    created: datetime
    last: datetime | None

    @property
    def variant(self) -> str:
        return self.name.partition("/")[0]


def diagnose(
    clients: Clients,
    error: ActionError,
    facts: Facts,
    *,
    since: datetime,
    redact: Callable[[str], str],
    events: Sequence[str] = (),
) -> Diagnosis:
    """What a roll-out's failure comes from. `since`: when the roll-out began; `redact` hides the secrets that the run knows.

    Problems that are no roll-out's failure stay as they are. Raises nothing: what cannot be asked is left out, with a word.
    """
    known = {kind.code for kind in (E001, E002, E003, E005, E006)}
    problem = next((each for each in error.problems if each.code in known), None)
    if problem is None:
        return Diagnosis(problems=error.problems)
    if problem.kind is E005:
        said = _refusal(error)
        explained = conclude(problem, facts, Symptoms(reason=said, limit=_limit(clients, said, facts)))
        return _with(error, problem, explained)
    begins = since - _EARLIER
    logs_client, name = clients.logs, facts.endpoint_name
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="diagnosis")
    try:
        reading = pool.submit(read_logs, logs_client, name, since=begins, redact=redact)
        ringing = pool.submit(read_alarms, clients.cloudwatch, facts.alarms) if facts.alarms else None
        reason = "" if problem.kind is E003 else _reason(clients.sagemaker, name)
        logs, alarms = reading.result(), ringing.result() if ringing else ()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # a cancelled run does not wait for CloudWatch
    limit = _limit(clients, reason, facts)
    symptoms = Symptoms(reason=reason, logs=logs, alarms=alarms, events=events, limit=limit)
    explained = conclude(problem, facts, symptoms)
    return _with(error, problem, explained, logs=logs, events=tuple(events))


def _with(error: ActionError, old: Problem, new: Problem, **more: Any) -> Diagnosis:
    return Diagnosis(problems=tuple(new if each is old else each for each in error.problems), **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptoms:
    """What a failure shows itself by. `reason` is SageMaker's, `events` what it said on the way; `limit`: the quota, where the
    reason does not tell it."""

    reason: str
    logs: Sequence[ServerLog] = ()
    alarms: Sequence[AlarmState] = ()
    events: Sequence[str] = ()
    limit: Limit | None = None


def conclude(problem: Problem, facts: Facts, symptoms: Symptoms) -> Problem:
    """The problem of the kind of its cause, where that is known: the cause first, then what fixes it, then what SageMaker said.

    SageMaker's own sentence is English and often names only a symptom. E003 stays one: it is not over.
    """
    reason, logs, alarms, events = symptoms.reason, symptoms.logs, symptoms.alarms, symptoms.events
    new = [each for each in logs if each.is_new]
    found = find_cause(reason, [each.lines for each in new], events=events, alarms=alarms if problem.kind is E002 else ())
    kind, line = found.kind, found.said
    said = Text(f"The server's log: {line}", f"サーバのログ: {line}") if line else EMPTY
    driver = gpu_driver(facts) if _starts_nothing(logs, facts) and (kind is None or kind.code in SYMPTOMS) else EMPTY
    if problem.kind is E003:
        return replace(problem, hint=lines(problem.hint, said, driver))
    unread = lines(*(each.missing for each in logs)) if kind is None or kind.code in SYMPTOMS else EMPTY
    rang = alarm_lines(alarms) if kind is ALARM else EMPTY
    if kind is None:
        return replace(problem, hint=lines(said, problem.hint, unread, driver))
    if kind is QUOTA:
        advice = quota_hint(reason, facts, symptoms.limit)
    elif found.advice:
        advice = found.advice(facts, line)
    else:
        advice = hint(kind, reason, facts, [line for each in new for line in each.lines])
    again = UPDATES_AGAIN if problem.kind is E006 else EMPTY
    message = caused_by(kind, facts.endpoint_name, line if found.is_shown else "")
    beside = EMPTY if found.is_shown else said
    return replace(problem, kind=kind, message=message, hint=lines(beside, rang, advice, unread, driver, again, problem.message))


def _starts_nothing(logs: Sequence[ServerLog], facts: Facts) -> bool:
    """Whether instances with a GPU came up and no container wrote a line, as where the image does not fit their driver.

    aws/deep-learning-containers#6187: endpoints that stay Creating without a log until the image's CUDA fits the AMI.
    """
    has_gpu = bool(facts.instance_type) and accelerator(facts.instance_type) == "GPU"
    return has_gpu and bool(logs) and all(each.missing is NOTHING_WRITTEN or not each.is_new for each in logs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The kind of a failure's cause where it is known, the part of the log to show, and advice that is more than the kind's.

    `is_shown`: `said` shows the cause, and is not only what the log has beside it.
    """

    kind: Kind | None
    said: str = ""
    advice: Advice | None = None
    is_shown: bool = False


def find_cause(
    reason: str, logs: Sequence[Sequence[str]], *, events: Sequence[str] = (), alarms: Sequence[AlarmState] = ()
) -> Cause:
    """The most definite cause that reason, events, logs or alarms give.

    SageMaker often names only a symptom, such as the health check: then what the server wrote itself counts for more. An alarm
    that rings is the cause of a rollback for which neither gives another. Each log is looked at on its own: that one instance
    answers says nothing about another.
    """
    kind_in_words = next((kind for text in (reason, *reversed(events)) if (kind := cause_in_reason(text))), None)
    seen = _of_all([evidence for log in logs if (evidence := cause_in_lines(log))])
    shown = notable([each for log in logs for each in statements(log)])
    if kind_in_words and kind_in_words.code not in SYMPTOMS:
        return _shown_by(seen) if seen and seen.kind is kind_in_words else Cause(kind=kind_in_words, said=shown)
    if seen and seen.kind.code not in SYMPTOMS:
        return _shown_by(seen)
    if kind_in_words is None and any(alarm.state == "ALARM" for alarm in alarms):
        return Cause(kind=ALARM, said=shown)
    if seen and (kind_in_words is None or kind_in_words is OF_AWS or seen.kind is START or seen.kind is kind_in_words):
        return _shown_by(seen)
    return Cause(kind=kind_in_words, said=shown)


def _shown_by(evidence: Evidence) -> Cause:
    return Cause(kind=evidence.kind, said=evidence.said, advice=evidence.advice, is_shown=True)


def _of_all(found: Sequence[Evidence]) -> Evidence | None:
    """Of the logs' causes the first that is more than a symptom, else the first."""
    return next((each for each in found if each.kind.code not in SYMPTOMS), None) or next(iter(found), None)


def alarm_lines(alarms: Iterable[AlarmState]) -> Text:
    """A line for each alarm, those in the state ALARM first."""

    def line(alarm: AlarmState) -> Text:
        at = EMPTY
        if alarm.changed:
            time = time_of_day(alarm.changed)
            at = Text(f" since {time.en}", f"（{time.ja}から）")
        name, state = alarm.name, alarm.state
        because = f": {alarm.said}" if alarm.said else ""
        return Text(f"Alarm {name} is {state}{at.en}{because}", f"アラーム{name}の状態は{state}です{at.ja}{because}")

    return lines(*(line(alarm) for alarm in sorted(alarms, key=lambda each: each.state != "ALARM")))


def _reason(client: SageMakerClient, name: str) -> str:
    current = _tried(lambda: read_endpoint(client, name))
    return current.failure_reason if current else ""


def _refusal(error: ActionError) -> str:
    """AWS's own words in the answer that a problem was made of."""
    cause = error.__cause__
    return f"{error_code(cause)} {error_message(cause)}" if isinstance(cause, ClientError) else ""


def _limit(clients: Clients, reason: str, facts: Facts) -> Limit | None:
    """The quota by Service Quotas, where the reason is one and does not tell its value."""
    if cause_in_reason(reason) is not QUOTA or limit_in(reason) or not facts.instance_type:
        return None
    try:
        quota = find_quota(clients.service_quotas, facts.instance_type)
    except (*AWS_ERRORS, ActionError):
        return None
    return Limit(name=f"{facts.instance_type} for endpoint usage", value=f"{quota.value}") if quota else None


def _tried(question: Callable[[], T]) -> T | None:
    try:
        return question()
    except AWS_ERRORS:
        return None


def read_alarms(client: CloudWatchClient, names: Sequence[str]) -> tuple[AlarmState, ...]:
    """The alarms of these names as they are now; none where they cannot be read."""
    found = _tried(lambda: describe_alarms(client, names))
    return tuple(
        AlarmState(
            name=each["AlarmName"],
            state=each.get("StateValue", ""),
            changed=each.get("StateTransitionedTimestamp") or each.get("StateUpdatedTimestamp"),
            said=each.get("StateReason", ""),
        )
        for each in (found.described if found else ())
    )


def read_logs(
    client: CloudWatchLogsClient, endpoint_name: str, *, since: datetime, redact: Callable[[str], str]
) -> tuple[ServerLog, ...]:
    """The last lines of the newest log streams of each production variant, written since then; cleaned.

    What cannot be read is told in `missing`, and so is that there is nothing.
    """
    group = f"{_GROUP}{endpoint_name}"
    try:
        streams = newest_streams(_streams(client, group), since=since)
    except AWS_ERRORS as error:
        return (ServerLog(variant="", missing=_why(error)),)

    def read(stream: Stream, *, is_new: bool) -> ServerLog:
        try:
            found = cleaned(_messages(client, group, stream.name, since), redact)
        except AWS_ERRORS as error:
            return ServerLog(variant=stream.variant, stream=stream.name, is_new=is_new, missing=_why(error))
        missing = EMPTY if found else NOTHING_WRITTEN
        return ServerLog(variant=stream.variant, stream=stream.name, lines=found, is_new=is_new, missing=missing)

    pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="logs")
    try:
        reading = [pool.submit(read, stream, is_new=is_new) for stream, is_new in streams]
        logs = [each.result() for each in reading]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    shown = tuple(each for each in logs if each.lines or each.missing is not NOTHING_WRITTEN)
    return shown or (ServerLog(variant="", missing=NOTHING_WRITTEN),)


NOTHING_WRITTEN = Text(
    "The server has written no log in CloudWatch since the roll-out began.",
    "デプロイの開始後、サーバのログがCloudWatchに出力されていません。",
)


def _why(error: _AwsError) -> Text:
    """Why there are no lines, in a sentence."""
    if isinstance(error, ClientError):
        if error_code(error) == "ResourceNotFoundException":
            return NOTHING_WRITTEN
        if is_denied(error):
            permission = missing_permission(error, "logs")
            return Text(
                f"The server's log could not be read: the role of AWS_ROLE_ARN lacks {permission}.",
                f"サーバのログを読み取れませんでした。AWS_ROLE_ARNのロールに{permission}の権限がありません。",
                Text(
                    f"The server's log could not be read: you lack {permission}.",
                    f"サーバのログを読み取れませんでした。使用中のAWS認証情報に{permission}の権限がありません。",
                ),
            )
        code = error_code(error)
        return Text(f"The server's log could not be read ({code}).", f"サーバのログを読み取れませんでした（{code}）。")
    name = type(error).__name__
    return Text(
        f"The server's log could not be read: CloudWatch Logs did not answer ({name}).",
        f"サーバのログを読み取れませんでした。CloudWatch Logsから応答がありません（{name}）。",
    )


def _streams(client: CloudWatchLogsClient, group: str) -> list[Stream]:
    """The log streams of a group: those written last, and all whose names can be listed. Raises ClientError, BotoCoreError.

    When a stream was last written is known late, mostly within an hour (botocore's text of DescribeLogStreams): among many, one
    that is new need not be with the last. There is no order by creation, so the names are gone through as well.
    """
    last, is_all = _listed(client, group, pages=_STREAM_PAGES, orderBy="LastEventTime", descending=True)
    named = [] if is_all else _listed(client, group, pages=_NAME_PAGES, orderBy="LogStreamName")[0]
    return list({each.name: each for each in (*last, *named)}.values())


def _listed(client: CloudWatchLogsClient, group: str, *, pages: int, **order: Any) -> tuple[list[Stream], bool]:
    """The streams on so many pages of 50, and whether that is all of them."""
    found: list[Stream] = []
    token: dict[str, Any] = {}
    for _ in range(pages):
        answer = client.describe_log_streams(logGroupName=group, limit=50, **order, **token)
        found += [
            Stream(
                name=each["logStreamName"],
                created=_time(each.get("creationTime", 0)),
                last=_time(each["lastEventTimestamp"]) if "lastEventTimestamp" in each else None,
            )
            for each in answer["logStreams"]
            if "logStreamName" in each
        ]
        if not (following := answer.get("nextToken")):
            return found, True
        token = {"nextToken": following}
    return found, False


def newest_streams(streams: Iterable[Stream], *, since: datetime) -> list[tuple[Stream, bool]]:
    """For each variant the streams to read, and whether they began with the roll-out.

    Those of instances that served before are written to all the time, so the stream written last is seldom that of an instance
    that failed: those that were created since go before, the last written first. Where there is none, the last written of all.
    """
    by_variant: dict[str, list[Stream]] = {}
    for stream in streams:
        if not stream.name.endswith(_OF_REQUESTS):
            by_variant.setdefault(stream.variant, []).append(stream)

    def newest(of_variant: list[Stream]) -> list[tuple[Stream, bool]]:
        in_order = sorted(of_variant, key=lambda each: each.last or each.created, reverse=True)
        new = [(each, True) for each in in_order if each.created >= since]
        return new[:_STREAMS] or [(in_order[0], False)]

    return [each for _, of_variant in sorted(by_variant.items()) for each in newest(of_variant)]


def _messages(client: CloudWatchLogsClient, group: str, stream: str, since: datetime) -> list[str]:
    """The last messages of a stream since then, oldest first. Raises ClientError, BotoCoreError."""
    messages: list[str] = []
    token: Any = {}  # with `nextToken`, once there is one
    for _ in range(_EVENT_PAGES):
        answer = client.get_log_events(
            logGroupName=group,
            logStreamName=stream,
            startTime=round(since.timestamp() * 1000),
            limit=LINES,
            startFromHead=False,
            **token,
        )
        messages = [each.get("message", "") for each in answer["events"]] + messages
        back = answer.get("nextBackwardToken", "")
        if len(messages) >= LINES or not back or token == {"nextToken": back}:
            break
        token = {"nextToken": back}
    return messages


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
