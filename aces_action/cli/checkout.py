"""What git says of a repository on this machine: the commit and the repository's name, as a job on GitHub would have them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from aces_action.aws.tags import DIRTY
from aces_action.github.git_folder import ask_git, read_git_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """`commit` and `repository` (`owner/name`): empty where there is no git, no commit or no remote. `dirty`: files differ from
    the commit, or it does not know them."""

    commit: str = ""
    repository: str = ""
    dirty: bool = False

    @property
    def revision(self) -> str:
        """The commit as it is noted on what is deployed: a commit alone would claim what is not so."""
        return f"{self.commit}{DIRTY}" if self.dirty else self.commit


def read_checkout(workspace: Path) -> Checkout:
    """Asks git, which only looks. Raises nothing."""
    commit = ask_git(workspace, "rev-parse", "--verify", "HEAD") or ""
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        return Checkout()
    remote = read_git_folder(workspace).remote
    return Checkout(
        commit=commit,
        repository=f"{remote.owner}/{remote.name}" if remote else "",
        dirty=ask_git(workspace, "status", "--porcelain", "--ignore-submodules=dirty") != "",  # None: nobody knows
    )
