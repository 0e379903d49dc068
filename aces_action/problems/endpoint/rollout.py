"""E: what can go wrong with a roll-out."""

from __future__ import annotations

from dataclasses import replace

from aces_action.durations import duration_text
from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.advice import fix_and_run_again, run_again, setting
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

LOG = snippet("sh", "aws logs tail /aws/sagemaker/Endpoints/number-plate-detection-dev-algorithm-server --since 1h")

E001 = Kind(
    code="ACES-E001",
    severity="error",
    title=Text("Endpoint failed", "エンドポイントの起動に失敗しました"),
    cause=Text(
        "SageMaker gave up on the endpoint, or it was deleted during the roll-out. The message has SageMaker's reason where it "
        "gives one. The most common: the server does not answer `GET /ping` on port 8080 with 200 in time; no instance of the "
        "type is free; the account's quota is used up.",
        "SageMakerがエンドポイントの起動に失敗したか、処理の途中でエンドポイントが削除されました。"
        "SageMakerが理由を示した場合は、メッセージにあります。"
        "よくある原因は、サーバがポート8080の`GET /ping`に時間内に200を返さない、"
        "そのタイプのインスタンスに空きがない、アカウントのクォータが足りない、の3つです。",
    ),
    fix=Text(
        "Read the server's log in CloudWatch and fix the cause. If the server only needs longer to load its weights, raise "
        "`sagemaker.container_startup_health_check_timeout` in the infra file. The next run replaces the failed endpoint.",
        "CloudWatchでサーバのログを確認し、原因を取り除いてください。"
        "読み込みに時間がかかっているだけなら、infraファイルの`sagemaker.container_startup_health_check_timeout`を"
        "長くしてください。再実行すると、失敗したエンドポイントを作り直します。",
    )
    + LOG,
    example=Text(
        "ACES-E001 The endpoint number-plate-detection-dev-algorithm-server is Failed: The primary container for production "
        "variant AllTraffic did not pass the ping health check.",
        "ACES-E001 エンドポイントnumber-plate-detection-dev-algorithm-serverの状態はFailedです: The primary container for "
        "production variant AllTraffic did not pass the ping health check.",
    ),
)
E002 = Kind(
    code="ACES-E002",
    severity="error",
    title=Text("Update rolled back", "更新が元に戻されました"),
    cause=Text(
        "The update failed and SageMaker rolled back to what served before. SageMaker shows the endpoint as InService, but "
        "your new version does not serve; AWS sometimes gives no reason.",
        "更新が失敗し、SageMakerが前の状態に戻しました。SageMakerの表示は`InService`ですが、新しい内容は反映されていません。"
        "AWSが理由を示さないこともあります。",
    ),
    fix=Text(
        "Fix the cause that the message names, then run the job again. Without a reason, look at the server's log of that time:",
        "メッセージにある原因を取り除いて、ジョブを再実行してください。理由がないときは、"
        "そのときのサーバのログを確認してください。",
    )
    + LOG,
    example=Text(
        "ACES-E002 SageMaker rolled back the update of number-plate-detection-dev-algorithm-server; it still serves "
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7e, not number-plate-detection-dev-algorithm-server-9c1f2a04d1, "
        "and SageMaker gave no reason.",
        "ACES-E002 SageMakerがnumber-plate-detection-dev-algorithm-serverの更新をロールバックしました。"
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1ではなく、"
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7eのまま稼働しています。SageMakerは理由を示していません。",
    ),
)
E003 = Kind(
    code="ACES-E003",
    severity="error",
    title=Text("Waited too long for the endpoint", "エンドポイントの完了待ちがタイムアウトしました"),
    cause=Text(
        "The endpoint was not ready within `wait-timeout` (60 minutes unless set). SageMaker continues; nothing is "
        "lost. The message says what was missing: the end of the roll-out, instances of an endpoint that is InService "
        "already, or AWS's answers.",
        "`wait-timeout`（既定は60分）のうちに、エンドポイントの処理が終わりませんでした。"
        "SageMakerの処理は続いていて、失われたものはありません。ロールアウトの完了、すでにInServiceのエンドポイントのインスタンス、"
        "AWSの応答のうち、何を待っていたかをメッセージに示します。",
    ),
    fix=Text(
        "Run the job again: it finds the roll-out and waits for it. If it always takes so long, set a longer "
        "`wait-timeout`, and `timeout-minutes` of the job longer than that.",
        "ジョブを再実行してください。続いている処理を見つけて、完了を待ちます。"
        "いつも足りないときは`wait-timeout`を長くし、ジョブの`timeout-minutes`をそれより長くしてください。",
    )
    + snippet("yaml", "timeout-minutes: 130\nsteps:\n  - uses: ORG/aces-action@v0.1.0\n    with:\n      wait-timeout: 2h"),
    example=Text(
        "ACES-E003 The endpoint number-plate-detection-dev-algorithm-server is still Creating after 1 h 00 min; SageMaker "
        "continues.",
        "ACES-E003 エンドポイントnumber-plate-detection-dev-algorithm-serverは1時間00分待ってもCreatingのままです。"
        "SageMakerは処理を続けています。",
    ),
)
E005 = Kind(
    code="ACES-E005",
    severity="error",
    title=Text("SageMaker refused the request", "SageMakerがリクエストを拒否しました"),
    cause=Text(
        "SageMaker refused to create or update the model, the endpoint config or the endpoint: an instance type that the "
        "region does not have, a quota that is used up, a role that it may not take on. The message has SageMaker's own "
        "words.",
        "SageMakerが、モデル、エンドポイント設定、エンドポイントの作成または更新を拒否しました。"
        "例: リージョンにないインスタンスタイプ、クォータの不足、SageMakerが引き受けられないロール。"
        "SageMakerの応答をメッセージに示します。",
    ),
    fix=Text(
        "Correct what SageMaker names, mostly a value under `sagemaker:` of the infra file. More quota is asked for in the "
        "Service Quotas console, under Amazon SageMaker, `<instance type> for endpoint usage`.",
        "SageMakerが示した値を直してください。多くは、infraファイルの`sagemaker:`の値です。"
        "クォータは、Service QuotasのコンソールのAmazon SageMakerで、`<instance type> for endpoint usage`の引き上げを"
        "申請してください。",
    ),
    example=Text(
        "ACES-E005 SageMaker refused CreateEndpoint for number-plate-detection-dev-algorithm-server: ResourceLimitExceeded: The "
        "account-level service limit 'ml.g4dn.xlarge for endpoint usage' is 0 Instances",
        "ACES-E005 SageMakerがnumber-plate-detection-dev-algorithm-serverのCreateEndpointを拒否しました: ResourceLimitExceeded: "
        "The account-level service limit 'ml.g4dn.xlarge for endpoint usage' is 0 Instances",
    ),
)
E006 = Kind(
    code="ACES-E006",
    severity="error",
    title=Text("Endpoint does not serve what was asked", "エンドポイントの状態が混在しています"),
    cause=Text(
        "The update failed, and so did its rollback (`UpdateRollbackFailed`): some instances serve the old version, some "
        "the new.",
        "更新にも、元に戻す処理にも失敗しました（`UpdateRollbackFailed`）。"
        "前の内容のインスタンスと新しい内容のインスタンスが混在しています。",
    ),
    fix=Text(
        "Fix the cause that the message names, then run the job again: it updates the endpoint again. Until then both "
        "versions answer.",
        "メッセージにある原因を取り除いて、ジョブを再実行してください。エンドポイントをもう一度更新します。"
        "それまでは、両方の内容が応答します。",
    )
    + LOG,
    example=Text(
        "ACES-E006 The update of number-plate-detection-dev-algorithm-server and its rollback both failed; it serves a mix of "
        "two endpoint configs.",
        "ACES-E006 number-plate-detection-dev-algorithm-serverの更新とロールバックがどちらも失敗し、"
        "2つのエンドポイント設定が混在した状態で稼働しています。",
    ),
)
KINDS = (E001, E002, E003, E005, E006)

