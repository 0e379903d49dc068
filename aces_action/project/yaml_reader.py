"""YAML with the place of every key and value.

Built on PyYAML's events, not on its node graph: composing recurses, resolves aliases without end ('billion laughs') and keeps
the last of two equal keys. Scalars are resolved by PyYAML's own rules (YAML 1.1), except that dates stay text: the schema knows
none. Only what JSON can say is accepted.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from aces_action.problems import Problem
from aces_action.project.document import MAX_DEPTH, MAX_INTEGER, MAX_VALUES, Document, Json, Path, Source, Span, UnreadableError

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = {"str", "timestamp", "value", "merge"}
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_PLAIN_WORDS = {
    "found character that cannot start any token": "This character cannot begin a value here.",
    "found a tab character that violates indentation": "A tab in the indentation.",
    "mapping values are not allowed in this context": "A ':' where no key can stand.",
    "found unexpected end of stream": "The quotes that begin here are not closed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A finished value, with what it weighs where it is used again by an alias."""

    value: Json
    span: Span
    count: int = 1
    depth: int = 0


@dataclass(slots=True, kw_only=True)
class _Frame:
    """A mapping or sequence that is still open. In a mapping, `key` is None while a key comes next."""

    path: Path
    start: int
    items: dict[str, Json] | list[Json]
    anchor: str | None
    key: str | None = None
    is_merge: bool = False  # the key is a plain <<
    merges: list[tuple[dict[str, Json], Span]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    count: int = 1
    depth: int = 0

    @property
    def next_path(self) -> Path:
        return (*self.path, len(self.items)) if isinstance(self.items, list) else (*self.path, self.key or "")


def read_yaml(source: Source) -> tuple[Document | None, list[Problem]]:
    """All problems of the text as YAML. The document is there unless reading could not go on."""
    problems: list[Problem] = []
    if strange := _NOT_YAML.search(source.text):
        message = f"The character U+{ord(strange.group()):04X} cannot stand in YAML."
        return None, [source.problem("C003", strange.span(), message, "Delete it: most editors do not show it.")]
    try:
        return _parse(source, problems), problems
    except UnreadableError as error:
        return None, [*problems, error.problem]
    except yaml.YAMLError as error:
        return None, [*problems, _syntax_problem(source, error)]


def _syntax_problem(source: Source, error: Any) -> Problem:
    """PyYAML's own words where they are plain, better ones for the mistakes that people make."""
    words, mark = getattr(error, "problem", None) or "cannot read this", getattr(error, "problem_mark", None)
    if words == "found unexpected end of stream":
        mark = getattr(error, "context_mark", None) or mark
    offset = min(mark.index or 0, len(source.text)) if mark else 0
    if source.text[offset : offset + 1] == "\t":
        hint = "YAML indents with spaces only: replace the tab by spaces."
        return source.problem("C003", (offset, offset + 1), "A tab where YAML wants spaces.", hint)
    context = getattr(error, "context", None)
    message = _PLAIN_WORDS.get(words, f"YAML: {words}{f' {context}' if context else ''}.")
    hint = "Look at the indentation, quotes and brackets here and in the line before; quote text that has ': ' or '#' in it."
    return source.problem("C003", (offset, offset + 1), message, hint)


def _parse(source: Source, problems: list[Problem]) -> Document:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is 20 times as fast; some builds come without
    rules = yaml.SafeLoader("")  # for the meaning of scalars only
    values: dict[Path, Span] = {}
    keys: dict[Path, Span] = {}
    stack: list[_Frame] = []
    anchors: dict[str | None, _Node] = {}  # under None the last value without one, which no alias can name
    root: Json = None
    for event in yaml.parse(source.text, Loader=loader):
        span = (_offset(event.start_mark), _offset(event.end_mark))
        frame = stack[-1] if stack else None
        is_key = frame is not None and isinstance(frame.items, dict) and frame.key is None
        match event:
            case yaml.DocumentStartEvent():
                _refuse_second_document(source, span, values)
            case yaml.ScalarEvent() if frame and is_key:
                _take_key(source, frame, event, span, keys, problems)
            case yaml.ScalarEvent() | yaml.AliasEvent() | yaml.CollectionStartEvent() if is_key:
                raise UnreadableError(source.problem("C003", span, "A key must be plain text.", "Write 'key: value'."))
            case yaml.CollectionStartEvent():
                _refuse_tag(source, span, event.tag, known={None, "!", f"{_TAG}map", f"{_TAG}seq"})
                _refuse_excess(source, span, depth=len(stack), count=len(values))
                items: dict[str, Json] | list[Json] = {} if isinstance(event, yaml.MappingStartEvent) else []
                stack.append(_Frame(path=frame.next_path if frame else (), start=span[0], items=items, anchor=event.anchor))
            case yaml.CollectionEndEvent():
                closed = stack.pop()
                _merge(closed, values, keys)
                node = _Node(value=closed.items, span=(closed.start, span[1]), count=closed.count, depth=closed.depth + 1)
                anchors[closed.anchor] = node
                root = _put(source, stack, node, values, root)
            case yaml.ScalarEvent():
                anchors[event.anchor] = node = _Node(value=_scalar(source, rules, event, span), span=span)
                root = _put(source, stack, node, values, root)
            case yaml.AliasEvent():
                root = _put(source, stack, _aliased(source, span, event.anchor, anchors), values, root)
    return Document(source=source, format="YAML", data=root, values=values, keys=keys)


def _offset(mark: Any) -> int:
    """Characters from the start of the text. PyYAML types marks as optional; its parsers always set them."""
    return int(mark.index)


def _refuse_excess(source: Source, span: Span, *, depth: int, count: int) -> None:
    if depth >= MAX_DEPTH:
        raise UnreadableError(source.problem("C003", span, f"Nested deeper than {MAX_DEPTH} levels."))
    if count > MAX_VALUES:
        raise UnreadableError(
            source.problem("C003", span, f"More than {MAX_VALUES:,} values, those of aliases counted each time.")
        )


def _refuse_second_document(source: Source, span: Span, values: dict[Path, Span]) -> None:
    if values:
        message = "A second YAML document begins here; only one is read."
        raise UnreadableError(source.problem("C003", span, message, "Delete the '---' between them."))


def _refuse_tag(source: Source, span: Span, tag: str | None, *, known: set[str | None]) -> None:
    if tag not in known:
        raise UnreadableError(source.problem("C003", span, f"The tag {tag} is not known here.", "Delete it."))


def _aliased(source: Source, span: Span, anchor: str | None, anchors: dict[str | None, _Node]) -> _Node:
    """The value of an anchor, standing where its alias stands. An anchor inside itself is not finished, so not there."""
    if anchor not in anchors:
        message = f"*{anchor} refers to no anchor that ends before it."
        raise UnreadableError(source.problem("C003", span, message, f"Set &{anchor} at a value further up."))
    return replace(anchors[anchor], span=span)


def _take_key(
    source: Source, frame: _Frame, event: yaml.ScalarEvent, span: Span, keys: dict[Path, Span], problems: list[Problem]
) -> None:
    """Keys are taken as they are written: `on` and `1` are text here, although YAML 1.1 reads them as true and a number."""
    key = event.value
    if key in frame.seen:
        message = f'The key "{key}" is there twice; first in line {source.line(frame.seen[key])}.'
        problems.append(source.problem("C010", span, message, "Keep one of them."))
    frame.seen[key] = span[0]
    frame.key, frame.is_merge = key, key == "<<" and event.implicit[0]
    keys[frame.next_path] = span


def _put(source: Source, stack: list[_Frame], node: _Node, values: dict[Path, Span], root: Json) -> Json:
    """Put a finished value where it belongs in the innermost open mapping or sequence, or make it the root; the root."""
    if not stack:
        values[()] = node.span
        return node.value
    frame = stack[-1]
    frame.count += node.count
    frame.depth = max(frame.depth, node.depth)
    _refuse_excess(source, node.span, depth=len(stack) + node.depth - 1, count=max(len(values), frame.count))
    path, key, frame.key = frame.next_path, frame.key or "", None
    if isinstance(frame.items, list):
        values[path] = node.span
        frame.items.append(node.value)
    elif frame.is_merge:
        parts = node.value if isinstance(node.value, list) else [node.value]
        if not all(isinstance(part, dict) for part in parts):
            raise UnreadableError(source.problem("C003", node.span, "'<<' takes a mapping, or a list of mappings."))
        frame.merges.extend((part, node.span) for part in parts if isinstance(part, dict))
    else:
        values[path] = node.span
        frame.items[key] = node.value
    return root


def _merge(frame: _Frame, values: dict[Path, Span], keys: dict[Path, Span]) -> None:
    """Keys written in the mapping win over merged ones, and the first merged mapping over the next."""
    if isinstance(frame.items, dict):
        for mapping, span in frame.merges:
            for key in mapping.keys() - frame.items.keys():
                frame.items[key] = mapping[key]
                values[(*frame.path, key)] = keys[(*frame.path, key)] = span


def _scalar(source: Source, rules: yaml.SafeLoader, event: yaml.ScalarEvent, span: Span) -> Json:
    """The value of a scalar by YAML 1.1's rules; numbers that JSON cannot carry are refused."""
    tag = (
        rules.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        if event.tag in {None, "!"}
        else str(event.tag)
    )
    name = tag.removeprefix(_TAG)
    _refuse_tag(source, span, name, known={*_TEXT_TAGS, "null", "bool", "int", "float"})
    if name in _TEXT_TAGS:
        return str(event.value)
    if name == "null":
        return None
    node = yaml.ScalarNode(tag, event.value)
    try:
        if name == "bool":
            return bool(rules.construct_yaml_bool(node))
        value: float = rules.construct_yaml_int(node) if name == "int" else rules.construct_yaml_float(node)
    except (ValueError, KeyError, IndexError):  # PyYAML's own, for `!!int x`, `!!bool x`, `0x_` and numbers of 4,300 digits
        raise UnreadableError(source.problem("C003", span, "This is not a number.", "Quote it if it is text.")) from None
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) > MAX_INTEGER):
        raise UnreadableError(source.problem("C003", span, "This number is too large.", "Quote it if it is text."))
    return value
