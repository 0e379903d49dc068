"""The WSGI application in front of moto.

It names every call, injects faults, refuses expired credentials and, if asked to, what a role may not do, and keeps a record.
"""

from __future__ import annotations

import functools
import os
import re
import socket
import struct
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import flask
import moto.applicationautoscaling.urls
import moto.batch.urls
import moto.cloudformation.urls
import moto.cloudwatch.urls
import moto.core.responses
import moto.core.utils
import moto.ecr.urls
import moto.iam.urls
import moto.logs.urls
import moto.s3.models
import moto.s3.responses
import moto.sagemaker.urls
import moto.sagemakerruntime.urls
import moto.servicequotas.urls
import moto.sts.urls
from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from sandbox.aws import permissions, wire
from sandbox.aws.accounts import send_to_account
from sandbox.aws.alarms import CloudWatch
from sandbox.aws.batch.responses import Batch, Logs
from sandbox.aws.cloudformation.responses import CloudFormation
from sandbox.aws.control import PREFIX, create_control
from sandbox.aws.ecr import ContainerRegistry
from sandbox.aws.iam import IdentityAndAccess
from sandbox.aws.instance_types import keep_answers
from sandbox.aws.quotas import ServiceQuotas
from sandbox.aws.runtime import SageMakerRuntime
from sandbox.aws.s3 import ObjectStore, without_bucket_policies
from sandbox.aws.sagemaker import SageMaker
from sandbox.aws.scaling import ApplicationAutoScaling
from sandbox.aws.state import ENVIRON_KEY, Fault, State
from sandbox.aws.sts import SecurityTokenService

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


_ON_THE_WAY = ("html", "empty")
_PAGE = "<html><head><title>Sign in</title></head><body><p>This network needs you to sign in.<br></body></html>"


_XML_REFUSAL = re.compile(rb"<Code>([^<]*)</Code>.*?<Message>([^<]*)</Message>", re.DOTALL)


class _CutError(ConnectionResetError):
    """The connection is to be reset, as was asked for through /_sandbox/faults. Werkzeug lets an error of this kind pass."""


def create_application(state: State) -> WSGIApplication:
    """The local AWS. moto's own state is one per process, so a process holds one of these."""
    _extend_moto()
    moto_server = DomainDispatcherApplication(create_backend_app)
    moto_server.get_backend_for_host = functools.cache(moto_server.get_backend_for_host)  # type: ignore[method-assign]
    control = create_control(state)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PREFIX):
            return control(environ, start_response)
        if environ["PATH_INFO"].startswith("/moto-api"):
            return moto_server(environ, start_response)  # type: ignore[no-any-return]
        environ[ENVIRON_KEY] = state
        call = wire.identify(environ)
        send_to_account(environ, call.access_key_id)
        fault = state.take_fault(call) or state.take_token(call)
        try:
            response = _answer(moto_server, environ, call, fault, state)
        except BaseException as error:
            state.remember(call, status=0, fault=fault)  # before the client can know: it may ask at once what was seen
            if isinstance(error, _CutError):
                _reset_connection(environ)
            raise
        state.remember(call, status=response.status_code, fault=fault)
        return response(environ, start_response)

    return application


def _extend_moto() -> None:
    """Put our responses into moto's routing tables, which it reads at the first request to a service."""
    os.environ["MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS"] = "false"  # as in AWS, where no bucket's policy allows it
    os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # 1,300 machine images that nobody asks for, at every reset
    # At every request moto looks through all methods of a class, which are 700 for EC2.
    moto.core.responses.method_names_from_class = functools.cache(  # type: ignore[attr-defined]
        moto.core.utils.method_names_from_class
    )
    moto.core.responses.gen_amzn_requestid_long = _request_id  # type: ignore[attr-defined, assignment]
    keep_answers()
    moto.sagemaker.urls.url_paths["{0}/$"] = SageMaker.dispatch
    moto.applicationautoscaling.urls.url_paths["{0}/$"] = ApplicationAutoScaling.dispatch
    moto.cloudformation.urls.url_paths["{0}/$"] = CloudFormation.dispatch
    moto.cloudwatch.urls.url_paths["{0}/$"] = CloudWatch.dispatch
    moto.ecr.urls.url_paths["{0}/$"] = ContainerRegistry.dispatch
    moto.iam.urls.url_paths["{0}/$"] = IdentityAndAccess.dispatch
    moto.logs.urls.url_paths["{0}/$"] = Logs.dispatch
    moto.servicequotas.urls.url_paths["{0}/$"] = ServiceQuotas.dispatch
    moto.sts.urls.url_paths["{0}/$"] = SecurityTokenService.dispatch
    moto.s3.models.FakeBucket.get_permission = without_bucket_policies  # type: ignore[method-assign, assignment]
    moto.s3.responses.S3Response = ObjectStore  # type: ignore[misc]  # moto reads S3's table anew whenever it needs it
    for path in moto.batch.urls.url_paths:
        moto.batch.urls.url_paths[path] = Batch.dispatch
    for path in moto.sagemakerruntime.urls.url_paths:
        moto.sagemakerruntime.urls.url_paths[path] = SageMakerRuntime.dispatch


