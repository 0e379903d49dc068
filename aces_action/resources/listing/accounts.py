"""Whose account it is: logs in to the ACES Platform's accounts API, asks for the tenant, and logs out where there is a way.

Nothing is kept. The token never leaves this module, and neither it nor the password is in what is returned or raised.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from aces_action.http_answer import HttpAnswer
from aces_action.problems import ActionError, Problem
from aces_action.problems import accounts as problems
from aces_action.project.platform_contract import PlatformContract, Route
from aces_action.resources.listing.connection import Circumstances, Connection
from aces_action.resources.listing.refusal import refused_fields

_REFUSED = frozenset({400, 401, 403, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Of a person, not of a machine."""

    email: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(email={self.email!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """`name` and `plan_id` None where the platform does not say."""

    uuid: str
    name: str | None
    plan_id: int | None


def find_tenant(url: str, contract: PlatformContract, credentials: Credentials, around: Circumstances) -> Tenant:
    """The tenant of an account. Raises ActionError: P007 no answer, R010 login refused, R011 no tenant, R012 another answer."""
    if contract.login is None or contract.status is None:
        raise ActionError(problems.no_way_to_log_in())
    connection = Connection(url, contract=contract, circumstances=around, token=None, secrets=(credentials.password,))
    try:
        token = _log_in(connection, contract.login, credentials)
        connection.log_in(token)
        try:
            return _tenant(connection, contract.status, credentials.email)
        finally:
            _log_out(connection, contract.logout)
    finally:
        connection.close()


def _log_in(connection: Connection, route: Route, credentials: Credentials) -> str:
    scope = {"email": credentials.email, "password": credentials.password}
    answer = connection.send(route, {}, json=route.body.of(scope) if route.body else None)
    if answer.status in _REFUSED:
        raise ActionError(problems.login_refused(connection.shown, answer.status, _why(connection, answer)))
    token = connection.read(answer, route.read["token"]) if answer.status < 300 else None
    if not isinstance(token, str) or not re.fullmatch(r"[!-~]{1,512}", token):
        raise ActionError(_unexpected(connection, answer))
    return token


def _tenant(connection: Connection, route: Route, email: str) -> Tenant:
    answer = connection.send(route, {})
    if answer.status >= 300 or not isinstance(answer.json(), dict):
        raise ActionError(_unexpected(connection, answer))
    found = connection.read(answer, route.read["uuid"])
    name, plan_id = (connection.read(answer, route.read.get(each)) for each in ("name", "plan_id"))
    if not found:
        raise ActionError(problems.no_tenant(connection.shown, connection.safe(email)))
    try:
        tenant_id = str(uuid.UUID(found)) if isinstance(found, str) else None
    except ValueError:
        tenant_id = None
    if tenant_id is None:
        raise ActionError(_unexpected(connection, answer))
    return Tenant(
        uuid=tenant_id,
        name=connection.safe(name) if isinstance(name, str) else None,
        plan_id=plan_id if isinstance(plan_id, int) and not isinstance(plan_id, bool) else None,
    )


def _log_out(connection: Connection, route: Route | None) -> None:
    """As far as that is possible: a token that stays expires by itself, and is no reason to fail."""
    if route is None:
        return
    try:
        connection.send(route, {})
    except ActionError:
        return


def _why(connection: Connection, answer: HttpAnswer) -> str:
    form = connection.contract.refusals
    texts = [field.reason for field in refused_fields(connection.read(answer, form.fields), form)]
    return connection.safe("; ".join(texts)) or connection.said(answer).en


def _unexpected(connection: Connection, answer: HttpAnswer) -> Problem:
    if 300 <= answer.status < 400:
        what = connection.is_redirect(answer)
    elif answer.status >= 400:
        what = connection.is_status(answer)
    else:
        what = problems.NOT_READABLE
    return problems.unexpected(connection.shown, answer.call, what, content_type=connection.content_type(answer))
