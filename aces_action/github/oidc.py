"""GitHub's OIDC token for this job: what AWS trusts instead of a stored key."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from aces_action.http_answer import read_answer
from aces_action.language import Text
from aces_action.network import Network, is_unresolved, proxy_failure, tls_failure
from aces_action.problems import ActionError, Problem
from aces_action.problems.access import role as problems
from aces_action.retries import OnRetry, network_retry

AUDIENCE = "sts.amazonaws.com"
_LARGEST = 1 << 16  # bytes of an answer, which is some 2 kB
# three parts of base64 (RFC 7515), and no more than STS takes (botocore's model of STS: clientTokenType)
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_LONGEST_TOKEN = 20_000
_PASSING = frozenset({429, 500, 502, 503, 504})  # HTTP statuses worth another try
_DIRECT = Network()
_ENDPOINT = Text("GitHub's token endpoint", "GitHubのトークンのエンドポイント")


def fetch_token(
    url: str | None,
    request_token: str | None,
    *,
    from_fork: bool = False,
    network: Network = _DIRECT,
    timeout: tuple[float, float] = (5, 10),
    tell: OnRetry = lambda _call, _why: None,
) -> str:
    """A fresh token (a JWT, valid for five minutes) for `sts.amazonaws.com`.

    `url` and `request_token` are the runner's ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN. Raises ActionError (A002) when
    the job may not have one or GitHub does not answer; server errors are retried for some seconds first, which `tell` hears of.
    What fails on the way is told as that: A012 a proxy, A013 TLS. `network`: the proxies, to name the one.
    `from_fork`: the job is for a pull request from a fork, which never may have one.
    `timeout`: seconds to connect, seconds to answer.
    """
    if not url or not request_token:
        raise ActionError(problems.no_token_for_forks() if from_fork else problems.no_token_offered())

    def bearer(request: requests.PreparedRequest) -> requests.PreparedRequest:
        # as `auth`, not as a header: requests lets an entry of .netrc replace a header
        request.headers["Authorization"] = f"bearer {request_token}"
        return request

    retry = network_retry(backoff=0.5, statuses=_PASSING, patient=True, tell=tell)
    with requests.Session() as http:
        for scheme in ("http://", "https://"):
            http.mount(scheme, HTTPAdapter(max_retries=retry))
        try:
            # Not where a redirect leads: on the same host the token would go along.
            came = http.get(url, params={"audience": AUDIENCE}, auth=bearer, timeout=timeout, allow_redirects=False, stream=True)
            answer = read_answer(came, _LARGEST)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:  # requests' own, and what it lets pass
            raise ActionError(_no_answer(error, url, network)) from error
    status = answer.status
    if status in {401, 403}:
        raise ActionError(problems.no_token_for_forks() if from_fork else problems.token_refused(status))
    token = answer.field("value") if status < 400 else None
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
        raise ActionError(problems.answer_without_token(status))
    return token


def _no_answer(error: Exception, url: str, network: Network) -> Problem:
    if isinstance(error, requests.exceptions.ProxyError):
        return proxy_failure(_ENDPOINT, network.proxy_for(url))
    if isinstance(error, requests.exceptions.SSLError):
        return tls_failure(_ENDPOINT, error)
    if is_unresolved(error):
        return problems.github_unresolved(urlsplit(url).hostname or url)
    return problems.no_answer_from_github(type(error).__name__)
