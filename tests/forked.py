"""Runs our programs many times without waiting for Python, boto3 and the SDK each time: their start takes longer than a run.

A process that has imported them (multiprocessing's fork server) forks for each run, so a run begins with our modules fresh and
its own environment, and ends by itself. What is about starting has a process of its own: `Caller.start_as_the_runner`.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_ROOT = Path(__file__).parents[1]
ENTRYPOINT = _ROOT / "entrypoint.py"

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.forked", "jsonschema", "requests", "yaml", "tests.warm"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A program with its arguments, where and under which variables it runs, and the files of its streams.

    `program`: a module's name, or a file's that ends in .py. `at_terminal`: stdin is a terminal, which becomes the process's own,
    as when a person opens one: a Ctrl-C there is for this process.
    """

    program: str
    arguments: tuple[str, ...] = ()
    cwd: Path
    environ: Mapping[str, str]
    stdin: Path = Path(os.devnull)
    stdout: Path
    stderr: Path | None = None  # None: where stdout goes
    at_terminal: bool = False


@dataclass(frozen=True, slots=True)
class Started:
    """A run that goes on."""

    process: ForkServerProcess

    def send_signal(self, signum: signal.Signals) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, signum)

    def wait(self, timeout: float) -> int | None:
        """The exit status, None when it had to be killed after `timeout` seconds."""
        self.process.join(timeout)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
            return None
        return self.process.exitcode


def start(wanted: Run) -> Started:
    process = _CONTEXT.Process(target=_enter_warm, args=(wanted,), daemon=True)
    with chdir(_ROOT):  # where the first start has the fork server look for its modules: Python 3.11 hands it sys.path in vain
        process.start()
    return Started(process)


def run(wanted: Run, *, timeout: float) -> int | None:
    """Starts it and waits for its end, as `Started.wait`."""
    return start(wanted).wait(timeout)


def _enter_warm(wanted: Run) -> None:
    if "tests.warm" not in sys.modules:
        raise ImportError("the fork server could not import tests.warm, so each run would")  # of which it says nothing itself
    _enter(wanted)


def _enter(wanted: Run) -> None:
    if wanted.at_terminal:
        os.setsid()  # of the next terminal that is opened this process becomes the leader
        signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it is ignored around the tests
    stdout = _written(wanted.stdout)
    stderr = _written(wanted.stderr) if wanted.stderr else stdout
    for descriptor, file in enumerate((os.open(wanted.stdin, os.O_RDONLY), stdout, stderr)):
        os.dup2(file, descriptor)
    encoding = wanted.environ.get("PYTHONIOENCODING", "utf-8")
    sys.stdin, sys.stdout = open(0, encoding=encoding), open(1, "w", encoding=encoding)  # noqa: SIM115  until the process ends
    sys.stderr = open(2, "w", buffering=1, encoding=encoding, errors="backslashreplace")  # noqa: SIM115  by lines, as Python does
    os.environ.clear()
    os.environ.update(wanted.environ)
    os.chdir(wanted.cwd)
    sys.argv = [wanted.program, *wanted.arguments]
    if wanted.program.endswith(".py"):
        runpy.run_path(wanted.program, run_name="__main__")
    else:
        runpy.run_module(wanted.program, run_name="__main__", alter_sys=True)


def _written(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
