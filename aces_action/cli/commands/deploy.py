"""`aces-action plan`, `deploy`: the action's commands of these names, with a person's own credentials and their agreement."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from aces_action.cli.checkout import read_checkout
from aces_action.cli.commands.server import WHERE
from aces_action.cli.confirmation import ask_for_name, ask_yes_or_no
from aces_action.cli.console import Terminal
from aces_action.cli.deploy_settings import OPTIONS, ConfiguredDeployment, DeployOptions, find_configuration
from aces_action.cli.options import deployment_options, region_option, setting, yes_option
from aces_action.cli.run_command import at_home, need_sdk, run_reported
from aces_action.inputs import INPUTS
from aces_action.language import EMPTY, Language, Text, joined, sentences
from aces_action.output.overview import overview
from aces_action.output.report import Report

if TYPE_CHECKING:
    from aces_action.cli.checkout import Checkout
    from aces_action.deployment.confirmation import Confirmation
    from aces_action.output.report import Outcome
    from aces_action.output.reporter import Reporter

_SHORT: Mapping[str, Text] = {
    "plan": Text("Show what a deployment would change.", "デプロイで何が変わるかを表示します。"),
    "deploy": Text("Deploy what the files describe.", "設定ファイルのとおりにデプロイします。"),
}
_WHAT: Mapping[str, Text] = {
    "plan": Text(
        "Check everything, and show what `deploy` would change. Changes nothing.",
        "すべてを検査し、`deploy`で何が変わるかを表示します。何も変更しません。",
    ),
    "deploy": Text(
        "Check everything, show the plan, and after your confirmation carry it out, as the workflow does.",
        "すべてを検査して計画を表示し、確認のうえ、ワークフローと同じようにデプロイします。",
    ),
}
_SETTINGS = Text(
    "The inputs are those of the workflow's step that deploys. Expressions in it have no value here: give them by the options "
    "below, and the platform's token by PLATFORM_TOKEN, --platform-token-stdin, or when asked.",
    "入力は、ワークフローのデプロイのステップから読みます。式の値はここではわからないため、下のオプションで指定してください。"
    "ACES Platformのトークンは、PLATFORM_TOKENか--platform-token-stdinで渡すか、画面で入力します。",
)
_CREDENTIALS = Text(
    "Uses your own AWS credentials (AWS_PROFILE).",
    "自分のAWSの認証情報（AWS_PROFILE）を使います。",
)
_CONFIRMATION = Text(
    "Asks once, y/N; in production you have to type the server's name. --yes skips that.",
    "実行前に一度だけ確認します（y/N）。productionではサーバ名の入力が必要です。--yesで省略できます。",
)
_CTRL_C = Text(
    "Ctrl-C ends the wait, not what SageMaker has begun. Run the same command again to resume.",
    "Ctrl-Cで中止しても、SageMakerの処理は続きます。同じコマンドを再実行すると、続きから行います。",
)
_STATUS: Mapping[str, Text] = {
    "plan": Text(
        "Exit status: 0 planned, 1 it would fail, 2 wrong arguments or configuration, 130 Ctrl-C.",
        "終了ステータス: 計画を表示できれば0、デプロイできない場合は1、引数または設定の誤りは2、Ctrl-Cは130",
    ),
    "deploy": Text(
        "Exit status: 0 done or nothing to do, 1 failed or not confirmed, 2 wrong arguments or configuration, 130 Ctrl-C.",
        "終了ステータス: 完了または変更なしは0、失敗または確認なしは1、引数または設定の誤りは2、Ctrl-Cは130",
    ),
}
_TOKEN_HELP = Text("Read the platform's token from standard input.", "ACES Platformのトークンを標準入力から読み込みます。")
_METAVARS = {
    "tenant-id": "UUID",
    "deploy-tag": "TAG",
    "platform-url": "URL",
    "weights-policy": "strict|lenient",
    "preflight": "normal|strict",
    "platform": "required|deferred",
    "concurrency": "wait|refuse",
    "wait-timeout": "TIME",
    "batch-wait-timeout": "TIME",
    "rollback-on-failure": "true|false",
    "keep-generations": "NUMBER",
}


def command(language: Language, name: str) -> click.Command:
    asks = name == "deploy"
    paragraphs = (
        _WHAT[name],
        sentences(WHERE, _CREDENTIALS, _SETTINGS),
        sentences(_CONFIRMATION, _CTRL_C) if asks else EMPTY,
        _STATUS[name],
    )
    return click.Command(
        name,
        callback=partial(_run, name),
        params=[
            *deployment_options(language),
            region_option(language),
            *(_option(each, language) for each in OPTIONS),
            click.Option(["--platform-token-stdin", "token_stdin"], is_flag=True, help=_TOKEN_HELP.in_(language)),
            *([yes_option(language)] if asks else []),
        ],
        help=joined("\n\n", paragraphs).in_(language),
        short_help=_SHORT[name].in_(language),
    )


def _option(name: str, language: Language) -> click.Option:
    """The option of an input. Its default is the workflow's."""
    spec = next(spec for spec in INPUTS if spec.name == name)
    help_text = Text(spec.description, spec.description_ja).map(lambda text: text.replace("`", "")).in_(language)
    metavar = _METAVARS.get(name, "FILE")
    return click.Option([f"--{name}"], metavar=metavar, callback=setting(name), help=help_text)


def _run(name: str, **given: Any) -> int:
    person = click.get_current_context().ensure_object(Terminal)
    inputs = {option: text for option in OPTIONS if (text := given.pop(option.replace("-", "_"))) is not None}
    options = DeployOptions(inputs=inputs, **given)
    if name == "deploy":  # also on AWS Batch alone: there may be an endpoint to delete
        need_sdk(name)
    deployment, checkout = find_configuration(options, person, verb=name), read_checkout(options.path)
    report = Report()
    confirm = None if options.yes or name == "plan" else _confirmation(deployment, person)

    def run(reporter: Reporter) -> Outcome:
        from aces_action.commands.deploy import deploy
        from aces_action.deployment.context import open_project

        reporter.begin(name, [deployment.settings.project, deployment.settings.env, deployment.settings.aws_region])
        with reporter.step("Configuration"):
            reporter.warn(*deployment.problems)
            for text in (*overview(deployment.project), checkout_text(checkout)):
                reporter.info(text)
        here = at_home(options.path, person, repository=checkout.repository, commit=checkout.revision)
        opened = open_project(deployment.project, deployment.names, deployment.settings, here, reporter)
        return deploy(opened, confirm=confirm)

    return run_reported(run, person, sys.stdout, report, secrets=deployment.secrets)


def _confirmation(deployment: ConfiguredDeployment, person: Terminal) -> Confirmation:
    in_production = deployment.settings.env == "production"
    return ask_for_name("deploy", person) if in_production else ask_yes_or_no("deploy", person)


def checkout_text(checkout: Checkout) -> Text:
    """Which commit this is: nobody has pushed it."""
    if not checkout.commit:
        return Text(
            "commit: none (no git repository, or nothing committed yet)",
            "コミット: なし（gitのリポジトリではないか、まだコミットがありません）",
        )
    name = f"{checkout.repository}@{checkout.commit[:12]}" if checkout.repository else checkout.commit[:12]
    if checkout.dirty:
        return Text(f"commit: {name}, with uncommitted changes", f"コミット: {name}（未コミットの変更あり）")
    return Text(f"commit: {name}", f"コミット: {name}")
