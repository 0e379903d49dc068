"""`aces-action status`: what is deployed, without a workflow."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import click

from aces_action import __version__
from aces_action.cli.commands.server import WHERE
from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.discovery import SelectedDeployment
from aces_action.cli.options import format_option
from aces_action.cli.run_command import ServerOptions, region_of, run_command, server_options
from aces_action.github.commands import problem_text, redacted
from aces_action.language import Language, Text, joined, sentences
from aces_action.output.status import as_json
from aces_action.sanitiser import Sanitiser

FORMATS = ("text", "json")
SHAPE_VERSION = 1

_WHAT = joined(
    "\n\n",
    (
        Text(
            "Show what a server serves, what is under way, and which generations there are.",
            "サーバで稼働しているもの、進行中の処理、世代の一覧を表示します。",
        ),
        sentences(
            WHERE,
            Text(
                "Only reads, with your own AWS credentials (AWS_PROFILE). Needs neither the platform nor secrets.",
                "自分のAWSの認証情報（AWS_PROFILE）で、参照だけを行います。ACES Platformとシークレットは使いません。",
            ),
        ),
        Text(
            "Exit status: 0 shown (also if nothing is deployed), 1 AWS does not answer, 2 the repository does not say which "
            "server.",
            "終了ステータス: 表示できれば（何もデプロイされていない場合も）0、AWSから取得できなければ1、"
            "サーバを特定できなければ2",
        ),
    ),
)
_SHORT = Text("Show what is deployed.", "デプロイされているものを表示します。")


def command(language: Language) -> click.Command:
    return click.Command(
        "status",
        callback=_show,
        params=[*server_options(language), format_option(language, FORMATS, default=FORMATS[0])],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


def _show(**given: Any) -> int:
    options, person = ServerOptions(**given), click.get_current_context().ensure_object(Terminal)
    deployment = options.deployment("status")

    from aces_action.commands.status import status
    from aces_action.output.report import Report
    from aces_action.output.tables import status_texts

    report = Report()
    ended = run_command(status, deployment, options, person, sys.stderr if person.debug else io.StringIO(), report)
    sanitiser = Sanitiser(person.secrets)
    for problem in (each for each in report.problems if each.severity == "warning"):  # what ended it is told already
        click.echo(problem_text(redacted(problem.for_terminal(), sanitiser.redact), person.language), err=True)
    if report.server_status is None:
        return ended
    if options.form == "json":
        speak_utf8()
        data = _about(deployment, region_of(deployment, person)) | as_json(report.server_status, person.language)
        click.echo(json.dumps(sanitiser.cleaned(data), ensure_ascii=False, indent=2))
    else:
        for text in status_texts(report.server_status, person.width if sys.stdout.isatty() else None):
            click.echo(sanitiser.clean(text.for_terminal().in_(person.language)))
    return ended


def _about(deployment: SelectedDeployment, region: str) -> dict[str, object]:
    """What a reader of the JSON needs to know which server it is about. docs/command-line.md describes the shape."""
    return {
        "version": SHAPE_VERSION,
        "tool": {"name": "aces-action", "version": __version__},
        "project": deployment.target.project,
        "env": deployment.target.env,
        "region": region,
        "server": deployment.names.server,
    }
