"""A document against its JSON Schema: every violation as a problem in words.

Our schemas carry three keywords of their own, which editors pass over:
`x-maxBytes`, the most bytes of UTF-8 that a text may have; `x-expected`, what is allowed, in words that complete 'must be …';
`x-code`, the code of a problem with that value where it has one of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from aces_action.problems import Problem
from aces_action.project import document as documents
from aces_action.project.document import Document, dotted
from aces_action.project.similar import closest

# The schemas lie beside the package, at the top of the repository, where editors and people look for them. The image copies
# both folders side by side, so this path holds there too.
_SCHEMAS = Path(__file__).parents[2] / "schemas"

_CODES = {"additionalProperties": "C011", "maxLength": "C005", "x-maxBytes": "C005"}
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object with keys",
    "array": "a list",
}
_EXPECTED = {
    "minimum": "at least {:,}",
    "maximum": "at most {:,}",
    "minLength": "text that is not empty",
    "minItems": "a list of at least {}",
    "maxItems": "a list of at most {}",
    "maxProperties": "at most {} entries",
    "uniqueItems": "a list without repetitions",
}
_MAX_UNKNOWN_KEYS = 20


def schema_problems(document: Document, schema_name: str) -> list[Problem]:
    """Every place where the document differs from `schemas/<schema_name>`, each once."""
    errors = list(_validator(schema_name).iter_errors(document.data))
    meant = {
        (*error.absolute_path, name)
        for error in errors
        if error.validator == "additionalProperties"
        for key in _unknown_keys(error)[:_MAX_UNKNOWN_KEYS]
        if (name := _meant(error, key))
    }
    found: dict[Problem, None] = {}  # a dict keeps the order and drops what two keywords say alike
    for error in errors:
        found.update(dict.fromkeys(_problems(document, error, meant)))
    return list(found)


@cache
def _validator(schema_name: str) -> Any:
    schema = json.loads((_SCHEMAS / schema_name).read_text(encoding="utf-8"))
    extended = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"x-maxBytes": _max_bytes, "pattern": _pattern}
    )
    return extended(schema)


def _max_bytes(_validator: object, limit: int, instance: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and len(instance.encode()) > limit:
        yield ValidationError(f"more than {limit} bytes")


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """As JSON Schema means it: Python's `$` also matches before a line feed at the end."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"does not match {pattern}")


def _problems(document: Document, error: ValidationError, meant: set[documents.Path]) -> Iterator[Problem]:
    path, schema = tuple(error.absolute_path), _schema(error)
    keyword, value, instance = str(error.validator), _known_as_any(error.validator_value), _known_as_any(error.instance)
    code = schema.get("x-code") or _CODES.get(keyword, "C004")
    if "propertyNames" in error.absolute_schema_path:
        message = f'"{instance}" cannot be a name in {dotted(path)}: it must be {schema.get("x-expected")}.'
        yield document.problem(code, (*path, instance), message, of="key")
    elif keyword == "additionalProperties":
        yield from _unknown_key_problems(document, error, path, code)
    elif keyword == "required":
        for key in value:
            if key not in instance and (*path, key) not in meant:
                hint = schema.get("properties", {}).get(key, {}).get("description", "")
                yield document.problem(code, path, f'"{key}" is missing{_inside(path)}.', hint)
    elif keyword == "dependentRequired":
        for key, other in ((one, other) for one in value if one in instance for other in value[one] if other not in instance):
            message = f'"{key}" needs "{other}" beside it{_inside(path)}.'
            yield document.problem(code, (*path, key), message, "Give both or neither.", of="key")
    elif keyword == "x-maxBytes":
        yield _too_long(document, path, instance, value)
    else:
        found, expected = f"is {document.raw(path)}", _expected(keyword, value, schema)
        if keyword == "maxLength":
            found = f"has {len(instance):,} characters"
        yield document.problem(code, path, f"{dotted(path)} {found}, but must be {expected}.", _quote(document, error))


def _expected(keyword: str, value: Any, schema: Mapping[str, Any]) -> str:
    """What is allowed, completing 'must be …'."""
    if keyword == "maxLength":
        return f"at most {value:,} long"
    if "x-expected" in schema:
        return str(schema["x-expected"])
    if keyword == "enum":
        return f"one of {', '.join(value)}"
    if keyword in {"minimum", "maximum"} and {"minimum", "maximum"} <= schema.keys():
        return f"between {schema['minimum']:,} and {schema['maximum']:,}"
    return _TYPES[value] if keyword == "type" else _EXPECTED[keyword].format(value)


def _inside(path: documents.Path) -> str:
    return f" in {dotted(path)}" if path else ""


def _quote(document: Document, error: ValidationError) -> str:
    """A number, date or yes where text is wanted: what to write instead."""
    path = tuple(error.absolute_path)
    if error.validator != "type" or error.validator_value != "string" or isinstance(error.instance, dict | list | None):
        return ""
    written = document.raw(path)
    lost = " YAML reads digits as a number and drops leading zeros." if path == ("account_id",) else ""
    return f"""Quote it: {f'{path[-1]}: "{written}"' if document.format == "YAML" else f'"{written}"'}.{lost}"""


def _too_long(document: Document, path: documents.Path, text: str, limit: int) -> Problem:
    size = len(text.encode())
    message = f"{dotted(path)} has {size} bytes of UTF-8, but must have at most {limit}: {size - limit} too many."
    hint = f"A Japanese character takes 3 bytes, a letter or digit 1: {limit} bytes are {limit // 3} Japanese characters."
    return document.problem("C005", path, message, hint)


def _schema(error: ValidationError) -> Mapping[str, Any]:
    """The schema that has the violated keyword."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _known_as_any(value: Any) -> Any:
    """jsonschema types these as possibly unset, which errors out of `iter_errors` never have."""
    return value


def _unknown_keys(error: ValidationError) -> list[str]:
    known = _schema(error).get("properties", {})
    return [key for key in error.instance if key not in known] if isinstance(error.instance, dict) else []


def _meant(error: ValidationError, key: str) -> str | None:
    """The known key, not used yet, that an unknown one resembles."""
    unused = _schema(error).get("properties", {}).keys() - _known_as_any(error.instance).keys()
    return closest(key, sorted(unused))


def _unknown_key_problems(document: Document, error: ValidationError, path: documents.Path, code: str) -> Iterator[Problem]:
    unknown = _unknown_keys(error)
    known = ", ".join(_schema(error)["properties"])
    for key in islice(unknown, _MAX_UNKNOWN_KEYS):
        meant = _meant(error, key)
        hint = f'Did you mean "{meant}"?' if meant else f"Known here: {known}."
        yield document.problem(code, (*path, key), f'Unknown key "{key}"{_inside(path)}.', hint, of="key")
    if len(unknown) > _MAX_UNKNOWN_KEYS:
        message = f"{len(unknown) - _MAX_UNKNOWN_KEYS:,} more unknown keys{_inside(path)}."
        yield document.problem(code, (*path, unknown[_MAX_UNKNOWN_KEYS]), message, f"Known here: {known}.", of="key")
