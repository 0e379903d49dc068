"""The routes of schemas/platform.openapi.yaml."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from datetime import datetime, timedelta, timezone
from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.security import check_password_hash

from sandbox.platform.database import database, now, transaction
from sandbox.platform.dialect import dialect_of, errors_in, listing_in, not_offered, registration_in
from sandbox.platform.validation import Errors, errors_of, json_body

IMAGE_LIMIT = 5_000_000
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
JST = timezone(timedelta(hours=9), "JST")

api = Blueprint("api", __name__)


@api.post("/accounts/login/")
def login() -> ResponseReturnValue:
    body = json_body(current_app.extensions["validators"]["Credentials"])
    user = database().execute("SELECT id, password_hash FROM users WHERE email = ?", [body["email"]]).fetchone()
    if user is None or user["password_hash"] is None or not check_password_hash(user["password_hash"], body["password"]):
        return _refuse(401, "Unable to log in with the credentials given.")
    token, expiry = secrets.token_hex(32), datetime.now(JST) + timedelta(hours=10)
    database().execute("INSERT INTO tokens VALUES (?, ?, ?)", [token, user["id"], expiry.isoformat()])
    return {"id": user["id"], "token": token, "token_key": token[:8], "expiry": expiry.isoformat()}


@api.get("/accounts/status")
def status() -> ResponseReturnValue:
    user = _user_of_token()
    if user is None:
        return _refuse(401, "Authentication credentials were not provided.")
    return {"user": {key: user[key] for key in ("id", "email", "full_name", "role_id")}, "tenant": _tenant(user["tenant"])}


@api.get("/internal/tenants/<tenant_id>/services")
def list_services(tenant_id: str) -> ResponseReturnValue:
    _user_of_token()
    answer: ResponseReturnValue = listing_in(dialect_of(tenant_id), listing(tenant_id))
    return answer


@api.post("/internal/tenants/<tenant_id>/services")
def register_services(tenant_id: str) -> ResponseReturnValue:
    _user_of_token()
    _tenant(tenant_id)
    dialect = dialect_of(tenant_id)
    body: Any = registration_in(dialect, request.get_json(silent=True))
    knows_server = dialect["server"] == "taken"
    rule = current_app.extensions["validators"]["Registration" if knows_server else "RegistrationWithoutServer"]
    if dialect["server"] == "refused" and isinstance(body, dict) and "server" in body:
        return errors_in(dialect, {"server": ["Unknown field."]}), 400
    if not knows_server and isinstance(body, dict):
        body.pop("server", None)
    if errors := errors_of(body, rule):
        return errors_in(dialect, errors), 400
    with transaction() as connection:
        if errors := _reference_errors(connection, tenant_id, body["services"], images=dialect["images"] != "none"):
            return errors_in(dialect, errors), 400
        if knows_server and (errors := _foreign_services(connection, tenant_id, body)):
            return errors_in(dialect, errors), 409
        plan = [body["plan_id"], body["overflow_mode"], tenant_id]
        connection.execute("UPDATE tenants SET plan_id = ?, overflow_mode = ? WHERE uuid = ?", plan)
        for service in body["services"]:
            connection.execute(
                """INSERT INTO services VALUES (:tenant, :name, :fields, :server, :now, :now)
                   ON CONFLICT DO UPDATE SET fields = :fields, server = :server, updated_at = :now
                   WHERE fields != :fields OR server != :server""",
                {
                    "tenant": tenant_id,
                    "name": service["name"],
                    "fields": json.dumps(service, sort_keys=True, ensure_ascii=False),
                    "server": json.dumps(body.get("server"), sort_keys=True, ensure_ascii=False),
                    "now": now(),
                },
            )
    return ("", 204) if dialect["answer"] == "nothing" else listing(tenant_id)


@api.put("/internal/tenants/<tenant_id>/images/<image_key>")
def put_image(tenant_id: str, image_key: str) -> ResponseReturnValue:
    _user_of_token()
    _tenant(tenant_id)
    if (images := dialect_of(tenant_id)["images"]) in {"multipart", "none"}:
        return not_offered(405 if images == "multipart" else 404)
    return _keep_image(tenant_id, image_key, request.get_data(), request.mimetype)


@api.post("/internal/tenants/<tenant_id>/images")
def post_image(tenant_id: str) -> ResponseReturnValue:
    """Only in the dialect of that name: a form with the field `image`."""
    _user_of_token()
    _tenant(tenant_id)
    if dialect_of(tenant_id)["images"] != "multipart":
        return not_offered(404)
    file = request.files.get("image")
    if file is None or not file.filename:
        return {"errors": {"image": ["No file was submitted."]}}, 400
    return _keep_image(tenant_id, file.filename, file.read(), file.mimetype)


def _keep_image(tenant_id: str, image_key: str, content: bytes, media_type: str) -> ResponseReturnValue:
    if media_type not in SIGNATURES:
        return {"errors": {"image": [f"Content-Type must be image/png or image/jpeg, not {media_type or 'empty'}"]}}, 400
    if not content.startswith(SIGNATURES[media_type]):
        return {"errors": {"image": [f"is not {media_type} by its first bytes"]}}, 400
    digest = hashlib.sha256(content).hexdigest()
    with transaction() as connection:
        found = connection.execute("SELECT 1 FROM images WHERE tenant = ? AND key = ?", [tenant_id, image_key]).fetchone()
        connection.execute("REPLACE INTO images VALUES (?, ?, ?, ?, ?)", [tenant_id, image_key, media_type, content, digest])
    response = make_response("", 204 if found else 201)
    response.set_etag(digest)
    return response


@api.get("/internal/tenants/<tenant_id>/images/<image_key>")
def get_image(tenant_id: str, image_key: str) -> ResponseReturnValue:
    _user_of_token()
    _tenant(tenant_id)
    images = dialect_of(tenant_id)["images"]
    if images == "none":
        return not_offered(404)
    image = database().execute("SELECT * FROM images WHERE tenant = ? AND key = ?", [tenant_id, image_key]).fetchone()
    if image is None or images == "blind":
        return _refuse(404, "Image not found.")
    response = Response(image["content"], mimetype=image["media_type"], headers={"X-Content-Type-Options": "nosniff"})
    response.set_etag(image["sha256"] if images != "md5" else hashlib.md5(image["content"], usedforsecurity=False).hexdigest())
    return response.make_conditional(request)


def listing(tenant_id: str) -> dict[str, Any]:
    """The answer of `services`; 404 for a tenant that is not there."""
    tenant = _tenant(tenant_id, "overflow_mode")
    rows = database().execute("SELECT * FROM services WHERE tenant = ? ORDER BY name", [tenant_id])
    services = [
        json.loads(row["fields"])
        | ({"server": server} if (server := json.loads(row["server"])) else {})
        | {"registered_at": row["registered_at"], "updated_at": row["updated_at"]}
        for row in rows
    ]
    return {"tenant": tenant, "services": services}


def _tenant(tenant_id: str, *more: str) -> dict[str, Any]:
    row = database().execute("SELECT * FROM tenants WHERE uuid = ?", [tenant_id]).fetchone()
    if row is None:
        rest = dialect_of(tenant_id)["errors"] == "rest"
        abort(_refuse(404, "Not found." if rest else "Tenant not found."))
    return {key: row[key] for key in ("uuid", "name", "department", "plan_id", *more)}


def _user_of_token() -> sqlite3.Row | None:
    """The user whose token was sent, None when none was; 401 for a token that is wrong or out of date."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    query = "SELECT users.*, tokens.expiry FROM tokens JOIN users ON users.id = tokens.user WHERE token = ?"
    user: sqlite3.Row | None = database().execute(query, [token]).fetchone()
    if scheme != "Token" or user is None or datetime.fromisoformat(user["expiry"]) <= datetime.now(JST):
        abort(_refuse(401, "Invalid token."))
    return user


