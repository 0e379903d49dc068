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
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.packaged_files import resource
from aces_action.problems import Problem
from aces_action.project import document as documents
from aces_action.project.account import account_correction
from aces_action.project.document import Document, Json, called, dotted
from aces_action.project.instance_types import correction
from aces_action.project.lookalikes import advice, composing_command, plain
from aces_action.project.similar import closest

_CODES = {"additionalProperties": "C011", "maxLength": "C005", "x-maxBytes": "C005"}
_TYPES = {
    "string": Text("text", "文字列"),
    "integer": Text("a whole number", "整数"),
    "number": Text("a number", "数値"),
    "boolean": Text("true or false", "trueまたはfalse"),
    "object": Text("an object with keys", "キーと値の組"),
    "array": Text("a list", "リスト"),
}
_EXPECTED = {
    "minimum": Text("at least {:,}", "{:,}以上の値"),
    "maximum": Text("at most {:,}", "{:,}以下の値"),
    "minLength": Text("text that is not empty", "空でない文字列"),
    "minItems": Text("a list of at least {}", "{}個以上のリスト"),
    "maxItems": Text("a list of at most {}", "{}個以下のリスト"),
    "maxProperties": Text("at most {} entries", "{}個以下の項目"),
    "uniqueItems": Text("a list without repetitions", "重複のないリスト"),
}
_MAX_UNKNOWN_KEYS = 20


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
        found.update(dict.fromkeys(_problems(document, error, meant, validator.schema)))
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
    wrong: set[documents.Path] = set()
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


def _problems(
    document: Document, error: ValidationError, meant: set[documents.Path], root: Mapping[str, Any]
) -> Iterator[Problem]:
    path, schema = tuple(error.absolute_path), _schema(error)
    keyword, value, instance = str(error.validator), _known_as_any(error.validator_value), _known_as_any(error.instance)
    code, place = schema.get("x-code") or _CODES.get(keyword, "C004"), called(path)
    if "propertyNames" in error.absolute_schema_path:
        expected = _text(schema, "x-expected")
        message = Text(
            f'"{instance}" cannot be a name in {place.en}: it must be {expected.en}.',
            f"「{instance}」は{place.ja}の名前に使えません。{expected.ja}にしてください。",
        )
        yield document.problem(code, (*path, instance), message, advice(instance), of="key")
    elif keyword == "additionalProperties":
        yield from _unknown_key_problems(document, error, path, code)
    elif keyword == "required":
        inside = _inside(path)
        for key in value:
            if key not in instance and (*path, key) not in meant:
                message = Text(f'"{key}" is missing{inside.en}.', f"{inside.ja}「{key}」がありません。")
                yield document.problem(code, path, message, _text(_described(root, (*path, key)), "description"))
    elif keyword == "dependentRequired":
        inside = _inside(path)
        for key, other in ((one, other) for one in value if one in instance for other in value[one] if other not in instance):
            message = Text(f'"{key}" needs "{other}" beside it{inside.en}.', f"{inside.ja}「{key}」には「{other}」も必要です。")
            hint = Text("Give both or neither.", "両方を書くか、両方とも省略してください。")
            yield document.problem(code, (*path, key), message, hint, of="key")
    elif keyword == "x-maxBytes":
        yield _too_long(document, path, instance, value)
    elif keyword == "not":
        reason = _text(schema, "x-refused")
        message = Text(f"{place.en} cannot be given here: {reason.en}", f"{place.ja}はここでは指定できません。{reason.ja}")
        yield document.problem(code, path, message, _DELETE, of="key")
    elif keyword == "maxLength":
        size = len(instance)
        message = Text(
            f"{place.en} has {size:,} characters, but must be at most {value:,} long.",
            f"{place.ja}は{size:,}文字です。{value:,}文字以内にしてください。",
        )
        yield document.problem(code, path, message)
    else:
        written, expected = document.written(path), _expected(keyword, value, schema)
        message = Text(
            f"{place.en} is {written.en}, but must be {expected.en}.",
            f"{place.ja}が{written.ja}になっています。{expected.ja}にしてください。",
        )
        yield document.problem(code, path, message, _correction(document, error, code))


_DELETE = Text("Delete it.", "この項目を削除してください。")


def _expected(keyword: str, value: Any, schema: Mapping[str, Any]) -> Text:
    """What is allowed, completing 'must be …'."""
    if "x-expected" in schema:
        return _text(schema, "x-expected")
    if keyword == "enum":
        names = Text(", ".join(value), "、".join(value))
        return Text(f"one of {names.en}", f"{names.ja}のいずれか")
    if keyword in {"minimum", "maximum"} and {"minimum", "maximum"} <= schema.keys():
        least, most = schema["minimum"], schema["maximum"]
        return Text(f"between {least:,} and {most:,}", f"{least:,}以上{most:,}以下の値")
    return _TYPES[value] if keyword == "type" else _EXPECTED[keyword].map(lambda words: words.format(value))


