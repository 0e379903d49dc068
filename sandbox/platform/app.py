"""The application: routes, control routes and the page at `/`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.serving import WSGIRequestHandler, make_server

from aces_action.cli.preview.site import HEADERS, asset
from sandbox.platform import control
from sandbox.platform import database as store
from sandbox.platform.api import IMAGE_LIMIT, api, listing
from sandbox.platform.page import services_page
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
    app.add_url_rule("/", view_func=_page)
    app.add_url_rule("/<any('style.css', 'icon.svg'):name>", view_func=_asset)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    return app


@contextmanager
def running(database: str, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the platform from threads of this process; gives its URL. Port 0: a free one."""
    server = make_server(host, port, create_app(database), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
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


def _page() -> Response:
    tenants = store.database().execute("SELECT uuid FROM tenants ORDER BY name").fetchall()
    page = services_page([listing(tenant["uuid"]) for tenant in tenants])
    return Response(page, headers=HEADERS, content_type="text/html; charset=utf-8")


def _asset(name: str) -> Response:
    found = asset(name)
    return Response(found.body, headers=HEADERS, content_type=found.media_type)


def _too_large(_error: RequestEntityTooLarge) -> tuple[dict[str, Any], int]:
    return {"detail": f"The body has more than {IMAGE_LIMIT:,} bytes."}, 413
