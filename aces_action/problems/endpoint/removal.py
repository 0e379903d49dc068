"""Endpoints that are no longer wanted: what keeps one from being deleted, and what its deletion leaves behind."""

from __future__ import annotations

from aces_action.language import Text, sentences
from aces_action.problems.advice import naming
from aces_action.problems.endpoint.lifecycle import E009, E030, E033, E034
from aces_action.problems.problem import Problem

SUCCESSOR_NOT_LISTED = Text(
    "its successor is not listed on the platform yet", "ACES Platformへの、新しいエンドポイントの登録が済んでいません"
)
BUSY = Text(
    "it had requests waiting or in progress within the last 10 minutes",
    "直近10分以内に、処理待ちまたは処理中のリクエストがありました",
)
_LATER = Text("Run the job again later: it deletes it then.", "後でジョブを再実行すると、削除します。")


def kept_until_registered(name: str) -> Problem:
    """When an old endpoint stays because the platform leads its users there."""
    advice = naming(
        "register",
        "Run {command} when the platform is up: it lists the new endpoint and deletes this one.",
        "ACES Platformの稼働中に{command}を実行してください。新しいエンドポイントを登録し、このエンドポイントを削除します。",
    )
    return _kept(name, SUCCESSOR_NOT_LISTED, advice)


def kept_while_busy(name: str) -> Problem:
    """When an old asynchronous endpoint may have requests left."""
    return _kept(name, BUSY, _LATER)


def kept_unseen(name: str, why: Problem) -> Problem:
    """When nobody could see whether an old endpoint has requests left."""
    return _kept(name, unseen(why), sentences(why.hint, _LATER))


def unseen(why: Problem) -> Text:
    return sentences(
        Text("could not check whether it still has requests.", "処理中のリクエストの有無を確認できません。"), why.message
    )


def _kept(name: str, why: Text, advice: Text) -> Problem:
    message = Text(
        f"The endpoint {name} is no longer needed, but stays for now: ",
        f"エンドポイント{name}は不要になりましたが、まだ残しています。",
    )
    return Problem(kind=E033, message=message + why, hint=advice)


def old_endpoints_unknown(why: Problem) -> Problem:
    """When the endpoints may not be listed."""
    message = Text("Could not check for old endpoints to remove.", "以前のエンドポイントが残っていないか、確認できませんでした。")
    return Problem(kind=E030, message=sentences(message, why.message), hint=why.hint)


def still_listed(services: str) -> Problem:
    """When the platform lists services whose endpoint or job definition has been deleted."""
    return Problem(
        kind=E034,
        message=Text(
            f"The ACES Platform still lists {services}, whose server is gone: requests to it fail from now on.",
            f"ACES Platformに{services}がまだ登録されていますが、そのサーバはもうありません。リクエストは失敗します。",
        ),
        hint=Text(
            "Ask the platform's administrators to remove it from the tenant, or deploy again.",
            "ACES Platformの管理者にテナントからの削除を依頼するか、もう一度デプロイしてください。",
        ),
    )


def destroy_not_confirmed(server: str, count: int) -> Problem:
    """When `command: destroy` has no `confirm: yes`."""
    return Problem(
        kind=E009,
        message=Text(
            f"`command: destroy` would delete {count} resources of {server} and was not confirmed: nothing was deleted.",
            f"`command: destroy`は{server}のリソース{count}件を削除します。確認の指定がないため、何も削除していません。",
        ),
        hint=Text(
            "The log and the summary list them. To delete them, set the input `confirm: yes`.",
            "対象はログとサマリーにあります。削除する場合は、入力`confirm: yes`を指定してください。",
        ),
    )
