"""What the runner says about the run: where the workspace is, which commit, where outputs go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The GitHub side of one run. Outside GitHub most of it is empty and everything still works."""

    on_github: bool
    debug: bool
    workspace: Path
    output_file: Path | None
    summary_file: Path | None
    repository: str
    commit: str
    run_id: str
    run_url: str
    event: str
    oidc_request_url: str | None
    oidc_request_token: str | None = field(repr=False)


def read_run(environ: Mapping[str, str]) -> Run:
    """Reads the runner's variables (GitHub's 'Variables reference'). Raises nothing: what is missing stays empty."""

    def path(name: str) -> Path | None:
        return Path(environ[name]) if environ.get(name) else None

    repository, run_id = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    return Run(
        on_github=environ.get("GITHUB_ACTIONS") == "true",
        debug=environ.get("RUNNER_DEBUG") == "1",
        workspace=path("GITHUB_WORKSPACE") or Path.cwd(),
        output_file=path("GITHUB_OUTPUT"),
        summary_file=path("GITHUB_STEP_SUMMARY"),
        repository=repository,
        commit=environ.get("GITHUB_SHA", ""),
        run_id=run_id,
        run_url=f"{server}/{repository}/actions/runs/{run_id}" if repository and run_id else "",
        event=environ.get("GITHUB_EVENT_NAME", ""),
        oidc_request_url=environ.get("ACTIONS_ID_TOKEN_REQUEST_URL") or None,
        oidc_request_token=environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN") or None,
    )
