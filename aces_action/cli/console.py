"""Who the command line speaks with: in which language, how wide, in colour or not, and whether anybody can answer."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TextIO

from aces_action.colour import is_wanted
from aces_action.credentials import secret_variables
from aces_action.github.site import GitHubSite, read_site
from aces_action.language import LANGUAGES, Language, Text
from aces_action.network import environment_problems
from aces_action.problems import Problem

DETAILS = Text("RUNNER_DEBUG=1 shows the details.", "RUNNER_DEBUG=1で詳細が表示されます。")
_WIDTH = 100  # columns where no terminal tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """`asks`: somebody can be asked; `draws`: a line of messages can be drawn over. `width` in columns.

    `region`: that of AWS_REGION, as in a workflow; None where only the AWS profile may tell. `no_way` says why nothing
    can be called with the variables for proxies, certificates and AWS's address. `secrets`: those of its environment;
    `platform_token`: that of PLATFORM_TOKEN, None where it is not set. `site`: where GitHub is.
    """

    language: Language
    colour: bool
    asks: bool
    on_github: bool
    width: int
    draws: bool
    debug: bool
    region: str | None
    site: GitHubSite
    no_way: Callable[[], list[Problem]] = list
    secrets: tuple[str, ...] = field(default=(), repr=False)
    platform_token: str | None = field(default=None, repr=False)


def terminal(environ: Mapping[str, str], arguments: Sequence[str]) -> Terminal:
    """The terminal of this process. The standard streams take any character from here on, if need be as a question mark."""
    for stream in (sys.stdout, sys.stderr):
        _never_fail(stream)
    to_person = sys.stdout.isatty()
    return Terminal(
        language=wanted_language(arguments) or spoken_language(environ),
        colour=is_wanted(environ, shows=to_person),
        asks=to_person and sys.stdin.isatty(),
        on_github=environ.get("GITHUB_ACTIONS") == "true",
        width=shutil.get_terminal_size((_WIDTH, 24)).columns if to_person else _WIDTH,
        draws=sys.stderr.isatty() and environ.get("TERM") != "dumb",
        debug=environ.get("RUNNER_DEBUG") == "1",
        region=environ.get("AWS_REGION") or None,
        no_way=partial(environment_problems, environ),
        site=read_site(environ),
        secrets=secret_variables(environ),
        platform_token=environ.get("PLATFORM_TOKEN"),
    )


def spoken_language(environ: Mapping[str, str]) -> Language:
    """That of the locale's messages: the first of LC_ALL, LC_MESSAGES and LANG that is set decides."""
    name = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ja" if name.replace("-", "_").split("_")[0].split(".")[0].lower() == "ja" else "en"


def wanted_language(arguments: Sequence[str]) -> Language | None:
    """That of `--language`. Looked for before anything is parsed: help and errors of parsing are in it too."""
    after = iter(arguments)
    for argument in after:
        if argument == "--":
            break
        name, equals, value = argument.partition("=")
        if name == "--language":
            text = value if equals else next(after, "")
            return next((language for language in LANGUAGES if language == text), None)
    return None


def speak_utf8() -> None:
    """For formats that other programs read: JSON is UTF-8, whatever the locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _never_fail(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper):  # a locale such as Shift_JIS lacks some of our marks
        stream.reconfigure(errors="replace")
