"""`aces-action doctor`: everything that a deployment needs, as far as a person's own machine and credentials can see it."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aces_action.cli.checking import check
from aces_action.cli.console import Terminal
from aces_action.cli.discovery import DeploymentTarget, Selection, not_one, targets_of
from aces_action.cli.options import deployment_options, region_option
from aces_action.cli.run_command import ServerOptions, at_home
from aces_action.configuration import Configuration, only_a_run_knows, with_server
from aces_action.inputs import INPUTS
from aces_action.language import Language, Text, joined
from aces_action.problems import ActionError, ConfigurationError
from aces_action.problems.command_line import no_deployment
from aces_action.problems.configuration.workflow import C027
from aces_action.project.infra_file import INFRA_FOLDER
from aces_action.sanitiser import Sanitiser
from aces_action.settings import read_settings, secrets
from aces_action.workflow.steps import ActionStep, find_steps

if TYPE_CHECKING:
    from aces_action.doctor.input import DoctorInput
    from aces_action.output.check import CheckOutcome
    from aces_action.output.report import Report

_WHAT = joined(
    "\n\n",
    (
        Text(
            "Check everything that a deployment needs, in one table with what to do about it: settings and files, sign-in, "
            "OIDC provider and trust policy, bucket, image, roles, queues, quotas, platform, clock, version.",
            "デプロイに必要なものをすべて確認し、直し方とともに1つの表で示します。設定とファイル、サインイン、"
            "OIDCプロバイダと信頼ポリシー、バケット、イメージ、ロール、キュー、クォータ、"
            "ACES Platform、時計、バージョンを確認します。",
        ),
        Text(
            "Only reads, with your own AWS credentials (AWS_PROFILE). Token exchange and runner can only be seen on GitHub, by "
            "the workflow's `command: doctor`. PLATFORM_TOKEN, if it is set, is sent to the platform.",
            "自分のAWSの認証情報（AWS_PROFILE）で、参照だけを行います。トークンの交換とランナーはGitHubでだけ確認できます"
            "（ワークフローの`command: doctor`）。PLATFORM_TOKENが設定されていれば、ACES Platformの確認に使います。",
        ),
        Text(
            "PATH is the top folder of the repository (default: the current folder).",
            "PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。",
        ),
        Text(
            "Exit status: 0 all is well, or only warnings; 1 something would fail; 2 settings or files are wrong; 130 Ctrl-C.",
            "終了ステータス: 問題なし（警告だけを含む）は0、失敗するものがあれば1、設定やファイルの誤りは2、Ctrl-Cは130",
        ),
    ),
)
_SHORT = Text("Check everything that a deployment needs.", "デプロイに必要なものをすべて確認します。")
_COMMAND, _PROMOTE_FROM = (next(spec for spec in INPUTS if spec.name == name) for name in ("command", "promote-from"))
_COLOURS: dict[CheckOutcome, str] = {"fine": "green", "warning": "yellow", "error": "red", "not checked": "bright_black"}


def command(language: Language) -> click.Command:
    return click.Command(
        "doctor",
        callback=_look,
        params=[*deployment_options(language), region_option(language)],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


def _look(**given: Any) -> int:
    options, person = ServerOptions(**given), click.get_current_context().ensure_object(Terminal)
    asked = _asked(options, person)

    from aces_action.commands.doctor import doctor
    from aces_action.github.log import Log
    from aces_action.output.report import Report
    from aces_action.output.reporter import Reporter

    stream = sys.stderr if person.debug else io.StringIO()
    log = Log(stream, workflow_commands=False, debug=person.debug, language=person.language, at_terminal=True)
    hidden = (*person.secrets, *(secret for step in asked.steps for secret in secrets(step.environ())))
    for secret in hidden:
        log.mask(secret)
    report, status = Report(), 0
    try:
        doctor(asked, at_home(options.path, person), Reporter(log, report))
    except ActionError as error:
        status = error.exit_status
    _show(report, person, Sanitiser(hidden))
    return status


def _show(report: Report, person: Terminal, sanitiser: Sanitiser) -> None:
    from aces_action.cli.formats.diagnosis import diagnosis_lines
    from aces_action.output.tables import MARKS

    def paint(mark: str, outcome: CheckOutcome) -> str:
        return click.style(mark, fg=_COLOURS[outcome], bold=True) if person.colour else mark

    for mark, line in diagnosis_lines(report.checks, person.language, person.width):
        shown = sanitiser.clean(line)
        click.echo(f"{paint(MARKS[mark], mark)} {shown}" if mark else f"  {shown}")
    click.echo()
    click.echo(_count(report).in_(person.language))


def _count(report: Report) -> Text:
    errors, warnings, skipped = (
        sum(row.outcome == outcome for row in report.checks) for outcome in ("error", "warning", "not checked")
    )
    mark = "✗" if errors else "✓"
    return Text(
        f"{mark} {errors} would fail, {warnings} to look at, {skipped} not checked from here",
        f"{mark} 失敗するもの{errors}件、要確認{warnings}件、ここでは未確認{skipped}件",
    )


def _asked(options: ServerOptions, person: Terminal) -> DoctorInput:
    """As far as repository, workflow and files tell. Raises ConfigurationError (C027) where several deployments can be meant."""
    from aces_action.doctor.input import DoctorInput
    from aces_action.github.git_folder import read_git_folder
    from aces_action.github.site import at_host

    selection = Selection(project=options.project, env=options.env, config_path=options.config_path)
    found = targets_of(options.path, selection, find_steps(options.path)[0])
    targets = list(dict.fromkeys(replace(target, region=None) for target, _ in found))
    if len(targets) > 1:
        raise ConfigurationError(not_one(targets, "doctor"))
    # the one that deploys or promotes first: its settings are those that are looked at
    steps = sorted((step for _, step in found if step), key=lambda step: _rank(*step))
    environ = steps[0][1] if steps else _selected(targets)
    values, unknown = read_settings({**environ, "INPUT_COMMAND": "doctor"}).values, _unknown(steps)
    remote = read_git_folder(options.path).remote
    return DoctorInput(
        configuration=_configuration(options.path, selection, values, has_target=bool(targets)),
        workspace=options.path,
        steps=tuple(step for step, _ in steps),
        unknown=unknown,
        obstacles=tuple(person.no_way()),
        site=at_host(person.site, remote.host if remote else ""),
        repository=f"{remote.owner}/{remote.name}" if remote else "",
        region=options.region or (None if "aws_region" in unknown or not steps else values["aws_region"]) or _own_region(person),
        role_arn=None,
        platform_token=person.platform_token or None,
        in_job=False,
    )


def _rank(step: ActionStep, environ: Mapping[str, str]) -> int:
    """A step that deploys, one that promotes, one that may do either, others."""
    if step.place(_PROMOTE_FROM):
        return 1
    if only_a_run_knows(step, _COMMAND, environ):
        return 2
    return 0 if environ.get("INPUT_COMMAND", "") in {"", "deploy"} else 3


def _own_region(person: Terminal) -> str:
    from botocore.exceptions import BotoCoreError

    from aces_action.cli.aws import own_region
    from aces_action.inputs import DEFAULT_REGION

    try:
        return own_region(person)
    except BotoCoreError:  # a profile that there is not: of which the sign-in tells
        return DEFAULT_REGION


def _selected(targets: Sequence[DeploymentTarget]) -> Mapping[str, str]:
    """The inputs that are known where no workflow gives any."""
    if not targets:
        return {}
    return Selection(project=targets[0].project, env=targets[0].env, config_path=targets[0].config_path).inputs


def _unknown(steps: Sequence[tuple[ActionStep, Mapping[str, str]]]) -> frozenset[str]:
    """The settings that the workflow gives by an expression; without a workflow those that only one would give."""
    if not steps:
        return frozenset({"aws_role_arn", "tenant_id", "deploy_tag"})
    step, environ = steps[0]
    return frozenset(spec.setting for spec in INPUTS if only_a_run_knows(step, spec, environ))


def _configuration(path: Path, selection: Selection, values: Mapping[str, Any], *, has_target: bool) -> Configuration:
    """As `validate` finds it, with the infra file if that is right."""
    problems = check(path, selection).problems
    if not has_target:  # of which `validate` would tell in its own name
        problems = (*(each for each in problems if each.kind is not C027), no_deployment("doctor", INFRA_FOLDER))
    found = Configuration(settings=None, values=values, project=None, server=None, names=None, problems=problems, folder=path)
    return with_server(found)
