"""Starts and stops the sandbox: the local AWS, GitHub's OIDC endpoint and the ACES Platform, in threads of this process."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sandbox import oidc
from sandbox.aws.application import create_application
from sandbox.aws.state import State
from sandbox.http import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
_WAITING = 2048  # connections that wait to be taken; with werkzeug's 128, many runs at once would run into their time-outs
REPOSITORY = "example-org/number-plate-detection"


class Sandbox:
    """All servers, up from construction until `stop()`; as a context manager, until its end.

    Ports of 0 are free ones. One sandbox per process: moto keeps its state in the process. `oidc_request_url` and
    `oidc_request_token` are what the runner gives a job of `repository`. `aws` is the local AWS, `state` what it knows.
    """

    def __init__(
        self,
        *,
        aws_port: int = 0,
        platform_port: int = 0,
        oidc_port: int = 0,
        host: str = HOST,
        repository: str = REPOSITORY,
    ) -> None:
        # Imported here: whoever wants the AWS alone (create_application) needs no platform.
        from sandbox.platform.app import create_app as create_platform

        self._stopping = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="aces-sandbox-")
        self._threads: list[tuple[Server, threading.Thread]] = []
        try:
            self.platform_url = self._serve(
                create_platform(str(Path(self._folder.name) / "platform.sqlite3")), host, platform_port
            )
            self._start_oidc_and_aws(host=host, oidc_port=oidc_port, aws_port=aws_port)
        except BaseException:
            self.stop()
            raise
        self.oidc_request_url = self.issuer.request_url(repository)
        self.oidc_request_token = self.issuer.request_token

    def _start_oidc_and_aws(self, *, host: str, oidc_port: int, aws_port: int) -> None:
        # The issuer's address is part of its tokens, so the socket is bound before the application is made.
        server = Server(host, oidc_port, _not_ready)
        self.oidc_url = f"http://{host}:{server.port}"
        self.issuer = oidc.Issuer(url=self.oidc_url)
        server.app = oidc.create_app(self.issuer, self._stopping)
        self._run(server)
        self.state = State(issuer=self.issuer, stopping=self._stopping)
        self.aws = create_application(self.state)
        self.aws_url = self._serve(self.aws, host, aws_port)

    def _serve(self, application: WSGIApplication, host: str, port: int) -> str:
        server = Server(host, port, application)
        self._run(server)
        return f"http://{host}:{server.port}"

    def _run(self, server: Server) -> None:
        server.socket.listen(_WAITING)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, name="sandbox", daemon=True)
        thread.start()
        self._threads.append((server, thread))

    def stop(self) -> None:
        """Stop all servers and remove the platform's database. Requests held up by a `slow` fault go on at once."""
        self._stopping.set()
        for server, _ in self._threads:
            server.shutdown()
        for server, thread in self._threads:
            thread.join()
            server.server_close()
        self._threads.clear()
        if hasattr(self, "state"):  # it is not, if a server could not start
            self.state.batch.stop_programs()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()


def _not_ready(*_: object) -> list[bytes]:
    raise AssertionError("A request before the server runs")
