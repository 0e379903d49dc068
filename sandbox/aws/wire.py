"""AWS on the wire: which operation an HTTP request asks for, and how each protocol words an error."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Protocol = Literal["json", "rest-json", "query", "ec2", "s3"]

# What AWS itself says, by protocol: HTTP status, code, message. The codes differ, and so do botocore's retries on them.
EXPIRED: dict[Protocol, tuple[int, str, str]] = {
    "json": (403, "ExpiredTokenException", "The security token included in the request is expired"),
    "rest-json": (403, "ExpiredTokenException", "The security token included in the request is expired"),
    "query": (403, "ExpiredToken", "The security token included in the request is expired"),
    "ec2": (400, "RequestExpired", "Request has expired."),
    "s3": (400, "ExpiredToken", "The provided token has expired."),
}
THROTTLED: dict[Protocol, tuple[int, str, str]] = {
    "json": (400, "ThrottlingException", "Rate exceeded"),
    "rest-json": (429, "TooManyRequestsException", "Too Many Requests"),
    "query": (400, "Throttling", "Rate exceeded"),
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "s3": (503, "SlowDown", "Please reduce your request rate."),
}
# Service Quotas' own error (botocore: service-quotas, TooManyRequestsException)
_THROTTLED_BY_SERVICE = {"service-quotas": (400, "TooManyRequestsException", "Rate exceeded")}
FAILED: dict[Protocol, tuple[int, str, str]] = {
    "json": (500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."),
    "rest-json": (500, "ServerException", "An internal error occurred."),
    "query": (500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."),
    "ec2": (500, "InternalError", "An internal error has occurred"),
    "s3": (500, "InternalError", "We encountered an internal error. Please try again."),
}

# The name in the signature is not always botocore's name of the service.
_SERVICE_BY_SIGNING_NAME = {"monitoring": "cloudwatch", "servicequotas": "service-quotas", "tagging": "resourcegroupstaggingapi"}
CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_ATTEMPT = re.compile(r"attempt=(\d+)")  # of amz-sdk-request, which botocore sends (botocore.handlers: add_retry_headers)
_REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class Refusal(Exception):  # noqa: N818 (it is what AWS does, and not an error of the sandbox)
    """AWS refuses a request: HTTP status, AWS's error code, and its message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


