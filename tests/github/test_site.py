"""What GitHub and git tell of a repository, and where GitHub is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import requests

from aces_action.github.git_folder import list_tags, remote_in
from aces_action.github.site import GitHubSite, at_host, ids_of, read_site, tags_of
from sandbox.server import Sandbox


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_tags_of_a_repository_are_listed_by_git(tmp_path: Path) -> None:
    checkout = tmp_path
    git(checkout, "init", "--quiet")
    git(checkout, "commit", "--quiet", "--allow-empty", "--message", "x")
    for tag in ("v0.1.0", "v0.2.0"):
        git(checkout, "tag", "--annotate", "--message", tag, tag)
    assert list_tags(f"file://{checkout}") == ["v0.1.0", "v0.2.0"]
    assert list_tags(f"file://{checkout}/none") == []
    assert list_tags("--upload-pack=touch x") == []


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("git@github.com:org/plates.git", "github.com"),
        ("ssh://git@ghe.example.com:22/org/plates.git", "ghe.example.com"),
        ("https://x-access-token:secret@github.com/org/plates.git/", "github.com"),
    ],
)
def test_a_remote_names_its_host(address: str, host: str) -> None:
    remote = remote_in(address)
    assert remote is not None
    assert (remote.host, remote.owner, remote.name) == (host, "org", "plates")


@pytest.mark.parametrize(
    ("server", "issuer"),
    [
        ("https://github.com", "token.actions.githubusercontent.com"),
        ("https://aces.ghe.com", "token.actions.aces.ghe.com"),
        ("https://ghe.example.com", "ghe.example.com/_services/token"),
    ],
)
def test_each_site_has_its_issuer(server: str, issuer: str) -> None:
    assert read_site({"GITHUB_SERVER_URL": f"{server}/"}).issuer == issuer


def test_a_remote_of_another_host_is_asked_there_unless_a_variable_says_where() -> None:
    assert at_host(GitHubSite(), "github.com") == GitHubSite()
    assert at_host(GitHubSite(), "") == GitHubSite()
    found = at_host(GitHubSite(), "ghe.example.com")
    assert (found.server_url, found.api_url) == ("https://ghe.example.com", "https://ghe.example.com/api/v3")
    assert at_host(GitHubSite(token="of-github"), "ghe.example.com").token is None
    own = GitHubSite(server_url="https://other.example.com")
    assert at_host(own, "ghe.example.com") == own


def test_tags_and_ids_are_githubs_or_there_is_a_word_why_not(sandbox: Sandbox) -> None:
    site, control = GitHubSite(api_url=sandbox.oidc_url), f"{sandbox.oidc_url}/_control"
    requests.post(control, json={"tags": ["v1.2.3"], "ids": [12, 34]}, timeout=10).raise_for_status()
    try:
        assert tags_of(site, "org/plates") == ["v1.2.3"]
        assert ids_of(site, "org/plates") == (12, 34)
        assert tags_of(site, "../plates") == "no such name"
        assert tags_of(site, "org/plates/x") == "no such name"
    finally:
        requests.delete(control, timeout=10)
    assert tags_of(site, "org/plates") == "HTTP 404"
    assert ids_of(site, "org/plates") is None
    nowhere = GitHubSite(api_url="http://127.0.0.1:9")
    assert tags_of(nowhere, "org/plates") == "ConnectionError"
    assert ids_of(nowhere, "org/plates") is None


def test_a_token_of_githubs_is_not_part_of_the_sites_text() -> None:
    assert "secret" not in repr(read_site({"GITHUB_TOKEN": "secret"}))
