"""What access logs of the usual servers tell of the health check."""

from __future__ import annotations

import pytest

from aces_action.resources.endpoint.diagnosis.pings import ping_status, timed_out


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('10.32.0.2 - - [11/Aug/2026:16:26:09 +0000] "GET /ping HTTP/1.1" 200 1 "-" "AHC/2.0"', 200),
        ('INFO:     10.32.0.2:51234 - "GET /ping HTTP/1.1" 404 Not Found', 404),
        ('2026-08-25T01:58:21,510 [INFO ] pool-2-thread-1 ACCESS_LOG - /169.254.178.2:34646 "GET /ping HTTP/1.1" 503 12', 503),
        ("GET /ping 200 1.234 ms - 2", 200),
        ('[GIN] 2026/08/11 - 10:00:00 | 500 |  51.2µs | 10.32.0.2 | GET      "/ping"', 500),
        ('{"method": "GET", "path": "/ping", "status": 200}', 200),
        ('{"status_code": 503, "path": "/ping"}', 503),
        ("level=info method=GET path=/ping status=200 duration=1ms", 200),
        ('"GET /pingpong HTTP/1.1" 200', None),
        ('"POST /invocations HTTP/1.1" 200', None),
        ("listening, ask GET /ping", None),
    ],
)
def test_the_answer_to_the_health_check_is_read_from_each_form_of_access_log(line: str, status: int | None) -> None:
    assert ping_status(line) == status


@pytest.mark.parametrize("status", [408, 499, 504])
def test_whoever_asked_gave_up_by_the_status_or_by_nginx_own_words(status: int) -> None:
    assert timed_out(f'"GET /ping HTTP/1.1" {status} 0')
    assert timed_out('upstream timed out (110: Connection timed out) while reading, request: "GET /ping HTTP/1.1"')
    assert not timed_out('"GET /ping HTTP/1.1" 502 173')
    assert not timed_out('upstream timed out (110: Connection timed out) while reading, request: "POST /invocations HTTP/1.1"')
