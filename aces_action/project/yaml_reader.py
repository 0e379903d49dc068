"""YAML with the place of every key and value.

Built on PyYAML's events, not on its node graph: composing recurses, resolves aliases without end ('billion laughs') and keeps
the last of two equal keys. Scalars are resolved by PyYAML's own rules (YAML 1.1), except that dates stay text: the schema knows
none. Only what JSON can say is accepted.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import yaml

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import MAX_DEPTH, MAX_INTEGER, MAX_VALUES, Document, Json, Path, Source, Span, UnreadableError

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = {"str", "timestamp", "value", "merge"}
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_MAX_STRANGE = 20
_NO_KEY = Text("A key must be plain text.", "キーは文字列でなければなりません。")
_QUOTE = Text("Quote it if it is text.", "文字列であれば引用符で囲んでください。")
_ODD_BLANKS = "\u3000\u00a0\u200b"  # full-width, no-break and no width: text to YAML, blanks to whoever wrote them
_WIDE_COMMENT = re.compile(r"^[ \u3000]*(\uff03)", re.MULTILINE)
_FULL_WIDTH = re.compile(f"^[^#\"'\n]*?([{_ODD_BLANKS}\uff1a])", re.MULTILINE)  # neither quoted nor in a comment


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
    problems = [_strange(source, match) for match in islice(_NOT_YAML.finditer(source.text), _MAX_STRANGE)]
    if problems:
        return None, problems
    try:
        return _parse(source, problems), problems
    except UnreadableError as error:
        return None, [*problems, error.problem]
    except yaml.YAMLError as error:
        from aces_action.project.yaml_syntax import syntax_problem  # with its patterns: right files need none of it

        mark = getattr(error, "problem_mark", None)
        offset = min(mark.index or 0, len(source.text)) if mark else 0
        return None, [*problems, _full_width(source, offset) or syntax_problem(source, error)]


def _strange(source: Source, found: re.Match[str]) -> Problem:
    code = f"U+{ord(found[0]):04X}"
    message = Text(f"The character {code} cannot stand in YAML.", f"文字{code}はYAMLに書けません。")
    hint = Text("Delete it: most editors do not show it.", "エディタに表示されないことの多い文字です。削除してください。")
    return source.problem("C003", found.span(), message, hint)


def _full_width(source: Source, offset: int) -> Problem | None:
    """Japanese keyboards: a full-width colon or space, in this line or the one before, is no punctuation to YAML."""
    line = source.line(min(offset, len(source.text)))
    begin = source.line_starts[max(line - 2, 0)]
    end = source.text.find("\n", offset)
    end = len(source.text) if end < 0 else end
    if comment := _WIDE_COMMENT.search(source.text, begin, end):
        message = Text("A full-width ＃, which begins no comment.", "全角の「＃」では、コメントになりません。")
        return source.problem("C003", comment.span(1), message, Text("Write an ordinary #.", "半角の#にしてください。"))
    found = _FULL_WIDTH.search(source.text, begin, end)
    if found is None:
        return None
    if found[1] in _ODD_BLANKS:
        return _odd_blank(source, found.span(1))
    message = Text("A full-width colon, which YAML takes for text.", "全角の「：」は、YAMLでは区切りではなく文字です。")
    hint = Text("Write ': ', the colon and a space.", "半角の「:」と半角スペースを書いてください。")
    return source.problem("C003", found.span(1), message, hint)


def _odd_blank(source: Source, span: Span) -> Problem:
    if source.text[span[0]] == "\u3000":
        message = Text("A full-width space, which YAML takes for text.", "全角スペースは、YAMLでは空白ではなく文字です。")
    else:
        code = f"U+{ord(source.text[span[0]]):04X}"
        message = Text(f"The character {code}, which YAML takes for text.", f"文字{code}は、YAMLでは空白ではなく文字です。")
    return source.problem("C003", span, message, Text("Write an ordinary space.", "半角スペースにしてください。"))


def _plain(source: Source, event: yaml.ScalarEvent, span: Span, problems: list[Problem]) -> str:
    """The text of a scalar; if it is not quoted, without odd blanks at its ends: nobody means them."""
    text = str(event.value)
    meant = text.strip(_ODD_BLANKS) if event.implicit[0] else text
    if meant != text:
        before, after = len(text) - len(text.lstrip(_ODD_BLANKS)), len(text) - len(text.rstrip(_ODD_BLANKS))
        at = (span[0], span[0] + before) if before else (span[1] - after, span[1])
        problems.append(_odd_blank(source, at))
    return meant


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
            case yaml.DocumentStartEvent() if values:
                problems.append(_second_document(source, span))
                break
            case yaml.ScalarEvent() if frame and is_key:
                _take_key(source, frame, event, span, keys, problems)
            case yaml.ScalarEvent() | yaml.AliasEvent() | yaml.CollectionStartEvent() if is_key:
                raise UnreadableError(
                    source.problem("C003", span, _NO_KEY, Text("Write 'key: value'.", "「キー: 値」の形で書いてください。"))
                )
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
                anchors[event.anchor] = node = _Node(value=_scalar(source, rules, event, span, problems), span=span)
                root = _put(source, stack, node, values, root)
            case yaml.AliasEvent():
                root = _put(source, stack, _aliased(source, span, event.anchor, anchors), values, root)
    return Document(source=source, format="YAML", data=root, values=values, keys=keys)


def _offset(mark: Any) -> int:
    """Characters from the start of the text. PyYAML types marks as optional; its parsers always set them."""
    return int(mark.index)


def _refuse_excess(source: Source, span: Span, *, depth: int, count: int) -> None:
    if depth >= MAX_DEPTH:
        message = Text(f"Nested deeper than {MAX_DEPTH} levels.", f"入れ子が{MAX_DEPTH}段を超えています。")
        raise UnreadableError(source.problem("C003", span, message))
    if count > MAX_VALUES:
        message = Text(
            f"More than {MAX_VALUES:,} values, those of aliases counted each time.",
            f"値が{MAX_VALUES:,}個を超えています（エイリアスの値は、使われるたびに数えます）。",
        )
        raise UnreadableError(source.problem("C003", span, message))


def _second_document(source: Source, span: Span) -> Problem:
    message = Text(
        "A second YAML document begins here; only one is read.", "ここから2つ目のYAML文書が始まります。読むのは1つだけです。"
    )
    return source.problem("C003", span, message, Text("Delete the '---' between them.", "間の「---」を削除してください。"))


def _refuse_tag(source: Source, span: Span, tag: str | None, *, known: set[str | None]) -> None:
    if tag not in known:
        message = Text(f"The tag {tag} is not known here.", f"タグ{tag}は使えません。")
        raise UnreadableError(source.problem("C003", span, message, Text("Delete it.", "削除してください。")))


def _aliased(source: Source, span: Span, anchor: str | None, anchors: dict[str | None, _Node]) -> _Node:
    """The value of an anchor, standing where its alias stands. An anchor inside itself is not finished, so not there."""
    if anchor not in anchors:
        message = Text(
            f"*{anchor} refers to no anchor that ends before it.", f"*{anchor}が指すアンカーが、これより前にありません。"
        )
        hint = Text(f"Set &{anchor} at a value further up.", f"これより上にある値に&{anchor}を付けてください。")
        raise UnreadableError(source.problem("C003", span, message, hint))
    return replace(anchors[anchor], span=span)


def _take_key(
    source: Source, frame: _Frame, event: yaml.ScalarEvent, span: Span, keys: dict[Path, Span], problems: list[Problem]
) -> None:
    """Keys are taken as they are written: `on` and `1` are text here, although YAML 1.1 reads them as true and a number."""
    key = _plain(source, event, span, problems)
    if key in frame.seen:
        first = source.line(frame.seen[key])
        message = Text(
            f'The key "{key}" is there twice; first in line {first}.',
            f"キー「{key}」が2回書かれています。最初は{first}行目です。",
        )
        hint = Text("Keep one of them.", "どちらか一方を残してください。")
        problems.append(source.problem("C010", span, message, hint))
    frame.seen.setdefault(key, span[0])
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
            message = Text(
                "'<<' takes a mapping, or a list of mappings.",
                "「<<」の値は、マッピングまたはマッピングのリストでなければなりません。",
            )
            raise UnreadableError(source.problem("C003", node.span, message))
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


def _scalar(source: Source, rules: yaml.SafeLoader, event: yaml.ScalarEvent, span: Span, problems: list[Problem]) -> Json:
    """The value of a scalar by YAML 1.1's rules; numbers that JSON cannot carry are refused."""
    text = _plain(source, event, span, problems)
    tag = (
        rules.resolve(yaml.ScalarNode, text, event.implicit)  # type: ignore[no-untyped-call]
        if event.tag in {None, "!"}
        else str(event.tag)
    )
    name = tag.removeprefix(_TAG)
    _refuse_tag(source, span, name, known={*_TEXT_TAGS, "null", "bool", "int", "float"})
    if name in _TEXT_TAGS:
        return text
    if name == "null":
        return None
    node = yaml.ScalarNode(tag, text)
    try:
        if name == "bool":
            return bool(rules.construct_yaml_bool(node))
        value: float = rules.construct_yaml_int(node) if name == "int" else rules.construct_yaml_float(node)
    except (ValueError, KeyError, IndexError):  # PyYAML's own, for `!!int x`, `!!bool x`, `0x_` and numbers of 4,300 digits
        message = Text("This is not a number.", "数値として読めません。")
        raise UnreadableError(source.problem("C003", span, message, _QUOTE)) from None
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) > MAX_INTEGER):
        message = Text("This number is too large.", "この数値は大きすぎます。")
        raise UnreadableError(source.problem("C003", span, message, _QUOTE))
    return value
