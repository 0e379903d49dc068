"""GitHub's REST API, for what a job may do with its own token. Nothing is tried again: whoever asks says what that means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import requests

    from aces_action.github.site import GitHubSite

_LARGEST = 4 << 20  # bytes of an answer: a hundred jobs or tags have some hundred kB
_TIMEOUT = (3, 10)
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHubError(Exception):
    """GitHub did not do what it was asked. The text says why in a word: HTTP's status, or the name of an exception."""


def call(
    site: GitHubSite,
    path: str,
    *,
    method: Literal["GET", "POST", "PATCH"] = "GET",
    body: Mapping[str, object] | None = None,
) -> Any:
    """The JSON of an answer. Raises GitHubError, also where the answer is none or too long."""
    import requests  # takes a tenth of a second, which a terminal that only has a site need not
    import urllib3.exceptions

    from aces_action.http_answer import read_answer

    try:
        with requests.Session() as http:
            came = http.request(
                method,
                f"{site.api_url}{path}",
                json=body,
                headers=_HEADERS,
                auth=_bearer(site.token),
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
            answer = read_answer(came, _LARGEST, seconds=_TIMEOUT[1])
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:  # requests' own, and what it lets pass
        raise GitHubError(type(error).__name__) from error
    if answer.status not in {200, 201}:
        raise GitHubError(f"HTTP {answer.status}")
    if (found := answer.json()) is None:
        raise GitHubError("no JSON")
    return found


def _bearer(token: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    """As `auth`, not as a header: requests lets an entry of .netrc replace a header."""

    def signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return signed
