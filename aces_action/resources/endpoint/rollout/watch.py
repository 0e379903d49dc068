"""The honest wait: success is InService on our config with every variant settled, and a rollback in any disguise is a failure."""

from __future__ import annotations

import concurrent.futures
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, may_pass
from aces_action.language import Text, lines, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.endpoint.diagnosis.causes import remedy
from aces_action.resources.endpoint.state import TRANSIENT, CurrentEndpoint, read_endpoint
from aces_action.sanitiser import one_line

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_JITTER = 0.1  # the share by which a pause may be shorter, so that jobs that started together do not ask together
_SHORT, _MIDDLE, _LONG = 4.5, 30.0, 55.0  # seconds between looks; with two answers the first is still within 5 s
_APPEARS_WITHIN = 20.0  # seconds for a write to be seen: SageMaker's reads are eventually consistent
_ANSWERS_WITHIN = 10.0  # seconds that an answer may take, even when the limit is near or over
_MOMENT = 0.001  # seconds; less is no time to sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, and clock and dice to wait by. Seconds.

    `usual` is how long such a roll-out has taken before, where that is known. `limit` counts from the first wait on: `begun`
    fixes its end, so that it holds for several waits together. `heartbeat` is the longest time without a line.
    """

    limit: float
    usual: float | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random  # 0 to 1
    heartbeat: float = 60.0
    until: float | None = None

    def begun(self) -> Patience:
        return self if self.until is not None else replace(self, until=self.now() + self.limit)

    @property
    def left(self) -> float:
        """Seconds until the end; negative behind it."""
        return self.limit if self.until is None else self.until - self.now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A look at the endpoint that was unlike the one before. `seconds` since the wait began; `endpoint` None: it was gone."""

    seconds: float
    endpoint: CurrentEndpoint | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was seen during a wait of so many `seconds`, oldest first.

    `origin` is the endpoint config that served before. `overdue`: `limit` seconds were over before the end came. `silence` is
    why AWS did not answer at that moment; empty when it did.
    """

    events: tuple[Event, ...] = ()
    seconds: float = 0.0
    origin: str = ""
    limit: float = 0.0
    overdue: bool = False
    silence: str = ""

    @property
    def endpoint(self) -> CurrentEndpoint | None:
        """As it was last seen. None: it was gone, or never seen."""
        return self.events[-1].endpoint if self.events else None

    @property
    def looks(self) -> tuple[CurrentEndpoint, ...]:
        return tuple(event.endpoint for event in self.events if event.endpoint is not None)

    @property
    def reason(self) -> str:
        """The last FailureReason that came up on the way. One that was there at the start is an earlier failure's."""
        earlier = self.looks[0].failure_reason if self.looks else ""
        return next((each.failure_reason for each in reversed(self.looks) if each.failure_reason not in {"", earlier}), "")

    @property
    def messages(self) -> tuple[str, ...]:
        """What SageMaker said about the variants' instances, each once, as `AllTraffic: Creating: …`. Text from outside."""
        return tuple(
            dict.fromkeys(
                f"{variant.name}: {stage.status}: {stage.message}"
                for each in self.looks
                for variant in (*each.pending, *each.variants)
                for stage in variant.stages
                if stage.message
            )
        )

    @property
    def made_again(self) -> bool:
        """Whether the endpoint is another one than at the start, of the same name."""
        made = {each.created for each in self.looks if each.created is not None}
        return len(made) > 1


def pause(elapsed: float, usual: float | None = None) -> float:
    """Seconds until the next look, before jitter: short in the first two minutes, then longer and longer, at most 55.

    Where the usual duration is known, looks are close around it and rare far from it. A roll-out of two minutes is noticed
    within five seconds of its end, and an hour costs at most 150 calls, whatever is usual (tests/endpoint/test_wait.py). Up to
    20 minutes nothing is noticed later than boto3's waiter would at worst, which looks every 30 s (benchmarks/rollout.py).
    """
    if elapsed < 125:
        return max(0.5, min(elapsed / 2, _SHORT))
    if usual is None or usual < 240:
        return min(_MIDDLE, _SHORT + 0.055 * (elapsed - 125)) if elapsed < 1260 else _LONG
    return min(_LONG, max(_SHORT, 0.01 * usual, 0.15 * abs(elapsed - usual)))


def settle(client: SageMakerClient, name: str, *, patience: Patience, tell: Callable[[str], None]) -> CurrentEndpoint | None:
    """Waits until nothing is under way, whatever it is; returns the endpoint as it then is, None when it is gone.

    Raises ActionError (E003) at the limit, ClientError for what waiting does not mend.
    """
    course = follow(client, name, patience=patience, tell=tell)
    if course.overdue:
        raise ActionError(too_long(name, course))
    return course.endpoint


