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

from aces_action.problems.configuration import yaml_syntax as yaml_problems
from aces_action.problems.problem import Problem
from aces_action.project.builder import DocumentBuilder, Frame
from aces_action.project.document import MAX_INTEGER, Document, Json, Source, Span, UnreadableError
from aces_action.project.fixes import fixed_text

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = {"str", "timestamp", "value", "merge"}
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_MAX_STRANGE = 20
_NO_WIDTH = "\u200b"
_ODD_BLANKS = f"\u3000\u00a0{_NO_WIDTH}"  # full-width, no-break and no width: text to YAML, blanks to whoever wrote them
_WIDE_COMMENT = re.compile(r"^[ \u3000]*(\uff03)", re.MULTILINE)
_FULL_WIDTH = re.compile(f"^[^#\"'\n]*?([{_ODD_BLANKS}\uff1a])", re.MULTILINE)  # neither quoted nor in a comment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A finished value, with what it weighs where it is used again by an alias."""

    value: Json
    span: Span
    count: int = 1
    depth: int = 0


def read_yaml(source: Source) -> tuple[Document | None, list[Problem]]:
    """All problems of the text as YAML. The document is there unless reading could not go on."""
    strange = islice(_NOT_YAML.finditer(source.text), _MAX_STRANGE)
    if problems := [source.at(found.span(), yaml_problems.strange_character(found[0])) for found in strange]:
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


def _full_width(source: Source, offset: int) -> Problem | None:
    """Japanese keyboards: a full-width colon or space, in this line or the one before, is no punctuation to YAML."""
    line = source.line(min(offset, len(source.text)))
    begin = source.line_starts[max(line - 2, 0)]
    end = source.text.find("\n", offset)
    end = len(source.text) if end < 0 else end
    if comment := _WIDE_COMMENT.search(source.text, begin, end):
        return _if_it_helps(source, offset, source.fixable(comment.span(1), yaml_problems.wide_comment(), "#"))
    found = _FULL_WIDTH.search(source.text, begin, end)
    if found is None:
        return None
    span = found.span(1)
    if found[1] in _ODD_BLANKS:
        right = "" if found[1] == _NO_WIDTH else " "
        return _if_it_helps(source, offset, source.fixable(span, yaml_problems.odd_blank(found[1]), right))
    right = ":" if source.text[span[1] : span[1] + 1] in {"", " ", "\r", "\n", *_ODD_BLANKS} else ": "
    return _if_it_helps(source, offset, source.fixable(span, yaml_problems.wide_colon(), right))


def _if_it_helps(source: Source, offset: int, problem: Problem) -> Problem:
    """The problem with its fix only where a parser comes further with it than to `offset`: the sign may be meant."""
    from aces_action.project.yaml_syntax import parsed_until

    if problem.fix is None:
        return problem
    repaired = fixed_text(source, [problem.fix])
    if parsed_until(repaired) > offset + len(repaired) - len(source.text):
        return problem
    return replace(problem, fix=None)


def _plain(source: Source, event: yaml.ScalarEvent, span: Span, problems: list[Problem]) -> str:
    """The text of a scalar; if it is not quoted, without odd blanks at its ends: nobody means them."""
    text = str(event.value)
    meant = text.strip(_ODD_BLANKS) if event.implicit[0] else text
    if meant != text:
        before, after = len(text) - len(text.lstrip(_ODD_BLANKS)), len(text) - len(text.rstrip(_ODD_BLANKS))
        at = (span[0], span[0] + before) if before else (span[1] - after, span[1])
        problems.append(source.fixable(at, yaml_problems.odd_blank(source.text[at[0]]), ""))
    return meant


