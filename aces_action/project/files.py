"""Reading the caller's files: only regular ones of a sane size, inside the workspace, as UTF-8."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

from aces_action.language import EMPTY, Text, same
from aces_action.problems.configuration import files as problems
from aces_action.problems.problem import Problem
from aces_action.project.content import BOM, foreign_text
from aces_action.project.document import Source
from aces_action.project.lookalikes import look_the_same, named
from aces_action.project.similar import closest
from aces_action.system_error import system_reason

_MAX_TEXT = 1_000_000


def read_source(workspace: Path, file: str, *, purpose: Text) -> Source | Problem:
    """The text of a JSON or YAML file of at most 1 MB, unless its content is another thing; a byte order mark of UTF-8 is
    dropped. `purpose` names it to the user."""
    content = read_bytes(workspace, file, limit=_MAX_TEXT, purpose=purpose)
    if isinstance(content, Problem):
        return content
    name = str(PurePosixPath(file))
    return foreign_text(name, content) or Source.of(name, content.removeprefix(BOM).decode())


def read_text(workspace: Path, file: str, *, purpose: Text) -> str | Problem:
    """What a text file of at most 1 MB holds, whatever that is. What is not UTF-8 in it is replaced."""
    content = read_bytes(workspace, file, limit=_MAX_TEXT, purpose=purpose)
    return content if isinstance(content, Problem) else content.removeprefix(BOM).decode(errors="replace")


def find(workspace: Path, file: str, *, purpose: Text) -> Path | Problem:
    """Where that is, links followed; `file` is relative to the workspace and may not lead out of it."""
    name = str(PurePosixPath(file))
    try:
        root, path = workspace.resolve(), (workspace / file).resolve()
        if not path.is_relative_to(root):
            return problems.outside(name, purpose, str(path) if (root / file).is_symlink() else None)
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            same_name = _written_otherwise(root, path)
            return same_name or problems.missing(name, purpose, _beside(root, path))
    except (OSError, RuntimeError, ValueError) as error:  # no permission, name too long; a circle of links; a NUL in the path
        return unreadable(name, purpose, error)
    return path


def _written_otherwise(root: Path, path: Path) -> Path | None:
    """The file of that name in other code points: macOS decomposes what is composed elsewhere (ガ as カ and a mark), and Git
    keeps what it was given."""
    found = root
    for part in path.relative_to(root).parts:
        wanted = unicodedata.normalize("NFC", part)
        names = sorted(entry.name for entry in found.iterdir()) if found.is_dir() else []
        name = part if part in names else next((each for each in names if unicodedata.normalize("NFC", each) == wanted), None)
        if name is None:
            return None
        found /= name
    target = found.resolve()
    return target if target.is_relative_to(root) else None


def read_bytes(workspace: Path, file: str, *, limit: int, purpose: Text) -> bytes | Problem:
    """The content of a file of at most `limit` bytes; `file` is relative to the workspace and may not lead out of it."""
    name, path = str(PurePosixPath(file)), find(workspace, file, purpose=purpose)
    if isinstance(path, Problem):
        return path
    try:
        if path.is_dir():
            return problems.directory(name, purpose)
        if not path.is_file():
            return problems.not_regular(name, purpose)
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        return unreadable(name, purpose, error)
    return content if len(content) <= limit else problems.too_large(name, purpose, limit)


def unreadable(name: str, purpose: Text, error: Exception) -> Problem:
    """What the system said when it was asked for the file."""
    return problems.unreadable(name, purpose, system_reason(error) if isinstance(error, OSError) else same(str(error)))


def _beside(root: Path, path: Path) -> Text:
    """The file that was probably meant: what is there under nearly the same name."""
    folder = path.parent
    while not folder.is_dir():
        folder = folder.parent
    if folder != path.parent:
        parent = "" if folder == root else folder.relative_to(root).as_posix()
        return problems.no_folder(path.relative_to(folder).parts[0], parent)
    # what has no ending may be a folder: that of a project, or of requests
    files = sorted(entry.name for entry in folder.iterdir() if entry.is_file() or not path.suffix)
    alike = next((name for name in files if look_the_same(path.name, name)), None)
    if match := alike or closest(path.name, files):
        meant = path.with_name(match).relative_to(root).as_posix()
        odd = named(path.name if not path.name.isascii() else match) if alike else EMPTY
        return problems.nearly_the_name(meant, odd)
    return problems.files_in(folder.relative_to(root).as_posix(), files[:10])