def follow(
    client: SageMakerClient,
    name: str,
    *,
    patience: Patience,
    tell: Callable[[str], None],
    config_name: str | None = None,
    before: CurrentEndpoint | None = None,
) -> Course:
    """Watches the endpoint until nothing is under way, or somebody else's roll-out has taken the place of that to `config_name`.

    `before` is how it was before the write that started this: until another state shows, the write is not seen yet. Without
    `config_name` whatever is under way is waited for, and nothing is usual. Tells each change and at least a line a heartbeat.
    That AWS does not answer, or throttles, is told and waited out. Raises ClientError and BotoCoreError for what waiting does
    not mend: missing permissions, ended credentials.
    """
    patience = patience.begun() if config_name else replace(patience.begun(), usual=None)
    diary = _Diary(patience, tell)
    events: list[Event] = []
    origin, silence, over = before.config_name if before else "", "", False
    while True:
        try:
            current = _answer(lambda: read_endpoint(client, name), diary)
        except (*AWS_ERRORS, TimeoutError) as error:
            if not isinstance(error, TimeoutError) and not may_pass(error):
                raise
            if not silence:
                diary.say(f"AWS does not say how {name} is ({_why(error)}); asks again")
            silence = _why(error)
        else:
            if silence:
                diary.say("AWS answers again")
                silence = ""
            if not _unseen(current, before, diary.elapsed()):
                if not events or _differ(current, events[-1].endpoint):
                    events.append(Event(seconds=diary.elapsed(), endpoint=current))
                    diary.say(_line(current, diary if len(events) == 1 else None))
                origin = origin or (current.config_name if current else "")
                seen = Course(events=tuple(events), origin=origin)
                over = not _under_way(current) or (config_name is not None and _taken_over(seen, config_name))
        if over or patience.left <= 0:
            return Course(
                events=tuple(events),
                seconds=diary.elapsed(),
                origin=origin,
                limit=patience.limit,
                overdue=not over,
                silence=silence,
            )
        diary.mind_the_usual()
        seconds = pause(diary.elapsed(), patience.usual) * (1 - _JITTER * patience.random())
        if silence:
            seconds = max(seconds, _SHORT)  # botocore has tried several times already
        current = events[-1].endpoint if events else None
        diary.rest(min(seconds, max(0.1, patience.left)), _still(current, silence))


def verdict(current: CurrentEndpoint | None, *, name: str, config_name: str, course: Course | None = None) -> Problem | None:
    """What is wrong with the outcome of a roll-out to `config_name`; None when the endpoint serves it, wholly.

    A failed update ends InService on the OLD config, sometimes without a FailureReason: the name of the config tells.
    `course` is what was seen on the way, where somebody watched.
    """
    course = course or Course()
    if course.overdue and course.silence:
        return too_long(name, course)
    if current is None:
        return Problem(
            kind=CATALOGUE["E001"],
            message=Text(
                f"The endpoint {name} is gone: somebody deleted it during the roll-out.",
                f"エンドポイント{name}がありません。デプロイ中に誰かが削除しました。",
            ),
            hint=Text("Run the job again.", "ジョブを再実行してください。"),
        )
    if course.made_again or _others(current, {config_name, course.origin or current.config_name}):
        return _somebody_else(current, course, name, config_name)
    serving = current.config_name
    if current.status == "InService" and serving == config_name:
        return None if current.settled else too_long(name, replace(course, events=(Event(seconds=0.0, endpoint=current),)))
    reason = current.failure_reason or course.reason
    why = same(f": {reason}") if reason else Text(", and SageMaker gave no reason.", "。SageMakerは理由を示していません。")
    advice = remedy(reason) or Text(
        f"Look at its log in CloudWatch: /aws/sagemaker/Endpoints/{name}.",
        f"CloudWatchでログを確認してください: /aws/sagemaker/Endpoints/{name}",
    )
    if current.status == "InService":
        message = Text(
            f"SageMaker rolled the update of {name} back; it still serves {serving}, not {config_name}{why.en}",
            f"SageMakerが{name}の更新をロールバックしました。{config_name}ではなく、{serving}のまま稼働しています{why.ja}",
        )
        return Problem(kind=CATALOGUE["E002"], message=message, hint=advice)
    if current.status in TRANSIENT:
        return too_long(name, course)
    if current.status == "UpdateRollbackFailed":
        message = Text(
            f"The update of {name} and its rollback both failed; it serves a mix of two endpoint configs{why.en}",
            f"{name}の更新とロールバックがどちらも失敗し、2つのエンドポイント設定が混在した状態で稼働しています{why.ja}",
        )
        again = Text(
            "Once the cause is mended, run the job again: it updates the endpoint anew.",
            "原因を取り除いてからジョブを再実行してください。エンドポイントを更新し直します。",
        )
        return Problem(kind=CATALOGUE["E006"], message=message, hint=lines(advice, again))
    message = Text(
        f"The endpoint {name} is {current.status}{why.en}",
        f"エンドポイント{name}の状態は{current.status}です{why.ja}",
    )
    return Problem(kind=CATALOGUE["E001"], message=message, hint=advice)


