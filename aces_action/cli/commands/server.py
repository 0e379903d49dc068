"""`aces-action rollback`, `stop`, `start`, `destroy`: what is deployed is changed, without a workflow.

One frame for all four; what differs is in the table.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import click

from aces_action.cli.confirmation import ask_for_name
from aces_action.cli.console import Terminal
from aces_action.cli.options import wait_option, yes_option
from aces_action.cli.run_command import Command, ServerOptions, need_sdk, run_command, server_options
from aces_action.language import EMPTY, Language, Text, joined, sentences
from aces_action.output.report import Report

if TYPE_CHECKING:
    from aces_action.deployment.confirmation import Confirmation
    from aces_action.deployment.context import Deployment
    from aces_action.output.report import Outcome

WHERE = Text(
    "PATH is the top folder of the repository (default: the current folder). Its workflow and infra file say which server is "
    "meant.",
    "PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。どのサーバかは、ワークフローとinfraファイルからわかります。",
)
_CREDENTIALS = Text(
    "Uses your own AWS credentials (AWS_PROFILE), and neither the platform nor secrets.",
    "自分のAWSの認証情報（AWS_PROFILE）を使い、ACES Platformとシークレットは使いません。",
)
_CTRL_C = Text(
    "Ctrl-C only ends the wait: SageMaker carries on, and the same command waits for it to finish.",
    "Ctrl-Cで中止しても、SageMakerの処理は続きます。同じコマンドで、その完了を待てます。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerVerb:
    """`short` for the list of verbs; `what` it does, and what else there is to know: `notes`.

    `confirmed`: where the server's name has to be typed first.
    """

    short: Text
    what: Text
    notes: Text = EMPTY
    confirmed: Literal["never", "in production", "always"]

    @property
    def help(self) -> Text:
        confirmation = {
            "never": EMPTY,
            "in production": Text(
                "In production you have to type the server's name to confirm, unless you give --yes.",
                "productionでは、--yesを指定しない限り、サーバ名の入力が必要です。",
            ),
            "always": Text(
                "Everything that would be deleted is listed first. Then you have to type the server's name to confirm, unless "
                "you give --yes. If it is interrupted, run the same command again to resume.",
                "まず削除するものの一覧を表示します。続けるには、--yesを指定しない限り、サーバ名の入力が必要です。"
                "途中で終わったときは、同じコマンドで続きから削除します。",
            ),
        }[self.confirmed]
        asked = self.confirmed != "never"
        status = Text(
            f"Exit status: 0 done or nothing to do, 1 failed{' or not confirmed' if asked else ''}, 2 the repository does not "
            "say which server, 130 Ctrl-C.",
            f"終了ステータス: 完了または変更なし0、失敗{'または確認なし' if asked else ''}1、サーバを特定できない2、Ctrl-C 130",
        )
        ending = EMPTY if self.confirmed == "always" else _CTRL_C
        paragraphs = (self.what, sentences(WHERE, _CREDENTIALS, self.notes), sentences(confirmation, ending), status)
        return joined("\n\n", paragraphs)


_VERBS: Mapping[str, ServerVerb] = {
    "rollback": ServerVerb(
        short=Text("Roll back to what served before.", "1つ前の世代に戻します。"),
        what=Text(
            "Roll endpoint and job definitions back to the generation that served before, and wait until it serves.",
            "エンドポイントとジョブ定義を1つ前に稼働していた世代に戻し、稼働するまで待ちます。",
        ),
        notes=Text(
            "The platform's listing stays as it is: if job definitions were rolled back, run the workflow's `command: register`.",
            "ACES Platformの登録は変わりません。ジョブ定義を戻した場合は、ワークフローの`command: register`を実行してください。",
        ),
        confirmed="in production",
    ),
    "stop": ServerVerb(
        short=Text("Delete the endpoint; `start` brings it back.", "エンドポイントを停止します（`start`で再開）。"),
        what=Text(
            "Delete the endpoint, so that it costs nothing. Everything that `start` needs to bring it back is kept.",
            "エンドポイントを削除し、費用がかからないようにします。`start`で再開するために必要なものはすべて残ります。",
        ),
        notes=Text(
            "Requests fail until `start` or the next deployment.", "`start`または次のデプロイまで、リクエストは失敗します。"
        ),
        confirmed="in production",
    ),
    "start": ServerVerb(
        short=Text("Bring a stopped endpoint back.", "停止したエンドポイントを再開します。"),
        what=Text(
            "Create the endpoint again with the generation that served last, and wait until it serves. It costs money from "
            "then on.",
            "最後に稼働していた世代でエンドポイントを作り直し、稼働するまで待ちます。稼働中は費用がかかります。",
        ),
        confirmed="never",
    ),
    "destroy": ServerVerb(
        short=Text("Delete the server and all its generations.", "サーバとすべての世代を削除します。"),
        what=Text(
            "Delete the server's endpoints, their scaling, its job definitions, and all generations. Nothing is left to roll "
            "back to.",
            "サーバのエンドポイントとオートスケーリング、ジョブ定義、すべての世代を削除します。元には戻せません。",
        ),
        notes=Text(
            "Deletes only what carries the server's tags, and no revision of a job definition that a job uses. S3 and the "
            "platform's listing stay.",
            "サーバのタグが付いたものだけを削除します。ジョブが使っているジョブ定義のリビジョンは削除しません。"
            "S3にあるものとACES Platformの登録は残ります。",
        ),
        confirmed="always",
    ),
}


def command(language: Language, name: str) -> click.Command:
    verb = _VERBS[name]
    asks = verb.confirmed != "never"
    return click.Command(
        name,
        callback=partial(_run, name),
        params=[*server_options(language), wait_option(language), *([yes_option(language)] if asks else [])],
        help=verb.help.in_(language),
        short_help=verb.short.in_(language),
    )


def _run(name: str, **given: Any) -> int:
    options, person = ServerOptions(**given), click.get_current_context().ensure_object(Terminal)
    if name in {"stop", "destroy"}:  # also on AWS Batch alone: they may find an endpoint of before
        need_sdk(name)
    deployment = options.deployment(name)
    if deployment.names.endpoint is not None:
        need_sdk(name)

    from aces_action.deployment.confirmation import given as agreed

    confirmed = _VERBS[name].confirmed
    asks = not options.yes and (confirmed == "always" or (confirmed == "in production" and deployment.target.env == "production"))
    confirm = ask_for_name(name, person) if asks else agreed
    return run_command(_story(name, confirm), deployment, options, person, sys.stdout, Report())


def _story(name: str, confirm: Confirmation) -> Command:
    """The action's command of that name. The SDK, which takes seconds, is imported here."""
    match name:
        case "rollback":
            from aces_action.commands.rollback import rollback

            return partial(rollback, confirm=confirm)
        case "stop":
            from aces_action.commands.stop import stop

            return partial(stop, confirm=confirm)
        case "start":
            from aces_action.commands.start import start

            return start
        case _:
            return partial(_destroy, confirm=confirm)


_LISTING_NOT_CHECKED = Text(
    "The platform's listing was not checked: if the server is listed there, requests to it fail from now on.",
    "ACES Platformの登録は確認していません。登録が残っている場合、そのサーバへのリクエストは失敗します。",
)


def _destroy(d: Deployment, *, confirm: Confirmation) -> Outcome:
    """Without the platform, for which a terminal has no token."""
    from aces_action.commands.destroy import destroy

    outcome = destroy(d, confirm=confirm)
    if outcome == "destroyed":
        d.reporter.info(_LISTING_NOT_CHECKED)
    return outcome
