"""A: credentials for AWS, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

A001 = Kind(
    code="ACES-A001",
    severity="error",
    title=Text("No AWS credentials", "AWSの認証情報がありません"),
    cause=Text(
        "The job has no credentials for AWS, or AWS does not accept those it has: keys that have expired, were deleted or "
        "were copied wrongly.",
        "ジョブにAWSの認証情報がないか、AWSがそれを受け付けませんでした。"
        "期限切れのキー、削除されたキー、コピーを誤ったキーなどが原因です。",
    ),
    fix=Text(
        "Let the job assume a role with GitHub's OIDC token. Such credentials renew themselves until the run ends:",
        "GitHubのOIDCトークンで、ジョブにロールを引き受けさせてください。この認証情報は、実行が終わるまで自動で更新されます。",
    )
    + snippet(
        "yaml",
        "permissions:\n"
        "  id-token: write\n"
        "  contents: read\n"
        "env:\n"
        "  AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    ),
    example=Text(
        "ACES-A001 AWS did not accept the credentials for GetCallerIdentity (ExpiredToken).",
        "ACES-A001 AWSがGetCallerIdentityの認証情報を受け付けませんでした（ExpiredToken）。",
    ),
)

A004 = Kind(
    code="ACES-A004",
    severity="error",
    title=Text("Wrong AWS account", "AWSアカウントが違います"),
    cause=Text(
        "The credentials belong to another AWS account than `account_id` of the infra file names or, at a terminal, than the "
        "workflow's AWS_ROLE_ARN does. Nothing has been touched in either of them.",
        "認証情報が、infraファイルの`account_id`（ターミナルでは、ワークフローのAWS_ROLE_ARNも）とは別のAWSアカウントのものです。"
        "どちらのアカウントでも、まだ何も変更していません。",
    ),
    fix=Text(
        "Correct whichever is wrong: `account_id` of the infra file, AWS_ROLE_ARN of the workflow (`promote-from-role` for the "
        "source of a promotion), or AWS_PROFILE at a terminal. "
        "Does the workflow use the variables of another environment?",
        "infraファイルの`account_id`、ワークフローのAWS_ROLE_ARN（昇格元では`promote-from-role`）、ターミナルではAWS_PROFILEのうち、誤っているものを直してください。"
        "ワークフローが別の環境の変数を使っていないかも確認してください。",
    ),
    example=Text(
        "ACES-A004 The credentials belong to AWS account 123456789012, but account_id is 210987654321.",
        "ACES-A004 認証情報はAWSアカウント123456789012のものですが、account_idは210987654321です。",
    ),
)

A008 = Kind(
    code="ACES-A008",
    severity="warning",
    title=Text("AWS credentials may end before the run", "AWSの認証情報が実行中に失効します"),
    cause=Text(
        "There is no AWS_ROLE_ARN, and the keys in the job's environment end (AWS_CREDENTIAL_EXPIRATION) before wait-timeout "
        "would. Nothing renews them: a roll-out that takes longer continues without the job, which fails.",
        "AWS_ROLE_ARNがなく、ジョブの環境変数にあるキーの期限（AWS_CREDENTIAL_EXPIRATION）が、wait-timeoutより先に切れます。"
        "このキーは更新されません。デプロイがそれより長くかかると、SageMakerの処理は続きますが、ジョブは失敗します。",
    ),
    fix=Text(
        "Let the action assume the role itself: its credentials renew themselves. Or make the keys last longer.",
        "このアクションにロールを引き受けさせてください。その認証情報は自動で更新されます。または、キーの有効期間を長くしてください。",
    )
    + snippet(
        "yaml",
        "permissions:\n"
        "  id-token: write\n"
        "  contents: read\n"
        "env:\n"
        "  AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    ),
    example=Text(
        "ACES-A008 The job's AWS credentials end before wait-timeout does, and nothing renews them.",
        "ACES-A008 ジョブのAWS認証情報は、wait-timeoutより先に期限が切れ、更新されません。",
    ),
)

A011 = Kind(
    code="ACES-A011",
    severity="error",
    title=Text("AWS profile not found", "AWSのプロファイルがありません"),
    cause=Text(
        "AWS_PROFILE (or AWS_DEFAULT_PROFILE) names a profile that does not exist. The action's container does not see the "
        "runner's ~/.aws.",
        "AWS_PROFILE（またはAWS_DEFAULT_PROFILE）のプロファイルがありません。アクションのコンテナからは、ランナーの~/.awsは見えません。",
    ),
    fix=Text(
        "Delete the variable from the job and from the runner's settings; an empty value counts as a name, too. The action "
        "gets its credentials from AWS_ROLE_ARN:",
        "ジョブとランナーの設定から、この変数を削除してください（空の値も名前として扱われます）。認証情報はAWS_ROLE_ARNで取得します。",
    )
    + snippet(
        "yaml",
        "env:\n  AWS_ROLE_ARN: arn:aws:iam::123456789012:role/number-plate-detection-dev-github-actions-role",
    ),
    example=Text(
        "ACES-A011 AWS_PROFILE is corp, but there is no such profile here.",
        "ACES-A011 AWS_PROFILEに指定したプロファイル（corp）がありません。",
    ),
)

KINDS = (A001, A004, A008, A011)

# At a terminal, whatever is wrong with the credentials
_SIGN_IN = lines(
    Text("Sign in, or choose a profile that is signed in:", "サインインするか、サインイン済みのプロファイルを指定してください:"),
    same("export AWS_PROFILE=NAME\naws sso login"),
    Text("The profiles that there are: aws configure list-profiles", "プロファイルの一覧: aws configure list-profiles"),
)
_SET_A_ROLE = Text(
    "Set AWS_ROLE_ARN in the workflow's env: block and give the job `permissions: id-token: write`.",
    "ワークフローのenv:にAWS_ROLE_ARNを設定し、ジョブに`permissions: id-token: write`を付けてください。",
    _SIGN_IN,
)
_USE_A_ROLE = Text(
    "Use AWS_ROLE_ARN: its credentials renew themselves. Keys set in the job do not. Then run the job again.",
    "AWS_ROLE_ARNを使ってください。その認証情報は自動で更新されますが、ジョブに設定したキーは更新されません。"
    "設定後にジョブを再実行してください。",
    _SIGN_IN,
)

KeyFlaw = Literal[
    "only-blanks",
    "blank-at-start",
    "blank-inside",
    "blank-at-end",
    "line-break-at-start",
    "line-break-inside",
    "line-break-at-end",
    "not-ascii",
    "control-character",
    "quoted",
]
# A predicate in English; in Japanese what follows the variable's name
_KEY_FLAWS: Mapping[KeyFlaw, Text] = {
    "only-blanks": Text("has nothing in it but white space", "には空白しか入っていません"),
    "blank-at-start": Text("has a blank at its beginning", "の先頭に空白が入っています"),
    "blank-inside": Text("has a blank inside", "の途中に空白が入っています"),
    "blank-at-end": Text("has a blank at its end", "の末尾に空白が入っています"),
    "line-break-at-start": Text("has a line break at its beginning", "の先頭に改行が入っています"),
    "line-break-inside": Text("has a line break inside", "の途中に改行が入っています"),
    "line-break-at-end": Text("has a line break at its end", "の末尾に改行が入っています"),
    "not-ascii": Text(
        "has a character that is not ASCII (a full-width or an invisible one?)",
        "にASCII以外の文字（全角文字や見えない文字など）が入っています",
    ),
    "control-character": Text("has a control character", "に制御文字が入っています"),
    "quoted": Text("has quotation marks around it", "が引用符で囲まれています"),
}


def no_credentials() -> Problem:
    """When neither environment, profile nor machine has any."""
    return Problem(
        kind=A001,
        message=Text(
            "The job has no AWS credentials.",
            "ジョブにAWSの認証情報がありません。",
            Text("There are no AWS credentials.", "AWSの認証情報がありません。"),
        ),
        hint=_SET_A_ROLE,
    )


def incomplete_credentials(variable: str) -> Problem:
    """When one of the variables that belong together is not set."""
    return Problem(
        kind=A001,
        message=Text(
            f"The job's AWS credentials are incomplete: {variable} is missing.",
            f"ジョブのAWSの認証情報が不足しています。{variable}がありません。",
            Text(f"The AWS credentials are incomplete: {variable} is missing.", f"AWSの認証情報に{variable}がありません。"),
        ),
        hint=_SET_A_ROLE,
    )


def credentials_not_given(reason: str) -> Problem:
    """When single sign-on, the machine or a program should give credentials, and does not. `reason` in botocore's words."""
    return Problem(
        kind=A001,
        message=Text(f"Could not get AWS credentials: {reason}", f"AWSの認証情報を取得できません: {reason}"),
        hint=_SET_A_ROLE,
    )


