"""The tenant id while `init` asks: what `aces-action tenant-id` does, with the questions that it takes as options."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.cli.commands.tenant_id import (
    accounts_contract,
    accounts_url,
    email_fault,
    endpoint_fault,
    not_private,
    tenant_of,
)
from aces_action.cli.console import Terminal
from aces_action.cli.prompts import Question, ask, ask_hidden, tell
from aces_action.language import Text
from aces_action.problems import ActionError, Problem
from aces_action.sanitiser import Sanitiser

_EMAIL = Text("E-mail address of your account on the ACES Platform", "ACES Platformのアカウントのメールアドレス")
_URL = Text("Address of the accounts API", "アカウントAPIのURL")
_PASSWORD = Text("Password (not shown, not stored)", "パスワード（表示も保存もしません）")


def look_up_tenant(env: str, person: Terminal) -> str | None:
    """The tenant of the account that the person logs in with; None where that fails, which is told. Raises click.Abort."""
    from aces_action.resources.listing.accounts import Credentials

    if problems := person.no_way():
        _tell(problems, Sanitiser(person.secrets), person)
        return None
    contract = accounts_contract(None)
    email = ask(Question(text=_EMAIL, fault=email_fault), person)
    known = accounts_url(contract, env)
    url = ask(Question(text=_URL, fault=lambda text: endpoint_fault(text) or not_private(text), default=known), person).rstrip(
        "/"
    )
    password = ask_hidden(_PASSWORD, person)
    cleaner = Sanitiser((*person.secrets, password))
    try:
        tenant = tenant_of(Credentials(email=email, password=password), url, contract, env)
    except ActionError as error:
        _tell(error.problems, cleaner, person)
        return None
    name = f" ({cleaner.one_line(tenant.name)})" if tenant.name else ""
    tell(f"TENANT_ID: {tenant.uuid}{name}", person)
    return tenant.uuid


def _tell(problems: Sequence[Problem], cleaner: Sanitiser, person: Terminal) -> None:
    for problem in problems:
        tell(f"✗ {problem.code}: {cleaner.clean(problem.message.in_(person.language))}", person)
        if problem.hint:
            tell(cleaner.clean(problem.hint.in_(person.language)), person, indent="    ")
