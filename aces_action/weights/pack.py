"""Makes an archive of weights that SageMaker unpacks: the same bytes from the same files, without hidden files and links.

`survey` decides what goes in and what is wrong, `pack` writes it with all cores and judges what it writes while it does.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from aces_action.language import EMPTY, Text, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.weights.allocator import keep_freed_blocks
from aces_action.weights.deflate import PIECE, GzipWriter
from aces_action.weights.limits import LIMITS
from aces_action.weights.member import Run
from aces_action.weights.rules import Inspector
from aces_action.weights.tar_stream import members
from aces_action.weights.verdict import Verdict

Links = Literal["follow", "refuse"]

CACHES = frozenset({"__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"})
"""What is left out beside hidden files: made anew by whoever needs it, or of no use to a server."""
_BLOCK = 512
_STORING_PAYS, _LARGE = 0.9, 100_000_000
_MAX_PLAIN = 100
_NOBODY = b"0000000\0" * 2
_REST = (bytes(100) + b"ustar\x0000").ljust(355, b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One member to be: `name` in the archive, `source` on disk. `size` in bytes, 0 for a folder."""

    name: str
    source: str
    folder: bool
    size: int
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What would be packed, in the order of the archive; `left_out` names what would not; `followed` counts links."""

    items: tuple[Item, ...]
    left_out: tuple[str, ...]
    followed: int
    problems: tuple[Problem, ...]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(item.size for item in self.items)

    @property
    def tar_size(self) -> int:
        """Bytes of the tar, as long as no name needs a header of its own."""
        return sum(_BLOCK + item.size + -item.size % _BLOCK for item in self.items) + 2 * _BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What was written. `tar_size`: bytes before compression; `stored`: those of them that were kept as they are."""

    path: Path
    verdict: Verdict
    tar_size: int
    stored: int


def survey(paths: Sequence[str], *, base: Path, output: Path | None = None, links: Links = "follow") -> Survey:
    """Looks at the files below `paths` (folders or files, relative to `base`), which keep these paths in the archive.

    Hidden files and caches are left out, and `output`, should it lie there. A link is followed to what it leads to, if that is
    below `base`; with `links` 'refuse' every link is a problem.
    """
    surveyor = _Surveyor(base, output, links)
    for path in dict.fromkeys(_tidy(path) for path in paths):
        surveyor.start(path)
    items = {item.name: item for item in surveyor.items}  # a path given twice, or below another, is there once
    return Survey(
        items=tuple(sorted(items.values(), key=lambda item: item.name.split("/"))),
        left_out=tuple(sorted(set(surveyor.left_out))),
        followed=surveyor.followed,
        problems=tuple(surveyor.problems),
    )


