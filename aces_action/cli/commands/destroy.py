"""`aces-action destroy`: the server's endpoints and all its generations go, once somebody has agreed to the list."""

from __future__ import annotations

import sys

import click

from aces_action.cli.confirmation import asked
from aces_action.cli.console import Terminal
from aces_action.cli.run_command import carry_out, need_sdk
from aces_action.cli.server_command import Options, server_command
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import Language, Text
from aces_action.output.report import Report
from aces_action.output.steps import Steps
from aces_action.project.model import Server
from aces_action.project.names import Names
from aces_action.settings import ServerSettings

_WHAT = Text(
    """Delete the server's endpoints, their scaling, and all generations. Nothing is left to go back to.

    PATH is the top of the repository (default: here): its workflow and infra file tell which server. Uses your own AWS
    credentials (AWS_PROFILE). Only what carries the server's tags goes; what is in S3, the job definitions of AWS Batch and the
    platform's listing stay.

    All that would go is listed first; then the server's name has to be typed, unless --yes is given. A run that was broken off
    is gone on with by the same command.

    Exit status: 0 done or nothing to do, 1 it failed or nobody agreed, 2 the repository does not say which server, 130 Ctrl-C.
    """,
    """サーバのエンドポイントとオートスケーリング、すべての世代を削除します。元には戻せません。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。どのサーバかは、ワークフローとinfraファイルからわかります。
    自分のAWSの認証情報（AWS_PROFILE）を使います。サーバのタグが付いたものだけを削除します。
    S3にあるもの、AWS Batchのジョブ定義、プラットフォームの登録は残ります。

    まず削除するものの一覧を表示します。続けるには、--yesを指定しない限り、サーバ名の入力が必要です。
    途中で終わったときは、同じコマンドで続きから削除します。

    終了ステータス: 完了または変更なし0、失敗または確認なし1、サーバを特定できない2、Ctrl-C 130
    """,
)
_SHORT = Text("Delete the endpoint and all its generations.", "エンドポイントとすべての世代を削除します。")


def command(language: Language) -> click.Command:
    return server_command(language, name="destroy", what=_WHAT, short=_SHORT, act=_destroy, asks=True)


def _destroy(options: Options, person: Terminal) -> int:
    need_sdk("destroy")
    deployment = options.deployment("destroy")

    from aces_action.commands.destroy import delete_server
    from aces_action.deployment.access import outages_told

    def story(server: Server, names: Names, settings: ServerSettings, run: Run, log: Log, steps: Steps, report: Report) -> None:
        consent = asked("destroy", person, deployment, yes=options.yes)
        delete_server(server, names, settings, run, log, steps, report, outages_told(log, report), consent=consent)
        if any(change.is_change for change in report.changes):
            log.info("The platform's listing was not looked at: whoever calls what is listed there gets an error from now on.")
        else:
            log.info("There is nothing to delete.")

    return carry_out(story, deployment, options, person, sys.stdout, Report())
