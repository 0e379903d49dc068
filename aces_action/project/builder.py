"""A document while it is read: each value that a reader comes upon is put where it belongs, with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from aces_action.problems.configuration import json_syntax, yaml_syntax
from aces_action.problems.configuration.names import key_twice
from aces_action.problems.problem import Problem
from aces_action.project.document import MAX_DEPTH, MAX_VALUES, Document, Json, Path, Source, Span, UnreadableError

_TOO_DEEP = {"JSON": json_syntax.too_deep, "YAML": yaml_syntax.too_deep}
_TOO_MANY_VALUES = {"JSON": json_syntax.too_many_values, "YAML": yaml_syntax.too_many_values}


@dataclass(slots=True, kw_only=True)
class Frame:
    """An object or list that is still open. In an object, `key` is the one whose value comes next, None while a key comes next.

    `count` and `depth` are those of the values in it.
    """

    path: Path
    start: int
    items: dict[str, Json] | list[Json]
    key: str | None = None
    first_keys: dict[str, int] = field(default_factory=dict)
    count: int = 1
    depth: int = 0

    @property
    def next_path(self) -> Path:
        return (*self.path, len(self.items)) if isinstance(self.items, list) else (*self.path, self.key or "")

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.items, dict) and self.key is None


class DocumentBuilder:
    """Raises UnreadableError for what is nested too deep or has too many values."""

    def __init__(self, source: Source, syntax: Literal["JSON", "YAML"], problems: list[Problem]) -> None:
        self.source, self.syntax, self.problems = source, syntax, problems
        self.values: dict[Path, Span] = {}
        self.keys: dict[Path, Span] = {}
        self._root: Json = None
        self._open: list[Frame] = []

    @property
    def innermost(self) -> Frame | None:
        return self._open[-1] if self._open else None

    def document(self) -> Document:
        return Document(source=self.source, format=self.syntax, data=self._root, values=self.values, keys=self.keys)

    def open(self, items: dict[str, Json] | list[Json], span: Span) -> None:
        """Begin an object or list, whose bracket or first character is at `span`."""
        self._refuse_excess(span, depth=len(self._open), count=len(self.values))
        frame = self.innermost
        self._open.append(Frame(path=frame.next_path if frame else (), start=span[0], items=items))

    def close(self) -> Frame:
        """The innermost object or list, which is finished and not yet put anywhere."""
        return self._open.pop()

    def key(self, key: str, span: Span) -> None:
        """Take a key of the innermost object."""
        frame = self._open[-1]
        if key in frame.first_keys:
            self.problems.append(self.source.at(span, key_twice(key, self.source.line(frame.first_keys[key]))))
        frame.first_keys.setdefault(key, span[0])
        frame.key = key
        self.keys[frame.next_path] = span

    def put(self, value: Json, span: Span, *, count: int = 1, depth: int = 0) -> None:
        """Put a finished value into the innermost object or list; without one it is the document."""
        frame = self.innermost
        if frame is None:
            self.values[()], self._root = span, value
            return
        self.weigh(span, count=count, depth=depth)
        self.values[frame.next_path] = span
        if isinstance(frame.items, list):
            frame.items.append(value)
        else:
            frame.items[frame.key or ""], frame.key = value, None

    def weigh(self, span: Span, *, count: int, depth: int) -> None:
        """Count the values of something that belongs into the innermost object or list."""
        frame = self._open[-1]
        frame.count += count
        frame.depth = max(frame.depth, depth)
        self._refuse_excess(span, depth=len(self._open) + depth - 1, count=max(len(self.values), frame.count))

    def _refuse_excess(self, span: Span, *, depth: int, count: int) -> None:
        if depth >= MAX_DEPTH:
            raise UnreadableError(self.source.at(span, _TOO_DEEP[self.syntax](MAX_DEPTH)))
        if count > MAX_VALUES:
            raise UnreadableError(self.source.at(span, _TOO_MANY_VALUES[self.syntax](MAX_VALUES)))