def credentials_ended() -> Problem:
    """When the keys of the environment have ended by AWS_CREDENTIAL_EXPIRATION: AWS need not be asked."""
    return Problem(
        kind=A001,
        message=Text(
            "The AWS credentials in the environment have expired (AWS_CREDENTIAL_EXPIRATION).",
            "環境変数にあるAWSの認証情報の期限（AWS_CREDENTIAL_EXPIRATION）が切れています。",
        ),
        hint=_USE_A_ROLE,
    )


def credentials_not_accepted(operation: str, resource: str, code: str) -> Problem:
    """When AWS knows the key of a request no more, or never did."""
    about = Text(f" on {resource}", f"（{resource}）") if resource else EMPTY
    return Problem(
        kind=A001,
        message=Text(
            f"AWS did not accept the credentials for {operation}{about.en} ({code}).",
            f"AWSが{operation}{about.ja}の認証情報を受け付けませんでした（{code}）。",
        ),
        hint=_USE_A_ROLE,
    )


def wrong_key(variable: str, flaw: KeyFlaw) -> Problem:
    """When a variable holds what no key of AWS looks like."""
    what = _KEY_FLAWS[flaw]
    return Problem(
        kind=A001,
        message=Text(
            f"{variable} {what.en}: no AWS key looks like that.", f"{variable}{what.ja}。AWSのキーとして正しくありません。"
        ),
        hint=Text(
            f"Copy the key again, and nothing else, into the secret that {variable} uses. With AWS_ROLE_ARN no keys are needed.",
            f"キーだけをコピーし直し、{variable}に渡しているシークレットに設定してください。AWS_ROLE_ARNを使えば、キーは不要です。",
            _SIGN_IN,
        ),
    )


