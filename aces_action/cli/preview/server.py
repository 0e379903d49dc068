"""The preview over HTTP on this machine. A thread for each connection; nothing is kept between requests."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aces_action.cli.preview.content import fingerprint, read_content
from aces_action.cli.preview.site import EVENTS, HEADERS, PreviewSite, SiteAnswer, answer, is_own_name, plain

_LOOK_EVERY = 0.25  # seconds between two looks at the files
_SAY_EVERY = 40  # looks after which a stream says something although nothing has changed: the other side may be gone


class PreviewServer(ThreadingHTTPServer):
    """Listens from the start. Raises OSError where that is not possible. `on_error` is given what no answer was made of."""

    daemon_threads = True

    def __init__(self, host: str, port: int, site: PreviewSite, on_error: Callable[[Exception], None]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host, self.site, self.on_error = host, site, on_error
        self.ended = threading.Event()
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the machine's name, which can take seconds where there is no name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.host, self.server_address[1]

    @property
    def url(self) -> str:
        """For a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  compared, not bound
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver's signature
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):  # a browser may hang up at any time
            self.on_error(error)

    def server_close(self) -> None:
        self.ended.set()
        super().server_close()


@contextmanager
def serving(server: PreviewServer) -> Iterator[str]:
    """Serves from a thread; gives the URL."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: PreviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "aces-action", ""
    timeout = 60  # seconds that a connection may stay silent

    def do_GET(self) -> None:
        if not is_own_name(self.headers.get("Host"), self.server.host):
            self._send(plain(403, "This server answers to localhost and to addresses alone."))
        elif (path := self.path.partition("?")[0]) == EVENTS and self.command == "GET":
            self._send_events()
        else:
            self._send(answer(path, self.server.site))

    def do_HEAD(self) -> None:
        self.do_GET()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What cannot be read as a request, or is another method."""
        self.close_connection = True
        self._send(plain(code, message or self.responses.get(code, ("Error", ""))[0]))

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  http.server's signature
        """No line for each request: the terminal is the person's."""

    def _send(self, answered: SiteAnswer) -> None:
        self.send_response(answered.status)
        self._send_headers(answered.media_type, str(len(answered.body)))
        if self.command != "HEAD":
            self.wfile.write(answered.body)

    def _send_headers(self, media_type: str, length: str | None) -> None:
        self.send_header("Content-Type", media_type)
        if length is not None:
            self.send_header("Content-Length", length)
        if length is None or self.close_connection:
            self.send_header("Connection", "close")
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_events(self) -> None:
        """The version of the files now, and again at each change, as server-sent events (HTML Standard, 9.2)."""
        self.close_connection = True
        self.send_response(200)
        self._send_headers("text/event-stream; charset=utf-8", None)
        source, sent, looks = self.server.site.source, "", 0
        image_path = read_content(source).image_path
        while not self.server.ended.is_set():
            version = fingerprint(source.workspace, image_path)
            if version != sent:
                content = read_content(source)  # a workflow may name another picture by now
                image_path, sent = content.image_path, content.version
                self.wfile.write(f"data: {sent}\n\n".encode())
            elif looks % _SAY_EVERY == 0:
                self.wfile.write(b":\n\n")
            looks += 1
            self.server.ended.wait(_LOOK_EVERY)
