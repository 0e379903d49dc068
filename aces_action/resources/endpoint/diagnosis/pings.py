"""What a server's log tells of the health check, in the access logs of the usual servers. Pure."""

from __future__ import annotations

import re

_ANSWERS = (
    # nginx, gunicorn, uvicorn, TorchServe; Express without the version
    re.compile(r"\b(?:GET|HEAD) /ping/?(?:\?\S*)?(?: HTTP/[\d.]+)?\\?\"? (?P<status>[1-5]\d\d)\b"),
    re.compile(r"\|\s*(?P<status>[1-5]\d\d)\s*\|.*\bGET\s+\"/ping\""),  # Gin
    # fields of JSON and of logfmt, in either order
    re.compile(r"[\"'= ]/ping\b.*\bstatus(?:_?code)?\W{1,4}(?P<status>[1-5]\d\d)\b", re.IGNORECASE),
    re.compile(r"\bstatus(?:_?code)?\W{1,4}(?P<status>[1-5]\d\d)\b.*[\"'= ]/ping\b", re.IGNORECASE),
)
# 408 and 504: whoever asked on behalf of SageMaker gave up; 499: SageMaker itself did, after 2 seconds (nginx's own status)
_GAVE_UP = {408, 499, 504}
_TIMED_OUT = re.compile(r"upstream timed out.*/ping\b", re.IGNORECASE)


def ping_status(line: str) -> int | None:
    """With which status GET /ping was answered by this line of an access log; None where it is no such line."""
    if "/ping" not in line:
        return None
    found = next((found for pattern in _ANSWERS if (found := pattern.search(line))), None)
    return int(found["status"]) if found else None


def timed_out(line: str) -> bool:
    """Whether GET /ping was not answered in time: the server runs, and is asked on the right port."""
    return ping_status(line) in _GAVE_UP or _TIMED_OUT.search(line) is not None
