"""What GitHub's token says of a job (`sub`), as its workflow lets one tell before a run.

GitHub docs, 'OpenID Connect reference': `repo:OWNER/NAME:environment:NAME` where the job has an environment, else
`repo:OWNER/NAME:pull_request` for that event, else `repo:OWNER/NAME:ref:refs/heads/BRANCH`. With ids it begins with
`repo:OWNER@ID/NAME@ID:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aces_action.inputs import INPUTS
from aces_action.project.document import Document, Path
from aces_action.workflow.calls import triggers
from aces_action.workflow.steps import ActionStep

_ROLE = next(spec for spec in INPUTS if spec.name == "aws-role-arn")
_PATTERN = re.compile(r"[*?+\[\]!]|\$\{\{")  # of branches in `on:`, GitHub docs, 'Workflow syntax', filter patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSubjects:
    """The role that jobs of the workflows assume, and what stands behind the repository in their `sub`. `contexts` has those that
    are known; `any_branch`: there are jobs of which only a run knows the branch. `refs`: the branches, as far as they are known,
    of jobs with an environment, which AWS may be told to look at too."""

    role_arn: str
    contexts: tuple[str, ...]
    any_branch: bool
    refs: tuple[str, ...] = ()


def subjects_of(steps: Iterable[ActionStep]) -> list[JobSubjects]:
    """Of each role that the workflows name, in their order."""
    found: dict[str, list[str | None]] = {}
    refs: dict[str, list[str]] = {}
    for step in steps:
        path = step.place(_ROLE)
        arn = step.text(path) if path else None
        if arn and _ROLE.read(arn):
            found.setdefault(arn, []).extend(_contexts(step))
            refs.setdefault(arn, []).extend(_refs(step))
    return [
        JobSubjects(
            role_arn=arn,
            contexts=tuple(dict.fromkeys(each for each in contexts if each)),
            any_branch=None in contexts,
            refs=tuple(dict.fromkeys(refs[arn])),
        )
        for arn, contexts in found.items()
    ]


def _contexts(step: ActionStep) -> Iterator[str | None]:
    """None for a branch or an environment that only a run knows."""
    if name := _environment(step):
        yield None if "${{" in str(name) else f"environment:{name}"
        return
    document = step.call.document if step.call else step.document
    for event in triggers(document):
        if event == "pull_request":
            yield "pull_request"
        elif event == "push":
            yield from _branches(document, ("on", "push"))
        elif event != "workflow_call":
            yield None


def _environment(step: ActionStep) -> object:
    environment = step.document.get(*step.path[:2], "environment")
    return environment.get("name") if isinstance(environment, Mapping) else environment


def _refs(step: ActionStep) -> Iterator[str]:
    """`ref` of the tokens of a job with an environment, as far as pushes start it."""
    document = step.call.document if step.call else step.document
    if _environment(step) and "push" in triggers(document):
        yield from (each.removeprefix("ref:") for each in _branches(document, ("on", "push")) if each)


def _branches(document: Document, path: Path) -> Iterator[str | None]:
    branches = document.get(*path, "branches")
    names = [branches] if isinstance(branches, str) else branches if isinstance(branches, list) else []
    if not names:
        yield None
    for name in names:
        yield None if _PATTERN.search(str(name)) else f"ref:refs/heads/{name}"
