"""What is wrong with an answer, by what its request expects. Pure."""

from __future__ import annotations

import json
import math
from typing import cast

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.document import Json
from aces_action.project.model import Request
from aces_action.sanitiser import shorten
from aces_action.smoke_test.model import Answer

_SHOWN = 500  # characters of an answer in a message
_LOG_GROUP = "/aws/sagemaker/Endpoints"


def judge(request: Request, answer: Answer, *, seconds: float, endpoint_name: str) -> list[Problem]:
    """All that is not as expected: T006 the status, T007 an error of the container, T008 the content, T009 the time."""
    problems = _status_problems(request, answer, endpoint_name)
    if not problems:  # of another answer than the expected one, the content says nothing more
        problems += _content_problems(request, answer)
    if request.max_seconds is not None and seconds > request.max_seconds:
        message = Text(
            f"{request.name}: the answer took {seconds:.2f} s, but must be there within {request.max_seconds:g} s.",
            f"{request.name}: 応答までに{seconds:.2f}秒かかりました。上限は{request.max_seconds:g}秒です。",
        )
        problems.append(_problem("T009", request, message, _SLOW))
    return problems


def silence(request: Request, *, seconds: float, endpoint_name: str) -> Problem:
    """There is no answer, neither at the output path nor at the failure path, and no time is left to wait for one."""
    message = Text(
        f"{request.name}: {endpoint_name} has not answered within {seconds:.0f} s; nothing came at the output path or the "
        "failure path.",
        f"{request.name}: {endpoint_name}から{seconds:.0f}秒以内に応答がありませんでした。"
        "出力パスにも失敗時の出力パスにも、何も書かれていません。",
    )
    hint = Text(
        f"Look at its log in CloudWatch ({_LOG_GROUP}/{endpoint_name}), and whether an instance runs: one that was scaled to "
        "zero has to start first. If it needs longer, set a longer wait-timeout or max_seconds.",
        f"CloudWatchのログ（{_LOG_GROUP}/{endpoint_name}）と、インスタンスが起動しているかを確認してください。"
        "0台までスケールインしていた場合は、起動に時間がかかります。足りないときは、wait-timeoutかmax_secondsを長くしてください。",
    )
    return _problem("T009", request, message, hint)


def json_of(answer: Answer) -> tuple[Json, str]:
    """The answer as JSON, or why it is none."""

    def refuse(word: str) -> Json:
        raise ValueError(f"{word} is no JSON")

    try:
        return cast("Json", json.loads(answer.body.decode("utf-8"), parse_constant=refuse)), ""
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError as error:  # also of the decoder: UnicodeDecodeError
        return None, str(error)


_SLOW = Text(
    "Look for what takes long in the container, or allow more by max_seconds. The first request after a start is often slow.",
    "コンテナの処理で時間のかかっている箇所を確認するか、max_secondsを長くしてください。起動直後の最初のリクエストは遅いことがあります。",
)


def _status_problems(request: Request, answer: Answer, endpoint_name: str) -> list[Problem]:
    came, wanted, shown = answer.status, request.status, answer.excerpt(_SHOWN)
    if answer.failed and request.expects_success:
        status = f" (HTTP {came})" if came else ""
        message = Text(
            f"{request.name}: the container failed{status}, but {wanted} was expected. It said: {shown or 'nothing'}",
            f"{request.name}: コンテナがエラーを返しました{status}。期待するステータスは{wanted}です。応答: {shown or 'nothing'}",
        )
        return [_problem("T007", request, message, _where_to_look(request, answer, endpoint_name))]
    # an error of an asynchronous endpoint whose status nobody tells is the error that was expected
    if answer.failed == (not request.expects_success) and (came is None or came == wanted):
        return []
    status = str(came) if came else "an answer"
    message = Text(
        f"{request.name}: the answer has the status {status}, but {wanted} was expected. It is: {shown or 'empty'}",
        f"{request.name}: 応答のステータスは{status}ですが、期待するステータスは{wanted}です。応答: {shown or 'empty'}",
    )
    hint = Text(
        "Mend the container, or the expectation (status) beside the request.",
        "コンテナを直すか、リクエストの横の期待する応答（status）を直してください。",
    )
    return [_problem("T006", request, message, hint)]


def _where_to_look(request: Request, answer: Answer, endpoint_name: str) -> Text:
    group, stream = f"{_LOG_GROUP}/{endpoint_name}", answer.log_stream
    log = Text(f"Its log in CloudWatch: {group}", f"CloudWatchのログ: {group}")
    refused = EMPTY
    if answer.status and 400 <= answer.status < 500:
        refused = Text(
            f"A status of 4xx says that the request is wrong: it was sent as {request.content_type}. Another content_type, and "
            "an expected status, stand in the expectation beside it.",
            f"4xxは、リクエストに問題があることを示します（{request.content_type}として送信）。"
            "別のcontent_typeや期待するstatusは、リクエストの横の期待する応答のファイルに書けます。",
        )
    return lines(refused, log, same(stream) if stream else EMPTY)


def _content_problems(request: Request, answer: Answer) -> list[Problem]:
    if request.schema is None:
        return []
    shown = answer.excerpt(_SHOWN)
    if not answer.is_whole:
        why = f"{answer.size:,} bytes"
        return [_unfit(request, [f"$: {why}; only {len(answer.body):,} were read"], shown)]
    content, why = json_of(answer)
    if why:
        message = Text(
            f"{request.name}: the answer must fit a JSON Schema, but is no JSON ({why}). It is: {shown or 'empty'}",
            f"{request.name}: 応答はJSON Schemaを満たす必要がありますが、JSONではありません（{why}）。応答: {shown or 'empty'}",
        )
        return [_problem("T008", request, message, _MEND)]
    from aces_action.smoke_test.answer_schema import misfits

    return [_unfit(request, found, shown)] if (found := misfits(request.schema, content)) else []


_MEND = Text(
    "Mend the container, or the schema beside the request.", "コンテナを直すか、リクエストの横のJSON Schemaを直してください。"
)


def _unfit(request: Request, found: list[str], shown: str) -> Problem:
    message = Text(
        f"{request.name}: the answer does not fit the schema: {found[0]}. It is: {shown}",
        f"{request.name}: 応答がJSON Schemaを満たしていません: {found[0]}。応答: {shown}",
    )
    rest = same("\n".join(shorten(each, _SHOWN) for each in found[1:]))
    return _problem("T008", request, message, lines(rest, _MEND))


def _problem(code: str, request: Request, message: Text, hint: Text) -> Problem:
    return Problem(kind=CATALOGUE[code], message=message, hint=hint, file=request.name)


def clock(seconds: float) -> str:
    """`0:42`, as the roll-out's lines have it."""
    minutes, rest = divmod(math.floor(seconds), 60)
    return f"{minutes:3d}:{rest:02d}"
