"""What a job may do with GitHub's token, and where the workflow says so.

GitHub docs, 'Workflow syntax', permissions: what a job says takes the place of what its workflow says; what such a block leaves
out is `none`.
"""

from __future__ import annotations

from typing import Literal

from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path

Access = Literal["none", "read", "write"]
LEVELS: tuple[Access, ...] = ("none", "read", "write")


def access(document: Document, job: Path, scope: str) -> Access | None:
    """What a job may do in a `scope` such as `id-token`; None where neither it nor its workflow says anything of permissions."""
    block = _block(document, job)
    if block is None:
        return None
    permissions = document.get(*block)
    if isinstance(permissions, dict):
        return next((level for level in LEVELS if permissions.get(scope) == level), "none")
    return "read" if permissions == "read-all" else "write"


def at_permissions(document: Document, job: Path, problem: Problem) -> Problem:
    """Where the permissions of a job stand: its own, else the workflow's, else where they should stand."""
    return document.at(_block(document, job) or job, problem, of="key")


def _block(document: Document, job: Path) -> Path | None:
    return next((each for level in (job, ()) if (each := (*level, "permissions")) in document.values), None)