UPDATES_AGAIN = sentences(
    fix_and_run_again(Text("the cause", "原因")),
    Text("It updates the endpoint again.", "エンドポイントをもう一度更新します。"),
)


def gone(name: str) -> Problem:
    """When there is no endpoint at the end of the wait for its roll-out."""
    return Problem(
        kind=E001,
        message=Text(
            f"The endpoint {name} is gone: somebody deleted it during the roll-out.",
            f"エンドポイント{name}がありません。デプロイ中に誰かが削除しました。",
        ),
        hint=run_again(),
    )


def failed(name: str, status: str, reason: str, advice: Text) -> Problem:
    """When the endpoint is Failed or OutOfService. `advice`: what `reason`, SageMaker's, is known to come from."""
    why = _because(reason)
    return Problem(
        kind=E001,
        message=Text(f"The endpoint {name} is {status}{why.en}", f"エンドポイント{name}の状態は{status}です{why.ja}"),
        hint=advice or _look_at_the_log(name),
    )


def rolled_back(name: str, config_name: str, serving: str, reason: str, advice: Text) -> Problem:
    """When the endpoint is InService with the config `serving` that served before, not with `config_name`."""
    why = _because(reason)
    return Problem(
        kind=E002,
        message=Text(
            f"SageMaker rolled back the update of {name}; it still serves {serving}, not {config_name}{why.en}",
            f"SageMakerが{name}の更新をロールバックしました。{config_name}ではなく、{serving}のまま稼働しています{why.ja}",
        ),
        hint=advice or _look_at_the_log(name),
    )


def mixed(name: str, reason: str, advice: Text) -> Problem:
    """When the endpoint is UpdateRollbackFailed."""
    why = _because(reason)
    return Problem(
        kind=E006,
        message=Text(
            f"The update of {name} and its rollback both failed; it serves a mix of two endpoint configs{why.en}",
            f"{name}の更新とロールバックがどちらも失敗し、2つのエンドポイント設定が混在した状態で稼働しています{why.ja}",
        ),
        hint=lines(advice or _look_at_the_log(name), UPDATES_AGAIN),
    )


