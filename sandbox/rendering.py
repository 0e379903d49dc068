"""Shows a job log as GitHub's page shows it: groups as headings, annotations as 'Error:' lines, commands hidden."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<message>.*)")
_COLOURS = {"Error": "\x1b[31m", "Warning": "\x1b[33m", "##[debug]": "\x1b[35m", "▼": "\x1b[1m"}


def rendered(line: str, *, colour: bool = False) -> str | None:
    """One line of the raw log as a reader sees it; None for a line that GitHub does not show."""
    command = _COMMAND.fullmatch(line)
    if command is None:
        return line
    message = command["message"].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    match command["name"]:
        case "group":
            return _painted("▼", f"▼ {message}", colour)
        case "error" | "warning" | "notice":
            name = command["name"].capitalize()
            return _painted(name, f"{name}: {message}", colour)
        case "debug":
            return _painted("##[debug]", f"##[debug]{message}", colour)
        case _:
            return None


def _painted(kind: str, text: str, colour: bool) -> str:
    return f"{_COLOURS[kind]}{text}\x1b[0m" if colour and kind in _COLOURS else text
