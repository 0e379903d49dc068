"""`aces-action status`: how a server stands, also where no workflow runs."""

from __future__ import annotations

import io
import json
import sys

import click

from aces_action import __version__
from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.deployment import Deployment
from aces_action.cli.rewriting import in_a_persons_words
from aces_action.cli.run_command import carry_out, region_of
from aces_action.cli.server_command import Options, server_command
from aces_action.github.commands import problem_text, redacted
from aces_action.language import Language, Text
from aces_action.output.status import as_json
from aces_action.sanitiser import Sanitiser

FORMATS = ("text", "json")
SHAPE_VERSION = 1

_WHAT = Text(
    """Show what a server serves, what is under way with it, and which generations there are.

    PATH is the top of the repository (default: here): its workflow and infra file tell which server. Reads only, with your own
    AWS credentials (AWS_PROFILE). Needs neither the platform nor secrets.

    Exit status: 0 shown, also where nothing is deployed, 1 AWS does not tell, 2 the repository does not say which server.
    """,
    """サーバで稼働しているもの、進行中の処理、世代の一覧を表示します。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。どのサーバかは、ワークフローとinfraファイルからわかります。
    自分のAWSの認証情報（AWS_PROFILE）で、参照だけを行います。プラットフォームとシークレットは使いません。

    終了ステータス: 表示できれば（何もデプロイされていない場合も）0、AWSから取得できなければ1、サーバを特定できなければ2
    """,
)
_SHORT = Text("Show what is deployed.", "デプロイされているものを表示します。")


def command(language: Language) -> click.Command:
    return server_command(language, name="status", what=_WHAT, short=_SHORT, act=_show, waits=False, formats=FORMATS)


def _show(options: Options, person: Terminal) -> int:
    deployment = options.deployment("status")

    from aces_action.cli.aws import for_a_person
    from aces_action.commands.status import status
    from aces_action.output.report import Report
    from aces_action.output.tables import standing_lines

    report = Report()
    ended = carry_out(status, deployment, options, person, sys.stderr if person.debug else io.StringIO(), report)
    sanitiser = Sanitiser(person.secrets)
    for problem in report.problems:  # warnings
        click.echo(problem_text(redacted(for_a_person(problem), sanitiser.redact), person.language), err=True)
    if report.standing is None:
        return ended
    if options.form == "json":
        speak_utf8()
        told = _about(deployment, region_of(deployment, person)) | as_json(report.standing)
        click.echo(json.dumps(sanitiser.cleaned(told), ensure_ascii=False, indent=2))
    else:
        for line in standing_lines(report.standing, person.language):
            click.echo(sanitiser.clean(in_a_persons_words(line)))
    return ended


def _about(deployment: Deployment, region: str) -> dict[str, object]:
    """What a reader of the JSON needs to know which server it is about. docs/command-line.md describes the shape."""
    return {
        "version": SHAPE_VERSION,
        "tool": {"name": "aces-action", "version": __version__},
        "project": deployment.target.project,
        "env": deployment.target.env,
        "region": region,
        "server": deployment.names.server,
    }