def _text(schema: Mapping[str, Any], keyword: str) -> Text:
    """A text of the schema in both languages; empty where it has none."""
    japanese = f"{keyword}-ja" if keyword.startswith("x-") else f"x-{keyword}-ja"
    return Text(schema[keyword], schema[japanese]) if keyword in schema else EMPTY


def _inside(path: documents.Path) -> Text:
    place = dotted(path)
    return Text(f" in {place}", f"{place}に") if path else EMPTY


def _correction(document: Document, error: ValidationError, code: str) -> Text:
    """What to write instead, where that can be told: quotes around a number, date or yes; the right instance type or account."""
    path, instance = tuple(error.absolute_path), error.instance
    if code == "C014":
        account = document.written(path).en
        return sentences(account_correction(account), advice(account, show=False))
    if isinstance(instance, str) and (told := advice(instance)):
        return told
    if code == "C018" and isinstance(instance, str):
        return correction(instance, for_endpoint=path[0] in ("SAGEMAKER_INSTANCE_TYPE", "sagemaker"))
    if document.format == "YAML" and error.validator == "type" and isinstance(instance, str):
        start, end = document.span(path)
        return sentences(*(_slip(document.source.text[start:end]) or ()))  # `key value` in place of keys, `-value` of a list
    if error.validator != "type" or error.validator_value != "string" or isinstance(instance, dict | list | None):
        return EMPTY
    written = document.written(path)
    quoted = f'{path[-1]}: "{written.en}"' if document.format == "YAML" else f'"{written.en}"'
    return Text(f"Quote it: {quoted}.", f"引用符で囲んでください: {quoted}")


def _too_long(document: Document, path: documents.Path, text: str, limit: int) -> Problem:
    size, place = len(text.encode()), dotted(path)
    message = Text(
        f"{place} has {size:,} bytes of UTF-8, but must have at most {limit:,}: {size - limit:,} too many.",
        f"{place}はUTF-8で{size:,}バイトです。{limit:,}バイト以内にしてください（{size - limit:,}バイト超過）。",
    )
    hint = Text(
        f"A Japanese character takes 3 bytes, a letter or digit 1: {limit:,} bytes are {limit // 3} Japanese characters.",
        f"日本語は1文字3バイト、英数字は1文字1バイトです。{limit:,}バイトは日本語で{limit // 3}文字です。",
    )
    composed = len(unicodedata.normalize("NFC", text).encode())
    if composed < size:
        hint = lines(
            Text(
                f"It is written with decomposed characters (NFD, as macOS has them in file names): composed (NFC) it has "
                f"{composed:,} bytes. This makes all of the file NFC:",
                f"濁点などが分かれた形（NFD。macOSのファイル名の形式）で書かれています。通常の形（NFC）なら{composed:,}バイトです。"
                "次のコマンドで、ファイル全体をNFCにできます:",
            ),
            same(composing_command(document.source.file)),
        )
    return document.problem("C005", path, message, hint)


def _schema(error: ValidationError) -> Mapping[str, Any]:
    """The schema that has the violated keyword."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _described(root: Mapping[str, Any], path: documents.Path) -> Mapping[str, Any]:
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


def _slip(text: str) -> tuple[Text, Text] | None:
    from aces_action.project.yaml_syntax import entry_slip  # with its patterns: right files need none of it

    return entry_slip(text)


def _unknown_key_problems(document: Document, error: ValidationError, path: documents.Path, code: str) -> Iterator[Problem]:
    unknown, inside = _unknown_keys(error), _inside(path)
    names = [key for key in _schema(error)["properties"] if key != "$schema"]
    known = Text(", ".join(names), "、".join(names))
    listed = Text(f"Known here: {known.en}.", f"ここに書けるキー: {known.ja}")
    for key in islice(unknown, _MAX_UNKNOWN_KEYS):
        meant = _meant(error, key)
        hint = Text(f'Did you mean "{meant}"?', f"「{meant}」ではありませんか。") if meant else listed
        if not meant and document.format == "YAML" and re.search(r"[\s:={]", key) and (slip := _slip(key)):
            hint = sentences(slip[0], listed)
        message = Text(f'Unknown key "{key}"{inside.en}.', f"{inside.ja}不明なキー「{key}」があります。")
        yield document.problem(code, (*path, key), message, hint, of="key")
    if len(unknown) > _MAX_UNKNOWN_KEYS:
        more = len(unknown) - _MAX_UNKNOWN_KEYS
        message = Text(f"{more:,} more unknown keys{inside.en}.", f"{inside.ja}不明なキーがあと{more:,}個あります。")
        yield document.problem(code, (*path, unknown[_MAX_UNKNOWN_KEYS]), message, listed, of="key")


def _without(value: Json, wrong: set[documents.Path], around: set[documents.Path], path: documents.Path) -> Json:
    if path in wrong:
        return None
    if path not in around:
        return value
    if isinstance(value, dict):
        return {key: _without(each, wrong, around, (*path, key)) for key, each in value.items() if (*path, key) not in wrong}
    return []  # a list without its wrong entries would mean something else
