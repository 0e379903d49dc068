"""GitHub's REST API, as far as a job may use it for a fleet: the jobs of its run, and the issues of its repository.

As unkind as GitHub (REST API docs, 'Workflow jobs', 'Issues'): a token has only the permissions that its job asked for, without
one a private repository is not there, a body is limited, a list of issues also has pull requests, and comes in pages.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import Blueprint, Response, jsonify, request

# Whom an issue is by that is opened with the token of a job, and `creator` finds it by
_AUTHOR = {"login": "github-actions[bot]", "type": "Bot"}
# 'body is too long (maximum is 65536 characters)', as GitHub answers with 422
_LONGEST_BODY = 65_536
_LARGEST_PAGE = 100


@dataclass(slots=True, kw_only=True)
class Repository:
    """What a test has put there, and what has become of it. `permissions` are those of the job's token. `drops_labels`: it may
    not push ('Only users with push access can set labels for issues. Labels are silently dropped otherwise')."""

    permissions: dict[str, str] = field(default_factory=dict)
    has_issues: bool = True
    drops_labels: bool = False
    jobs: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)


def blueprint() -> Blueprint:
    """The API. `PUT /_github/OWNER/NAME` takes the fields of `Repository`, `GET` tells them, `DELETE` forgets the repository."""
    routes, repositories, lock = Blueprint("github", __name__), dict[str, Repository](), threading.Lock()

    def refused(name: str, scope: str, level: str) -> tuple[Repository, None] | tuple[None, tuple[Response, int]]:
        repository = repositories.get(name)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if repository is None or scheme != "Bearer" or not token:
            return None, (jsonify(message="Not Found"), 404)
        if repository.permissions.get(scope) not in {level, "write"}:
            return None, (jsonify(message="Resource not accessible by integration"), 403)
        return repository, None

    @routes.get("/repos/<owner>/<name>/actions/runs/<run>/jobs")
    def jobs(owner: str, name: str, run: str) -> tuple[Response, int]:
        repository, answer = refused(f"{owner}/{name}", "actions", "read")
        if repository is None:
            return answer or (jsonify(), 500)
        found = [job for job in repository.jobs if str(job.get("run_id", run)) == run]
        return jsonify(total_count=len(found), jobs=_page(found)), 200

    @routes.get("/repos/<owner>/<name>/issues")
    def issues(owner: str, name: str) -> tuple[Response, int]:
        repository, answer = refused(f"{owner}/{name}", "issues", "read")
        if repository is None:
            return answer or (jsonify(), 500)
        if not repository.has_issues:
            return jsonify(message="Issues has been disabled in this repository."), 410
        state, labels = request.args.get("state", "open"), set(filter(None, request.args.get("labels", "").split(",")))
        creator = request.args.get("creator")
        found = [
            each
            for each in repository.issues
            if state in {each["state"], "all"}
            and labels <= {label["name"] for label in each["labels"]}
            and creator in {each.get("user", {}).get("login"), None}
        ]
        newest_first = request.args.get("direction", "desc") == "desc"
        return jsonify(_page(sorted(found, key=lambda each: each["number"], reverse=newest_first))), 200

    @routes.post("/repos/<owner>/<name>/issues")
    def create(owner: str, name: str) -> tuple[Response, int]:
        repository, answer = refused(f"{owner}/{name}", "issues", "write")
        if repository is None:
            return answer or (jsonify(), 500)
        if not repository.has_issues:
            return jsonify(message="Issues has been disabled in this repository."), 410
        asked = request.get_json()
        if not asked.get("title") or len(asked.get("body", "")) > _LONGEST_BODY:
            return jsonify(message="Validation Failed"), 422
        with lock:
            number = 1 + max((each["number"] for each in repository.issues), default=0)
            issue = {
                "number": number,
                "html_url": f"https://github.com/{owner}/{name}/issues/{number}",
                "title": asked["title"],
                "body": asked.get("body", ""),
                "state": "open",
                "labels": [] if repository.drops_labels else [{"name": label} for label in asked.get("labels", ())],
                "user": _AUTHOR,
            }
            repository.issues.append(issue)
        return jsonify(issue), 201

    @routes.patch("/repos/<owner>/<name>/issues/<int:number>")
    def update(owner: str, name: str, number: int) -> tuple[Response, int]:
        repository, answer = refused(f"{owner}/{name}", "issues", "write")
        if repository is None:
            return answer or (jsonify(), 500)
        issue = next((each for each in repository.issues if each["number"] == number), None)
        asked = request.get_json()
        if issue is None:
            return jsonify(message="Not Found"), 404
        if len(asked.get("body", "")) > _LONGEST_BODY:
            return jsonify(message="Validation Failed"), 422
        issue.update({key: value for key, value in asked.items() if key in {"title", "body", "state", "state_reason"}})
        if "labels" in asked and not repository.drops_labels:  # in place of those that there are
            issue["labels"] = [{"name": label} for label in asked["labels"]]
        return jsonify(issue), 200

    @routes.post("/repos/<owner>/<name>/issues/<int:number>/comments")
    def comment(owner: str, name: str, number: int) -> tuple[Response, int]:
        repository, answer = refused(f"{owner}/{name}", "issues", "write")
        if repository is None:
            return answer or (jsonify(), 500)
        url = f"https://github.com/{owner}/{name}/issues/{number}#issuecomment-{len(repository.comments) + 1}"
        repository.comments.append({"issue": number, "body": request.get_json()["body"], "html_url": url})
        return jsonify(repository.comments[-1]), 201

    @routes.route("/_github/<owner>/<name>", methods=["PUT", "GET", "DELETE"])
    def control(owner: str, name: str) -> tuple[Response, int]:
        key = f"{owner}/{name}"
        if request.method == "DELETE":
            repositories.pop(key, None)
            return jsonify(), 200
        if request.method == "PUT":
            repositories[key] = Repository(**request.get_json())
        return jsonify(asdict(repositories[key])), 200

    return routes


def _page(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    size = min(int(request.args.get("per_page", "30")), _LARGEST_PAGE)
    start = size * (int(request.args.get("page", "1")) - 1)
    return found[start : start + size]
