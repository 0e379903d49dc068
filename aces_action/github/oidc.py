"""GitHub's OIDC token for this job: what AWS trusts instead of a stored key."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter

from aces_action.language import Text, lines, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.retries import Told, network_retry

AUDIENCE = "sts.amazonaws.com"
_PASSING = frozenset({429, 500, 502, 503, 504})  # HTTP statuses worth another try
_AGAIN = Text(
    "Run the job again; githubstatus.com says whether GitHub Actions has an incident.",
    "ジョブを再実行してください。GitHub Actionsに障害が起きているかは、githubstatus.comでわかります。",
)
_PERMISSION_HINT = lines(
    Text(
        "Give the job the permission to ask GitHub for a token:", "ジョブに、GitHubからトークンを取得する権限を与えてください。"
    ),
    same("    permissions:\n      id-token: write\n      contents: read"),
    Text(
        "A pull request from a fork never gets it: there run `command: validate`.",
        "forkからのpull requestでは、この権限は得られません。その場合は`command: validate`を使ってください。",
    ),
)


def fetch_token(
    url: str | None,
    request_token: str | None,
    *,
    timeout: tuple[float, float] = (5, 10),
    tell: Told = lambda _call, _why: None,
) -> str:
    """A fresh token (a JWT, valid for five minutes) for `sts.amazonaws.com`.

    `url` and `request_token` are the runner's ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN. Raises ActionError (A002) when
    the job may not have one or GitHub does not answer; server errors are retried for some seconds first, which `tell` hears of.
    `timeout`: seconds to connect, seconds to answer.
    """
    if not url or not request_token:
        raise ActionError(
            _refused(
                Text("The runner offers this job no OIDC token.", "ランナーが、このジョブにOIDCトークンを提供していません。"),
                _PERMISSION_HINT,
            )
        )

    def bearer(request: requests.PreparedRequest) -> requests.PreparedRequest:
        # as `auth`, not as a header: requests lets an entry of .netrc replace a header
        request.headers["Authorization"] = f"bearer {request_token}"
        return request

    retry = network_retry(backoff=0.5, statuses=_PASSING, patient=True, tell=tell)
    with requests.Session() as http:
        for scheme in ("http://", "https://"):
            http.mount(scheme, HTTPAdapter(max_retries=retry))
        try:
            answer = http.get(url, params={"audience": AUDIENCE}, auth=bearer, timeout=timeout)
        except requests.RequestException as error:
            raise ActionError(_no_answer(error)) from error
    status = answer.status_code
    if status in {401, 403}:
        message = Text(
            f"GitHub refused this job an OIDC token (HTTP {status}).",
            f"GitHubが、このジョブへのOIDCトークンの発行を拒否しました（HTTP {status}）。",
        )
        raise ActionError(_refused(message, _PERMISSION_HINT))
    try:
        token = answer.json()["value"] if answer.ok else None
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str) or token.count(".") != 2:
        message = Text(
            f"GitHub's token endpoint answered HTTP {status} without a token.",
            f"GitHubのトークンのエンドポイントが、トークンなしでHTTP {status}を返しました。",
        )
        raise ActionError(_refused(message, _AGAIN))
    return token


def _no_answer(error: requests.RequestException) -> Problem:
    name = type(error).__name__
    message = Text(
        f"GitHub's token endpoint does not answer ({name}).", f"GitHubのトークンのエンドポイントが応答しません（{name}）。"
    )
    return _refused(message, _AGAIN)


def _refused(message: Text, hint: Text) -> Problem:
    return Problem(kind=CATALOGUE["A002"], message=message, hint=hint)