def wrong_account(account: str, configured: str, infra_file: str) -> Problem:
    """When the credentials are those of another account than the infra file's."""
    return Problem(
        kind=A004,
        message=Text(
            f"The credentials belong to AWS account {account}, but account_id is {configured}.",
            f"認証情報はAWSアカウント{account}のものですが、account_idは{configured}です。",
        ),
        hint=Text(
            "Correct account_id, or AWS_ROLE_ARN in the workflow: nothing has been touched in either account.",
            "account_id、またはワークフローのAWS_ROLE_ARNを修正してください。どちらのアカウントにも変更は加えていません。",
            Text(
                "Sign in to that account (AWS_PROFILE chooses the profile), or correct account_id: nothing has been touched "
                "in either account.",
                "そのアカウントのプロファイルをAWS_PROFILEで指定するか、account_idを修正してください。"
                "どちらのアカウントにも変更は加えていません。",
            ),
        ),
        file=infra_file,
    )


def wrong_source_account(account: str, configured: str, infra_file: str, env: str) -> Problem:
    """When what would read the source of a promotion, the environment `env`, is of another account than its infra file's."""
    return replace(
        wrong_account(account, configured, infra_file),
        hint=Text(
            f"Set `promote-from-role`: a role in account {configured} that may read {env} there. At a terminal, "
            f"`aces-action bootstrap --env {env} --parameter PromoteTo=ENVIRONMENT --apply` creates it, for the GitHub "
            "environment of this job.",
            f"アカウント{configured}で{env}を読み取れるロールを、`promote-from-role`に指定してください。ターミナルで"
            f"`aces-action bootstrap --env {env} --parameter PromoteTo=ENVIRONMENT --apply`を実行すると作成できます"
            "（ENVIRONMENTは、このジョブのGitHub environment）。",
        ),
    )


