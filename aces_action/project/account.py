"""The AWS account of the infra file: read as it is written, and compared with the roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from aces_action.language import EMPTY, Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.lookalikes import plain

_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/.*", re.DOTALL)
_ROLES: tuple[Path, ...] = (
    ("sagemaker", "execution_role_arn"),
    ("batch", "job_role_arn"),
    ("batch", "execution_role_arn"),
    ("batch", "longtime", "job_role_arn"),
    ("batch", "longtime", "execution_role_arn"),
)


def with_account_as_written(infra: Document) -> tuple[Document, list[Problem]]:
    """The infra file with an account_id of 12 digits without quotes taken as text, which is a warning.

    YAML 1.1 makes it a number: the leading zeros are lost, and 0123… is octal.
    """
    account, data = infra.get("account_id"), infra.data
    start, end = infra.span(("account_id",))
    written = infra.source.text[start:end]
    if not isinstance(data, dict) or not isinstance(account, int) or not _ACCOUNT.fullmatch(written):
        return infra, []
    message = Text(
        f"account_id {written} has no quotes, so YAML reads it as the number {account}. It is taken as it is written.",
        f"account_idの{written}に引用符がないため、YAMLでは数値の{account}になります。書かれているとおりに使います。",
    )
    hint = Text(
        f"Other tools lose leading zeros, or read them as octal. Quote it: account_id: '{written}'",
        f"他のツールでは、先頭の0が失われたり8進数として読まれたりします。引用符で囲んでください: account_id: '{written}'",
    )
    problem = infra.problem("C023", ("account_id",), message, hint)
    return replace(infra, data={**data, "account_id": written}), [problem]


def account_correction(written: str) -> Text:
    """What to write instead of something that is no account id."""
    digits = re.sub(r"[-\s'\"_]", "", plain(written))  # full-width digits and typographic quotes too
    if _ACCOUNT.fullmatch(digits):
        return Text(f"Write account_id: '{digits}'.", f"account_id: '{digits}'と書いてください。")
    if not digits.isdecimal():
        return EMPTY
    count = len(digits)
    return Text(
        f"It has {count} digits. Without quotes, leading zeros are lost: YAML reads a number.",
        f"{count}桁です。引用符がないとYAMLでは数値になり、先頭の0が失われます。",
    )


def account_problems(infra: Document, role_account: str | None) -> list[Problem]:
    """account_id against the account in AWS_ROLE_ARN (None: not known), and the roles of the file against both."""
    account = infra.get("account_id")
    account = account if isinstance(account, str) and _ACCOUNT.fullmatch(account) else None
    problems = []
    if account and role_account and account != role_account:
        message = Text(
            f"account_id is {account}, but AWS_ROLE_ARN is a role of the account {role_account}.",
            f"account_idは{account}ですが、AWS_ROLE_ARNはアカウント{role_account}のロールです。",
        )
        hint = Text(
            "Correct the one that is wrong: both name the account to deploy to.",
            "どちらもデプロイするアカウントでなければなりません。誤っている方を直してください。",
        )
        problems.append(infra.problem("C015", ("account_id",), message, hint))
    return [*problems, *_foreign_roles(infra, {each for each in (account, role_account) if each})]


def _foreign_roles(infra: Document, accounts: set[str]) -> Iterator[Problem]:
    """An error and no warning: IAM passes a role only to a service of the role's own account (IAM User Guide, 'Grant a user
    permissions to pass a role to an AWS service'), so SageMaker and Batch would refuse it."""
    for path in _ROLES:
        role = _ROLE.fullmatch(value) if isinstance(value := infra.get(*path), str) else None
        if role and accounts and role[1] not in accounts:
            place, expected, found = dotted(path), " / ".join(sorted(accounts)), role[1]
            message = Text(
                f"{place} is a role of the account {found}, but the deployment is in {expected}.",
                f"{place}はアカウント{found}のロールですが、デプロイ先は{expected}です。",
            )
            hint = Text(
                "AWS passes roles within an account only: name a role of that account.",
                "ロールは同じアカウントの中でしか渡せません。デプロイ先のアカウントのロールを書いてください。",
            )
            yield infra.problem("C015", path, message, hint)
