"""One issue for each fleet: open for as long as something differs or has failed, and changed in place.

It is found again by a mark that nobody sees, and by what others cannot forge: its label, which only those may set who have a say
in the repository, or its author, where the label has been taken off.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal
from urllib.parse import quote

from aces_action.github.rest import GitHubError, call
from aces_action.github.site import GitHubSite
from aces_action.output.fleet import BAD, DIFFERS, EntryResult

LABEL = "aces-fleet"
# Of what a job writes with its own token, as the REST API has it, also for `creator` (GraphQL says it otherwise: cli/cli#5888,
# renovatebot/renovate#44730). Nobody else can have that name: GitHub's names of users have no brackets
AUTHOR = "github-actions[bot]"
_PAGES = 10  # of a hundred issues each
_MARK = re.compile(r"<!-- aces-action fleet (?P<fleet>[a-z0-9-]+) (?P<picture>[0-9a-f]{64}) -->", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The open issue of a fleet. `picture`: a hash of what it shows."""

    number: int
    url: str
    picture: str
    labels: tuple[str, ...] = (LABEL,)


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
    # GitHub docs, 'Update an issue': these take the place of those that there are
    content = {"body": body} if LABEL in issue.labels else {"body": body, "labels": [*issue.labels, LABEL]}
    comment = IssueStep(method="POST", path=f"/{issue.number}/comments", body={"body": texts.comment})
    if not attention:
        closed = content | {"state": "closed", "state_reason": "completed"}
        return [
            comment,
            IssueStep(method="PATCH", path=f"/{issue.number}", body=closed),
        ]
    update = IssueStep(method="PATCH", path=f"/{issue.number}", body=content)
    return [update] if issue.picture == picture else [comment, update]


def open_issue(site: GitHubSite, repository: str, fleet: str) -> Issue | None:
    """The fleet's open issue, the oldest where there are several. Raises GitHubError.

    One with the label may be by anybody, such as by a token of the repository's own.
    """
    labelled = _open_issues(site, repository, f"labels={LABEL}")
    own = (each for each in _open_issues(site, repository, f"creator={quote(AUTHOR)}") if _author(each) == AUTHOR)
    return next((issue for each in chain(labelled, own) if (issue := _issue(each, fleet))), None)


def _open_issues(site: GitHubSite, repository: str, which: str) -> Iterator[Mapping[str, Any]]:
    """From the oldest on; pull requests, which GitHub lists as issues, are left out."""
    for page in range(1, _PAGES + 1):
        path = f"/repos/{repository}/issues?state=open&{which}&sort=created&direction=asc&per_page=100&page={page}"
        found = call(site, path)
        if not isinstance(found, list):
            raise GitHubError("no list of issues")
        yield from (each for each in found if isinstance(each, dict) and "pull_request" not in each)
        if len(found) < 100:
            return


def _author(answer: Mapping[str, Any]) -> object:
    user = answer.get("user")
    return user.get("login") if isinstance(user, dict) else None


def _issue(answer: Mapping[str, Any], fleet: str) -> Issue | None:
    number, url, body, labels = (answer.get(key) for key in ("number", "html_url", "body", "labels"))
    mark = _MARK.match(body) if isinstance(body, str) else None
    if not isinstance(number, int) or mark is None or mark["fleet"] != fleet:
        return None
    names = (each.get("name") for each in labels if isinstance(each, dict)) if isinstance(labels, list) else ()
    return Issue(
        number=number,
        url=url if isinstance(url, str) else "",
        picture=mark["picture"],
        labels=tuple(name for name in names if isinstance(name, str)),
    )


def take(site: GitHubSite, repository: str, step: IssueStep) -> str:
    """Does it, and returns the address of what was written. Raises GitHubError."""
    answer = call(site, f"/repos/{repository}/issues{step.path}", method=step.method, body=step.body)
    url = answer.get("html_url") if isinstance(answer, dict) else None
    return url if isinstance(url, str) else ""
