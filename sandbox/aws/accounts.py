"""Whose account a request is about: the key that signs it decides, as in AWS. moto keeps its state apart by accounts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moto.iam.models import get_account_id_from

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ACCOUNT = "123456789012"
SECOND_ACCOUNT = "210987654321"
_HEADER = "HTTP_X_MOTO_ACCOUNT_ID"
# No key has its account's number in it: whoever hides a key's parts would hide that number, too
_ADMINISTRATORS = {"AKIAIOSFODNN7SANDBOX": ACCOUNT, "AKIAI44QH8DHBSANDBOX": SECOND_ACCOUNT}
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/.+", re.ASCII)


def administrators_key(account: str) -> str:
    """The access key id of an account's administrator."""
    return next(key for key, its_account in _ADMINISTRATORS.items() if its_account == account)


def account_of_key(access_key_id: str) -> str:
    """An administrator's account, or that of the role that was assumed."""
    return _ADMINISTRATORS.get(access_key_id) or get_account_id_from(access_key_id)


def send_to_account(environ: WSGIEnvironment, access_key_id: str) -> None:
    """From here on the request is one of its key's account."""
    environ[_HEADER] = account_of_key(access_key_id)


def account_in(environ: WSGIEnvironment) -> str:
    """The account that `send_to_account` found."""
    account: str = environ[_HEADER]
    return account


def account_of_role(arn: str) -> str:
    """The account of a role; the first one's of what is no role's ARN, which then is not found there."""
    found = _ROLE.fullmatch(arn)
    return found[1] if found else ACCOUNT
