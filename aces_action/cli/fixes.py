"""`validate --fix`: what has exactly one right answer is put right in the files of a repository, and nothing else is changed."""

from __future__ import annotations

import difflib
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from aces_action.cli.checking import check
from aces_action.cli.discovery import Selection
from aces_action.cli.formats.result import CheckResult
from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems.problem import Fix
from aces_action.project.content import BOM
from aces_action.project.document import Source
from aces_action.project.files import find, read_source
from aces_action.project.fixes import applicable, fixed_text

_PURPOSE = Text("a file to fix", "修正するファイル")
# A parser tells one mistake at a time, so a file may need as many rounds as it has lines
_ROUNDS = 500
_CONTEXT = 2  # lines around each change


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFile:
    """One file of the repository before and after its fixes."""

    file: str
    before: str
    after: str
    places: int

    def diff(self, name: str) -> Iterator[str]:
        """A unified diff, line by line without line ends; `name`: what to call the file."""
        before, after = (text.replace("\r\n", "\n").removesuffix("\n").split("\n") for text in (self.before, self.after))
        return difflib.unified_diff(before, after, name, name, n=_CONTEXT, lineterm="")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixResult:
    """What was fixed, or would be, and what is wrong after it. `left`: files that stay as they are, since git has conflicts in
    them."""

    files: tuple[FixedFile, ...]
    left: tuple[str, ...]
    result: CheckResult

    @property
    def places(self) -> int:
        return sum(each.places for each in self.files)


def preview(workspace: Path, selection: Selection) -> FixResult:
    """What `fix_files` would change first. What only shows after that is not among it."""
    result = check(workspace, selection)
    left = in_conflict(workspace)
    return FixResult(files=tuple(_fixed(workspace, result.problems, left)), left=_left(result.problems, left), result=result)


def fix_files(workspace: Path, selection: Selection) -> FixResult:
    """Writes the fixed files, each as a whole or not at all, until nothing is left that can be fixed. Raises OSError."""
    left, fixed, secrets = in_conflict(workspace), dict[str, FixedFile](), set[str]()
    for _ in range(_ROUNDS):
        result = check(workspace, selection)
        secrets.update(result.secrets)
        written = [each for each in _fixed(workspace, result.problems, left) if _write(workspace, each)]
        for each in written:
            first = fixed.get(each.file, replace(each, places=0))
            fixed[each.file] = replace(first, after=each.after, places=first.places + each.places)
        if not written:
            break
    known = tuple(sorted(secrets, key=len, reverse=True))
    return FixResult(files=tuple(fixed.values()), left=_left(result.problems, left), result=replace(result, secrets=known))


def in_conflict(workspace: Path) -> frozenset[str]:
    """The files that git has unresolved conflicts in, as named from the workspace. None where there is no git."""
    # a repository's own configuration may name a program that watches its files: none is to be started for looking
    command = ["git", "-c", "core.fsmonitor=false", "ls-files", "--unmerged", "-z"]
    try:
        answer = subprocess.run(command, cwd=workspace, capture_output=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(os.fsdecode(entry.partition(b"\t")[2]) for entry in answer.stdout.split(b"\0") if entry)


def _left(problems: Iterable[Problem], conflicts: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted({each.file for each in problems if each.fix and each.file in conflicts}))


def _fixed(workspace: Path, problems: Iterable[Problem], conflicts: frozenset[str]) -> Iterator[FixedFile]:
    fixes: dict[str, list[Fix]] = {}
    for problem in problems:
        if problem.fix and problem.file and problem.file not in conflicts:
            fixes.setdefault(problem.file, []).append(problem.fix)
    for file, found in fixes.items():
        source = read_source(workspace, file, purpose=_PURPOSE)
        if isinstance(source, Source):
            after, places = fixed_text(source, found), len(applicable(source, found))
            yield FixedFile(file=file, before=source.text, after=after, places=places)


def _write(workspace: Path, fixed: FixedFile) -> bool:
    """Puts the new content in the file's place at once, with its mode; through a link inside the workspace into its target.

    False where nothing would change, or the file was changed meanwhile.
    """
    path = find(workspace, fixed.file, purpose=_PURPOSE)
    if isinstance(path, Problem) or fixed.after == fixed.before:
        return False
    mark = BOM if path.read_bytes().startswith(BOM) else b""
    if not os.access(path, os.W_OK):
        raise PermissionError(13, os.strerror(13), fixed.file)
    try:
        return _replace(path, mark + fixed.before.encode(), mark + fixed.after.encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror, fixed.file) from error  # the caller's file, not ours beside it


def _replace(path: Path, before: bytes, after: bytes) -> bool:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
        try:
            stream.write(after)
            stream.flush()
            os.fsync(stream.fileno())
            os.fchmod(stream.fileno(), path.stat().st_mode & 0o7777)
            unchanged = path.read_bytes() == before
            if unchanged:
                Path(stream.name).replace(path)
        finally:
            Path(stream.name).unlink(missing_ok=True)
    return unchanged
