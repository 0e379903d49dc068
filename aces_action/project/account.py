"""The AWS account of the infra file: read as it is written, and compared with the roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from aces_action.language import EMPTY, Text
from aces_action.problems.configuration import account as problems
from aces_action.problems.problem import Problem
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
    problem = infra.at(("account_id",), problems.account_without_quotes(written, account))
    quoted = replace(problem, fix=infra.source.fix((start, end), f"'{written}'"))
    return replace(infra, data={**data, "account_id": written}), [quoted]


def account_digits(written: str) -> str | None:
    """The account id that is meant by something that is none but has all its digits."""
    digits = _digits(written)
    return digits if _ACCOUNT.fullmatch(digits) else None


def _digits(written: str) -> str:
    return re.sub(r"[-\s'\"_]", "", plain(written))  # full-width digits and typographic quotes too


def account_correction(written: str) -> Text:
    """What to write instead of something that is no account id."""
    digits = _digits(written)
    if _ACCOUNT.fullmatch(digits):
        return problems.write_account_id(digits)
    return problems.digits_of_account_id(len(digits)) if digits.isdecimal() else EMPTY


def account_problems(infra: Document, role_account: str | None) -> Iterator[Problem]:
    """account_id against the account in AWS_ROLE_ARN (None: not known), and the roles of the file against both."""
    account = infra.get("account_id")
    account = account if isinstance(account, str) and _ACCOUNT.fullmatch(account) else None
    if account and role_account and account != role_account:
        yield infra.at(("account_id",), problems.account_of_another_role(account, role_account))
    yield from _foreign_roles(infra, {known for known in (account, role_account) if known})


def _foreign_roles(infra: Document, accounts: set[str]) -> Iterator[Problem]:
    """An error and no warning: IAM passes a role only to a service of the role's own account (IAM User Guide, 'Grant a user
    permissions to pass a role to an AWS service'), so SageMaker and Batch would refuse it."""
    for path in _ROLES:
        role = _ROLE.fullmatch(value) if isinstance(value := infra.get(*path), str) else None
        if role and accounts and role[1] not in accounts:
            yield infra.at(path, problems.role_of_another_account(dotted(path), role[1], " / ".join(sorted(accounts))))
