"""`aces-action validate`: what the action would say of the repository, before anything is pushed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

import click

from aces_action.cli.checking import check
from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.discovery import Selection
from aces_action.cli.formats.result import CheckResult
from aces_action.cli.options import deployment_options, format_option
from aces_action.language import Language, Text
from aces_action.problems import Problem
from aces_action.project.files import read_text

FORMATS = ("text", "json", "sarif", "github")

_WHAT = Text(
    """Check the settings and files of a repository, all at once.

    PATH is the top folder of the repository (default: the current folder). Checks every workflow that uses the action, with the
    files that belong to it; without a workflow, the names of the infra files decide. Needs no AWS, no platform and no secrets.

    Exit status: 0 no errors, 2 errors found.
    """,
    """リポジトリの設定とファイルをまとめて検証します。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。
    アクションを使う各ワークフローと、その設定ファイルを検証します。ワークフローがないときは、infraファイルの名前から判断します。
    AWS、ACES Platform、シークレットは使いません。

    終了ステータス: エラーなし0、エラーあり2
    """,
)
_SHORT = Text("Check the settings and files of a repository.", "リポジトリの設定とファイルを検証します。")
_FORMAT_HELP = Text(
    "Output format. Default: github in a GitHub Actions job, otherwise text.",
    "出力形式。省略時は、GitHub Actionsのジョブではgithub、それ以外ではtextです。",
)


def command(language: Language) -> click.Command:
    return click.Command(
        "validate",
        callback=_validate,
        params=[*deployment_options(language), format_option(language, FORMATS, _FORMAT_HELP)],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


@click.pass_obj
def _validate(
    person: Terminal, path: Path, project: str | None, env: str | None, config_path: str | None, form: str | None
) -> int:
    result = check(path, Selection(project=project, env=env, config_path=config_path))
    return show(result, path, person, form or ("github" if person.on_github else "text"))


def show(result: CheckResult, workspace: Path, person: Terminal, form: str) -> int:
    """Prints result in a format and returns the exit status. Files are named from where the person is."""
    prefix = PurePosixPath(Path(os.path.relpath(workspace)).as_posix())
    named = replace(
        result,
        checked=tuple(replace(each, workflow=_named(each.workflow, prefix)) for each in result.checked),
        problems=tuple(replace(problem, file=_named(problem.file, prefix)) for problem in result.problems),
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
    return result.exit_status


def _named(file: str | None, prefix: PurePosixPath) -> str | None:
    return None if file is None else str(prefix / file)


def _lines_from(workspace: Path, prefix: PurePosixPath) -> Callable[[str], Sequence[str]]:
    @cache
    def lines(file: str) -> Sequence[str]:
        text = read_text(workspace, str(PurePosixPath(file).relative_to(prefix)), purpose=Text("the file", "ファイル"))
        return () if isinstance(text, Problem) else text.split("\n")

    return lines
