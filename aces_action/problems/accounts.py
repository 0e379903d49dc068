"""R: the ACES Platform's accounts API, for `aces-action tenant-id`. `platform` is its address without user and password.

The answers' words come from outside: they are one short line without secrets.
"""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text, same, sentences
from aces_action.problems.advice import run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.platform import DEV_STOPS, is_dev, silent
from aces_action.problems.problem import Problem

R010 = Kind(
    code="ACES-R010",
    severity="error",
    title=Text("ACES Platform refused the login", "ACES Platformにログインできません"),
    cause=Text(
        "At a terminal only: the ACES Platform does not accept the e-mail address or the password. Each environment has its own "
        "accounts.",
        "ターミナルでの実行時だけのエラーです。メールアドレスまたはパスワードをACES Platformが受け付けませんでした。"
        "アカウントは環境ごとに別です。",
    ),
    fix=Text(
        "Try to log in to the platform's page of the same environment with them, and run the command again:",
        "同じ環境のACES Platformの画面にログインできるか確認し、コマンドを再実行してください。",
    )
    + snippet("sh", "aces-action tenant-id --env dev --email you@example.com"),
    example=Text(
        "ACES-R010 The ACES Platform at https://api-dev-platform.acesinc.co.jp refused the login (400): Unable to log in with "
        "provided credentials.",
        "ACES-R010 ACES Platform（https://api-dev-platform.acesinc.co.jp）がログインを拒否しました（400）: Unable to log in "
        "with provided credentials.",
    ),
)
R011 = Kind(
    code="ACES-R011",
    severity="error",
    title=Text("Account without a tenant", "テナントのないアカウントです"),
    cause=Text(
        "At a terminal only: the login is right, but the account belongs to no tenant of the ACES Platform.",
        "ターミナルでの実行時だけのエラーです。ログインはできましたが、アカウントがACES Platformのテナントに属していません。",
    ),
    fix=Text(
        "Ask the platform's administrators to add the account to the tenant that the algorithm is published to.",
        "アルゴリズムを公開するテナントにアカウントを追加するよう、ACES Platformの管理者に依頼してください。",
    ),
    example=Text(
        "ACES-R011 The account you@example.com belongs to no tenant of https://api-dev-platform.acesinc.co.jp.",
        "ACES-R011 アカウントyou@example.comは、https://api-dev-platform.acesinc.co.jpのどのテナントにも属していません。",
    ),
)
R012 = Kind(
    code="ACES-R012",
    severity="error",
    title=Text("Unexpected answer from the accounts API", "アカウントAPIの応答が想定と異なります"),
    cause=Text(
        "At a terminal only: something answers at the API endpoint, but not as the platform contract says: an HTML page, a "
        "redirect, or a server error. A redirect is never followed: the password would go with it.",
        "ターミナルでの実行時だけのエラーです。APIエンドポイントから応答はありますが、"
        "ACES Platformとの通信の定義と異なります。HTMLのページ、リダイレクト、サーバのエラーなどです。"
        "パスワードが転送されるため、リダイレクト先には接続しません。",
    ),
    fix=Text(
        "Give the address of the API, not of the page that people log in to.",
        "ログインするページではなく、APIのURLを指定してください。",
    )
    + snippet(
        "sh", "aces-action tenant-id --env dev --email you@example.com --api-endpoint https://api-dev-platform.acesinc.co.jp"
    ),
    example=Text(
        "ACES-R012 The answer of https://dev-platform.acesinc.co.jp to POST /accounts/login/ does not match the platform "
        "contract (text/html).",
        "ACES-R012 https://dev-platform.acesinc.co.jpのPOST /accounts/login/に対する応答が想定と異なります: ACES "
        "Platformとの通信の定義と異なります（text/html）。",
    ),
)
KINDS = (R010, R011, R012)

NOT_READABLE = Text("does not match the platform contract", "ACES Platformとの通信の定義と異なります")


def login_refused(platform: str, status: int, answer: str) -> Problem:
    """When the platform refuses e-mail address and password."""
    return Problem(
        kind=R010,
        message=Text(
            f"The ACES Platform at {platform} refused the login ({status}): {answer}",
            f"ACES Platform（{platform}）がログインを拒否しました（{status}）: {answer}",
        ),
        hint=Text(
            "Check e-mail address, password and --env: each environment has its own accounts.",
            "メールアドレス、パスワード、--envを確認してください。アカウントは環境ごとに別です。",
        ),
    )


def no_tenant(platform: str, email: str) -> Problem:
    """When the account has no tenant."""
    return Problem(
        kind=R011,
        message=Text(
            f"The account {email} belongs to no tenant of {platform}.",
            f"アカウント{email}は、{platform}のどのテナントにも属していません。",
        ),
        hint=Text(
            "Ask the platform's administrators to add it to the team's tenant.",
            "チームのテナントに追加するよう、ACES Platformの管理者に依頼してください。",
        ),
    )


def unexpected(platform: str, call: str, what: Text, *, content_type: str) -> Problem:
    """When the answer is not the accounts API's. `what`: a predicate in English, a sentence in Japanese."""
    kind = same(content_type) if content_type else Text("no content type", "Content-Typeなし")
    return Problem(
        kind=R012,
        message=Text(
            f"The answer of {platform} to {call} {what.en} ({kind.en}).",
            f"{platform}の{call}に対する応答が想定と異なります: {what.ja}（{kind.ja}）。",
        ),
        hint=Text(
            "--api-endpoint is the address of the API, such as https://api-dev-platform.acesinc.co.jp.",
            "--api-endpointには、https://api-dev-platform.acesinc.co.jpのようなAPIのURLを指定してください。",
        ),
    )


def no_way_to_log_in() -> Problem:
    """When the contract has no login or no status."""
    return Problem(
        kind=R012,
        message=Text(
            "The platform contract has no `login` or no `status`.",
            "ACES Platformとの通信の定義に`login`または`status`がありません。",
        ),
        hint=Text(
            "Add them to the file, or leave --platform-contract out.",
            "ファイルに追加するか、--platform-contractを外してください。",
        ),
    )


def silent_accounts(platform: str, cause: Text, *, env: str | None = None) -> Problem:
    """When the accounts API does not answer. Nothing is deployed here: there is nothing to say of that."""
    address = Text(
        "Check the address of the API and the network (VPN, proxy).",
        "APIのURLとネットワーク（VPN、プロキシ）を確認してください。",
    )
    advice = sentences(DEV_STOPS, address) if env == "dev" or is_dev(platform) else address
    return replace(silent(platform, cause, env=env), hint=sentences(advice, run_again()))
