"""`aces-action start`: the endpoint serves again what it served last."""

from __future__ import annotations

import sys

import click

from aces_action.cli.console import Terminal
from aces_action.cli.run_command import carry_out, need_sdk
from aces_action.cli.server_command import Options, server_command
from aces_action.language import Language, Text
from aces_action.output.report import Report

_WHAT = Text(
    """Make the endpoint again with the generation that served last, and wait until it serves. From then on it costs.

    PATH is the top of the repository (default: here): its workflow and infra file tell which server. Uses your own AWS
    credentials (AWS_PROFILE), neither the platform nor secrets. Ctrl-C ends the waiting only: SageMaker goes on, and the same
    command waits for it.

    Exit status: 0 done or nothing to do, 1 it failed, 2 the repository does not say which server, 130 Ctrl-C.
    """,
    """最後に稼働していた世代でエンドポイントを作り直し、稼働するまで待ちます。稼働中は費用がかかります。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。どのサーバかは、ワークフローとinfraファイルからわかります。
    自分のAWSの認証情報（AWS_PROFILE）を使い、プラットフォームとシークレットは使いません。
    Ctrl-Cで中止しても、SageMakerの処理は続きます。同じコマンドで、その完了を待てます。

    終了ステータス: 完了または変更なし0、失敗1、サーバを特定できない2、Ctrl-C 130
    """,
)
_SHORT = Text("Bring a stopped endpoint back.", "停止したエンドポイントを再開します。")


def command(language: Language) -> click.Command:
    return server_command(language, name="start", what=_WHAT, short=_SHORT, act=_start)


def _start(options: Options, person: Terminal) -> int:
    need_sdk("start")
    deployment = options.deployment("start")

    from aces_action.commands.start import start

    return carry_out(start, deployment, options, person, sys.stdout, Report())
