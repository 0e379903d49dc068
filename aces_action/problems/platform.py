"""P007, P008, P009, R004: talking to the ACES Platform. `platform` is its address without user and password.

The answers' words come from outside: `answer` has them as one short line without secrets.
"""

from __future__ import annotations

import re
from dataclasses import replace

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.listing import R004
from aces_action.problems.preflight import P007, P008, P009
from aces_action.problems.problem import Problem
from aces_action.problems.settings import S002

_THEN_RUN_AGAIN = Text(
    "Then run the job again: what is deployed already stays as it is, and only the rest is done.",
    "その後、ジョブを再実行してください。デプロイ済みのものはそのまま残り、残りの処理だけを行います。",
    Text(
        "Then run the command again: what is deployed already stays as it is, and only the rest is done.",
        "その後、コマンドを再実行してください。デプロイ済みのものはそのまま残り、残りの処理だけを行います。",
    ),
)
DEV_STOPS = Text(
    "The dev environment stops at 22:00 JST. Start it as the FAQ of the guide says "
    "(ACES Platformのdev環境のサービスを起動する, https://aces.kibe.la/notes/15646).",
    "dev環境は22:00（日本時間）に自動停止します。ガイドのFAQ「ACES Platformのdev環境のサービスを起動する」"
    "（https://aces.kibe.la/notes/15646）の手順で起動してください。",
)
_CHECK_ADDRESS = Text(
    "Check that PLATFORM_URL is right and that the runner can reach that host (network, security group, proxy). "
    "If so, ask the platform's administrators.",
    "PLATFORM_URLが正しいか、ランナーからそのホストに接続できるか（ネットワーク、セキュリティグループ、プロキシ）を確認してください。"
    "問題がなければ、ACES Platformの管理者に連絡してください。",
    Text(
        "Check that PLATFORM_URL is right and that this machine can reach that host (network, VPN, proxy). If so, ask the "
        "platform's administrators.",
        "PLATFORM_URLが正しいか、このマシンからそのホストに接続できるか（ネットワーク、VPN、プロキシ）を確認してください。"
        "問題がなければ、ACES Platformの管理者に連絡してください。",
    ),
)
_FIND_TENANT = Text(
    """\
Set TENANT_ID to the tenant's UUID; every environment has its own. There are three ways to look it up:
- aces-action tenant-id --env dev --email <your address>
- Log in to the platform as an administrator (dev: https://dev-platform.acesinc.co.jp, production: https://platform.acesinc.co.jp),
  press F12, click チーム管理 and read tenant.uuid in the answer of `status`.
- Read tenant.uuid in the answer of: curl '<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'
  (API_ENDPOINT in dev: https://api-dev-platform.acesinc.co.jp, in production: https://api-platform.acesinc.co.jp).""",
    """\
TENANT_IDにテナントのUUIDを設定してください。UUIDは環境ごとに異なります。調べ方は3通りあります。
- aces-action tenant-id --env dev --email <メールアドレス>
- 管理者権限のユーザでACES Platformにログインし（開発環境: https://dev-platform.acesinc.co.jp、
  本番環境: https://platform.acesinc.co.jp）、F12キーを押して「チーム管理」をクリックし、`status`のレスポンスのtenant.uuidを見ます。
- 次のコマンドのレスポンスのtenant.uuidを見ます: curl '<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'
  （API_ENDPOINTは、開発環境: https://api-dev-platform.acesinc.co.jp、本番環境: https://api-platform.acesinc.co.jp）""",
)
_LOG_IN = lines(
    Text(
        "Tokens expire. Get a new one and store it in the secret behind PLATFORM_TOKEN:",
        "トークンには有効期限があります。新しいトークンを取得し、PLATFORM_TOKENに渡しているシークレットに設定してください:",
        Text(
            "Tokens expire. Get a new one, and give it by PLATFORM_TOKEN or when you are asked:",
            "トークンには有効期限があります。新しいトークンを取得し、PLATFORM_TOKENで渡すか、画面で入力してください:",
        ),
    ),
    same(
        "curl -X POST '<API_ENDPOINT>/accounts/login/' -H 'Content-Type: application/json' "
        """-d '{"email": "…", "password": "…"}'"""
    ),
)


def bad_url(url: str) -> Problem:
    """When PLATFORM_URL is no HTTP address."""
    return Problem(
        kind=S002,
        message=Text(
            f"PLATFORM_URL must be an http:// or https:// address, not {url!r}.",
            f"PLATFORM_URLには「http://」または「https://」で始まるアドレスを指定します。「{url}」は使えません。",
        ),
    )


def malformed_token() -> Problem:
    """When PLATFORM_TOKEN has characters that no token has: mostly a line break at its end."""
    return Problem(
        kind=P009,
        message=Text(
            "PLATFORM_TOKEN contains a space, a line break or the like, which no token does.",
            "PLATFORM_TOKENに空白や改行などが含まれています。トークンには含まれない文字です。",
        ),
        hint=_LOG_IN,
    )


