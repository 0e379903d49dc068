"""A file of the caller as text and as values, with the place of every key and value in it.

The readers of JSON and YAML make a `Document`; the checks look at its data and ask it for a `Problem` at a path.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypedDict

from aces_action.language import Text, same
from aces_action.problems.problem import Fix, Problem

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Path: TypeAlias = tuple[str | int, ...]
Span: TypeAlias = tuple[int, int]

# Bounds of what the readers accept, far above any real file: every value costs a path, every level a step of recursion in
# whoever walks the data, and numbers beyond 64 bits change their value in other readers.
MAX_DEPTH = 64
MAX_VALUES = 100_000
MAX_INTEGER = 2**63


class LineRange(TypedDict):
    """The characters of one line that a problem is about, as `Problem` takes them.

    Lines and columns count from 1, columns in characters (code points): a kanji is one column although an editor shows it two
    wide, a tab is one, and so is an emoji beyond 16 bits. A byte order mark takes no column, CR and LF none of the line.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The text of one file (no byte order mark) and where its lines begin. `file` is relative to the workspace."""

    file: str
    text: str
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, file: str, text: str) -> Source:
        starts = [0]
        while (newline := text.find("\n", starts[-1])) >= 0:
            starts.append(newline + 1)
        return cls(file=file, text=text, line_starts=tuple(starts))

    def line(self, offset: int) -> int:
        """The line of a character, counted from 1."""
        return bisect_right(self.line_starts, offset)

    def place(self, span: Span) -> LineRange:
        """Where these characters stand. What goes on over several lines is placed on its first: an annotation stays there."""
        start = min(span[0], len(self.text))
        line = self.line(start)
        begin = self.line_starts[line - 1]
        stop = self.line_starts[line] - 1 if line < len(self.line_starts) else len(self.text)
        if stop > begin and self.text[stop - 1] == "\r":
            stop -= 1
        start = min(start, stop)
        end = max(start, min(span[1], stop))
        return LineRange(line=line, column=start - begin + 1, end_line=line, end_column=end - begin + 1)

    def at(self, span: Span, problem: Problem) -> Problem:
        """The problem, at these characters."""
        return replace(problem, file=self.file, **self.place(span))

    def fix(self, span: Span, new: str) -> Fix:
        """These characters become `new`."""
        line, end_line = self.line(span[0]), self.line(span[1])
        column, end_column = (at - self.line_starts[number - 1] + 1 for at, number in ((span[0], line), (span[1], end_line)))
        return Fix(line=line, column=column, end_line=end_line, end_column=end_column, new=new)

    def fixable(self, span: Span, problem: Problem, new: str) -> Problem:
        """The problem, at these characters, which become `new` where it is fixed."""
        return replace(self.at(span, problem), fix=self.fix(span, new))


class UnreadableError(Exception):
    """Reading cannot go on past this problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message.en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The data of one file; `values` and `keys` say from which character to which each value and each key stands."""

    source: Source
    format: Literal["JSON", "YAML"]
    data: Json
    values: Mapping[Path, Span]
    keys: Mapping[Path, Span]

    def get(self, *path: str | int) -> Json:
        """The value at a path, None where the data has another shape: the schema speaks of that."""
        value = self.data
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def written(self, path: Path) -> Text:
        """A value as it is written in the file; containers and long text in a few words."""
        value = self.get(*path)
        if isinstance(value, dict):
            return Text("an object", "オブジェクト")
        if isinstance(value, list):
            return Text(f"a list of {len(value)}", f"{len(value)}個のリスト")
        start, end = self.span(path)
        found = " ".join(self.source.text[start : min(end, start + 1_000)].split())
        return same(found if len(found) <= 60 else f"{found[:57]}...") if found else Text("empty", "空")

    def span(self, path: Path, *, of: Literal["value", "key"] = "value") -> Span:
        """Where it stands. What is not written there itself (YAML aliases, missing keys): the nearest thing around it."""
        if of == "key" and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (0, 0))

    def line(self, path: Path) -> int:
        return self.source.line(self.span(path)[0])

    def at(self, path: Path, problem: Problem, *, of: Literal["value", "key"] = "value") -> Problem:
        """The problem, at the value or the key of this path."""
        return self.source.at(self.span(path, of=of), problem)

    def fixable(self, path: Path, problem: Problem, new: str | None, *, of: Literal["value", "key"] = "value") -> Problem:
        """The problem, at the value or the key of this path, which becomes the text `new`, in its own quotes if it has any.

        Without a fix where there is no `new`, or where the text does not stand there as it is: aliases, merged keys, text that
        has escapes or goes on over lines.
        """
        placed, span = self.at(path, problem, of=of), self.span(path, of=of)
        old, written = path[-1] if of == "key" else self.get(*path), self.source.text[span[0] : span[1]]
        quote = written[0] if written[:1] in {"'", '"'} else ""
        if new is None or not isinstance(old, str) or written != f"{quote}{old}{quote}" or (not quote and self.format == "JSON"):
            return placed
        return replace(placed, fix=self.source.fix(span, f"{quote}{new}{quote}"))


def dotted(path: Path) -> str:
    """A path as a user would write it: `services[0].title`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "the file"


def called(path: Path) -> Text:
    """A path as a user would write it: `services[0].title`; the top is the file itself."""
    return same(dotted(path)) if path else Text("the file", "ファイル全体")
