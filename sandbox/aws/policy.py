"""IAM's policy language. Pure: a document and a request in, yes or no out, with the statements that said so.

Known are Effect, Action, Resource and Condition with the operators below. What is not known is no answer: it raises.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One permission that a request asks for. `context` has the condition keys that AWS sets for it."""

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """What of a policy granted something: the statement's Sid, and its own action and resource patterns that matched."""

    sid: str
    action: str
    resource: str


def pass_role(role: str, *services: str) -> Need:
    """That the role may be passed to one of the services."""
    return Need(action="iam:PassRole", resource=role, context={"iam:PassedToService": list(services)})


def request_tags(tags: Mapping[str, str]) -> dict[str, Any]:
    """The condition keys of the tags that a request puts on something."""
    found: dict[str, Any] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return found | {"aws:TagKeys": sorted(tags)} if tags else found


_KNOWN = {"Sid", "Effect", "Action", "Resource", "Condition"}


def grants(documents: Iterable[JSON], need: Need) -> tuple[Grant, ...]:
    """All that grants the need; empty where nothing does, or where a statement denies it.

    Raises NotImplementedError for an element or a condition operator that the sandbox does not know.
    """
    return granted_by(statements_about(documents, need.action), need)


@dataclass(frozen=True, slots=True)
class Statement:
    """One that names an action. `actions` and `resources` are its patterns, of the actions those alone that match."""

    content: JSON
    actions: tuple[str, ...]
    resources: tuple[str, ...]


def statements_about(documents: Iterable[JSON], action: str) -> tuple[Statement, ...]:
    """What a need of this action is held against: for each action it is the same until the documents change."""
    found: list[Statement] = []
    for statement in (each for document in documents for each in listed(document.get("Statement"))):
        if not statement.keys() <= _KNOWN:
            raise NotImplementedError(f"{', '.join(sorted(statement.keys() - _KNOWN))} in a permission policy")
        if actions := tuple(each for each in listed(statement["Action"]) if _names(each, action)):
            found.append(Statement(statement, actions, tuple(listed(statement["Resource"]))))
    return tuple(found)


def granted_by(statements: Iterable[Statement], need: Need) -> tuple[Grant, ...]:
    """`grants`, of statements about the need's action."""
    found: list[Grant] = []
    for statement in statements:
        resources = [resource for resource in statement.resources if matches(need.resource, resource)]
        if resources and holds(statement.content, need.context):
            if statement.content["Effect"] != "Allow":
                return ()
            sid = statement.content.get("Sid", "")
            found += [Grant(sid, action, resource) for action in statement.actions for resource in resources]
    return tuple(found)


@functools.lru_cache(maxsize=65536)  # a hundred patterns for each action that is ever asked for; few of either
def _names(pattern: str, action: str) -> bool:
    return matches(action.lower(), pattern.lower())


def matches(value: str, pattern: str) -> bool:
    """IAM's wildcards: `*` any characters, `?` one, and nothing else is special."""
    if "?" in pattern:
        return _compiled(pattern).fullmatch(value) is not None
    first, *between = pattern.split("*")
    if not between:
        return value == pattern
    last, start = between.pop(), len(first)
    for part in between:  # each where it comes first: that leaves most to those after it
        found = value.find(part, start)
        if found < 0:
            return False
        start = found + len(part)
    return value.startswith(first) and value.endswith(last) and start + len(last) <= len(value)


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern), re.DOTALL)


def holds(statement: JSON, context: Mapping[str, Any]) -> bool:
    """Whether all conditions of a statement hold. Keys of conditions have no case."""
    known = {key.lower(): value for key, value in context.items()}
    return all(_holds(operator, listed(known.get(key.lower())), wanted) for operator, key, wanted in _conditions(statement))


def listed(value: Any) -> list[Any]:
    """IAM writes a single value without its list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": matches,
}


def _conditions(statement: JSON) -> Iterator[tuple[str, str, list[Any]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            yield operator, key, listed(wanted)


def _holds(operator: str, values: list[Any], wanted: list[Any]) -> bool:
    every = operator.startswith("ForAllValues:")
    name = operator.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
    negated = name.startswith("StringNot")
    compare = _OPERATORS.get(name.replace("Not", "", 1) if negated else name)
    if compare is None:
        raise NotImplementedError(f"The condition operator {operator}")
    each = [any(compare(str(value), str(one)) for one in wanted) for value in values]
    if every:  # of no value at all it holds, too
        return not any(each) if negated else all(each)
    return not any(each) if negated else any(each)
