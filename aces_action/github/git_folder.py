"""What git says of a folder, and to whom a repository belongs. Nothing is changed; where git says nothing, nothing is known."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

ACTION = "aces-action"

_PATIENCE = 10  # seconds for an answer of git's, or of a program such as gh
_URL = re.compile(r"(?:git\+)?(?:https?|ssh|git)://(?:[^@/\s]*@)?(?P<host>[\w.-]+)(?::\d+)?/(?P<path>\S+)", re.ASCII)
# scp's way of writing it: git@host:owner/name.git (git-fetch, 'GIT URLS')
_SCP = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[\w.-]+):(?!//)(?P<path>\S+)", re.ASCII)
_PART = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A repository on github.com or a GitHub Enterprise Server."""

    owner: str
    name: str
    host: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitFolder:
    """A folder as git sees it. `top`: of the repository that it is in; `branch`: also before its first commit, None where no
    branch is checked out."""

    is_repository: bool
    top: Path | None = None
    remote: Remote | None = None
    branch: str | None = None
    has_develop: bool = False


def read_git_folder(folder: Path) -> GitFolder:
    """What git says; as if there were no repository where there is no git."""
    if ask_git(folder, "rev-parse", "--git-dir") is None:
        return GitFolder(is_repository=False)
    return GitFolder(
        is_repository=True,
        top=Path(top) if (top := ask_git(folder, "rev-parse", "--show-toplevel")) else None,
        remote=_remote_of(folder),
        branch=ask_git(folder, "symbolic-ref", "--short", "-q", "HEAD") or None,
        has_develop=ask_git(folder, "rev-parse", "-q", "--verify", "refs/heads/develop") is not None,
    )


def remote_in(address: str) -> Remote | None:
    """The repository that a remote's address names: https, ssh or scp's way. Names and passwords in it are left out."""
    if found := _URL.fullmatch(address) or _SCP.fullmatch(address):
        names = unquote(found["path"]).strip("/").split("/")
    else:
        return None
    if len(names) < 2:
        return None
    owner, name = names[0], names[1].removesuffix(".git")
    # more: what lies in a repository, such as archive/refs/tags/v1.zip
    return Remote(owner=owner, name=name, host=found["host"]) if _PART.fullmatch(owner) and _PART.fullmatch(name) else None


def list_tags(url: str) -> list[str]:
    """The names of the tags at an address, with the person's own access to it; none where git does not tell."""
    # outside of any repository: its configuration may lead to another address, and name programs to ask there
    nowhere = Path(Path.cwd().anchor)
    # nobody is asked for a password: neither by git itself nor by ssh
    quietly = ("-c", "core.askPass=true", "-c", "core.sshCommand=ssh -oBatchMode=yes")
    listed = ask_git(nowhere, *quietly, "ls-remote", "--tags", "--refs", "--", url) or ""
    return [line.partition("refs/tags/")[2] for line in listed.splitlines() if "refs/tags/" in line]


def owner_of_installed_action() -> str | None:
    """To whom the repository belongs that this package was installed from, as pip notes it; None where that does not tell."""
    try:
        noted = distribution(ACTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    return owner_in(noted or "")


def owner_in(direct_url: str) -> str | None:
    """The owner in the text of direct_url.json (PEP 610): of the repository, or of the clone's remote."""
    try:
        noted = json.loads(direct_url)
    except ValueError:
        return None
    address = noted.get("url") if isinstance(noted, dict) else None
    if not isinstance(address, str):
        return None
    local = urlsplit(address)
    remote = _remote_of(Path(unquote(local.path))) if local.scheme == "file" else remote_in(address)
    return remote.owner if remote and remote.name == ACTION else None


def _remote_of(folder: Path) -> Remote | None:
    address = ask_git(folder, "config", "--get", "remote.origin.url")
    return remote_in(address) if address else None


def ask_git(folder: Path, *arguments: str) -> str | None:
    """What git prints of a folder that is only looked at; None where it fails or is not there."""
    if not folder.is_dir():
        return None
    # a repository's own configuration may name a program that watches its files: none is to be started for looking
    return ask("git", "-c", "core.fsmonitor=false", "--no-optional-locks", "-C", str(folder), *arguments)


def ask(program: str, *arguments: str) -> str | None:
    """What a program prints; None where it fails, takes too long or is not there."""
    found = shutil.which(program)
    if found is None:
        return None
    try:
        done = subprocess.run(
            [found, *arguments], capture_output=True, text=True, check=False, timeout=_PATIENCE, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
