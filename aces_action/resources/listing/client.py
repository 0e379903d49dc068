"""Talking to the ACES Platform: what comes back is either the value asked for or an `ActionError` that says what to do.

docs/platform-api.md tells what the guide fixes of this API. Answers are text from outside: they reach messages as one short line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as urllib3

from aces_action.http_answer import HttpAnswer, read_answer
from aces_action.language import Text, same
from aces_action.ledger import Ledger, Sending, Write
from aces_action.network import Network, proxy_failure, tls_failure
from aces_action.problems import ActionError, Problem
from aces_action.problems import listing as listing_problems
from aces_action.problems import platform as problems
from aces_action.problems.listing import REGISTER_FILE
from aces_action.project.model import Image
from aces_action.retries import OnRetry, network_retry
from aces_action.sanitiser import Sanitiser, one_line

_DIRECT = Network()
_SHOWN_ERRORS = 20
_LARGEST = 16 << 20  # bytes of an answer
_PASSING = frozenset({502, 503, 504})  # HTTP statuses worth another try


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the platform has for a tenant: its plan, and its services by name as they came."""

    plan_id: object
    overflow_mode: object
    services: Mapping[str, Mapping[str, object]]


class PlatformClient:
    """One platform at `url`, with the token if it asks for one. `timeout`: seconds to connect, seconds to answer.

    Failed connections and 502, 503, 504 are tried again, three times in about `8 * backoff` seconds: no call does harm twice.
    Each time is told to `tell`. `network`: the proxies, to name the one that does not let us through. What it writes is noted in
    the ledger `writes` before it is sent.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: tuple[float, float] = (5, 30),
        backoff: float = 0.5,
        network: Network = _DIRECT,
        tell: OnRetry = lambda _call, _why: None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ActionError(problems.bad_url(one_line(url)))
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            raise ActionError(problems.malformed_token())
        self._url = url.rstrip("/")
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._host = parts.hostname
        self._token = token
        self.writes = Ledger()
        self._registrations: list[Sending] = []
        self._sanitiser = Sanitiser(() if token is None else (token,))  # a server may well send our token back
        self._timeout, self._network = timeout, network
        self._session = requests.Session()
        if token is not None:
            # As `auth`, not as a header: a .netrc on the runner would replace a header.
            self._session.auth = _signer(token)
        retry = network_retry(backoff=backoff, statuses=_PASSING, tell=tell)
        self._session.mount(f"{parts.scheme}://", HTTPAdapter(max_retries=retry))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def registered(self, tenant_id: str) -> Registered:
        """The tenant's plan and services. Raises ActionError P007, P008, P009 or R004."""
        response = self._send("GET", tenant_id, "services")
        tenant, services = response.field("tenant"), response.field("services")
        if not isinstance(tenant, dict) or not isinstance(services, list):
            raise ActionError(self._unexpected(response, problems.NOT_A_LISTING))
        named: dict[str, Mapping[str, object]] = {}
        for service in services:
            if not isinstance(service, dict) or not isinstance(service.get("name"), str):
                raise ActionError(self._unexpected(response, problems.NAMELESS_SERVICE))
            named[service["name"]] = service
        return Registered(plan_id=tenant.get("plan_id"), overflow_mode=tenant.get("overflow_mode"), services=named)

    def register(self, tenant_id: str, body: Mapping[str, Any]) -> None:
        """Create or update the services of `body` by name. Raises as `registered`, and R001 with every field refused."""
        names = [service["name"] for service in body["services"]]
        write = registration_of(Text(f"service {', '.join(names)}", f"サービス{'、'.join(names)}"))
        self._send("POST", tenant_id, "services", names=names, write=write, json=body)

    @property
    def may_have_registered(self) -> bool:
        """Whether services may have been registered: unless every such request was refused, or none was sent."""
        return any(each.accepted or each.pending > 0 for each in self._registrations)

    def image_sha256(self, tenant_id: str, key: str) -> str | None:
        """The SHA-256 (hexadecimal) of the image by its ETag, empty where that is none; None if there is no such image."""
        response = self._send("HEAD", tenant_id, "images", key)
        if response.status == 404:
            return None
        tag = response.headers.get("ETag", "").removeprefix("W/").strip('"').lower()
        return tag if re.fullmatch(r"[0-9a-f]{1,64}", tag) else ""  # in small letters a secret would not be known for one

    def upload_image(self, tenant_id: str, key: str, image: Image) -> None:
        """Store or replace an image. Raises as `register`."""
        write = registration_of(Text(f"image {key}", f"イメージ画像{key}"))
        more: dict[str, Any] = {"data": image.content, "headers": {"Content-Type": image.media_type}}
        self._send("PUT", tenant_id, "images", key, write=write, **more)

    def _send(
        self, method: str, tenant_id: str, *path: str, names: list[str] | None = None, write: Write | None = None, **more: Any
    ) -> HttpAnswer:
        """`names`: of the services that the body names; `write`: how it is told what the request changes, if it does."""
        sending = self.writes.send(write) if write else None
        if sending and method == "POST":
            self._registrations.append(sending)
        parts = (quote(part, safe="", errors="replace") for part in (tenant_id, *path))
        address = "/".join([self._url, "internal", "tenants", *parts])
        try:
            # A redirect is never followed: it may lead to another host, and the token with it.
            came = self._session.request(method, address, timeout=self._timeout, allow_redirects=False, stream=True, **more)
            if sending:
                _settle(sending, came)
            response = read_answer(came, _LARGEST)
        except (OSError, ValueError, urllib3.HTTPError) as error:  # requests' own, and what it lets pass
            raise ActionError(self._no_answer(error)) from error
        if not response.is_whole:
            size = f"{_LARGEST >> 20} MiB"
            raise ActionError(self._unexpected(response, problems.is_larger_than(size)))
        if response.status < 300 or (response.status == 404 and method == "HEAD"):
            return response
        raise ActionError(self._error(response, tenant_id, names or []))

    def _error(self, response: HttpAnswer, tenant_id: str, names: list[str]) -> Problem | list[Problem]:
        status = response.status
        match status:
            case 502 | 503 | 504:
                return problems.silent(self._shown, problems.answers(status, _phrase(status)))
            case 401 | 403:
                sent = self._token is not None
                return problems.token_refused(self._shown, was_sent=sent, status=status, answer=self._said(response))
            case 404 if response.field("detail") is not None:
                return problems.unknown_tenant(self._shown, tenant_id, self._said(response))
            case 400 | 409 | 413 | 422:
                return self._refused(response, names)
            case _ if status < 400:
                target = self._safe(response.headers.get("Location", ""))
                return self._unexpected(response, problems.is_redirect(target))
            case _:
                return self._unexpected(response, problems.is_status(status, self._said(response)))

    def _no_answer(self, error: Exception) -> Problem:
        cause = error.args[0] if error.args else error
        if isinstance(cause, urllib3.MaxRetryError) and cause.reason is not None:
            cause = cause.reason
        connect, read = self._timeout
        match cause:
            case urllib3.NameResolutionError():
                why = problems.unknown_host(self._host)
            case urllib3.NewConnectionError() if isinstance(cause.__cause__, ConnectionRefusedError):
                why = problems.REFUSES_CONNECTIONS
            case urllib3.ConnectTimeoutError():
                why = problems.no_connection(connect)
            case urllib3.ReadTimeoutError():
                why = problems.no_answer(read)
            case urllib3.ProtocolError():
                why = problems.BROKE_OFF
            case urllib3.SSLError():
                return problems.behind(tls_failure(same(self._shown), cause))
            case urllib3.ProxyError():
                return problems.behind(proxy_failure(same(self._shown), self._network.proxy_for(self._url)))
            case _:
                why = same(self._safe(str(cause)))
        return problems.silent(self._shown, why)

    def _refused(self, response: HttpAnswer, names: list[str]) -> list[Problem]:
        """One problem per field; `names` are those of the services sent, in their order, to say what 'services.0' is."""
        errors = response.field("errors")
        if not isinstance(errors, dict) or not errors:
            return [listing_problems.refused(response.status, self._said(response))]
        found = []
        for path, texts in list(errors.items())[:_SHOWN_ERRORS]:
            field, file = _name_of_field(self._safe(path), names)
            reason = self._safe("; ".join(map(str, texts)) if isinstance(texts, list) else str(texts))
            found.append(listing_problems.field_refused(field, reason, file=file))
        if (more := len(errors) - _SHOWN_ERRORS) > 0:
            found.append(listing_problems.more_fields_refused(more))
        return found

    def _unexpected(self, response: HttpAnswer, what: Text) -> Problem:
        content_type = self._safe(response.headers.get("Content-Type", ""))
        return problems.unexpected(self._shown, response.call, what, content_type=content_type)

    def _said(self, response: HttpAnswer) -> Text:
        """What the body says, as one line; of a page only that it is one."""
        detail, phrase = response.field("detail"), _phrase(response.status)
        if detail is None and "html" in response.headers.get("Content-Type", ""):
            return problems.html_page(phrase)
        return same(self._safe(response.text if detail is None else str(detail)) or phrase)

    def _safe(self, text: str) -> str:
        """Text from outside as one short line, without secrets."""
        return self._sanitiser.one_line(text)


def registration_of(what: Text) -> Write:
    """How it is told that something was, or is to be, put on the platform."""
    ja = f"{what.ja}の登録"
    return Write(done=Text(f"{what.en} registered", ja), asks=Text(f"register {what.en}", ja))


def _settle(sending: Sending, response: requests.Response) -> None:
    """What an answer says of a write. A refusal after an attempt that got no answer says nothing of that one."""
    retries = response.raw.retries
    if response.status_code < 300:
        sending.accept()
    elif response.status_code < 500 and not (retries and retries.history):
        sending.refuse()


def _signer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {token}"
        return request

    return sign


def _name_of_field(path: str, names: list[str]) -> tuple[Text, str | None]:
    """A refused field in the user's words, and the file that it comes from."""
    if (found := re.fullmatch(r"services\.([0-9]{1,4})(?:\.(.+))?", path)) and int(found[1]) < len(names):
        name, field = names[int(found[1])], found[2]
        service = Text(f"service {name!r}", f"サービス「{name}」")
        return (Text(f"{field} of {service.en}", f"{service.ja}の{field}") if field else service), REGISTER_FILE
    return same(path), REGISTER_FILE if path in ("plan_id", "overflow_mode") else None


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else "(unknown status)"