def pack(
    found: Survey,
    output: Path,
    *,
    store: bool = False,
    cores: int | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Packed:
    """Writes the archive, judging it as it goes, and puts it in its place once it is whole and sound.

    The bytes depend on the files and on `store` alone: not on times, owners, order on disk or the number of `cores` (None: all).
    `store` keeps what hardly compresses as it is. `progress` hears how many bytes of tar have been made so far.

    Raises ActionError with what `found` or the finished archive has of errors, or when a file changes meanwhile (W020). Nothing
    is left behind then.
    """
    errors = [problem for problem in found.problems if problem.severity == "error"]
    if errors:
        raise ActionError(errors)
    keep_freed_blocks()
    partial = output.with_name(f".{output.name}.partial")
    try:
        with partial.open("wb", buffering=0) as target:
            writer = GzipWriter(target, store=store, cores=cores or _cores())
            inspector = Inspector("strict", LIMITS)
            try:
                for seen in members(_passing(tar_pieces(found.items), writer, progress)):
                    if isinstance(seen, Run):
                        inspector.look_at_run(seen)
                    else:
                        inspector.look_at(seen)
            finally:
                writer.close()
        problems = tuple(inspector.problems(output.name, complete=True))
        verdict = Verdict(
            name=output.name,
            size=writer.size,
            unpacked_size=inspector.unpacked_size,
            sha256=writer.sha256.hexdigest(),
            members=inspector.members,
            files=inspector.files,
            entries=tuple(inspector.entries),
            problems=problems,
        )
        if not verdict.ok:
            raise ActionError(problem for problem in problems if problem.severity == "error")
        partial.replace(output)
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
    return Packed(path=output, verdict=verdict, tar_size=writer.length, stored=writer.stored)


def advice(packed: Packed) -> Text:
    """Whether `--store` would pay: when compressing large weights gained next to nothing. Else empty."""
    if packed.stored or packed.tar_size < _LARGE or packed.verdict.size < _STORING_PAYS * packed.tar_size:
        return EMPTY
    gained = f"{100 - 100 * packed.verdict.size / packed.tar_size:.0f} %"
    return Text(
        f"Compressing made the weights only {gained} smaller. With --store they stay that much larger, but are unpacked"
        " two to twenty times as fast (which depends on the tool) whenever an instance starts.",
        f"圧縮しても{gained}しか小さくなっていません。--storeを付けるとその分だけ大きくなりますが、"
        "インスタンス起動時の展開が2〜20倍（ツールによる）速くなります。",
    )


def _cores() -> int:
    """Those that this process may use; macOS does not tell, and gives all."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _passing(pieces: Iterator[bytes], writer: GzipWriter, progress: Callable[[int], object]) -> Iterator[bytes]:
    done = 0
    for piece in pieces:
        writer.write(piece)
        yield piece
        done += len(piece)
        progress(done)


def tar_pieces(items: Sequence[Item]) -> Iterator[bytes]:
    """The tar of the items, in pieces of PIECE bytes (the last one shorter)."""
    waiting: list[bytes] = []
    room = PIECE
    for part in _parts(items):
        rest = part
        while len(rest) >= room:
            yield b"".join((*waiting, rest[:room]))
            rest, waiting, room = rest[room:], [], PIECE
        if rest:
            waiting.append(rest)
            room -= len(rest)
    if waiting:
        yield b"".join(waiting)


def _parts(items: Sequence[Item]) -> Iterator[bytes]:
    for item in items:
        yield _header(item)
        if item.size:
            yield from _contents(item)
            yield bytes(-item.size % _BLOCK)
    yield bytes(2 * _BLOCK)


def _header(item: Item) -> bytes:
    """Whose file it was, and when it was made, is left out: it would make other bytes of the same weights."""
    mode = 0o755 if item.folder or item.executable else 0o644
    name = item.name + "/" * item.folder
    if len(name) <= _MAX_PLAIN and name.isascii() and item.size < 8 << 30:  # the same as below, ten times as fast
        kind = b"5" if item.folder else b"0"
        start = b"%b%07o\0%b%011o\0%011o\0" % (name.encode().ljust(100, b"\0"), mode, _NOBODY, item.size, 0)
        rest = kind + _REST
        return b"%b%06o\0 %b" % (start, sum(start) + 8 * 32 + sum(rest), rest)
    member = tarfile.TarInfo(item.name)
    member.size = item.size
    member.type = tarfile.DIRTYPE if item.folder else tarfile.REGTYPE
    member.mode = mode
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _contents(item: Item) -> Iterator[bytes]:
    left = item.size
    descriptor = os.open(item.source, os.O_RDONLY)
    try:
        while left and (piece := os.read(descriptor, min(left, PIECE))):
            left -= len(piece)
            yield piece
        changed = left or os.read(descriptor, 1)
    finally:
        os.close(descriptor)
    if changed:
        raise ActionError(
            Problem(
                kind=CATALOGUE["W020"],
                message=Text(
                    f"{item.name} changed its size while it was being packed.",
                    f"{item.name}のサイズが、まとめている間に変わりました。",
                ),
                hint=Text(
                    "Wait until whoever writes it is done, then pack again.",
                    "書き込みが終わってから、まとめなおしてください。",
                ),
            )
        )


def _tidy(path: str) -> str:
    return "/".join(part for part in path.split("/") if part != ".").rstrip("/") if not path.startswith("/") else path


class _Surveyor:
    def __init__(self, base: Path, output: Path | None, links: Links) -> None:
        self.items: list[Item] = []
        self.left_out: list[str] = []
        self.followed = 0
        self.problems: list[Problem] = []
        self._base = base
        self._inside = base.resolve()
        self._output = _identity(output)
        self._links = links

    def start(self, path: str) -> None:
        """One of the paths that the user named; '' is `base` itself."""
        pure = PurePosixPath(path)
        if pure.is_absolute() or ".." in pure.parts:
            self._refuse(
                Text(f"{path} is not below the folder to pack from.", f"{path}は、まとめる元のフォルダの下にありません。"),
                Text(
                    "The paths in the archive start in that folder. Go there, or name it with -C:"
                    f"\naces-action weights pack -C {pure.parent} {pure.name} -o deploy.tar.gz",
                    "アーカイブ内のパスはそのフォルダから始まります。そこへ移動するか、-Cで指定してください:"
                    f"\naces-action weights pack -C {pure.parent} {pure.name} -o deploy.tar.gz",
                ),
                code="W020",
            )
            return
        hidden = next(filter(_is_left_out, pure.parts), None)
        if hidden is not None:
            self._refuse(
                Text(f"{path} is hidden or a cache ('{hidden}').", f"{path}は隠しファイルかキャッシュです（「{hidden}」）。"),
                Text(
                    "SageMaker may refuse it. Name another folder.",
                    "SageMakerに拒否されることがあります。別のフォルダを指定してください。",
                ),
                code="W005",
            )
            return
        source = self._base / path
        try:
            self._visit(path, str(source), source.lstat(), ())
        except OSError as error:
            self._cannot_read(path, source, error)

    def _visit(self, name: str, source: str, status: os.stat_result, above: tuple[tuple[int, int], ...]) -> None:
        """`status`: of the path itself, be it a link; `above`: device and inode of each folder on the way here."""
        if stat.S_ISLNK(status.st_mode):
            if not self._may_follow(name, Path(source)):
                return
            status = os.stat(source)  # noqa: PTH116 - a Path for each of 100,000 files takes a second
        if stat.S_ISDIR(status.st_mode):
            self._visit_folder(name, source, status, above)
        elif stat.S_ISREG(status.st_mode):
            if (status.st_dev, status.st_ino) != self._output:
                runs = bool(status.st_mode & stat.S_IXUSR)
                self.items.append(Item(name=name, source=source, folder=False, size=status.st_size, executable=runs))
        else:
            self._refuse(
                Text(
                    f"{name} is neither a file nor a folder but a device, a pipe or a socket.",
                    f"{name}はファイルでもフォルダでもなく、デバイス、パイプまたはソケットです。",
                ),
                Text(
                    "Remove it, or name the folders beside it one by one.", "削除するか、他のフォルダを個別に指定してください。"
                ),
                code="W007",
            )

    def _visit_folder(self, name: str, source: str, status: os.stat_result, above: tuple[tuple[int, int], ...]) -> None:
        identity = (status.st_dev, status.st_ino)
        if identity in above:
            text = Text(f"{name} is a link to a folder above itself.", f"{name}は、自分より上のフォルダへのリンクです。")
            self._refuse(text, _REMOVE_LINK, code="W004")
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
        reason = error.strerror or type(error).__name__
        self._refuse(
            Text(f"{name} cannot be read: {reason}.", f"{name}を読み込めません: {reason}。"),
            Text("Look at the path and at its permissions:", "パスと権限を確認してください:") + same(f"\nls -ld {source}"),
            code="W020",
        )

    def _may_follow(self, name: str, source: Path) -> bool:
        target = str(source.readlink())
        if self._links == "refuse":
            text = Text(f"{name} -> {target} is a symbolic link.", f"{name} -> {target} はシンボリックリンクです。")
            self._refuse(text, _REMOVE_LINK, code="W004")
            return False
        try:
            inside = source.resolve(strict=True).is_relative_to(self._inside)
        except (OSError, RuntimeError):  # Python before 3.13 raises RuntimeError for a circle
            text = Text(f"{name} -> {target} is a link that leads nowhere.", f"{name} -> {target} はリンク先がありません。")
            self._refuse(text, _REMOVE_LINK, code="W004")
            return False
        if not inside:
            text = Text(
                f"{name} -> {target} leads out of the folder to pack from.",
                f"{name} -> {target} は、まとめる元のフォルダの外を指しています。",
            )
            self._refuse(text, _REPLACE_LINK, code="W004")
            return False
        self.followed += 1
        return True

    def _refuse(self, message: Text, hint: Text, *, code: str) -> None:
        self.problems.append(Problem(kind=CATALOGUE[code], message=message, hint=hint))


_REMOVE_LINK = Text(
    "Remove the link, or put the file itself in its place.", "リンクを削除するか、ファイルそのものに置き換えてください。"
)
_REPLACE_LINK = Text(
    "Put the file itself in its place, or pack from a folder (-C) that holds both.",
    "ファイルそのものに置き換えるか、両方を含むフォルダ（-C）からまとめてください。",
)


def _identity(path: Path | None) -> tuple[int, int] | None:
    if path is None or not path.exists():
        return None
    status = path.stat()
    return status.st_dev, status.st_ino


def _is_left_out(component: str) -> bool:
    return component.startswith(".") or component in CACHES or component.endswith((".pyc", ".pyo"))
