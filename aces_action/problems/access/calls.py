"""A: calls that AWS refused."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

A005 = Kind(
    code="ACES-A005",
    severity="error",
    title=Text("Permission missing", "権限がありません"),
    cause=Text(
        "AWS refused a call because the role of the job lacks a permission for it. The message names the call and the "
        "permission, and gives AWS's own words.",
        "ジョブのロールに権限がないため、AWSが呼び出しを拒否しました。"
        "呼び出しの名前、足りない権限、AWSの応答をメッセージに示します。",
    ),
    fix=Text(
        "If `aces-action bootstrap` has created the role, run it again: it brings the role up to date. Else add the permission "
        "to the policy of the role in AWS_ROLE_ARN; docs/iam has all that the action needs, so that it can be done at once. If "
        "the role has it already, a permission boundary or an SCP of the organisation "
        "may deny it.",
        "`aces-action bootstrap`で作成したロールは、もう一度実行すると最新の内容になります。それ以外は、"
        "AWS_ROLE_ARNのロールのポリシーに、その権限を追加してください。必要な権限の一覧はdocs/iamにあり、"
        "まとめて追加できます。すでに追加されている場合は、permissions boundaryや組織のSCPで拒否されている可能性があります。",
    )
    + snippet("json", '{ "Effect": "Allow", "Action": "sagemaker:UpdateEndpoint", "Resource": "*" }'),
    example=Text(
        "ACES-A005 The role may not call UpdateEndpoint on number-plate-detection-dev-algorithm-server: it lacks "
        "sagemaker:UpdateEndpoint.",
        "ACES-A005 ロールはUpdateEndpoint（number-plate-detection-dev-algorithm-server）を呼び出せません。"
        "sagemaker:UpdateEndpointの権限がありません。",
    ),
)

A006 = Kind(
    code="ACES-A006",
    severity="error",
    title=Text("AWS refused a call", "AWSが呼び出しを拒否しました"),
    cause=Text(
        "AWS answered a call with an error for which this action has no specific advice. "
        "The message quotes AWS; the hint gives AWS's request id, if there is one.",
        "AWSの呼び出しが、このアクションに個別の説明がないエラーになりました。"
        "メッセージにAWSの応答を、ヒントに（あれば）AWSのリクエストIDを示します。",
    ),
    fix=Text(
        "Read what AWS says: it usually names the parameter or the limit. Faults of AWS pass: run the job "
        "again. Otherwise give AWS Support the request id.",
        "AWSの応答を確認してください。多くの場合、問題のパラメータや上限が示されています。"
        "AWS側の一時的な障害なら、ジョブを再実行してください。"
        "解決しないときは、リクエストIDを添えてAWSサポートに問い合わせてください。",
    ),
    example=Text(
        "ACES-A006 AWS refused DescribeInstanceTypes: InternalError: An internal error has occurred",
        "ACES-A006 AWSがDescribeInstanceTypesを拒否しました: InternalError: An internal error has occurred",
    ),
)

A014 = Kind(
    code="ACES-A014",
    severity="error",
    title=Text("The runner's clock is off", "ランナーの時計がずれています"),
    cause=Text(
        "AWS rejects requests whose time differs from its own by more than a few minutes. The credentials may be fine.",
        "AWSは、時刻が数分以上ずれているリクエストを拒否します。認証情報に問題があるとは限りません。",
    ),
    fix=Text(
        "Set the runner's clock (often off on a virtual machine that was asleep), then run the job again.",
        "ランナーの時計を合わせてから（スリープから復帰した仮想マシンでよく起きます）、ジョブを再実行してください。",
    )
    + snippet("sh", "sudo timedatectl set-ntp true && timedatectl"),
    example=Text(
        "ACES-A014 AWS refused GetCallerIdentity: the clock here is off (SignatureDoesNotMatch). AWS said: Signature expired",
        "ACES-A014 AWSがGetCallerIdentityを拒否しました。実行環境の時計がずれています（SignatureDoesNotMatch）。AWSの応答: "
        "Signature expired",
    ),
)

A015 = Kind(
    code="ACES-A015",
    severity="error",
    title=Text("AWS throttles the account's calls", "AWSがアカウントの呼び出しをスロットリングしています"),
    cause=Text(
        "All callers of an account and region share what AWS takes of each operation a second. Other deployments, Terraform or "
        "a script used it up, and went on to for about five minutes, while this run tried again less and less often. What was "
        "throttled has changed nothing.",
        "AWSが1秒間に受け付ける呼び出しの数は操作ごとに決まっており、同じアカウントとリージョンのすべての呼び出し元で共有します。"
        "ほかのデプロイ、Terraform、スクリプトなどがその上限まで呼び出し続けたため、間隔を空けながら約5分間再試行しましたが、"
        "受け付けられませんでした。スロットリングされた呼び出しでは、何も変更されていません。",
    ),
    fix=Text(
        "Run the job again. If many projects are deployed at once, let fewer run at a time: `max-parallel` of the matrix. "
        "Some rates can be raised in the Service Quotas console.",
        "ジョブを再実行してください。多数のプロジェクトを一度にデプロイする場合は、マトリックスの`max-parallel`で同時に実行する数を"
        "減らしてください。一部の上限は、Service Quotasのコンソールで引き上げを申請できます。",
    ),
    example=Text(
        "ACES-A015 AWS throttled DescribeEndpoint on number-plate-detection-dev-algorithm-server, and did so until the end: "
        "ThrottlingException: Rate exceeded",
        "ACES-A015 AWSがDescribeEndpoint（number-plate-detection-dev-algorithm-server）をスロットリングし続けました: "
        "ThrottlingException: Rate exceeded",
    ),
)

KINDS = (A005, A006, A014, A015)

ALLOW_IT = Text(
    "Add it to the role of AWS_ROLE_ARN (aces-action's docs/iam has all it needs, as a template and as JSON; `aces-action "
    "bootstrap` updates a role that it created).",
    "AWS_ROLE_ARNのロールに追加してください（必要な権限はすべて、aces-actionのdocs/iamにテンプレートとJSONで用意しています。"
    "`aces-action bootstrap`で作成したロールは、もう一度実行すると最新の内容になります）。",
    Text(
        "Use a profile that has it (AWS_PROFILE), or ask the administrator of the AWS account for it.",
        "権限のあるプロファイルをAWS_PROFILEで指定するか、AWSアカウントの管理者に権限の追加を依頼してください。",
    ),
)
_SET_THE_CLOCK = Text(
    "Set the runner's clock, then run the job again.",
    "ランナーの時計を合わせてから、ジョブを再実行してください。",
    Text(
        "Set this machine's clock, then run the command again.",
        "このマシンの時計を合わせてから、コマンドを再実行してください。",
    ),
)


def not_allowed(operation: str, resource: str, permission: str, answer: str) -> Problem:
    """When a permission is missing. `answer` in AWS's words; `resource` empty where the call is about none."""
    about = _on(resource)
    return Problem(
        kind=A005,
        message=Text(
            f"The role may not call {operation}{about.en}: it lacks {permission}.",
            f"ロールは{operation}{about.ja}を呼び出せません。{permission}の権限がありません。",
        ),
        hint=sentences(ALLOW_IT, Text(f"AWS said: {answer}", f"AWSの応答: {answer}")),
    )


