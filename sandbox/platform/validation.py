"""What is wrong with a request's body, by the schemas of platform.openapi.yaml: the document is the rule."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from flask import abort, make_response, request
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

SPECIFICATION = Path(__file__).parents[2] / "schemas" / "platform.openapi.yaml"

Errors = dict[str, list[str]]


def _max_bytes(_validator: object, limit: int, value: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and (size := len(value.encode("utf-8", "surrogatepass"))) > limit:
        yield ValidationError(f"must be at most {limit} bytes in UTF-8, but has {size}")


_Validator = extend(Draft202012Validator, {"x-maxBytes": _max_bytes})  # type: ignore[no-untyped-call]


def load_specification() -> dict[str, Any]:
    specification: dict[str, Any] = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))
    return specification


def validator(specification: dict[str, Any], schema: str) -> Draft202012Validator:
    """A validator for the named schema of the document's components."""
    made: Draft202012Validator = _Validator({"$ref": f"#/components/schemas/{schema}", "components": specification["components"]})
    return made


def without_server(specification: dict[str, Any]) -> dict[str, Any]:
    """The document of a platform that knows nothing beside register.json."""
    other = deepcopy(specification)
    registration = other["components"]["schemas"]["Registration"]
    registration["required"].remove("server")
    del registration["properties"]["server"]
    return other


def json_body(rule: Draft202012Validator) -> dict[str, Any]:
    """The request's JSON body; ends the request with 400 and every wrong field if it breaks the rule."""
    body: Any = request.get_json(silent=True)
    if errors := errors_of(body, rule):
        abort(make_response({"errors": errors}, 400))
    return dict(body)


def errors_of(body: object, rule: Draft202012Validator) -> Errors:
    """Every wrong field by its path ('services.0.title'), with its messages; empty when the body is good."""
    errors: Errors = {}
    for error in rule.iter_errors(body):
        path = [str(part) for part in error.absolute_path]
        if error.validator == "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            found = [(".".join([*path, name]), "is required") for name in missing]
        else:
            found = [(".".join(path) or "body", error.message)]
        for field, message in found:
            if message not in errors.setdefault(field, []):
                errors[field].append(message)
    return errors