def invalid(message: str) -> Refusal:
    """What most of AWS answers to a request that cannot be."""
    return Refusal(400, "ValidationException", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to AWS. `operation` is botocore's name (`GetObject`), empty when no operation has that method and path.

    `region` is empty without a signature. As botocore says: the attempts of a call have one `invocation`, and count from 1.
    """

    service: str
    operation: str
    protocol: Protocol
    method: str
    path: str
    access_key_id: str
    region: str = ""
    attempt: int = 1
    invocation: str = ""


def identify(environ: WSGIEnvironment) -> Call:
    """Say what a request asks for. A form body is read and put back; any other body stays unread."""
    request = Request(environ, populate_request=False)
    credential = CREDENTIAL.search(request.headers.get("Authorization", "")) or CREDENTIAL.search(
        "Credential=" + request.args.get("X-Amz-Credential", "")
    )
    signing_name = credential["service"].lower() if credential else ""
    service = _SERVICE_BY_SIGNING_NAME.get(signing_name, signing_name)
    protocol: Protocol
    if target := request.headers.get("X-Amz-Target"):
        protocol, operation = "json", target.rpartition(".")[2]
    elif (request.content_type or "").startswith("application/x-www-form-urlencoded") and service != "s3":
        operation = parse_qs(_form(environ)).get("Action", [""])[0]
        protocol = "ec2" if service == "ec2" else "query"
        service = service or ("sts" if operation.startswith("AssumeRoleWith") else "")
    elif not credential and request.method == "POST" and request.mimetype == "application/json":
        protocol, operation = "rest-json", _rest_operation("batch", request)  # unsigned: if any, it is Batch that is asked
    else:
        service = service or "s3"  # unsigned: a presigned or public object
        if service == "sagemaker":
            service = "sagemaker-runtime"  # SageMaker itself speaks JSON with a target; its runtime signs with the same name
        protocol = "s3" if service == "s3" else "rest-json"
        operation = _rest_operation(service, request)
    attempt = _ATTEMPT.search(request.headers.get("amz-sdk-request", ""))
    return Call(
        service=service,
        operation=operation,
        protocol=protocol,
        method=request.method,
        path=request.path,
        access_key_id=credential["key"] if credential else "",
        region=credential["region"] if credential else "",
        attempt=int(attempt[1]) if attempt else 1,
        invocation=request.headers.get("amz-sdk-invocation-id", ""),
    )


def throttled(call: Call) -> tuple[int, str, str]:
    """HTTP status, code and message by which a service asks a caller to slow down. None of them is documented to send
    Retry-After with it, or x-amz-retry-after, which botocore heeds (botocore.retries.standard)."""
    return _THROTTLED_BY_SERVICE.get(call.service, THROTTLED[call.protocol])


_SIGNED_WITHIN = 300  # seconds; IAM User Guide, 'Troubleshoot signed requests'


def check_signature(environ: WSGIEnvironment, call: Call, now: float) -> None:
    """That a request has one, of this time; no more is looked at. Raises Refusal.

    S3 may have objects for everybody, and a web identity needs none.
    """
    if call.access_key_id:
        _check_time(environ.get("HTTP_X_AMZ_DATE", ""), call, now)
    elif call.protocol == "s3":
        if "/" not in call.path.strip("/") and not environ.get("QUERY_STRING"):
            raise Refusal(403, "AccessDenied", "Access Denied")
    elif not call.operation.startswith("AssumeRoleWith"):
        raise Refusal(403, "MissingAuthenticationToken", "Missing Authentication Token")


def _check_time(date: str, call: Call, now: float) -> None:
    if not date:  # presigned
        return
    signed = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    if abs(now - signed) < _SIGNED_WITHIN:
        return
    if call.protocol == "s3":
        raise Refusal(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
    server = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    words = "Signature expired: {} is now earlier than {}" if now > signed else "Signature not yet current: {} is later than {}"
    code = "SignatureDoesNotMatch" if call.protocol == "query" else "InvalidSignatureException"
    raise Refusal(403, code, words.format(date, server))


def json_request(environ: WSGIEnvironment) -> tuple[Mapping[str, Any], str]:
    """The parameters of a request in JSON, and its region. Its body is put back."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    credential = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    return json.loads(body or b"{}"), credential["region"] if credential else ""


def _form(environ: WSGIEnvironment) -> str:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return str(body, "utf-8")


def _rest_operation(service: str, request: Request) -> str:
    try:
        operation, _ = get_service_router(service).match(request)
    except (NotFound, NotImplementedError, UnknownServiceError):
        return ""
    return str(operation.name)


def error_response(call: Call, status: int, code: str, message: str) -> Response:
    """An error as the protocol of `call` words it. The answer to HEAD has no body, so S3's clients see the status alone."""
    headers = {"x-amzn-RequestId": _REQUEST_ID}
    text = escape(message)
    if call.protocol in ("json", "rest-json"):
        headers["x-amzn-ErrorType"] = code
        body = json.dumps({"__type": code, "message": message})
        content_type = "application/x-amz-json-1.1" if call.protocol == "json" else "application/json"
    else:
        content_type = "text/xml"
        body = {
            "s3": f"<Error><Code>{code}</Code><Message>{text}</Message><RequestId>{_REQUEST_ID}</RequestId></Error>",
            "ec2": f"<Response><Errors><Error><Code>{code}</Code><Message>{text}</Message></Error></Errors>"
            f"<RequestID>{_REQUEST_ID}</RequestID></Response>",
            "query": f"<ErrorResponse><Error><Type>{'Sender' if status < 500 else 'Receiver'}</Type><Code>{code}</Code>"
            f"<Message>{text}</Message></Error><RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>",
        }[call.protocol]
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'
    return Response("" if call.method == "HEAD" else body, status=status, headers=headers, content_type=content_type)
