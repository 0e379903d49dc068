"""One HTTP server of the ACES Platform, and what its answers are called where they are none of those that the contract reads.

Answers are text from outside: they reach messages as one short line, without secrets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as urllib3

from aces_action.http_answer import HttpAnswer, read_answer
from aces_action.language import Text, same
from aces_action.ledger import Sending
from aces_action.network import Network, proxy_failure, tls_failure
from aces_action.problems import ActionError, Problem
from aces_action.problems import platform as problems
from aces_action.project.platform_contract import Expression, PlatformContract, Route
from aces_action.retries import OnRetry, network_retry
from aces_action.sanitiser import Sanitiser, one_line

DIRECT = Network()
_LARGEST = 16 << 20  # bytes of an answer
_PASSING = frozenset({502, 503, 504})  # HTTP statuses worth another try


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """`timeout`: seconds to connect, seconds to answer. `network`: the proxies, to name the one that does not let us through.
    `env`: dev stops in the evening, whatever its address. `tell` hears of each call that is tried again."""

    timeout: tuple[float, float] = (5, 30)
    backoff: float = 0.5
    network: Network = DIRECT
    env: str | None = None
    tell: OnRetry = lambda _call, _why: None
    silent: Callable[..., Problem] = problems.silent  # makes the problem of a server that does not answer


class Connection:
    """To the server at `url`. Failed connections and 502, 503, 504 are tried again, three times in about `8 * backoff` seconds:
    no call does harm twice. `secrets`: what no message shows; a server may well send them back."""

    def __init__(
        self, url: str, *, contract: PlatformContract, circumstances: Circumstances, token: str | None, secrets: Iterable[str]
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ActionError(problems.bad_url(one_line(url)))
        self.contract = contract
        self._url = url.rstrip("/")
        self.shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self.url = f"{self.shown}{parts.path}".rstrip("/")
        self._host = parts.hostname
        self._around = circumstances
        self._sanitiser = Sanitiser(secrets)
        self._session = requests.Session()
        self._use(token)
        retry = network_retry(backoff=circumstances.backoff, statuses=_PASSING, tell=circumstances.tell)
        self._session.mount(f"{parts.scheme}://", HTTPAdapter(max_retries=retry))

    def close(self) -> None:
        self._session.close()

    def log_in(self, token: str) -> None:
        """From here on every call has this token, and no message shows it."""
        self._sanitiser.add(token)
        self._use(token)

    def _use(self, token: str | None) -> None:
        if token is not None:
            # As `auth`, not as a header: a .netrc on the runner would replace a header.
            self._session.auth = _signer(self.contract.authorization.replace("{token}", token))

    def send(self, route: Route, names: Mapping[str, str], sending: Sending | None = None, **more: Any) -> HttpAnswer:
        """The answer to one call, whatever its status, but for 502 to 504. `names`: what stands in the path's braces;
        `sending`: the call's line in the ledger. Raises ActionError P007, and R004 for an answer without end."""
        path = re.sub(r"\{(\w+)\}", lambda found: quote(names[found[1]], safe="", errors="replace"), route.path)
        timeout = self._around.timeout
        try:
            # A redirect is never followed: it may lead to another host, and the token with it.
            came = self._session.request(
                route.method, f"{self._url}{path}", timeout=timeout, allow_redirects=False, stream=True, **more
            )
            if sending:
                _settle(sending, came)
            answer = read_answer(came, _LARGEST, seconds=2 * timeout[1])
        except (OSError, ValueError, urllib3.HTTPError) as error:  # requests' own, and what it lets pass
            raise ActionError(self._no_answer(error)) from error
        if answer.status in _PASSING:
            raise ActionError(self._silent(problems.answers(answer.status, _phrase(answer.status))))
        return answer

    def refused_token(self, answer: HttpAnswer, *, was_sent: bool) -> Problem:
        return problems.token_refused(self.shown, was_sent=was_sent, status=answer.status, answer=self.said(answer))

    def is_redirect(self, answer: HttpAnswer) -> Text:
        return problems.is_redirect(self.safe(answer.headers.get("Location", "")))

    def is_status(self, answer: HttpAnswer) -> Text:
        return problems.is_status(answer.status, self.said(answer))

    def is_larger(self) -> Text:
        return problems.is_larger_than(_LARGEST >> 20)

    def unexpected(self, answer: HttpAnswer, what: Text) -> Problem:
        """When an answer is none that the contract knows. `what` completes 'The answer to …'."""
        return problems.unexpected(self.shown, answer.call, what, content_type=self.content_type(answer))

    def content_type(self, answer: HttpAnswer) -> str:
        return self.safe(answer.headers.get("Content-Type", ""))

    def said(self, answer: HttpAnswer) -> Text:
        """What the body says, as one line; of a page only that it is one."""
        detail, phrase = self.read(answer, self.contract.refusals.detail), _phrase(answer.status)
        if not isinstance(detail, str):
            detail = None
        if detail is None and is_page(answer):
            return problems.html_page(phrase)
        return same(self.safe(answer.text if detail is None else detail) or phrase)

    def read(self, answer: HttpAnswer, expression: Expression | None) -> Any:
        """What an expression of the contract finds in an answer; None where it finds nothing."""
        if expression is None:
            return None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return expression.of({"status": answer.status, "headers": headers, "body": answer.json()})

    def safe(self, text: str) -> str:
        """Text from outside as one short line, without secrets."""
        return self._sanitiser.one_line(text)

    def _silent(self, why: Text) -> Problem:
        return self._around.silent(self.shown, why, env=self._around.env)

    def _no_answer(self, error: Exception) -> Problem:
        cause = error.args[0] if error.args else error
        if isinstance(cause, urllib3.MaxRetryError) and cause.reason is not None:
            cause = cause.reason
        connect, read = self._around.timeout
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
                return problems.behind(tls_failure(same(self.shown), cause))
            case urllib3.ProxyError():
                return problems.behind(proxy_failure(same(self.shown), self._around.network.proxy_for(self._url)))
            case _:
                why = same(self.safe(str(cause)))
        return self._silent(why)


def is_page(answer: HttpAnswer) -> bool:
    """Whether a web server answers with a page of its own: no API of the platform does."""
    return "html" in answer.headers.get("Content-Type", "")


def _settle(sending: Sending, response: requests.Response) -> None:
    """What an answer says of a write. A refusal after an attempt that got no answer says nothing of that one."""
    retries = response.raw.retries
    if response.status_code < 300:
        sending.accept()
    elif (response.status_code < 500 or response.status_code == 501) and not (retries and retries.history):
        sending.refuse()


def _signer(value: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = value
        return request

    return sign


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in {known.value for known in HTTPStatus} else "(unknown status)"
