"""What becomes of a version that fails its smoke test, and of one that passes."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text, sentences
from aces_action.problems.advice import fix_and_run_again, naming, run_again
from aces_action.problems.kind import Kind
from aces_action.problems.problem import Problem

T010 = Kind(
    code="ACES-T010",
    severity="error",
    title=Text("Version failed its smoke test", "スモークテストが失敗しました"),
    cause=Text(
        "At least one request was not answered as expected; the errors before this one say which. This version is not listed "
        "on the ACES Platform. With `rollback-on-failure: true` the version before it serves again; the hint says which one "
        "serves.",
        "期待どおりの応答がなかったリクエストがあります。詳しくは、このエラーの前にあるエラーを見てください。"
        "このバージョンはACES Platformに登録していません。`rollback-on-failure: true`では1つ前の世代に戻します。"
        "稼働しているバージョンは、ヒントに示します。",
    ),
    fix=Text(
        "Fix what the other errors name and run the job again. `command: rollback` rolls back to the previous generation.",
        "ほかのエラーが示す問題を直して、ジョブを再実行してください。`command: rollback`で1つ前の世代に戻すこともできます。",
    ),
    example=Text(
        "ACES-T010 The smoke test of number-plate-detection-dev-algorithm-server failed; this version is not listed on the ACES "
        "Platform.",
        "ACES-T010 number-plate-detection-dev-algorithm-serverのスモークテストが失敗しました。このバージョンはACES "
        "Platformに登録していません。",
    ),
)
T011 = Kind(
    code="ACES-T011",
    severity="warning",
    title=Text("Passed smoke test not recorded", "スモークテストの合格を記録できませんでした"),
    cause=Text(
        "The version answered as expected, but the tag that says so could not be set on the endpoint, or on the revision of the "
        "job definition. The deployment is complete; the next run sends the requests again.",
        "期待どおりの応答がありましたが、そのことを示すタグをエンドポイントまたはジョブ定義のリビジョンに付けられませんでした。"
        "デプロイは完了しています。次の実行でリクエストをもう一度送ります。",
    ),
    fix=Text(
        "Fix what the message names. A missing permission is in docs/iam.",
        "メッセージにある原因を取り除いてください。足りない権限はdocs/iamにあります。",
    ),
    example=Text(
        "ACES-T011 The smoke test of number-plate-detection-dev-algorithm-server passed, but that could not be recorded. The "
        "role may not call AddTags: it lacks sagemaker:AddTags.",
        "ACES-T011 number-plate-detection-dev-algorithm-serverのスモークテストは合格しましたが、記録できませんでした。"
        "ロールはAddTagsを呼び出せません。sagemaker:AddTagsの権限がありません。",
    ),
)
KINDS = (T010, T011)


def failed(endpoint_name: str, now: Text) -> Problem:
    """The last problem of a failed smoke test. `now`: which version serves, by one of the texts below."""
    return Problem(
        kind=T010,
        message=Text(
            f"The smoke test of {endpoint_name} failed; this version is not listed on the ACES Platform.",
            f"{endpoint_name}のスモークテストが失敗しました。このバージョンはACES Platformに登録していません。",
        ),
        hint=now,
    )


def rolled_back_to(config_name: str) -> Text:
    return sentences(
        Text(
            f"It was rolled back: the endpoint serves {config_name} again.",
            f"ロールバックしました。エンドポイントは{config_name}で稼働しています。",
        ),
        fix_and_run_again(Text("the container or the requests", "コンテナかリクエスト")),
    )


def stays_in_service(config_name: str) -> Text:
    return sentences(
        _serves_although_it_failed(config_name),
        naming("rollback", "{command} rolls back to the previous generation.", "{command}で1つ前の世代に戻せます。"),
    )


def stays_as_there_is_no_other(config_name: str) -> Text:
    none = Text("There is no generation before it to go back to.", "戻せる世代がありません。")
    repair = fix_and_run_again(Text("the container or the requests", "コンテナかリクエスト"))
    return sentences(_serves_although_it_failed(config_name), none, repair)


def _serves_although_it_failed(config_name: str) -> Text:
    return Text(
        f"The new version {config_name} is serving although it failed.",
        f"失敗した新しいバージョン{config_name}が、そのまま稼働しています。",
    )


def stays_as_it_served_before(config_name: str) -> Text:
    return sentences(
        Text(
            f"{config_name} served before this run already and is left as it is.",
            f"{config_name}はこの実行の前から稼働していたため、そのままにしています。",
        ),
        naming(
            "rollback",
            "If a generation served before it, {command} rolls back to that.",
            "それより前の世代があれば、{command}で戻せます。",
        ),
    )


def rollback_failed(config_name: str) -> Text:
    return sentences(
        Text(
            f"The rollback from {config_name} failed as well; the errors below say why.",
            f"{config_name}からのロールバックも失敗しました。原因は下のエラーに示します。",
        ),
        naming("status", "{command} shows what is deployed.", "稼働中のバージョンは{command}で確認できます。"),
    )


def untested(config_name: str) -> Text:
    """What a run leaves that could not send the requests."""
    return sentences(
        Text(
            f"{config_name} serves untested and is not listed on the ACES Platform.",
            f"{config_name}は未確認のまま稼働しています。ACES Platformには登録していません。",
        ),
        run_again(Text("It sends the requests again.", "リクエストをもう一度送ります。")),
    )


def not_recorded(endpoint_name: str, why: Problem) -> Problem:
    """When the requests passed, but the tag that says so could not be set: the next run will send them again."""
    start = Text(
        f"The smoke test of {endpoint_name} passed, but that could not be recorded.",
        f"{endpoint_name}のスモークテストは合格しましたが、記録できませんでした。",
    )
    return replace(why, kind=T011, message=sentences(start, why.message))
