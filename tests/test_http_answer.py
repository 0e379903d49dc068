"""Answers of whoever takes their time, or sends more than anybody wants."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from aces_action.http_answer import read_answer

_HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def dripping(head: bytes, drop: bytes) -> Iterator[str]:
    """A server whose answers have no end: a drop every 50 ms."""
    ended = threading.Event()

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(_HEADERS + head + b"\r\n")
            while not ended.wait(0.05):
                connection.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"Content-Length: 100000\r\n", b" "),
        (b"Transfer-Encoding: chunked\r\n", b"1\r\n \r\n"),
        (b"Connection: close\r\n", b" "),
    ],
)
def test_a_body_that_drips_is_no_answer(head: bytes, drop: bytes) -> None:
    with dripping(head, drop) as url, requests.Session() as http:
        begun = time.monotonic()
        came = http.get(url, timeout=5, stream=True)
        with pytest.raises(requests.ReadTimeout):
            read_answer(came, 1 << 20, seconds=0.5)
        assert time.monotonic() - begun < 3
