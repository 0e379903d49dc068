"""`aces-action weights push`: an archive that is found good, into S3, with the verdict on it beside it."""

from __future__ import annotations

import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

import click

from aces_action.cli.aws import aws_explained, s3_client
from aces_action.cli.console import Terminal
from aces_action.cli.options import setting
from aces_action.cli.progress import debug_for, progress_for
from aces_action.cli.usage_error import WrongUse
from aces_action.cli.weights_output import policy_option, print_verdict
from aces_action.inputs import ENVIRONMENTS
from aces_action.language import Language, Text, sentences
from aces_action.output.sizes import size_text
from aces_action.output.verdict import Policy
from aces_action.problems import ConfigurationError
from aces_action.problems.weights.push import PUSH_AGAIN
from aces_action.project.account import with_account_as_written
from aces_action.project.build import build_infra
from aces_action.project.infra_file import infra_file
from aces_action.project.model import Infra
from aces_action.project.names import names_for
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems
from aces_action.resources.weights.commands import push
from aces_action.resources.weights.push import PushResult

_WHAT = Text(
    """Check an archive of weights and upload it, unless it has errors or is there already.

    TARGET is s3://BUCKET/KEY, or s3://BUCKET/FOLDER/ for the file's own name. With --project and --env instead, the
    weights go where the action looks for them, as the infra file of this repository says, if there is one.

    The verdict is stored beside the weights, so that the action need not read them. An interrupted upload resumes with the
    missing parts. A file that somebody else uploads meanwhile is not overwritten.
    """,
    """重みファイルのアーカイブを検査し、問題がなければアップロードします。同じものがすでにあれば送信しません。

    TARGETには、s3://BUCKET/KEY、またはファイル名をそのまま使うs3://BUCKET/FOLDER/を指定します。
    代わりに--projectと--envを指定すると、アクションが読み込む場所に置きます。このリポジトリにinfraファイルがあれば、それに従います。

    検査結果を重みファイルの隣に保存するため、アクションは重みファイルを読まずに済みます。
    中断したアップロードは、足りないパートから再開します。その間にほかの人がアップロードしたものは上書きしません。
    """,
)
_SHORT = Text("Check an archive and upload it.", "アーカイブを検査してアップロードします。")
_PROJECT_HELP = Text("Project, instead of TARGET.", "プロジェクト名。TARGETの代わりに指定します。")
_ENV_HELP = Text("Environment, instead of TARGET.", "環境。TARGETの代わりに指定します。")
_CONFIG_HELP = Text(
    "Path of the infra file, if it is not at the default location.", "infraファイルのパス（既定の場所にない場合）。"
)
_CANCELLED = Text("Cancelled.", "中止しました。")
_AFTER_CTRL_C = 130
_INFRASTRUCTURE = Text("the infra file", "infraファイル")


class _Place(TypedDict):
    """Where to upload, by the names of arguments and options."""

    target: str | None
    project: str | None
    env: str | None
    config_path: str | None


def command(language: Language) -> click.Command:
    @click.command("push", help=_WHAT.in_(language), short_help=_SHORT.in_(language))
    @click.argument("file")
    @click.argument("target", required=False)
    @click.option("--project", metavar="NAME", callback=setting("project"), help=_PROJECT_HELP.in_(language))
    @click.option("--env", type=click.Choice(ENVIRONMENTS), help=_ENV_HELP.in_(language))
    @click.option("--config-path", metavar="FILE", callback=setting("config-path"), help=_CONFIG_HELP.in_(language))
    @policy_option(language)
    @click.pass_obj
    def run(person: Terminal, file: str, policy: Policy, **place: Unpack[_Place]) -> int:
        uri = _where(**place)
        try:
            with aws_explained():
                pushed = push(
                    Path(file),
                    uri,
                    policy=policy,
                    client=partial(s3_client, person),
                    start_progress=progress_for(person),
                    debug=partial(debug_for, person),
                )
        except (KeyboardInterrupt, click.Abort):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the last words short
            click.echo(sentences(_CANCELLED, PUSH_AGAIN).in_(person.language), err=True)
            return _AFTER_CTRL_C
        print_verdict(replace(pushed.verdict, problems=(*pushed.verdict.problems, *pushed.warnings)), file, person)
        click.echo(_done(pushed).in_(person.language))
        return 0

    return run


def _where(target: str | None, project: str | None, env: str | None, config_path: str | None) -> str:
    if target is not None:
        if project or env or config_path:
            raise WrongUse(
                Text(
                    "Give TARGET, or --project and --env, not both.",
                    "TARGETと、--project・--envは、どちらか一方だけを指定してください。",
                )
            )
        return target
    if not (project and env):
        raise WrongUse(
            Text(
                "Give a target: s3://BUCKET/KEY, or --project and --env.",
                "s3://BUCKET/KEY、または--projectと--envを指定してください。",
            )
        )
    names = names_for(project, env, _infra(Path(), project, env, config_path))
    return f"s3://{names.bucket}/{names.weights_key}"


def _infra(workspace: Path, project: str, env: str, config_path: str | None) -> Infra:
    """The infra file's content; the default file may be missing. Raises ConfigurationError where it has errors."""
    file = config_path or infra_file(project, env)
    if config_path is None and not (workspace / file).exists():
        return build_infra({})
    document, problems = read_document(workspace, file, syntax="YAML", purpose=_INFRASTRUCTURE)
    if document:
        document, more = with_account_as_written(document)
        problems = [*problems, *more, *schema_problems(document, "infra.schema.json")]
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or document is None or not isinstance(document.data, dict):
        raise ConfigurationError(errors)
    return build_infra(document.data)


def _done(pushed: PushResult) -> Text:
    uri, sent = pushed.weights.uri, size_text(pushed.sent)
    if not pushed.sent:
        return Text(f"The same weights are already at {uri}.", f"同じ重みファイルがすでに{uri}にあります。")
    if there := pushed.weights.size - pushed.sent:
        kept = size_text(there)
        return Text(
            f"Pushed to {uri}: resumed an interrupted upload, {sent.en} sent, {kept.en} were there.",
            f"{uri}にアップロードしました（中断したアップロードの続き。送信{sent.ja}、送信済み{kept.ja}）。",
        )
    return Text(f"Pushed to {uri}: {sent.en} sent.", f"{uri}にアップロードしました（送信{sent.ja}）。")
