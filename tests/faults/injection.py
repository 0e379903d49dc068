"""What befalls one call of a run: the kinds of faults, and the WSGI layer in front of the sandbox that brings them about.

The layer also keeps the record that the run is judged by: every request, what it names, and whether it was carried out.
"""

from __future__ import annotations

import io
import json
import os
import re
import select
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, unquote

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from sandbox.aws import wire

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Side = Literal["aws", "platform", "github"]
LASTING = sys.maxsize  # attempts: whoever waits for IAM makes hundreds, where no pause is a long one
_ENDS_WITHIN = 20.0  # seconds that a run may take to end after a signal; GitHub kills it after ten
_SLOW = 10.0  # seconds without an answer, more than a run waits for one here: see `stage.hurry`
_PAGE = "<html><body><h1>Sign in</h1><p>Your company's proxy</p></body></html>"
_STRANGE = "\ud800 \u202e\r\n::error::strange \x1b[31m](javascript:alert) \x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`done`: whether the request is carried out, whatever the answer. `attempts` that it befalls, one after the other.

    `everything`: from there on it befalls every call, whatever is asked. `others`: the run that begins there, beside this one.
    """

    name: str
    done: bool
    attempts: int = 1
    signum: signal.Signals | None = None
    everything: bool = False
    others: Literal["same", "other"] | None = None


def _kinds() -> dict[str, Kind]:
    shapes = [
        Kind(name="throttled", done=False),
        Kind(name="error-500", done=False),
        Kind(name="reset", done=False),
        Kind(name="html-502", done=False),
        Kind(name="html-200", done=True),
        Kind(name="lost", done=True),
        Kind(name="cut", done=True),
        Kind(name="empty", done=True),
        Kind(name="malformed", done=True),
    ]
    lasting = [Kind(name=f"{each.name}-lasting", done=each.done, attempts=LASTING) for each in shapes]
    others = [
        Kind(name="denied", done=False, attempts=LASTING),
        Kind(name="strange-text", done=False),
        Kind(name="expired", done=False),
        Kind(name="slow", done=True),
        Kind(name="unreachable", done=False, everything=True),
        Kind(name="second-run-same", done=True, others="same"),
        Kind(name="second-run-other", done=True, others="other"),
    ]
    signals = [
        Kind(name=f"{signum.name}-{moment}", done=moment == "after", signum=signum)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
        for moment in ("before", "after")
    ]
    return {each.name: each for each in (*shapes, *lasting, *others, *signals)}


KINDS = _kinds()


_READS = re.compile(r"(Describe|List|Get|Head|BatchGet|Simulate|AssumeRole|Invoke|GET|HEAD|token)")
_STEP = re.compile(rb"^::group::(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: `number` counts those of the same operation, from 1. `names` are those of resources that it is about.

    `status` is how the sandbox answered, 0 where it was not asked. `step`: in which of its steps the run was, by its log; empty
    where nobody looked.
    """

    side: Side
    service: str
    operation: str
    number: int = 0
    names: tuple[str, ...] = ()
    body: str = ""
    status: int = 0
    step: str = ""

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def place(self) -> str:
        return f"{self.name}#{self.number}"

    @property
    def is_write(self) -> bool:
        return not _READS.match(self.operation) and self.operation != "UploadPartCopy"

    @property
    def carried_out(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Injector:
    """Stands in front of all servers of a sandbox. `places` and `kind`: what befalls which calls; None: nothing does.

    `log`: that of the run, to know its steps by. `struck`: how many attempts it has befallen at each of the places; `reached` is
    set by the first.
    """

    kind: Kind | None = None
    places: tuple[str, ...] = ()
    log: Path | None = None
    recording: bool = False
    calls: list[Call] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    pid: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    _counts: dict[str, int] = field(default_factory=dict)
    _started: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def started(self, pid: int) -> None:
        self.pid = pid
        self._started.set()

    def end(self) -> tuple[Call, ...]:
        """The run is over: nothing more befalls anybody. The calls that it made, to be kept; those of the next run come anew."""
        self.kind, calls = None, tuple(self.calls)
        self.calls.clear()
        self.ended.set()
        return calls

    def in_front_of(self, side: Side, application: WSGIApplication) -> WSGIApplication:
        def layer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            of_a_job = environ.get("HTTP_USER_AGENT", "").startswith("Python-urllib")  # stories.py: _JOB
            if not self.recording or of_a_job or environ["PATH_INFO"].startswith(("/_sandbox", "/_control", "/moto-api")):
                return application(environ, start_response)
            asked, call = _identify(side, environ)
            call, kind = self._take(call)
            response = self._answer(application, environ, asked, call, kind)
            return response(environ, start_response)

        return layer

    def _take(self, asked: Call) -> tuple[Call, Kind | None]:
        with self._lock:
            number = self._counts[asked.name] = self._counts.get(asked.name, 0) + 1
            call, kind = replace(asked, number=number, step=self._step()), self.kind
            place = self._struck_place(call, kind) if kind else None
            if place is None:
                return call, None
            self.struck[place] += 1
            self.reached.set()
            return call, kind

    def _struck_place(self, call: Call, kind: Kind) -> str | None:
        if kind.everything and self.struck:
            return next(iter(self.struck))
        for place in self.places:
            name, _, first = place.rpartition("#")
            if name == call.name and int(first) <= call.number < int(first) + kind.attempts:
                return place
        return None

    def _step(self) -> str:
        """The last group that the log has opened."""
        steps = _STEP.findall(self.log.read_bytes()) if self.log else []
        return steps[-1].decode() if steps else ""

    def _answer(
        self, application: WSGIApplication, environ: WSGIEnvironment, asked: wire.Call | None, call: Call, kind: Kind | None
    ) -> Response:
        if kind is None or kind.done:
            body, status, headers = run_wsgi_app(application, environ)
            response = Response(body, status=status, headers=headers)
            self._remember(call, response.status_code)
        else:
            response = Response()
            self._remember(call, 0)
        if kind is None or kind.others:
            return response
        if kind.signum is not None:
            return self._kill(environ, kind.signum)
        return _MISHAPS[kind.name.removesuffix("-lasting")](environ, asked, response)

    def _remember(self, call: Call, status: int) -> None:
        with self._lock:
            self.calls.append(replace(call, status=status))

    def _kill(self, environ: WSGIEnvironment, signum: signal.Signals) -> Response:
        """The run is sent the signal while it waits for this answer, which it never gets."""
        self._started.wait(_ENDS_WITHIN)
        if not self.ended.is_set():
            os.kill(self.pid, signum)
        self.ended.wait(_ENDS_WITHIN)
        return _cut_off(environ)


def _identify(side: Side, environ: WSGIEnvironment) -> tuple[wire.Call | None, Call]:
    """The request in the sandbox's words and in ours, without its number. Its body is put back."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    path, method, text = environ["PATH_INFO"], environ["REQUEST_METHOD"], body.decode(errors="replace")
    if side == "aws":
        asked = wire.identify(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        operation = asked.operation or f"{method} {path}"
        return asked, Call(side=side, service=asked.service, operation=operation, names=_names(asked, path, text), body=text)
    if side == "github":
        return None, Call(side=side, service="github", operation="token")
    names: tuple[str, ...] = ()
    if method == "PUT":
        names = (path.rpartition("/")[2],)
    elif method == "POST":
        names = tuple(each["name"] for each in json.loads(text)["services"])
    what = path.split("/")[4] if path.count("/") > 3 else path
    return None, Call(side=side, service="platform", operation=f"{method} {what}", names=names, body=text)


_NAMED = (
    *("EndpointName", "EndpointConfigName", "ModelName", "jobDefinitionName", "jobDefinition", "ResourceId", "AlarmName"),
    "PolicyName",
)


def _names(call: wire.Call, path: str, text: str) -> tuple[str, ...]:
    """What a request is about, by the last part of a name: what a person would look for."""
    if call.service == "s3":
        return (unquote(path).split("/", 2)[-1],)
    if call.protocol == "query":
        fields: Any = {key.split(".")[0]: value for key, (value, *_) in parse_qs(text).items()}
    else:
        try:
            fields = json.loads(text or "{}")
        except ValueError:
            return ()
    named = [str(fields[key]) for key in _NAMED if key in fields]
    named += _listed(fields.get("AlarmNames", []))
    arn = fields.get("ResourceArn") or fields.get("ResourceARN")
    return (*named, re.split("[/:]", str(arn))[-1]) if arn else tuple(named)


def _listed(names: object) -> list[str]:
    return [str(each) for each in names] if isinstance(names, list) else [str(names)]


def _throttled(_: WSGIEnvironment, asked: wire.Call | None, __: Response) -> Response:
    return (
        wire.error_response(asked, *wire.THROTTLED[asked.protocol]) if asked else Response(_PAGE, 503, content_type="text/html")
    )


def _failed(_: WSGIEnvironment, asked: wire.Call | None, __: Response) -> Response:
    return wire.error_response(asked, *wire.FAILED[asked.protocol]) if asked else Response("failed", 500)


def _denied(_: WSGIEnvironment, asked: wire.Call | None, __: Response) -> Response:
    if asked is None:
        return _as_json({"detail": "Forbidden."}, 403)
    code = "AccessDenied" if asked.protocol in ("s3", "query") else "AccessDeniedException"
    action = f"{asked.service}:{asked.operation}"
    return wire.error_response(asked, 403, code, f"User: someone is not authorized to perform: {action} on resource: *")


def _strange(_: WSGIEnvironment, asked: wire.Call | None, __: Response) -> Response:
    """A refusal in words that no log is made for."""
    if asked is None:
        return _as_json({"detail": _STRANGE, "errors": {"services.0.name": [_STRANGE]}}, 400)
    if asked.protocol in ("json", "rest-json"):
        return wire.error_response(asked, 400, "ValidationException", _STRANGE)
    code = {"s3": "InvalidRequest", "ec2": "InvalidParameterValue"}.get(asked.protocol, "ValidationError")
    return wire.error_response(asked, 400, code, re.sub(r"[\x00-\x08\x1b\ud800]", "?", _STRANGE))  # what XML cannot say


def _expired(_: WSGIEnvironment, asked: wire.Call | None, __: Response) -> Response:
    """The credentials of the call have ended before their time; of STS itself it is the token that has."""
    if asked is None:
        return _as_json({"detail": "The token has expired."}, 401)
    if asked.service == "sts" and asked.operation.startswith("AssumeRoleWith"):
        return wire.error_response(asked, 400, "ExpiredTokenException", "Token expired: it must be used within 300 s")
    return wire.error_response(asked, *wire.EXPIRED[asked.protocol])


def _slow(environ: WSGIEnvironment, _: wire.Call | None, __: Response) -> Response:
    """It is done, and nothing comes until the client has gone."""
    select.select([environ["werkzeug.socket"]], [], [], _SLOW)  # readable: it has closed its side
    return _cut_off(environ)


def _malformed(_: WSGIEnvironment, __: wire.Call | None, response: Response) -> Response:
    """The first half of the body, as if that were all."""
    content = response.get_data()
    headers = [(name, value) for name, value in response.headers if name.lower() != "content-length"]
    return Response(content[: len(content) // 2], response.status, headers)


def _page(status: int) -> Callable[[WSGIEnvironment, wire.Call | None, Response], Response]:
    return lambda environ, _, __: Response("" if environ["REQUEST_METHOD"] == "HEAD" else _PAGE, status, content_type="text/html")


def _empty(_: WSGIEnvironment, __: wire.Call | None, response: Response) -> Response:
    return Response("", response.status_code, content_type=response.content_type)


def _cut(_: WSGIEnvironment, __: wire.Call | None, response: Response) -> Response:
    """Half of the body under the full Content-Length, before the connection closes."""
    content, headers = response.get_data(), response.headers.copy()
    headers["Content-Length"] = str(len(content))
    return Response(iter([content[: len(content) // 2]]), status=response.status, headers=headers)


def _cut_off(environ: WSGIEnvironment, *_: object) -> Response:
    """Nothing reaches the client: werkzeug quietly fails to write this answer."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response()


_MISHAPS: Mapping[str, Callable[[WSGIEnvironment, wire.Call | None, Response], Response]] = {
    "throttled": _throttled,
    "error-500": _failed,
    "reset": _cut_off,
    "html-502": _page(502),
    "html-200": _page(200),
    "lost": _cut_off,
    "cut": _cut,
    "empty": _empty,
    "denied": _denied,
    "strange-text": _strange,
    "expired": _expired,
    "slow": _slow,
    "malformed": _malformed,
    "unreachable": _cut_off,
}


def _as_json(content: object, status: int) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
