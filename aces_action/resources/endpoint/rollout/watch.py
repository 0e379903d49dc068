"""The wait for what is under way with an endpoint: looks at it again and again, and tells what changes."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, may_pass
from aces_action.aws.throttling import at_most
from aces_action.durations import clock, duration_text, time_of_day
from aces_action.language import EMPTY, Text, joined, same
from aces_action.problems.problem import ActionError
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.rollout.outcome import Event, Observation, too_long, under_way
from aces_action.resources.endpoint.rollout.wait_policy import SHORT, WaitPolicy, least_pause, pause
from aces_action.resources.endpoint.state import TRANSIENT, CurrentEndpoint, read_endpoint
from aces_action.sanitiser import one_line

if TYPE_CHECKING:
    from aces_action.output.reporter import Reporter

_JITTER = 0.1  # the share by which a pause may be shorter, so that jobs that started together do not ask together
_APPEARS_WITHIN = 20.0  # seconds for a write to be seen: SageMaker's reads are eventually consistent
_ANSWERS_WITHIN = 10.0  # seconds that an answer may take, even when the limit is near or over
_MOMENT = 0.001  # seconds; less is no time to sleep


def at_rest(context: EndpointContext, current: CurrentEndpoint | None) -> CurrentEndpoint | None:
    """The endpoint once nothing is under way with it, whatever that is; None when it is gone.

    Raises ActionError (E003) at the limit, ClientError for what waiting does not fix.
    """
    if current is None or current.status not in TRANSIENT:
        return current
    name, status = context.endpoint_name, current.status
    context.reporter.info(Text(f"{name} is {status}: waiting for that first", f"{name}は{status}です。先にその完了を待ちます"))
    context.under_way()
    observation = follow(context)
    if observation.overdue:
        raise ActionError(too_long(name, observation))
    context.reporter.settled()
    return observation.endpoint


def follow(context: EndpointContext, *, config_name: str | None = None, before: CurrentEndpoint | None = None) -> Observation:
    """Watches the endpoint until nothing is under way, or somebody else's roll-out has taken the place of that to `config_name`.

    `before` is how it was before the write that started this: until another state shows, the write is not seen yet. Without
    `config_name` whatever is under way is waited for, and nothing is usual. Tells each change and at least a line a heartbeat.
    That AWS does not answer, or throttles, is told and waited out. Raises ClientError and BotoCoreError for what waiting does
    not fix: missing permissions, ended credentials.
    """
    name, policy = context.endpoint_name, context.wait_policy.begun()
    if config_name is None:
        policy = replace(policy, usual=None)
    diary = _Diary(policy, context.reporter)
    events: list[Event] = []
    origin, silence, over, least = before.config_name if before else "", EMPTY, False, 0.0
    while True:
        asked = diary.elapsed()
        try:
            current = _answer(lambda: read_endpoint(context.sagemaker, name), diary)
        except (*AWS_ERRORS, TimeoutError) as error:
            if not isinstance(error, TimeoutError) and not may_pass(error):
                raise
            why = _why(error)
            if not silence:
                diary.say(
                    Text(
                        f"AWS does not report the state of {name} ({why.en}); asking again",
                        f"{name}の状態をAWSから取得できません（{why.ja}）。再試行します",
                    )
                )
            silence = why
        else:
            if silence:
                diary.say(Text("AWS answers again", "AWSの応答が戻りました"))
                silence = EMPTY
            if not _unseen(current, before, diary.elapsed()):
                if not events or _differ(current, events[-1].endpoint):
                    events.append(Event(seconds=diary.elapsed(), endpoint=current))
                    diary.say(_line(current, diary if len(events) == 1 else None))
                origin = origin or (current.config_name if current else "")
                seen = Observation(events=tuple(events), origin=origin)
                over = not under_way(current) or (config_name is not None and seen.taken_over(config_name))
        answered = diary.elapsed()
        if over or policy.left <= 0:
            return Observation(
                events=tuple(events),
                seconds=diary.elapsed(),
                origin=origin,
                limit=policy.limit,
                overdue=not over,
                silence=silence,
            )
        diary.mind_the_usual()
        seconds = pause(diary.elapsed(), policy.usual) * (1 - _JITTER * policy.random())
        if silence:
            seconds = max(seconds, SHORT)  # botocore has tried several times already
        least = least_pause(least, answered - asked)
        seconds = max(seconds, least)
        current = events[-1].endpoint if events else None
        diary.rest(min(seconds, max(0.1, policy.left)), _still(current, silence))


class _Diary:
    """The lines of a wait, each with the time waited so far, never more than a heartbeat apart."""

    def __init__(self, policy: WaitPolicy, reporter: Reporter) -> None:
        self._policy, self._reporter = policy, reporter
        self._started = self._last = policy.now()
        self._longer = False

    @property
    def usual(self) -> float | None:
        return self._policy.usual

    def elapsed(self) -> float:
        return self._policy.now() - self._started

    def left(self) -> float:
        return self._policy.left

    def say(self, text: Text) -> None:
        self._last = self._policy.now()
        self._reporter.info(same(f"{clock(self.elapsed()):>6}  ") + text)

    def due(self) -> float:
        """Seconds until there must be a line."""
        return self._last + self._policy.heartbeat - self._policy.now()

    def beat(self, text: Text) -> None:
        if self.due() < _MOMENT:
            self.say(joined("  ", (text, _usually(self.usual))))

    def mind_the_usual(self) -> None:
        """Says once that it takes clearly longer than it used to."""
        usual, elapsed = self.usual, self.elapsed()
        if usual and not self._longer and elapsed > max(1.5 * usual, usual + 60):
            self._longer = True
            so_far, before = duration_text(elapsed), duration_text(usual)
            self.say(
                Text(
                    f"takes longer than usual: {so_far.en} so far, usually {before.en}",
                    f"いつもより時間がかかっています。現在{so_far.ja}、通常{before.ja}",
                )
            )

    def rest(self, seconds: float, text: Text) -> None:
        """Sleeps so long, with a line whenever one is due."""
        end = self._policy.now() + seconds
        while (rest := end - self._policy.now()) > _MOMENT:
            self._policy.sleep(max(_MOMENT, min(rest, self.due())))
            self.beat(text)


def _answer(read: Callable[[], CurrentEndpoint | None], diary: _Diary) -> CurrentEndpoint | None:
    """What `read` returns or raises. botocore may try for minutes: lines go on meanwhile, and the limit holds (TimeoutError)."""
    answer: concurrent.futures.Future[CurrentEndpoint | None] = concurrent.futures.Future()
    within = max(diary.left(), _ANSWERS_WITHIN)

    def ask() -> None:
        try:
            with at_most(within):
                answer.set_result(read())
        except BaseException as error:  # noqa: BLE001  it is raised where the answer is waited for
            answer.set_exception(error)

    threading.Thread(target=ask, name="endpoint", daemon=True).start()  # a daemon: the process ends without it
    until = diary.elapsed() + within
    while not concurrent.futures.wait([answer], timeout=max(0.01, min(diary.due(), until - diary.elapsed()))).done:
        diary.beat(Text("AWS has not answered yet", "AWSの応答を待っています"))
        if diary.elapsed() >= until:
            raise TimeoutError
    return answer.result()


def _unseen(current: CurrentEndpoint | None, before: CurrentEndpoint | None, elapsed: float) -> bool:
    """Whether this is still the state before the write, which takes a moment to show."""
    return before is not None and before.modified is not None and current == before and elapsed < _APPEARS_WITHIN


def _differ(one: CurrentEndpoint | None, other: CurrentEndpoint | None) -> bool:
    if one is None or other is None:
        return one is not other
    return replace(one, modified=None) != replace(other, modified=None)


def _line(current: CurrentEndpoint | None, first: _Diary | None) -> Text:
    """A state for the log. The `first` one also says when it began, and how long it usually takes."""
    if current is None:
        return Text("gone", "エンドポイントはありません")
    parts = [same(current.status)]
    if first and current.pending_since:
        since = time_of_day(current.pending_since)
        parts.append(Text(f"under way since {since.en}", f"{since.ja}から進行中"))
    parts += current.progress
    if first and current.status in TRANSIENT:
        parts.append(_usually(first.usual))
    return joined("  ", parts)


def _usually(seconds: float | None) -> Text:
    if not seconds:
        return EMPTY
    time = duration_text(seconds)
    return Text(f"(usually {time.en})", f"（通常{time.ja}）")


def _still(current: CurrentEndpoint | None, silence: Text) -> Text:
    if silence:
        last = same(current.status) if current else Text("nothing", "なし")
        return Text(
            f"AWS still does not answer ({silence.en}); last seen: {last.en}",
            f"AWSから応答がありません（{silence.ja}）。最後に確認した状態: {last.ja}",
        )
    if current is None:
        return Text("still waiting", "待機中")
    return joined("  ", (Text(f"still {current.status}", f"引き続き{current.status}"), *current.progress))


def _why(error: ClientError | BotoCoreError | ResponseParserError | TimeoutError) -> Text:
    if isinstance(error, TimeoutError):
        return Text("no answer", "応答なし")
    return same(one_line(f"{error_code(error)}: {error_message(error)}" if isinstance(error, ClientError) else str(error)))
