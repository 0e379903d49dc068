"""The arguments and options that several verbs share, checked before a verb starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from aces_action.cli.usage_error import WrongUse
from aces_action.inputs import ENVIRONMENTS, INPUTS
from aces_action.language import Language, Text

_WAIT_TIMEOUT = next(spec for spec in INPUTS if spec.name == "wait-timeout")
_PROJECT_HELP = Text("Project. Overrides the workflow's.", "プロジェクト名。ワークフローより優先します。")
_ENV_HELP = Text("Environment. Overrides the workflow's.", "環境。ワークフローより優先します。")
_CONFIG_HELP = Text(
    "Path of the infra file, if it is not at the default location.", "infraファイルのパス。既定の場所以外にある場合に指定します。"
)
_REGION_HELP = Text(
    "AWS region. Default: the workflow's; without a workflow AWS_REGION, then the profile's.",
    "AWSリージョン。省略時はワークフローの設定、ワークフローがないときはAWS_REGION、プロファイルの順に従います。",
)
_WAIT_HELP = Text(
    "How long to wait for SageMaker: 90s, 45m or 2h.", "SageMakerの完了を待つ時間の上限。90s、45m、2hのように書きます。"
)
_FORMAT_HELP = Text("Output format.", "出力形式。")
_YES_HELP = Text("Do not ask for confirmation.", "確認せずに実行します。")


def folder(_ctx: click.Context, _parameter: click.Parameter, text: str) -> Path:
    """An existing folder: the top of a repository."""
    path = Path(text)
    if path.is_file():
        raise WrongUse(
            Text(
                f"{text} is a file; give the top folder of the repository.",
                f"{text}はファイルです。リポジトリの最上位のフォルダを指定してください。",
            )
        )
    if not path.is_dir():
        raise WrongUse(Text(f"There is no folder {text}.", f"フォルダ{text}がありません。"))
    return path


def setting_fault(name: str, text: str) -> Text | None:
    """What is wrong with the text of one of the action's inputs, if anything is."""
    spec = next(spec for spec in INPUTS if spec.name == name)
    if spec.read(text) is not None:
        return None
    if name == "platform-url" and not set("@?#").isdisjoint(text):  # it may hold a password
        return Text(f"It must be {spec.expected.en}.", f"{spec.expected.ja}を指定してください。")
    return Text(
        f"'{text}' is not valid: it must be {spec.expected.en}.",
        f"「{text}」は使えません。{spec.expected.ja}を指定してください。",
    )


def setting(name: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """The check of an option that is one of the action's inputs."""

    def check(_ctx: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
        fault = None if text is None else setting_fault(name, text)
        if fault:
            option = parameter.opts[-1]
            raise WrongUse(Text(f"{option}: {fault.en}", f"{option}: {fault.ja}"))
        return text

    return check


def deployment_options(language: Language) -> list[click.Parameter]:
    """PATH, --project, --env and --config-path: which deployments of a repository are meant."""
    return [
        click.Argument(["path"], default=".", callback=folder),
        click.Option(["--project"], metavar="NAME", callback=setting("project"), help=_PROJECT_HELP.in_(language)),
        click.Option(["--env"], type=click.Choice(ENVIRONMENTS), help=_ENV_HELP.in_(language)),
        click.Option(["--config-path"], metavar="FILE", callback=setting("config-path"), help=_CONFIG_HELP.in_(language)),
    ]


def region_option(language: Language) -> click.Option:
    return click.Option(["--region"], metavar="NAME", callback=setting("aws-region"), help=_REGION_HELP.in_(language))


def wait_option(language: Language) -> click.Option:
    """--wait-timeout, in seconds once it is read."""
    check = setting("wait-timeout")

    def read(ctx: click.Context, parameter: click.Parameter, text: str) -> int | None:
        seconds: int | None = _WAIT_TIMEOUT.read(check(ctx, parameter, text) or "")
        return seconds

    default, help_text = _WAIT_TIMEOUT.default, _WAIT_HELP.in_(language)
    return click.Option(["--wait-timeout"], metavar="TIME", default=default, show_default=True, callback=read, help=help_text)


def yes_option(language: Language) -> click.Option:
    return click.Option(["--yes", "-y"], is_flag=True, help=_YES_HELP.in_(language))


def format_option(
    language: Language, formats: Sequence[str], help_text: Text = _FORMAT_HELP, default: str | None = None
) -> click.Option:
    """--format, whose value is called `form`: `format` is a function of Python's."""
    choice, shown = click.Choice(formats), default is not None
    return click.Option(["--format", "form"], type=choice, default=default, show_default=shown, help=help_text.in_(language))
