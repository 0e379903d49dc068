"""What the local AWS knows beside moto's own state: faults to inject, calls seen, credentials that expire, image layers."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Literal, TypedDict, get_args

from werkzeug.wrappers import Request

from sandbox.aws.answers import Answer
from sandbox.aws.batch.store import Jobs
from sandbox.aws.cloudformation.stacks import Stacks
from sandbox.aws.hosting.store import Hosting
from sandbox.aws.lag import Lag
from sandbox.aws.policy import Grant
from sandbox.aws.rates import Throttle
from sandbox.aws.targets import Targets
from sandbox.aws.wire import Call
from sandbox.oidc import Issuer

FaultKind = Literal["throttle", "error", "expired", "slow", "reset", "lost", "truncate", "html", "empty"]
ENVIRON_KEY = "sandbox.state"


@dataclass(slots=True, kw_only=True)
class Fault:
    """A rule: what befalls the calls that match. None of `service` or `operation` matches any; `times` None: always.

    `skip` calls pass first. With `after`, it begins with the next call of that operation, which passes. `seconds` is how long
    `slow` waits; `status`, `code`, `message` are for `error`. `html` and `empty` are answers of something on the way, with
    `status` (200); `done`: after AWS has done what it was asked for.
    """

    kind: FaultKind
    service: str | None = None
    operation: str | None = None
    times: int | None = 1
    skip: int = 0
    after: str | None = None
    seconds: float = 0.0
    status: int | None = None
    code: str | None = None
    message: str | None = None
    done: bool = False

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"kind is {self.kind!r}, not one of {', '.join(get_args(FaultKind))}")

    def matches(self, call: Call) -> bool:
        return self.service in (None, call.service) and self.operation in (None, call.operation)


class SeenCall(TypedDict):
    """A line of `GET /_sandbox/calls`. `status` is 0 where the connection was cut; `fault` the kind injected, if any;
    `throttle` also for a call above AWS's rates. `attempt` counts those of an `invocation` from 1; `at` is in
    seconds of this server's clock."""

    service: str
    operation: str
    status: int
    method: str
    path: str
    access_key_id: str
    fault: str | None
    attempt: int
    invocation: str
    at: float


@dataclass(slots=True, kw_only=True)
class State:
    """Shared by all requests; every access that reads and then writes holds `lock`."""

    issuer: Issuer
    stopping: threading.Event
    hosting: Hosting = field(default_factory=Hosting)
    targets: Targets = field(default_factory=Targets)
    batch: Jobs = field(default_factory=Jobs)
    stacks: Stacks = field(default_factory=Stacks)
    faults: list[Fault] = field(default_factory=list)
    throttle: Throttle | None = None
    lags: list[Lag] = field(default_factory=list)
    calls: list[SeenCall] = field(default_factory=list)
    layers: dict[str, bytes] = field(default_factory=dict)
    part_sizes: dict[str, list[int]] = field(default_factory=dict)  # of layers that are being uploaded, by upload
    credentials_end: dict[str, float] = field(default_factory=dict)
    credentials_lifetime: float | None = None
    permissions_enforced: bool = False
    clock_ahead: float = 0.0  # seconds that AWS's clock is ahead of this machine's
    grants_used: set[Grant] = field(default_factory=set)
    quotas: dict[str, float | None] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def take_fault(self, call: Call) -> Fault | None:
        """The first rule that strikes this call; its count goes down."""
        with self.lock:
            for fault in self.faults:
                if fault.after is not None:
                    fault.after = None if fault.after == call.operation else fault.after
                    continue
                if not fault.matches(call):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    def take_token(self, call: Call) -> Fault | None:
        """A fault for a call above AWS's rates, where these are asked for."""
        with self.lock:
            return None if self.throttle is None or self.throttle.lets_pass(call) else Fault(kind="throttle")

    def hiding(self, call: Call) -> Lag | None:
        """Why the call does not see yet what was written before it."""
        with self.lock:
            return next((lag for lag in self.lags if lag.hides(call)), None)

    def remember(self, call: Call, *, status: int, fault: Fault | None) -> None:
        """Put the call on record."""
        seen = SeenCall(
            service=call.service,
            operation=call.operation,
            status=status,
            method=call.method,
            path=call.path,
            access_key_id=call.access_key_id,
            fault=fault.kind if fault else None,
            attempt=call.attempt,
            invocation=call.invocation,
            at=time.monotonic(),
        )
        with self.lock:
            self.calls.append(seen)
            for lag in self.lags if status == 200 else ():
                lag.written(call)

    def now(self) -> float:
        """By AWS's clock, which may differ from this machine's."""
        return time.time() + self.clock_ahead

    def is_expired(self, access_key_id: str) -> bool:
        return self.credentials_end.get(access_key_id, float("inf")) <= self.now()

    def forget_wishes(self) -> None:
        """Nothing is asked of this server any more, no call was seen, and nothing is hosted. All else is as it was."""
        with self.lock:
            self.hosting.reset()
            self.targets.reset()
            for remembered in (self.faults, self.lags, self.calls, self.grants_used, self.quotas, self.answers):
                remembered.clear()
            self.permissions_enforced = False
            self.throttle = None
            self.clock_ahead = 0.0

    def reset(self) -> None:
        with self.lock:
            self.forget_wishes()
            self.batch.reset()
            self.stacks.reset()
            self.layers.clear()
            self.part_sizes.clear()
            self.credentials_end.clear()
            self.credentials_lifetime = None


def state_of(request: Request) -> State:
    """The state of the server that received `request`: the WSGI application puts it there, so no module holds any."""
    state: State = request.environ[ENVIRON_KEY]
    return state
