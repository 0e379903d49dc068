"""How long inspecting weights in S3 takes, near and far: `python benchmarks/s3.py [MEGABYTES]` prints a table.

S3 is a small server in a process of its own, with a time to the first byte and a rate for each connection. Every figure is the
median of five runs, each in a new process: seconds without imports, and the most memory that the process ever had.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from aces_action.resources.weights.s3_object import S3Object

RUNS = 5
MEGABYTE = 1_000_000
ETAG = '"0123456789abcdef0123456789abcdef"'
_SLICE = 1 << 16


def serve(path: Path, *, latency: float, rate: float) -> tuple[ThreadingHTTPServer, str]:
    """The file as an object under every key. `latency` in seconds, `rate` in bytes a second for each connection (0: no limit)."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            time.sleep(latency)
            self._head(200, path.stat().st_size, None)

        def do_GET(self) -> None:
            time.sleep(latency)
            size = path.stat().st_size
            if self.path.partition("?")[0].endswith(".json"):
                body = b"<Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>"
                self._head(404, len(body), None)
                self.wfile.write(body)
                return
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "bytes=0-"))
            if wanted is None:
                raise ValueError(self.headers.get("Range"))
            start, end = int(wanted[1]), min(int(wanted[2] or size), size - 1) + 1
            self._head(206, end - start, f"bytes {start}-{end - 1}/{size}")
            with path.open("rb") as file:
                self._send(file.fileno(), start, end)

        def _head(self, status: int, length: int, content_range: str | None) -> None:
            self.send_response(status)
            self.send_header("ETag", ETAG)
            self.send_header("Content-Length", str(length))
            if content_range:
                self.send_header("Content-Range", content_range)
            self.end_headers()
            self.wfile.flush()

        def _send(self, file: int, start: int, end: int) -> None:
            began, first = time.monotonic(), start
            try:
                while start < end:
                    start += os.sendfile(self.connection.fileno(), file, start, min(_SLICE if rate else 1 << 24, end - start))
                    if rate and (ahead := (start - first) / rate - (time.monotonic() - began)) > 0.002:
                        time.sleep(ahead)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
            cast("socket.socket", request).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().process_request(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    return server, f"http://127.0.0.1:{server.server_port}"


class Ordered:
    """The object by s3transfer, which is behind boto3's `download_fileobj`. It is given size and ETag, so that it asks for
    no more than we do, and as much memory as `Fetch` has. A source for `inspect_archive`."""

    requests = 0

    def __init__(self, client: S3Client, weights: S3Object, connections: int) -> None:
        from s3transfer.manager import TransferConfig, TransferManager

        config = TransferConfig(
            multipart_threshold=8 << 20,
            multipart_chunksize=8 << 20,
            max_request_concurrency=connections,
            max_in_memory_download_chunks=3,
            max_io_queue_size=8,
        )
        self._weights = weights
        self._blocks: Queue[bytes] = Queue(8)
        self._rest, self._ended = b"", False
        sink: Any = self
        TransferManager(client, config).download(weights.bucket, weights.key, sink, subscribers=[sink])

    def on_queued(self, future: Any, **_: object) -> None:
        future.meta.provide_transfer_size(self._weights.size)
        future.meta.provide_object_etag(self._weights.etag)

    def on_progress(self, **_: object) -> None:
        pass

    def on_done(self, **_: object) -> None:
        self._blocks.put(b"")

    def write(self, block: bytes) -> None:
        self._blocks.put(block)

    def read(self, size: int) -> bytes:
        if not self._rest and not self._ended:
            self._rest = self._blocks.get()
            self._ended = not self._rest
        block, self._rest = self._rest[:size], self._rest[size:]
        return block


def measure(what: str, place: str, connections: int) -> None:
    """One run in this process; prints seconds, megabytes of memory and requests as JSON."""
    import boto3
    from botocore.config import Config

    from aces_action.resources.weights.fetch import FETCH_OPTIONS, Fetch
    from aces_action.resources.weights.inspect import inspect_archive
    from aces_action.resources.weights.s3_object import require_object

    requests = 0
    if what == "check a file":
        began = time.perf_counter()
        with Path(place).open("rb", buffering=0) as file:
            inspect_archive(file, name="deploy.tar.gz")
    else:
        config = Config(max_pool_connections=max(10, connections))
        client = boto3.client("s3", endpoint_url=place, region_name="eu-west-1", config=config)
        began = time.perf_counter()
        weights = require_object(client, "bucket", "deploy.tar.gz")
        if what == "s3transfer":
            inspect_archive(Ordered(client, weights, connections), name="deploy.tar.gz")
        else:
            with Fetch(client, weights, options=replace(FETCH_OPTIONS, connections=connections)) as source:
                if what == "fetch":
                    while source.read(1 << 20):
                        pass
                else:
                    inspect_archive(source, name="deploy.tar.gz")
                requests = source.requests
    seconds = time.perf_counter() - began
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    json.dump({"seconds": seconds, "memory": int(peak[1]) / 1000 if peak else 0, "requests": requests}, sys.stdout)


def run(what: str, place: str, connections: int) -> dict[str, float]:
    command = [sys.executable, __file__, "measure", what, place, str(connections)]
    nobody = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    environment = {**os.environ, **nobody, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def rows(asked: list[tuple[str, str, str, int]], size: int) -> None:
    """A line for each of (name, what, place, connections). They take turns: what else the machine does meets them all alike."""
    found: list[list[dict[str, float]]] = [[] for _ in asked]
    for _ in range(RUNS):
        for runs, (_, what, place, connections) in zip(found, asked, strict=True):
            runs.append(run(what, place, connections))
    for (name, *_), runs in zip(asked, found, strict=True):
        median = {key: statistics.median(each[key] for each in runs) for key in runs[0]}
        speed = size / MEGABYTE / median["seconds"]
        print(
            f"{name:58} {median['seconds']:6.2f} s {speed:6.0f} MB/s {median['memory']:5.0f} MB {median['requests']:5.0f}",
            flush=True,
        )


def table(path: Path) -> None:
    size = path.stat().st_size
    print(f"{'':58} {'time':>8} {'speed':>11} {'memory':>8} {'GETs':>5}")
    for place, latency, rate in (("near", 0.0, 0.0), ("far (100 ms, 50 MB/s each)", 0.1, 50e6)):
        server = subprocess.Popen(
            [sys.executable, __file__, "serve", str(path), str(latency), str(rate)], stdout=subprocess.PIPE, text=True
        )
        url = cast("IO[str]", server.stdout).readline().strip()
        asked = [("check a file", "check a file", str(path), 0)]
        for connections in (1, 8):
            asked.append((f"{place}: fetch, up to {connections} connections", "fetch", url, connections))
            asked.append((f"{place}: check from S3, up to {connections} connections", "check", url, connections))
        asked.append((f"{place}: check by s3transfer, 8 connections", "s3transfer", url, 8))
        rows(asked, size)
        server.terminate()
        server.wait()


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["measure"]:
        measure(arguments[1], arguments[2], int(arguments[3]))
    elif arguments[:1] == ["serve"]:
        server, url = serve(Path(arguments[1]), latency=float(arguments[2]), rate=float(arguments[3]))
        print(url, flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Event().wait()
    else:
        from sandbox.archives import make_weights

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "deploy.tar.gz"
            make_weights(path, megabytes=int(arguments[0]) if arguments else 1200)
            table(path)


if __name__ == "__main__":
    main(sys.argv[1:])
