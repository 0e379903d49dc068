"""C: the AWS account of the infra file."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C014 = Kind(
    code="ACES-C014",
    severity="error",
    title=Text("account_id is not an AWS account id", "account_idがAWSアカウントIDではありません"),
    cause=Text(
        "`account_id` is not 12 digits: there is a digit too few or too many, or something else than digits, such as hyphens.",
        "`account_id`が12桁の数字ではありません。桁数の誤りや、ハイフンなどの数字以外の文字があります。",
    ),
    fix=Text(
        "Write the 12 digits in quotes. This shows the account of your credentials:",
        "12桁の数字を引用符で囲んで書いてください。使用中の認証情報のアカウントは、次のコマンドでわかります。",
    )
    + snippet("sh", "aws sts get-caller-identity --query Account --output text"),
    example="account_id: '1234-5678-9012'",
)
C015 = Kind(
    code="ACES-C015",
    severity="error",
    title=Text("Account differs from AWS_ROLE_ARN", "アカウントがAWS_ROLE_ARNと違います"),
    cause=Text(
        "`account_id` of the infra file, the account in AWS_ROLE_ARN and those in the ARNs of roles in the infra file are "
        "not all the same. One of them names another account than the one to deploy to, and AWS passes roles within an "
        "account only.",
        "infraファイルの`account_id`、AWS_ROLE_ARNのアカウント、infraファイルのロールのARNのアカウントが一致していません。"
        "どれかが、デプロイ先とは別のアカウントです。AWSでは、ロールは同じアカウントの中でしか渡せません。",
    ),
    fix=Text(
        "Correct the one that is wrong. In dev it is the account of the dev environment everywhere.",
        "誤っているものを直してください。devでは、すべて開発環境のアカウントです。",
    ),
    example=(
        "account_id: '123456789012'\n"
        "\n"
        "AWS_ROLE_ARN: arn:aws:iam::210987654321:role/number-plate-detection-dev-github-actions-role"
    ),
)
C023 = Kind(
    code="ACES-C023",
    severity="warning",
    title=Text("Account id without quotes", "アカウントIDが引用符で囲まれていません"),
    cause=Text(
        "`account_id` is written without quotes, so YAML takes it for a number. Here its 12 digits are taken as they are "
        "written, but other tools drop leading zeros, or read a number that begins with 0 as octal.",
        "`account_id`が引用符で囲まれていないため、YAMLでは数値になります。"
        "ここでは、書かれている12桁の数字をそのまま使いますが、"
        "ほかのツールでは、先頭の0が消えたり、0で始まる数値が8進数として読まれたりします。",
    ),
    fix=Text("Quote it:", "引用符で囲んでください。") + snippet("yaml", "account_id: '123456789012'"),
    example="account_id: 123456789012",
)

KINDS = (
    C014,
    C015,
    C023,
)


def write_account_id(digits: str) -> Text:
    return Text(f"Write account_id: '{digits}'.", f"account_id: '{digits}'と書いてください。")


def digits_of_account_id(count: int) -> Text:
    return Text(
        f"It has {count} digits. Without quotes, leading zeros are lost: YAML reads a number.",
        f"{count}桁です。引用符がないとYAMLでは数値になり、先頭の0が失われます。",
    )


def account_without_quotes(written: str, number: int) -> Problem:
    """When YAML made a number of an account id that is right as it is written."""
    return Problem(
        kind=C023,
        message=Text(
            f"account_id {written} has no quotes, so YAML reads it as the number {number}. It is taken as written.",
            f"account_idの{written}に引用符がないため、YAMLでは数値の{number}になります。書かれているとおりに使います。",
        ),
        hint=Text(
            f"Other tools lose leading zeros, or read them as octal. Quote it: account_id: '{written}'",
            f"ほかのツールでは、先頭の0が失われたり8進数として読まれたりします。引用符で囲んでください: account_id: '{written}'",
        ),
    )


def account_of_another_role(account: str, role_account: str) -> Problem:
    """When account_id and AWS_ROLE_ARN name different accounts."""
    return Problem(
        kind=C015,
        message=Text(
            f"account_id is {account}, but AWS_ROLE_ARN is a role of the account {role_account}.",
            f"account_idは{account}ですが、AWS_ROLE_ARNはアカウント{role_account}のロールです。",
        ),
        hint=Text(
            "Correct the one that is wrong: both name the account to deploy to.",
            "どちらもデプロイするアカウントでなければなりません。誤っている方を直してください。",
        ),
    )


def role_of_another_account(place: str, account: str, expected: str) -> Problem:
    """When a role in the infra file belongs to another account than the deployment (`expected`, several with ' / ')."""
    return Problem(
        kind=C015,
        message=Text(
            f"{place} is a role of the account {account}, but the deployment is in {expected}.",
            f"{place}はアカウント{account}のロールですが、デプロイ先は{expected}です。",
        ),
        hint=Text(
            "AWS passes roles within an account only: name a role of that account.",
            "ロールは同じアカウントの中でしか渡せません。デプロイ先のアカウントのロールを書いてください。",
        ),
    )
