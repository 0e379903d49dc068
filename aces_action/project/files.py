"""Reading the caller's files: only regular ones of a sane size, inside the workspace, as UTF-8."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

from aces_action.language import EMPTY, Text, same
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.content import BOM, foreign_text
from aces_action.project.document import Source
from aces_action.project.lookalikes import look_the_same, named
from aces_action.project.similar import closest

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
            return _outside(name, purpose, path if (root / file).is_symlink() else None)
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            same_name = _written_otherwise(root, path)
            return same_name or _missing(root, path, name, purpose)
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
            message = Text(
                f"{name} is a directory, but must be {purpose.en}.", f"{name}はディレクトリです。{purpose.ja}を指定してください。"
            )
            return _unreadable(
                name, message, Text("Give the path of the file in it.", "中にあるファイルのパスを書いてください。")
            )
        if not path.is_file():
            message = Text(
                f"{name} is not an ordinary file, but must be {purpose.en}.",
                f"{name}は通常のファイルではありません。{purpose.ja}を指定してください。",
            )
            return _unreadable(name, message)
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        return unreadable(name, purpose, error)
    if len(content) > limit:
        most = f"{limit / 1e6:.0f} MB"
        message = Text(f"{name}, {purpose.en}, is larger than {most}.", f"{name}（{purpose.ja}）が{most}を超えています。")
        return _unreadable(name, message)
    return content


def unreadable(name: str, purpose: Text, error: Exception) -> Problem:
    """What the system said when it was asked for the file. It is shown at no file: an annotation there would stand nowhere."""
    reason = error.strerror if isinstance(error, OSError) else error
    message = Text(f"{name!r}, {purpose.en}, cannot be read: {reason}.", f"{name!r}（{purpose.ja}）を読み込めません: {reason}")
    return _unreadable(None, message)


def _unreadable(file: str | None, message: Text, hint: Text = EMPTY) -> Problem:
    return Problem(kind=CATALOGUE["C019"], message=message, hint=hint, file=file)


def _outside(name: str, purpose: Text, target: Path | None) -> Problem:
    """`target`: where a link leads to, None where the path itself leads out."""
    if target is None:
        message = Text(
            f"{name}, {purpose.en}, leads out of the repository.", f"{name}（{purpose.ja}）はリポジトリの外を指しています。"
        )
    else:
        message = Text(
            f"{name}, {purpose.en}, leads out of the repository to {target}.",
            f"{name}（{purpose.ja}）は、リポジトリの外の{target}を指しています。",
        )
    hint = Text(
        "Give a path inside the repository, relative to its top.",
        "リポジトリの最上位から見た、リポジトリ内のパスを書いてください。",
    )
    return _unreadable(None, message, hint)


def _missing(root: Path, path: Path, name: str, purpose: Text) -> Problem:
    """Point at the file that was probably meant: what is there under nearly the same name."""
    message = Text(f"{name}, {purpose.en}, does not exist.", f"{name}（{purpose.ja}）がありません。")
    return Problem(kind=CATALOGUE["C001"], message=message, hint=_beside(root, path), file=name)


def _beside(root: Path, path: Path) -> Text:
    folder = path.parent
    while not folder.is_dir():
        folder = folder.parent
    if folder != path.parent:
        missing = path.relative_to(folder).parts[0]
        there = (
            Text("the repository", "リポジトリの最上位") if folder == root else same(f"{folder.relative_to(root).as_posix()}/")
        )
        return Text(
            f"There is no folder {missing}/ in {there.en}. Is the repository checked out (actions/checkout) before this step?",
            f"{there.ja}に{missing}/フォルダがありません。このステップより前にactions/checkoutでチェックアウトしていますか。",
        )
    files = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    beside = folder.relative_to(root).as_posix()
    alike = next((each for each in files if look_the_same(path.name, each)), None)
    if match := alike or closest(path.name, files):
        meant = path.with_name(match).relative_to(root).as_posix()
        odd = named(path.name if not path.name.isascii() else match) if alike else EMPTY
        why = (
            Text(f" The name that was given has {odd.en}.", f"指定された名前と見た目は同じですが、{odd.ja}の違いがあります。")
            if odd
            else EMPTY
        )
        return Text(f"Did you mean {meant}?", f"{meant}ではありませんか。") + why
    if not files:
        return Text(f"In {beside}/ there is no file.", f"{beside}/にはファイルがありません。")
    listed = ", ".join(files[:10])
    return Text(f"In {beside}/ there is: {listed}.", f"{beside}/にあるファイル: {listed}")
