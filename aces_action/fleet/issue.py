"""One issue for each fleet: open for as long as something differs or has failed, and changed in place.

It is found again by its label, which only those may set who have a say in the repository, and by a mark that nobody sees.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aces_action.github.rest import GitHubError, call
from aces_action.github.site import GitHubSite
from aces_action.output.fleet import BAD, DIFFERS, EntryResult

LABEL = "aces-fleet"
_MARK = re.compile(r"<!-- aces-action fleet (?P<fleet>[a-z0-9-]+) (?P<picture>[0-9a-f]{64}) -->", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The open issue of a fleet. `picture`: a hash of what it shows."""

    number: int
    url: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTexts:
    """What may have to be written: the title, the page, and what a comment says where the picture has changed, or is clean."""

    title: str
    body: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStep:
    """A request of GitHub's API below `/repos/OWNER/NAME/issues`."""

    method: Literal["POST", "PATCH"]
    path: str
    body: Mapping[str, object]


def picture_of(results: Iterable[EntryResult]) -> str:
    """A hash of what is wrong and what differs: the same for as long as nothing of that changes."""
    shown = [
        [
            each.entry.name,
            each.state,
            each.outcome.failure_code if each.outcome else "",
            [[change.verb, change.resource, change.name] for change in each.outcome.changes] if each.outcome else [],
        ]
        for each in results
        if needs_attention(each)
    ]
    return hashlib.sha256(json.dumps(sorted(shown)).encode()).hexdigest()


def needs_attention(result: EntryResult) -> bool:
    return result.state in BAD | DIFFERS


def marked(body: str, fleet: str, picture: str) -> str:
    return f"<!-- aces-action fleet {fleet} {picture} -->\n{body}"


def steps(issue: Issue | None, fleet: str, results: Sequence[EntryResult], texts: IssueTexts) -> list[IssueStep]:
    """What has to be asked of GitHub, in this order. A comment, which writes to people, is made only where the picture changed.

    The comment comes before the mark of its picture: a run that ends in between makes it once more, rather than never.
    """
    picture, attention = picture_of(results), any(map(needs_attention, results))
    body = marked(texts.body, fleet, picture)
    if issue is None:
        new = {"title": texts.title, "body": body, "labels": [LABEL]}
        return [IssueStep(method="POST", path="", body=new)] if attention else []
    comment = IssueStep(method="POST", path=f"/{issue.number}/comments", body={"body": texts.comment})
    if not attention:
        closed = {"body": body, "state": "closed", "state_reason": "completed"}
        return [
            comment,
            IssueStep(method="PATCH", path=f"/{issue.number}", body=closed),
        ]
    update = IssueStep(method="PATCH", path=f"/{issue.number}", body={"body": body})
    return [update] if issue.picture == picture else [comment, update]


def open_issue(site: GitHubSite, repository: str, fleet: str) -> Issue | None:
    """The fleet's open issue, the oldest where there are several. Raises GitHubError."""
    found = call(site, f"/repos/{repository}/issues?state=open&labels={LABEL}&sort=created&direction=asc&per_page=100")
    if not isinstance(found, list):
        raise GitHubError("no list of issues")
    issues = (_issue(each, fleet) for each in found if isinstance(each, dict) and "pull_request" not in each)
    return next((issue for issue in issues if issue), None)


def _issue(answer: Mapping[str, Any], fleet: str) -> Issue | None:
    number, url, body = answer.get("number"), answer.get("html_url"), answer.get("body")
    mark = _MARK.match(body) if isinstance(body, str) else None
    if not isinstance(number, int) or mark is None or mark["fleet"] != fleet:
        return None
    return Issue(number=number, url=url if isinstance(url, str) else "", picture=mark["picture"])


def take(site: GitHubSite, repository: str, step: IssueStep) -> str:
    """Does it, and returns the address of what was written. Raises GitHubError."""
    answer = call(site, f"/repos/{repository}/issues{step.path}", method=step.method, body=step.body)
    url = answer.get("html_url") if isinstance(answer, dict) else None
    return url if isinstance(url, str) else ""