def caused_by(cause: Kind, endpoint_name: str, said: str) -> Text:
    """The message of a failure whose cause is known. `said`: the statement of the server's log that shows it, or empty."""
    title = cause.title
    if said:
        return title + same(f": {said}")
    of = Text(f" (endpoint {endpoint_name})", f"（エンドポイント{endpoint_name}）") if endpoint_name else EMPTY
    return title + of + Text(".", "。")


def _because(reason: str) -> Text:
    return same(f": {reason}") if reason else Text(", and SageMaker gave no reason.", "。SageMakerは理由を示していません。")


def _look_at_the_log(name: str) -> Text:
    group = f"/aws/sagemaker/Endpoints/{name}"
    return Text(f"Look at its log in CloudWatch: {group}.", f"CloudWatchでログを確認してください: {group}")


_WAIT_AGAIN = sentences(
    run_again(Text("It finds the roll-out and waits for it.", "進行中のデプロイを見つけて、その完了を待ちます。")),
    setting("wait-timeout", "Or set a longer {setting}.", "{setting}を長くすることもできます。"),
)


def still_under_way(name: str, status: str, waited: float) -> Problem:
    """When the end did not come within `waited` seconds. `status` empty: the endpoint was never seen."""
    time, known = duration_text(waited), same(status) if status else Text("unknown", "不明")
    return Problem(
        kind=E003,
        message=Text(
            f"The endpoint {name} is still {known.en} after {time.en}; SageMaker continues.",
            f"エンドポイント{name}は{time.ja}待っても{known.ja}のままです。SageMakerは処理を続けています。",
        ),
        hint=_WAIT_AGAIN,
    )


def not_complete(name: str, config_name: str, waited: float, missing: Text) -> Problem:
    """When the endpoint is InService with the right config, and does not have all its instances or weights."""
    time = duration_text(waited)
    return Problem(
        kind=E003,
        message=Text(
            f"The endpoint {name} is InService with {config_name}, but not complete after {time.en}: {missing.en}.",
            f"エンドポイント{name}は{config_name}でInServiceですが、{time.ja}待っても揃っていません: {missing.ja}",
        ),
        hint=sentences(
            Text(
                "It answers with what is there. Usually AWS has no free instance of the type, or the account's quota is used up: "
                "see the endpoint's page in the SageMaker console. Ask for fewer instances or another type in the infra file.",
                "現在あるインスタンスで応答しています。多くの場合、そのインスタンスタイプの空きがないか、アカウントのクォータが足りません。"
                "SageMakerのコンソールで、エンドポイントのページを確認してください。infraファイルで台数を減らすか、"
                "別のインスタンスタイプにしてください。",
            ),
            Text(
                "To keep waiting, run the job again.",
                "待ち続けるには、ジョブを再実行してください。",
                Text("To keep waiting, run the command again.", "待ち続けるには、コマンドを再実行してください。"),
            ),
        ),
    )


def missing_instances(variant: str, current: int, desired: int) -> Text:
    """What an unsettled variant has of what it should have: a part of the message of `not_complete`."""
    return Text(f"{variant} has {current} of {desired} instances", f"{variant}のインスタンスは{current}/{desired}台")


def missing_weight(variant: str, current: float, desired: float) -> Text:
    return Text(f"{variant} has weight {current:g} of {desired:g}", f"{variant}の重みは{current:g}/{desired:g}")


NO_VARIANTS = Text("it has no variants", "バリアントがありません")


def unknown_state(name: str, silence: Text, status: str, waited: float) -> Problem:
    """When AWS did not answer at the end of the wait. `silence`: why not; `status`: the last that was seen."""
    time, last = duration_text(waited), same(status) if status else Text("not seen", "不明")
    return Problem(
        kind=E003,
        message=Text(
            f"AWS does not report the state of the endpoint {name} ({silence.en}) after {time.en}; the last known state is "
            f"{last.en}.",
            f"エンドポイント{name}の状態をAWSから取得できません（{silence.ja}）。{time.ja}待ちました。"
            f"最後に確認した状態は{last.ja}です。",
        ),
        hint=_WAIT_AGAIN,
    )


def refused(name: str, operation: str, said: str, advice: Text) -> Problem:
    """When SageMaker refuses a write. `said`: its code and message."""
    return Problem(
        kind=E005,
        message=Text(
            f"SageMaker refused {operation} for {name}: {said}", f"SageMakerが{name}の{operation}を拒否しました: {said}"
        ),
        hint=advice,
    )


def not_tagged(why: Problem, config_name: str) -> Problem:
    """When the roll-out went well and its tags could not be written. `why`: AWS's answer to that."""
    serves = Text(
        f"The endpoint serves {config_name}; only its tags are not up to date. The next run sets them.",
        f"エンドポイントは{config_name}で稼働しています。タグだけが更新されていません。再実行するとタグを設定します。",
    )
    return replace(why, hint=sentences(serves, why.hint))
