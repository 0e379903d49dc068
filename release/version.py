"""Versions, and the tags that name them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
_DECLARED = re.compile(r'^__version__ = "([^"\n]*)"$', re.MULTILINE)
VERSION_FILE = "aces_action/__init__.py"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version without suffixes: what the action knows to compare. In the order of time, so that versions compare."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tag(self) -> str:
        """The tag that never moves."""
        return f"v{self}"

    @property
    def moving_tag(self) -> str:
        """The tag of the newest version with this major number."""
        return f"v{self.major}"


def parse_version(text: str) -> Version | None:
    found = _VERSION.fullmatch(text)
    return Version(*map(int, found.groups())) if found else None


def declared_version(source: str) -> str:
    """What `aces_action/__init__.py` says; empty where it says nothing."""
    found = _DECLARED.search(source)
    return found[1] if found else ""


def released_versions(tags: Iterable[str]) -> list[Version]:
    """The versions that tags name, the oldest first; other tags are none of ours."""
    return sorted(version for tag in tags if tag.startswith("v") and (version := parse_version(tag[1:])))


def moves_major(version: Version, tags: Iterable[str]) -> bool:
    """Whether `vX` goes to this version: not if a newer one of the same major number is out already."""
    return all(version >= other for other in released_versions(tags) if other.major == version.major)
