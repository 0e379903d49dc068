"""The jobs of the run, as GitHub tells of them: where each is shown, and how one ended that left no outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aces_action.github.rest import GitHubError, call
from aces_action.github.site import GitHubSite
from aces_action.output.fleet import Ended, FleetEntry

_PER_PAGE, _PAGES = 100, 10
# GitHub docs, REST API, 'Workflow jobs': status and conclusion
_ENDS: Mapping[str, Ended] = {
    "cancelled": "cancelled",
    "skipped": "skipped",
    "success": "lost",
    "failure": "failed",
    "timed_out": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of the run: the name that is shown, its page, and how it ended."""

    name: str
    url: str
    ended: Ended


def jobs_of(site: GitHubSite, repository: str, run_id: str) -> list[Job]:
    """The jobs of a run, of each its last attempt. Raises GitHubError: a job needs `actions: read` for that."""
    found: list[Job] = []
    for page in range(1, _PAGES + 1):
        answer = call(site, f"/repos/{repository}/actions/runs/{run_id}/jobs?filter=latest&per_page={_PER_PAGE}&page={page}")
        jobs = answer.get("jobs") if isinstance(answer, dict) else None
        if not isinstance(jobs, list):
            raise GitHubError("no list of jobs")
        found += [job for each in jobs if isinstance(each, dict) and (job := _job(each))]
        if len(jobs) < _PER_PAGE:
            break
    return found


def _job(answer: Mapping[str, Any]) -> Job | None:
    name, url, status, conclusion = (answer.get(key) for key in ("name", "html_url", "status", "conclusion"))
    if not isinstance(name, str) or not isinstance(url, str):
        return None
    ended: Ended = _ENDS.get(str(conclusion), "unknown") if status == "completed" else "running"
    return Job(name=name, url=url, ended=ended)


def job_of(entry: FleetEntry, jobs: Iterable[Job]) -> Job | None:
    """The one job that is named after the entry, below the names of the jobs that have called it; None where there are more.

    GitHub names a job of a called workflow `caller / called`.
    """
    found = [job for job in jobs if job.name == entry.name or job.name.endswith(f" / {entry.name}")]
    return found[0] if len(found) == 1 else None
