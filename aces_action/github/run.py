"""What the runner says about the run: where the workspace is, which commit, where outputs go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aces_action.network import Network, read_network

# GitHub's own limit for a webhook's payload is 25 MB; that of a pull request has some 30 kB
_LARGEST_EVENT = 1 << 22
# pull_request_target runs in the name of the base repository, and gets a token as any other job does
_OF_A_PULL_REQUEST = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The GitHub side of one run. Outside GitHub most of it is empty and everything still works.

    `source_url`: where GitHub shows the files of the commit. `from_fork`: it is for a pull request whose branch is in another
    repository, as far as the event tells.
    """

    on_github: bool
    debug: bool
    workspace: Path
    output_file: Path | None
    summary_file: Path | None
    repository: str
    commit: str
    run_id: str
    run_url: str
    source_url: str
    from_fork: bool
    network: Network
    oidc_request_url: str | None
    oidc_request_token: str | None = field(repr=False)


def read_run(environ: Mapping[str, str]) -> Run:
    """Reads the runner's variables (GitHub's 'Variables reference'). Raises nothing: what is missing stays empty."""

    def path(name: str) -> Path | None:
        return Path(environ[name]) if environ.get(name) else None

    repository, run_id = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    commit = environ.get("GITHUB_SHA", "")
    event = environ.get("GITHUB_EVENT_NAME", "")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    return Run(
        on_github=environ.get("GITHUB_ACTIONS") == "true",
        debug=environ.get("RUNNER_DEBUG") == "1",
        workspace=path("GITHUB_WORKSPACE") or Path.cwd(),
        output_file=path("GITHUB_OUTPUT"),
        summary_file=path("GITHUB_STEP_SUMMARY"),
        repository=repository,
        commit=commit,
        run_id=run_id,
        run_url=f"{server}/{repository}/actions/runs/{run_id}" if repository and run_id else "",
        source_url=f"{server}/{repository}/blob/{commit}" if repository and commit else "",
        from_fork=event in _OF_A_PULL_REQUEST and _is_from_fork(path("GITHUB_EVENT_PATH"), repository),
        network=read_network(environ),
        oidc_request_url=environ.get("ACTIONS_ID_TOKEN_REQUEST_URL") or None,
        oidc_request_token=environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN") or None,
    )


def _is_from_fork(file: Path | None, repository: str) -> bool:
    """Whether the event's pull request comes from another repository. Whoever opened it has a say in the file."""
    try:
        if file is None or not file.is_file():
            return False
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_EVENT + 1)
        event = json.loads(content) if len(content) <= _LARGEST_EVENT else None
    except (OSError, ValueError, RecursionError):  # the last: brackets in brackets in brackets
        return False
    pull_request = event.get("pull_request") if isinstance(event, dict) else None
    head = pull_request.get("head") if isinstance(pull_request, dict) else None
    if not isinstance(head, dict) or "repo" not in head:
        return False
    if not isinstance(head["repo"], dict):
        return True  # GitHub's null: the fork has been deleted since
    name = head["repo"].get("full_name")
    if not isinstance(name, str) or not repository:
        return head["repo"].get("fork") is True
    return name.casefold() != repository.casefold()  # not by `fork`: the repository itself may be one
