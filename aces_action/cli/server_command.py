"""The form that all verbs about a deployed server have: PATH, the options that say which server, and those that some have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from aces_action.cli.arguments import folder, setting
from aces_action.cli.console import Terminal
from aces_action.cli.deployment import Deployment, find_deployment
from aces_action.cli.discovery import Wanted
from aces_action.inputs import ENVIRONMENTS, INPUTS
from aces_action.language import Language, Text

_WAIT_TIMEOUT = next(spec for spec in INPUTS if spec.name == "wait-timeout")
_PROJECT_HELP = Text("Project, where the workflow is not to decide.", "プロジェクト名。ワークフローより優先します。")
_ENV_HELP = Text("Environment, where the workflow is not to decide.", "環境。ワークフローより優先します。")
_CONFIG_HELP = Text("Infra file, where it has not the guide's name.", "手順書と異なる名前のinfraファイル。")
_REGION_HELP = Text(
    "AWS region. Default: the workflow's; without a workflow AWS_REGION, then the profile's.",
    "AWSリージョン。省略時はワークフローの設定、ワークフローがないときはAWS_REGION、プロファイルの順に従います。",
)
_WAIT_HELP = Text(
    "How long to wait for SageMaker: 90s, 45m or 2h.", "SageMakerの完了を待つ時間の上限。90s、45m、2hのように書きます。"
)
_FORMAT_HELP = Text("How it is written.", "出力形式。")
_YES_HELP = Text("Do not ask.", "確認せずに実行します。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says. None: the repository says it. `wait_timeout` in seconds; `form` the format of the output."""

    path: Path
    project: str | None
    env: str | None
    config_path: str | None
    region: str | None
    wait_timeout: int
    yes: bool
    form: str

    def deployment(self, verb: str) -> Deployment:
        """Raises ConfigurationError where it is not one, or its infra file has errors."""
        wanted = Wanted(project=self.project, env=self.env, config_path=self.config_path)
        return find_deployment(self.path, wanted, self.region, verb=verb)


Act = Callable[[Options, Terminal], int]
"""What a verb does. Returns the exit status."""


def server_command(
    language: Language,
    *,
    name: str,
    what: Text,
    short: Text,
    act: Act,
    waits: bool = True,
    asks: bool = False,
    formats: Sequence[str] = (),
) -> click.Command:
    """A verb. `waits` for SageMaker, `asks` before it acts, writes in one of the `formats`: each comes with its option."""

    def run(
        *,
        path: Path,
        project: str | None,
        env: str | None,
        config_path: str | None,
        region: str | None,
        wait_timeout: str = _WAIT_TIMEOUT.default or "",
        yes: bool = False,
        form: str = "text",
    ) -> int:
        options = Options(
            path=path,
            project=project,
            env=env,
            config_path=config_path,
            region=region,
            wait_timeout=_WAIT_TIMEOUT.read(wait_timeout),
            yes=yes,
            form=form,
        )
        return act(options, click.get_current_context().ensure_object(Terminal))

    return click.Command(
        name,
        callback=run,
        params=[*_which(language), *_optional(language, waits=waits, asks=asks, formats=formats)],
        help=what.in_(language),
        short_help=short.in_(language),
    )


def _which(language: Language) -> list[click.Parameter]:
    """What says which deployment is meant."""
    return [
        click.Argument(["path"], default=".", callback=folder),
        click.Option(["--project"], metavar="NAME", callback=setting("project"), help=_PROJECT_HELP.in_(language)),
        click.Option(["--env"], type=click.Choice(ENVIRONMENTS), help=_ENV_HELP.in_(language)),
        click.Option(["--config-path"], metavar="FILE", callback=setting("config-path"), help=_CONFIG_HELP.in_(language)),
        click.Option(["--region"], metavar="NAME", callback=setting("aws-region"), help=_REGION_HELP.in_(language)),
    ]


def _optional(language: Language, *, waits: bool, asks: bool, formats: Sequence[str]) -> list[click.Parameter]:
    options: list[click.Parameter] = []
    if waits:
        check, default, told = setting("wait-timeout"), _WAIT_TIMEOUT.default, _WAIT_HELP.in_(language)
        options.append(
            click.Option(["--wait-timeout"], metavar="TIME", default=default, show_default=True, callback=check, help=told)
        )
    if asks:
        options.append(click.Option(["--yes", "-y"], is_flag=True, help=_YES_HELP.in_(language)))
    if formats:
        choice, told = click.Choice(formats), _FORMAT_HELP.in_(language)
        options.append(click.Option(["--format", "form"], type=choice, default=formats[0], show_default=True, help=told))
    return options