def token_refused(platform: str, *, was_sent: bool, status: int, answer: Text) -> Problem:
    """When the platform answers 401 or 403."""
    what = (
        Text("refused PLATFORM_TOKEN", "がPLATFORM_TOKENを拒否しました")
        if was_sent
        else Text("wants a token", "はトークンを必要としています")
    )
    return Problem(
        kind=P009,
        message=Text(
            f"The ACES Platform at {platform} {what.en} ({status}): {answer.en}",
            f"ACES Platform（{platform}）{what.ja}（{status}）: {answer.ja}",
        ),
        hint=_LOG_IN,
    )


def unknown_tenant(platform: str, tenant_id: str, answer: Text) -> Problem:
    """When the platform does not know TENANT_ID."""
    return Problem(
        kind=P008,
        message=Text(
            f"The ACES Platform at {platform} does not know tenant {tenant_id}: {answer.en}",
            f"ACES Platform（{platform}）にテナント{tenant_id}がありません: {answer.ja}",
        ),
        hint=_FIND_TENANT,
    )


def is_dev(platform: str) -> bool:
    """Whether the address says that it is the dev environment's."""
    host = platform.rpartition("//")[2].partition(":")[0].lower()
    return "dev" in re.split(r"[.-]", host)


def silent(platform: str, cause: Text, *, env: str | None = None) -> Problem:
    """When the platform does not answer. `cause`: a sentence without its full stop, such as those below; `env`: where the address
    does not tell whose it is."""
    stops = is_dev(platform) or env == "dev"
    advice = sentences(DEV_STOPS if stops else EMPTY, EMPTY if is_dev(platform) else _CHECK_ADDRESS)
    return Problem(
        kind=P007,
        message=Text(
            f"The ACES Platform at {platform} does not answer: {cause.en}.",
            f"ACES Platform（{platform}）から応答がありません: {cause.ja}。",
        ),
        hint=sentences(advice, _THEN_RUN_AGAIN),
    )


def behind(obstacle: Problem) -> Problem:
    """When a proxy or a certificate on the way keeps us from the platform: a platform that does not answer, for all we know."""
    return replace(obstacle, kind=P007)


REFUSES_CONNECTIONS = Text(
    "it refuses connections (nothing listens on that port)",
    "接続を拒否しています（そのポートで待ち受けているものがありません）",
)
BROKE_OFF = Text("it broke the connection off", "接続が途中で切断されました")


def answers(status: int, phrase: str) -> Text:
    return Text(f"it answers {status} {phrase}", f"{status} {phrase}を返します")


def unknown_host(host: str) -> Text:
    inside = (
        Text(
            "; names in .internal are known only inside ACES's network",
            "（.internalの名前はACESのネットワーク内でのみ解決できます）",
        )
        if host.endswith(".internal")
        else EMPTY
    )
    return Text(f"DNS does not know the host {host}", f"DNSでホスト{host}を解決できません") + inside


def no_connection(seconds: float) -> Text:
    return Text(f"no connection within {seconds:g} s", f"{seconds:g}秒以内に接続できません")


def no_answer(seconds: float) -> Text:
    return Text(
        f"it accepted the connection, but did not answer within {seconds:g} s",
        f"接続はできましたが、{seconds:g}秒以内に応答がありません",
    )


def unexpected(platform: str, call: str, what: Text, *, content_type: str) -> Problem:
    """When the answer is not the platform's. `what`: one of those below, a predicate in English, a sentence in Japanese."""
    kind = same(content_type) if content_type else Text("no content type", "Content-Typeなし")
    return Problem(
        kind=R004,
        message=Text(
            f"The answer of {platform} to {call} {what.en} ({kind.en}).",
            f"{platform}の{call}に対する応答が想定と異なります: {what.ja}（{kind.ja}）。",
        ),
        hint=Text(
            "Check that PLATFORM_URL is the address of the platform's internal API. If so, tell its administrators.",
            "PLATFORM_URLがACES Platformの内部APIのアドレスか確認してください。"
            "正しい場合は、ACES Platformの管理者に連絡してください。",
        ),
    )


NOT_A_LISTING = Text("is not a listing of services", "サービスの一覧ではありません")
NAMELESS_SERVICE = Text("has a service without a name", "nameのないサービスを含んでいます")


def is_larger_than(megabytes: int) -> Text:
    return Text(f"is larger than {megabytes} MiB", f"{megabytes}MiBを超えています")


def is_redirect(target: str) -> Text:
    where = Text(f"to {target}, ", f"（{target}）") if target else EMPTY
    return Text(f"is a redirect {where.en}which is not followed", f"リダイレクト{where.ja}のため、転送先には接続しません")


def is_status(status: int, answer: Text) -> Text:
    return Text(f"is {status} {answer.en}", f"{status} {answer.ja}")


def html_page(phrase: str) -> Text:
    """What is told of a page in place of its text."""
    return Text(f"{phrase}, with an HTML page", f"{phrase}（HTMLのページ）")