def throttled(operation: str, resource: str, answer: str) -> Problem:
    """When a call was throttled at its last attempt, too. `answer` in AWS's words."""
    about = _on(resource)
    return Problem(
        kind=A015,
        message=Text(
            f"AWS throttled {operation}{about.en}, and did so until the end: {answer}",
            f"AWSが{operation}{about.ja}をスロットリングし続けました: {answer}",
        ),
        hint=Text(
            "Run the job again, with fewer deployments at a time: `max-parallel` of the matrix.",
            "同時に実行するデプロイを減らして（マトリックスの`max-parallel`）、ジョブを再実行してください。",
            Text(
                "Run the command again, with fewer deployments at a time.",
                "同時に実行するデプロイを減らして、コマンドを再実行してください。",
            ),
        ),
    )


def clock_is_off(operation: str, resource: str, code: str, answer: str) -> Problem:
    """When AWS refuses a request for its time."""
    about = _on(resource)
    return Problem(
        kind=A014,
        message=Text(
            f"AWS refused {operation}{about.en}: the clock here is off ({code}). AWS said: {answer}",
            f"AWSが{operation}{about.ja}を拒否しました。実行環境の時計がずれています（{code}）。AWSの応答: {answer}",
        ),
        hint=_SET_THE_CLOCK,
    )


def clock_is_ahead(end: str) -> Problem:
    """When the credentials that AWS has just given have ended already by the clock here. `end`: when they end by AWS's."""
    return Problem(
        kind=A014,
        message=Text(
            f"The clock here is ahead of AWS's: by it, the credentials that AWS has just given ended at {end}.",
            f"実行環境の時計がAWSより進んでいます。取得したばかりの認証情報（有効期限: {end}）が、"
            "この時計ではすでに期限切れです。",
        ),
        hint=_SET_THE_CLOCK,
    )


def clock_differs(seconds: int) -> Problem:
    """When the clock here and AWS's differ by so much that AWS refuses requests."""
    return Problem(
        kind=A014,
        message=Text(
            f"The clock here is {seconds:,} s off from AWS's: AWS refuses requests that are signed with it.",
            f"実行環境の時計がAWSと{seconds:,}秒ずれています。この時計で署名したリクエストは、AWSに拒否されます。",
        ),
        hint=_SET_THE_CLOCK,
    )


def call_refused(operation: str, resource: str, answer: str, request_id: str) -> Problem:
    """When AWS refuses a call for a reason of its own. `answer`: code and AWS's words; `request_id` may be empty."""
    about = _on(resource)
    return Problem(
        kind=A006,
        message=Text(f"AWS refused {operation}{about.en}: {answer}", f"AWSが{operation}{about.ja}を拒否しました: {answer}"),
        hint=Text(f"AWS's request id: {request_id}", f"AWSのリクエストID: {request_id}") if request_id else EMPTY,
    )


def request_not_sent(resource: str, reason: str) -> Problem:
    """When botocore refuses a request, in its own words."""
    about = Text(f" ({resource})", f"（{resource}）") if resource else EMPTY
    return Problem(
        kind=A006,
        message=Text(
            f"A request was refused before it was sent{about.en}: {reason}",
            f"リクエスト{about.ja}は送信前に拒否されました: {reason}",
        ),
    )


def call_failed(resource: str, reason: str) -> Problem:
    """When botocore fails otherwise, in its own words."""
    about = Text(f" ({resource})", f"（{resource}）") if resource else EMPTY
    return Problem(
        kind=A006,
        message=Text(f"A call to AWS failed{about.en}: {reason}", f"AWSの呼び出し{about.ja}に失敗しました: {reason}"),
    )


def _on(resource: str) -> Text:
    return Text(f" on {resource}", f"（{resource}）") if resource else EMPTY
