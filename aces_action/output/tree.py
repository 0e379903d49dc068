"""The files of an archive as a tree with sizes, for the summary and for `weights ls`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aces_action.language import Language, Text
from aces_action.output.sizes import size_text
from aces_action.output.verdict import Entry, Verdict


@dataclass(slots=True)
class _Folder:
    """`size` and `files` are those of everything below; a link is no file."""

    size: int = 0
    files: int = 0
    folders: dict[str, _Folder] = field(default_factory=dict)
    entries: list[tuple[str, Entry]] = field(default_factory=list)


def tree_lines(verdict: Verdict, language: Language = "en") -> list[str]:
    """One line a file or folder, folders first, each with its size and with the code of the first problem that it has.

    A last line is for what the verdict does not name.
    """
    root = _folders(verdict.entries)
    lines = list(_lines(root, "", language))
    if (left := verdict.files - root.files) > 0:
        size = size_text(max(verdict.unpacked_size - root.size, 0))
        lines.append(Text(f"… and {left:,} more files, {size.en}", f"… ほか{left:,}ファイル、{size.ja}").in_(language))
    return lines


def _folders(entries: Iterable[Entry]) -> _Folder:
    root = _Folder()
    for entry in entries:
        *folders, name = [part for part in entry.path.split("/") if part not in ("", ".")] or [entry.path]
        here = root
        for folder in (None, *folders):
            here = here if folder is None else here.folders.setdefault(folder, _Folder())
            here.size += entry.size
            here.files += not entry.target
        here.entries.append((name, entry))
    return root


def _lines(folder: _Folder, indent: str, language: Language) -> Iterable[str]:
    """A chain of folders with nothing else in them is one line."""
    for name, inner in sorted(folder.folders.items()):
        path = name
        while not inner.entries and len(inner.folders) == 1:
            ((below, inner),) = inner.folders.items()  # noqa: PLW2901 - the chain is walked down to its end
            path = f"{path}/{below}"
        yield f"{indent}{path}/  {size_text(inner.size).in_(language)}"
        yield from _lines(inner, indent + "  ", language)
    for name, entry in folder.entries:
        what = f" -> {entry.target}" if entry.target else f"  {size_text(entry.size).in_(language)}"
        mark = f"  ← {entry.code}" if entry.code else ""
        yield f"{indent}{name}{what}{mark}"
