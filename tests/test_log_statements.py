"""What a server's lines say, without what other programs and JSON loggers put around it."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.output.server_log import WIDTH, cleaned
from aces_action.resources.endpoint.diagnosis.log_statements import excerpt, notable, statements
from aces_action.sanitiser import ZERO_WIDTH_SPACE


def said(*lines: str) -> list[tuple[str, bool]]:
    """The statements of a server's lines, and whether each is one of trouble."""
    return [(each.text, not each.calm and not each.harmless) for each in statements(cleaned(lines, lambda text: text))]


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        ("2026-08-25T01:58:21,510 [INFO ] W-9000-model_1.0-stdout MODEL_LOG - KeyError: 'a'", ("KeyError: 'a'", True)),
        (
            "2020-08-05 05:42:58,325 [WARN ] W-9000-a-stderr com.amazonaws.ml.mms.wlm.WorkerLifeCycle - KeyError: 'a'",
            ("KeyError: 'a'", True),
        ),
        ("INFO  PyProcess W-93-b5f7d-stdout: KeyError: 'a'", ("KeyError: 'a'", True)),
        ("(EngineCore_DP0 pid=17374) KeyError: 'a'", ("KeyError: 'a'", True)),
        ('{"level": "WARNING", "message": "no such file"}', ("no such file", False)),
        ('{"severity": "error", "msg": "no such file", "path": "/x"}', ("no such file", True)),
        ('2026-08-11 app {"level": "error", "message": "cut off in the mid', ("cut off in the mid", True)),
        (json.dumps({"message": "メモリ不足"}), ("メモリ不足", True)),
        ('{"level": "info", "size": 3}', ('{"level": "info", "size": 3}', False)),
        (
            "2026-02-20 20:13:16.2: W tensorflow/core/x.cc:59] no such file",
            ("2026-02-20 20:13:16.2: W tensorflow/core/x.cc:59] no such file", False),
        ),
        (
            "E0817 19:18:51.786824 2997733 model_info.cc:1265] failed",
            ("E0817 19:18:51.786824 2997733 model_info.cc:1265] failed", True),
        ),
        ("W0817 19:18:51.786824 2997733 model.cc:1265] failed", ("W0817 19:18:51.786824 2997733 model.cc:1265] failed", False)),
        ("KeyError: 'INFO'", ("KeyError: 'INFO'", True)),
        ("failed, can be safely ignored", ("failed, can be safely ignored", False)),
        ("【警告】見つかりません", ("【警告】見つかりません", False)),
    ],
)
def test_a_statement_is_unwrapped_and_has_its_own_level(line: str, statement: tuple[str, bool]) -> None:
    assert said(line) == [statement]


def test_a_traceback_in_one_line_is_as_many_statements() -> None:
    inner = "Traceback (most recent call last):\n  File \"a.py\"\nKeyError: 'a'"
    expected = [("Traceback (most recent call last):", True), ('  File "a.py"', True), ("KeyError: 'a'", True)]
    assert said(json.dumps({"level": "ERROR", "exc_info": inner})) == expected
    assert said(inner.replace("\n", "\\n")) == expected


def test_a_line_that_takes_back_the_one_before_makes_it_harmless() -> None:
    assert said("KeyError: 'a'", "Ignore above error if there is no GPU") == [
        ("KeyError: 'a'", False),
        ("Ignore above error if there is no GPU", False),
    ]


@given(st.dictionaries(st.sampled_from(["message", "level", "exc_info", "x"]), st.text(max_size=80)))
def test_what_escapes_in_a_line_stand_for_is_as_harmless_as_the_line(fields: dict[str, str]) -> None:
    for text, _ in said(json.dumps(fields)):
        assert not text.lstrip().startswith("::")
        assert "##[" not in text
        assert not [each for each in text if unicodedata.category(each) in {"Cc", "Cs", "Cf"} and each != ZERO_WIDTH_SPACE]


def test_a_secret_behind_escapes_is_hidden() -> None:
    assert said(r'{"message": "key AK\u0049AABCDEFGHIJKLMNOP used"}') == [("key *** used", True)]


@given(st.text(alphabet="ab ", max_size=900), st.integers(0, 900), st.integers(0, 40))
def test_an_excerpt_is_short_and_has_what_was_found(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    found = text[start : start + length].strip()
    shown = excerpt(text, start, start + length)
    assert len(shown) <= WIDTH
    assert found in shown


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
