"""Sends the requests to the endpoint and gathers what comes, of a real-time endpoint at once, of an asynchronous one from S3."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

from aces_action.aws.errors import AWS_ERRORS, error_code, error_message, explain, is_denied
from aces_action.aws.throttling import LEEWAY, at_most
from aces_action.language import Text, joined, same
from aces_action.problems import ActionError, Problem
from aces_action.problems.smoke_test import answers as problems
from aces_action.project.model import Request, RequestFile
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy, pause
from aces_action.smoke_test.judge import judge
from aces_action.smoke_test.model import Exchange, InvocationResult

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

Tell = Callable[[Text], None]
_Returned = TypeVar("_Returned")

MOST_READ = 16 << 20  # bytes of one answer: an asynchronous one may have as many as it likes
_SHOWN = 300  # characters of an answer in the log
_HEARTBEAT = 60.0
_TRIES = 3
# The request did not come to SageMaker, or SageMaker did not hand it to the model. Nothing else is ever sent twice.
_NOT_SENT = (EndpointConnectionError, ConnectTimeoutError, ConnectionClosedError)
_NOT_ASKED = {"ThrottlingException", "ServiceUnavailable", "ModelNotReadyException"}
_MODEL_ERROR = "ModelError"
_ORIGINAL_STATUS = re.compile(r"Received (?:client|server) error \((\d{3})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationTarget:
    """The endpoint that is asked. Of an asynchronous one: the bucket and the folder in it that requests are put into, and the
    seconds that the container has for one (None: SageMaker's default)."""

    endpoint_name: str
    is_async: bool
    bucket: str
    folder: str
    invocation_timeout: int | None = None


def folder_of(server: str) -> str:
    """Where the requests of a server's smoke test lie in its bucket: beside the answers of its asynchronous endpoint. Jobs find
    theirs there too."""
    return f"async-inference/{server}/smoke-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """How requests come to the target and answers back: clients, time and whom to tell."""

    runtime: SageMakerRuntimeClient
    s3: S3Client
    target: InvocationTarget
    wait_policy: WaitPolicy
    tell: Tell


def send(
    runtime: SageMakerRuntimeClient,
    s3: S3Client,
    requests: Sequence[Request],
    target: InvocationTarget,
    wait_policy: WaitPolicy,
    tell: Tell,
) -> list[Exchange]:
    """Sends all requests, whatever becomes of one, and judges the answers; each is a line of the log, with the answer below.

    `wait_policy` is for all of them. Raises ActionError: A005 where the role may not ask, or read the answers.
    """
    sender = _Sender(runtime=runtime, s3=s3, target=target, wait_policy=wait_policy, tell=tell)
    if target.is_async:
        return _asynchronous(sender, requests)
    exchanges = []
    for request in requests:
        exchanges.append(_realtime(sender, request))
        _show(exchanges[-1], tell)
    return exchanges


def _realtime(sender: _Sender, request: Request) -> Exchange:
    headers: dict[str, Any] = {"ContentType": request.content_type, "Accept": request.accept}
    headers["CustomAttributes"] = request.custom_attributes
    given = {key: value for key, value in headers.items() if value is not None}
    wait_policy, target = sender.wait_policy, sender.target
    body, started = request.file.read_bytes(), wait_policy.now()

    def ask() -> InvocationResult:
        nonlocal started
        started = wait_policy.now()
        came = sender.runtime.invoke_endpoint(EndpointName=target.endpoint_name, Body=body, **given)
        with closing(came["Body"]) as stream:
            content = stream.read()
        return InvocationResult(
            status=came["ResponseMetadata"]["HTTPStatusCode"],
            content_type=came.get("ContentType", ""),
            body=content,
            size=len(content),
            variant=came.get("InvokedProductionVariant", ""),
        )

    try:
        answer = _patiently(sender, ask)
    except ClientError as error:
        if error_code(error) != _MODEL_ERROR:
            return _unsent(request, error, target, wait_policy.now() - started)
        answer = _model_error(error)
    except AWS_ERRORS as error:
        return _unsent(request, error, target, wait_policy.now() - started)
    return _judged(request, answer, wait_policy.now() - started, target)


def _model_error(error: ClientError) -> InvocationResult:
    """The container's own answer in SageMaker's: HTTP 424 with status, words and log of the container."""
    response: Any = error.response
    said = str(response.get("OriginalMessage") or error_message(error)).encode("utf-8", "replace")
    return InvocationResult(
        status=response.get("OriginalStatusCode") or None,  # 0: it did not answer in time
        content_type="",
        body=said,
        size=len(said),
        failed=True,
        log_stream=str(response.get("LogStreamArn", "")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A request that an asynchronous endpoint has taken, when, and where its answer or its failure will be. S3 URIs."""

    index: int
    request: Request
    started: float
    output: str
    failure: str | None


def _asynchronous(sender: _Sender, requests: Sequence[Request]) -> list[Exchange]:
    wait_policy, tell = sender.wait_policy, sender.tell
    begun = wait_policy.now()
    done: dict[int, Exchange] = {}
    waiting: list[_Waiting] = []
    for index, request in enumerate(requests):
        taken = _take(sender, index, request)
        if isinstance(taken, Exchange):
            done[index] = taken
            _show(taken, tell)
        else:
            waiting.append(taken)
    last_told = wait_policy.now()
    while waiting:
        for each in list(waiting):
            now = wait_policy.now()
            end = begun + wait_policy.limit
            with at_most(end - now + LEEWAY):
                exchange = _look(sender, each, now=now, limit=end)
            if exchange is not None:
                waiting.remove(each)
                done[each.index], last_told = exchange, now
                _show(exchange, tell)
        now = wait_policy.now()
        if waiting and now - last_told >= _HEARTBEAT:
            last_told, left, count, clock = now, len(waiting), len(requests), _clock(now - begun)
            tell(
                Text(
                    f"{clock}  {left} of {count} requests have no answer yet",
                    f"{clock}  {count}件中{left}件のリクエストの応答を待っています",
                )
            )
        if waiting:
            wait_policy.sleep(min(pause(now - begun), max(0.1, begun + wait_policy.limit - now)))
    return [done[index] for index in sorted(done)]


def _take(sender: _Sender, index: int, request: Request) -> _Waiting | Exchange:
    """Uploads a request and has the endpoint take it."""
    wait_policy, target = sender.wait_policy, sender.target
    started = wait_policy.now()
    location = upload(sender.s3, request, bucket=target.bucket, folder=target.folder)
    headers: dict[str, Any] = {
        "ContentType": request.content_type,
        "Accept": request.accept,
        "CustomAttributes": request.custom_attributes,
        "InvocationTimeoutSeconds": target.invocation_timeout,
    }
    given = {key: value for key, value in headers.items() if value is not None}
    try:
        taken = _patiently(
            sender,
            lambda: sender.runtime.invoke_endpoint_async(EndpointName=target.endpoint_name, InputLocation=location, **given),
        )
    except AWS_ERRORS as error:
        return _unsent(request, error, target, wait_policy.now() - started)
    return _Waiting(
        index=index,
        request=request,
        started=started,
        output=taken["OutputLocation"],
        failure=taken.get("FailureLocation") or None,
    )


def upload(s3: S3Client, request: RequestFile, *, bucket: str, folder: str) -> str:
    """Puts the body where endpoint or job can read it, under a name of its content: what is there already stays as it is."""
    key = f"{folder}/{request.sha256()}{PurePosixPath(request.name).suffix.lower()}"
    location = f"s3://{bucket}/{key}"
    try:
        with request.file.open("rb") as body:
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=request.content_type, IfNoneMatch="*")
    except ClientError as error:
        if error_code(error) != "PreconditionFailed":
            raise ActionError(explain(error, resource=location)) from error
    return location


