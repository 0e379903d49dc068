"""The answers. `answer` is the beginning of one in a line, empty where there is nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.advice import setting
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

T006 = Kind(
    code="ACES-T006",
    severity="error",
    title=Text("Answer has another status", "応答のステータスが期待と異なります"),
    cause=Text(
        "The endpoint answered, but with another HTTP status than the expectation says (200 where it says nothing).",
        "エンドポイントは応答しましたが、HTTPステータスが期待する値（指定がなければ200）と異なります。",
    ),
    fix=Text(
        "Fix the container, or `status` in the expectation.",
        "コンテナか、期待する応答の`status`を直してください。",
    )
    + snippet("yaml", "status: 400"),
    example=Text(
        'ACES-T006 server/smoke-test/broken.png: the answer has the status 200, but 400 was expected. It is: {"results": []}',
        'ACES-T006 server/smoke-test/broken.png: 応答のステータスは200ですが、期待するステータスは400です。応答: {"results": []}',
    ),
)
T007 = Kind(
    code="ACES-T007",
    severity="error",
    title=Text("Container failed on a request", "コンテナがエラーを返しました"),
    cause=Text(
        "The container answered with 4xx or 5xx, or not within the time that SageMaker gives it (60 s for a real-time "
        "endpoint). The message has its own words; of an asynchronous endpoint those that SageMaker left at the failure "
        "path in S3.",
        "コンテナが4xxまたは5xxを返したか、SageMakerの制限時間（リアルタイムエンドポイントでは60秒）以内に応答しませんでした。"
        "コンテナの応答をメッセージに示します。非同期エンドポイントでは、SageMakerがS3の失敗時の出力パスに書いた内容です。",
    ),
    fix=Text(
        "Read the container's log in CloudWatch; the hint names it. A 4xx often means that the request has the wrong "
        "`content_type`: it goes by the file's extension unless the expectation gives another one.",
        "CloudWatchでコンテナのログを確認してください（場所はヒントに示します）。4xxは、`content_type`が正しくないことがよくあります。"
        "省略するとファイルの拡張子で決まります。別の値は、期待する応答のファイルに書けます。",
    )
    + snippet("yaml", "content_type: image/png"),
    example=Text(
        'ACES-T007 server/smoke-test/plate.png: the container failed (HTTP 500), but 200 was expected. It said: {"error": '
        '"CUDA out of memory"}',
        "ACES-T007 server/smoke-test/plate.png: コンテナがエラーを返しました（HTTP 500）。期待するステータスは200です。応答: "
        '{"error": "CUDA out of memory"}',
    ),
)
T008 = Kind(
    code="ACES-T008",
    severity="error",
    title=Text("Answer does not fit its JSON Schema", "応答がJSON Schemaを満たしていません"),
    cause=Text(
        "The endpoint answered with the right status, but the answer is not what `schema` or `schema_file` of the "
        "expectation asks for, or is no JSON at all. The message has the first difference, the hint the others.",
        "ステータスは期待どおりですが、応答の内容が、期待する応答の`schema`または`schema_file`を満たしていないか、"
        "JSONではありません。"
        "最初の違いをメッセージに、残りをヒントに示します。",
    ),
    fix=Text("Fix the container, or the schema.", "コンテナか、スキーマを直してください。"),
    example=Text(
        "ACES-T008 server/smoke-test/plate.png: the answer does not fit the schema: $.results: [] should be non-empty. It is: "
        '{"results": []}',
        "ACES-T008 server/smoke-test/plate.png: 応答がJSON Schemaを満たしていません: $.results: [] should be non-empty。応答: "
        '{"results": []}',
    ),
)
T009 = Kind(
    code="ACES-T009",
    severity="error",
    title=Text("No answer in time", "時間内に応答がありませんでした"),
    cause=Text(
        "The answer took longer than `max_seconds` of the expectation allows, or an asynchronous endpoint left nothing at "
        "its output path or failure path before `max_seconds`, or the run's `wait-timeout`, was over. An endpoint that was "
        "scaled to zero has to start an instance first, which takes minutes.",
        "応答までの時間が、期待する応答の`max_seconds`を超えました。非同期エンドポイントでは、`max_seconds`か`wait-timeout`までに、"
        "出力パスにも失敗時の出力パスにも何も書かれなかったことも示します。"
        "0台までスケールインしたエンドポイントでは、インスタンスの起動に数分かかります。",
    ),
    fix=Text(
        "Look at the container's log, or allow more time.",
        "コンテナのログを確認するか、上限を長くしてください。",
    )
    + snippet("yaml", "max_seconds: 600"),
    example=Text(
        "ACES-T009 server/smoke-test/plate.png: the answer took 8.31 s, but must arrive within 5 s.",
        "ACES-T009 server/smoke-test/plate.png: 応答までに8.31秒かかりました。上限は5秒です。",
    ),
)
KINDS = (T006, T007, T008, T009)

_LOG_GROUP = "/aws/sagemaker/Endpoints"
# LogStreamArn of ModelError (botocore: sagemaker-runtime); that it may end with the log group is assumed
_ARN = re.compile(
    r"arn:[\w-]+:logs:(?P<region>[a-z0-9-]+):\d{12}:log-group:(?P<group>[\w./#-]+)(?::log-stream:(?P<stream>[\w./-]+))?(?::\*)?",
    re.ASCII,
)
_FIX_SCHEMA = Text(
    "Fix the container, or the schema beside the request.", "コンテナを直すか、リクエストの横のJSON Schemaを直してください。"
)
TOO_DEEP = Text("it is nested too deeply", "入れ子が深すぎます")
ENDLESS = Text(
    "it is nested too deeply, or the schema refers to itself endlessly",
    "入れ子が深すぎるか、スキーマが自分自身を際限なく参照しています",
)


def wrong_status(request: str, status: int | None, *, expected: int, answer: str) -> Problem:
    """When the status of an answer is not the expected one."""
    what, shown = same(str(status)) if status else Text("unknown", "不明"), _shown(answer)
    return Problem(
        kind=T006,
        message=Text(
            f"{request}: the answer has the status {what.en}, but {expected} was expected. It is: {shown.en}",
            f"{request}: 応答のステータスは{what.ja}ですが、期待するステータスは{expected}です。応答: {shown.ja}",
        ),
        hint=Text(
            "Fix the container, or the expectation (status) beside the request.",
            "コンテナを直すか、リクエストの横の期待する応答（status）を直してください。",
        ),
        file=request,
    )


def container_failed(request: str, status: int | None, *, expected: int, answer: str, hint: Text) -> Problem:
    """When the container, or SageMaker in its place, answers with an error. `hint`: `where_to_look`."""
    http, shown = Text(f" (HTTP {status})", f"（HTTP {status}）") if status else EMPTY, _shown(answer)
    return Problem(
        kind=T007,
        message=Text(
            f"{request}: the container failed{http.en}, but {expected} was expected. It said: {shown.en}",
            f"{request}: コンテナがエラーを返しました{http.ja}。期待するステータスは{expected}です。応答: {shown.ja}",
        ),
        hint=hint,
        file=request,
    )


def where_to_look(endpoint_name: str, *, log_stream: str, refused_type: str) -> Text:
    """What to do, and the command that shows the container's log. `log_stream`: its ARN, where SageMaker told it.

    `refused_type`: the content type of a request that was answered with 4xx, else empty.
    """
    found = _ARN.fullmatch(log_stream)
    group = found["group"] if found else f"{_LOG_GROUP}/{endpoint_name}"
    region = f" --region {found['region']}" if found else ""
    stream = f" --log-stream-names {shlex.quote(found['stream'])}" if found and found["stream"] else ""
    refused = Text(
        f"A status of 4xx says that the request is wrong: it was sent as {refused_type}. Another content_type, and an expected "
        "status, go into the expectation beside it.",
        f"4xxは、リクエストに問題があることを示します（{refused_type}として送信）。"
        "別のcontent_typeや期待するstatusは、リクエストの横の期待する応答のファイルに書けます。",
    )
    log = Text(
        "This shows the container's log. Fix the cause, then run the job again:",
        "サーバのログは、次のコマンドで確認できます。原因を直し、ジョブを再実行してください:",
        Text(
            "This shows the container's log. Fix the cause, then run the command again:",
            "サーバのログは、次のコマンドで確認できます。原因を直し、コマンドを再実行してください:",
        ),
    )
    return lines(refused if refused_type else EMPTY, log, same(f"aws logs tail {shlex.quote(group)}{region} --since 1h{stream}"))


def no_json(request: str, reason: Text, *, answer: str) -> Problem:
    """When an answer that must fit a schema is not JSON."""
    shown = _shown(answer)
    return Problem(
        kind=T008,
        message=Text(
            f"{request}: the answer must fit a JSON Schema, but is not JSON ({reason.en}). It is: {shown.en}",
            f"{request}: 応答はJSON Schemaを満たす必要がありますが、JSONではありません（{reason.ja}）。応答: {shown.ja}",
        ),
        hint=_FIX_SCHEMA,
        file=request,
    )


def does_not_fit(request: str, differences: Sequence[Text], *, answer: str) -> Problem:
    """When an answer does not fit its schema: the first difference in the message, the others in the hint."""
    first, shown = differences[0], _shown(answer)
    return Problem(
        kind=T008,
        message=Text(
            f"{request}: the answer does not fit the schema: {first.en}. It is: {shown.en}",
            f"{request}: 応答がJSON Schemaを満たしていません: {first.ja}。応答: {shown.ja}",
        ),
        hint=lines(*differences[1:], _FIX_SCHEMA),
        file=request,
    )


def partly_read(size: int, *, read: int) -> Text:
    """The difference of an answer that is too long to be read whole. In bytes."""
    return Text(f"$: {size:,} bytes; only {read:,} were read", f"$: {size:,}バイトのうち、{read:,}バイトだけを読みました")


def too_slow(request: str, seconds: float, *, limit: float) -> Problem:
    """When an answer came after max_seconds."""
    return Problem(
        kind=T009,
        message=Text(
            f"{request}: the answer took {seconds:.2f} s, but must arrive within {limit:g} s.",
            f"{request}: 応答までに{seconds:.2f}秒かかりました。上限は{limit:g}秒です。",
        ),
        hint=Text(
            "Find out what is slow in the container, or raise max_seconds. The first request after a start is often slow.",
            "コンテナの処理で時間のかかっている箇所を確認するか、max_secondsを長くしてください。"
            "起動直後の最初のリクエストは遅いことがあります。",
        ),
        file=request,
    )


def no_answer(request: str, seconds: float, *, endpoint_name: str) -> Problem:
    """When an asynchronous endpoint has left nothing at either path, and no time is left to wait for it."""
    return Problem(
        kind=T009,
        message=Text(
            f"{request}: {endpoint_name} has not answered within {seconds:.0f} s; nothing came at the output path or the "
            "failure path.",
            f"{request}: {endpoint_name}から{seconds:.0f}秒以内に応答がありませんでした。"
            "出力パスにも失敗時の出力パスにも、何も書かれていません。",
        ),
        hint=sentences(
            Text(
                f"Check its log in CloudWatch ({_LOG_GROUP}/{endpoint_name}), and whether an instance is running: one that was "
                "scaled to zero has to start first.",
                f"CloudWatchのログ（{_LOG_GROUP}/{endpoint_name}）と、インスタンスが起動しているかを確認してください。"
                "0台までスケールインしていた場合は、起動に時間がかかります。",
            ),
            setting(
                "wait-timeout",
                "If it needs longer, set a longer {setting} or max_seconds.",
                "足りないときは、{setting}かmax_secondsを長くしてください。",
            ),
        ),
        file=request,
    )


def _shown(answer: str) -> Text:
    return same(answer) if answer else Text("(empty)", "（空）")