def _request_id(headers: dict[str, str]) -> str:
    """For moto's, which draws each of 52 letters: a twentieth of an answer's time."""
    headers["x-amzn-requestid"] = uuid.uuid4().hex
    return headers["x-amzn-requestid"]


def _answer(
    moto_server: DomainDispatcherApplication, environ: WSGIEnvironment, call: wire.Call, fault: Fault | None, state: State
) -> Response:
    if fault and fault.kind == "slow":
        state.stopping.wait(fault.seconds)
    elif fault and fault.kind == "reset":
        raise _CutError
    elif fault and fault.kind in _ON_THE_WAY and not fault.done:
        return _from_the_way(fault)
    elif fault and fault.kind not in ("truncate", "lost", *_ON_THE_WAY):
        return wire.error_response(call, *_wording(fault, call))
    if state.is_expired(call.access_key_id):
        return wire.error_response(call, *wire.EXPIRED[call.protocol])
    try:
        wire.check_signature(environ, call, state.now())
        if lag := state.hiding(call):
            raise lag.refusal(*wire.json_request(environ))
        if state.permissions_enforced:
            with state.lock:
                state.grants_used.update(permissions.judge(call, environ, state.hosting, state.targets))
        response = _from_moto(moto_server.get_application(environ), environ, call)
    except wire.Refusal as refusal:
        response = wire.error_response(call, refusal.status, refusal.code, refusal.message)
    except NotImplementedError as error:
        response = _not_implemented(call, str(error))
    # A path that none of moto's services knows is answered by Flask, with a page for people.
    # Not so for S3: every path is one of its objects, and a missing one answers HEAD just so.
    if (
        response.status_code == 404
        and call.protocol != "s3"
        and (response.mimetype == "text/html" or response.headers.get("Content-Length") == "0")
    ):
        response = _not_implemented(call, "moto has no such route")
    if fault and fault.kind == "lost":
        raise _CutError
    if fault and fault.kind in _ON_THE_WAY:
        return _from_the_way(fault)
    return _truncated(response) if fault and fault.kind == "truncate" else response


def _from_moto(backend: flask.Flask, environ: WSGIEnvironment, call: wire.Call) -> Response:
    """What moto's function answers, without Flask around it: the contexts that it makes are a tenth of an answer's time."""
    request = BackendRequest(environ)
    try:
        endpoint, _ = backend.url_map.bind_to_environ(environ).match()
        function: convert_to_flask_response = backend.view_functions[endpoint]  # type: ignore[assignment]  # it calls these
        answer = function.callback(request, request.raw_url, dict(request.headers))
    except HTTPException as error:
        response = error.get_response(environ)
    else:
        status, headers, content = answer if len(answer) == 3 else (200, {}, answer)
        response = flask.Response(content, status, headers)
        if request.method == "HEAD" and "content-length" in headers:
            response.headers["Content-Length"] = headers["content-length"]
    # moto's own IAM refuses in XML, whatever the service speaks
    if response.status_code == 403 and call.protocol in ("json", "rest-json") and (found := _XML_REFUSAL.search(response.data)):
        return wire.error_response(call, 403, found[1].decode(), found[2].decode())
    return response


def _wording(fault: Fault, call: wire.Call) -> tuple[int, str, str]:
    words = {"expired": wire.EXPIRED, "error": wire.FAILED}
    status, code, message = wire.throttled(call) if fault.kind == "throttle" else words[fault.kind][call.protocol]
    return fault.status or status, fault.code or code, fault.message or message


def _from_the_way(fault: Fault) -> Response:
    """What a proxy or a captive portal answers in AWS's place: without a header of AWS's."""
    return Response(_PAGE if fault.kind == "html" else "", status=fault.status or 200, content_type="text/html")


def _not_implemented(call: wire.Call, reason: str) -> Response:
    """501: botocore's retry modes repeat 500, 502, 503 and 504, but leave this alone."""
    wanted = f"{call.service}:{call.operation}" if call.operation else f"{call.method} {call.path} of {call.service}"
    return wire.error_response(call, 501, "NotImplemented", f"The sandbox does not implement {wanted} ({reason}).")


def _truncated(response: Response) -> Response:
    """The same headers, with the full Content-Length, and half of the body before the connection closes."""
    content = response.get_data()
    headers = response.headers.copy()
    headers["Content-Length"] = str(len(content))

    def half() -> Iterator[bytes]:
        yield content[: len(content) // 2]

    return Response(half(), status=response.status, headers=headers)


def _reset_connection(environ: WSGIEnvironment) -> None:
    """Close the client's connection with a TCP reset instead of an answer.

    A linger of 0 makes the close a reset. A socket whose other end is gone takes the descriptor's place at that moment, so that
    the server's own tidy close, which follows, finds something to close and no client.
    """
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    near, far = socket.socketpair()
    with near, far:
        os.dup2(near.fileno(), connection.fileno())
