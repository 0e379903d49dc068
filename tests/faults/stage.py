"""Where the cells are played: a sandbox that is prepared once for each story, and forked for each cell.

Processes are forked from one without threads, always: a stage before its sandbox starts and after it has stopped, and of a cell
the launcher before the cell's own servers start. So each cell has all of AWS and of the platform as the story begins, and what it
does to them is gone with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3.util
from botocore.retries.standard import ExponentialBackoff
from flask import Flask

from sandbox import oidc
from sandbox.platform.app import create_app as create_platform
from sandbox.server import HOST, Sandbox
from tests.conftest import REPOSITORY, Caller, Ended, plain, read_outputs, unread_outputs
from tests.faults.injection import Injector, Side
from tests.faults.surroundings import FULL_DISK_AT, ORDINARY, Limit, Surroundings, befall
from tests.forked import ENTRYPOINT, Run, _enter

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ENDS_WITHIN = 90.0  # seconds for one run
_PATIENCE = 2.0  # seconds for one answer; of 4,600 the longest took 0.3, of two processors that six times as many ran on


def hurry() -> None:
    """From here on, and in every fork: no pause between two attempts is longer than it has to be, and nobody waits longer than
    some seconds for an answer. Which calls are made, and in which order, stays."""
    asleep, resolve = time.sleep, socket.getaddrinfo

    def sleep(seconds: Any) -> None:
        asleep(min(seconds, 0.02))

    def soon(*_: object) -> float:
        return 0.01

    def found(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        return _local_address(port) if host == HOST else resolve(host, port, *arguments, **options)

    time.sleep, socket.getaddrinfo = sleep, found  # glibc reads files for it, with each of a hundred connections
    ExponentialBackoff.delay_amount = soon  # type: ignore[method-assign, assignment]
    urllib3.util.Retry.get_backoff_time = soon  # type: ignore[method-assign, assignment]
    patient: Any = urllib3.util.Timeout.read_timeout
    urllib3.util.Timeout.read_timeout = property(lambda timeout: min(patient.fget(timeout), _PATIENCE))  # type: ignore[assignment]


def _local_address(port: Any) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (HOST, int(port)))]


class Launcher:
    """A process without threads that starts runs of the action."""

    def __init__(self) -> None:
        here, there = socket.socketpair()
        self._process = os.fork()
        if self._process == 0:
            here.close()
            _launch(there)
        there.close()
        self._socket, self._lines = here, here.makefile("r")

    def run(
        self, folder: Path, cwd: Path, environ: dict[str, str], started: Callable[[int], None], limit: Limit | None
    ) -> int | None:
        """The exit status; None when it did not end and was killed. The log is in `folder`."""
        self._socket.sendall(json.dumps([str(folder), str(cwd), environ, limit]).encode() + b"\n")
        pid = int(self._lines.readline())
        started(pid)
        overdue = threading.Timer(ENDS_WITHIN, lambda: os.kill(pid, signal.SIGKILL))
        overdue.start()
        status = int(self._lines.readline())
        overdue.cancel()
        return None if status == -signal.SIGKILL else status

    def close(self) -> None:
        self._socket.close()
        self._lines.close()
        os.waitpid(self._process, 0)


def _launch(orders: socket.socket) -> None:
    for line in orders.makefile("r"):
        folder, cwd, environ, limit = json.loads(line)
        process = os.fork()
        if process == 0:
            orders.close()
            os.chdir(cwd)
            if limit:
                befall(limit)
            _act(Run(program=str(ENTRYPOINT), cwd=Path(cwd), environ=environ, stdout=Path(folder) / "log"))
        orders.sendall(f"{process}\n".encode())
        _, status = os.waitpid(process, 0)
        orders.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _act(run: Run) -> None:
    status: Any = 1
    try:
        _enter(run)
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001  as Python ends with it
        traceback.print_exc()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)


class Revival(Sandbox):
    """A sandbox that goes on with what another, which has stopped, has left in this process and in its platform's database."""

    def __init__(self, of: Sandbox, platform: Flask, injector: Injector) -> None:
        self._stopping = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="aces-cell-")
        self._threads = []
        own = Path(self._folder.name) / "platform.sqlite3"
        shutil.copy(platform.config["DATABASE"], own)
        platform.config["DATABASE"] = str(own)
        self.aws, self.state, self.issuer, self.oidc_url = of.aws, of.state, of.issuer, of.oidc_url
        self.state.stopping = self._stopping

        def serve(side: Side, application: WSGIApplication) -> str:
            return self._serve(injector.in_front_of(side, application), HOST, 0)

        self.platform_url = serve("platform", platform)
        self.aws_url = serve("aws", self.aws)
        here = serve("github", oidc.create_app(self.issuer, self._stopping))
        self.oidc_request_url = of.oidc_request_url.replace(of.oidc_url, here)
        self.oidc_request_token = of.oidc_request_token

    def stop(self) -> None:
        """Its servers end with its process, which is over: nobody waits for each of them to notice."""
        self.state.batch.stop_programs()
        self._folder.cleanup()


def keep_platform(sandbox: Sandbox, file: Path) -> Flask:
    """The platform on a copy of its database, with what is not in its main file yet."""
    source = sqlite3.connect(Path(sandbox._folder.name) / "platform.sqlite3")
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(file)) as target:
        source.backup(target)
    return create_platform(str(file))


def wait_for_threads() -> None:
    """Until nobody but us is left in this process, so that it may be forked."""
    deadline = time.monotonic() + 20
    while threading.active_count() > 1:
        if time.monotonic() > deadline:
            raise AssertionError(f"still there: {threading.enumerate()}")
        time.sleep(0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Runs the action for a caller, from a launcher."""

    caller: Caller
    launcher: Launcher

    def run(
        self, inputs: Mapping[str, str], started: Callable[[int], None] = lambda _: None, around: Surroundings = ORDINARY
    ) -> Ended:
        """A run to its end. `started` hears of its process. The status is -9 where it was, or had to be, killed."""
        caller = self.caller
        caller.folder.mkdir(parents=True, exist_ok=True)
        before = FULL_DISK_AT if around.limit == "full-disk" else 0
        for name in ("output", "summary"):
            (caller.folder / name).write_text("")
            os.truncate(caller.folder / name, before)
        environ = {"PATH": os.environ["PATH"], **caller.variables(**inputs)}
        environ["ACTIONS_ID_TOKEN_REQUEST_URL"] = caller.sandbox.oidc_request_url
        status = self.launcher.run(caller.folder, caller.workspace, around.around(environ), started, around.limit)
        return Ended(
            status=-signal.SIGKILL if status is None else status,
            log=plain((caller.folder / "log").read_text(encoding="utf-8", errors="backslashreplace")),
            outputs=read_outputs(caller.folder / "output"),
            summary=(caller.folder / "summary").read_text(encoding="utf-8", errors="backslashreplace")[before:],
            unread=unread_outputs(caller.folder / "output"),
        )


def new_sandbox() -> Sandbox:
    """With every role held to its policies."""
    sandbox = Sandbox(repository=REPOSITORY)
    sandbox.state.permissions_enforced = True
    return sandbox
