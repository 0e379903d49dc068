"""The files of the requests and of what is expected."""

from __future__ import annotations

from aces_action.language import EMPTY, Text
from aces_action.problems.configuration.files import C019
from aces_action.problems.content import C033
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

T001 = Kind(
    code="ACES-T001",
    severity="error",
    title=Text("No requests for the smoke test", "スモークテストのリクエストがありません"),
    cause=Text(
        "`smoke-test-path` exists, but has nothing to send, or far more than a smoke test needs: at most 100 requests are "
        "sent. Hidden files, expectations (`*.expect.yml`) and the schemas that these name are not requests.",
        "`smoke-test-path`はありますが、送るリクエストがないか、多すぎます（100個まで）。"
        "隠しファイル、期待する応答（`*.expect.yml`）、そこに書かれたスキーマのファイルは、リクエストになりません。",
    ),
    fix=Text(
        "Give a folder that contains the requests and nothing else. A request is a file whose bytes are the body.",
        "リクエストだけを置いたフォルダを指定してください。リクエストは、中身がそのまま本文になるファイルです。",
    )
    + snippet("text", "server/smoke-test/plate.png\nserver/smoke-test/plate.png.expect.yml"),
    example=Text(
        "ACES-T001 server/smoke-test, the input smoke-test-path, has no request to send.",
        "ACES-T001 server/smoke-test（入力smoke-test-path）に、送るリクエストがありません。",
    ),
)
T002 = Kind(
    code="ACES-T002",
    severity="error",
    title=Text("Request too large for the endpoint", "リクエストが大きすぎます"),
    cause=Text(
        "SageMaker takes 6,291,456 bytes in the body of a request to a real-time endpoint, and 1 GiB in S3 for an "
        "asynchronous one. It would refuse this one after the whole deployment.",
        "SageMakerが受け付けるリクエストの本文は、リアルタイムエンドポイントでは6,291,456バイト、"
        "非同期エンドポイント（S3経由）では1GiBまでです。このままでは、デプロイがすべて終わった後で拒否されます。",
    ),
    fix=Text("Use a smaller request.", "より小さいリクエストにしてください。"),
    example=Text(
        "ACES-T002 server/smoke-test/video.mp4 has 20,971,520 bytes, but a real-time endpoint takes 6,291,456 at most.",
        "ACES-T002 server/smoke-test/video.mp4は20,971,520バイトです。"
        "リアルタイムエンドポイントに送れるのは6,291,456バイトまでです。",
    ),
)
T003 = Kind(
    code="ACES-T003",
    severity="error",
    title=Text("Expectation without its request", "期待する応答に対応するリクエストがありません"),
    cause=Text(
        "An expectation stands beside its request under the request's whole name with `.expect.yml`, `.expect.yaml` or "
        "`.expect.json` after it. For this one there is no request, or the request has another one already. It would "
        "silently be ignored.",
        "期待する応答のファイル名は、リクエストのファイル名（拡張子を含む）の後に`.expect.yml`、`.expect.yaml`、"
        "`.expect.json`のいずれかを付けたものです。このファイルに対応するリクエストがないか、"
        "同じリクエストに期待する応答が2つあります。そのままでは、期待する内容が確認されません。",
    ),
    fix=Text("Rename one of them, or delete it.", "どちらかの名前を変えるか、削除してください。"),
    example="server/smoke-test/plate.png\nserver/smoke-test/plate.expect.yml",
)
T004 = Kind(
    code="ACES-T004",
    severity="error",
    title=Text("JSON Schema of the answer is wrong", "応答のJSON Schemaが正しくありません"),
    cause=Text(
        "`schema`, or the file that `schema_file` names, is not JSON Schema 2020-12, or a reference in it leads nowhere. "
        "References lead to places inside the same schema; nothing is fetched.",
        "`schema`、または`schema_file`のファイルが、JSON Schema 2020-12として正しくないか、"
        "参照（`$ref`）の指す場所がありません。"
        "参照できるのは同じスキーマの中だけで、外部のスキーマは読み込みません。",
    ),
    fix=Text("Fix the place that the message names.", "メッセージが示す箇所を直してください。")
    + snippet("yaml", "schema:\n  type: object\n  required: [results]\n  properties:\n    results: {type: array}"),
    example="schema:\n  type: object\n  properties:\n    results: {type: list}",
)
T005 = Kind(
    code="ACES-T005",
    severity="warning",
    title=Text("Nothing to send a request to", "リクエストの送り先がありません"),
    cause=Text(
        "`smoke-test-path` has requests to an endpoint, but the infra file deploys Batch alone. Only requests whose "
        "expectation has "
        "`batch:` are run as jobs; the others are skipped.",
        "`smoke-test-path`にエンドポイントへのリクエストがありますが、infraファイルではBatchだけをデプロイします。"
        "ジョブとして実行するのは、期待する応答に`batch:`があるリクエストだけです。ほかは送りません。",
    ),
    fix=Text(
        "Run the request as a job, delete the input, or give `SAGEMAKER_INSTANCE_TYPE` in the infra file. In "
        "`<request>.expect.yml`:",
        "リクエストをジョブとして実行するか、入力を削除するか、infraファイルに`SAGEMAKER_INSTANCE_TYPE`を書いてください。"
        "`<リクエスト>.expect.yml`の例:",
    )
    + snippet("yaml", "batch: standard\nexit_code: 0"),
    example=Text(
        "ACES-T005 smoke-test-path is server/smoke-test, but Batch alone is deployed: there is no endpoint to send a request to.",
        "ACES-T005 smoke-test-pathにserver/smoke-testが指定されていますが、デプロイするのはBatchだけで、"
        "リクエストを送るエンドポイントがありません。",
    ),
)
KINDS = (T001, T002, T003, T004, T005)