class _Diary:
    """The lines of a wait, each with the time waited so far, never more than a heartbeat apart."""

    def __init__(self, patience: Patience, tell: Callable[[str], None]) -> None:
        self._patience, self._tell = patience, tell
        self._started = self._last = patience.now()
        self._longer = False

    @property
    def usual(self) -> float | None:
        return self._patience.usual

    def elapsed(self) -> float:
        return self._patience.now() - self._started

    def left(self) -> float:
        return self._patience.left

    def say(self, text: str) -> None:
        self._last = self._patience.now()
        self._tell(f"{_clock(self.elapsed()):>6}  {text}")

    def due(self) -> float:
        """Seconds until there must be a line."""
        return self._last + self._patience.heartbeat - self._patience.now()

    def beat(self, text: str) -> None:
        if self.due() < _MOMENT:
            self.say(text + (f"  (usually {_words(self.usual)})" if self.usual else ""))

    def mind_the_usual(self) -> None:
        """Says once that it takes clearly longer than it used to."""
        usual, elapsed = self.usual, self.elapsed()
        if usual and not self._longer and elapsed > max(1.5 * usual, usual + 60):
            self._longer = True
            self.say(f"takes longer than usual: {_words(elapsed)} so far, usually {_words(usual)}")

    def rest(self, seconds: float, text: str) -> None:
        """Sleeps so long, with a line whenever one is due."""
        end = self._patience.now() + seconds
        while (rest := end - self._patience.now()) > _MOMENT:
            self._patience.sleep(max(_MOMENT, min(rest, self.due())))
            self.beat(text)


def _answer(read: Callable[[], CurrentEndpoint | None], diary: _Diary) -> CurrentEndpoint | None:
    """What `read` returns or raises. botocore may try for minutes: lines go on meanwhile, and the limit holds (TimeoutError)."""
    answer: concurrent.futures.Future[CurrentEndpoint | None] = concurrent.futures.Future()

    def ask() -> None:
        try:
            answer.set_result(read())
        except BaseException as error:  # noqa: BLE001  it is raised where the answer is waited for
            answer.set_exception(error)

    threading.Thread(target=ask, name="endpoint", daemon=True).start()  # a daemon: the process ends without it
    until = diary.elapsed() + max(diary.left(), _ANSWERS_WITHIN)
    while not concurrent.futures.wait([answer], timeout=max(0.01, min(diary.due(), until - diary.elapsed()))).done:
        diary.beat("AWS has not answered yet")
        if diary.elapsed() >= until:
            raise TimeoutError("no answer")
    return answer.result()


def _unseen(current: CurrentEndpoint | None, before: CurrentEndpoint | None, elapsed: float) -> bool:
    """Whether this is still the state before the write, which takes a moment to show."""
    return before is not None and before.modified is not None and current == before and elapsed < _APPEARS_WITHIN


def _differ(one: CurrentEndpoint | None, other: CurrentEndpoint | None) -> bool:
    if one is None or other is None:
        return one is not other
    return replace(one, modified=None) != replace(other, modified=None)


def _under_way(current: CurrentEndpoint | None) -> bool:
    """Also InService with a variant that has not its wanted instances yet: SageMaker says so before the fleet is complete."""
    if current is None:
        return False
    return current.status in TRANSIENT or (current.status == "InService" and not current.settled)


def _taken_over(course: Course, config_name: str) -> bool:
    current = course.endpoint
    return current is not None and (course.made_again or bool(_others(current, {config_name, course.origin})))


def _others(current: CurrentEndpoint, known: set[str]) -> set[str]:
    """The configs that it serves or moves to, besides ours and the one before. SageMaker's own rollback leads to that one."""
    return {current.config_name, current.target_config or ""} - known - {""}


