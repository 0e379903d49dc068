"""Runs entrypoint.py many times without waiting for Python, boto3 and the SDK each time: their start takes longer than a run.

A process that has imported them (multiprocessing's fork server) forks for each run, so a run begins with our modules fresh and
its own environment, and ends by itself. What is about starting and signals has a process of its own: `Caller.start`.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path

ENTRYPOINT = Path(__file__).parents[1] / "entrypoint.py"

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.forked", "jsonschema", "requests", "yaml", "tests.warm"])


def run_entrypoint(*, cwd: Path, environ: Mapping[str, str], log: Path, timeout: float) -> int | None:
    """Runs the action, its output into `log`. Gives its exit status, None when it had to be killed after `timeout` seconds."""
    process = _CONTEXT.Process(target=_enter, args=(cwd, dict(environ), log), daemon=True)
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return process.exitcode


def _enter(cwd: Path, environ: dict[str, str], log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (1, 2):
        os.dup2(file, descriptor)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  until the process ends
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    sys.argv = [str(ENTRYPOINT)]
    runpy.run_path(str(ENTRYPOINT), run_name="__main__")
