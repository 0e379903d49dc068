"""Answers that are not AWS's: the page of a proxy, an empty or a cut body. They are outages on the way of whichever call.

botocore parses what comes and raises what its parsers raise (no BotoCoreError among it), or gives a dict without the members that
every answer has. Here each answer is looked at once, for all clients of a session: what is not AWS's becomes a ClientError with
the code UNREADABLE and HTTP 502, is tried again as often as its client tries anything, and is an outage to whoever asks
(`errors.may_pass`). botocore does the same for S3's errors under HTTP 200 (handlers.py: _handle_200_error, _update_status_code).
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.model import Shape, StructureShape
from botocore.parsers import ResponseParser, ResponseParserError, ResponseParserFactory

from aces_action.sanitiser import one_line

UNREADABLE = "UnreadableAnswer"  # no code of AWS's
_BAD_GATEWAY = 502
_LOOKED_AT = 2_000  # bytes of what came instead: it may have megabytes
_SHOWN = 120  # characters of what came instead

# What each answer has and botocore's models do not mark as required, of the calls that would go wrong without it
_ALWAYS = {
    "AssumeRoleWithWebIdentity": "Credentials",
    "CompleteMultipartUpload": "ETag",
    "CopyObject": "CopyObjectResult",
    "CreateMultipartUpload": "UploadId",
    "DescribeJobs": "jobs",
    "DescribeScalableTargets": "ScalableTargets",
    "DescribeScalingPolicies": "ScalingPolicies",
    "DescribeScheduledActions": "ScheduledActions",
    "GetCallerIdentity": "Arn",
    "GetObject": "ETag",
    "HeadObject": "ETag",
    "InvokeEndpointAsync": "OutputLocation",
    "PutObject": "ETag",
    "UploadPart": "ETag",
    "UploadPartCopy": "CopyPartResult",
}
# One of these is on every answer of AWS's. A gateway may take headers away, so they count only where nothing else can tell.
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "x-amz-id-2")
_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(!doctype|[\w.:-]+)", re.DOTALL | re.IGNORECASE)


def watch_answers(core: botocore.session.Session) -> None:
    """Has every answer to the session's clients looked at. Call it before other handlers of `needs-retry` are registered."""
    core.register_component("response_parser_factory", _Parsers())
    core.get_component("event_emitter").register("needs-retry", _again)


def reason_to_doubt(response: Mapping[str, Any], parsed: Mapping[str, Any], shape: Shape | None, protocol: str) -> str | None:
    """Why something is not AWS's answer, as far as it can tell; None where it may be. `response` and `parsed` are botocore's."""
    status, body, headers = response["status_code"], response["body"], response["headers"]
    operation = response.get("context", {}).get("operation_name", "")
    streams = not isinstance(body, bytes)
    if status == 304 or (operation.startswith("Head") and status > 300):
        return None  # has no body, by HTTP
    if not streams and (why := _foreign(body, protocol)):
        return why
    if status > 300:
        bare = not body and protocol != "rest-xml" and "x-amzn-errortype" not in headers
        return "it is empty" if bare else None
    missing = [name for name in _members(operation, shape) if name not in parsed]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if (streams or not body) and not any(name in headers for name in _REQUEST_IDS):
        return "it bears no request id"
    return None


def _foreign(body: bytes, protocol: str) -> str | None:
    if not body.strip():
        return None
    if protocol in {"json", "rest-json"}:
        return None if body.lstrip().startswith(b"{") else "it is no JSON object"
    if protocol in {"query", "ec2", "rest-xml"}:
        found = _ROOT.match(body)
        root = found[1].rpartition(b":")[2].lower() if found else b""
        if root in {b"", b"html", b"!doctype"} or (protocol != "rest-xml" and not root.endswith((b"response", b"error"))):
            return "it is no XML of AWS's"
        # S3's errors come under HTTP 200 too; botocore knows them
    return None


def _members(operation: str, shape: Shape | None) -> list[str]:
    if not isinstance(shape, StructureShape) or shape.metadata.get("exception"):
        return []
    always = _ALWAYS.get(operation)
    return [*shape.required_members, *([always] if always in shape.members else [])]


class _Answer(dict[str, Any]):
    """An answer of AWS's. A member that is not in it is no bug of ours."""

    def __init__(self, parsed: Mapping[str, Any], operation: str) -> None:
        super().__init__(parsed)
        self._operation = operation

    def __missing__(self, name: str) -> Any:
        raise ResponseParserError(f"{self._operation}: no {name}")


class _Parsers(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return _Parser(super().create_parser(protocol_name), protocol_name)


class _Parser:
    """In the place of botocore's parser of a protocol, of which nothing but `parse` is called."""

    def __init__(self, parser: ResponseParser, protocol: str) -> None:
        self._parser: Any = parser  # its stub does not know that an operation may have no output
        self._protocol = protocol

    def parse(self, response: dict[str, Any], shape: Shape | None) -> dict[str, Any]:
        if shape is not None and shape.metadata.get("exception"):  # the second look, at an error that was known for AWS's
            return dict(self._parser.parse(response, shape))
        try:
            parsed = self._parser.parse(response, shape)
            why = reason_to_doubt(response, parsed, shape, self._protocol)
        except Exception as error:  # noqa: BLE001  a parser fails in any way over what it was not written for
            parsed, why = {}, f"it cannot be read ({type(error).__name__})"
        if why is None:
            return _Answer(parsed, str(response.get("context", {}).get("operation_name", "")))
        logging.getLogger(__name__).debug("not an answer of AWS's: %s", why)
        return _unreadable(response)


def _unreadable(response: Mapping[str, Any]) -> dict[str, Any]:
    """An error of the call, in words that are the same in every language: what came instead."""
    body = response["body"] if isinstance(response["body"], bytes) else b""
    what = f"HTTP {response['status_code']} {response['headers'].get('content-type', '')}".rstrip()
    said = one_line(body[:_LOOKED_AT].decode("utf-8", errors="replace"), _SHOWN)
    return {
        "Error": {"Code": UNREADABLE, "Message": f"{what}, {len(body):,} bytes" + (f": {said}" if said else "")},
        "ResponseMetadata": {"HTTPStatusCode": _BAD_GATEWAY, "HTTPHeaders": {}},
    }


def _again(
    response: tuple[Any, Mapping[str, Any]] | None,
    attempts: int,
    request_dict: Mapping[str, Any],
    **_: Any,
) -> float | None:
    """Seconds until the call is made again. Of a write's repetition see `consistency.went_through`."""
    if response is None or response[1].get("Error", {}).get("Code") != UNREADABLE:
        return None
    response[0].status_code = _BAD_GATEWAY  # by which botocore makes a ClientError of it
    most = (request_dict["context"]["client_config"].retries or {}).get("total_max_attempts", 1)
    return random.uniform(0.5, 1) * 0.1 * (1 << attempts - 1) if attempts < most else None  # noqa: S311  a pause