def account_of_no_role(account: str, role_accounts: Sequence[str]) -> Problem:
    """When a person's credentials are those of another account than the one that the workflow's roles are in, and the infra file
    names none."""
    named = ", ".join(role_accounts)
    return Problem(
        kind=A004,
        message=Text(
            f"The credentials belong to AWS account {account}, but the workflow deploys to {named}, the account of AWS_ROLE_ARN.",
            f"認証情報はAWSアカウント{account}のものですが、ワークフローのAWS_ROLE_ARNのアカウントは{named}です。",
        ),
        hint=Text(
            "Sign in to that account (AWS_PROFILE chooses the profile): nothing has been touched in either account.",
            "そのアカウントのプロファイルをAWS_PROFILEで指定してください。どちらのアカウントにも変更は加えていません。",
        ),
    )


def credentials_end_early() -> Problem:
    """When the keys of the environment end before wait-timeout does."""
    return Problem(
        kind=A008,
        message=Text(
            "The job's AWS credentials end before wait-timeout does, and nothing renews them.",
            "ジョブのAWS認証情報は、wait-timeoutより先に期限が切れ、更新されません。",
            Text(
                "Your AWS credentials end before --wait-timeout does, and nothing renews them.",
                "AWSの認証情報は、--wait-timeoutより先に期限が切れ、更新されません。",
            ),
        ),
        hint=Text(
            "Set AWS_ROLE_ARN and give the job `permissions: id-token: write`: then the credentials renew themselves. "
            "Or make the keys last longer (role-duration-seconds of aws-actions/configure-aws-credentials).",
            "AWS_ROLE_ARNを設定し、ジョブに`permissions: id-token: write`を付けてください。認証情報が自動で更新されます。"
            "または、キーの有効期間を長くしてください（aws-actions/configure-aws-credentialsのrole-duration-seconds）。",
            Text(
                "SageMaker carries on without them: sign in again then, and the same command waits for it to finish. "
                "The credentials of a profile (AWS_PROFILE) renew themselves.",
                "期限が切れても、SageMakerが始めた処理は続きます。サインインし直して同じコマンドを実行すると、その完了を待ちます。"
                "プロファイル（AWS_PROFILE）の認証情報は自動で更新されます。",
            ),
        ),
    )


def profile_not_found(name: str) -> Problem:
    """When AWS_PROFILE names no profile of this machine; an empty name is one too."""
    return Problem(
        kind=A011,
        message=Text(
            f"AWS_PROFILE is {name or 'empty'}, but there is no such profile here.",
            f"AWS_PROFILEに指定したプロファイル（{name or '空'}）がありません。",
        ),
        hint=Text(
            "Delete AWS_PROFILE (or AWS_DEFAULT_PROFILE) from the job and the runner's settings: the action's container has no "
            "~/.aws. AWS_ROLE_ARN gives it credentials.",
            "ジョブとランナーの設定から、AWS_PROFILE（またはAWS_DEFAULT_PROFILE）を削除してください。アクションのコンテナに~/.awsは"
            "ありません。認証情報はAWS_ROLE_ARNで取得します。",
            _SIGN_IN,
        ),
    )
