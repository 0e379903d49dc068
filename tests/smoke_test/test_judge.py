"""What is wrong with an answer, by value."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.project.document import Json
from aces_action.project.model import Request, Schema
from aces_action.smoke_test.judge import judge
from aces_action.smoke_test.model import InvocationResult

DETECTED: Json = {"type": "object", "properties": {"results": {"type": "array", "minItems": 1}}, "required": ["results"]}


def request(*, status: int = 200, schema: Json = None, max_seconds: float | None = None) -> Request:
    return Request(
        name="smoke/plate.png",
        file=Path("/nowhere"),
        size=1,
        content_type="image/png",
        status=status,
        schema=None if schema is None else Schema(content=schema),
        max_seconds=max_seconds,
    )


def answer(
    body: str | bytes = "{}", *, status: int | None = 200, failed: bool = False, size: int | None = None
) -> InvocationResult:
    content = body.encode() if isinstance(body, str) else body
    return InvocationResult(
        status=status, content_type="application/json", body=content, size=len(content) if size is None else size, failed=failed
    )


def codes(asked: Request, came: InvocationResult, *, seconds: float = 0.1) -> list[str]:
    return [problem.code.removeprefix("ACES-") for problem in judge(asked, came, seconds=seconds, endpoint_name="server")]


@pytest.mark.parametrize(
    ("asked", "came", "expected"),
    [
        (request(), answer("what ever"), []),
        (request(), answer("", status=200), []),
        (request(), answer("no", status=500, failed=True), ["T007"]),
        (request(), answer("no", status=None, failed=True), ["T007"]),  # it did not answer in time
        (request(), answer("", status=204), ["T006"]),
        (request(status=204), answer("", status=204), []),
        (request(status=400), answer("no", status=400, failed=True), []),
        (request(status=400), answer("no", status=500, failed=True), ["T006"]),
        (request(status=400), answer("no", status=None, failed=True), []),  # asynchronous: nobody tells the status
        (request(status=400), answer("{}"), ["T006"]),
        (request(schema=DETECTED), answer('{"results": [1]}'), []),
        (request(schema=DETECTED), answer('{"results": []}'), ["T008"]),
        (request(schema=DETECTED), answer("not json"), ["T008"]),
        (request(schema=DETECTED), answer('{"results": [NaN]}'), ["T008"]),
        (request(schema=DETECTED), answer(b"\xff\xfe"), ["T008"]),
        (request(schema=DETECTED), answer("[" * 100_000), ["T008"]),
        (request(schema=DETECTED), answer('{"results": [1]}', size=99_999_999), ["T008"]),
        (request(schema=DETECTED), answer("no", status=500, failed=True), ["T007"]),  # and not also no JSON
        (request(status=422, schema={"required": ["error"]}), answer('{"error": 1}', status=422, failed=True), []),
        (request(status=422, schema={"required": ["error"]}), answer("{}", status=422, failed=True), ["T008"]),
        (request(schema=False), answer("{}"), ["T008"]),
    ],
)
def test_an_answer_is_judged_by_what_was_expected(asked: Request, came: InvocationResult, expected: list[str]) -> None:
    assert codes(asked, came) == expected


def test_a_slow_answer_is_told_beside_a_wrong_one() -> None:
    assert codes(request(max_seconds=1), answer(), seconds=1.0) == []
    assert codes(request(max_seconds=1, schema=DETECTED), answer(), seconds=1.5) == ["T008", "T009"]


def test_a_message_has_request_expectation_and_what_came() -> None:
    (problem,) = judge(request(schema=DETECTED), answer('{"results": []}'), seconds=1, endpoint_name="server")
    for text in (problem.message.en, problem.message.ja):
        assert "smoke/plate.png" in text
        assert "$.results" in text
        assert '{"results": []}' in text
    assert problem.file == "smoke/plate.png"


def test_all_that_does_not_fit_is_told_the_first_in_the_message() -> None:
    schema: Json = {"items": {"type": "integer"}}
    (problem,) = judge(request(schema=schema), answer('["a", 1, "b"]'), seconds=1, endpoint_name="server")
    assert "$[0]: 'a' is not of type 'integer'" in problem.message.en
    assert "$[2]: 'b' is not of type 'integer'" in problem.hint.en


_GROUP = "arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/sagemaker/Endpoints/server"
_TAIL = "aws logs tail /aws/sagemaker/Endpoints/server"


@pytest.mark.parametrize(
    ("told", "command"),
    [
        (f"{_GROUP}:log-stream:AllTraffic/i-1", f"{_TAIL} --region ap-northeast-1 --since 1h --log-stream-names AllTraffic/i-1"),
        (f"{_GROUP}:*", f"{_TAIL} --region ap-northeast-1 --since 1h"),
        (_GROUP, f"{_TAIL} --region ap-northeast-1 --since 1h"),
        ("", f"{_TAIL} --since 1h"),
        (f"{_GROUP}:log-stream:x; rm -rf ~", f"{_TAIL} --since 1h"),
    ],
)
def test_an_error_says_what_to_do_and_the_command_that_shows_the_log_of_the_container(told: str, command: str) -> None:
    came = InvocationResult(status=500, content_type="", body=b"boom", size=4, failed=True, log_stream=told)
    (problem,) = judge(request(), came, seconds=1, endpoint_name="server")
    assert "HTTP 500" in problem.message.en
    assert "boom" in problem.message.ja
    assert problem.hint.ja.splitlines() == [
        "サーバのログは、次のコマンドで確認できます。原因を直し、ジョブを再実行してください:",
        command,
    ]


@pytest.mark.parametrize("said", ['{"detail":"CUDA out of memory. Tried"}', "CUDA_ERROR_OUT_OF_MEMORY: out of memory"])
def test_want_of_the_gpus_memory_is_told_before_the_log(said: str) -> None:
    (problem,) = judge(request(), answer(said, status=500, failed=True), seconds=1, endpoint_name="server")
    assert problem.hint.ja.startswith("不足したのはGPUのメモリです。")


def test_a_refusal_by_the_container_says_as_what_the_request_was_sent() -> None:
    (problem,) = judge(request(), answer("no", status=415, failed=True), seconds=1, endpoint_name="server")
    assert "sent as image/png" in problem.hint.en


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"a\n  b\tc", "a b c"),
        ("漢字".encode(), "漢字"),
        ("x" * 30, "x" * 19 + "…"),
        (("漢" * 30).encode()[:80], "漢" * 19 + "…"),
        (b"\x89PNG\r\n", "(6 bytes of application/json)"),
        (b"a\0b", "(3 bytes of application/json)"),
        (b"", ""),
    ],
)
def test_an_excerpt_is_one_line_of_text(body: str | bytes, shown: str) -> None:
    assert answer(body).excerpt(20) == shown


@pytest.mark.parametrize(
    ("schema", "body"), [({"$ref": "#"}, "{}"), ({"items": {"$ref": "#"}}, "[" * 400 + "]" * 400)], ids=["schema", "answer"]
)
def test_what_has_no_end_is_no_traceback(schema: Json, body: str) -> None:
    (problem,) = judge(request(schema=schema), answer(body), seconds=1, endpoint_name="server")
    assert "nested too deeply" in problem.message.en
