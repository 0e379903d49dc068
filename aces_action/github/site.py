"""Where GitHub is for this run, and what it tells of a repository: its tags, its ids. Nothing here is needed to deploy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aces_action.github.rest import GitHubError, call

_NAME = re.compile(r"[\w-]+/[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubSite:
    """GitHub's own, or an Enterprise Server's. `action`: the repository of the action that runs, as the runner tells it."""

    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    token: str | None = field(default=None, repr=False)
    action: str = ""

    @property
    def issuer(self) -> str:
        """Who issues the tokens of its jobs, without the scheme, as IAM names the provider.

        GitHub docs, 'OpenID Connect reference': of Enterprise Server below the host; of a ghe.com below the subdomain (assumed).
        """
        host = urlsplit(self.server_url).netloc
        if host == "github.com":
            return "token.actions.githubusercontent.com"
        return f"token.actions.{host}" if host.endswith(".ghe.com") else f"{host}/_services/token"


def read_site(environ: Mapping[str, str]) -> GitHubSite:
    """By the variables of the runner (GitHub's 'Variables reference'), which a person may set too."""
    return GitHubSite(
        server_url=(environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/"),
        api_url=(environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
        token=environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or None,
        action=environ.get("GITHUB_ACTION_REPOSITORY", ""),
    )


def at_host(site: GitHubSite, host: str) -> GitHubSite:
    """The site of a repository that a remote names by its host. A token is for the site that was named with it, and no other."""
    if not host or f"://{host}" in site.server_url or site.server_url != "https://github.com" or host == "github.com":
        return site
    api_url = f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"
    return GitHubSite(server_url=f"https://{host}", api_url=api_url, action=site.action)


def tags_of(site: GitHubSite, repository: str) -> list[str] | str:
    """The names of a repository's newest hundred tags; a few words where GitHub does not tell."""
    found = _get(site, f"/repos/{repository}/tags?per_page=100") if _NAME.fullmatch(repository) else "no such name"
    if isinstance(found, list):
        return [each["name"] for each in found if isinstance(each, dict) and isinstance(each.get("name"), str)]
    return found if isinstance(found, str) else "not a list"


def ids_of(site: GitHubSite, repository: str) -> tuple[int, int] | None:
    """The ids of a repository's owner and of the repository; None where GitHub does not tell."""
    found = _get(site, f"/repos/{repository}") if _NAME.fullmatch(repository) else None
    owner = found.get("owner") if isinstance(found, dict) else None
    if not isinstance(owner, dict) or not isinstance(found, dict):
        return None
    ids = owner.get("id"), found.get("id")
    return (ids[0], ids[1]) if isinstance(ids[0], int) and isinstance(ids[1], int) else None


def _get(site: GitHubSite, path: str) -> Any:
    """The JSON of an answer; a text where there is none."""
    try:
        return call(site, path)
    except GitHubError as error:
        return str(error)
