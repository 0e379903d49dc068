"""The two routes that SageMaker asks of a container: GET /ping and POST /invocations, on port 8080. With `job`, a Batch job."""

import json
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import algorithm

PORT = 8080
MODEL_DIR = Path("/opt/ml/model")  # where SageMaker extracts deploy.tar.gz
MAX_BODY = 100_000_000


def make_server(model: algorithm.Model, port: int) -> ThreadingHTTPServer:
    """A server that answers with this model; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.reply(HTTPStatus.OK if self.path == "/ping" else HTTPStatus.NOT_FOUND, {})

        def do_POST(self) -> None:
            size = self.headers.get("Content-Length", "")
            if not size.isdecimal() or int(size) > MAX_BODY:
                self.close_connection = True  # the body stays unread
                self.reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"Content-Length up to {MAX_BODY} is needed"})
                return
            body = self.rfile.read(int(size))
            if self.path != "/invocations":
                self.reply(HTTPStatus.NOT_FOUND, {})
                return
            try:
                self.reply(HTTPStatus.OK, algorithm.infer(model, body))
            except ValueError as error:
                self.reply(HTTPStatus.BAD_REQUEST, {"error": str(error)})

        def reply(self, status: HTTPStatus, answer: dict[str, object]) -> None:
            content = json.dumps(answer, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return ThreadingHTTPServer(("", port), Handler)


def main() -> None:
    if sys.argv[1:] == ["job"]:
        import job

        job.main()
        return
    # The weights are read before the port opens: SageMaker takes the first answer to /ping for 'ready'.
    server = make_server(algorithm.load(MODEL_DIR), PORT)
    # As the container's first process Python ignores SIGTERM unless told otherwise, and SageMaker would wait 30 s to kill it.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()


if __name__ == "__main__":
    main()
