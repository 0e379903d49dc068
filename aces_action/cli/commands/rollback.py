"""`aces-action rollback`: the endpoint back to the generation before, without a workflow."""

from __future__ import annotations

import sys
from functools import partial

import click

from aces_action.cli.confirmation import asked
from aces_action.cli.console import Terminal
from aces_action.cli.run_command import carry_out, need_sdk
from aces_action.cli.server_command import Options, server_command
from aces_action.language import Language, Text
from aces_action.output.report import Report

_WHAT = Text(
    """Bring the endpoint back to the generation that served before, and wait until it serves.

    PATH is the top of the repository (default: here): its workflow and infra file tell which server. Uses your own AWS
    credentials (AWS_PROFILE), neither the platform nor secrets. Batch jobs and the platform's listing stay as they are.

    In production the server's name has to be typed, unless --yes is given. Ctrl-C ends the waiting only: SageMaker goes on, and
    the same command waits for it.

    Exit status: 0 done or nothing to do, 1 it failed or nobody agreed, 2 the repository does not say which server, 130 Ctrl-C.
    """,
    """エンドポイントを1つ前に稼働していた世代に戻し、稼働するまで待ちます。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。どのサーバかは、ワークフローとinfraファイルからわかります。
    自分のAWSの認証情報（AWS_PROFILE）を使い、プラットフォームとシークレットは使いません。
    Batchのジョブとプラットフォームの登録は変わりません。

    productionでは、--yesを指定しない限り、サーバ名の入力が必要です。
    Ctrl-Cで中止しても、SageMakerの処理は続きます。同じコマンドで、その完了を待てます。

    終了ステータス: 完了または変更なし0、失敗または確認なし1、サーバを特定できない2、Ctrl-C 130
    """,
)
_SHORT = Text("Bring back what served before.", "1つ前の世代に戻します。")


def command(language: Language) -> click.Command:
    return server_command(language, name="rollback", what=_WHAT, short=_SHORT, act=_rollback, asks=True)


def _rollback(options: Options, person: Terminal) -> int:
    need_sdk("rollback")
    deployment = options.deployment("rollback")

    from aces_action.commands.rollback import rollback

    agreed = options.yes or deployment.target.env != "production"
    story = partial(rollback, confirm=asked("rollback", person, deployment, yes=agreed))
    return carry_out(story, deployment, options, person, sys.stdout, Report())
