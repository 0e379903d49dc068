"""What the doctor goes by: all that is known of the deployment and of where this runs, however little that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aces_action.configuration import Configuration
from aces_action.github.site import GitHubSite
from aces_action.problems import Problem
from aces_action.workflow.steps import ActionStep


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorInput:
    """`configuration` may be wrong, and any of it missing. `steps`: those of the workflows that deploy it, the running one in a
    job. `unknown`: settings that only a run knows, since an expression gives them. `obstacles`: why nothing can be called.
    `repository`: owner/name of what is checked out, empty where git does not tell. `role_arn`: the role to sign in under, None
    for the credentials that there are.
    """

    configuration: Configuration
    workspace: Path
    steps: tuple[ActionStep, ...]
    unknown: frozenset[str] = frozenset()
    obstacles: tuple[Problem, ...]
    site: GitHubSite
    repository: str = ""
    region: str
    role_arn: str | None
    platform_token: str | None
    in_job: bool

    @property
    def is_promoted(self) -> bool:
        """Whether image and weights come from another environment, in place of a tag and an uploaded archive."""
        return "promote_from" in self.unknown or self.setting("promote_from") is not None

    def setting(self, name: str) -> Any:
        """A setting that is known and right, else None."""
        return None if name in self.unknown else self.configuration.values.get(name)
