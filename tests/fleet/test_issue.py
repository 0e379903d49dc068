"""The issue of a fleet: what is asked of GitHub, by value; and that GitHub does it, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import requests

from aces_action.fleet.issue import (
    AUTHOR,
    LABEL,
    Issue,
    IssueTexts,
    marked,
    open_issue,
    picture_of,
    steps,
    take,
)
from aces_action.fleet.jobs import Job, jobs_of
from aces_action.github.rest import GitHubError
from aces_action.github.site import GitHubSite
from aces_action.output.fleet import EntryResult, RunOutcome
from sandbox.server import Sandbox
from tests.fleet.results import UPDATE, failed, planned, result

TEXTS = IssueTexts(title="Fleet fleet", body="## the page", comment="as it is now")
CLEAN = [result("plates", planned())]
AHEAD = [result("plates", planned(UPDATE))]
REPOSITORY = "org/fleet-of-plates"


def asked(issue: Issue | None, results: Sequence[EntryResult]) -> list[str]:
    return [f"{step.method} {step.path}".strip() for step in steps(issue, "fleet", results, TEXTS)]


def shown(results: Sequence[EntryResult]) -> Issue:
    return Issue(number=7, url="u", picture=picture_of(results))


def test_nothing_is_opened_while_all_is_as_it_should_be() -> None:
    assert asked(None, CLEAN) == []
    assert asked(None, [result("plates", RunOutcome(result="deployed", has_changes=True))]) == []


@pytest.mark.parametrize(
    "found", [planned(UPDATE), planned(UPDATE, by_hand=True), failed(), RunOutcome(result="cancelled"), None], ids=str
)
def test_whatever_differs_has_failed_or_is_missing_opens_one(found: RunOutcome | None) -> None:
    [step] = steps(None, "fleet", [*CLEAN, result("other", found)], TEXTS)
    assert (step.method, step.path, step.body["labels"]) == ("POST", "", [LABEL])


def test_people_are_written_to_only_where_the_picture_has_changed() -> None:
    assert asked(shown(AHEAD), AHEAD) == ["PATCH /7"]
    assert asked(shown(AHEAD), [*AHEAD, result("other", failed())]) == ["POST /7/comments", "PATCH /7"]


def test_it_is_closed_with_a_word_when_all_is_well_again() -> None:
    said, closed = steps(shown(AHEAD), "fleet", CLEAN, TEXTS)
    assert (said.path, said.body) == ("/7/comments", {"body": "as it is now"})
    assert (closed.body["state"], closed.body["state_reason"]) == ("closed", "completed")


def test_a_picture_is_what_is_wrong_and_neither_its_order_nor_what_is_as_it_was() -> None:
    bad = result("bad", failed())
    assert picture_of([bad, *AHEAD]) == picture_of([*AHEAD, bad, *CLEAN])
    others = [
        [result("bad", failed("ACES-A004")), *AHEAD],
        [result("bad", failed(), env="staging"), *AHEAD],
        [bad, result("plates", planned(UPDATE, by_hand=True))],
        [bad],
        [bad, result("plates", None)],
    ]
    assert len({picture_of(each) for each in [[bad, *AHEAD], *others]}) == 6
    assert picture_of([result("bad", failed(message="other words"))]) == picture_of([bad])


class Repository:
    """The stand-in for GitHub, and what stands in it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.site = GitHubSite(api_url=sandbox.oidc_url, token="of-the-job")
        self.control = f"{sandbox.oidc_url}/_github/{REPOSITORY}"

    def put(self, **what: Any) -> None:
        requests.put(self.control, json={"permissions": {"issues": "write"}} | what, timeout=10).raise_for_status()

    def get(self) -> Any:
        return requests.get(self.control, timeout=10).json()

    def night(self, results: Sequence[EntryResult], fleet: str = "fleet") -> None:
        texts = replace(TEXTS, comment=" ".join(each.state for each in results))
        for step in steps(open_issue(self.site, REPOSITORY, fleet), fleet, results, texts):
            take(self.site, REPOSITORY, step)


@pytest.fixture
def repository(sandbox: Sandbox) -> Iterator[Repository]:
    there = Repository(sandbox)
    there.put()
    yield there
    requests.delete(there.control, timeout=10)


def test_nights_with_one_issue_from_its_beginning_to_its_end(repository: Repository) -> None:
    worse = [*AHEAD, result("other", failed())]
    for results in (CLEAN, AHEAD, AHEAD, worse, CLEAN, CLEAN, AHEAD):
        repository.night(results)
    there = repository.get()
    assert [(issue["number"], issue["state"]) for issue in there["issues"]] == [(1, "closed"), (2, "open")]
    assert [(comment["issue"], comment["body"]) for comment in there["comments"]] == [(1, "ahead failed"), (1, "unchanged")]
    assert there["issues"][1]["body"] == marked("## the page", "fleet", picture_of(AHEAD))


