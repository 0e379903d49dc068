"""T: the smoke test, from the files of its requests to what becomes of a version that fails it."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

T001 = Kind(
    code="ACES-T001",
    severity="error",
    title=Text("No requests for the smoke test", "スモークテストのリクエストがありません"),
    cause=Text(
        "`smoke-test-path` is there, but has nothing to send, or far more than a smoke test needs: at most 100 requests are "
        "sent. Hidden files, expectations (`*.expect.yml`) and the schemas that these name are no requests.",
        "`smoke-test-path`はありますが、送るリクエストがないか、多すぎます（100個まで）。"
        "隠しファイル、期待する応答（`*.expect.yml`）、そこに書かれたスキーマのファイルは、リクエストになりません。",
    ),
    fix=Text(
        "Give a folder that has the requests and nothing else. A request is a file whose bytes are the body.",
        "リクエストだけを置いたフォルダを指定してください。リクエストは、中身がそのまま本文になるファイルです。",
    )
    + snippet("text", "server/smoke-test/plate.png\nserver/smoke-test/plate.png.expect.yml"),
    example="ACES-T001 server/smoke-test, the input smoke-test-path, has no request to send.",
)
T002 = Kind(
    code="ACES-T002",
    severity="error",
    title=Text("Request too large for the endpoint", "リクエストが大きすぎます"),
    cause=Text(
        "SageMaker takes 6,291,456 bytes in the body of a request to a real-time endpoint, and 1 GiB in S3 for an "
        "asynchronous one. It would refuse this one after the whole deployment.",
        "SageMakerが受け付けるリクエストの本文は、リアルタイムエンドポイントでは6,291,456バイト、"
        "非同期エンドポイント（S3経由）では1 GiBまでです。このままでは、デプロイがすべて終わった後で拒否されます。",
    ),
    fix=Text("Take a smaller request.", "より小さいリクエストにしてください。"),
    example=("ACES-T002 server/smoke-test/video.mp4 has 20,971,520 bytes, but a real-time endpoint takes 6,291,456 at most."),
)
T003 = Kind(
    code="ACES-T003",
    severity="error",
    title=Text("Expectation without its request", "期待する応答に対応するリクエストがありません"),
    cause=Text(
        "An expectation stands beside its request under the request's whole name with `.expect.yml`, `.expect.yaml` or "
        "`.expect.json` after it. For this one there is no request, or the request has another one already. Its expectation "
        "would silently not count.",
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
    fix=Text("Correct the place that the message names.", "メッセージが示す箇所を直してください。")
    + snippet("yaml", "schema:\n  type: object\n  required: [results]\n  properties:\n    results: {type: array}"),
    example="schema:\n  type: object\n  properties:\n    results: {type: list}",
)
T005 = Kind(
    code="ACES-T005",
    severity="warning",
    title=Text("Nothing to send a request to", "リクエストの送り先がありません"),
    cause=Text(
        "`smoke-test-path` is set, but the infra file deploys Batch alone. The smoke test asks endpoints; it starts no jobs.",
        "`smoke-test-path`が指定されていますが、infraファイルではBatchだけをデプロイします。"
        "スモークテストはエンドポイントにリクエストを送るもので、ジョブは実行しません。",
    ),
    fix=Text(
        "Delete the input, or give `SAGEMAKER_INSTANCE_TYPE` in the infra file.",
        "入力を削除するか、infraファイルに`SAGEMAKER_INSTANCE_TYPE`を書いてください。",
    ),
    example=(
        "ACES-T005 smoke-test-path is server/smoke-test, but Batch alone is deployed: there is no endpoint to send a request to."
    ),
)
T006 = Kind(
    code="ACES-T006",
    severity="error",
    title=Text("Answer has another status", "応答のステータスが期待と異なります"),
    cause=Text(
        "The endpoint answered, but with another HTTP status than the expectation says (200 where it says nothing).",
        "エンドポイントは応答しましたが、HTTPステータスが期待する値（指定がなければ200）と異なります。",
    ),
    fix=Text(
        "Mend the container, or `status` in the expectation.",
        "コンテナか、期待する応答の`status`を直してください。",
    )
    + snippet("yaml", "status: 400"),
    example=(
        'ACES-T006 server/smoke-test/broken.png: the answer has the status 200, but 400 was expected. It is: {"results": []}'
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
    example=(
        "ACES-T007 server/smoke-test/plate.png: the container failed (HTTP 500), but 200 was expected. "
        'It said: {"error": "CUDA out of memory"}'
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
    fix=Text("Mend the container, or the schema.", "コンテナか、スキーマを直してください。"),
    example=(
        "ACES-T008 server/smoke-test/plate.png: the answer does not fit the schema: $.results: [] should be non-empty. "
        'It is: {"results": []}'
    ),
)
T009 = Kind(
    code="ACES-T009",
    severity="error",
    title=Text("No answer in time", "時間内に応答がありませんでした"),
    cause=Text(
        "The answer took longer than `max_seconds` of the expectation allows; or an asynchronous endpoint left nothing at "
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
    example=("ACES-T009 server/smoke-test/plate.png: the answer took 8.31 s, but must be there within 5 s."),
)
T010 = Kind(
    code="ACES-T010",
    severity="error",
    title=Text("Version failed its smoke test", "スモークテストが失敗しました"),
    cause=Text(
        "At least one request was not answered as expected; the errors before this one say which. The platform has not been "
        "told of this version. With `rollback-on-failure: true` the one before serves again; the hint says what serves.",
        "期待どおりの応答がなかったリクエストがあります。詳しくは、このエラーの前にあるエラーを見てください。"
        "このバージョンはACES Platformに登録していません。`rollback-on-failure: true`では1つ前の世代に戻します。"
        "稼働しているバージョンは、ヒントに示します。",
    ),
    fix=Text(
        "Mend what the other errors name and run the job again. `command: rollback` brings the generation before back.",
        "ほかのエラーが示す問題を直して、ジョブを再実行してください。`command: rollback`で1つ前の世代に戻すこともできます。",
    ),
    example=(
        "ACES-T010 The smoke test of number-plate-detection-dev-algorithm-server failed; the platform has not been told of "
        "this version."
    ),
)
T011 = Kind(
    code="ACES-T011",
    severity="warning",
    title=Text("Passed smoke test not noted", "スモークテストの合格を記録できませんでした"),
    cause=Text(
        "The version answered as expected, but the tag that says so could not be set on the endpoint. The deployment is "
        "whole; the next run sends the requests again.",
        "期待どおりの応答がありましたが、そのことを示すタグをエンドポイントに付けられませんでした。"
        "デプロイは完了しています。次の実行でリクエストをもう一度送ります。",
    ),
    fix=Text(
        "Mend what the message names. A missing permission is in docs/iam.",
        "メッセージにある原因を取り除いてください。足りない権限はdocs/iamにあります。",
    ),
    example=(
        "ACES-T011 The smoke test of number-plate-detection-dev-algorithm-server passed, but that could not be noted. "
        "The role may not call AddTags: it lacks sagemaker:AddTags."
    ),
)
KINDS = (T001, T002, T003, T004, T005, T006, T007, T008, T009, T010, T011)
