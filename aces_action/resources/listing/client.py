"""Talking to the ACES Platform about a tenant's services, as its contract says.

What comes back is either the value asked for or an `ActionError` that says what to do.

Only 401 and 403, an unknown tenant, refused fields and a platform that does not answer are in the way of a registration; whatever
else the platform does not offer is a warning (R006, R008), and the registration goes on without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aces_action.http_answer import HttpAnswer
from aces_action.language import Text
from aces_action.ledger import Ledger, Sending, Write
from aces_action.problems import ActionError, Problem
from aces_action.problems import listing as listing_problems
from aces_action.problems import platform as problems
from aces_action.project.model import Image
from aces_action.project.platform_contract import PlatformContract, packaged_contract
from aces_action.resources.listing.connection import Circumstances, Connection, is_page
from aces_action.resources.listing.refusal import (
    RefusedField,
    name_of_field,
    names_tenant,
    refused_fields,
    unknown_fields,
)

_AROUND = Circumstances()
_SHOWN_ERRORS = 20
_REFUSED = frozenset({400, 409, 413, 422})
_NOT_OFFERED = frozenset({404, 405, 501})
# In the place of an image's SHA-256: it may be there or not; it is there, and may be any picture
UNSEEN, PRESENT = "", "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the platform has for a tenant: its plan, None where that is not said, and its services by name as they came."""

    plan_id: object
    overflow_mode: object
    services: Mapping[str, Mapping[str, object]]


