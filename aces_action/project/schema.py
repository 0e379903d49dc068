"""A document against its JSON Schema: every violation as a problem in words.

Our schemas carry keywords of their own, which editors pass over:
`x-maxBytes`, the most bytes of UTF-8 that a text may have; `x-expected`, what is allowed, in words that complete 'must be …';
`x-refused`, why a value that may not be there may not; `x-code`, the code of a problem with that value where it has one of its
own; `x-in-code`, that the other modules here say this with better words and a better place, while other validators need the
keyword; and with `-ja` the Japanese of each text: `x-description-ja`, `x-expected-ja`, `x-refused-ja`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any, Literal

from jsonschema import Draft202012Validator, ValidationError, validators

from aces_action.language import EMPTY, Text, sentences
from aces_action.packaged_files import resource
from aces_action.problems import configuration
from aces_action.problems.advice import did_you_mean
from aces_action.problems.configuration import schema as problems
from aces_action.problems.problem import Problem
from aces_action.project.account import account_correction, account_digits
from aces_action.project.document import Document, Json, Path, called, dotted
from aces_action.project.instance_types import correction
from aces_action.project.lookalikes import advice, ascii_form, composing_command, plain
from aces_action.project.similar import certain, closest, meant_by
from aces_action.project.yaml_reader import mistyped_entry

_KINDS = {kind.code.removeprefix("ACES-"): kind for kind in configuration.KINDS}
_MAX_UNKNOWN_KEYS = 20
_PLAIN = re.compile(r"[A-Za-z][\w./-]*", re.ASCII)  # text that needs no quotes in YAML


def schema_problems(document: Document, schema_name: str) -> list[Problem]:
    """Every place where the document differs from `schemas/<schema_name>`, each once."""
    validator = _validator(schema_name)
    errors = _errors(validator, document.data)
    meant = {
        (*error.absolute_path, name)
        for error in errors
        if error.validator == "additionalProperties"
        for key in _unknown_keys(error)[:_MAX_UNKNOWN_KEYS]
        if (name := _meant(error, key))
    }
    found: dict[Problem, None] = {}  # a dict keeps the order and drops what two keywords say alike
    for error in errors:
        found.update(dict.fromkeys(_problems(document, error, meant, validator)))
    return list(found)


def sound_data(document: Document, schema_name: str) -> Json:
    """The data without what the schema refuses, so that the rest can be judged as well. None where that is all of it."""
    data, validator = document.data, _validator(schema_name)
    while errors := _errors(validator, data):  # what is taken away may be missed in what is around it
        data = _without_errors(data, errors)
        if data is None:
            break
    return data


def _without_errors(data: Json, errors: list[ValidationError]) -> Json:
    wrong: set[Path] = set()
    for error in errors:
        path = tuple(error.absolute_path)
        if "propertyNames" in error.absolute_schema_path:
            wrong.add((*path, str(error.instance)))
        elif error.validator == "additionalProperties":
            wrong.update((*path, key) for key in _unknown_keys(error))
        elif error.validator == "dependentRequired":
            wrong.update((*path, key) for key in _known_as_any(error.validator_value))
        else:
            wrong.add(path)
    around = {path[:length] for path in wrong for length in range(len(path))}
    return _without(data, wrong, around, ())


def unknown_keys(document: Document, schema_name: str) -> set[str]:
    """The keys at the top of the document that the schema does not know."""
    known = _validator(schema_name).schema.get("properties", {})
    return document.data.keys() - known.keys() if isinstance(document.data, dict) else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyRule:
    """What the schema says of one key to people, and how long its text may be at most: in bytes of UTF-8 or in characters."""

    key: str
    required: bool
    description: Text
    most: int | None
    unit: Literal["bytes", "characters"]

    def size(self, text: str) -> int:
        """The length of a text in the rule's unit."""
        return len(text.encode("utf-8", "surrogatepass")) if self.unit == "bytes" else len(text)


def property_rules(schema_name: str, path: Path) -> tuple[PropertyRule, ...]:
    """The rules of the keys of the object at `path`, in the schema's order."""
    described = _described(_validator(schema_name).schema, path)
    properties: Mapping[str, Any] = described["properties"]
    return tuple(
        PropertyRule(
            key=key,
            required=key in described.get("required", ()),
            description=_text(rule, "description"),
            most=rule.get("x-maxBytes", rule.get("maxLength")),
            unit="bytes" if "x-maxBytes" in rule else "characters",
        )
        for key, rule in properties.items()
    )


def _errors(validator: Any, data: Json) -> list[ValidationError]:
    return [error for error in validator.iter_errors(data) if "x-in-code" not in _schema(error)]


@cache
def _validator(schema_name: str) -> Any:
    schema = json.loads(resource(f"schemas/{schema_name}").read_text(encoding="utf-8"))
    extended = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"x-maxBytes": _max_bytes, "maxLength": _max_length, "pattern": _pattern}
    )
    return extended(_without_references(schema, schema))