def _reference_errors(connection: sqlite3.Connection, tenant_id: str, services: list[dict[str, Any]], *, images: bool) -> Errors:
    uploaded = {row["key"] for row in connection.execute("SELECT key FROM images WHERE tenant = ?", [tenant_id])}
    errors: Errors = {}
    seen: set[str] = set()
    for number, service in enumerate(services):
        if images and service["image_key"] not in uploaded:
            errors[f"services.{number}.image_key"] = [f"no image {service['image_key']!r} was uploaded"]
        if service["name"] in seen:
            errors[f"services.{number}.name"] = [f"{service['name']!r} is named twice"]
        seen.add(service["name"])
    return errors


def _foreign_services(connection: sqlite3.Connection, tenant_id: str, body: dict[str, Any]) -> Errors:
    rows = connection.execute("SELECT name, server FROM services WHERE tenant = ?", [tenant_id])
    owners = {row["name"]: server["project"] for row in rows if (server := json.loads(row["server"]))}
    ours = body["server"]["project"]
    return {
        f"services.{number}.name": [f"{service['name']!r} belongs to project {owner!r}"]
        for number, service in enumerate(body["services"])
        if (owner := owners.get(service["name"], ours)) != ours
    }


def _refuse(code: int, detail: str) -> Response:
    return make_response({"detail": detail}, code)
