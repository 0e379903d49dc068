"""docs/reference: every key of the files that a project has, in both languages, from schemas/*.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import yaml

from aces_action.documentation.markdown import in_both_languages, plain, table
from aces_action.language import Language, Text, same
from aces_action.packaged_files import resource
from aces_action.problems.configuration.schema import EXPECTED, TYPES, between, one_of

_TITLES = {
    "register": same("register.json"),
    "algorithm": same("algorithm.json"),
    "infra": Text("The infra file", "infraファイル"),
    "smoke-test": Text("Expectations of the smoke test", "スモークテストの期待する応答"),
    "fleet": Text("The fleet file", "fleetファイル"),
}
_HEADER = (Text("key", "キー"), Text("value", "値"), Text("default", "既定値"), Text("what", "内容"))
_KEYS, _EXAMPLE, _REQUIRED = Text("Keys", "キー"), Text("Example", "例"), Text("required", "必須")
_SAME_KEYS = Text("The same keys as in `{}`, but for this one.", "このキーを除いて、`{}`と同じキーを書けます。")
_TOGETHER = Text(
    "What else is checked, such as keys that go together: [validation.md](../validation.md).",
    "キーの組み合わせなど、ほかに検査すること: [validation.md](../validation.md)",
)


def schema_pages() -> dict[str, str]:
    """The text of each page by its path in the repository."""
    pages: dict[str, str] = {}
    for name, title in _TITLES.items():
        schema = json.loads(resource(f"schemas/{name}.schema.json").read_text(encoding="utf-8"))
        pages |= in_both_languages(f"reference/{name}.md", partial(_page, title, schema))
    return pages


def _page(title: Text, schema: Mapping[str, Any], language: Language) -> Iterator[str]:
    yield f"# {title.in_(language)}"
    yield f"`{schema['title']}`"
    yield plain(_description(schema).in_(language))
    yield _TOGETHER.in_(language)
    yield f"## {_KEYS.in_(language)}"
    yield from _sections(schema, schema, "", language)
    example = max(schema["examples"], key=lambda each: len(_written(each)))
    if schema["title"].endswith(".json"):
        block = "```json\n" + json.dumps(example, ensure_ascii=False, indent=4)
    else:
        block = "```yaml\n" + yaml.safe_dump(example, allow_unicode=True, sort_keys=False).rstrip()
    yield from (f"## {_EXAMPLE.in_(language)}", f"{block}\n```")


def _sections(root: Mapping[str, Any], schema: Mapping[str, Any], place: str, language: Language) -> Iterator[str]:
    """The table of an object's keys, and a section for each object in it: `a.b`, `a[]` of a list, `a.*` under any name."""
    properties = {key: _resolved(root, each) for key, each in schema["properties"].items()}
    rows = (_row(root, schema, key, language) for key in properties)
    yield table([text.in_(language) for text in _HEADER], rows)
    for key, each in properties.items():
        inner, suffix = (each, "") if "properties" in each else (_inner(root, each), "[]" if "items" in each else ".*")
        if "properties" not in inner:
            continue
        yield f"## `{place}{key}{suffix}`"
        if schema["properties"].items() >= inner["properties"].items():
            yield _SAME_KEYS.in_(language).format(place.rstrip("."))
        else:
            yield from _sections(root, inner, f"{place}{key}{suffix}.", language)


def _row(root: Mapping[str, Any], parent: Mapping[str, Any], key: str, language: Language) -> list[str]:
    schema, default = _resolved(root, parent["properties"][key]), "–"
    if key in parent.get("required", []):
        default = _REQUIRED.in_(language)
    elif "default" in schema:
        default = f"`{_written(schema['default'])}`"
    return [f"`{key}`", plain(_allowed(root, schema).in_(language)), default, plain(_description(schema).in_(language))]


def _allowed(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Text:
    """What a value may be, in words."""
    if "x-expected" in schema:
        return Text(schema["x-expected"], schema["x-expected-ja"])
    if "enum" in schema:
        return one_of([f"`{_written(each)}`" for each in schema["enum"]])
    limits, inner = list(_limits(schema)), _inner(root, schema)
    if inner and "properties" not in inner:
        each = _allowed(root, inner)
        limits.append(Text(f"each: {each.en}", f"それぞれ: {each.ja}"))
    words, inside = TYPES[schema["type"]], Text("; ".join(each.en for each in limits), "、".join(each.ja for each in limits))
    return Text(f"{words.en} ({inside.en})", f"{words.ja}（{inside.ja}）") if inside else words


def _limits(schema: Mapping[str, Any]) -> Iterator[Text]:
    match schema:
        case {"minimum": least, "maximum": most}:
            yield between(least, most).map(_bare)
        case {"minimum": least}:
            yield EXPECTED["minimum"].map(lambda words: _bare(words.format(least)))
        case {"x-maxBytes": most}:
            yield Text(f"at most {most:,} bytes of UTF-8", f"UTF-8で{most:,}バイト以内")
        case {"maxLength": most}:
            yield Text(f"at most {most:,} characters", f"{most:,}文字以内")
        case {"minItems": least, "maxItems": most}:
            yield Text(f"{least} to {most}", f"{least}個以上{most}個以下")
        case {"minItems": least}:
            yield Text(f"at least {least}", f"{least}個以上")
        case {"maxProperties": most}:
            yield Text(f"at most {most}", f"{most}個以下")


def _bare(words: str) -> str:
    return words.removesuffix("の値")


def _inner(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of what a list or an object with any keys holds; empty where it says nothing of that."""
    inner = schema.get("items") or schema.get("additionalProperties") or {}
    return _resolved(root, inner)


def _resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with what it refers to, which its own keywords go before."""
    if "$ref" not in schema:
        return schema
    target = root
    for step in schema["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return _resolved(root, {**target, **{key: value for key, value in schema.items() if key != "$ref"}})


def _description(schema: Mapping[str, Any]) -> Text:
    return Text(schema["description"], schema["x-description-ja"])


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
