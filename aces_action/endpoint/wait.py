"""The honest wait: success is InService on our config with every variant settled, and a silent rollback is a failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.endpoint.causes import remedy
from aces_action.endpoint.current import TRANSIENT, CurrentEndpoint, read_endpoint
from aces_action.language import Text, lines, same
from aces_action.problems import CATALOGUE, ActionError, Problem

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_HEARTBEAT = 60.0  # seconds without a line after which the log says that it still waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, and the clock to wait by. Seconds."""

    limit: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def pause(elapsed: float) -> float:
    """Seconds until the next look: short at first, then 4 % of the time waited so far, at most a minute.

    A roll-out of two minutes is noticed within five seconds of its end; an hour of waiting costs under 150 calls.
    """
    if elapsed < 2:
        return 0.5
    return min(60.0, max(2.0, 0.04 * elapsed))


def settle(client: SageMakerClient, name: str, *, patience: Patience, tell: Callable[[str], None]) -> CurrentEndpoint | None:
    """Waits until nothing is under way; returns the endpoint as it then is, None when it is gone.

    Tells each change of status or progress and at least a line a minute. Raises ActionError (E003) at the limit.
    """
    started = last_told = patience.now()
    seen: tuple[str, tuple[str, ...]] | None = None
    while True:
        current = read_endpoint(client, name)
        moved = patience.now()
        state = (current.status, current.progress) if current else None
        if state != seen and state is not None:
            seen, last_told = state, moved
            tell(f"{_clock(moved - started)}  {'  '.join((state[0], *state[1]))}")
        elif moved - last_told >= _HEARTBEAT:
            last_told = moved
            tell(f"{_clock(moved - started)}  still {current.status if current else 'waiting'}")
        if current is None or not _under_way(current):
            return current
        if moved - started >= patience.limit:
            raise ActionError(_too_long(name, current, patience.limit))
        patience.sleep(min(pause(moved - started), max(0.1, patience.limit - (moved - started))))


def verdict(current: CurrentEndpoint | None, *, name: str, config_name: str) -> Problem | None:
    """What is wrong with the outcome of a roll-out to `config_name`; None when the endpoint serves it, wholly.

    A failed update ends InService on the OLD config, sometimes without a FailureReason: the name of the config tells.
    """
    if current is None:
        return Problem(
            kind=CATALOGUE["E001"],
            message=Text(
                f"The endpoint {name} is gone: somebody deleted it during the roll-out.",
                f"エンドポイント{name}がありません。デプロイ中に誰かが削除しました。",
            ),
            hint=Text("Run the job again.", "ジョブを再実行してください。"),
        )
    serving = current.config_name
    if current.status == "InService" and serving == config_name:
        return None
    why = (
        same(f": {current.failure_reason}")
        if current.failure_reason
        else Text(", and SageMaker gave no reason.", "。SageMakerは理由を示していません。")
    )
    advice = remedy(current.failure_reason) or Text(
        f"Look at its log in CloudWatch: /aws/sagemaker/Endpoints/{name}.",
        f"CloudWatchでログを確認してください: /aws/sagemaker/Endpoints/{name}",
    )
    if current.status == "InService":
        message = Text(
            f"SageMaker rolled the update of {name} back; it still serves {serving}, not {config_name}{why.en}",
            f"SageMakerが{name}の更新をロールバックしました。{config_name}ではなく、{serving}のまま稼働しています{why.ja}",
        )
        return Problem(kind=CATALOGUE["E002"], message=message, hint=advice)
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


def _under_way(current: CurrentEndpoint) -> bool:
    """Also InService with a variant that has not its wanted instances yet: SageMaker says so before the fleet is complete."""
    return current.status in TRANSIENT or (
        current.status == "InService" and not all(variant.settled for variant in current.variants)
    )


def _too_long(name: str, current: CurrentEndpoint, limit: float) -> Problem:
    waited = _clock(limit).strip()
    return Problem(
        kind=CATALOGUE["E003"],
        message=Text(
            f"The endpoint {name} is still {current.status} after {waited} min; SageMaker goes on with it.",
            f"エンドポイント{name}は{waited}（分:秒）待っても{current.status}のままです。SageMakerは処理を続けています。",
        ),
        hint=Text(
            "Run the job again: it finds the roll-out and waits for it. Or set a longer wait-timeout.",
            "ジョブを再実行してください。進行中のデプロイを見つけて、その完了を待ちます。wait-timeoutを長くすることもできます。",
        ),
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes:3d}:{rest:02d}"
