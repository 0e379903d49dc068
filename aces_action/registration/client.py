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
from urllib3.connectionpool import ConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Image

AGAIN = "Then run this job again: what is deployed already stays as it is, and only the rest is done."
DEV_STOPS = (
    "The dev environment stops at 22:00 JST. Start it as the FAQ of the guide says "
    "(ACES Platformのdev環境のサービスを起動する, https://aces.kibe.la/notes/15646)."
)
CHECK_ADDRESS = (
    "Is PLATFORM_URL right, and may the runner reach that host (network, security group, proxy)? "
    "If so, ask the platform's administrators."
)
FIND_TENANT = """\
Set TENANT_ID to the tenant's UUID; every environment has its own. There are two ways to look it up:
- Log in to the platform as an administrator (dev: https://dev-platform.acesinc.co.jp, production: https://platform.acesinc.co.jp),
  press F12, click チーム管理 and read tenant.uuid in the answer of `status`.
- Read tenant.uuid in the answer of: curl '<API_ENDPOINT>/accounts/status' -H 'Authorization: Token <token>'
  (API_ENDPOINT in dev: https://api-dev-platform.acesinc.co.jp, in production: https://api-platform.acesinc.co.jp)."""
LOG_IN = """\
Tokens expire. Get one, and put it into the secret behind PLATFORM_TOKEN:
curl -X POST '<API_ENDPOINT>/accounts/login/' -H 'Content-Type: application/json' -d '{"email": "…", "password": "…"}'"""
REGISTER_FILE = "server/algorithms/register.json"
SHOWN_ERRORS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What the platform has for a tenant: its plan, and its services by name as they came."""

    plan_id: object
    overflow_mode: object
    services: Mapping[str, Mapping[str, object]]


class PlatformClient:
    """One platform at `url`, with the token if it asks for one. `timeout`: seconds to connect, seconds to answer.

    Failed connections and 502, 503, 504 are tried again, three times in about `8 * backoff` seconds: no call does harm twice.
    """

    def __init__(
        self, url: str, *, token: str | None = None, timeout: tuple[float, float] = (5, 30), backoff: float = 0.5
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ActionError(_problem("S002", f"PLATFORM_URL must be an http:// or https:// address, not {one_line(url)!r}."))
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            raise ActionError(_problem("P009", "PLATFORM_TOKEN has a space, a line break or the like: no token has.", LOG_IN))
        self._url = url.rstrip("/")
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._host = parts.hostname
        self._token = token
        self._timeout = timeout
        self._session = requests.Session()
        if token is not None:
            # As `auth`, not as a header: a .netrc on the runner would replace a header.
            self._session.auth = _signer(token)
        self._session.mount(f"{parts.scheme}://", HTTPAdapter(max_retries=_retry(backoff)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def registered(self, tenant_id: str) -> Registered:
        """The tenant's plan and services. Raises ActionError P007, P008, P009 or R004."""
        response = self._send("GET", tenant_id, "services")
        tenant, services = _field(response, "tenant"), _field(response, "services")
        if not isinstance(tenant, dict) or not isinstance(services, list):
            raise ActionError(self._unexpected(response, "is not a listing of services"))
        named: dict[str, Mapping[str, object]] = {}
        for service in services:
            if not isinstance(service, dict) or not isinstance(service.get("name"), str):
                raise ActionError(self._unexpected(response, "has a service without a name"))
            named[service["name"]] = service
        return Registered(plan_id=tenant.get("plan_id"), overflow_mode=tenant.get("overflow_mode"), services=named)

    def register(self, tenant_id: str, body: Mapping[str, Any]) -> None:
        """Create or update the services of `body` by name. Raises as `registered`, and R001 with every field refused."""
        self._send("POST", tenant_id, "services", names=[service["name"] for service in body["services"]], json=body)

    def image_sha256(self, tenant_id: str, key: str) -> str | None:
        """The SHA-256 (hexadecimal) of the image of that key by its ETag; None if there is no such image."""
        response = self._send("HEAD", tenant_id, "images", key)
        return None if response.status_code == 404 else response.headers.get("ETag", "").removeprefix("W/").strip('"').lower()

    def upload_image(self, tenant_id: str, key: str, image: Image) -> None:
        """Store or replace an image. Raises as `register`."""
        self._send("PUT", tenant_id, "images", key, data=image.content, headers={"Content-Type": image.media_type})

    def _send(self, method: str, tenant_id: str, *path: str, names: list[str] | None = None, **more: Any) -> requests.Response:
        address = "/".join([self._url, "internal", "tenants", *(quote(part, safe="") for part in (tenant_id, *path))])
        try:
            # A redirect is never followed: it may lead to another host, and the token with it.
            response = self._session.request(method, address, timeout=self._timeout, allow_redirects=False, **more)
        except requests.RequestException as error:
            raise ActionError(self._no_answer(error)) from error
        if response.status_code < 300 or (response.status_code == 404 and method == "HEAD"):
            return response
        raise ActionError(self._error(response, tenant_id, names or []))

    def _error(self, response: requests.Response, tenant_id: str, names: list[str]) -> Problem | list[Problem]:
        status = response.status_code
        match status:
            case 502 | 503 | 504:
                return self._asleep(f"it answers {status} {_phrase(status)}")
            case 401 | 403:
                what = "wants a token" if self._token is None else "refused PLATFORM_TOKEN"
                return _problem("P009", f"The ACES Platform at {self._shown} {what} ({status}): {self._said(response)}", LOG_IN)
            case 404 if _field(response, "detail") is not None:
                message = f"The ACES Platform at {self._shown} knows no tenant {tenant_id}: {self._said(response)}"
                return _problem("P008", message, FIND_TENANT)
            case 400 | 409 | 413 | 422:
                return self._refused(response, names)
            case _ if status < 400:
                target = self._safe(response.headers.get("Location", "nowhere"))
                return self._unexpected(response, f"is a redirect to {target}, which is not followed")
            case _:
                return self._unexpected(response, f"is {status} {self._said(response)}")

    def _no_answer(self, error: requests.RequestException) -> Problem:
        cause = error.args[0] if error.args else error
        if isinstance(cause, urllib3.MaxRetryError) and cause.reason is not None:
            cause = cause.reason
        connect, read = self._timeout
        match cause:
            case urllib3.NameResolutionError():
                where = "; names in .internal are known only inside ACES's network" if self._host.endswith(".internal") else ""
                return self._asleep(f"DNS does not know the host {self._host}{where}")
            case urllib3.NewConnectionError() if isinstance(cause.__cause__, ConnectionRefusedError):
                return self._asleep("it refuses connections (nothing listens on that port)")
            case urllib3.ConnectTimeoutError():
                return self._asleep(f"no connection within {connect:g} s")
            case urllib3.ReadTimeoutError():
                return self._asleep(f"it took the connection, but did not answer within {read:g} s")
            case urllib3.ProtocolError():
                return self._asleep("it broke the connection off")
            case urllib3.SSLError():
                hint = "Should PLATFORM_URL begin with http://? If not, the certificate must be valid for its host name."
                return _problem("P007", f"No TLS connection to {self._shown}: {self._safe(str(cause))}", hint)
            case urllib3.ProxyError():
                hint = "Add the platform's host to NO_PROXY on the runner, or mend HTTP_PROXY and HTTPS_PROXY there."
                return _problem("P007", f"The proxy does not let us through to {self._shown}: {self._safe(str(cause))}", hint)
            case _:
                return self._asleep(self._safe(str(cause)))

    def _asleep(self, cause: str) -> Problem:
        advice = DEV_STOPS if "dev" in re.split(r"[.-]", self._host) else CHECK_ADDRESS
        return _problem("P007", f"The ACES Platform at {self._shown} does not answer: {cause}.", f"{advice} {AGAIN}")

    def _refused(self, response: requests.Response, names: list[str]) -> list[Problem]:
        """One problem per field; `names` are those of the services sent, in their order, to say what 'services.0' is."""
        errors = _field(response, "errors")
        if not isinstance(errors, dict) or not errors:
            return [
                _problem("R001", f"The ACES Platform refused the registration ({response.status_code}): {self._said(response)}")
            ]
        problems = []
        for path, texts in list(errors.items())[:SHOWN_ERRORS]:
            field, file = _name_of_field(self._safe(path), names)
            why = self._safe("; ".join(map(str, texts)) if isinstance(texts, list) else str(texts))
            hint = "Nothing of this request was registered."
            problems.append(_problem("R001", f"The ACES Platform refused {field}: {why}", hint, file))
        if (more := len(errors) - SHOWN_ERRORS) > 0:
            problems.append(_problem("R001", f"The ACES Platform refused {more} more fields."))
        return problems

    def _unexpected(self, response: requests.Response, what: str) -> Problem:
        kind = self._safe(response.headers.get("Content-Type", "no content type"))
        message = f"The answer of {self._shown} to {response.request.method} {urlsplit(response.url).path} {what} ({kind})."
        hint = "Is PLATFORM_URL the address of the platform's internal API? If it is, tell the platform's administrators."
        return _problem("R004", message, hint)

    def _said(self, response: requests.Response) -> str:
        """What the body says, as one line; of a page only that it is one."""
        detail = _field(response, "detail")
        if detail is None and "html" in response.headers.get("Content-Type", ""):
            return f"{_phrase(response.status_code)}, with an HTML page"
        return self._safe(response.text if detail is None else str(detail)) or _phrase(response.status_code)

    def _safe(self, text: str) -> str:
        """Text from outside as one line, without our token, which a server may well send back."""
        return one_line(text if self._token is None else text.replace(self._token, "***"))


