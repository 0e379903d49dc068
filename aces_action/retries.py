"""How calls over the network are tried again, and what the user hears of it: a debug line each time, one warning if it lasts
(of a service that throttles, one line).

botocore tries AWS's calls again by itself (its standard mode: exponential, with jitter); `ReportedRetry` does the same for the
platform and GitHub's token endpoint. Neither ever repeats what was refused: missing permissions, wrong requests.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import urllib3.exceptions
from urllib3.connectionpool import ConnectionPool
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.problems.action import no_proper_answer

LONG = 10.0  # seconds without an answer that count as an outage
# Seconds between two tries of one call at the most: a time-out of AWS's clients (60), and botocore's longest pause (20)
_APART = 100.0

OnRetry = Callable[[str, str], None]  # the call that is tried again ('DescribeEndpoint of sagemaker'), and why


def _nobody(_call: str, _why: str) -> None:
    """For those who need not hear of it."""


class Outages:
    """Hears of every repeated call. Calls come from several threads."""

    def __init__(
        self,
        debug: Callable[[str], None],
        warn: Callable[[Problem], None],
        inform: Callable[[Text], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._debug, self._warn, self._inform, self._now = debug, warn, inform, now
        self._lock = threading.Lock()
        self._since: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._warned: set[str] = set()

    def retried(self, service: str, call: str, why: str, *, throttled: bool = False) -> None:
        """A call of a service is tried again. After a while without such news, the next outage is another one.

        `throttled`: the service is well, and asks to be called less often; that is no warning.
        """
        with self._lock:
            now = self._now()
            if now - self._last.get(service, now) > _APART:
                self._over(service)
            self._last[service] = now
            lasted = now - self._since.setdefault(service, now)
            self._debug(f"tries {call} of {service} again: {why}")
            if lasted < LONG or service in self._warned:
                return
            self._warned.add(service)
            if throttled:
                self._inform(
                    Text(
                        f"AWS asks to slow down ({call} of {service}: {why}); trying again, less often",
                        f"AWSから呼び出しを減らすよう求められました（{service}の{call}: {why}）。間隔を空けて再試行します",
                    )
                )
            else:
                self._warn(no_proper_answer(service, lasted, why))

    def answered(self, service: str) -> None:
        """A service has answered as it should: what comes after this is another outage."""
        with self._lock:
            self._over(service)

    def _over(self, service: str) -> None:
        self._since.pop(service, None)
        self._warned.discard(service)

    def of(self, service: str) -> OnRetry:
        return lambda call, why: self.retried(service, call, why)


class ReportedRetry(Retry):
    """urllib3's, which tells each repetition to `tell`.

    Unless it is `patient`, it does not ask a server again that let us wait for the whole time-out.
    """

    # urllib3 would also retry 413 and 429 that bear Retry-After
    RETRY_AFTER_STATUS_CODES = frozenset({503})

    def __init__(self, *arguments: Any, tell: OnRetry = _nobody, patient: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._tell, self._patient = tell, patient

    def new(self, **options: Any) -> Self:
        return super().new(tell=self._tell, patient=self._patient, **options)

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if isinstance(error, urllib3.exceptions.ReadTimeoutError) and not self._patient:
            raise error
        next_one = super().increment(method, url, response, error, _pool, _stacktrace)
        self._tell(method or "", f"HTTP {response.status}" if response else type(error).__name__)
        return next_one


def network_retry(*, backoff: float, statuses: frozenset[int], patient: bool = False, tell: OnRetry = _nobody) -> ReportedRetry:
    """Three more tries in about `8 * backoff` seconds, with jitter, after a failed connection or one of the HTTP statuses."""
    return ReportedRetry(
        total=3,
        other=0,  # TLS errors: a certificate is no better a second later
        status_forcelist=statuses,
        allowed_methods=None,  # all of them: no call of ours does harm twice
        backoff_factor=backoff,
        backoff_jitter=backoff,
        retry_after_max=5,
        raise_on_status=False,
        tell=tell,
        patient=patient,
    )
