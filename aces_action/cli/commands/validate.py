"""`aces-action validate`: what the action would say of the repository, before anything is pushed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from aces_action.cli.checking import check
from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.discovery import Selection
from aces_action.cli.formats.result import CheckResult
from aces_action.cli.options import deployment_options, format_option
from aces_action.language import Language, Text
from aces_action.problems import Problem
from aces_action.project.files import read_text
from aces_action.sanitiser import Sanitiser, neutralise

if TYPE_CHECKING:
    from aces_action.cli.fixes import FixResult

FORMATS = ("text", "json", "sarif", "github")

_HUES = {"+": "green", "-": "red", "@": "cyan"}

_WHAT = Text(
    """Check the settings and files of a repository, all at once.

    PATH is the top folder of the repository (default: the current folder). Checks every workflow that uses the action, with the
    files that belong to it; without a workflow, the names of the infra files decide. Needs no AWS, no platform and no secrets.

    --fix puts right what has exactly one right answer (mistyped keys and inputs, full-width punctuation, quotes around account
    ids), and shows what it changed. It leaves all else as it is; --diff only shows it.

    Exit status: 0 no errors, 2 errors found (with --fix: errors left).
    """,
    """リポジトリの設定とファイルをまとめて検証します。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。
    アクションを使う各ワークフローと、その設定ファイルを検証します。ワークフローがないときは、infraファイルの名前から判断します。
    AWS、ACES Platform、シークレットは使いません。

    --fixは、正解が1つに決まるもの（キーや入力の書き間違い、全角の記号、アカウントIDの引用符など）を修正し、変更点を表示します。
    それ以外は変更しません。--diffは変更点の表示だけを行います。

    終了ステータス: エラーなしは0、エラーあり（--fixでは修正後）は2
    """,
)
_SHORT = Text("Check the settings and files of a repository.", "リポジトリの設定とファイルを検証します。")
_FORMAT_HELP = Text(
    "Output format. Default: github in a GitHub Actions job, otherwise text.",
    "出力形式。省略時は、GitHub Actionsのジョブではgithub、それ以外ではtextです。",
)
_FIX_HELP = Text("Fix what has exactly one right answer.", "正解が1つに決まる誤りを修正します。")
_DIFF_HELP = Text("Show what --fix would change, and change nothing.", "--fixの変更点を表示します（変更はしません）。")


def command(language: Language) -> click.Command:
    return click.Command(
        "validate",
        callback=_validate,
        params=[
            *deployment_options(language),
            click.Option(["--fix"], is_flag=True, help=_FIX_HELP.in_(language)),
            click.Option(["--diff"], is_flag=True, help=_DIFF_HELP.in_(language)),
            format_option(language, FORMATS, _FORMAT_HELP),
        ],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


@click.pass_obj
def _validate(person: Terminal, path: Path, form: str | None, **given: Unpack[_Given]) -> int:
    selection = Selection(project=given["project"], env=given["env"], config_path=given["config_path"])
    form = form or ("github" if person.on_github else "text")
    if not (given["fix"] or given["diff"]):
        return show(check(path, selection), path, person, form)
    from aces_action.cli.fixes import fix_files, preview  # with what it needs to write

    fixed = preview(path, selection) if given["diff"] else fix_files(path, selection)
    for line in _changes(fixed, path, person, made=not given["diff"]):
        click.echo(line, err=form != "text", color=person.colour)
    return show(fixed.result, path, person, form)


class _Given(TypedDict):
    """The other options, by their names."""

    project: str | None
    env: str | None
    config_path: str | None
    fix: bool
    diff: bool


def _changes(fixed: FixResult, workspace: Path, person: Terminal, *, made: bool) -> Iterator[str]:
    """What was changed, or would be: a count, then a unified diff of each file. No secret in its lines is shown."""
    prefix, covered = _prefix(workspace), Sanitiser((*fixed.result.secrets, *person.secrets)).covered
    yield _count(fixed, made=made).in_(person.language)
    for file in fixed.left:
        yield neutralise(_left(str(prefix / file)).in_(person.language))
    for each in fixed.files:
        yield ""
        for line in each.diff(str(prefix / each.file)):
            shown = neutralise(covered(line))
            hue = _HUES.get(line[:1]) if person.colour and line[:3] not in {"---", "+++"} else None
            yield click.style(shown, fg=hue) if hue else shown
    yield ""


def _count(fixed: FixResult, *, made: bool) -> Text:
    if not fixed.files:
        return Text("There is nothing to fix automatically.", "自動で修正できるものはありません。")
    places, files = fixed.places, len(fixed.files)
    where = Text(
        f"{places} place{'' if places == 1 else 's'} in {files} file{'' if files == 1 else 's'}",
        f"{files}個のファイルの{places}か所",
    )
    if made:
        return Text(f"Fixed {where.en}:", f"{where.ja}を修正しました。")
    return Text(f"--fix would change {where.en}:", f"--fixで、{where.ja}を修正できます。")


def _left(file: str) -> Text:
    return Text(
        f"{file} was left as it is: git has an unresolved conflict in it.",
        f"{file}は、gitのコンフリクトが解決されていないため、変更していません。",
    )


def _fixable(result: CheckResult) -> list[Text]:
    count = sum(problem.fix is not None for problem in result.problems)
    call = "`aces-action validate --fix`"
    return [Text(f"{call} fixes {count} of these.", f"このうち{count}件は{call}で修正できます。")] if count else []


def show(result: CheckResult, workspace: Path, person: Terminal, form: str) -> int:
    """Prints result in a format and returns the exit status. Files are named from where the person is."""
    prefix = _prefix(workspace)
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
            about = [each.in_(person.language) for each in _fixable(result)]
            text = as_text(named, person.language, lines=lines, width=person.width, colour=person.colour, about=about)
    click.echo(text, nl=False, color=person.colour)
    return result.exit_status


def _prefix(workspace: Path) -> PurePosixPath:
    """How to come to the workspace from where the person is."""
    return PurePosixPath(Path(os.path.relpath(workspace)).as_posix())


def _named(file: str | None, prefix: PurePosixPath) -> str | None:
    return None if file is None else str(prefix / file)


def _lines_from(workspace: Path, prefix: PurePosixPath) -> Callable[[str], Sequence[str]]:
    @cache
    def lines(file: str) -> Sequence[str]:
        text = read_text(workspace, str(PurePosixPath(file).relative_to(prefix)), purpose=Text("the file", "ファイル"))
        return () if isinstance(text, Problem) else text.split("\n")

    return lines
