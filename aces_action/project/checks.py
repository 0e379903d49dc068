"""Rules of register.json and algorithm.json that no schema can say, and of what is left of the template in any file.

Pure functions of documents. They take what they can use of data that a schema may already have refused, and stay silent about
the rest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from aces_action.problems.configuration import image as image_problems
from aces_action.problems.configuration import names as name_problems
from aces_action.problems.configuration import register as problems
from aces_action.problems.configuration import schema as schema_problems
from aces_action.problems.configuration import text as text_problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.lookalikes import difference
from aces_action.project.similar import certain, closest

# What editors read by YAML's language server (redhat-developer/yaml-language-server, 'Using inlined schema')
_SCHEMA_COMMENT = re.compile(r"^# *yaml-language-server: *\$schema=(?P<address>\S+)", re.MULTILINE)
_SCHEMA_NAME = re.compile(r"/([\w.-]+\.json)")
_PLACEHOLDER = re.compile(r"<REPLACE_YOUR_[^<>\s]*>?")


def placeholder_problems(document: Document) -> Iterator[Problem]:
    """`<REPLACE_YOUR_…>` of the template that nobody replaced, in keys and values (comments may speak of it)."""
    for path in document.values:
        value = document.get(*path)
        if isinstance(value, str) and (placeholder := _PLACEHOLDER.search(value)):
            yield document.at(path, text_problems.placeholder_in_value(dotted(path), placeholder[0]))
    for path in document.keys:
        if placeholder := _PLACEHOLDER.search(str(path[-1])):
            yield document.at(path, text_problems.placeholder_in_key(placeholder[0]), of="key")


def schema_line_problems(document: Document, own: str, known: Collection[str]) -> Iterator[Problem]:
    """A `$schema` line that names another one of `known` schemas than the file's own, or nearly one. Addresses of one's own are
    left alone."""
    text = document.source.text
    if document.format == "YAML":
        found = _SCHEMA_COMMENT.search(text)
        start, end = found.span("address") if found else (0, 0)
    else:
        start, end = document.span(("$schema",)) if isinstance(document.get("$schema"), str) else (0, 0)
    name = _SCHEMA_NAME.search(text, start, end)
    if name is None or name[1] == own or not (name[1] in known or certain(name[1], known)):
        return
    yield document.source.fixable(name.span(1), schema_problems.other_schema(name[1], own), own)


def task_names(algorithm: Document) -> tuple[str, ...]:
    """Every task_name of algorithm.json in order: that of the top and those of its `algorithms`."""
    entries = algorithm.get("algorithms")
    count = len(entries) if isinstance(entries, list) else 0
    names = [algorithm.get("task_name"), *(algorithm.get("algorithms", index, "task_name") for index in range(count))]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def register_problems(register: Document, tasks: tuple[str, ...] | None, image_path: str | None) -> Iterator[Problem]:
    """register.json as a whole, against algorithm.json (`tasks`; None where that is not known) and FRONTEND_IMAGE_PATH."""
    plan = register.get("plan_id")
    if isinstance(plan, int | float) and not isinstance(plan, bool) and plan != 1:
        yield register.at(("plan_id",), problems.another_plan(plan))
    services = register.get("services")
    first_places: dict[str, Path] = {}
    known = frozenset(tasks or ())
    for index in range(len(services) if isinstance(services, list) else 0):
        at: Path = ("services", index)
        name = register.get(*at, "name")
        if isinstance(name, str):
            yield from _name_problems(register, (*at, "name"), name, first_places)
            if tasks is not None and name not in known:
                yield _not_a_task(register, (*at, "name"), name, tasks)
        service_type = register.get(*at, "type")
        for key in ("input_mimes", "output_mimes"):
            if service_type in ("simple", "image") and register.get(*at, key) is not None:
                path = (*at, key)
                yield register.at(path, problems.mimes_without_effect(dotted(path), str(service_type)), of="key")
        yield from _image_key_problems(register, (*at, "image_key"), image_path)


def _name_problems(register: Document, path: Path, name: str, first_places: dict[str, Path]) -> Iterator[Problem]:
    first = first_places.setdefault(name, path)
    if first != path:
        problem = name_problems.service_name_taken(dotted(path), name, dotted(first), register.line(first))
        yield register.at(path, problem)


def _not_a_task(register: Document, path: Path, name: str, tasks: tuple[str, ...]) -> Problem:
    meant = tasks[0] if len(tasks) == 1 else closest(name, tasks[:50])
    return register.at(path, problems.not_a_task(dotted(path), name, tasks, meant))


def _image_key_problems(register: Document, path: Path, image_path: str | None) -> Iterator[Problem]:
    key = register.get(*path)
    if image_path is None or not isinstance(key, str) or key == (image := PurePosixPath(image_path).name):
        return
    yield register.at(
        path, image_problems.other_image_key(dotted(path), key, image, difference(key, image, register.source.file))
    )
