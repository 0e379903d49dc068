"""The image's config comes from S3 by a bare GET: what a proxy says there is no error of ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from aces_action.aws.image import download
from aces_action.problems import ActionError


@pytest.fixture
def serve() -> Iterator[Callable[[bytes, int], str]]:
    """Serves a body under a length that it says to have; gives the URL."""
    servers: list[HTTPServer] = []

    def start(body: bytes, length: int) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/layer"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("body", [b"", b"<html><body>Sign in</body></html>", b'{"archi', b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_config_is_told_as_not_fetched(serve: Callable[[bytes, int], str], body: bytes) -> None:
    with pytest.raises(ActionError) as error:
        download(serve(body, len(body)))
    assert [problem.code for problem in error.value.problems] == ["ACES-P003"]


def test_a_body_that_breaks_off_is_told_as_not_fetched(serve: Callable[[bytes, int], str]) -> None:
    with pytest.raises(ActionError) as error:
        download(serve(b"{}", 400))
    assert [problem.code for problem in error.value.problems] == ["ACES-P003"]


def test_a_config_is_given_as_it_came(serve: Callable[[bytes, int], str]) -> None:
    assert download(serve(b'{"architecture": "arm64"}', 25)) == b'{"architecture": "arm64"}'