def _look(sender: _Sender, each: _Waiting, *, now: float, limit: float) -> Exchange | None:
    """What came of a request so far; None while there is time and nothing has come."""
    seconds, target = now - each.started, sender.target
    for location, failed in ((each.output, False), (each.failure, True)):
        if location and (answer := _read(sender.s3, location, failed=failed)):
            return _judged(each.request, answer, seconds, target)
    longest = each.request.max_seconds
    if now >= limit or (longest is not None and seconds > longest):
        problem = problems.no_answer(each.request.name, seconds, endpoint_name=target.endpoint_name)
        return Exchange(request=each.request, seconds=seconds, answer=None, problems=(problem,))
    return None


def _read(s3: S3Client, location: str, *, failed: bool) -> InvocationResult | None:
    """An answer in S3; None while it is not there. To a role that may not list the bucket S3 says 'forbidden' for that."""
    parts = urlsplit(location)
    try:
        found = s3.get_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
        with closing(found["Body"]) as stream:
            body = stream.read(MOST_READ)
    except ClientError as error:
        if error_code(error) in {"NoSuchKey", "404"}:
            return None
        raise ActionError(explain(error, resource=location)) from error
    status: int | None = 200
    if failed:
        status_line = _ORIGINAL_STATUS.search(body[:10_000].decode("utf-8", errors="replace"))
        status = int(status_line[1]) if status_line else None
    content_type = found.get("ContentType", "")
    return InvocationResult(status=status, content_type=content_type, body=body, size=found["ContentLength"], failed=failed)


