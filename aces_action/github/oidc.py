"""GitHub's OIDC token for this job: what AWS trusts instead of a stored key."""

from __future__ import annotations

import re

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

from aces_action.http_answer import read_answer
from aces_action.language import Text, lines, same
from aces_action.network import Network, proxy_failure, tls_failure
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.retries import Told, network_retry

AUDIENCE = "sts.amazonaws.com"
_LARGEST = 1 << 16  # bytes of an answer, which is some 2 kB
# three parts of base64 (RFC 7515), and no more than STS takes (botocore's model of STS: clientTokenType)
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_LONGEST_TOKEN = 20_000
_PASSING = frozenset({429, 500, 502, 503, 504})  # HTTP statuses worth another try
_DIRECT = Network()
_ENDPOINT = Text("GitHub's token endpoint", "GitHubのトークンのエンドポイント")
_AGAIN = Text(
    "Run the job again; githubstatus.com says whether GitHub Actions has an incident.",
    "ジョブを再実行してください。GitHub Actionsに障害が起きているかは、githubstatus.comでわかります。",
)
# rendered when a job of the repository itself gets no token
_PERMISSION_HINT = lines(
    Text(
        "Give the job the permission to ask GitHub for a token:", "ジョブに、GitHubからトークンを取得する権限を与えてください。"
    ),
    same("    permissions:\n      id-token: write\n      contents: read"),
)
# rendered when the event says that the job is for a pull request from a fork
_FORK = Text(
    "GitHub gives no OIDC token to pull requests from forks, and this job is for one.",
    "GitHubは、forkからのpull requestにはOIDCトークンを発行しません。このジョブはforkからのpull requestのものです。",
)
_FORK_HINT = lines(
    Text(
        "No `permissions` change that. Validate such pull requests, which needs no AWS; plan from branches of this repository, "
        "or after the merge:",
        "`permissions`を設定しても変わりません。forkからのpull requestではAWSを使わない検証だけを行い、計画はこのリポジトリの"
        "ブランチから、またはマージ後に実行してください:",
    ),
    same(
        "    with:\n"
        "      command: ${{ github.event.pull_request.head.repo.full_name == github.repository && 'plan' || 'validate' }}"
    ),
)


def fetch_token(
    url: str | None,
    request_token: str | None,
    *,
    from_fork: bool = False,
    network: Network = _DIRECT,
    timeout: tuple[float, float] = (5, 10),
    tell: Told = lambda _call, _why: None,
) -> str:
    """A fresh token (a JWT, valid for five minutes) for `sts.amazonaws.com`.

    `url` and `request_token` are the runner's ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN. Raises ActionError (A002) when
    the job may not have one or GitHub does not answer; server errors are retried for some seconds first, which `tell` hears of.
    What fails on the way is told as that: A012 a proxy, A013 TLS. `network`: the proxies, to name the one.
    `from_fork`: the job is for a pull request from a fork, which never may have one.
    `timeout`: seconds to connect, seconds to answer.
    """
    if not url or not request_token:
        message = Text("The runner offers this job no OIDC token.", "ランナーが、このジョブにOIDCトークンを提供していません。")
        raise ActionError(_not_permitted(message, from_fork))

    def bearer(request: requests.PreparedRequest) -> requests.PreparedRequest:
        # as `auth`, not as a header: requests lets an entry of .netrc replace a header
        request.headers["Authorization"] = f"bearer {request_token}"
        return request

    retry = network_retry(backoff=0.5, statuses=_PASSING, patient=True, tell=tell)
    with requests.Session() as http:
        for scheme in ("http://", "https://"):
            http.mount(scheme, HTTPAdapter(max_retries=retry))
        try:
            came = http.get(url, params={"audience": AUDIENCE}, auth=bearer, timeout=timeout, stream=True)
            answer = read_answer(came, _LARGEST)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:  # requests' own, and what it lets pass
            raise ActionError(_no_answer(error, url, network)) from error
    status = answer.status
    if status in {401, 403}:
        message = Text(
            f"GitHub refused this job an OIDC token (HTTP {status}).",
            f"GitHubが、このジョブへのOIDCトークンの発行を拒否しました（HTTP {status}）。",
        )
        raise ActionError(_not_permitted(message, from_fork))
    token = answer.field("value") if status < 400 else None
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN or not _TOKEN.fullmatch(token):
        message = Text(
            f"GitHub's token endpoint answered HTTP {status} without a token.",
            f"GitHubのトークンのエンドポイントが、トークンなしでHTTP {status}を返しました。",
        )
        raise ActionError(_refused(message, _AGAIN))
    return token


def _not_permitted(message: Text, from_fork: bool) -> Problem:
    return _refused(_FORK, _FORK_HINT) if from_fork else _refused(message, _PERMISSION_HINT)


def _no_answer(error: Exception, url: str, network: Network) -> Problem:
    if isinstance(error, requests.exceptions.ProxyError):
        return proxy_failure(_ENDPOINT, network.proxy_for(url))
    if isinstance(error, requests.exceptions.SSLError):
        return tls_failure(_ENDPOINT, error)
    name = type(error).__name__
    message = Text(
        f"GitHub's token endpoint does not answer ({name}).", f"GitHubのトークンのエンドポイントが応答しません（{name}）。"
    )
    return _refused(message, _AGAIN)


def _refused(message: Text, hint: Text) -> Problem:
    return Problem(kind=CATALOGUE["A002"], message=message, hint=hint)
