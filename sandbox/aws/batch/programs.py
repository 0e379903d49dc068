"""Small local programs in place of containers."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence


class RunningProgram:
    """A process from construction on. `lines`: what it has written, with the times; `ended` and `exit_code` once it is over.

    A program that is not there ends as a shell would have it: 127. One that a signal ended has 128 and its number, as in Docker.
    """

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], now: Callable[[], float]) -> None:
        self.lines: list[tuple[float, str]] = []
        self.exit_code: int | None = None
        self.ended: float | None = None
        self._now, self._process = now, None
        try:
            process = subprocess.Popen(
                argv,
                env={"PATH": os.environ.get("PATH", os.defpath), **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            self.lines.append((now(), str(error)))
            self._end(127)
            return
        self._process = process
        threading.Thread(target=self._follow, args=(process,), name=f"job of {argv[0]}", daemon=True).start()

    def stop(self) -> None:
        """Kill it and all that it has started, if it still runs."""
        if self._process and self.ended is None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def _follow(self, process: subprocess.Popen[str]) -> None:
        with process:
            for line in process.stdout or ():
                self.lines.append((self._now(), line.rstrip("\n")))
            code = process.wait()
        self._end(128 - code if code < 0 else code)

    def _end(self, exit_code: int) -> None:
        self.exit_code = exit_code
        self.ended = self._now()  # last: who sees it finds the rest
