"""What goes into an archive of weights, and what does not: hidden files, caches, and links as what they lead to."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from aces_action.problems.problem import Problem
from aces_action.problems.weights import packing
from aces_action.resources.weights.errors import shown_path
from aces_action.resources.weights.member import BLOCK
from aces_action.system_error import system_reason

Links = Literal["follow", "refuse"]
_Identity = tuple[int, int]  # device and inode

CACHES = frozenset({"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"})
"""What is left out beside hidden files: created again when needed, or of no use to a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One member to be: `name` in the archive, `source` on disk. `size` in bytes, 0 for a folder."""

    name: str
    source: str
    folder: bool
    size: int
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLink:
    """A link that is stored as the files that it leads to, `size` bytes of them. `name`: in the archive.

    `target`: where a symbolic link leads, as it says; of a hard link, the other name of the same file in the archive.
    """

    name: str
    kind: Literal["symbolic", "hard"]
    target: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What would be packed, in the order of the archive; `left_out` names what would not.

    `links`: what is stored whole, though on disk it is only another way to a file; `repeated`: bytes that are in the archive once
    more than on disk because of them.
    """

    items: tuple[Item, ...]
    left_out: tuple[str, ...]
    links: tuple[StoredLink, ...]
    repeated: int
    problems: tuple[Problem, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(item.size for item in self.items)

    @property
    def tar_size(self) -> int:
        """Bytes of the tar, as long as no name needs a header of its own."""
        return sum(BLOCK + item.size + -item.size % BLOCK for item in self.items) + 2 * BLOCK


def survey(paths: Sequence[str], *, base: Path, output: Path | None = None, links: Links = "follow") -> Survey:
    """Looks at the files below `paths` (folders or files, relative to `base`), which keep these paths in the archive.

    Hidden files and caches are left out, and `output`, should it lie there. A link is followed to what it leads to, if that is
    below `base`; with `links` 'refuse' every link is a problem.
    """
    surveyor = _Surveyor(base, output, links)
    for path in dict.fromkeys(_tidy(path) for path in paths):
        surveyor.add(path)
    by_name = {item.name: item for item in surveyor.items}  # a path given twice, or below another, is there once
    items = tuple(sorted(by_name.values(), key=lambda item: item.name.split("/")))
    stored, repeated = _stored_links(items, surveyor.followed, surveyor.identities)
    return Survey(
        items=items,
        left_out=tuple(sorted(set(surveyor.left_out))),
        links=stored,
        repeated=repeated,
        problems=tuple(surveyor.problems),
    )


def _stored_links(
    items: Sequence[Item], followed: Mapping[str, str], identities: Mapping[str, _Identity]
) -> tuple[tuple[StoredLink, ...], int]:
    """What `Survey` says of links. `followed`: the targets of symbolic links by their names; `identities`: of files by names."""
    sizes = dict.fromkeys(followed, 0)
    hard: list[StoredLink] = []
    names: dict[tuple[_Identity, str], str] = {}  # of files, apart for each symbolic link that leads to them
    counted: set[_Identity] = set()
    repeated = 0
    for item in items:
        if item.folder:
            continue
        identity, above = identities[item.name], _links_above(item.name, sizes)
        for link in above:
            sizes[link] += item.size
        if (first := names.setdefault((identity, above[0] if above else ""), item.name)) != item.name:
            hard.append(StoredLink(name=item.name, kind="hard", target=first, size=item.size))
        repeated += item.size if identity in counted else 0
        counted.add(identity)
    symbolic = (StoredLink(name=name, kind="symbolic", target=followed[name], size=size) for name, size in sizes.items())
    return tuple(sorted((*symbolic, *hard), key=lambda link: link.name.split("/"))), repeated


def _links_above(name: str, links: Mapping[str, int]) -> list[str]:
    """The links by which a file got into the archive: itself, and folders above it."""
    found = []
    while name and links:
        if name in links:
            found.append(name)
        name = name.rpartition("/")[0]
    return found


def _tidy(path: str) -> str:
    return "/".join(part for part in path.split("/") if part != ".").rstrip("/") if not path.startswith("/") else path


class _Surveyor:
    def __init__(self, base: Path, output: Path | None, links: Links) -> None:
        self.items: list[Item] = []
        self.left_out: list[str] = []
        self.followed: dict[str, str] = {}
        self.identities: dict[str, _Identity] = {}
        self.problems: list[Problem] = []
        self._base = base
        self._inside = base.resolve()
        self._output = _identity(output)
        self._links = links

    def add(self, path: str) -> None:
        """One of the paths that the user named; '' is `base` itself."""
        pure, named = PurePosixPath(path), shown_path(path)
        if pure.is_absolute() or ".." in pure.parts:
            self.problems.append(packing.outside(named, str(pure.parent), pure.name))
            return
        hidden = next(filter(_is_left_out, pure.parts), None)
        if hidden is not None:
            self.problems.append(packing.hidden(named, shown_path(hidden)))
            return
        source = self._base / path
        try:
            self._visit(path, str(source), source.lstat(), ())
        except OSError as error:
            self._cannot_read(path, source, error)

    def _visit(self, name: str, source: str, status: os.stat_result, above: tuple[_Identity, ...]) -> None:
        """`status`: of the path itself, be it a link; `above`: of each folder on the way here."""
        if stat.S_ISLNK(status.st_mode):
            if not self._may_follow(name, Path(source)):
                return
            status = os.stat(source)  # noqa: PTH116 - a Path for each of 100,000 files takes a second
        if stat.S_ISDIR(status.st_mode):
            self._visit_folder(name, source, status, above)
        elif stat.S_ISREG(status.st_mode):
            if (status.st_dev, status.st_ino) != self._output:
                self.identities[name] = status.st_dev, status.st_ino
                runs = bool(status.st_mode & stat.S_IXUSR)
                self.items.append(Item(name=name, source=source, folder=False, size=status.st_size, executable=runs))
        else:
            self.problems.append(packing.special(shown_path(name)))

    def _visit_folder(self, name: str, source: str, status: os.stat_result, above: tuple[_Identity, ...]) -> None:
        identity = (status.st_dev, status.st_ino)
        if identity in above:
            self.problems.append(packing.loop(shown_path(name)))
            return
        if name:
            self.items.append(Item(name=name, source=source, folder=True, size=0, executable=True))
        with os.scandir(source) as entries:
            for entry in entries:
                below = f"{name}/{entry.name}" if name else entry.name
                if _is_left_out(entry.name):
                    self.left_out.append(below)
                    continue
                try:
                    self._visit(below, entry.path, entry.stat(follow_symlinks=False), (*above, identity))
                except OSError as error:
                    self._cannot_read(below, Path(entry.path), error)

    def _cannot_read(self, name: str, source: Path, error: OSError) -> None:
        self.problems.append(packing.unreadable(shown_path(name), system_reason(error), shown_path(str(source))))

    def _may_follow(self, name: str, source: Path) -> bool:
        target = str(source.readlink())
        link = shown_path(name), shown_path(target)
        if self._links == "refuse":
            self.problems.append(packing.link(*link))
            return False
        try:
            inside = source.resolve(strict=True).is_relative_to(self._inside)
        except (OSError, RuntimeError):  # Python before 3.13 raises RuntimeError for a circle
            self.problems.append(packing.broken_link(*link))
            return False
        if not inside:
            self.problems.append(packing.link_outside(*link))
            return False
        self.followed[name] = target
        return True


def _identity(path: Path | None) -> _Identity | None:
    if path is None or not path.exists():
        return None
    status = path.stat()
    return status.st_dev, status.st_ino


def _is_left_out(component: str) -> bool:
    return component.startswith(".") or component in CACHES or component.endswith((".pyc", ".pyo"))
