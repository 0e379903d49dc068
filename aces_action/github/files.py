"""The runner's file commands: step outputs (GITHUB_OUTPUT) and the job summary (GITHUB_STEP_SUMMARY)."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

SUMMARY_LIMIT = 1024 * 1024  # bytes; GitHub drops a longer summary whole
_CUT = (
    "\n\n…\n\n_The summary was cut here: GitHub takes at most 1 MiB. The whole text is in the log._"
    " _サマリーをここで切りました。GitHubの上限は1MiBです。全文はログにあります。_\n"
)


def write_outputs(path: Path, outputs: Mapping[str, str]) -> None:
    """Appends outputs in the heredoc form, with a delimiter that nobody can guess and put into a value. All of them or none."""
    delimiters = {name: f"aces_{uuid.uuid4().hex}" for name in outputs}
    text = "".join(f"{name}<<{delimiters[name]}\n{value}\n{delimiters[name]}\n" for name, value in outputs.items())
    _append(path, text.encode("utf-8", "replace"))


def write_summary(path: Path, markdown: str) -> None:
    """Appends to the job summary, cut at a line where it would grow beyond GitHub's limit with what is already there."""
    present = path.stat().st_size if path.exists() else 0
    content = markdown.encode("utf-8", "replace")
    room = SUMMARY_LIMIT - present
    if len(content) > room:
        kept = content[: max(0, room - len(_CUT.encode("utf-8")))]
        content = kept[: kept.rfind(b"\n") + 1] + _CUT.encode("utf-8") if kept else b""
    _append(path, content)


def _append(path: Path, content: bytes) -> None:
    """All of it, or nothing where the disk fills up on the way: for a value without its delimiter the runner fails the step
    (actions/runner, FileCommandManager.cs: 'Matching delimiter not found'). Raises OSError."""
    with path.open("ab", buffering=0) as file:
        before = os.fstat(file.fileno()).st_size
        try:
            while content:
                content = content[file.write(content) or 0 :]
        except OSError:
            with contextlib.suppress(OSError):  # a device has no size
                file.truncate(before)
            raise
