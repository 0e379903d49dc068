"""An answer over HTTP, read as far as a limit: who answers may send as much as it likes, and nest it as deeply."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ReadTimeoutError

_CHUNK = 1 << 16  # bytes
_PATIENCE = 60.0  # seconds for a body: megabytes at most


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came. `call` is the method and the path; `is_whole` is false where the body goes on beyond what was read of it."""

    call: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; None where it is none, or nested too deeply to be read."""
        try:
            return json.loads(self.body) if self.is_whole else None
        except (ValueError, RecursionError):
            return None

    def field(self, name: str) -> Any:
        """One field of a JSON object; None where there is none, or the body is anything else."""
        found = self.json()
        return found.get(name) if isinstance(found, dict) else None


def read_answer(response: requests.Response, limit: int, *, seconds: float = _PATIENCE) -> HttpAnswer:
    """Reads the body of a response that was asked for with `stream=True`, `limit` bytes of it. Raises RequestException.

    `seconds`: for all of it. The time-out of requests is for each piece, and who answers may send a byte at a time for ever.
    """
    body, late = bytearray(), threading.Event()

    def cut() -> None:
        late.set()
        with contextlib.suppress(OSError, ValueError):  # it has just come to its end
            response.raw.shutdown()

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        with response:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > limit:
                    break
    except requests.RequestException:
        if not late.is_set():
            raise
    finally:
        timer.cancel()
    if late.is_set():
        raise requests.ReadTimeout(ReadTimeoutError(HTTPConnectionPool("-"), None, f"not whole after {seconds:g} s"))
    return HttpAnswer(
        call=f"{response.request.method} {urlsplit(response.url).path}",
        status=response.status_code,
        headers=response.headers,
        body=bytes(body[:limit]),
        is_whole=len(body) <= limit,
    )
