"""git, as far as a release needs it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The bot that GitHub shows for the commits of a workflow
_BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout."""

    folder: Path

    def git(self, *arguments: str, **environment: str) -> str:
        """What a command of git's says.

        Raises:
            subprocess.CalledProcessError: It failed.
        """
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ | environment
        ).stdout

    def commit_of(self, name: str) -> str:
        return self.git("rev-parse", "--verify", f"{name}^{{commit}}").strip()

    def time_of(self, commit: str, *paths: str) -> int:
        """When a commit was made, or with `paths` the newest up to it that changed one of them, in seconds since 1970."""
        return int(self.git("log", "-1", "--format=%ct", commit, "--", *paths))

    def tags(self) -> list[str]:
        return self.git("tag", "--list").split()

    def files(self, commit: str) -> dict[str, str]:
        """Every file of a commit, by its path: `mode` and text in one, or `mode object` for what is no UTF-8 text.

        The mode stands in front of a text too, as a line of its own, so that a file that becomes executable is a changed file.
        """
        entries = {}
        for entry in self.git("ls-tree", "-r", "-z", commit).split("\0")[:-1]:
            about, _, path = entry.partition("\t")
            mode, kind, name = about.split(" ")
            entries[path] = (mode, kind, name)
        contents = self._contents([name for _, kind, name in entries.values() if kind == "blob"])
        files = {}
        for path, (mode, _, name) in entries.items():
            try:
                files[path] = f"{mode}\n{contents[name].decode()}" if name in contents else f"{mode} {name}"
            except UnicodeDecodeError:
                files[path] = f"{mode} {name}"
        return files

    def texts(self, commit: str) -> dict[str, str]:
        """The text files of a commit, by their paths."""
        return {path: text.partition("\n")[2] for path, text in self.files(commit).items() if "\n" in text}

    def write(self, files: Mapping[str, str]) -> None:
        """Into the checkout; without a change of line ends."""
        for path, text in files.items():
            (self.folder / path).write_bytes(text.encode())

    def commit(self, message: str, epoch: int) -> str:
        """A commit of all that has changed in the checkout, at a time of one's own; returns its name."""
        when, (name, mail) = f"{epoch} +0000", _BOT
        who = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": mail}
        self.git(
            *("-c", "commit.gpgSign=false", "commit", "--quiet", "--all", "--no-verify", "--message", message),
            **who,
            GIT_AUTHOR_DATE=when,
            GIT_COMMITTER_DATE=when,
        )
        return self.commit_of("HEAD")

    def _contents(self, names: list[str]) -> dict[str, bytes]:
        command = ["git", "-C", str(self.folder), "cat-file", "--batch"]
        said = subprocess.run(command, input="\n".join(names).encode() + b"\n", check=True, stdout=subprocess.PIPE).stdout
        contents, place = {}, 0
        for _ in names:
            end = said.index(b"\n", place)
            name, _, size = said[place:end].decode().split(" ")
            contents[name] = said[end + 1 : end + 1 + int(size)]
            place = end + 2 + int(size)
        return contents


def clone(source: Path, target: Path) -> Repository:
    """The commit that is checked out in `source`, with all tags, in a clone without a remote: nothing can be pushed from it."""
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(source), str(target)], check=True)
    made = Repository(target)
    made.git("checkout", "--quiet", "--detach")
    made.git("remote", "remove", "origin")
    return made
