"""HTTP for the sandbox: werkzeug's server with connections that stay open between calls, as AWS's do: botocore keeps a pool of
them for each client (botocore.config.Config: max_pool_connections).

werkzeug closes each after its answer. Of what a call costs that was a fifth, and something for its client, too.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.debug.tbtools import DebugTraceback
from werkzeug.exceptions import InternalServerError
from werkzeug.serving import ThreadedWSGIServer

from sandbox.aws.state import ENVIRON_KEY

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Server(ThreadedWSGIServer):
    """A thread for each connection. Once the server is closed, no connection waits for another request."""

    def __init__(self, host: str, port: int, application: WSGIApplication) -> None:
        super().__init__(host, port, application, handler=_Handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in self._open.copy():
            try:
                connection.shutdown(socket.SHUT_RD)  # what is under way may still be answered
            except OSError:  # it has just been closed
                continue


class _Handler(MotoRequestHandler):
    """Tracebacks are logged, requests are not: `GET /_sandbox/calls` has them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date of an answer: the local AWS may have a clock of its own."""
        state = getattr(self, "environ", {}).get(ENVIRON_KEY)
        return super().date_time_string((time.time() if timestamp is None else timestamp) + (state.clock_ahead if state else 0))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def run_wsgi(self) -> None:
        """Answers one request. The body is read first: what an application leaves of it would be taken for the next request, and
        one that does not come whole, from a client that was killed, is no request."""
        self.environ = environ = self.make_environ()
        length = -1 if "wsgi.input_terminated" in environ else int(environ.get("CONTENT_LENGTH") or 0)  # -1: it knows its end
        body = environ["wsgi.input"].read(length)
        if len(body) < length:
            self.close_connection = True
            return
        environ["wsgi.input"] = io.BytesIO(body)
        self._sent = False
        try:
            self._answer(self.server.app, environ)
        except (ConnectionError, TimeoutError) as error:
            self.close_connection = True
            self.connection_dropped(error, environ)
        except Exception as error:  # noqa: BLE001  as werkzeug does
            self.server.log("error", f"Error on request:\n{DebugTraceback(error).render_traceback_text()}")
            self.close_connection = True
            if not self._sent:
                self._answer(InternalServerError(), environ)

    def _answer(self, application: WSGIApplication, environ: WSGIEnvironment) -> None:
        head, left = b"", 0

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], object]:
            nonlocal head, left
            values = {name.lower(): value for name, value in headers}
            has_no_body = environ["REQUEST_METHOD"] == "HEAD" or status.startswith(("1", "204", "304"))
            left = 0 if has_no_body else int(values.get("content-length", -1))
            lines = [f"{self.protocol_version} {status}", f"Server: {self.version_string()}"]
            lines += [f"Date: {self.date_time_string()}", *(f"{name}: {value}" for name, value in headers)]
            if left < 0 or self.close_connection:  # without a length only the connection's end tells that of the body
                lines.append("Connection: close")
            head = "\r\n".join((*lines, "", "")).encode("latin-1")
            return self.wfile.write

        pieces: Iterable[bytes] = application(environ, start_response)
        try:
            for piece in pieces:
                self.wfile.write(head + piece)
                self._sent, head, left = True, b"", left - len(piece)
        finally:
            if close := getattr(pieces, "close", None):
                close()
        if head:
            self.wfile.write(head)
        if left:  # the client would take the next answer for what is missing of this one
            self.close_connection = True
