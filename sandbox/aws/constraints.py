"""Checks of a request against botocore's own model of the service, worded as AWS words them.

boto3 checks types and required members before it sends; patterns, lengths, ranges and enums it leaves to AWS, and moto skips
them or holds an old list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from sandbox.aws.wire import Refusal


def check(shape: Shape, parameters: Mapping[str, Any]) -> None:
    """Raise AWS's ValidationException with every violation in `parameters`."""
    found = list(violations(shape, parameters, ""))
    if found:
        plural = "s" if len(found) > 1 else ""
        raise Refusal(400, "ValidationException", f"{len(found)} validation error{plural} detected: {'; '.join(found)}")


def violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Every way in which `value` breaks its shape, in the order of the members."""
    yield from (f"Value {_shown(value)} at '{path}' failed to satisfy constraint: {rule}" for rule in _broken_rules(shape, value))
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if value.get(name) is None:
                place = _join(path, name)
                yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
        for name, member in value.items():
            if name in shape.members:
                yield from violations(shape.members[name], member, _join(path, name))
    elif isinstance(shape, ListShape):
        for index, member in enumerate(value, start=1):
            yield from violations(shape.member, member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield from violations(shape.key, key, f"{path}.key")
            yield from violations(shape.value, member, f"{path}.{key}.member")


def _broken_rules(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        if (pattern := limits.get("pattern")) and not re.fullmatch(_python_pattern(pattern), value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        size, measure = float(value), "value"
    elif isinstance(value, str | list | dict) and not isinstance(shape, StructureShape):
        size, measure = len(value), "length"
    else:
        return
    if "max" in limits and size > limits["max"]:
        yield f"Member must have {measure} less than or equal to {limits['max']}"
    if "min" in limits and size < limits["min"]:
        yield f"Member must have {measure} greater than or equal to {limits['min']}"


def _python_pattern(pattern: str) -> str:
    """AWS writes Java's patterns: classes have other names in Python, and what is beyond 16 bits is one character."""
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", "\U00010000-\U0010ffff").replace(r"\p{Print}", r"[\x20-\x7e]")
    return pattern.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d").replace(r"\p{M}", r"\w")


def _join(path: str, name: str) -> str:
    return f"{path}.{name[0].lower()}{name[1:]}" if path else name[0].lower() + name[1:]


def _shown(value: Any) -> str:
    return f"'{value}'"