def test_a_label_that_somebody_takes_off_comes_back_and_their_own_stay(repository: Repository) -> None:
    repository.night(AHEAD)
    [issue] = repository.get()["issues"]
    repository.put(issues=[issue | {"labels": [{"name": "seen"}]}])
    repository.night(AHEAD)
    repository.night(AHEAD)
    [issue] = repository.get()["issues"]
    assert [label["name"] for label in issue["labels"]] == ["seen", LABEL]
    assert repository.get()["comments"] == []


def test_where_github_drops_the_label_there_is_one_issue_all_the_same_and_it_is_closed(repository: Repository) -> None:
    repository.put(drops_labels=True)
    for results in (AHEAD, AHEAD, [*AHEAD, result("other", failed())], CLEAN):
        repository.night(results)
    [issue] = repository.get()["issues"]
    assert (issue["labels"], issue["state"]) == ([], "closed")


def test_it_is_found_behind_hundreds_of_other_issues_of_jobs(repository: Repository) -> None:
    other = {"state": "open", "title": "t", "html_url": "u", "labels": [], "user": {"login": AUTHOR}, "body": "another job's"}
    repository.put(issues=[{"number": number, **other} for number in range(1, 251)], drops_labels=True)
    repository.night(AHEAD)
    repository.night(AHEAD)
    assert len(repository.get()["issues"]) == 251


def test_each_fleet_has_an_issue_of_its_own(repository: Repository) -> None:
    for fleet in ("fleet", "second", "fleet", "second"):
        repository.night(AHEAD, fleet)
    assert len(repository.get()["issues"]) == 2


def test_what_somebody_else_wrote_is_not_taken_for_the_issue(repository: Repository) -> None:
    """Whoever may open an issue can copy the mark; only who has a say in the repository can set the label, and only a job is
    this author."""
    body, labels = marked("forged", "fleet", picture_of(AHEAD)), [{"name": LABEL}]
    other = {"state": "open", "title": "t", "html_url": "u"}
    issues: list[dict[str, object]] = [
        {"number": 1, "body": body, "labels": [], **other},
        {"number": 2, "body": f"quoted: {body}", "labels": labels, **other},
        {"number": 3, "body": body, "labels": labels, "pull_request": {}, **other},
        {"number": 4, "body": None, "labels": labels, **other},
        {"number": 5, "body": body, "labels": [], "user": {"login": "github-actions"}, **other},
        {"number": 6, "body": body, "labels": [{"name": "bug"}], "user": {"login": "somebody"}, **other},
        {"number": 7, "body": f"quoted: {body}", "labels": [], "user": {"login": AUTHOR}, **other},
        {"number": 8, "body": body, "labels": [], "user": {"login": AUTHOR}, "pull_request": {}, **other},
    ]
    repository.put(issues=issues)
    assert open_issue(repository.site, REPOSITORY, "fleet") is None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"permissions": {"issues": "read"}}, "HTTP 403"),
        ({"permissions": {}}, "HTTP 403"),
        ({"has_issues": False}, "HTTP 410"),
    ],
)
def test_a_refusal_of_githubs_is_told(repository: Repository, given: dict[str, Any], why: str) -> None:
    repository.put(**given)
    with pytest.raises(GitHubError, match=why):
        repository.night(AHEAD)
    with pytest.raises(GitHubError, match="HTTP 404"):
        open_issue(GitHubSite(api_url=repository.site.api_url), REPOSITORY, "fleet")
    with pytest.raises(GitHubError, match="ConnectionError"):
        open_issue(GitHubSite(api_url="http://127.0.0.1:9"), REPOSITORY, "fleet")


def test_all_jobs_of_a_run_are_found_with_how_they_ended(repository: Repository) -> None:
    jobs: list[dict[str, str | None]] = [
        {"name": f"fleet / p-{number} dev", "html_url": f"https://github.com/{number}", "status": "completed", "conclusion": end}
        for number, end in enumerate(["success", "failure", "cancelled", "skipped", "timed_out", "neutral"] * 40)
    ]
    jobs.append({"name": "fleet / late dev", "html_url": "u", "status": "in_progress", "conclusion": None})
    repository.put(permissions={"actions": "read"}, jobs=jobs)
    found = jobs_of(repository.site, REPOSITORY, "1")
    assert len(found) == 241
    assert [job.ended for job in found[:6]] == ["lost", "failed", "cancelled", "skipped", "failed", "unknown"]
    assert found[-1] == Job(name="fleet / late dev", url="u", ended="running")
    repository.put(permissions={"issues": "write"})
    with pytest.raises(GitHubError, match="HTTP 403"):
        jobs_of(repository.site, REPOSITORY, "1")
