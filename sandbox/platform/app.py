"""The application: routes, control routes and the page at `/`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask, render_template
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.platform import control
from sandbox.platform import database as store
from sandbox.platform.api import IMAGE_LIMIT, JST, api, listing
from sandbox.platform.validation import load_specification, validator, without_server


def create_app(database: str) -> Flask:
    """The platform on the SQLite file at `database`, which is made if it is missing and kept as it is if not."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = IMAGE_LIMIT
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider
    specification = load_specification()
    app.extensions["validators"] = {name: validator(specification, name) for name in ("Credentials", "Registration")}
    app.extensions["validators"]["RegistrationWithoutServer"] = validator(without_server(specification), "Registration")
    store.init_app(app, database)
    control.init_app(app)
    app.register_blueprint(api)
    app.add_template_filter(_japanese_time, "japanese_time")
    app.add_url_rule("/", view_func=_page)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    return app


@contextmanager
def running(database: str, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the platform from threads of this process; gives its URL. Port 0: a free one."""
    server = make_server(host, port, create_app(database), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """No line on stderr per request: `/_sandbox/calls` has them."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _page() -> str:
    tenants = store.database().execute("SELECT uuid FROM tenants ORDER BY name").fetchall()
    return render_template("services.html", listings=[listing(tenant["uuid"]) for tenant in tenants])


def _too_large(_error: RequestEntityTooLarge) -> tuple[dict[str, Any], int]:
    return {"detail": f"The body has more than {IMAGE_LIMIT:,} bytes."}, 413


def _japanese_time(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(JST):%Y-%m-%d %H:%M} JST"
