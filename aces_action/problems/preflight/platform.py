"""P: the ACES Platform."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P007 = Kind(
    code="ACES-P007",
    severity="error",
    title=Text("ACES Platform does not answer", "ACES Platformが応答しません"),
    cause=Text(
        "The platform's internal API did not answer: DNS does not know its name, the connection fails, or it answers "
        "502 to 504. The dev environment stops automatically at 22:00 JST. Names that end in `.internal` resolve "
        "only inside ACES's network. If this comes before the plan, nothing has been changed.",
        "ACES Platformの内部APIが応答しません。ホスト名をDNSで解決できないか、接続に失敗したか、"
        "502〜504が返りました。開発環境は22:00に自動停止します。`.internal`で終わるホスト名は、"
        "ACESのネットワーク内でしか解決できません。計画（Plan）より前に出た場合は、まだ何も変更していません。",
    ),
    fix=Text(
        "In dev, start the platform's environment as described in the guide's FAQ. Otherwise check PLATFORM_URL and "
        "whether the runner can reach that host. Then run the job again: what is already deployed stays as it is.",
        "devの場合は、ガイドのFAQ「ACES Platformのdev環境のサービスを起動する」のとおりに起動してください。"
        "それ以外は、PLATFORM_URLと、ランナーからそのホストに接続できるかを確認してください。その後、"
        "ジョブを再実行してください。デプロイ済みのものはそのまま使います。",
    ),
    example=Text(
        "ACES-P007 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: DNS does not know the host "
        "api-dev.aces-platform-dev.internal",
        "ACES-P007 ACES Platform（http://api-dev.aces-platform-dev.internal）から応答がありません: "
        "DNSでホストapi-dev.aces-platform-dev.internalを解決できません。",
    ),
)

P008 = Kind(
    code="ACES-P008",
    severity="error",
    title=Text("Tenant not known to the ACES Platform", "ACES Platformにないテナントです"),
    cause=Text(
        "The platform has no tenant with the UUID in TENANT_ID. Each environment has its own tenants, so a UUID from "
        "production does not exist in dev.",
        "TENANT_IDのUUIDのテナントが、ACES Platformにありません。テナントは環境ごとに別なので、"
        "本番環境のUUIDは開発環境では使えません。",
    ),
    fix=Text(
        "Look up the UUID in the platform of this environment: `tenant.uuid` in the answer of the status API.",
        "その環境のACES Platformで、UUIDを調べてください。status APIが返す`tenant.uuid`です。",
    )
    + snippet("sh", "curl 'https://<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'"),
    example="env:\n  ENV: dev\n  TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13  # the tenant of production",
)

P009 = Kind(
    code="ACES-P009",
    severity="error",
    title=Text("ACES Platform refused the token", "ACES Platformがトークンを拒否しました"),
    cause=Text(
        "The platform requires a token and none is set, or it refuses the one in PLATFORM_TOKEN. Tokens expire.",
        "ACES Platformがトークンを求めていますが設定されていないか、PLATFORM_TOKENのトークンを拒否しました。"
        "トークンには有効期限があります。",
    ),
    fix=Text(
        "Get a new token from the login API (see the guide), store it in a secret of the repository and pass that on:",
        "ガイドのログインAPIで新しいトークンを取得し、リポジトリのシークレットに保存して渡してください。",
    )
    + snippet("yaml", "with:\n  platform-token: ${{ secrets.PLATFORM_TOKEN }}"),
    example=Text(
        "ACES-P009 The ACES Platform at https://platform.example.com refused PLATFORM_TOKEN (401): Invalid token.",
        "ACES-P009 ACES Platform（https://platform.example.com）がPLATFORM_TOKENを拒否しました（401）: Invalid token.",
    ),
)

P030 = Kind(
    code="ACES-P030",
    severity="warning",
    title=Text("Registration deferred", "登録を延期しました"),
    cause=Text(
        "The ACES Platform does not answer, and `platform: deferred` lets the deployment continue without it. The "
        "deployment serves, but the platform does not list it yet, or still lists the previous version. The step "
        "output `registration` is `deferred`.",
        "ACES Platformが応答しませんが、`platform: deferred`のため、登録なしでデプロイを続けます。"
        "デプロイしたものは稼働しますが、ACES Platformには未登録か、以前の内容のままです。"
        "ステップの出力`registration`は`deferred`になります。",
    ),
    fix=Text(
        "When the platform is up again, register the deployment. You may do so as often as you like:",
        "ACES Platformが起動したら、稼働中のものを登録してください。何度実行してもかまいません。",
    )
    + snippet("yaml", "with:\n  command: register"),
    example=Text(
        "ACES-P030 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: DNS does not know the host "
        "api-dev.aces-platform-dev.internal",
        "ACES-P030 ACES Platform（http://api-dev.aces-platform-dev.internal）から応答がありません: "
        "DNSでホストapi-dev.aces-platform-dev.internalを解決できません。",
    ),
)

KINDS = (
    P007,
    P008,
    P009,
    P030,
)


def registration_deferred(problem: Problem) -> Problem:
    """When the platform does not answer (`problem`) and the registration may wait for it."""
    return replace(
        problem,
        kind=P030,
        hint=Text(
            "The deployment continues without it. When the platform is up again, register the deployment:\nwith:\n  "
            "command: register",
            "ACES Platformへの登録なしでデプロイを続けます。ACES Platformが起動したら、"
            "次の設定で登録してください:\nwith:\n  command: register",
            Text(
                "The deployment continues without it. When the platform is up again, run the same command to register it.",
                "ACES Platformへの登録なしでデプロイを続けます。ACES Platformが起動したら、"
                "同じコマンドを再実行して登録してください。",
            ),
        ),
    )
