"""What a refusal says, in the shapes in which platforms have it: by value."""

from __future__ import annotations

from typing import Any

import pytest

from aces_action.project.platform_contract import packaged_contract
from aces_action.resources.listing.refusal import RefusedField, name_of_field, names_tenant, refused_fields, unknown_fields

FORM = packaged_contract().refusals


def fields(value: Any) -> list[tuple[str, str]]:
    return [(field.path, field.reason) for field in refused_fields(value, FORM)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"services.0.title": ["too long"]}, [("services.0.title", "too long")]),
        ({"services": [{}, {"title": ["too long", "too dull"]}]}, [("services.1.title", "too long; too dull")]),
        ({"services": {"non_field_errors": ["Expected a list"]}}, [("services", "Expected a list")]),
        ({"non_field_errors": ["No."], "plan_id": "must be 1"}, [("", "No."), ("plan_id", "must be 1")]),
        ({"detail": "Not allowed."}, [("", "Not allowed.")]),
        ([{}, {"title": ["too long"]}], [("1.title", "too long")]),
        ({"algorithms": {"0": ["blank"]}}, [("algorithms.0", "blank")]),
        ("No.", [("", "No.")]),
        (None, []),
        (7, []),
        ({"a": None, "b": [1, None]}, [("a", "None"), ("b", "1; None")]),
    ],
)
def test_every_shape_becomes_fields_with_their_texts(value: Any, expected: list[tuple[str, str]]) -> None:
    assert fields(value) == expected


def test_a_shape_without_end_ends() -> None:
    value: Any = ["no"]
    for _ in range(200):
        value = {"a": value}
    [(path, _)] = fields(value)
    assert path.count("a") == 10


@pytest.mark.parametrize(
    ("path", "names", "expected"),
    [
        ("services.1.title", ["one", "two"], "title of service 'two'"),
        ("1.title", ["one", "two"], "title of service 'two'"),
        ("services.0", ["one"], "service 'one'"),
        ("title", ["one"], "title of service 'one'"),
        ("title", ["one", "two"], "title"),
        ("plan_id", ["one"], "plan_id"),
        ("services.7.title", ["one"], "services.7.title"),
    ],
)
def test_a_field_is_called_by_its_service(path: str, names: list[str], expected: str) -> None:
    assert name_of_field(path, names)[0].en == expected


@pytest.mark.parametrize(
    ("path", "reason", "unknown"),
    [
        ("server", "Unknown field.", True),
        ("services.0.server", "Extra inputs are not permitted", True),
        ("", "Additional properties are not allowed ('server' was unexpected)", True),
        ("", "不明な項目「server」があります。", True),
        ("server", "must be an object", False),
        ("server", "must not be extracted", False),
        ("server.async", "Unknown field.", False),
        ("title", "unknown characters", False),
        ("", "unknown error of the server", False),
    ],
)
def test_only_a_field_that_is_not_known_may_be_left_out(path: str, reason: str, unknown: bool) -> None:
    refused = [RefusedField(path=path, reason=reason)]
    assert unknown_fields(refused, ["server"], FORM) == (frozenset({"server"}) if unknown else frozenset())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Tenant not found.", True),
        ("No Tenant matches the given query.", True),
        ("テナントが見つかりません。", True),
        ("Not found.", False),
        ("Cannot GET /internal/tenants/1/services", False),
        ("no route /internal/tenant/1", False),
    ],
)
def test_a_404_is_the_tenants_by_its_words_alone(text: str, names: bool) -> None:
    assert names_tenant(text, FORM) is names
