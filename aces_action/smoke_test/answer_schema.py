"""The JSON Schema that an answer must fit: whether it is one at all, and what of an answer does not fit it.

Nothing is ever fetched: a reference that leads out of the schema is refused before anything is deployed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, SchemaRegistry
from referencing.typing import URI

from aces_action.language import Text, same
from aces_action.problems import Problem
from aces_action.problems.smoke_test import files as problems
from aces_action.problems.smoke_test.answers import ENDLESS
from aces_action.project.document import Document, Json, Path, called
from aces_action.project.model import Schema
from aces_action.sanitiser import one_line

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_MOST = 20  # mistakes of one schema, or of one answer, that are told
_LONGEST = 300  # characters of jsonschema's words: they have the value in them
_REFERENCES = ("$ref", "$dynamicRef")


def answer_schema(document: Document, at: Path) -> tuple[Schema | None, list[Problem]]:
    """The schema at a path of a document, or every mistake in it at its place."""
    content = document.get(*at)
    try:
        found = [*_other_draft(document, at, content), *islice(_mistakes(document, at, content), _MOST)]
        if not found:
            found = list(islice(_lost_references(document, at, content), _MOST))
    except RecursionError:
        found = [document.at(at, problems.schema_too_deep())]
    return (None, found) if found else (Schema(content=content), [])


def misfits(schema: Schema, answer: Json) -> list[Text]:
    """What of the answer does not fit, in jsonschema's words and each with its place in the answer."""
    validator: Validator = Draft202012Validator(schema.content, registry=_registry())  # type: ignore[arg-type]
    try:
        return [same(f"{_place(error)}: {_words(error)}") for error in islice(validator.iter_errors(answer), _MOST)]
    except RecursionError:
        return [same("$: ") + ENDLESS]


def _registry() -> SchemaRegistry:
    """One that knows nothing and fetches nothing: jsonschema's own would go and get what a reference names."""
    return Registry()


def _other_draft(document: Document, at: Path, content: Json) -> list[Problem]:
    """By another draft the same words mean something else."""
    named = content.get("$schema") if isinstance(content, dict) else None
    if not isinstance(named, str) or named.rstrip("#") == _DRAFT:
        return []
    return [document.at((*at, "$schema"), problems.other_draft(named, draft=_DRAFT))]


def _mistakes(document: Document, at: Path, content: Json) -> Iterator[Problem]:
    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    seen: set[tuple[Path, str]] = set()
    for error in meta.iter_errors(content):
        deepest = best_match([error]) or error
        path, said = (*at, *deepest.absolute_path), _words(deepest)
        if (path, said) in seen:
            continue
        seen.add((path, said))
        yield document.at(path, problems.no_schema(called(path), said))


def _lost_references(document: Document, at: Path, content: Json) -> Iterator[Problem]:
    lost = set(_unresolvable(content))
    for path in document.values:
        reference = document.get(*path)
        if path[: len(at)] == at and path[-1:] and path[-1] in _REFERENCES and reference in lost:
            yield document.at(path, problems.lost_reference(str(reference)))


def _unresolvable(content: Json) -> Iterator[str]:
    """Every reference that cannot be followed without fetching something."""
    root: Any = DRAFT202012.create_resource(content)
    address: URI = root.id() or ""
    waiting = [(root, Registry().with_resource(address, root).resolver(address))]
    while waiting:
        resource, resolver = waiting.pop()
        if isinstance(resource.contents, dict):
            for keyword in _REFERENCES:
                if isinstance(reference := resource.contents.get(keyword), str):
                    try:
                        resolver.lookup(reference)
                    except (Unresolvable, ValueError):  # the latter of what is no URI at all
                        yield reference
        waiting += [(each, resolver.in_subresource(each)) for each in resource.subresources()]


def _words(error: ValidationError) -> str:
    return one_line(error.message, _LONGEST)


def _place(error: ValidationError) -> str:
    """Where in the answer, as JSONPath writes it: `$.results[0].score`."""
    return one_line(error.json_path, _LONGEST)
