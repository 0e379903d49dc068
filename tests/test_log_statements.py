"""What a server's lines say, without what other programs and JSON loggers put around it."""

from __future__ import annotations

import pytest

from aces_action.log_statements import notable, statements


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            [
                "Traceback (most recent call last):",
                '  File "/opt/program/serve", line 3, in <module>',
                "ModuleNotFoundError: No module named 'cv2'",
                "[INFO] Worker exiting (pid: 7)",
                "gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>",
            ],
            "ModuleNotFoundError: No module named 'cv2'",
        ),
        (
            ["2026-08-11 [ERROR] torch.cuda.OutOfMemoryError: CUDA out of memory.", "bye"],
            "2026-08-11 [ERROR] torch.cuda.OutOfMemoryError: CUDA out of memory.",
        ),
        (["ok", "FATAL: config not found", "bye"], "FATAL: config not found"),
        (["java.lang.IllegalStateException: no model", "\tat com.x.Y(Z.java:1)"], "java.lang.IllegalStateException: no model"),
        (["loading", "still loading", '10.0.0.1 - "GET /ping HTTP/1.1" 404 Not Found'], "still loading"),
        (['"GET /ping HTTP/1.1" 200'], ""),
        ([], ""),
    ],
)
def test_the_line_that_tells_most_is_found(lines: list[str], told: str) -> None:
    assert notable(statements(lines)) == told
