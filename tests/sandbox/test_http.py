"""The sandbox's HTTP: connections stay open, as AWS's do, and only what must close one does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.http import Server
from sandbox.server import HOST, Sandbox

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def serving(application: WSGIApplication) -> Iterator[HTTPConnection]:
    """A connection to a server of this application."""
    server = Server(HOST, 0, application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with closing(HTTPConnection(HOST, server.port, timeout=10)) as connection:
            yield connection
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def ask(connection: HTTPConnection, body: bytes = b"", method: str = "POST") -> bytes:
    connection.request(method, "/", body)
    return connection.getresponse().read()


def test_one_connection_takes_call_after_call() -> None:
    with serving(echo) as connection:
        assert ask(connection, b"one") == b"one"
        first = connection.sock
        assert first is not None
        assert ask(connection, b"two") == b"two"
        assert connection.sock is first


def test_what_an_application_leaves_of_a_body_is_not_taken_for_the_next_request() -> None:
    def unread(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        method = environ["REQUEST_METHOD"].encode()
        start_response("200 OK", [("Content-Length", str(len(method)))])
        return [method]

    with serving(unread) as connection:
        assert ask(connection, b"DELETE / HTTP/1.1\r\nContent-Length: 0\r\n\r\n") == b"POST"
        assert ask(connection, method="PUT") == b"PUT"


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    with serving(echo) as connection:
        connection.request("POST", "/", iter([b"one ", b"two"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        assert connection.getresponse().read() == b"one two"
        assert ask(connection, b"three") == b"three"


def test_an_answer_to_head_announces_a_length_and_has_no_body() -> None:
    def of_four_bytes(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "4")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"body"]

    with serving(of_four_bytes) as connection:
        assert ask(connection, method="HEAD") == b""
        first = connection.sock
        assert ask(connection, method="GET") == b"body"
        assert connection.sock is first


def test_after_less_than_was_announced_the_connection_ends() -> None:
    def short(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "8")])
        return [b"half"]

    with serving(short) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.read1() == b"half"
        assert answer.read1() == b""


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    def of_two_pieces(_: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"one "
        yield b"two"

    with serving(of_two_pieces) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.getheader("Connection") == "close"
        assert answer.read() == b"one two"


def test_an_error_of_the_application_is_status_500_and_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: WSGIEnvironment, __: StartResponse) -> list[bytes]:
        raise ValueError("of the application")

    with serving(broken) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().status == 500
    assert "ValueError: of the application" in caplog.text


def test_who_wants_its_connection_closed_is_obeyed() -> None:
    with serving(echo) as connection:
        connection.request("POST", "/", b"one", {"Connection": "close"})
        answer = connection.getresponse()
        assert answer.getheader("Connection") == "close"
        assert answer.read() == b"one"
        assert connection.sock is None


@pytest.mark.parametrize("kind", ["reset", "lost"])
def test_a_reset_befalls_a_connection_that_was_used_before(sandbox: Sandbox, kind: str) -> None:
    parts = urlsplit(sandbox.aws_url)
    with closing(HTTPConnection(str(parts.hostname), parts.port, timeout=10)) as connection:
        connection.request("GET", "/_sandbox/calls")
        assert connection.getresponse().read()
        requests.post(f"{sandbox.aws_url}/_sandbox/faults", json={"kind": kind, "service": "s3"}, timeout=10)
        connection.request("GET", "/bucket/key")
        with pytest.raises(ConnectionResetError):
            connection.getresponse()


def test_a_server_that_is_closed_lets_go_of_connections_that_wait() -> None:
    before = set(threading.enumerate())
    server = Server(HOST, 0, echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with socket.create_connection((HOST, server.port), timeout=10) as waiting:
        waiting.sendall(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi")
        assert waiting.recv(1000).endswith(b"hi")
        server.shutdown()
        thread.join()
        server.server_close()
        assert waiting.recv(1000) == b""
    for each in set(threading.enumerate()) - before:
        each.join(10)
        assert not each.is_alive()


def test_a_request_whose_body_does_not_come_whole_is_none() -> None:
    asked = list[bytes]()

    def heard(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        asked.append(environ["wsgi.input"].read())
        return echo(environ, start_response)

    with serving(heard) as connection:
        connection.connect()
        connection.sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        connection.sock.shutdown(socket.SHUT_WR)  # as the client's end is closed where it is killed
        assert connection.sock.recv(100) == b""
    assert asked == []