def one_line(text: str, limit: int = 200) -> str:
    """Text from outside for a message: no line breaks, no control characters, at most `limit` characters."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


class _Retry(Retry):
    # urllib3 would also retry 413 and 429 that bear Retry-After.
    RETRY_AFTER_STATUS_CODES = frozenset({503})

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """As urllib3's, but a server that let us wait for the whole timeout is not asked again."""
        if isinstance(error, urllib3.ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def _retry(backoff: float) -> Retry:
    return _Retry(
        total=3,
        other=0,  # TLS errors: a certificate is no better a second later
        status_forcelist=(502, 503, 504),
        allowed_methods=None,  # all of them: the POST is an upsert by name
        backoff_factor=backoff,
        backoff_jitter=backoff,
        retry_after_max=5,
        raise_on_status=False,
    )


def _signer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Token {token}"
        return request

    return sign


def _field(response: requests.Response, name: str) -> object:
    """One field of a JSON object; None where the body is anything else."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return None
    return body.get(name) if isinstance(body, dict) else None


def _name_of_field(path: str, names: list[str]) -> tuple[str, str | None]:
    """A refused field in the user's words, and the file that it comes from."""
    if (found := re.fullmatch(r"services\.([0-9]{1,4})(?:\.(.+))?", path)) and int(found[1]) < len(names):
        service = f"service {names[int(found[1])]!r}"
        return (f"{found[2]} of {service}" if found[2] else service), REGISTER_FILE
    return path, REGISTER_FILE if path in ("plan_id", "overflow_mode") else None


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else "(unknown status)"


def _problem(code: str, message: str, hint: str = "", file: str | None = None) -> Problem:
    return Problem(kind=CATALOGUE[code], message=message, hint=hint, file=file)
