"""What only a sandbox has: tenants made on request, faults, and a record of the calls."""

from __future__ import annotations

import json
import secrets
import socket
import time
from datetime import datetime, timedelta
from urllib.parse import quote

from flask import Blueprint, Flask, Response, g, request
from flask.typing import ResponseReturnValue
from jsonschema import Draft202012Validator
from werkzeug.security import generate_password_hash

from sandbox.platform.api import JST
from sandbox.platform.database import TABLES, database, now, transaction
from sandbox.platform.dialect import SCHEMA, keep
from sandbox.platform.validation import json_body

TENANT = {
    "type": "object",
    "required": ["uuid", "name", "department", "plan_id"],
    "additionalProperties": False,
    "properties": {
        "uuid": {"type": "string"},
        "name": {"type": "string"},
        "department": {"type": "string"},
        "plan_id": {"type": "integer"},
        "token": {"type": ["string", "null"]},
        "email": {"type": ["string", "null"]},
        "password": {"type": ["string", "null"]},
    },
}
FAULT = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": ["503", "502", "reset", "lost", "slow", "echo"]},
        "seconds": {"type": "number", "minimum": 0},
        "status": {"type": "integer", "minimum": 200, "maximum": 599},
        "times": {"type": ["integer", "null"], "minimum": 1},
        "method": {"enum": ["GET", "HEAD", "POST", "PUT"]},
    },
}

CUT = 499  # marks an answer that must not arrive

control = Blueprint("control", __name__, url_prefix="/_sandbox")


def init_app(app: Flask) -> None:
    app.register_blueprint(control)
    app.before_request(_fault)
    app.after_request(_record)


@control.post("/tenants")
def put_tenant() -> ResponseReturnValue:
    """Create or replace a tenant, with one user and token; what is registered for it stays."""
    body = json_body(Draft202012Validator(TENANT))
    token, password = body.get("token") or secrets.token_hex(32), body.get("password")
    user = {
        "tenant": body["uuid"],
        "email": body.get("email") or f"engineer@{body['uuid']}.invalid",
        "full_name": f"Engineer of {body['name']}",
        "password_hash": generate_password_hash(password, method="scrypt:1024:8:1") if password else None,
    }
    with transaction() as connection:
        connection.execute(
            """INSERT INTO tenants (uuid, name, department, plan_id) VALUES (:uuid, :name, :department, :plan_id)
               ON CONFLICT DO UPDATE SET name = :name, department = :department, plan_id = :plan_id""",
            {key: body[key] for key in ("uuid", "name", "department", "plan_id")},
        )
        connection.execute("DELETE FROM users WHERE tenant = :tenant OR email = :email", user)
        added = connection.execute(
            """INSERT INTO users (tenant, email, full_name, password_hash)
               VALUES (:tenant, :email, :full_name, :password_hash)""",
            user,
        )
        expiry = datetime.now(JST) + timedelta(days=365)
        connection.execute("REPLACE INTO tokens VALUES (?, ?, ?)", [token, added.lastrowid, expiry.isoformat()])
    return {"uuid": body["uuid"], "email": user["email"], "token": token}, 201


@control.post("/sleep")
def sleep() -> ResponseReturnValue:
    """From now on every route but these answers with this fault, `times` times (null: until it is lifted). `method`: only to it.

    503 and 502: a load balancer's page, with `Retry-After: seconds` if given. reset: the connection breaks. lost: the request is
    carried out, and its answer does not arrive.
    slow: the right answer, `seconds` late. echo: `status` (500), with the caller's own headers in body and headers.
    """
    body = json_body(Draft202012Validator(FAULT))
    row = [body["kind"], body.get("seconds", 0), body.get("times"), body.get("method"), body.get("status", 500)]
    database().execute("REPLACE INTO faults VALUES (1, ?, ?, ?, ?, ?)", row)
    return "", 204


@control.delete("/sleep")
def wake() -> ResponseReturnValue:
    database().execute("DELETE FROM faults")
    return "", 204


@control.post("/dialect")
def speak() -> ResponseReturnValue:
    """From now on a tenant's routes speak so; settings that are not named are the usual ones."""
    keep(json_body(Draft202012Validator(SCHEMA)))
    return "", 204


@control.get("/calls")
def calls() -> ResponseReturnValue:
    rows = database().execute("SELECT at, method, path, status, with_token FROM calls ORDER BY id")
    return {"calls": [{**row, "with_token": bool(row["with_token"])} for row in map(dict, rows)]}


@control.delete("/calls")
def forget_calls() -> ResponseReturnValue:
    database().execute("DELETE FROM calls")
    return "", 204


@control.post("/reset")
def reset() -> ResponseReturnValue:
    """Empty the whole platform."""
    with transaction() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    return "", 204


def _fault() -> Response | None:
    if request.blueprint == "control":
        return None
    with transaction() as connection:
        fault = connection.execute(
            "UPDATE faults SET times = times - 1 WHERE ifnull(method, :method) = :method RETURNING kind, seconds, times, status",
            {"method": request.method},
        ).fetchone()
        connection.execute("DELETE FROM faults WHERE times = 0")
    if fault is None:
        return None
    match fault["kind"]:
        case "slow":
            time.sleep(fault["seconds"])
            return None
        case "reset":
            return Response(status=CUT)
        case "lost":
            g.lost = True
            return None
        case "echo":
            sent = request.headers.get("Authorization", "")
            said = {"detail": f"You sent {dict(request.headers)}", "errors": {"plan_id": [sent]}}
            headers = {"Location": f"/login?next={quote(sent)}&{sent}", "ETag": sent}
            return Response(json.dumps(said), fault["status"], headers, mimetype="application/json")
        case kind:
            answer = Response(f"<html><body><h1>{kind}</h1></body></html>", status=int(kind), mimetype="text/html")
            if fault["seconds"]:
                answer.headers["Retry-After"] = f"{fault['seconds']:.0f}"
            return answer


def _record(response: Response) -> Response:
    cut = response.status_code == CUT or "lost" in g
    if request.path.startswith(("/accounts/", "/internal/")):
        row = [now(), request.method, request.path, None if cut else response.status_code, "Authorization" in request.headers]
        database().execute("INSERT INTO calls (at, method, path, status, with_token) VALUES (?, ?, ?, ?, ?)", row)
    if cut:
        # Nothing reaches the client: werkzeug quietly fails to write this answer.
        connection: socket.socket = request.environ["werkzeug.socket"]
        connection.shutdown(socket.SHUT_RDWR)
    return response