def _without_references(part: Any, root: Mapping[str, Any]) -> Any:
    """The schema with what each $ref means in its place: looking them up costs half of the time for a large register.json.

    A keyword beside a $ref would take the place of the same one in what it refers to; a test holds that there is none.
    """
    if isinstance(part, list):
        return [_without_references(each, root) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        target: Any = root
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
        return _without_references(part, root)
    return {key: _without_references(value, root) for key, value in part.items() if key != "$defs"}


def _max_bytes(_validator: object, limit: int, instance: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and len(instance.encode()) > limit:
        yield ValidationError(f"more than {limit} bytes")


def _max_length(_validator: object, limit: int, instance: object, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Where bytes are limited too, they say it: `maxLength` stands beside them for editors, which count only characters."""
    if isinstance(instance, str) and len(instance) > limit and "x-maxBytes" not in schema:
        yield ValidationError(f"more than {limit} characters")


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """As JSON Schema means it: Python's `$` also matches before a line feed at the end."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"does not match {pattern}")


def _problems(document: Document, error: ValidationError, meant: set[Path], validator: Any) -> Iterator[Problem]:
    code = _schema(error).get("x-code")
    for problem in _violations(document, error, meant, validator):
        yield replace(problem, kind=_KINDS[code]) if code else problem


def _expected(keyword: str, value: Any, schema: Mapping[str, Any]) -> Text:
    """What is allowed, completing 'must be …'."""
    if "x-expected" in schema:
        return _text(schema, "x-expected")
    if keyword == "enum":
        return problems.one_of([str(each) for each in value])
    if keyword in {"minimum", "maximum"} and {"minimum", "maximum"} <= schema.keys():
        return problems.between(schema["minimum"], schema["maximum"])
    return problems.TYPES[value] if keyword == "type" else problems.EXPECTED[keyword].map(lambda words: words.format(value))


def _text(schema: Mapping[str, Any], keyword: str) -> Text:
    """A text of the schema in both languages; empty where it has none."""
    japanese = f"{keyword}-ja" if keyword.startswith("x-") else f"x-{keyword}-ja"
    return Text(schema[keyword], schema[japanese]) if keyword in schema else EMPTY


def _correction(document: Document, error: ValidationError) -> Text:
    """What to write instead, where that can be told: quotes around a number, date or yes; the right instance type or account."""
    path, instance, code = tuple(error.absolute_path), error.instance, _schema(error).get("x-code")
    if code == "C014":
        account = document.written(path).en
        return sentences(account_correction(account), advice(account, show=False))
    if isinstance(instance, str) and (lookalike := advice(instance)):
        return lookalike
    if code == "C018" and isinstance(instance, str):
        return correction(instance, for_endpoint=path[0] in ("SAGEMAKER_INSTANCE_TYPE", "sagemaker"))
    if error.validator == "enum" and isinstance(instance, str):
        meant = meant_by(instance, [each for each in _schema(error)["enum"] if isinstance(each, str)])
        return did_you_mean(meant) if meant else EMPTY
    if document.format == "YAML" and error.validator == "type" and isinstance(instance, str):
        start, end = document.span(path)
        slip = mistyped_entry(document.source.text[start:end])  # `key value` in place of keys, `-value` of a list
        return sentences(slip.message, slip.hint) if slip else EMPTY
    if error.validator != "type" or error.validator_value != "string" or isinstance(instance, dict | list | None):
        return EMPTY
    written = document.written(path).en
    return problems.quote(f'{path[-1]}: "{written}"' if document.format == "YAML" else f'"{written}"')


def _schema(error: ValidationError) -> Mapping[str, Any]:
    """The schema that has the violated keyword."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _described(root: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """The schema of the property at a path: a condition that demands a key does not describe it."""
    schema: Mapping[str, Any] = root
    for step in path:
        schema = schema.get("items", {}) if isinstance(step, int) else schema.get("properties", {}).get(step, {})
    return schema


def _known_as_any(value: Any) -> Any:
    """jsonschema types these as possibly unset, which errors out of `iter_errors` never have."""
    return value


def _unknown_keys(error: ValidationError) -> list[str]:
    known = _schema(error).get("properties", {})
    return [key for key in error.instance if key not in known] if isinstance(error.instance, dict) else []


def _meant(error: ValidationError, key: str) -> str | None:
    """The known key, not used yet, that an unknown one resembles."""
    unused = _schema(error).get("properties", {}).keys() - _known_as_any(error.instance).keys()
    return closest(plain(key), sorted(unused))


def _right_key(error: ValidationError, key: str) -> str | None:
    """The known key that alone can be meant by an unknown one, and that is neither there nor meant by another one."""
    known = sorted(_schema(error).get("properties", {}))
    right = certain(plain(key), known) or (plain(key) if not key.isascii() and plain(key) in known else None)
    taken = right in error.instance if isinstance(error.instance, dict) else True
    rivals = [each for each in _unknown_keys(error)[:_MAX_UNKNOWN_KEYS] if each != key and _meant(error, each) == right]
    return None if taken or rivals else right


def _unknown_key_problems(document: Document, error: ValidationError, path: Path) -> Iterator[Problem]:
    unknown, inside = _unknown_keys(error), dotted(path) if path else ""
    known = [key for key in _schema(error)["properties"] if key != "$schema"]
    for key in islice(unknown, _MAX_UNKNOWN_KEYS):
        hint, right = problems.known_keys(known), _right_key(error, key)
        if meant := right or _meant(error, key):
            hint = problems.meant_key(meant)
        elif document.format == "YAML" and re.search(r"[\s:={]", key) and (slip := mistyped_entry(key)):
            hint = sentences(slip.message, hint)
        yield document.fixable((*path, key), problems.unknown_key(key, inside, hint), right, of="key")
    if (more := len(unknown) - _MAX_UNKNOWN_KEYS) > 0:
        yield document.at((*path, unknown[_MAX_UNKNOWN_KEYS]), problems.more_unknown_keys(more, inside, known), of="key")


def _without(value: Json, wrong: set[Path], around: set[Path], path: Path) -> Json:
    if path in wrong:
        return None
    if path not in around:
        return value
    if isinstance(value, dict):
        return {key: _without(each, wrong, around, (*path, key)) for key, each in value.items() if (*path, key) not in wrong}
    return []  # a list without its wrong entries would mean something else


def _violations(document: Document, error: ValidationError, meant: set[Path], validator: Any) -> Iterator[Problem]:
    path, schema = tuple(error.absolute_path), _schema(error)
    keyword, value, instance = str(error.validator), _known_as_any(error.validator_value), _known_as_any(error.instance)
    inside = dotted(path) if path else ""
    if "propertyNames" in error.absolute_schema_path:
        problem = problems.wrong_name(called(path), instance, _text(schema, "x-expected"), advice(instance))
        yield document.at((*path, instance), problem, of="key")
    elif keyword == "additionalProperties":
        yield from _unknown_key_problems(document, error, path)
    elif keyword == "required":
        for key in value:
            if key not in instance and (*path, key) not in meant:
                description = _text(_described(validator.schema, (*path, key)), "description")
                yield document.at(path, problems.missing_key(key, inside, description))
    elif keyword == "dependentRequired":
        for key, other in ((one, other) for one in value if one in instance for other in value[one] if other not in instance):
            yield document.at((*path, key), problems.missing_partner(key, other, inside), of="key")
    elif keyword == "x-maxBytes":
        size = len(instance.encode())
        yield document.at(path, problems.too_many_bytes(dotted(path), size, value, _composition(document, instance)))
    elif keyword == "not":
        yield document.at(path, problems.refused_key(called(path), _text(schema, "x-refused")), of="key")
    elif keyword == "maxLength":
        yield document.at(path, problems.too_many_characters(called(path), len(instance), value))
    else:
        expected, hint = _expected(keyword, value, schema), _correction(document, error)
        problem = problems.wrong_value(called(path), document.written(path), expected, hint)
        yield _with_right_value(document, error, problem, validator)


def _with_right_value(document: Document, error: ValidationError, problem: Problem, validator: Any) -> Problem:
    path, schema = tuple(error.absolute_path), _schema(error)
    if schema.get("x-code") == "C014":
        return _account_fixed(document, path, problem)
    return document.fixable(path, problem, _right_value(error.instance, validator.evolve(schema=schema)))


def _right_value(instance: object, validator: Any) -> str | None:
    """The same text as it looks in ASCII, where that is what the schema takes: full-width signs, typographic quotes around it."""
    meant = ascii_form(instance) if isinstance(instance, str) else None
    return meant if meant and _PLAIN.fullmatch(meant) and validator.is_valid(meant) else None


def _account_fixed(document: Document, path: Path, problem: Problem) -> Problem:
    """An account id that has all its digits, and other signs beside them: it becomes text, whatever it was before."""
    start, end = span = document.span(path)
    digits = account_digits(written := document.source.text[start:end])
    if digits is None or written[:1] in {"*", "&", "!"} or path not in document.values:
        return document.at(path, problem)
    return document.source.fixable(span, problem, f"'{digits}'")


def _composition(document: Document, text: str) -> Text:
    """How to make a text shorter that is written with decomposed characters."""
    composed = len(unicodedata.normalize("NFC", text).encode())
    return problems.decomposed(composed, composing_command(document.source.file)) if composed < len(text.encode()) else EMPTY