def _patiently(sender: _Sender, call: Callable[[], _Returned]) -> _Returned:
    """A call that is made again only where the model has not been asked."""
    for wait in _waits():
        try:
            return call()
        except _NOT_SENT as error:
            why = type(error).__name__
        except ClientError as error:
            if error_code(error) not in _NOT_ASKED:
                raise
            why = error_code(error)
        sender.tell(Text(f"sending it again: {why}", f"もう一度送ります: {why}"))
        sender.wait_policy.sleep(wait)
    return call()


def _waits() -> Iterator[float]:
    """Seconds between two tries."""
    yield from (2.0**number for number in range(_TRIES - 1))


def _unsent(request: Request, error: Any, target: InvocationTarget, seconds: float) -> Exchange:
    """SageMaker did not ask the model. Raises ActionError where it would not for any request: the role may not."""
    problem: Problem = replace(explain(error, resource=f"{target.endpoint_name}, {request.name}"), file=request.name)
    if isinstance(error, ClientError) and is_denied(error):
        raise ActionError(problem) from error
    return Exchange(request=request, seconds=seconds, answer=None, problems=(problem,))


def _judged(request: Request, answer: InvocationResult, seconds: float, target: InvocationTarget) -> Exchange:
    problems = judge(request, answer, seconds=seconds, endpoint_name=target.endpoint_name)
    return Exchange(request=request, seconds=seconds, answer=answer, problems=tuple(problems))


def _show(exchange: Exchange, tell: Tell) -> None:
    answer, seconds, start = exchange.answer, exchange.seconds, f"{'✓' if exchange.passed else '✗'} {exchange.request.name}"
    if answer is None:
        tell(Text(f"{start}  no answer  {seconds:.2f} s", f"{start}  応答なし  {seconds:.2f}秒"))
        return
    unknown = Text("failed", "失敗") if answer.failed else same("–")
    parts = (
        same(start),
        same(str(answer.status)) if answer.status else unknown,
        Text(f"{seconds:.2f} s", f"{seconds:.2f}秒"),
        Text(f"{answer.size:,} bytes", f"{answer.size:,}バイト"),
        same(answer.variant),
    )
    tell(joined("  ", parts))
    if shown := answer.excerpt(_SHOWN):
        tell(same(f"  {shown}"))


def _clock(seconds: float) -> str:
    """`0:42`, as the roll-out's lines have it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:3d}:{rest:02d}"
