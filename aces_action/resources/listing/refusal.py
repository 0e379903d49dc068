"""What an answer says that refuses a request: field by field, whatever the shape in which the fields come.

`{"services.0.title": ["…"]}` and `{"services": [{"title": ["…"]}]}` (Django REST framework, 'Exceptions': errors of serializers)
say the same. Pure: what the answer has is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from aces_action.language import Text, same
from aces_action.problems.listing import REGISTER_FILE
from aces_action.project.model import Service
from aces_action.project.platform_contract import RefusalFormat

_DEEPEST = 10
_COLUMNS = frozenset(column.name for column in fields(Service))
_OF_THE_TENANT = frozenset({"plan_id", "overflow_mode"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedField:
    """A field by its path, such as `services.0.title`, and why. The path is empty where it is no field in particular."""

    path: str
    reason: str


def refused_fields(value: object, form: RefusalFormat) -> list[RefusedField]:
    """Every field with its texts, in the order of the answer."""
    found: dict[str, list[str]] = {}
    for path, text in _leaves(value, (), form):
        found.setdefault(".".join(path), []).append(text)
    return [RefusedField(path=path, reason="; ".join(texts)) for path, texts in found.items()]


def _leaves(value: object, path: tuple[str, ...], form: RefusalFormat) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(path) < _DEEPEST and isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, path if name in form.general else (*path, str(name)), form)
    elif len(path) < _DEEPEST and isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for number, part in enumerate(value):
            yield from _leaves(part, (*path, str(number)), form)
    elif isinstance(value, list):
        yield from ((path, str(part)) for part in value)
    elif path or isinstance(value, str):
        yield path, str(value)


def unknown_fields(refused: Sequence[RefusedField], optional: Sequence[str], form: RefusalFormat) -> frozenset[str]:
    """Which of the optional fields a refusal does not know: by the field itself, or by its name in quotes."""
    return frozenset(
        name
        for name in optional
        for field in refused
        if _has_word(field.reason, form.unknown_field)
        and (field.path.rpartition(".")[2] == name or re.search(rf"['\"`「]{re.escape(name)}['\"`」]", field.reason))
    )


def names_tenant(text: str, form: RefusalFormat) -> bool:
    """Whether a 404 is about the tenant, not about the route: `/tenants/…` in an address is no such word."""
    return _has_word(text, form.unknown_tenant)


def _has_word(text: str, words: Sequence[str]) -> bool:
    """Whole words, and none in an address; Japanese has no blanks around them."""
    patterns = (rf"(?<![\w/]){re.escape(word)}(?!\w|/)" if word.isascii() else re.escape(word) for word in words)
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


def name_of_field(path: str, names: Sequence[str]) -> tuple[Text, str | None]:
    """A refused field in the user's words, and the file that it comes from. `names`: of the services sent, in their order."""
    number, rest = _service_of(path, names)
    if number is not None:
        service = Text(f"service {names[number]!r}", f"サービス「{names[number]}」")
        return (Text(f"{rest} of {service.en}", f"{service.ja}の{rest}") if rest else service), REGISTER_FILE
    return same(path), REGISTER_FILE if path in _OF_THE_TENANT else None


def _service_of(path: str, names: Sequence[str]) -> tuple[int | None, str | None]:
    """Which service a path leads into, and which of its fields. A service that was sent alone may be the top of the body."""
    found = re.fullmatch(r"(?:services\.)?([0-9]{1,4})(?:\.(.+))?", path)
    if found and int(found[1]) < len(names):
        return int(found[1]), found[2]
    if len(names) == 1 and path.partition(".")[0] in _COLUMNS:
        return 0, path
    return None, None
