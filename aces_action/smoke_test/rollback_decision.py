"""What becomes of a version after its smoke test: one that failed is rolled back or given up, and what serves is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.language import Text, sentences
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.endpoint.history import mark_withdrawn
from aces_action.smoke_test.model import Exchange

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

RollBack = Callable[[], str]
"""Brings the generation before back, waits until it serves and returns its endpoint config's name. Raises ActionError, E007 where
there is nothing to go back to."""

_NOTHING_BEFORE = "ACES-E007"


def verdict(exchanges: Sequence[Exchange]) -> list[Problem]:
    """Every problem of every request, in their order."""
    return [problem for exchange in exchanges for problem in exchange.problems]


def is_to_blame(problems: Sequence[Problem]) -> bool:
    """Whether the version gave a wrong answer, or none: what kept it from being asked says nothing about it."""
    return any(problem.code.startswith("ACES-T") for problem in problems)


def give_up(
    client: SageMakerClient,
    *,
    endpoint_name: str,
    config_name: str,
    config_arn: str,
    untried: bool,
    roll_back: RollBack | None,
    now: datetime,
) -> list[Problem]:
    """Rolls the version back where that is wanted and possible, else marks it as given up, and says which version serves now.

    `untried`: whether it was rolled out just now, or has not passed since it was. What has served for good is not taken away
    because of a request that was changed. `roll_back` None: the setting forbids it. Returns the closing problem (T010) and
    whatever went wrong on the way.
    """
    if not untried:
        return [_closing(endpoint_name, _not_ours_to_take(config_name))]
    if roll_back is None:
        return [_closing(endpoint_name, _serves_on(config_name)), *_mark(client, config_arn, now)]
    try:
        return [_closing(endpoint_name, _rolled_back(roll_back()))]
    except ActionError as error:
        if all(problem.code == _NOTHING_BEFORE for problem in error.problems):
            return [_closing(endpoint_name, _nothing_before(config_name)), *_mark(client, config_arn, now)]
        more = error.problems
    except AWS_ERRORS as error:
        more = (explain(error, resource=endpoint_name),)
    return [_closing(endpoint_name, _roll_back_failed(config_name)), *more, *_mark(client, config_arn, now)]


def _mark(client: SageMakerClient, config_arn: str, now: datetime) -> list[Problem]:
    """Notes that it is no generation to go back to; what keeps us from that is told with the rest."""
    try:
        mark_withdrawn(client, config_arn, at=now)
    except AWS_ERRORS as error:
        return [explain(error, resource=config_arn)]
    return []


def not_noted(why: Problem, endpoint_name: str) -> Problem:
    """The warning that the next run will send the requests again."""
    start = Text(
        f"The smoke test of {endpoint_name} passed, but that could not be noted.",
        f"{endpoint_name}のスモークテストは合格しましたが、記録できませんでした。",
    )
    return replace(why, kind=CATALOGUE["T011"], message=sentences(start, why.message))


def untested(config_name: str) -> Text:
    """For a run that could not ask the endpoint."""
    return Text(
        f"{config_name} serves untested, and the platform has not been told of it. Run the job again: it sends them again.",
        f"{config_name}は未確認のまま稼働しています。ACES Platformには登録していません。"
        "ジョブを再実行すると、リクエストをもう一度送ります。",
    )


def _closing(endpoint_name: str, state: Text) -> Problem:
    message = Text(
        f"The smoke test of {endpoint_name} failed; the platform has not been told of this version.",
        f"{endpoint_name}のスモークテストが失敗しました。このバージョンはACES Platformに登録していません。",
    )
    return Problem(kind=CATALOGUE["T010"], message=message, hint=state)


def _rolled_back(before: str) -> Text:
    return Text(
        f"It was rolled back: the endpoint serves {before} again. Mend the container or the requests, and run the job again.",
        f"ロールバックしました。エンドポイントは{before}で稼働しています。コンテナかリクエストを直して、ジョブを再実行してください。",
    )


def _serves_on(config_name: str) -> Text:
    return Text(
        f"The new version {config_name} serves although it failed. `command: rollback` brings the generation before back.",
        f"失敗しましたが、新しいバージョン{config_name}が稼働しています。`command: rollback`で1つ前の世代に戻せます。",
    )


def _nothing_before(config_name: str) -> Text:
    return Text(
        f"The new version {config_name} serves although it failed: there is no generation before to go back to.",
        f"失敗しましたが、新しいバージョン{config_name}が稼働しています。戻せる世代がありません。",
    )


def _not_ours_to_take(config_name: str) -> Text:
    return Text(
        f"{config_name} served before this run already and is left as it is. `command: rollback` brings the one before back.",
        f"{config_name}はこの実行の前から稼働していたため、そのままにしています。`command: rollback`で1つ前の世代に戻せます。",
    )


def _roll_back_failed(config_name: str) -> Text:
    return Text(
        f"Going back from {config_name} failed as well; the errors below say why. `command: status` shows what serves.",
        f"{config_name}からのロールバックも失敗しました。原因は下のエラーに示します。"
        "稼働中のバージョンは`command: status`で確認できます。",
    )