def _somebody_else(current: CurrentEndpoint, course: Course, name: str, config_name: str) -> Problem:
    other = next(iter(_others(current, {config_name, course.origin})), current.config_name)
    if course.made_again:
        message = Text(
            f"The endpoint {name} was deleted and made again by somebody else during the roll-out to {config_name}: "
            f"it is {current.status} with {other}.",
            f"{config_name}へのデプロイ中に、エンドポイント{name}が別の処理で削除され、作り直されました。"
            f"状態は{current.status}、エンドポイント設定は{other}です。",
        )
    else:
        message = Text(
            f"Somebody else's roll-out of {name} took the place of this one: it is {current.status} with {other}, "
            f"not with {config_name}.",
            f"{name}は、このデプロイの途中で別のデプロイに置き換えられました。状態は{current.status}、"
            f"エンドポイント設定は{config_name}ではなく{other}です。",
        )
    hint = Text(
        "Look who it was: another run of the workflow, or a change by hand (CloudTrail: UpdateEndpoint, CreateEndpoint). "
        "A `concurrency` group in the workflow keeps its runs apart. If this content is to serve, run the job again.",
        "ワークフローの別の実行か、手動の変更です（CloudTrailのUpdateEndpoint、CreateEndpointで確認できます）。"
        "ワークフローに`concurrency`を設定すると、実行どうしは重なりません。"
        "この内容で稼働させたい場合は、ジョブを再実行してください。",
    )
    return Problem(kind=CATALOGUE["E040"], message=message, hint=hint)


def too_long(name: str, course: Course) -> Problem:
    """That the limit is over (E003), with what was missing at that moment."""
    current, waited = course.endpoint, _clock(course.limit)
    again = Text(
        "Run the job again: it finds the roll-out and waits for it. Or set a longer wait-timeout.",
        "ジョブを再実行してください。進行中のデプロイを見つけて、その完了を待ちます。wait-timeoutを長くすることもできます。",
    )
    if course.silence:
        last = same(current.status) if current else Text("not seen", "不明")
        message = Text(
            f"AWS does not say how the endpoint {name} is ({course.silence}); {waited} min are over, its last known state is "
            f"{last.en}.",
            f"エンドポイント{name}の状態をAWSから取得できません（{course.silence}）。{waited}（分:秒）待ちました。"
            f"最後に確認した状態は{last.ja}です。",
        )
    elif current is not None and current.status == "InService":
        missing = "; ".join(_missing(current))
        message = Text(
            f"The endpoint {name} is InService with {current.config_name}, but not all of it is there after {waited} min: "
            f"{missing}.",
            f"エンドポイント{name}は{current.config_name}でInServiceですが、{waited}（分:秒）待っても揃っていません: {missing}",
        )
        again = Text(
            "It answers with what is there. Mostly AWS has no free instance of the type, or the account's quota is used up: see "
            "the endpoint's page in the SageMaker console. Ask for fewer instances or another type in the infra file, or run the "
            "job again to go on waiting.",
            "現在あるインスタンスで応答しています。多くの場合、そのインスタンスタイプの空きがないか、アカウントのクォータが足りません。"
            "SageMakerのコンソールで、エンドポイントのページを確認してください。infraファイルで台数を減らすか、"
            "別のインスタンスタイプにしてください。待ち続けるには、ジョブを再実行してください。",
        )
    else:
        status = same(current.status) if current else Text("unknown", "不明")
        message = Text(
            f"The endpoint {name} is still {status.en} after {waited} min; SageMaker goes on with it.",
            f"エンドポイント{name}は{waited}（分:秒）待っても{status.ja}のままです。SageMakerは処理を続けています。",
        )
    return Problem(kind=CATALOGUE["E003"], message=message, hint=again)


def _missing(current: CurrentEndpoint) -> list[str]:
    """What each unsettled variant has of what it should have, as in `AllTraffic 1/2 instances`."""
    told = []
    for variant in current.variants:
        if variant.current_instances != variant.desired_instances:
            told.append(f"{variant.name} {variant.current_instances}/{variant.desired_instances} instances")
        if variant.current_weight != variant.desired_weight:
            told.append(f"{variant.name} weight {variant.current_weight:g}/{variant.desired_weight:g}")
    return told or ["no variants"]


def _line(current: CurrentEndpoint | None, first: _Diary | None) -> str:
    """A state for the log. The `first` one also says when it began, and how long it usually takes."""
    if current is None:
        return "gone"
    parts = [current.status]
    if first and current.pending_since:
        parts.append(f"under way since {current.pending_since:%H:%M:%S} UTC")
    parts += current.progress
    if first and first.usual and current.status in TRANSIENT:
        parts.append(f"(usually {_words(first.usual)})")
    return "  ".join(parts)


def _still(current: CurrentEndpoint | None, silence: str) -> str:
    if silence:
        return f"AWS still does not answer ({silence}); last seen: {current.status if current else 'nothing'}"
    return "  ".join((f"still {current.status}", *current.progress)) if current else "still waiting"


def _why(error: ClientError | BotoCoreError | ResponseParserError | TimeoutError) -> str:
    text = f"{error_code(error)}: {error_message(error)}" if isinstance(error, ClientError) else str(error)
    return one_line(text)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _words(seconds: float) -> str:
    """As one says it: '45 s', '3 min 20 s', '1 h 5 min'."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