class PlatformClient:
    """One platform at `url`, with the token if it asks for one. What it writes is in the ledger `writes` before it is sent."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        contract: PlatformContract | None = None,
        around: Circumstances = _AROUND,
    ) -> None:
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            raise ActionError(problems.malformed_token())
        self.contract = contract or packaged_contract()
        self._token = token
        self._connection = Connection(
            url, contract=self.contract, circumstances=around, token=token, secrets=() if token is None else (token,)
        )
        self.writes = Ledger()
        self._registrations: list[Sending] = []
        self._left_out: frozenset[str] = frozenset()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    @property
    def address(self) -> str:
        """The platform's host, without user and password."""
        return self._connection.shown

    @property
    def url(self) -> str:
        """With the path to it; without user and password."""
        return self._connection.url

    @property
    def left_out(self) -> frozenset[str]:
        """The optional fields of a registration that this platform has refused as unknown."""
        return self._left_out

    def registered(self, tenant_id: str) -> Registered:
        """The tenant's plan and services.

        Raises ActionError: P007, P008, P009, R004 for a redirect; R006, a warning, where it does not list them.
        """
        route = self.contract.listing
        if route is None:
            raise ActionError(listing_problems.no_listing_route(self.address))
        answer = self._connection.send(route, {"tenant_id": tenant_id})
        if not answer.is_whole:
            raise ActionError(self._unseen(answer, self._connection.is_larger()))
        if answer.status >= 300:
            raise ActionError(self._not_listed(answer, tenant_id))
        services = self._connection.read(answer, route.read["services"])
        if not isinstance(services, list):
            raise ActionError(self._unseen(answer, problems.NOT_A_LISTING))
        named: dict[str, Mapping[str, object]] = {}
        for service in services:
            if not isinstance(service, dict) or not isinstance(service.get("name"), str):
                raise ActionError(self._unseen(answer, problems.NAMELESS_SERVICE))
            named[service["name"]] = service
        plan_id, overflow_mode = (self._connection.read(answer, route.read.get(name)) for name in ("plan_id", "overflow_mode"))
        return Registered(plan_id=plan_id, overflow_mode=overflow_mode, services=named)

    @property
    def may_have_registered(self) -> bool:
        """Whether services may have been registered: unless every such request was refused, or none was sent."""
        return any(each.accepted or each.pending > 0 for each in self._registrations)

    def requests(self, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Which services go in one request each."""
        if self.contract.registration.per == "service":
            yield from ((name,) for name in names)
        elif names:
            yield tuple(names)

    def register(self, tenant_id: str, content: Mapping[str, Any]) -> None:
        """Create or update the services of `content` by name, in one request (`requests`); once more without an optional field
        that is refused as unknown (`left_out`). Raises ActionError: P007, P008, P009, R004, R001 with every field refused."""
        route, names = self.contract.registration, [service["name"] for service in content["services"]]
        write = registration_of(Text(f"service {', '.join(names)}", f"サービス{'、'.join(names)}"))
        scope = {**content, "service": content["services"][0], "tenant_id": tenant_id}
        body = route.body.of(scope) if route.body else None
        where = {"tenant_id": tenant_id, "service": names[0]}
        for _ in range(2):
            sent = {key: value for key, value in body.items() if key not in self._left_out} if isinstance(body, dict) else body
            self._registrations.append(sending := self.writes.send(write))
            answer = self._connection.send(route, where, sending, json=sent)
            if answer.status < 300:
                return
            unknown = self._unknown(answer, sent)
            if not unknown:
                break
            self._left_out |= unknown
        raise ActionError(self._refusal(answer, tenant_id, names))

    def image_sha256(self, tenant_id: str, key: str) -> str | None:
        """The SHA-256 (hexadecimal) of the image, None if there is no such image; `PRESENT` or `UNSEEN` where it does not tell.
        Raises ActionError: P007, P009."""
        route = self.contract.image
        if route is None:
            return UNSEEN
        answer = self._connection.send(route, {"tenant_id": tenant_id, "image_key": key})
        if answer.status in {401, 403}:
            raise ActionError(self._refused_token(answer))
        if answer.status == 404 and not is_page(answer):
            return None
        if answer.status >= 300:
            return UNSEEN
        found = self._connection.read(answer, route.read.get("sha256"))
        tag = found.removeprefix("W/").strip('"').lower() if isinstance(found, str) else PRESENT
        return tag if re.fullmatch(r"[0-9a-f]{64}", tag) else PRESENT  # web servers have ETags of their own, S3 an MD5

    def upload_image(self, tenant_id: str, key: str, image: Image) -> Problem | None:
        """Store or replace an image; a warning where the platform has no place for it. Raises as `register`."""
        route = self.contract.image_upload
        if route is None:
            return None
        write = registration_of(Text(f"image {key}", f"イメージ画像{key}"))
        more: dict[str, Any] = {"data": image.content, "headers": {"Content-Type": image.media_type}}
        if route.file:
            fields = route.body.of({"tenant_id": tenant_id, "image_key": key}) if route.body else {}
            more = {"files": {route.file: (key, image.content, image.media_type)}, "data": fields}
        answer = self._connection.send(route, {"tenant_id": tenant_id, "image_key": key}, self.writes.send(write), **more)
        if answer.status in _NOT_OFFERED:
            return listing_problems.image_not_taken(key, answer.call, self._connection.is_status(answer))
        if answer.status >= 300:
            raise ActionError(self._refusal(answer, tenant_id, []))
        return None

    def _unknown(self, answer: HttpAnswer, sent: object) -> frozenset[str]:
        """The optional fields that were sent, and that an answer does not know."""
        if answer.status not in _REFUSED or not isinstance(sent, dict):
            return frozenset()
        optional = [name for name in self.contract.registration.optional if name in sent]
        return unknown_fields(self._fields(answer), optional, self.contract.refusals)

    def _not_listed(self, answer: HttpAnswer, tenant_id: str) -> Problem:
        """Why there is no listing. A 404 may be the tenant's or the route's: only words tell."""
        said = self._connection.said(answer)
        match answer.status:
            case 401 | 403:
                return self._refused_token(answer)
            case 404 if not is_page(answer) and names_tenant(said.en, self.contract.refusals):
                return problems.unknown_tenant(self.address, tenant_id, said)
            case status if status < 400:
                return self._connection.unexpected(answer, self._connection.is_redirect(answer))
            case _:
                return self._unseen(answer, self._connection.is_status(answer))

    def _unseen(self, answer: HttpAnswer, what: Text) -> Problem:
        return listing_problems.unseen(self.address, answer.call, what, content_type=self._connection.content_type(answer))

    def _refusal(self, answer: HttpAnswer, tenant_id: str, names: list[str]) -> Problem | list[Problem]:
        """Why a write was refused. Another 404 than a web server's page is the tenant's: the guide has this address."""
        match answer.status:
            case 401 | 403:
                return self._refused_token(answer)
            case 404 if not is_page(answer):
                return problems.unknown_tenant(self.address, tenant_id, self._connection.said(answer))
            case status if status in _REFUSED:
                return self._refused(answer, names)
            case status if status < 400:
                return self._connection.unexpected(answer, self._connection.is_redirect(answer))
            case _:
                return self._connection.unexpected(answer, self._connection.is_status(answer))

    def _refused_token(self, answer: HttpAnswer) -> Problem:
        return self._connection.refused_token(answer, was_sent=self._token is not None)

    def _fields(self, answer: HttpAnswer) -> list[RefusedField]:
        form = self.contract.refusals
        return refused_fields(self._connection.read(answer, form.fields), form)

    def _refused(self, answer: HttpAnswer, names: list[str]) -> list[Problem]:
        """One problem per field; `names` are those of the services sent, in their order, to say what 'services.0' is."""
        fields = self._fields(answer)
        if not any(field.path for field in fields):
            return [listing_problems.refused(answer.status, self._connection.said(answer))]
        found = []
        for field in fields[:_SHOWN_ERRORS]:
            reason = self._connection.safe(field.reason)
            if not field.path:
                found.append(listing_problems.refused(answer.status, Text(reason, reason)))
                continue
            name, file = name_of_field(self._connection.safe(field.path), names)
            found.append(listing_problems.field_refused(name, reason, file=file))
        if (more := len(fields) - _SHOWN_ERRORS) > 0:
            found.append(listing_problems.more_fields_refused(more))
        return found


def registration_of(what: Text) -> Write:
    """How it is told that something was, or is to be, put on the platform."""
    ja = f"{what.ja}の登録"
    return Write(done=Text(f"{what.en} registered", ja), asks=Text(f"register {what.en}", ja))