_WRITE_SCHEMA = Text(
    "Write it as JSON Schema 2020-12: https://json-schema.org/draft/2020-12.",
    "JSON Schema 2020-12に従って書いてください: https://json-schema.org/draft/2020-12",
)


def no_requests(path: str) -> Problem:
    """When smoke-test-path has nothing to send."""
    return Problem(
        kind=T001,
        message=Text(
            f"{path}, the input smoke-test-path, has no request to send.",
            f"{path}（入力smoke-test-path）に、送るリクエストがありません。",
        ),
        hint=Text(
            "Add a file whose bytes are the body of a request, such as an image. Hidden files and *.expect.* do not count.",
            "リクエストの本文になるファイル（画像など）を置いてください。隠しファイルと*.expect.*は、リクエストになりません。",
        ),
        file=path,
    )


def too_many_files(path: str, count: int, *, limit: int) -> Problem:
    """When smoke-test-path has more files than anybody's smoke test."""
    return Problem(
        kind=T001,
        message=Text(
            f"{path}, the input smoke-test-path, has {count:,} files; at most {limit} requests are sent.",
            f"{path}（入力smoke-test-path）に{count:,}個のファイルがあります。送れるリクエストは{limit}個までです。",
        ),
        hint=Text(
            "Give a folder that contains nothing but the requests of the smoke test.",
            "スモークテストのリクエストだけを置いたフォルダを指定してください。",
        ),
        file=path,
    )


def too_large(file: str, size: int, *, limit: int, is_realtime: bool) -> Problem:
    """When SageMaker would refuse a request for its size. Both in bytes."""
    endpoint = (
        Text("a real-time endpoint", "リアルタイムエンドポイント")
        if is_realtime
        else Text("an asynchronous endpoint", "非同期エンドポイント")
    )
    return Problem(
        kind=T002,
        message=Text(
            f"{file} has {size:,} bytes, but {endpoint.en} takes {limit:,} at most.",
            f"{file}は{size:,}バイトです。{endpoint.ja}に送れるのは{limit:,}バイトまでです。",
        ),
        hint=Text("Use a smaller request.", "より小さいリクエストにしてください。"),
        file=file,
    )


def expectation_without_request(file: str, request: str, *, meant: str | None) -> Problem:
    """When the request that an expectation is named for does not exist. `meant`: the expectation's name for the nearest one."""
    return Problem(
        kind=T003,
        message=Text(
            f"{file} is an expectation, but there is no request {request} beside it.",
            f"{file}は期待する応答ですが、対応するリクエスト{request}がありません。",
        ),
        hint=Text(f"Did you mean {meant}?", f"{meant}ではありませんか。")
        if meant
        else Text(
            "Name it after the request's file, extension included, with .expect.yml after that.",
            "リクエストのファイル名（拡張子を含む）の後に.expect.ymlを付けた名前にしてください。",
        ),
        file=file,
        line=1,
    )


