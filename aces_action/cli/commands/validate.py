"""`aces-action validate`: what the action would say of the repository, before anything is pushed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

import click

from aces_action.cli.arguments import folder, setting
from aces_action.cli.checking import check
from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.discovery import Wanted
from aces_action.cli.formats.findings import Findings
from aces_action.inputs import ENVIRONMENTS
from aces_action.language import Language, Text
from aces_action.problems import Problem
from aces_action.project.files import read_text

FORMATS = ("text", "json", "sarif", "github")

_WHAT = Text(
    """Check the settings and files of a repository, all at once.

    PATH is the top of the repository (default: here). Every workflow that uses the action is checked with the files that belong
    to it; without one, what the infra files' names tell. Needs no AWS, no platform and no secrets.

    Exit status: 0 no errors, 2 errors found.
    """,
    """リポジトリの設定とファイルをまとめて検証します。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。
    アクションを使う各ワークフローと、その設定ファイルを検証します。ワークフローがないときは、infraファイルの名前から判断します。
    AWS、プラットフォーム、シークレットは使いません。

    終了ステータス: エラーなし0、エラーあり2
    """,
)
_SHORT = Text("Check the settings and files of a repository.", "リポジトリの設定とファイルを検証します。")
_PROJECT_HELP = Text("Project, where the workflow is not to decide.", "プロジェクト名。ワークフローより優先します。")
_ENV_HELP = Text("Environment, where the workflow is not to decide.", "環境。ワークフローより優先します。")
_CONFIG_HELP = Text("Infra file, where it has not the guide's name.", "手順書と異なる名前のinfraファイル。")
_FORMAT_HELP = Text(
    "How problems are written. Default: github in a GitHub Actions job, else text.",
    "出力形式。省略時は、GitHub Actionsのジョブではgithub、それ以外ではtextです。",
)


def command(language: Language) -> click.Command:
    @click.command("validate", help=_WHAT.in_(language), short_help=_SHORT.in_(language))
    @click.argument("path", default=".", callback=folder)
    @click.option("--project", metavar="NAME", callback=setting("project"), help=_PROJECT_HELP.in_(language))
    @click.option("--env", type=click.Choice(ENVIRONMENTS), help=_ENV_HELP.in_(language))
    @click.option("--config-path", metavar="FILE", callback=setting("config-path"), help=_CONFIG_HELP.in_(language))
    @click.option("--format", "form", type=click.Choice(FORMATS), help=_FORMAT_HELP.in_(language))
    @click.pass_obj
    def validate(
        person: Terminal, path: Path, project: str | None, env: str | None, config_path: str | None, form: str | None
    ) -> int:
        findings = check(path, Wanted(project=project, env=env, config_path=config_path))
        return show(findings, path, person, form or ("github" if person.on_github else "text"))

    return validate


def show(findings: Findings, workspace: Path, person: Terminal, form: str) -> int:
    """Prints findings in a format and returns the exit status. Files are named from where the person is."""
    prefix = PurePosixPath(Path(os.path.relpath(workspace)).as_posix())
    named = replace(
        findings,
        checked=tuple(replace(each, workflow=_named(each.workflow, prefix)) for each in findings.checked),
        problems=tuple(replace(problem, file=_named(problem.file, prefix)) for problem in findings.problems),
    )
    match form:  # each format is imported when it is wanted
        case "json":
            from aces_action.cli.formats.json import as_json

            speak_utf8()
            text = as_json(named, person.language)
        case "sarif":
            from aces_action.cli.formats.sarif import as_sarif

            speak_utf8()
            text = as_sarif(named, person.language)
        case "github":
            from aces_action.cli.formats.github import as_github

            text = as_github(named, person.language)
        case _:
            from aces_action.cli.formats.text import as_text

            lines = _lines_from(workspace, prefix)
            text = as_text(named, person.language, lines=lines, width=person.width, colour=person.colour)
    click.echo(text, nl=False, color=person.colour)
    return findings.exit_status


def _named(file: str | None, prefix: PurePosixPath) -> str | None:
    return None if file is None else str(prefix / file)


def _lines_from(workspace: Path, prefix: PurePosixPath) -> Callable[[str], Sequence[str]]:
    @cache
    def lines(file: str) -> Sequence[str]:
        text = read_text(workspace, str(PurePosixPath(file).relative_to(prefix)), purpose=Text("the file", "ファイル"))
        return () if isinstance(text, Problem) else text.split("\n")

    return lines
