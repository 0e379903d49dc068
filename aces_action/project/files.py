"""Reading the caller's files: only regular ones of a sane size, inside the workspace, as UTF-8."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from aces_action.problems import CATALOGUE, Problem
from aces_action.project.document import Source
from aces_action.project.similar import closest

_MAX_TEXT = 1_000_000
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_source(workspace: Path, file: str, *, purpose: str) -> Source | Problem:
    """The text of a JSON or YAML file of at most 1 MB; a byte order mark of UTF-8 is dropped. `purpose` names it to the user."""
    content = read_bytes(workspace, file, limit=_MAX_TEXT, purpose=purpose)
    if isinstance(content, Problem):
        return content
    name = str(PurePosixPath(file))
    for mark, encoding in _OTHER_BOMS.items():
        if content.startswith(mark):
            return _unreadable(name, f"{name} is {encoding}, not UTF-8.", "Save it as UTF-8 in your editor.")
    content = content.removeprefix(_BOM)
    try:
        return Source.of(name, content.decode())
    except UnicodeDecodeError as error:
        return _undecodable(name, content, error.start)


def _undecodable(name: str, content: bytes, offset: int) -> Problem:
    """Where the bytes stop being UTF-8. Windows editors in Japan save Shift_JIS, so say when it would read as that."""
    before = content[:offset]
    line, column = before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    try:
        content.decode("cp932")
        hint = "It reads as Shift_JIS: save it as UTF-8 in your editor."
    except UnicodeDecodeError:
        hint = "Save it as UTF-8 in your editor."
    message = f"{name} is not UTF-8: the byte 0x{content[offset]:02X} here belongs to no character."
    kind = CATALOGUE["C019"]
    return Problem(kind=kind, message=message, hint=hint, file=name, line=line, column=column, end_line=line, end_column=column)


def read_bytes(workspace: Path, file: str, *, limit: int, purpose: str) -> bytes | Problem:
    """The content of a file of at most `limit` bytes; `file` is relative to the workspace and may not lead out of it."""
    name = str(PurePosixPath(file))
    try:
        root, path = workspace.resolve(), (workspace / file).resolve()
        if not path.is_relative_to(root):
            message = f"{name}, {purpose}, leads out of the repository{f' to {path}' if (root / file).is_symlink() else ''}."
            return _unreadable(None, message, "Give a path inside the repository, relative to its top.")
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return _missing(root, path, name, purpose)
        if path.is_dir():
            return _unreadable(name, f"{name} is a directory, but must be {purpose}.", "Give the path of the file in it.")
        if not path.is_file():
            return _unreadable(name, f"{name} is not an ordinary file, but must be {purpose}.")
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, RuntimeError, ValueError) as error:  # no permission, name too long; a circle of links; a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else error
        return _unreadable(None, f"{name!r}, {purpose}, cannot be read: {reason}.")
    if len(content) > limit:
        return _unreadable(name, f"{name}, {purpose}, is larger than {limit / 1e6:.0f} MB.")
    return content


def _unreadable(file: str | None, message: str, hint: str = "") -> Problem:
    return Problem(kind=CATALOGUE["C019"], message=message, hint=hint, file=file)


def _missing(root: Path, path: Path, name: str, purpose: str) -> Problem:
    """Point at the file that was probably meant: what is there under nearly the same name."""
    folder = path.parent
    while not folder.is_dir():
        folder = folder.parent
    if folder != path.parent:
        there = "the repository" if folder == root else f"{folder.relative_to(root).as_posix()}/"
        missing = path.relative_to(folder).parts[0]
        hint = f"There is no folder {missing}/ in {there}. Is the repository checked out (actions/checkout) before this step?"
        return Problem(kind=CATALOGUE["C001"], message=f"{name}, {purpose}, does not exist.", hint=hint, file=name)
    files = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    beside = folder.relative_to(root)
    if match := closest(path.name, files):
        hint = f"Did you mean {(beside / match).as_posix()}?"
    else:
        hint = f"In {beside.as_posix()}/ there is: {', '.join(files[:10]) or 'nothing'}."
    return Problem(kind=CATALOGUE["C001"], message=f"{name}, {purpose}, does not exist.", hint=hint, file=name)