def second_expectation(file: str, request: str, *, first: str) -> Problem:
    """When a request has two expectations."""
    return Problem(
        kind=T003,
        message=Text(
            f"{request} has two expectations: {first} and {file}.", f"{request}の期待する応答が2つあります: {first}、{file}"
        ),
        hint=Text("Keep one of them.", "どちらか一方を残してください。"),
        file=file,
        line=1,
    )


def other_draft(named: str, *, draft: str) -> Problem:
    """When `$schema` names another draft, by which the same words mean something else."""
    return Problem(
        kind=T004,
        message=Text(
            f"This schema is written for {named}, but is read as {draft}.",
            f"このスキーマは{named}用ですが、{draft}として読みます。",
        ),
        hint=_WRITE_SCHEMA,
    )


def no_schema(place: Text, reason: str) -> Problem:
    """When a schema breaks the rules of JSON Schema. `reason`: in jsonschema's words."""
    return Problem(
        kind=T004,
        message=Text(
            f"This is not a JSON Schema: {place.en}: {reason}", f"JSON Schemaとして正しくありません: {place.ja}: {reason}"
        ),
        hint=_WRITE_SCHEMA,
    )


def schema_too_deep() -> Problem:
    """When a schema cannot be followed to its end."""
    message = Text("This JSON Schema is nested too deeply.", "JSON Schemaの入れ子が深すぎます。")
    return Problem(kind=T004, message=message, hint=_WRITE_SCHEMA)


def lost_reference(reference: str) -> Problem:
    """When a `$ref` leads nowhere inside the schema."""
    return Problem(
        kind=T004,
        message=Text(
            f"The reference {reference} leads to no place in this schema.",
            f"参照{reference}の指す場所が、このスキーマの中にありません。",
        ),
        hint=Text(
            "A reference leads to a place inside the same schema, such as #/$defs/plate; nothing is fetched.",
            "参照できるのは同じスキーマの中（#/$defs/plateなど）だけです。外部のスキーマは読み込みません。",
        ),
    )


def no_endpoint(path: str, count: int) -> Problem:
    """When there are requests to an endpoint, but Batch alone is deployed. `count` of them, where there are jobs beside them."""
    those = (
        Text(f" ({count} requests)", f"（リクエスト{count}件）")
        if count > 1
        else Text(" (1 request)", "（リクエスト1件）")
        if count
        else EMPTY
    )
    return Problem(
        kind=T005,
        message=Text(
            f"smoke-test-path is {path}, but Batch alone is deployed: there is no endpoint to send a request to{those.en}.",
            f"smoke-test-pathに{path}が指定されていますが、デプロイするのはBatchだけで、リクエストを送るエンドポイントがありません{those.ja}。",
        ),
        hint=Text(
            "Write `batch: standard` into the request's expectation to run it as a job, delete smoke-test-path, or deploy an "
            "endpoint.",
            "ジョブとして実行するには、期待する応答のファイルに「batch: standard」と書いてください。"
            "不要ならsmoke-test-pathを削除するか、エンドポイントをデプロイしてください。",
        ),
        file=path,
    )


def empty_json(file: str) -> Problem:
    """When a request of JSON is empty, and is not expected to be refused."""
    return Problem(
        kind=C033,
        message=Text(f"{file} is empty, which is not JSON.", f"{file}は空で、JSONではありません。"),
        hint=Text(
            "Write the body of a request, or {} for none. If the server should refuse it, give the expected status.",
            "リクエストの本文を書いてください（何もなければ{}）。拒否されるべきリクエストなら、期待するstatusを書いてください。",
        ),
        file=file,
    )


def not_a_file(file: str) -> Problem:
    """When a request is a device, a socket …"""
    return Problem(
        kind=C019,
        message=Text(f"{file} is not an ordinary file.", f"{file}は通常のファイルではありません。"),
        hint=Text("A request is a file whose bytes are the body.", "リクエストは、中身がそのまま本文になるファイルです。"),
        file=file,
    )


def linked_folder(folder: str) -> Problem:
    """When there is a link to a folder among the requests."""
    return Problem(
        kind=C019,
        message=Text(
            f"{folder} is a link to a folder, which is not followed.",
            f"{folder}はフォルダへのリンクです。リンク先は読みません。",
        ),
        hint=Text("Put the requests themselves there.", "リクエストのファイルそのものを置いてください。"),
        file=folder,
    )
