"""In which form a tenant's platform speaks, where nobody has seen the real one: set by a control route, asked by the routes.

The usual one is schemas/platform.openapi.yaml. Each setting changes one thing of it, as real APIs do it.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, make_response

from sandbox.platform.database import database
from sandbox.platform.validation import Errors

USUAL = {
    "listing": "object",  # 404, 405, 501: not offered; array: the services alone; bare: without `server`; page: an HTML page
    "registration": "all",  # service: one for each POST, its columns at the top of the body
    # multipart: POST …/images with a form; none: no such routes; blind: no look-up; md5: an ETag as S3 has it
    "images": "put",
    "server": "taken",  # refused: an unknown field; ignored: neither kept nor listed
    "errors": "dotted",  # rest: as Django REST framework nests them ('Serializers: Validation', 'Exceptions')
    "answer": "listing",  # nothing: 204 after a registration
}
SCHEMA = {
    "type": "object",
    "required": ["tenant"],
    "additionalProperties": False,
    "properties": {
        "tenant": {"type": "string"},
        "listing": {"enum": ["object", "404", "405", "501", "array", "bare", "page"]},
        "registration": {"enum": ["all", "service"]},
        "images": {"enum": ["put", "multipart", "none", "blind", "md5"]},
        "server": {"enum": ["taken", "refused", "ignored"]},
        "errors": {"enum": ["dotted", "rest"]},
        "answer": {"enum": ["listing", "nothing"]},
    },
}
_PAGES = {404: "Not Found", 405: "Method Not Allowed", 501: "Not Implemented"}


def dialect_of(tenant_id: str) -> dict[str, str]:
    row = database().execute("SELECT settings FROM dialects WHERE tenant = ?", [tenant_id]).fetchone()
    settings: dict[str, str] = json.loads(row["settings"]) if row else {}
    return USUAL | settings


def keep(settings: dict[str, str]) -> None:
    tenant = settings.pop("tenant")
    database().execute("REPLACE INTO dialects VALUES (?, ?)", [tenant, json.dumps(settings)])


def not_offered(status: int) -> Response:
    """As a framework answers where there is no such route: a page."""
    return make_response(f"<html><title>{status} {_PAGES[status]}</title></html>", status)


def listing_in(dialect: dict[str, str], listing: dict[str, Any]) -> Any:
    """The listing as the dialect has it."""
    match dialect["listing"]:
        case "404" | "405" | "501" as status:
            return not_offered(int(status))
        case "page":
            return make_response("<html><title>ACES Platform</title></html>", 200)
        case "array":
            return [*listing["services"]]
        case "bare":
            services = [{name: value for name, value in each.items() if name != "server"} for each in listing["services"]]
            return {**listing, "services": services}
        case _:
            return listing


def registration_in(dialect: dict[str, str], body: Any) -> Any:
    """What was sent, in the form of the usual dialect."""
    if dialect["registration"] == "all" or not isinstance(body, dict):
        return body
    top = ("plan_id", "overflow_mode", "server")
    service = {name: value for name, value in body.items() if name not in top}
    return {name: body[name] for name in top if name in body} | {"services": [service]}


def errors_in(dialect: dict[str, str], errors: Errors) -> dict[str, Any]:
    """The errors of fields by their paths, as the dialect writes them."""
    if dialect["registration"] == "service":
        errors = {
            path.removeprefix("services.0.").replace("services.0", "non_field_errors"): texts for path, texts in errors.items()
        }
    if dialect["errors"] == "dotted":
        return {"errors": errors}
    nested: dict[str, Any] = {}
    for path, texts in errors.items():
        _put(nested, path.split("."), texts)
    return {name: _lists(value) for name, value in nested.items()}


def _put(inside: dict[str, Any], path: list[str], texts: list[str]) -> None:
    first, *rest = ("non_field_errors",) if path == ["body"] else path
    if rest:
        _put(inside.setdefault(first, {}), rest, texts)
    else:
        inside[first] = texts


def _lists(value: Any) -> Any:
    """Django REST framework has a list with an object for each item, empty where the item is fine."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(value.get(str(number), {})) for number in range(max(map(int, value)) + 1)]
    return {key: _lists(each) for key, each in value.items()}