def _parse(source: Source, problems: list[Problem]) -> Document:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is 20 times as fast; some builds come without
    rules = yaml.SafeLoader("")  # for the meaning of scalars only
    builder = DocumentBuilder(source, "YAML", problems)
    opened: list[_Open] = []
    anchors: dict[str | None, _Node] = {}  # under None the last value without one, which no alias can name
    for event in yaml.parse(source.text, Loader=loader):
        span = (_offset(event.start_mark), _offset(event.end_mark))
        frame = builder.innermost
        awaits_key = frame is not None and frame.awaits_key
        match event:
            case yaml.DocumentStartEvent() if builder.values:
                problems.append(source.at(span, yaml_problems.second_document()))
                break
            case yaml.ScalarEvent() if awaits_key:
                # taken as it is written: `on` and `1` are text here, although YAML 1.1 reads them as true and a number
                key = _plain(source, event, span, problems)
                builder.key(key, span)
                opened[-1].is_merge = key == "<<" and event.implicit[0]
            case yaml.ScalarEvent() | yaml.AliasEvent() | yaml.CollectionStartEvent() if awaits_key:
                raise UnreadableError(source.at(span, yaml_problems.no_plain_key()))
            case yaml.CollectionStartEvent():
                _refuse_tag(source, span, event.tag, known={None, "!", f"{_TAG}map", f"{_TAG}seq"})
                builder.open({} if isinstance(event, yaml.MappingStartEvent) else [], span)
                opened.append(_Open(anchor=event.anchor))
            case yaml.CollectionEndEvent():
                closed, ended = builder.close(), opened.pop()
                _merge(builder, closed, ended)
                node = _Node(value=closed.items, span=(closed.start, span[1]), count=closed.count, depth=closed.depth + 1)
                anchors[ended.anchor] = node
                _put(builder, opened, node)
            case yaml.ScalarEvent():
                anchors[event.anchor] = node = _Node(value=_scalar(source, rules, event, span, problems), span=span)
                _put(builder, opened, node)
            case yaml.AliasEvent():
                _put(builder, opened, _aliased(source, span, event.anchor, anchors))
    return builder.document()


def _offset(mark: Any) -> int:
    """Characters from the start of the text. PyYAML types marks as optional; its parsers always set them."""
    return int(mark.index)


def _refuse_tag(source: Source, span: Span, tag: str | None, *, known: set[str | None]) -> None:
    if tag not in known:
        raise UnreadableError(source.at(span, yaml_problems.unknown_tag(tag)))


def _aliased(source: Source, span: Span, anchor: str | None, anchors: dict[str | None, _Node]) -> _Node:
    """The value of an anchor, standing where its alias stands. An anchor inside itself is not finished, so not there."""
    if anchor not in anchors:
        raise UnreadableError(source.at(span, yaml_problems.unknown_anchor(anchor)))
    return replace(anchors[anchor], span=span)


def _put(builder: DocumentBuilder, opened: list[_Open], node: _Node) -> None:
    """Put a finished value where it belongs; what `<<` merges is kept until its mapping ends."""
    frame = builder.innermost
    if frame is None or frame.key is None or not opened[-1].is_merge:
        builder.put(node.value, node.span, count=node.count, depth=node.depth)
        return
    builder.weigh(node.span, count=node.count, depth=node.depth)
    frame.key = None
    mappings = node.value if isinstance(node.value, list) else [node.value]
    if not all(isinstance(mapping, dict) for mapping in mappings):
        opened[-1].unmerged = opened[-1].unmerged or builder.source.at(node.span, yaml_problems.merge_of_no_mapping())
    opened[-1].merges.extend((mapping, node.span) for mapping in mappings if isinstance(mapping, dict))


def _merge(builder: DocumentBuilder, frame: Frame, ended: _Open) -> None:
    """Keys written in the mapping win over merged ones, and the first merged mapping over the next.

    Raises UnreadableError where something else than mappings was to be merged: only now, since a line of the mapping that is
    damaged makes a text of it, and what YAML says of the next line leads to that.
    """
    if ended.unmerged:
        raise UnreadableError(ended.unmerged)
    if isinstance(frame.items, dict):
        for mapping, span in ended.merges:
            for key in mapping.keys() - frame.items.keys():
                frame.items[key] = mapping[key]
                builder.values[(*frame.path, key)] = builder.keys[(*frame.path, key)] = span


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
        raise UnreadableError(source.at(span, yaml_problems.not_a_number())) from None
    if not math.isfinite(value) or (isinstance(value, int) and abs(value) > MAX_INTEGER):
        raise UnreadableError(source.at(span, yaml_problems.number_too_large()))
    return value


@dataclass(slots=True, kw_only=True)
class _Open:
    """What only YAML has of a mapping or sequence that is still open. `is_merge`: the key that comes next is a plain <<."""

    anchor: str | None
    is_merge: bool = False
    merges: list[tuple[dict[str, Json], Span]] = field(default_factory=list)
    unmerged: Problem | None = None


def mistyped_entry(written: str) -> Problem | None:
    """Why a plain text stands where keys or a list should, such as `key value` or `-value`: right YAML, and not what is meant."""
    from aces_action.project.yaml_syntax import mistyped_entry as found_in  # with its patterns: right files need none of it

    return found_in(written)
