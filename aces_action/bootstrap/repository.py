"""What the repository says of itself: which one it is on GitHub, from which branch it deploys, and under which role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from aces_action.github.git_folder import ask, read_git_folder
from aces_action.inputs import INPUTS
from aces_action.settings import input_text
from aces_action.workflow.calls import triggers
from aces_action.workflow.steps import ActionStep

_PLAIN_BRANCH = re.compile(r"[A-Za-z0-9._/-]+")
_PLAIN_ENVIRONMENT = re.compile(r"[A-Za-z0-9._-]+")
_ROLE = next(spec for spec in INPUTS if spec.name == "aws-role-arn")
_COMMAND = next(spec for spec in INPUTS if spec.name == "command")
_WITH_IDS = re.compile(r"[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+")
# docs/iam/README.md: the tokens of repositories that were made or renamed since then
_IDS_SINCE = "2026-07-15"


def github_repository(workspace: Path) -> str | None:
    """owner/name of the remote `origin`; None without one on github.com itself: the role trusts the tokens of that one alone."""
    remote = read_git_folder(workspace).remote
    return f"{remote.owner}/{remote.name}" if remote and remote.host == "github.com" else None


def as_in_tokens(repository: str) -> str | None:
    """The repository as GitHub's tokens name it: with ids where it was created since they have them. None where GitHub's own
    program, which is asked, is not there or does not know. That it was renamed since then is not to be seen, only that it was
    renamed: the old name, to which GitHub leads on, may become somebody else's, and one in another case matches no token."""
    query = '[.created_at, "\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)"] | @tsv'
    answer = ask("gh", "api", f"repos/{repository}", "--hostname", "github.com", "--jq", query)
    created, tab, with_ids = (answer or "").partition("\t")
    if not tab or not _WITH_IDS.fullmatch(with_ids):
        return None
    return with_ids if created >= _IDS_SINCE else re.sub(r"@\d+", "", with_ids)


def deploying(steps: Iterable[ActionStep]) -> tuple[ActionStep, ...]:
    """Those that deploy, which is what a step does that names no command, or promote."""
    return tuple(step for step in steps if input_text(_COMMAND, step.environ()) in {"", "deploy", "promote"})


def branch_of(steps: Iterable[ActionStep]) -> str | None:
    """The one branch whose pushes deploy; None where the workflows name none or several."""
    found = {branch for step in steps for branch in _branches(step)}
    return found.pop() if len(found) == 1 else None


def environment_of(steps: Iterable[ActionStep]) -> str | None:
    """The GitHub environment of the jobs that deploy, empty where they have none; None where only a run knows, or they differ."""
    found = {_environment(step) for step in steps}
    return found.pop() if len(found) == 1 else None


def role_of(steps: Iterable[ActionStep]) -> str | None:
    """The ARN of the role that the workflows assume; None where they name none or several."""
    found = {arn for step in steps if (arn := input_text(_ROLE, step.environ()))}
    return found.pop() if len(found) == 1 else None


def plans_under(steps: Iterable[ActionStep], role: str) -> bool:
    """Whether a workflow runs under the role that can only read."""
    return any(_role_name(step) == role for step in steps)


def _role_name(step: ActionStep) -> str:
    return input_text(_ROLE, step.environ()).rpartition("/")[2]


def _branches(step: ActionStep) -> Iterator[str]:
    document = step.call.document if step.call else step.document
    if "push" not in triggers(document):
        return
    branches = document.get("on", "push", "branches")
    for each in [branches] if isinstance(branches, str) else branches if isinstance(branches, list) else []:
        if isinstance(each, str) and _PLAIN_BRANCH.fullmatch(each):
            yield each


def _environment(step: ActionStep) -> str | None:
    """GitHub docs, 'Workflow syntax', jobs.<job_id>.environment: a name, or an object with one."""
    given = step.document.get("jobs", step.job, "environment")
    name = given.get("name") if isinstance(given, dict) else given
    if name is None:
        return ""
    return name if isinstance(name, str) and _PLAIN_ENVIRONMENT.fullmatch(name) else None
